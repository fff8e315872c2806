// execution_start: begins carrying out a workflow on one input, and hands out the first step, or the whole playbook.
#include <map>

#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/execution_answer.h"
#include "tools/hand_out_page.h"
#include "tools/roles.h"
#include "workflow/mode_advice.h"

namespace pianola::tools {

namespace {

using workflow::ExecutionView;
using workflow::Mode;

struct StartArguments {
  std::string name;
  Json input = Json::object();
  std::optional<std::vector<Json>> inputs;
  std::map<std::string, std::string> input_files;
  std::string executor;
  std::string version;
  Mode mode = Mode::guided;
  std::string idempotency_key;
};

const schema::Description<StartArguments>& describe(schema::Of<StartArguments>) {
  static const auto kDescription =
      schema::Description<StartArguments>()
          .required("name", &StartArguments::name, "The workflow.")
          .optional("input", &StartArguments::input, "Ids and short text, as the workflow's inputs ask.")
          .optional("inputs", &StartArguments::inputs, "Instead: up to 100, in turn.")
          .optional("input_files", &StartArguments::input_files,
                    "{input property: file path}, for long text; or {inputs: JSONL path}.")
          .optional("executor", &StartArguments::executor, "Your model name.")
          .optional("version", &StartArguments::version, "Default: the newest published.")
          .optional("mode", &StartArguments::mode,
                    "guided (default): step by step. whole: all steps at once, to execution_finish.")
          .optional("idempotency_key", &StartArguments::idempotency_key, "For programs. Omit.")
          .not_built_yet("trial", "trial is not built yet: leave it out.")
          .ignored("wait_for_previous");
  return kDescription;
}

// What makes two starts the same: all but the key itself.
Result<std::string> hash_start(const StartArguments& arguments) {
  Json same = {{"name", arguments.name},         {"input", arguments.input},     {"input_files", arguments.input_files},
               {"executor", arguments.executor}, {"version", arguments.version}, {"mode", to_string(arguments.mode)}};
  if (arguments.inputs) same["inputs"] = *arguments.inputs;
  return hash_arguments(same);
}

// A key that a program gives is its promise of equal arguments. A host's id of the call is only a hint that this may be
// a repeat: with other arguments it names another call.
std::string key_of(const StartArguments& arguments, const std::string& call_id, const std::string& hash) {
  if (!arguments.idempotency_key.empty()) return arguments.idempotency_key;
  return call_id.empty() ? std::string() : "call:" + call_id + ":" + hash;
}

mcp::ToolResult hand_out_start(const ExecutionView& view, const std::string& advice, std::size_t page_bytes) {
  const bool was_handed_out = workflow::last_by_model(view.execution) != nullptr;
  // A first item that the server did alone told no model what is the same for all.
  if (view.next_item && !was_handed_out) return hand_out_start(*view.next_item, advice, page_bytes);
  const HandOut hand_out = hand_out_of(view);
  const workflow::Execution& execution = view.execution;
  const bool under_way = was_handed_out || !workflow::is_open(execution.state);
  // The same start again, later; or what is computed first is all, or waits for a model.
  if (under_way || is_handed_off(hand_out)) return here_result(view, page_bytes);
  if (execution.mode == Mode::whole) {
    return hand_out_result(Body::whole, whole_head(hand_out) + advice, view, page_bytes);
  }
  const std::string computed = computed_line(execution);
  return hand_out_result(Body::first, first_head(hand_out) + advice + computed + (computed.empty() ? "" : "\n\n"), view,
                         page_bytes);
}

// A path in the place of the list: told where it belongs.
std::optional<Refusal> refuse_file_as_inputs(const Json& arguments) {
  const auto inputs = arguments.is_object() ? arguments.find("inputs") : arguments.end();
  if (inputs == arguments.end() || !inputs->is_string() || inputs->get_ref<const std::string&>().starts_with('[')) {
    return std::nullopt;
  }
  return Refusal{"wrong_type",
                 "inputs is a list of inputs; a file of JSON objects, one a line, goes into input_files: "
                 "{\"inputs\": " +
                     dump_compact(*inputs) + "}.",
                 "/inputs"};
}

mcp::ToolResult start(ToolContext& context, const Json& arguments, mcp::Request& request) {
  if (const std::optional<Refusal> refusal = refuse_file_as_inputs(arguments)) return mcp::refused(*refusal);
  Result<StartArguments> decoded = schema::decode_or_refuse<StartArguments>(arguments);
  if (!decoded) return mcp::refused(decoded.error());
  const Result<std::string> hash = hash_start(*decoded);
  if (!hash) return mcp::refused(hash.error());
  const workflow::Actor actor = actor_of(request);
  workflow::StartRequest wanted;
  wanted.key = key_of(*decoded, host_call_id(request.meta()), *hash);
  wanted.arguments_hash = *hash;
  wanted.executor = workflow::executor_name(context.environment, actor, host_model(request.meta()), decoded->executor);
  wanted.name = std::move(decoded->name);
  wanted.version = std::move(decoded->version);
  wanted.input = std::move(decoded->input);
  wanted.inputs = std::move(decoded->inputs);
  wanted.input_files = std::move(decoded->input_files);
  wanted.mode = decoded->mode;
  const Result<ExecutionView> view = workflow::start_execution(context.environment, actor, wanted);
  if (!view) return mcp::refused(view.error());
  const std::string advice =
      workflow::advise_mode(context.environment, actor, view->execution, view->version->design, decoded->mode);
  return hand_out_start(*view, advice, context.environment.settings.page_bytes);
}

}  // namespace

mcp::Tool execution_start_tool(ToolContext& context) {
  return {
      .name = "execution_start",
      .title = "Start an execution",
      .description =
          "Start a workflow on one input, or on each of inputs. Gives an execution_id and the first step. Do what the "
          "step says, then call execution_step.",
      .input_schema = schema::schema_of<StartArguments>(),
      .effects = mcp::Effects(mcp::Change::adds, mcp::Repeat::new_effect, mcp::Reach::own_data),
      .needs = kMayExecute,
      .meta = {{"anthropic/alwaysLoad", true}},
      .handler = [&context](const Json& arguments, mcp::Request& request) {
        return start(context, arguments, request);
      }};
}

}  // namespace pianola::tools
