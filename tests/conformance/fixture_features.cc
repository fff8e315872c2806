#include "tests/conformance/fixture_features.h"

#include <chrono>
#include <thread>
#include <utility>

#include "tests/conformance/fixture_questions.h"

namespace pianola::tests {
namespace {

constexpr const char* kRedPixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
constexpr const char* kSilence = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==";

using Handler = std::function<mcp::ToolResult(const Json&, mcp::Request&)>;

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

mcp::ToolResult log_thrice(const Json&, mcp::Request& request) {
  for (const char* text : {"Tool execution started", "Tool processing data", "Tool execution completed"}) {
    request.log(mcp::LogLevel::info, "fixture", text);
  }
  return mcp::text_result("Logged.");
}

// Works until it is cancelled, and says so once a round; gives up after ten seconds.
mcp::ToolResult work_until_cancelled(const Json&, mcp::Request& request) {
  constexpr int kRounds = 10000;
  for (int round = 1; round <= kRounds; ++round) {
    request.report_progress(round, kRounds, "");
    request.stop_if_cancelled();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return mcp::refused({"not_cancelled", "Nobody cancelled this", ""});
}

mcp::ToolResult change_resources(const Json&, mcp::Request& request) {
  request.resource_updated("test://watched-resource");
  request.resources_changed();
  return mcp::text_result("Changed.");
}

// An argument that clients mirror in a header (MCP 2026-07-28, Streamable HTTP).
mcp::Tool header_tool() {
  mcp::Tool made = fixture_tool("test_custom_header", "Has arguments that are mirrored in headers.",
                                [](const Json& arguments, mcp::Request&) {
                                  return mcp::facts({{"arguments", arguments}});
                                });
  made.input_schema = {{"type", "object"},
                       {"properties",
                        {{"region", {{"type", "string"}, {"x-mcp-header", "Region"}}},
                         {"count", {{"type", "integer"}, {"x-mcp-header", "Count"}}}}}};
  return made;
}

mcp::Tool schema_tool() {
  mcp::Tool made =
      fixture_tool("json_schema_2020_12_tool", "Has an input schema with the keywords of JSON Schema 2020-12.",
                   [](const Json& arguments, mcp::Request&) {
                     return mcp::facts({{"arguments", arguments}});
                   });
  made.input_schema = OrderedJson::parse(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"$anchor": "addressDef", "type": "object",
                          "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
                   "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                   "phone": {"type": "string"}, "email": {"type": "string"}},
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": false})");
  return made;
}

std::vector<mcp::Tool> tools() {
  const auto text = mcp::Text{"This is a simple text response for testing."};
  const auto image = mcp::Image{kRedPixel, "image/png"};
  std::vector<mcp::Tool> tools;
  const auto add = [&](const char* name, const char* description, Handler handler) {
    tools.push_back(fixture_tool(name, description, std::move(handler)));
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
  add("test_tool_with_logging", "Logs thrice.", log_thrice);
  add("test_logging_tool", "Logs thrice.", log_thrice);
  add("test_reconnection", "Answers with text, after a break of the stream where there is one.",
      [](const Json&, mcp::Request& request) {
        request.break_stream();
        return mcp::text_result("Reconnection test completed.");
      });
  add("test_until_cancelled", "Works until it is cancelled.", work_until_cancelled);
  add("test_broken_tool", "Fails with an exception that nobody expects.",
      [](const Json& arguments, mcp::Request&) { return mcp::text_result(arguments.at("missing").dump()); });
  add("test_resource_link", "Answers with a link.", [](const Json&, mcp::Request&) {
    return of({mcp::ResourceLink{"test://static-text", "static-text", "Static text", "text/plain"}});
  });
  add("test_trigger_tool_change", "Changes the list of tools.", [](const Json&, mcp::Request& request) {
    request.tools_changed();
    return mcp::text_result("Changed.");
  });
  add("test_trigger_prompt_change", "Changes the list of prompts.", [](const Json&, mcp::Request& request) {
    request.prompts_changed();
    return mcp::text_result("Changed.");
  });
  add("test_trigger_resource_change", "Changes the watched resource and the list.", change_resources);
  tools.push_back(schema_tool());
  tools.push_back(header_tool());
  for (mcp::Tool& each : asking_tools()) tools.push_back(std::move(each));
  return tools;
}

constexpr const char* kSkillUri = "skill://test/fixture-skill/SKILL.md";
constexpr const char* kGuideUri = "skill://test/fixture-skill/references/GUIDE.md";
constexpr const char* kSkillText =
    "---\nname: fixture-skill\ndescription: \"Says how the test tools are called.\"\n---\n\nRead "
    "references/GUIDE.md.\n";
constexpr const char* kGuideText = "Call the test tools.\n";

Result<mcp::ResourceContents> read(const std::string& uri, mcp::Request&) {
  constexpr std::string_view kPrefix = "test://template/";
  constexpr std::string_view kSuffix = "/data";
  if (uri == "test://static-text") {
    return mcp::ResourceContents{uri, "text/plain", "This is the content of the static text resource.", std::nullopt};
  }
  if (uri == "test://static-binary") return mcp::ResourceContents{uri, "image/png", "", kRedPixel};
  if (uri == "test://watched-resource") return mcp::ResourceContents{uri, "text/plain", "Watched.", std::nullopt};
  if (uri == kSkillUri) return mcp::ResourceContents{uri, "text/markdown", kSkillText, std::nullopt};
  if (uri == kGuideUri) return mcp::ResourceContents{uri, "text/markdown", kGuideText, std::nullopt};
  if (uri.starts_with(kPrefix) && uri.ends_with(kSuffix) && uri.size() > kPrefix.size() + kSuffix.size()) {
    const std::string id = uri.substr(kPrefix.size(), uri.size() - kPrefix.size() - kSuffix.size());
    return mcp::ResourceContents{uri, "application/json", dump_compact(OrderedJson{{"id", id}}), std::nullopt};
  }
  return refuse("not_found", "There is no resource " + uri);
}

const mcp::Resource& skill_resource() {
  static const mcp::Resource resource{kSkillUri, "fixture-skill", "", "Says how the test tools are called.",
                                      "text/markdown"};
  return resource;
}

mcp::SkillSource skills() {
  static const mcp::Skill skill{kSkillUri,
                                {{"name", "fixture-skill"}, {"description", "Says how the test tools are called."}},
                                {{kSkillUri, kSkillText}, {kGuideUri, kGuideText}}};
  mcp::SkillSource source;
  source.list = [](const std::string& cursor, mcp::Request&) -> Result<mcp::SkillPage> {
    if (cursor == "page2") return mcp::SkillPage{};
    if (!cursor.empty()) return refuse("bad_cursor", "Unknown cursor");
    return mcp::SkillPage{{skill}, "page2"};
  };
  source.get = [](const std::string& uri, mcp::Request&) -> Result<mcp::Skill> {
    if (uri != kSkillUri) return refuse("not_found", "No skill is served at " + uri);
    return skill;
  };
  source.read_folder = [](const std::string& uri, const std::string&, mcp::Request&) -> Result<mcp::ResourcePage> {
    const std::string folder = "skill://test/fixture-skill";
    const mcp::Resource guide{kGuideUri, "GUIDE.md", "", "", "text/markdown"};
    if (uri == folder + "/references") return mcp::ResourcePage{{guide}, ""};
    if (uri != folder) return refuse("not_found", uri + " is no folder");
    return mcp::ResourcePage{{skill_resource(), {folder + "/references", "references", "", "", mcp::kFolderType}}, ""};
  };
  return source;
}

// Two pages, so that paging is seen.
Result<mcp::ResourcePage> list(const std::string& cursor, mcp::Request&) {
  const mcp::Resource watched{"test://watched-resource", "watched-resource", "Watched", "", "text/plain"};
  if (cursor == "page2") return mcp::ResourcePage{{watched, skill_resource()}, ""};
  if (!cursor.empty()) return refuse("bad_cursor", "Unknown cursor");
  return mcp::ResourcePage{{{"test://static-text", "static-text", "Static text", "", "text/plain"},
                            {"test://static-binary", "static-binary", "Static binary", "", "image/png"}},
                           "page2"};
}

mcp::ResourceSource resources() {
  mcp::ResourceSource source;
  source.list = list;
  source.templates = {{"test://template/{id}/data", "template", "Template", "Data by id.", "application/json"}};
  source.read = read;
  source.complete = [](const mcp::CompletionRequest& request, mcp::Request&) {
    return std::vector<std::string>{request.value + "1", request.value + "2"};
  };
  return source;
}

using Arguments = std::map<std::string, std::string>;

std::vector<mcp::PromptMessage> prompt_with_resource(const Arguments& given, mcp::Request&) {
  return {{mcp::ResourceContents{given.at("resourceUri"), "text/plain", "Embedded resource content for testing.",
                                 std::nullopt}},
          {mcp::Text{"Please process the embedded resource above."}}};
}

std::vector<mcp::PromptMessage> prompt_with_image(const Arguments&, mcp::Request&) {
  return {{mcp::Image{kRedPixel, "image/png"}}, {mcp::Text{"Please analyze the image above."}}};
}

std::vector<mcp::Prompt> prompts() {
  return {{.name = "test_simple_prompt",
           .title = "Simple",
           .description = "A prompt without arguments.",
           .handler = [](const Arguments&, mcp::Request&) { return mcp::user_text("This is a simple prompt."); }},
          {.name = "test_prompt_with_arguments",
           .title = "With arguments",
           .description = "A prompt with two arguments.",
           .arguments = {{"arg1", "The first.", true}, {"arg2", "The second.", true}},
           .handler =
               [](const Arguments& given, mcp::Request&) {
                 return mcp::user_text("Prompt with arguments: arg1='" + given.at("arg1") + "', arg2='" +
                                       given.at("arg2") + "'");
               }},
          {.name = "test_prompt_with_embedded_resource",
           .title = "With a resource",
           .description = "A prompt that embeds a resource.",
           .arguments = {{"resourceUri", "The resource.", true}},
           .handler = prompt_with_resource},
          {.name = "test_prompt_with_image",
           .title = "With an image",
           .description = "A prompt that shows an image.",
           .handler = prompt_with_image},
          asking_prompt()};
}

}  // namespace

mcp::Tool fixture_tool(std::string name, std::string description,
                       std::function<mcp::ToolResult(const Json&, mcp::Request&)> handler) {
  return {.name = name,
          .title = name,
          .description = std::move(description),
          .input_schema = {{"type", "object"}, {"properties", OrderedJson::object()}},
          .effects = {mcp::Change::reads_only, mcp::Repeat::same_effect, mcp::Reach::own_data},
          .needs = 0,
          .meta = OrderedJson::object(),
          .handler = std::move(handler)};
}

mcp::Features fixture_features() {
  // Time stands still, and the key is no secret: what is sealed is the same in every run.
  static ManualClock clock(Timestamp::from_date("2026-11-24").value());
  static const mcp::StateSeal seal("the fixture's key is known to all", clock);
  return {.name = "fixture",
          .title = "Conformance fixture",
          .version = "1.0.0",
          .instructions = [](const mcp::Caller&) { return "Call the test tools."; },
          .tools = tools(),
          .resources = resources(),
          .prompts = prompts(),
          .skills = skills(),
          .icons = {{{"src", "https://example.com/icon.png"}, {"mimeType", "image/png"}}},
          .changing = {.tools = true, .prompts = true, .resources = true},
          .logging = true,
          .state_seal = &seal};
}

}  // namespace pianola::tests
