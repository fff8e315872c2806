// tools/*, resources/*, prompts/*, completion/*.
#include <algorithm>

#include "base/list_text.h"
#include "base/nearest_name.h"
#include "mcp/icons.h"
#include "mcp/server_call.h"

namespace pianola::mcp {
namespace {

// A product's names are no secret: who lacks a right is told so, not that there is nothing.
template <class Entry>
ProtocolError lacks_rights(const Features& features, const Entry& entry, const Caller& caller, const char* kind) {
  const auto& how = features.how_to_get_rights;
  return {code::kInvalidParams, std::string("The ") + kind + " " + entry.name + " is not for this caller." +
                                    (how ? " " + how(caller, entry.needs) : std::string())};
}

// The entry of that name that the caller may use. Throws ProtocolError where there is none: with the nearest names, or
// with what the caller lacks.
template <class Entry>
const Entry& find_named(const Features& features, const std::vector<Entry>& entries, const std::string& name,
                        const Caller& caller, const char* kind) {
  if (const auto found = std::ranges::find(entries, name, &Entry::name); found != entries.end()) {
    if (may_use(caller, found->needs)) return *found;
    throw lacks_rights(features, *found, caller, kind);
  }
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    if (may_use(caller, entry.needs)) names.push_back(entry.name);
  }
  std::string hint = did_you_mean(name, names);
  constexpr std::size_t kMostListed = 20;
  if (hint.empty() && !names.empty()) hint = " There are: " + list_text(names, "", kMostListed) + ".";
  throw ProtocolError{code::kInvalidParams, std::string("Unknown ") + kind + ": " + name.substr(0, 100) + "." + hint};
}

// Lists are short enough for one page: a cursor can only be a wrong one.
void refuse_cursor(const Json& params) {
  if (params.contains("cursor")) throw ProtocolError{code::kInvalidParams, "Unknown cursor: there is one page only"};
}

std::map<std::string, std::string> text_arguments(const Json& params, const char* name) {
  std::map<std::string, std::string> texts;
  const auto arguments = params.find(name);
  if (arguments == params.end()) return texts;
  if (!arguments->is_object())
    throw ProtocolError{code::kInvalidParams, std::string("\"") + name + "\" must be an object"};
  for (auto it = arguments->begin(); it != arguments->end(); ++it) {
    texts[it.key()] = it->is_string() ? it->get<std::string>() : dump_compact(*it);
  }
  return texts;
}

// The code of a tool's error; "error" where it gives none.
std::string error_code_of(const ToolResult& result) {
  const auto error = result.structured ? result.structured->find("error") : OrderedJson::const_iterator();
  const bool has_code = result.structured && error != result.structured->end() && error->contains("code");
  return has_code ? error->at("code").get<std::string>() : "error";
}

OrderedJson message_json(const PromptMessage& message, const Revision& revision) {
  std::string content;
  append_content(content, message.content, revision);
  return {{"role", message.by_assistant ? "assistant" : "user"}, {"content", OrderedJson::parse(content)}};
}

}  // namespace

Rights Server::needed_for(const Json& message) const {
  const auto params = message.is_object() ? message.find("params") : message.end();
  if (!message.is_object() || params == message.end() || !params->is_object()) return 0;
  const std::string name = text_member(*params, "name");
  const auto needs = [&](const auto& entries) {
    const auto found = std::ranges::find_if(entries, [&](const auto& each) { return each.name == name; });
    return found == entries.end() ? Rights{0} : found->needs;
  };
  const std::string method = text_member(message, "method");
  if (method == "tools/call") return needs(features_.tools);
  return method == "prompts/get" ? needs(features_.prompts) : Rights{0};
}

