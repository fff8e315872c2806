#include "tools/execution_answer.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/list_text.h"
#include "tools/hand_out_page.h"

namespace pianola::workflow {

std::span<const schema::EnumName<Mode>> enum_names(schema::Of<Mode>) {
  static constexpr schema::EnumName<Mode> kNames[] = {{Mode::guided, "guided"}, {Mode::whole, "whole"}};
  return kNames;
}

std::span<const schema::EnumName<HandInOutcome>> enum_names(schema::Of<HandInOutcome>) {
  static constexpr schema::EnumName<HandInOutcome> kNames[] = {
      {HandInOutcome::done, "done"}, {HandInOutcome::failed, "failed"}, {HandInOutcome::skipped, "skipped"}};
  return kNames;
}

std::span<const schema::EnumName<FinishOutcome>> enum_names(schema::Of<FinishOutcome>) {
  static constexpr schema::EnumName<FinishOutcome> kNames[] = {{FinishOutcome::succeeded, "succeeded"},
                                                               {FinishOutcome::failed, "failed"},
                                                               {FinishOutcome::escalated, "escalated"}};
  return kNames;
}

}  // namespace pianola::workflow

namespace pianola::tools {
namespace {

using workflow::Execution;
using workflow::ExecutionView;

constexpr std::size_t kMostNamed = 12;  // steps or files in one line

std::vector<std::string> handed_in_steps(const Execution& execution) {
  std::vector<std::string> ids;
  for (const workflow::HandIn* hand_in : workflow::trace_of(execution, true)) {
    if (std::find(ids.begin(), ids.end(), hand_in->step) == ids.end()) ids.push_back(hand_in->step);
  }
  return ids;
}

// " Open, newest first: ..." with the caller's executions, or nothing.
std::string open_executions(ToolContext& context, const workflow::Actor& actor) {
  constexpr int kLookedAt = 20;
  constexpr std::size_t kMostListed = 3;
  workflow::ExecutionFilter filter;
  if (actor.executor_role) filter.author_key = actor.author.key;
  std::vector<std::string> open;
  for (const workflow::Execution& execution :
       context.environment.store.executions().list(actor.workspace, filter, "", kLookedAt)) {
    if (!workflow::is_open(execution.state) || open.size() == kMostListed) continue;
    const std::string step = execution.current_step.empty() ? "" : ", step " + execution.current_step;
    open.push_back(execution.id.text() + " (" + execution.workflow.text() + step + ")");
  }
  return open.empty() ? std::string() : " Open, newest first: " + list_text(open) + ".";
}

}  // namespace

Result<std::string> hash_arguments(const Json& arguments, const std::string& place) {
  const Result<std::string> canonical = canonical_json(arguments);
  if (!canonical) return refuse(canonical.error().code, canonical.error().message, place + canonical.error().place);
  return workflow::Hash::of(*canonical).text();
}

Result<std::optional<workflow::Usage>> usage_of(const std::optional<Json>& given, const std::string& place) {
  if (!given) return std::optional<workflow::Usage>();
  Result<workflow::Usage> usage = workflow::decode_usage(*given);
  if (!usage) return refuse(usage.error().code, usage.error().message, place + usage.error().place);
  return std::optional<workflow::Usage>(*std::move(usage));
}

namespace {

// The hash of a hand-in's arguments, as hash_arguments has it of an object of those that are given.
Result<std::string> hash_hand_in(const HandedInStep& given, const std::string& place) {
  ObjectText arguments(1024);
  if (!given.executor.empty()) arguments.add("executor", given.executor);
  if (!given.note.empty()) arguments.add("note", given.note);
  if (given.outcome != workflow::HandInOutcome::done) arguments.add("outcome", to_string(given.outcome));
  std::optional<Refusal> refusal;
  const auto add_value = [&](const char* name, const std::optional<Json>& value) {
    if (!value || refusal) return;
    const Result<std::string> canonical = canonical_json(*value);
    if (canonical) {
      arguments.add_json(name, *canonical);
    } else {
      refusal = canonical.error();
      refusal->place = place + "/" + name + refusal->place;
    }
  };
  add_value("output", given.output);
  arguments.add("step", given.step);
  add_value("usage", given.usage);
  if (refusal) return refuse(*std::move(refusal));
  return workflow::Hash::of(arguments.take()).text();
}

}  // namespace

Result<workflow::HandInRequest> hand_in_request(HandedInStep given, const std::string& place) {
  Result<std::string> hash = hash_hand_in(given, place);
  if (!hash) return refuse(hash.error());
  const Result<std::optional<workflow::Usage>> usage = usage_of(given.usage, place + "/usage");
  if (!usage) return refuse(usage.error());
  workflow::HandInRequest request;
  request.step = std::move(given.step);
  request.output = std::move(given.output);
  request.outcome = given.outcome;
  request.note = std::move(given.note);
  request.executor = std::move(given.executor);
  request.usage = *usage;
  request.arguments_hash = *std::move(hash);
  return request;
}

HandOut hand_out_of(const ExecutionView& view) {
  const std::string& rules = view.compiled->hand_in_rules(view.execution.current_step);
  return {*view.version, view.execution, view.instruction, rules, view.attempts_left, view.input};
}

mcp::ToolResult with_meta(mcp::ToolResult result, const ExecutionView& view) {
  result.meta = "\"pianola/execution\":" + execution_meta(view.execution, view.attempts_left);
  return result;
}

Refusal with_open_executions(ToolContext& context, const workflow::Actor& actor, Refusal refusal) {
  if (refusal.code != "unknown_execution") return refusal;
  refusal.place = "/execution_id";
  refusal.message += open_executions(context, actor);
  return refusal;
}

mcp::ToolResult refused_call(ToolContext& context, const mcp::Request& request, const Json& arguments,
                             const Refusal& refusal) {
  const auto given = arguments.find("execution_id");
  const bool is_text = given != arguments.end() && given->is_string();
  const Result<workflow::ExecutionId> id =
      workflow::ExecutionId::parse(is_text ? given->get_ref<const std::string&>() : std::string());
  if (!id) {
    Refusal told = refusal;
    if (given == arguments.end()) told.message += open_executions(context, actor_of(request));
    return mcp::refused(told);
  }
  const auto view = workflow::count_blocked(context.environment, actor_of(request), *id, refusal.code);
  return view ? with_meta(mcp::refused(refusal), *view) : mcp::refused(refusal);
}

std::string changed_files_line(const ExecutionView& view) {
  if (view.changed_files.empty()) return {};
  std::vector<std::string> paths;
  for (const workflow::ChangedFile& file : view.changed_files) paths.push_back(file.path);
  return "Changed or gone since the execution started: " + list_text(paths, "`", kMostNamed) +
         ". What these files hold now is what counts.";
}

mcp::ToolResult hand_out_result(Body body, std::string head, const ExecutionView& view, std::size_t page_bytes) {
  mcp::ToolResult result;
  for (std::string& block : first_page(body, std::move(head), hand_out_of(view), page_bytes)) {
    result.content.emplace_back(mcp::Text{std::move(block)});
  }
  return with_meta(std::move(result), view);
}

std::string render_progress(const ExecutionView& view, std::string_view opening) {
  const Execution& execution = view.execution;
  std::string text = id_line(*view.version, execution);
  if (!opening.empty()) text += std::string(opening) + "\n";
  const std::vector<std::string> done = handed_in_steps(execution);
  if (!done.empty()) text += "Handed in: " + list_text(done, "`", kMostNamed) + ".\n";
  const auto [open, more_may_follow] = workflow::open_steps(*view.compiled, execution, view.input);
  const std::string finish = std::string("call execution_finish: this execution_id, outcome \"succeeded\"") +
                             (view.version->design.outputs ? " and output" : "");
  if (open.empty()) return text + "No step is open: " + finish + ".\n";
  return text + "Still open: " + list_text(open, "`", kMostNamed) +
         (more_may_follow ? ", and what their outputs lead to. When they are done, " : ". When they are done, ") +
         finish +
         " and steps [{\"step\": ID, \"output\": {...}}, ...], or hand them in one by one with execution_step.\n";
}

namespace {

// Which item of a batch an open execution is; behind its last item how the batch went.
std::string batch_lines(const ExecutionView& view) {
  const Execution& execution = view.execution;
  if (!view.batch) return {};
  std::string text = progress_line(*view.batch);
  if (workflow::is_open(execution.state)) return "This is " + item_name(*execution.batch) + ". " + text + "\n";
  text += not_succeeded_line(*view.batch);
  return text + (view.batch_stopped.empty() ? "" : " " + view.batch_stopped) + "\n";
}

// Whole mode, of an execution that is open: what is done, and its input, for a model whose context was cut.
mcp::ToolResult whole_here(const ExecutionView& view, std::string head, const std::string& lines,
                           std::size_t page_bytes) {
  const HandOut hand_out = hand_out_of(view);
  if (view.version->design.steps.empty()) {
    return hand_out_result(Body::whole, head + whole_head(hand_out) + lines, view, page_bytes);
  }
  head += render_progress(view, "") + lines;
  head += "workflow_get with name \"" + view.version->name.text() + "\" and version \"" + view.version->number.text() +
          "\" gives the playbook again. The input:\n";
  return hand_out_result(Body::item, std::move(head), view, page_bytes);
}

// The next item where nobody has begun it: without what the first answer gave for all.
mcp::ToolResult fresh_item(const ExecutionView& view, std::string head, std::size_t page_bytes) {
  const HandOut hand_out = hand_out_of(view);
  if (view.execution.mode == workflow::Mode::guided) {
    return hand_out_result(Body::step, head + step_head(hand_out, computed_line(view.execution)), view, page_bytes);
  }
  head += "Do item " + std::to_string(view.execution.batch->item) + " the same way, execution_id \"" +
          view.execution.id.text() + "\":\n";
  return hand_out_result(Body::item, std::move(head), view, page_bytes);
}

mcp::ToolResult here_below(std::string head, const ExecutionView& view, std::size_t page_bytes) {
  const Execution& execution = view.execution;
  const HandOut hand_out = hand_out_of(view);
  std::string lines = changed_files_line(view);
  if (!lines.empty()) lines += "\n";
  lines += batch_lines(view);
  if (is_handed_off(hand_out)) {
    return hand_out_result(Body::hand_off, head + hand_off_head(hand_out) + lines, view, page_bytes);
  }
  if (execution.mode == workflow::Mode::whole && workflow::is_open(execution.state)) {
    return whole_here(view, std::move(head), lines, page_bytes);
  }
  // A model whose context was cut needs the step itself again.
  return hand_out_result(Body::step, head + here_head(hand_out) + lines, view, page_bytes);
}

}  // namespace

mcp::ToolResult next_item_result(const ExecutionView& ended, const std::string& told, std::size_t page_bytes) {
  const ExecutionView& next = *ended.next_item;
  std::string head = item_line(hand_out_of(ended)) + (told.empty() ? "" : " " + told) + "\n";
  const bool is_fresh = workflow::last_by_model(next.execution) == nullptr && !is_handed_off(hand_out_of(next));
  return is_fresh ? fresh_item(next, std::move(head), page_bytes) : here_below(std::move(head), next, page_bytes);
}

mcp::ToolResult here_result(const ExecutionView& view, std::size_t page_bytes) {
  return view.next_item ? next_item_result(view, "", page_bytes) : here_below("", view, page_bytes);
}

Refusal with_next_item(Refusal refusal, const ExecutionView& view) {
  if (!view.next_item) return refusal;
  const Execution& next = view.next_item->execution;
  refusal.message += " Its batch goes on with " + item_name(*next.batch) +
                     ": call execution_step with execution_id \"" + next.id.text() + "\" alone.";
  return refusal;
}

}  // namespace pianola::tools
