// execution_finish: ends an execution, in whole mode with all its steps, and gives the three answers: was the workflow
// followed, did anything unexpected come up, should the workflow be updated. For designers also what it cost and saved.
#include <algorithm>

#include "base/list_text.h"
#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/execution_answer.h"
#include "tools/roles.h"
#include "workflow/hand_in.h"
#include "workflow/read_accounts.h"

namespace pianola::tools {

namespace {

using workflow::Execution;
using workflow::ExecutionView;
using workflow::FinishAnswerKind;
using workflow::Finished;

// One of `steps`.
struct FinishStep {
  std::string step;
  std::optional<Json> output;
  workflow::HandInOutcome outcome = workflow::HandInOutcome::done;
  bool skipped = false;
  std::string note;
  bool operator==(const FinishStep&) const = default;
};

const schema::Description<FinishStep>& describe(schema::Of<FinishStep>) {
  static const auto kDescription = schema::Description<FinishStep>()
                                       .required("step", &FinishStep::step, "Id of the step.")
                                       .optional("output", &FinishStep::output, "What the step asks for.")
                                       .optional("outcome", &FinishStep::outcome, "Default done.")
                                       .optional("skipped", &FinishStep::skipped, "The same as outcome skipped.")
                                       .optional("note", &FinishStep::note, "Why, if not done.");
  return kDescription;
}

struct FinishArguments {
  std::string execution_id;
  workflow::FinishOutcome outcome = workflow::FinishOutcome::succeeded;
  std::vector<FinishStep> steps;
  std::optional<Json> output;
  std::optional<double> confidence;
  std::string rationale;
  std::string edge_case;
  std::optional<Json> usage;
};

const schema::Description<FinishArguments>& describe(schema::Of<FinishArguments>) {
  static const auto kDescription =
      schema::Description<FinishArguments>()
          .required("execution_id", &FinishArguments::execution_id, "From execution_start.")
          .required("outcome", &FinishArguments::outcome, "How it ended: succeeded, failed or escalated.")
          .optional("steps", &FinishArguments::steps, "Whole mode: [{step, output, outcome}] in the order done.",
                    schema::Shown::outer_type)
          .optional("output", &FinishArguments::output, "Final output, if the workflow asks for one.")
          .optional("confidence", &FinishArguments::confidence, "0 to 1.")
          .optional("rationale", &FinishArguments::rationale, "Why this outcome, in a sentence.")
          .optional("edge_case", &FinishArguments::edge_case, "Id of the designed edge case that was met.")
          .optional(
              "usage", &FinishArguments::usage,
              "As in execution_step, for the whole execution; replaces the steps' usage. Told again, it corrects.")
          .not_built_yet("trial", "trial is not built yet: leave it out.")
          .ignored("wait_for_previous");
  return kDescription;
}

constexpr std::size_t kMostStepsAtOnce = 1'000;  // of one call; the time to align them grows with the square

// The domain's request. `executor` and `call_id` are what the host says of this call.
Result<workflow::FinishRequest> finish_request(FinishArguments arguments, const std::string& executor,
                                               const std::string& call_id) {
  workflow::FinishRequest request;
  if (arguments.steps.size() > kMostStepsAtOnce) {
    return refuse("too_many_steps",
                  "steps has " + std::to_string(arguments.steps.size()) + " elements; at most " +
                      std::to_string(kMostStepsAtOnce) + " are taken. Hand the first ones in with execution_step.",
                  "/steps");
  }
  for (std::size_t i = 0; i < arguments.steps.size(); ++i) {
    FinishStep& given = arguments.steps[i];
    const auto outcome = given.skipped ? workflow::HandInOutcome::skipped : given.outcome;
    Result<workflow::HandInRequest> step =
        hand_in_request({std::move(given.step), std::move(given.output), outcome, std::move(given.note), {}, {}},
                        pointer_child("/steps", i));
    if (!step) return refuse(step.error());
    step->executor = executor;
    step->call_id = call_id;
    request.steps.push_back(*std::move(step));
  }
  if (arguments.output) {
    const Result<std::string> exact = hash_arguments(*arguments.output, "/output");
    if (!exact) return refuse(exact.error());
  }
  Result<std::optional<workflow::Usage>> usage = usage_of(arguments.usage, "/usage");
  if (!usage) return refuse(usage.error());
  request.outcome = arguments.outcome;
  request.output = std::move(arguments.output);
  request.edge_case = std::move(arguments.edge_case);
  request.confidence = arguments.confidence;
  request.rationale = std::move(arguments.rationale);
  request.usage = *std::move(usage);
  return request;
}

// Was the workflow followed?
OrderedJson followed_json(const Finished& finished) {
  const Execution& execution = finished.view.execution;
  OrderedJson followed = OrderedJson::object();
  followed["adherence"] = finished.adherence ? OrderedJson(finished.adherence->score) : OrderedJson(nullptr);
  followed["deviations"] = OrderedJson::array();
  if (finished.adherence) {
    for (const workflow::Deviation& deviation : finished.adherence->deviations) {
      followed["deviations"].push_back({{"kind", to_string(deviation.kind)}, {"step", deviation.step}});
    }
  }
  const auto computed = std::ranges::count_if(execution.hand_ins, workflow::is_by_server);
  followed["hand_ins"] = std::ssize(execution.hand_ins) - computed;
  if (computed > 0) followed["computed_by_server"] = computed;
  followed["refused"] =
      std::ranges::count(execution.hand_ins, workflow::HandInResult::refused, &workflow::HandIn::result);
  followed["blocked"] = execution.blocked;
  for (const workflow::RefusedStep& step : finished.answer.left_out) {
    followed["left_out"].push_back({{"step", step.step}, {"refused", workflow::list_broken(step.broken)}});
  }
  if (!finished.answer.ignored.empty()) {
    followed["ignored"] = {{"steps", finished.answer.ignored}, {"why", "the server does these steps itself"}};
  }
  for (const workflow::InsertedStep& inserted : finished.answer.inserted) {
    followed["unknown_steps"].push_back({{"step", inserted.step}, {"nearest", inserted.nearest}});
  }
  return followed;
}

// Did anything unexpected come up?
OrderedJson edge_cases_json(const Finished& finished) {
  const Execution& execution = finished.view.execution;
  OrderedJson met = {{"designed", OrderedJson(nullptr)}, {"reported", finished.reported}};
  if (!execution.edge_case.empty()) met["designed"] = execution.edge_case;
  if (execution.designed_escalation) met["designed_escalation"] = true;
  return met;
}

// Should the workflow be updated?
OrderedJson update_json(const Finished& finished) {
  if (!finished.health) return {{"answer", "not enough evidence"}};
  return {{"answer", to_string(finished.health->advice)}, {"why", finished.health->why}};
}

// What this execution cost and saved; null where that is not known.
void add_money(OrderedJson& json, ToolContext& context, const workflow::Actor& actor, const ExecutionView& view) {
  const auto prices = workflow::price_book(context.environment, actor);
  const auto entries = workflow::entries_of(view.execution, *view.version, prices);
  const auto history = context.environment.store.versions().history(actor.workspace, view.version->name);
  std::vector<workflow::DesignBooking> designs;
  if (!history.empty()) {
    // The first version names the baseline; what it cost is no part of one execution's account.
    const auto first =
        context.environment.store.versions().find(actor.workspace, view.version->name, history.back().number);
    if (first)
      designs.push_back({first->name, first->number, first->created_at, workflow::booking_of(*first).designed_by});
  }
  const workflow::Accounts accounts =
      workflow::summarize(entries, designs, prices,
                          {.baseline = context.environment.settings.baseline, .now = context.environment.clock.now()});
  const bool is_priced = accounts.unpriced_executions == 0;
  json["cost_usd"] =
      is_priced ? OrderedJson((*accounts.execution_cost + *accounts.escalation_cost).usd()) : OrderedJson();
  json["saved_usd"] = usd_or_null(accounts.execution_savings);
  json["baseline_model"] = or_null(accounts.baseline_model);
  if (is_priced) return;
  const std::string day = view.execution.ended_at.value_or(view.execution.last_hand_in_at).date();
  json["cost_unknown"] = workflow::describe_gaps(workflow::cost_gaps(view.execution, prices), prices, day);
}

// A success with steps that its workflow lacks, told so that others can do them, is worth keeping.
bool taught_steps(const Execution& execution, const workflow::Version& version) {
  if (execution.state != workflow::ExecutionState::succeeded) return false;
  return std::ranges::any_of(workflow::trace_of(execution), [&](const workflow::HandIn* hand_in) {
    return !hand_in->note.empty() && version.design.find_step(hand_in->step) == nullptr;
  });
}

// How a batch went.
OrderedJson batch_json(const ExecutionView& view) {
  constexpr std::size_t kMostItems = 20;
  const workflow::BatchProgress& progress = *view.batch;
  OrderedJson batch = {{"items", progress.items}};
  for (const auto& [state, count] : progress.by_state) batch[state] = count;
  if (progress.not_started > 0) batch["not_started"] = progress.not_started;
  for (const workflow::BatchProgress::Item& item : progress.not_succeeded) {
    if (batch["not_succeeded"].size() == kMostItems) break;
    batch["not_succeeded"].push_back({{"item", item.item}, {"execution_id", item.id}, {"state", item.state}});
  }
  if (!view.batch_stopped.empty()) batch["stopped"] = view.batch_stopped;
  return batch;
}

// What an item of a batch is told of its finish in a line, beside its state: the answer is the next item's.
std::string told_of_item(const Finished& finished) {
  const workflow::FinishAnswer& answer = finished.answer;
  std::string told = answer.kind == FinishAnswerKind::added ? "What you told was added." : "";
  const auto tell = [&](const std::string& what, const std::string& of) {
    constexpr std::size_t kLongest = 300;  // bytes
    told += (told.empty() ? "" : " ") + what + ": " + cut(of, kLongest) + ".";
  };
  std::vector<std::string> deviations;
  if (finished.adherence) {
    for (const workflow::Deviation& deviation : finished.adherence->deviations) {
      deviations.push_back(std::string(to_string(deviation.kind)) + " " + deviation.step);
    }
  }
  if (!deviations.empty()) tell("Deviations", list_text(deviations, "", 6));
  for (const workflow::RefusedStep& step : answer.left_out) {
    tell("Left out " + step.step, workflow::list_broken(step.broken));
  }
  if (!answer.ignored.empty()) tell("Ignored, as the server does these steps", list_text(answer.ignored, "", 6));
  return told;
}

OrderedJson finished_json(ToolContext& context, const workflow::Actor& actor, const Finished& finished) {
  const Execution& execution = finished.view.execution;
  OrderedJson json = {{"execution_id", execution.id.text()},
                      {"workflow", execution.workflow.text()},
                      {"version", execution.version.text()},
                      {"state", to_string(execution.state)},
                      {"outcome_known_by", to_string(execution.outcome_source)}};
  json["followed"] = followed_json(finished);
  json["edge_cases"] = edge_cases_json(finished);
  json["update"] = update_json(finished);
  if (finished.answer.kind == FinishAnswerKind::added) json["added"] = true;
  if (finished.view.batch) json["batch"] = batch_json(finished.view);
  for (const workflow::Usage& usage : finished.answer.replaced_usage) {
    json["replaced_usage"].push_back(workflow::encode_usage(usage));
  }
  for (const workflow::ChangedFile& file : finished.view.changed_files) json["changed_files"].push_back(file.path);
  if (!actor.executor_role && taught_steps(execution, *finished.view.version)) {
    json["compile"] =
        "To make a draft of what was done here, steps that the workflow lacks included, call workflow_save "
        "with workflow {\"from_execution\": \"" +
        execution.id.text() + "\"}.";
  }
  if (!actor.executor_role) add_money(json, context, actor, finished.view);
  // Designers read what is missing in cost_unknown.
  if (actor.executor_role && !workflow::tells_usage(execution)) {
    json["usage_unknown"] =
        "No usage was told, so the cost is not known. If you know it exactly, call execution_finish "
        "again with outcome \"" +
        std::string(to_string(execution.state)) + "\" and usage.";
  }
  return json;
}

// A step of `steps` spent its attempts: the packet for a stronger model, after what else must be mended.
mcp::ToolResult handed_off_result(const Finished& finished, std::size_t page_bytes) {
  mcp::ToolResult result =
      hand_out_result(Body::hand_off, hand_off_head(hand_out_of(finished.view)), finished.view, page_bytes);
  const std::string& waiting = finished.view.execution.current_step;
  const bool more =
      !finished.answer.open_steps.empty() ||
      std::ranges::any_of(finished.answer.refused_steps, [&](const auto& refused) { return refused.step != waiting; });
  if (more && finished.answer.refusal) {
    result.content.emplace_back(mcp::Text{"To mend as well: " + cut(finished.answer.refusal->message, page_bytes / 2)});
  }
  return result;
}

mcp::ToolResult answer_finish(ToolContext& context, const workflow::Actor& actor, const Finished& finished) {
  switch (finished.answer.kind) {
    case FinishAnswerKind::ended:
    case FinishAnswerKind::added:
      if (finished.view.next_item)
        return next_item_result(finished.view, told_of_item(finished), context.environment.settings.page_bytes);
      return with_meta(mcp::facts(finished_json(context, actor, finished)), finished.view);
    case FinishAnswerKind::handed_off:
      return with_meta(handed_off_result(finished, context.environment.settings.page_bytes), finished.view);
    case FinishAnswerKind::refused:
    case FinishAnswerKind::blocked:
      return with_meta(mcp::refused(with_next_item(finished.answer.refusal.value(), finished.view)), finished.view);
  }
  return {};
}

mcp::ToolResult finish(ToolContext& context, const Json& arguments, mcp::Request& request) {
  Result<FinishArguments> decoded = schema::decode_or_refuse<FinishArguments>(arguments);
  if (!decoded) return refused_call(context, request, arguments, decoded.error());
  const Result<workflow::ExecutionId> id = workflow::ExecutionId::parse(decoded->execution_id);
  const workflow::Actor actor = actor_of(request);
  if (!id) return mcp::refused(with_open_executions(context, actor, id.error()));
  const std::string host = host_model(request.meta());
  const std::string executor =
      host.empty() ? std::string() : workflow::executor_name(context.environment, actor, host, "");
  Result<workflow::FinishRequest> wanted = finish_request(*std::move(decoded), executor, host_call_id(request.meta()));
  if (!wanted) return refused_call(context, request, arguments, wanted.error());
  const Result<Finished> finished =
      workflow::finish_execution(context.environment, actor, *id, *std::move(wanted), heartbeat_of(request));
  if (!finished) return mcp::refused(with_open_executions(context, actor, finished.error()));
  if (finished->answer.changed) request.resource_updated("execution://" + id->text());
  return answer_finish(context, actor, *finished);
}

}  // namespace

mcp::Tool execution_finish_tool(ToolContext& context) {
  return {.name = "execution_finish",
          .title = "Finish an execution",
          .description =
              "End an execution; in whole mode hand in all steps. Tells whether the workflow was followed, whether "
              "anything unexpected came up, and whether it should be updated.",
          .input_schema = schema::schema_of<FinishArguments>(),
          .effects = mcp::Effects(mcp::Change::adds, mcp::Repeat::same_effect, mcp::Reach::own_data),
          .needs = kMayExecute,
          .meta = {{"anthropic/alwaysLoad", true}},
          .handler = [&context](const Json& arguments, mcp::Request& request) {
            return finish(context, arguments, request);
          }};
}

}  // namespace pianola::tools
