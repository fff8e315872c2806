#include "tests/conformance/fixture_features.h"

#include <utility>

namespace pianola::tests {
namespace {

constexpr const char* kRedPixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
constexpr const char* kSilence = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==";

using Handler = std::function<mcp::ToolResult(const Json&, mcp::Request&)>;

mcp::Tool tool(std::string name, std::string description, Handler handler) {
  return {.name = name,
          .title = name,
          .description = std::move(description),
          .input_schema = {{"type", "object"}, {"properties", OrderedJson::object()}},
          .effects = {mcp::Change::reads_only, mcp::Repeat::same_effect, mcp::Reach::own_data},
          .audience = mcp::Audience::everyone,
          .meta = OrderedJson::object(),
          .handler = std::move(handler)};
}

mcp::ToolResult of(std::vector<mcp::Content> content) {
  mcp::ToolResult result;
  result.content = std::move(content);
  return result;
}

mcp::ResourceContents embedded() {
  return {"test://embedded-resource", "text/plain", "This is an embedded resource content.", std::nullopt};
}

mcp::ToolResult progress(const Json&, mcp::Request& request) {
  for (const int step : {0, 50, 100}) request.report_progress(step, 100, "Step " + std::to_string(step));
  return mcp::text_result("Done.");
}

mcp::Tool schema_tool() {
  mcp::Tool made = tool("json_schema_2020_12_tool", "Has an input schema with the keywords of JSON Schema 2020-12.",
                        [](const Json& arguments, mcp::Request&) {
                          return mcp::facts({{"arguments", arguments}});
                        });
  made.input_schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"type", "object"},
                       {"$defs", {{"address", {{"type", "object"}}}}},
                       {"properties", {{"address", {{"$ref", "#/$defs/address"}}}}},
                       {"additionalProperties", false}};
  return made;
}

std::vector<mcp::Tool> tools() {
  const auto text = mcp::Text{"This is a simple text response for testing."};
  const auto image = mcp::Image{kRedPixel, "image/png"};
  std::vector<mcp::Tool> tools;
  const auto add = [&](const char* name, const char* description, Handler handler) {
    tools.push_back(tool(name, description, std::move(handler)));
  };
  add("test_simple_text", "Answers with text.", [=](const Json&, mcp::Request&) { return of({text}); });
  add("test_image_content", "Answers with an image.", [=](const Json&, mcp::Request&) { return of({image}); });
  add("test_audio_content", "Answers with audio.", [](const Json&, mcp::Request&) {
    return of({mcp::Audio{kSilence, "audio/wav"}});
  });
  add("test_embedded_resource", "Answers with a resource.",
      [](const Json&, mcp::Request&) { return of({embedded()}); });
  add("test_multiple_content_types", "Answers with text, an image and a resource.", [=](const Json&, mcp::Request&) {
    return of({text, image, embedded()});
  });
  add("test_tool_with_progress", "Reports progress thrice.", progress);
  add("test_error_handling", "Always refuses.", [](const Json&, mcp::Request&) {
    return mcp::refused({"test_error", "This tool intentionally returns an error for testing", ""});
  });
  tools.push_back(schema_tool());
  return tools;
}

Result<mcp::ResourceContents> read(const std::string& uri, mcp::Request&) {
  constexpr std::string_view kPrefix = "test://template/";
  constexpr std::string_view kSuffix = "/data";
  if (uri == "test://static-text") {
    return mcp::ResourceContents{uri, "text/plain", "This is the content of the static text resource.", std::nullopt};
  }
  if (uri == "test://static-binary") return mcp::ResourceContents{uri, "image/png", "", kRedPixel};
  if (uri == "test://watched-resource") return mcp::ResourceContents{uri, "text/plain", "Watched.", std::nullopt};
  if (uri.starts_with(kPrefix) && uri.ends_with(kSuffix) && uri.size() > kPrefix.size() + kSuffix.size()) {
    const std::string id = uri.substr(kPrefix.size(), uri.size() - kPrefix.size() - kSuffix.size());
    return mcp::ResourceContents{uri, "application/json", dump_compact(OrderedJson{{"id", id}}), std::nullopt};
  }
  return refuse("not_found", "There is no resource " + uri);
}

mcp::ResourceSource resources() {
  mcp::ResourceSource source;
  source.list = [](const std::string&, mcp::Request&) {
    return mcp::ResourcePage{{{"test://static-text", "static-text", "Static text", "", "text/plain"},
                              {"test://static-binary", "static-binary", "Static binary", "", "image/png"},
                              {"test://watched-resource", "watched-resource", "Watched", "", "text/plain"}},
                             ""};
  };
  source.templates = {{"test://template/{id}/data", "template", "Template", "Data by id.", "application/json"}};
  source.read = read;
  source.complete = [](const mcp::CompletionRequest& request, mcp::Request&) {
    return std::vector<std::string>{request.value + "1", request.value + "2"};
  };
  return source;
}

std::vector<mcp::Prompt> prompts() {
  using Arguments = std::map<std::string, std::string>;
  return {{.name = "test_simple_prompt",
           .title = "Simple",
           .description = "A prompt without arguments.",
           .handler = [](const Arguments&, mcp::Request&) -> std::string { return "This is a simple prompt."; }},
          {.name = "test_prompt_with_arguments",
           .title = "With arguments",
           .description = "A prompt with two arguments.",
           .arguments = {{"arg1", "The first.", true}, {"arg2", "The second.", true}},
           .handler = [](const Arguments& given, mcp::Request&) {
             return "Prompt with arguments: arg1='" + given.at("arg1") + "', arg2='" + given.at("arg2") + "'";
           }}};
}

}  // namespace

mcp::Features fixture_features() {
  return {.name = "fixture",
          .title = "Conformance fixture",
          .version = "1.0.0",
          .instructions = "Call the test tools.",
          .tools = tools(),
          .resources = resources(),
          .prompts = prompts()};
}

}  // namespace pianola::tests