void Server::list_tools(Call& call) const {
  refuse_cursor(call.params());
  const Caller& caller = call.session.caller;
  std::string& cached = tool_lists_[{call.revision.name, caller.rights}];
  if (cached.empty()) {
    OrderedJson tools = OrderedJson::array();
    for (const Tool& tool : features_.tools) {
      if (may_use(caller, tool.needs)) tools.push_back(tool_json(tool, call.revision));
    }
    cached = finish({{"tools", std::move(tools)}}, call.revision, true);
  }
  call.answer += cached;
}

void Server::call_tool(Call& call) const {
  const Tool& tool = find_named(features_, features_.tools, call.text_param("name"), call.session.caller, "tool");
  static const Json kNoArguments = Json::object();
  const auto given = call.params().find(std::string_view("arguments"));
  const Json& arguments = given == call.params().end() ? kNoArguments : *given;
  if (!arguments.is_object()) throw ProtocolError{code::kInvalidParams, "\"arguments\" must be an object"};
  call.is_tool_call = true;
  const std::size_t start = call.answer.size();
  const auto fail = [&](const Refusal& refusal) {
    call.refusal = refusal.code;
    call.answer.resize(start);
    append_tool_result(call.answer, refused(refusal), call.revision, common_meta(call.revision));
  };
  // Whatever a tool fails with is an answer that the model can read, so that it may do something else.
  std::optional<Fault> fault;
  try {
    fault = fault_of([&] {
      if (call.session.work_fault) throw *call.session.work_fault;
      const ToolResult result = tool.handler(arguments, call.request);
      if (call.request.needs_input()) return ask_for_input(call);
      if (result.is_error) call.refusal = error_code_of(result);
      append_tool_result(call.answer, result, call.revision, common_meta(call.revision));
    });
  } catch (const ProtocolError& error) {
    // A handler meets none in legacy revisions but that of a missing capability: the model reads why it cannot be done.
    if (call.revision.era == Era::modern) throw;
    append_tool_result(call.answer, refused({"missing_capability", error.message, ""}), call.revision, "");
  } catch (const std::exception& error) {
    fault.emplace(FaultKind::bug, error.what());
  }
  if (!fault) return;
  if (fault->kind() == FaultKind::cancelled) throw Fault(*fault);
  fail(fault_refusal(*fault));
}

