// execution_finish: ends an execution (in whole mode hands everything in) and gives the three answers: was the workflow
// followed, did anything unexpected come up, should it be updated.
#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/execution_tools.h"

namespace pianola::tools {

namespace {

using workflow::FinishAnswerKind;
using workflow::FinishOutcome;
using workflow::HandInOutcome;

struct FinishStep {
  std::string step;
  std::optional<Json> output;
  std::string outcome;
  bool skipped = false;
  std::string note;
  bool operator==(const FinishStep&) const = default;
};

const schema::Description<FinishStep>& describe(schema::Of<FinishStep>) {
  static const auto kDescription = schema::Description<FinishStep>()
                                       .required("step", &FinishStep::step, "id of the step.")
                                       .optional("output", &FinishStep::output, "What the step asks for.")
                                       .optional("outcome", &FinishStep::outcome, "done, failed or skipped.")
                                       .optional("skipped", &FinishStep::skipped, "true: the step was skipped.")
                                       .optional("note", &FinishStep::note, "Why, if not done.");
  return kDescription;
}

struct FinishArguments {
  std::string execution_id;
  std::string outcome;
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
          .required("outcome", &FinishArguments::outcome, "How it ended.")
          .optional("steps", &FinishArguments::steps, "Whole mode: [{step, output, outcome}] in the order done.",
                    schema::Shown::outer_type)
          .optional("output", &FinishArguments::output, "Final output, if the workflow asks for one.")
          .optional("confidence", &FinishArguments::confidence, "0 to 1.")
          .optional("rationale", &FinishArguments::rationale, "Why this outcome, in a sentence.")
          .optional("edge_case", &FinishArguments::edge_case,
                    "Id of the designed edge case that asks for this outcome.")
          .optional("usage", &FinishArguments::usage,
                    "As in execution_step, for the whole execution; replaces the steps' usage.")
          .ignored("wait_for_previous");
  return kDescription;
}

Result<FinishOutcome> outcome_of(const std::string& text) {
  for (const FinishOutcome outcome : {FinishOutcome::succeeded, FinishOutcome::failed, FinishOutcome::escalated}) {
    if (text == to_string(outcome)) return outcome;
  }
  return refuse("bad_value", "\"outcome\" must be succeeded, failed or escalated, but is \"" + text + "\".",
                "/outcome");
}

Result<HandInOutcome> outcome_of(const FinishStep& step) {
  if (step.skipped || step.outcome == "skipped") return HandInOutcome::skipped;
  if (step.outcome == "failed") return HandInOutcome::failed;
  if (step.outcome.empty() || step.outcome == "done") return HandInOutcome::done;
  return refuse("bad_value", "\"outcome\" of a step must be done, failed or skipped, but is \"" + step.outcome + "\".",
                "/steps");
}

Result<workflow::FinishRequest> request_of(const FinishArguments& arguments, const std::string& call_id) {
  workflow::FinishRequest request;
  const Result<FinishOutcome> outcome = outcome_of(arguments.outcome);
  if (!outcome) return refuse(outcome.error());
  request.outcome = *outcome;
  for (const FinishStep& step : arguments.steps) {
    const Result<HandInOutcome> step_outcome = outcome_of(step);
    if (!step_outcome) return refuse(step_outcome.error());
    workflow::HandInRequest hand_in;
    hand_in.step = step.step;
    hand_in.output = step.output;
    hand_in.outcome = *step_outcome;
    hand_in.note = step.note;
    hand_in.call_id = call_id;
    hand_in.arguments_hash = arguments_hash(Json(schema::encode(step)));
    request.steps.push_back(std::move(hand_in));
  }
  request.output = arguments.output;
  request.edge_case = arguments.edge_case;
  request.confidence = arguments.confidence;
  request.rationale = arguments.rationale;
  if (arguments.usage) {
    Result<workflow::Usage> usage = workflow::decode_usage(*arguments.usage);
    if (!usage) return refuse(usage.error());
    request.usage = std::move(*usage);
  }
  return request;
}

OrderedJson deviations_json(const std::vector<workflow::Deviation>& deviations) {
  OrderedJson list = OrderedJson::array();
  for (const workflow::Deviation& deviation : deviations) {
    list.push_back({{"kind", to_string(deviation.kind)}, {"step", deviation.step}});
  }
  return list;
}

// The three answers.
OrderedJson answers(const workflow::Finished& finished) {
  const workflow::Execution& execution = finished.view.execution;
  OrderedJson followed = {{"adherence", nullptr}, {"deviations", OrderedJson::array()}, {"blocked", execution.blocked}};
  if (finished.adherence) {
    followed["adherence"] = finished.adherence->score;
    followed["deviations"] = deviations_json(finished.adherence->deviations);
  }
  OrderedJson json = {{"execution_id", execution.id.text()},
                      {"state", to_string(execution.state)},
                      {"outcome_source", to_string(execution.outcome_source)},
                      {"followed", std::move(followed)},
                      {"unexpected", {{"open_edge_cases", finished.reported}}}};
  if (execution.designed_escalation) json["designed"] = true;
  if (finished.health) {
    json["update"] = {{"advice", to_string(finished.health->advice)}, {"why", finished.health->why}};
  }
  return json;
}

mcp::ToolResult answer(const workflow::Finished& finished) {
  switch (finished.answer.kind) {
    case FinishAnswerKind::ended:
    case FinishAnswerKind::added: {
      mcp::ToolResult result = mcp::facts(answers(finished));
      result.meta["pianola/execution"] = execution_meta(finished.view.execution, std::nullopt);
      return result;
    }
    case FinishAnswerKind::handed_off:
      return execution_text(finished.view, render_hand_off(hand_out_of(finished.view)));
    case FinishAnswerKind::refused:
    case FinishAnswerKind::blocked:
      break;
  }
  return execution_refused(finished.view, finished.answer.refusal.value_or(Refusal{"refused", "Refused.", ""}));
}

mcp::ToolResult finish(ToolContext& context, const Json& arguments, mcp::Request& request) {
  Result<FinishArguments> decoded = schema::decode_or_refuse<FinishArguments>(arguments);
  if (!decoded) return mcp::refused(decoded.error());
  const Result<workflow::ExecutionId> id = workflow::ExecutionId::parse(decoded->execution_id);
  if (!id) return mcp::refused(id.error());
  Result<workflow::FinishRequest> finish_request = request_of(*decoded, host_call_id(request.meta()));
  if (!finish_request) return mcp::refused(finish_request.error());
  const Result<workflow::Finished> finished =
      workflow::finish_execution(context.environment, actor_of(request), *id, std::move(*finish_request));
  return finished ? answer(*finished) : mcp::refused(finished.error());
}

}  // namespace

mcp::Tool execution_finish_tool(ToolContext& context) {
  OrderedJson schema = schema::schema_of<FinishArguments>();
  schema["properties"]["outcome"]["enum"] = {"succeeded", "failed", "escalated"};
  return {
      "execution_finish",
      "Finish an execution",
      "End an execution; in whole mode hand in all steps. Tells whether the workflow was followed, whether anything "
      "unexpected came up, and whether it should be updated.",
      std::move(schema),
      mcp::Effects(mcp::Change::adds, mcp::Repeat::same_effect, mcp::Reach::own_data),
      mcp::Audience::everyone,
      {{"anthropic/alwaysLoad", true}},
      [&context](const Json& arguments, mcp::Request& request) { return finish(context, arguments, request); }};
}

}  // namespace pianola::tools
