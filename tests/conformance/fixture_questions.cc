#include "tests/conformance/fixture_questions.h"

#include <utility>

namespace pianola::tests {
namespace {

using mcp::Question;
using mcp::Request;
using mcp::ToolResult;

OrderedJson object_schema(OrderedJson properties) {
  OrderedJson required = OrderedJson::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

Question elicit(const std::string& message, OrderedJson schema) {
  return {"elicitation/create", {{"message", message}, {"requestedSchema", std::move(schema)}}};
}

Question elicit_text(const std::string& message, const std::string& name) {
  return elicit(message, object_schema({{name, {{"type", "string"}}}}));
}

Question sample(const std::string& prompt, int max_tokens) {
  const OrderedJson message = {{"role", "user"}, {"content", {{"type", "text"}, {"text", prompt}}}};
  return {"sampling/createMessage", {{"messages", OrderedJson::array({message})}, {"maxTokens", max_tokens}}};
}

const Question kRoots{"roots/list"};

std::string text_argument(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The text that a model sampled; a later revision has an array of blocks.
std::string sampled_text(const Json& answer) {
  const Json& content = answer["content"];
  const Json& block = content.is_array() && !content.empty() ? content[0] : content;
  return block.is_object() ? block.value("text", "") : "";
}

// A member of what a person filled in; empty where they declined.
std::string filled_in(const Json& answer, const char* name) {
  const auto content = answer.find("content");
  return content == answer.end() ? "" : text_argument(*content, name);
}

std::string action_and_content(const Json& answer) {
  return "action=" + answer["action"].get<std::string>() +
         ", content=" + dump_compact(answer.value("content", Json::object()));
}

ToolResult unanswered() { return mcp::refused({"not_answered", "The client did not answer", ""}); }

ToolResult test_sampling(const Json& arguments, Request& request) {
  const auto answer = request.input("sample", sample(text_argument(arguments, "prompt"), 100));
  return answer ? mcp::text_result("LLM response: " + sampled_text(*answer)) : unanswered();
}

ToolResult test_elicitation(const Json& arguments, Request& request) {
  const auto answer = request.input(
      "user", elicit(text_argument(arguments, "message"),
                     object_schema({{"username", {{"type", "string"}, {"description", "User's response"}}},
                                    {"email", {{"type", "string"}, {"description", "User's email address"}}}})));
  return answer ? mcp::text_result("User response: " + action_and_content(*answer)) : unanswered();
}

ToolResult complete_elicitation(Request& request, OrderedJson properties, const char* message) {
  const OrderedJson schema = {{"type", "object"}, {"properties", std::move(properties)}};
  const auto answer = request.input("form", elicit(message, schema));
  return answer ? mcp::text_result("Elicitation completed: " + action_and_content(*answer)) : unanswered();
}

ToolResult test_defaults(const Json&, Request& request) {
  return complete_elicitation(
      request,
      {{"name", {{"type", "string"}, {"default", "John Doe"}}},
       {"age", {{"type", "integer"}, {"default", 30}}},
       {"score", {{"type", "number"}, {"default", 95.5}}},
       {"status", {{"type", "string"}, {"enum", {"active", "inactive", "pending"}}, {"default", "active"}}},
       {"verified", {{"type", "boolean"}, {"default", true}}}},
      "Please check the values");
}

OrderedJson titled(const std::vector<std::pair<const char*, const char*>>& values) {
  OrderedJson list = OrderedJson::array();
  for (const auto& [value, title] : values) list.push_back({{"const", value}, {"title", title}});
  return list;
}

ToolResult test_enums(const Json&, Request& request) {
  const OrderedJson options = {"option1", "option2", "option3"};
  const OrderedJson values =
      titled({{"value1", "First Option"}, {"value2", "Second Option"}, {"value3", "Third Option"}});
  const OrderedJson choices =
      titled({{"value1", "First Choice"}, {"value2", "Second Choice"}, {"value3", "Third Choice"}});
  return complete_elicitation(
      request,
      {{"untitledSingle", {{"type", "string"}, {"enum", options}}},
       {"titledSingle", {{"type", "string"}, {"oneOf", values}}},
       {"legacyEnum",
        {{"type", "string"},
         {"enum", {"opt1", "opt2", "opt3"}},
         {"enumNames", {"Option One", "Option Two", "Option Three"}}}},
       {"untitledMulti", {{"type", "array"}, {"items", {{"type", "string"}, {"enum", options}}}}},
       {"titledMulti", {{"type", "array"}, {"items", {{"anyOf", choices}}}}}},
      "Please choose");
}

ToolResult ask_name(const Json&, Request& request) {
  const auto answer = request.input("user_name", elicit_text("What is your name?", "name"));
  return answer ? mcp::text_result("Hello, " + filled_in(*answer, "name") + "!") : unanswered();
}

ToolResult ask_capital(const Json&, Request& request) {
  const auto answer = request.input("capital_question", sample("What is the capital of France?", 100));
  return answer ? mcp::text_result(sampled_text(*answer)) : unanswered();
}

ToolResult ask_roots(const Json&, Request& request) {
  const auto answer = request.input("client_roots", kRoots);
  return answer ? mcp::text_result("Roots: " + dump_compact((*answer)["roots"])) : unanswered();
}

ToolResult ask_with_state(const Json&, Request& request) {
  const bool returned = request.state() == Json{{"asked", "confirm"}};
  request.keep_state({{"asked", "confirm"}});
  const auto answer =
      request.input("confirm", elicit("Please confirm", object_schema({{"ok", {{"type", "boolean"}}}})));
  return answer ? mcp::text_result(returned ? "state-ok" : "confirmed without a state") : unanswered();
}

ToolResult ask_three(const Json&, Request& request) {
  request.keep_state({{"asked", 3}});
  const auto name = request.input("user_name", elicit_text("What is your name?", "name"));
  const auto greeting = request.input("greeting", sample("Generate a greeting", 50));
  const auto roots = request.input("client_roots", kRoots);
  if (!name || !greeting || !roots) return unanswered();
  return mcp::text_result(sampled_text(*greeting) + " " + filled_in(*name, "name") + ", " +
                          std::to_string((*roots)["roots"].size()) + " roots");
}

// The first answer travels in the state, so the second round brings only the second.
ToolResult ask_twice(const Json&, Request& request) {
  const Json state = request.state();
  std::string name = state.is_object() ? state.value("name", "") : "";
  if (name.empty()) {
    request.keep_state({{"round", 1}});
    const auto first = request.input("step1", elicit_text("Step 1: What is your name?", "name"));
    if (!first) return unanswered();
    name = filled_in(*first, "name");
  }
  request.keep_state({{"round", 2}, {"name", name}});
  const auto second = request.input("step2", elicit_text("Step 2: What is your favorite color?", "color"));
  return second ? mcp::text_result(name + " likes " + filled_in(*second, "color")) : unanswered();
}

// Only what the client has declared is asked.
ToolResult ask_what_is_declared(const Json&, Request& request) {
  std::string said;
  if (request.client_has("elicitation")) {
    const auto answer = request.input("user_name", elicit_text("What is your name?", "name"));
    if (answer) said += filled_in(*answer, "name");
  }
  if (request.client_has("sampling")) {
    const auto answer = request.input("capital_question", sample("What is the capital of France?", 100));
    if (answer) said += sampled_text(*answer);
  }
  return mcp::text_result(said.empty() ? "There is nothing to ask this client." : said);
}

ToolResult needs_sampling(const Json&, Request& request) {
  const auto answer = request.input("sample", sample("Say hello", 10));
  return answer ? mcp::text_result(sampled_text(*answer)) : unanswered();
}

std::vector<mcp::PromptMessage> prompt_with_context(const std::map<std::string, std::string>&, Request& request) {
  const auto answer = request.input("user_context", elicit_text("What context should the prompt use?", "context"));
  return mcp::user_text("Use this context: " + (answer ? filled_in(*answer, "context") : "none"));
}

}  // namespace

std::vector<mcp::Tool> asking_tools() {
  mcp::Tool sampling = fixture_tool("test_sampling", "Asks the client's model.", test_sampling);
  sampling.input_schema = object_schema({{"prompt", {{"type", "string"}}}});
  mcp::Tool elicitation = fixture_tool("test_elicitation", "Asks the client's user.", test_elicitation);
  elicitation.input_schema = object_schema({{"message", {{"type", "string"}}}});
  return {
      std::move(sampling),
      std::move(elicitation),
      fixture_tool("test_elicitation_sep1034_defaults", "Asks with defaults.", test_defaults),
      fixture_tool("test_elicitation_sep1330_enums", "Asks with enums of every kind.", test_enums),
      fixture_tool("test_missing_capability", "Needs a client that can sample.", needs_sampling),
      fixture_tool("test_streaming_elicitation", "Asks for a name.", ask_name),
      fixture_tool("test_input_required_result_elicitation", "Asks for a name.", ask_name),
      fixture_tool("test_input_required_result_sampling", "Asks the client's model.", ask_capital),
      fixture_tool("test_input_required_result_list_roots", "Asks for the client's roots.", ask_roots),
      fixture_tool("test_input_required_result_request_state", "Asks, and wants its state back.", ask_with_state),
      fixture_tool("test_input_required_result_multiple_inputs", "Asks three things at once.", ask_three),
      fixture_tool("test_input_required_result_multi_round", "Asks twice, one after the other.", ask_twice),
      fixture_tool("test_input_required_result_tampered_state", "Asks, and wants its state back.", ask_with_state),
      fixture_tool("test_input_required_result_capabilities", "Asks what the client can answer.", ask_what_is_declared),
  };
}

mcp::Prompt asking_prompt() {
  return {.name = "test_input_required_result_prompt",
          .title = "Asks first",
          .description = "A prompt that asks for its context.",
          .handler = prompt_with_context};
}

}  // namespace pianola::tests