void Server::ask_for_input(Call& call) const {
  OrderedJson result = {{"resultType", "input_required"}, {"inputRequests", call.request.questions()}};
  if (!call.request.sealed_state().empty()) result["requestState"] = call.request.sealed_state();
  result["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info(call.revision);
  call.answer += dump_compact(result);
}

void Server::list_resources(Call& call) const {
  ResourcePage page;
  const std::string cursor = call.cursor();
  if (features_.resources.list) {
    Result<ResourcePage> listed = features_.resources.list(cursor, call.request);
    if (!listed) throw ProtocolError{code::kInvalidParams, listed.error().message};
    page = *std::move(listed);
  }
  call.answer += finish(page_json(page, call.revision), call.revision, true);
}

void Server::list_templates(Call& call) const {
  refuse_cursor(call.params());
  OrderedJson templates = OrderedJson::array();
  for (const ResourceTemplate& each : features_.resources.templates) {
    if (may_use(call.session.caller, each.needs)) templates.push_back(template_json(each, call.revision));
  }
  call.answer += finish({{"resourceTemplates", std::move(templates)}}, call.revision, true);
}

void Server::read_resource(Call& call) const {
  const std::string uri = call.text_param("uri");
  if (!features_.resources.read)
    throw ProtocolError{call.revision.resource_not_found, "Resource not found", {{"uri", uri}}};
  const Result<ResourceContents> contents = features_.resources.read(uri, call.request);
  if (call.request.needs_input()) return ask_for_input(call);
  if (!contents) throw ProtocolError{call.revision.resource_not_found, contents.error().message, {{"uri", uri}}};
  call.answer += finish({{"contents", OrderedJson::array({contents_json(*contents)})}}, call.revision, true);
}

void Server::list_prompts(Call& call) const {
  refuse_cursor(call.params());
  OrderedJson prompts = OrderedJson::array();
  for (const Prompt& prompt : features_.prompts) {
    if (!may_use(call.session.caller, prompt.needs)) continue;
    OrderedJson json = {{"name", prompt.name}};
    if (call.revision.titles) json["title"] = prompt.title;
    json["description"] = prompt.description;
    add_icons(json, prompt.icons, call.revision);
    for (const PromptArgument& argument : prompt.arguments) {
      json["arguments"].push_back(
          {{"name", argument.name}, {"description", argument.description}, {"required", argument.required}});
    }
    prompts.push_back(std::move(json));
  }
  call.answer += finish({{"prompts", std::move(prompts)}}, call.revision, true);
}

void Server::get_prompt(Call& call) const {
  const Prompt& prompt =
      find_named(features_, features_.prompts, call.text_param("name"), call.session.caller, "prompt");
  const auto arguments = text_arguments(call.params(), "arguments");
  for (const PromptArgument& argument : prompt.arguments) {
    if (argument.required && !arguments.contains(argument.name)) {
      throw ProtocolError{code::kInvalidParams,
                          "The argument \"" + argument.name + "\" is missing: " + argument.description};
    }
  }
  const std::vector<PromptMessage> said = prompt.handler(arguments, call.request);
  if (call.request.needs_input()) return ask_for_input(call);
  OrderedJson messages = OrderedJson::array();
  for (const PromptMessage& message : said) messages.push_back(message_json(message, call.revision));
  call.answer += finish({{"description", prompt.description}, {"messages", std::move(messages)}}, call.revision, false);
}

void Server::check_completed(const CompletionRequest& asked, const Caller& caller) const {
  if (asked.of_prompt) {
    find_named(features_, features_.prompts, asked.name, caller, "prompt");
    return;
  }
  const bool is_template = asked.name.find('{') != std::string::npos;
  const auto is_asked = [&](const ResourceTemplate& each) {
    return each.uri_template == asked.name && may_use(caller, each.needs);
  };
  if (!is_template || std::ranges::any_of(features_.resources.templates, is_asked)) return;
  throw ProtocolError{code::kInvalidParams, "Unknown resource template: " + asked.name.substr(0, 100)};
}

void Server::complete(Call& call) const {
  constexpr std::size_t kMostValues = 100;  // MCP, completion: at most 100 values
  const auto ref = call.params().find("ref");
  const auto argument = call.params().find("argument");
  if (ref == call.params().end() || !ref->is_object() || argument == call.params().end() || !argument->is_object()) {
    throw ProtocolError{code::kInvalidParams, "\"ref\" and \"argument\" must be objects"};
  }
  const auto text = [](const Json& object, const char* name) {
    const auto member = object.find(name);
    if (member == object.end() || !member->is_string()) {
      throw ProtocolError{code::kInvalidParams, std::string("\"") + name + "\" must be a string"};
    }
    return member->get<std::string>();
  };
  CompletionRequest request;
  const std::string type = text(*ref, "type");
  if (type != "ref/prompt" && type != "ref/resource") {
    throw ProtocolError{code::kInvalidParams, "\"ref\" must be of type ref/prompt or ref/resource"};
  }
  request.of_prompt = type == "ref/prompt";
  request.name = text(*ref, request.of_prompt ? "name" : "uri");
  request.argument = text(*argument, "name");
  request.value = text(*argument, "value");
  if (const auto context = call.params().find("context"); context != call.params().end() && context->is_object()) {
    request.others = text_arguments(*context, "arguments");
  }
  check_completed(request, call.session.caller);
  std::vector<std::string> values;
  if (features_.resources.complete) values = features_.resources.complete(request, call.request);
  const std::size_t total = values.size();
  values.resize(std::min(total, kMostValues));
  call.answer += finish({{"completion", {{"values", values}, {"total", total}, {"hasMore", total > kMostValues}}}},
                        call.revision, false);
}

}  // namespace pianola::mcp
