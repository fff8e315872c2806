// execution_step: hands in one step, which is checked before it counts; with the id alone it says where the execution
// stands. What comes next is text to be read; a refusal is an error with the rule broken and the attempts left.
#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/execution_answer.h"
#include "tools/hand_out_page.h"
#include "tools/roles.h"
#include "workflow/hand_in.h"

namespace pianola::tools {

namespace {

using workflow::ExecutionView;
using workflow::StepAnswer;
using workflow::StepAnswerKind;

struct StepArguments {
  std::string execution_id;
  std::string step;
  std::optional<Json> output;
  std::optional<workflow::HandInOutcome> outcome;
  std::string note;
  std::string executor;
  std::optional<Json> usage;
  std::string cursor;
};

const schema::Description<StepArguments>& describe(schema::Of<StepArguments>) {
  static const auto kDescription =
      schema::Description<StepArguments>()
          .required("execution_id", &StepArguments::execution_id, "From execution_start.")
          .optional("step", &StepArguments::step, "Id of the step.")
          .optional("output", &StepArguments::output, "What the step asks for.")
          .optional("outcome", &StepArguments::outcome, "Default done.")
          .optional("note", &StepArguments::note, "Why, if not done.")
          .optional("executor", &StepArguments::executor, "Your model name, if not the one that started.")
          .optional("usage", &StepArguments::usage,
                    "Only if known exactly: {input_tokens (without cached), cached_input_tokens, "
                    "cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, model, and of a sum "
                    "largest_prompt_tokens}.")
          .optional("cursor", &StepArguments::cursor, "From a cut text's last line: gives the rest.")
          .not_built_yet("trial", "trial is not built yet: leave it out.")
          .ignored("wait_for_previous");
  return kDescription;
}

bool asks_where(const StepArguments& arguments) {
  return arguments.step.empty() && !arguments.output && !arguments.outcome && arguments.note.empty() &&
         !arguments.usage;
}

// The latest recorded hand-in of the step that the answer is about, or null.
const workflow::HandIn* last_of(const workflow::Execution& execution, const std::string& step) {
  const workflow::HandIn* last = nullptr;
  for (const workflow::HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step == step) last = &hand_in;
  }
  return last;
}

std::string inserted_line(const workflow::InsertedStep& inserted) {
  std::string line = "Recorded, but the workflow has no step \"" + inserted.step + "\".";
  for (std::size_t i = 0; i < inserted.nearest.size(); ++i) {
    line += (i == 0 ? " Nearest: \"" : ", \"") + inserted.nearest[i] + "\"";
  }
  return inserted.nearest.empty() ? line : line + ".";
}

// What became of the hand-in, for the line above the next step.
std::string opening_of(const ExecutionView& view, const StepAnswer& answer) {
  std::string opening;
  const workflow::HandIn* last = last_of(view.execution, answer.step);
  if (answer.inserted) {
    opening = inserted_line(*answer.inserted);
  } else if (last != nullptr) {
    opening = accepted_line(*last);
    const bool is_broken = last->result != workflow::HandInResult::accepted && !answer.broken.empty();
    if (is_broken) opening += " " + workflow::list_broken(answer.broken) + " Its attempts are spent";
    if (is_broken) opening += workflow::left_out(*last) ? "; the workflow goes on without it." : ".";
  }
  if (const std::string computed = computed_line(view.execution); !computed.empty()) opening += " " + computed;
  if (answer.revived) opening += " The execution had been idle; it goes on.";
  if (const std::string changed = changed_files_line(view); !changed.empty()) opening += "\n" + changed;
  return opening;
}

mcp::ToolResult go_on(const ExecutionView& view, const StepAnswer& answer, std::size_t page_bytes) {
  std::string opening = opening_of(view, answer);
  if (view.next_item) return next_item_result(view, opening, page_bytes);
  if (view.batch) opening += "\n" + progress_line(*view.batch) + not_succeeded_line(*view.batch) + view.batch_stopped;
  const bool is_whole = view.execution.mode == workflow::Mode::whole && workflow::is_open(view.execution.state);
  if (is_whole) return with_meta(mcp::text_result(render_progress(view, opening)), view);
  return hand_out_result(Body::step, step_head(hand_out_of(view), opening), view, page_bytes);
}

// A refusal as an error; where a step asks for no attempt any more, the packet for a stronger model as text.
mcp::ToolResult answer_step(const ExecutionView& view, const StepAnswer& answer, std::size_t page_bytes) {
  switch (answer.kind) {
    case StepAnswerKind::accepted:
    case StepAnswerKind::skipped:
    case StepAnswerKind::ended:
      return go_on(view, answer, page_bytes);
    case StepAnswerKind::handed_off:
      return hand_out_result(Body::hand_off, hand_off_head(hand_out_of(view)), view, page_bytes);
    case StepAnswerKind::refused:
    case StepAnswerKind::blocked:
      return with_meta(mcp::refused(with_next_item(answer.refusal.value(), view)), view);
  }
  return {};
}

// Where the execution stands, or the page of its current text that the cursor names.
mcp::ToolResult show_here(ToolContext& context, const workflow::Actor& actor, const workflow::ExecutionId& id,
                          const std::string& cursor) {
  const std::size_t page_bytes = context.environment.settings.page_bytes;
  const Result<ExecutionView> view = workflow::where_am_i(context.environment, actor, id);
  if (!view) return mcp::refused(with_open_executions(context, actor, view.error()));
  if (cursor.empty()) return here_result(*view, page_bytes);
  const Result<std::string> page = page_at(cursor, hand_out_of(*view), page_bytes);
  return with_meta(page ? mcp::text_result(*page) : mcp::refused(page.error()), *view);
}

mcp::ToolResult take_step(ToolContext& context, const Json& arguments, mcp::Request& request) {
  Result<StepArguments> decoded = schema::decode_or_refuse<StepArguments>(arguments);
  if (!decoded) return refused_call(context, request, arguments, decoded.error());
  const Result<workflow::ExecutionId> id = workflow::ExecutionId::parse(decoded->execution_id);
  const workflow::Actor actor = actor_of(request);
  if (!id) return mcp::refused(with_open_executions(context, actor, id.error()));
  if (asks_where(*decoded)) return show_here(context, actor, *id, decoded->cursor);
  const auto outcome = decoded->outcome.value_or(workflow::HandInOutcome::done);
  Result<workflow::HandInRequest> handed_in =
      hand_in_request({std::move(decoded->step), std::move(decoded->output), outcome, std::move(decoded->note),
                       std::move(decoded->executor), std::move(decoded->usage)});
  if (!handed_in) return refused_call(context, request, arguments, handed_in.error());
  handed_in->call_id = host_call_id(request.meta());
  const std::string host = host_model(request.meta());
  if (!host.empty() || !handed_in->executor.empty()) {
    handed_in->executor = workflow::executor_name(context.environment, actor, host, handed_in->executor);
  }
  const Result<workflow::HandedIn> answered = workflow::hand_in_step(context.environment, actor, *id, *handed_in);
  if (!answered) return mcp::refused(with_open_executions(context, actor, answered.error()));
  if (!answered->answer.repeated) request.resource_updated("execution://" + id->text());
  return answer_step(answered->view, answered->answer, context.environment.settings.page_bytes);
}

}  // namespace

mcp::Tool execution_step_tool(ToolContext& context) {
  return {.name = "execution_step",
          .title = "Hand in a step",
          .description =
              "Hand in the output of the current step; it is checked. Gives the next step, or the rule broken. Never "
              "invent values to pass a check: use outcome failed. With execution_id alone: where you are.",
          .input_schema = schema::schema_of<StepArguments>(),
          .effects = mcp::Effects(mcp::Change::adds, mcp::Repeat::new_effect, mcp::Reach::own_data),
          .needs = kMayExecute,
          .meta = {{"anthropic/alwaysLoad", true}},
          .handler = [&context](const Json& arguments, mcp::Request& request) {
            return take_step(context, arguments, request);
          }};
}

}  // namespace pianola::tools
