#include <algorithm>
#include <map>
#include <utility>

#include "base/counted.h"
#include "base/list_text.h"
#include "base/nearest_name.h"
#include "workflow/check_output.h"
#include "workflow/corrected_way.h"
#include "workflow/hand_in.h"

namespace pianola::workflow {
namespace {

ExecutionState state_of(FinishOutcome outcome) {
  switch (outcome) {
    case FinishOutcome::succeeded:
      return ExecutionState::succeeded;
    case FinishOutcome::failed:
      return ExecutionState::failed;
    case FinishOutcome::escalated:
      return ExecutionState::escalated;
  }
  return ExecutionState::failed;
}

FinishAnswer block(Execution& execution, Refusal refusal) {
  FinishAnswer answer;
  answer.kind = FinishAnswerKind::blocked;
  answer.refusal = std::move(refusal);
  if (!is_open(execution.state)) return answer;
  ++execution.blocked;
  answer.changed = true;
  return answer;
}

// What makes a finish unreadable, whatever the execution's state.
std::optional<Refusal> find_obstacle(const ExecutionContext& context, const Execution& execution,
                                     const FinishRequest& request) {
  if (!request.edge_case.empty() && context.version.design().find_edge_case(request.edge_case) == nullptr) {
    std::vector<std::string> known;
    for (const EdgeCase& edge_case : context.version.design().edge_cases) known.push_back(edge_case.id);
    return Refusal{"unknown_edge_case",
                   "\"" + request.edge_case + "\" is no edge case of this workflow." +
                       did_you_mean(request.edge_case, known) +
                       " Leave edge_case out, and tell a new situation with report_edge_case.",
                   "/edge_case"};
  }
  if (request.confidence && !(*request.confidence >= 0 && *request.confidence <= 1)) {
    return Refusal{"bad_confidence", "confidence must be a number from 0 to 1.", "/confidence"};
  }
  if (execution.mode == Mode::guided && !request.steps.empty()) {
    return Refusal{"steps_in_guided_mode",
                   "This execution is guided: hand in one step at a time with execution_step, and leave steps out.",
                   "/steps"};
  }
  for (std::size_t i = 0; i < request.steps.size(); ++i) {
    if (!request.steps[i].step.empty()) continue;
    return Refusal{"missing_step", "An element of steps does not say which step it is: add its \"step\".",
                   pointer_child("/steps", i) + "/step"};
  }
  return {};
}

// Sets a fact that is missing; gives false where another one is recorded.
template <class T>
bool add_fact(std::optional<T>& recorded, const std::optional<T>& given, bool& changed) {
  if (!given) return true;
  if (recorded) return *recorded == *given;
  recorded = given;
  changed = true;
  return true;
}

bool add_fact(std::string& recorded, const std::string& given, bool& changed) {
  if (given.empty()) return true;
  if (!recorded.empty()) return recorded == given;
  recorded = given;
  changed = true;
  return true;
}

// Whose usage this is: that of another model that handed something in, else that of the one that started.
const std::string& teller_of(const Execution& execution, const Usage& usage) {
  const bool is_rescuers =
      std::ranges::find(execution.hand_ins, usage.model, &HandIn::executor) != execution.hand_ins.end();
  return is_rescuers && !usage.model.empty() ? usage.model : execution.executor;
}

// Usage that is told again takes the place of what the same one told before: counts and model names can be corrected,
// and are never added twice. Gives false where the provider's own counts are known already.
bool put_usage(Execution& execution, const std::optional<Usage>& given, FinishAnswer& answer) {
  if (!given || std::ranges::find(execution.finish_usage, *given) != execution.finish_usage.end()) return true;
  std::vector<Usage> kept;
  for (const Usage& usage : execution.finish_usage) {
    const bool is_same = teller_of(execution, usage) == teller_of(execution, *given);
    if (is_same && usage.source == UsageSource::reconciled) return false;
    (is_same ? answer.replaced_usage : kept).push_back(usage);
  }
  kept.push_back(*given);
  execution.finish_usage = std::move(kept);
  answer.changed = true;
  return true;
}

// True where a step handed in after the end says what is recorded.
bool is_recorded(const Execution& execution, const HandInRequest& step) {
  const std::string output = step.output ? dump_compact(*step.output) : std::string();
  return std::any_of(execution.hand_ins.begin(), execution.hand_ins.end(), [&](const HandIn& hand_in) {
    return hand_in.step == step.step && hand_in.outcome == step.outcome && hand_in.output == output;
  });
}

bool failed_by_a_step(const Execution& execution) {
  return !execution.hand_ins.empty() && execution.hand_ins.back().next == kGotoFail;
}

// Whole mode: where the recorded way leads is found out at the end. True where it leads to "escalate".
bool leads_to_escalation(const ExecutionContext& context, const Execution& execution) {
  const Walk walk = walk_path(context.version, execution, context.input);
  return walk.open.ids.empty() && walk.end == context.version.graph().escalate();
}

// True where the outcome is the recorded one. In whole mode the design may have decided otherwise than the executor
// told: the same call again is no contradiction.
bool is_recorded(const ExecutionContext& context, const Execution& execution, FinishOutcome outcome) {
  if (state_of(outcome) == execution.state) return true;
  if (execution.mode == Mode::guided) return false;
  if (failed_by_a_step(execution)) return true;
  return execution.state == ExecutionState::escalated && outcome == FinishOutcome::succeeded &&
         leads_to_escalation(context, execution);
}

// True where what was handed in is recorded. Behind a step whose on_failure ended the execution nothing was taken, nor
// was an element without the output that its step asks for.
bool are_recorded(const ExecutionContext& context, const Execution& execution,
                  const std::vector<HandInRequest>& steps) {
  const HandIn* last = failed_by_a_step(execution) ? last_by_model(execution) : nullptr;
  for (const HandInRequest& step : steps) {
    const bool ignored = refuse_computed_step(context.version, execution, step.step).has_value();
    if (ignored || lacks_output(context.version, step)) continue;
    if (!is_recorded(execution, step)) return false;
    if (last != nullptr && last->arguments_hash == step.arguments_hash) return true;
  }
  return true;
}

// After the end: missing facts are added, all or none, and usage may be corrected; what contradicts the record is
// refused, by name.
FinishAnswer add_to_ended(const ExecutionContext& context, Execution& execution, const FinishRequest& request) {
  Execution added = execution;
  FinishAnswer answer;
  std::vector<std::string> contradictions;
  const auto check = [&](const char* argument, bool agrees) {
    if (!agrees) contradictions.emplace_back(argument);
  };
  check("outcome", is_recorded(context, execution, request.outcome));
  check("steps", are_recorded(context, execution, request.steps));
  check("output", add_fact(added.output, request.output, answer.changed));
  check("confidence", add_fact(added.confidence, request.confidence, answer.changed));
  check("rationale", add_fact(added.rationale, request.rationale, answer.changed));
  check("usage", put_usage(added, request.usage, answer));
  check("edge_case", add_fact(added.edge_case, request.edge_case, answer.changed));
  if (!contradictions.empty()) return block(execution, refuse_ended(execution, contradictions));
  // A final output that nothing asked for, or that fails what asked for it, is kept, and is not checked.
  if (added.outcome_source == OutcomeSource::checked && !is_checked(context.version, added)) {
    added.outcome_source = OutcomeSource::self_reported;
  }
  if (answer.changed) execution = std::move(added);
  answer.kind = answer.changed ? FinishAnswerKind::added : FinishAnswerKind::ended;
  return answer;
}

// Which visit each of `steps` is: a step handed in again keeps its place. Fewer elements than visits of a step are its
// open visits first; else the first is the first visit, and so on, and what is beyond is a new visit.
class VisitFinder {
 public:
  VisitFinder(const Execution& execution, const std::vector<HandInRequest>& steps) {
    for (const HandIn& hand_in : execution.hand_ins) {
      bool& is_left = known_[hand_in.step][hand_in.visit];
      is_left = is_left || left_step(hand_in);
    }
    for (const HandInRequest& step : steps) ++given_[step.step];
  }

  int next(const std::string& step) {
    const std::map<int, bool>& visits = known_[step];
    const int taken = taken_[step]++;
    std::vector<int> open;
    for (const auto& [visit, is_left] : visits) {
      if (!is_left) open.push_back(visit);
    }
    const bool only_open = !open.empty() && given_[step] <= static_cast<int>(open.size());
    return only_open ? open[static_cast<std::size_t>(taken)] : taken + 1;
  }

 private:
  std::map<std::string, std::map<int, bool>> known_;  // visits before this call, and whether they were left
  std::map<std::string, int> given_;                  // elements of this call
  std::map<std::string, int> taken_;
};

// A recorded hand-in of this visit that is the very same call or the very same accepted step; null where it is new.
const HandIn* find_recorded(const Execution& execution, const HandInRequest& request, int visit) {
  const HandIn* found = nullptr;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step != request.step || hand_in.visit != visit || request.arguments_hash.empty()) continue;
    const bool same_call = !request.call_id.empty() && hand_in.call_id == request.call_id;
    const bool is_same = hand_in.arguments_hash == request.arguments_hash && (left_step(hand_in) || same_call);
    found = is_same ? &hand_in : left_step(hand_in) ? nullptr : found;
  }
  return found;
}

bool is_left(const Execution& execution, std::string_view step, int visit) {
  return std::ranges::any_of(execution.hand_ins, [&](const HandIn& hand_in) {
    return hand_in.step == step && hand_in.visit == visit && left_step(hand_in);
  });
}

void add_refused(FinishAnswer& answer, std::size_t index, const std::string& step,
                 const std::vector<BrokenRule>& broken, int left) {
  answer.refused_steps.push_back({index, step, broken, left});
}

bool leads_to_computed(const CompiledVersion& version, const std::string& step) {
  const std::vector<Step>& steps = version.design().steps;
  return std::ranges::any_of(version.graph().edges(*version.graph().index_of(step)), [&](const Edge& edge) {
    return !version.graph().is_end(edge.to) && steps[edge.to].is_computed();
  });
}

// Whole mode: records and checks one of `steps`, and computes what comes behind it.
void take_step(const ExecutionContext& context, Execution& execution, const HandInRequest& request, std::size_t index,
               int visit, FinishAnswer& answer) {
  const bool is_known = context.version.find_step(request.step) != nullptr;
  if (refuse_computed_step(context.version, execution, request.step)) return answer.ignored.push_back(request.step);
  if (lacks_output(context.version, request)) {
    const BrokenRule missing{"", "is missing: hand in the object that the step asks for, or outcome \"skipped\""};
    return add_refused(answer, index, request.step, {missing}, attempts_left(context.version, execution, request.step));
  }
  if (const HandIn* recorded = find_recorded(execution, request, visit)) {
    if (left_step(*recorded)) return;
    return add_refused(answer, index, request.step, recorded->broken,
                       attempts_left(context.version, execution, request.step));
  }
  if (has_spent(context, execution, request, visit)) {
    if (is_left(execution, request.step, visit)) return;  // a list sent again: what the other model did stays
    const BrokenRule waits{"",
                           "waits for another model, which hands it in with execution_step and its name as executor"};
    return add_refused(answer, index, request.step, {waits}, 0);
  }
  answer.changed = true;
  answer.revived =
      answer.revived || state_at(execution, context.now, context.idle_limit_micros) == ExecutionState::abandoned;
  if (!is_known) return answer.inserted.push_back(record_inserted(context, execution, request, visit));
  const StepAnswer judged = judge(context, execution, request, visit);
  const HandIn& last = execution.hand_ins.back();
  if (!left_step(last)) return add_refused(answer, index, request.step, judged.broken, judged.attempts_left);
  if (last.result == HandInResult::refused && left_out(last)) {
    answer.left_out.push_back({index, request.step, judged.broken, 0});
  }
  if (leads_to_computed(context.version, request.step)) compute_steps(context, execution);
}

std::string describe_refused(const std::vector<RefusedStep>& steps) {
  std::string text;
  for (const RefusedStep& step : steps) {
    text += "Step " + in_quotes(step.step) + " (" + counted(step.attempts_left, "attempt") +
            " left): " + list_broken(step.broken) + " ";
  }
  return text;
}

OrderedJson refused_as_json(const std::vector<RefusedStep>& steps) {
  OrderedJson list = OrderedJson::array();
  for (const RefusedStep& step : steps) {
    list.push_back({{"index", step.index},
                    {"step", step.step},
                    {"broken", broken_places(step.broken, pointer_child("/steps", step.index) + "/output")},
                    {"attempts_left", step.attempts_left}});
  }
  return list;
}

// The one refusal that tells everything a success still lacks, or nothing.
std::optional<Refusal> refuse_success(const FinishAnswer& answer, bool lacks_final_output,
                                      const std::string& why_not_computed) {
  std::optional<Refusal> refusal;
  const auto tell = [&](std::string_view code, std::string_view place, const std::string& text) {
    if (!refusal) refusal.emplace(Refusal{std::string(code), "", std::string(place)});
    refusal->message += (refusal->message.empty() ? "" : " ") + text;
  };
  if (!answer.refused_steps.empty()) {
    const std::size_t first = answer.refused_steps.front().index;
    tell("steps_refused", pointer_child("/steps", first),
         describe_refused(answer.refused_steps) + "Hand in these steps again; the others are kept.");
    refusal->data["refused_steps"] = refused_as_json(answer.refused_steps);
  }
  if (!answer.open_steps.empty()) {
    const std::string why = answer.superseded.empty()
                                ? std::string()
                                : "A corrected step changed the way: " + list_text(answer.superseded, "\"") +
                                      (answer.superseded.size() == 1 ? " is not on it any more and does not count. "
                                                                     : " are not on it any more and do not count. ");
    tell("open_steps", "/outcome",
         why + "Open steps: " + list_text(answer.open_steps, "\"") +
             ". Hand them in first, or finish with outcome \"failed\" or \"escalated\".");
    refusal->data["open_steps"] = answer.open_steps;
  }
  if (answer.more_may_follow && refusal) {
    refusal->message += " More steps may follow, as their outputs decide.";
    refusal->data["more_may_follow"] = true;
  }
  if (!answer.not_computed.empty()) {
    tell("not_computed", "/steps",
         "The server cannot compute step " + in_quotes(answer.not_computed) + ": " + why_not_computed +
             " Hand in again, corrected, the step that it is computed from; or have another model hand it in.");
  }
  if (!answer.exhausted.empty()) {
    tell("visits_spent", "/outcome",
         "The workflow leads to step " + in_quotes(answer.exhausted) +
             " again, and that was done as often as its max_visits allows. Finish with outcome \"escalated\" or "
             "\"failed\".");
  }
  if (lacks_final_output) {
    tell("missing_output", "/output", "The final output is missing: this workflow asks for one, give it as output.");
  }
  if (!answer.broken_output.empty()) {
    tell("output_refused", "/output" + answer.broken_output.front().place,
         "The final output was refused: " + list_broken(answer.broken_output) + " Correct it and finish again.");
    refusal->data["broken"] = broken_places(answer.broken_output, "/output");
  }
  for (const RefusedStep& step : answer.left_out) {
    if (!refusal) break;
    refusal->message +=
        " Step " + in_quotes(step.step) + " is left out, its attempts are spent: " + list_broken(step.broken);
  }
  if (refusal && !answer.ignored.empty()) {
    refusal->message += " The server does " + list_text(answer.ignored, "\"") + " itself: leave that out.";
  }
  for (const InsertedStep& inserted : answer.inserted) {
    if (!refusal) break;
    refusal->message += " \"" + inserted.step + "\" is no step of this workflow; it was recorded as inserted.";
    if (!inserted.nearest.empty()) refusal->message += " Nearest: " + list_text(inserted.nearest, "\"") + ".";
  }
  if (refusal) refusal->message.erase(refusal->message.find_last_not_of(' ') + 1);
  return refusal;
}

// Whole mode: the step that waits is for another model to do; what is told is what else is to be mended, if anything.
void leave_to_another(const std::string& waiting, bool lacks_final_output, const std::string& why_not_computed,
                      FinishAnswer& answer) {
  FinishAnswer others = answer;
  std::erase_if(others.refused_steps, [&](const RefusedStep& refused) { return refused.step == waiting; });
  if (others.refused_steps.empty() && others.open_steps.empty()) return;
  answer.refusal = refuse_success(others, lacks_final_output, why_not_computed);
}

// Whole mode: the step that the way leads to again although its visits are spent and it may not be skipped; else empty.
std::string exhausted_step(const ExecutionContext& context, const Execution& execution) {
  if (execution.mode == Mode::guided) return {};
  const Walk walk = walk_path(context.version, execution, context.input);
  const StepGraph& graph = context.version.graph();
  return graph.is_end(walk.end) || !walk.open.ids.empty() ? std::string() : std::string(graph.id_of(walk.end));
}

// The open steps; where nothing at all was done, those too that were skipped though the design does not allow it: a
// skip is a deviation, but who skips everything has not followed the workflow to a success.
OpenSteps steps_to_do(const ExecutionContext& context, const Execution& execution) {
  OpenSteps open = open_steps(context.version, execution, context.input);
  const bool has_done_something =
      std::ranges::any_of(trace_of(execution), [](const HandIn* hand_in) { return !is_by_server(*hand_in); });
  if (execution.mode == Mode::guided || has_done_something) return open;
  for (const HandIn* hand_in : trace_of(execution, true)) {
    const Step* step = context.version.find_step(hand_in->step);
    if (!left_out(*hand_in) || step == nullptr || step->on_failure.then == FailureThen::skip) continue;
    if (std::ranges::find(open.ids, step->id) == open.ids.end()) open.ids.push_back(step->id);
  }
  return open;
}

// Whole mode: the computed step that the execution waits at; else empty.
std::string step_not_computed(const ExecutionContext& context, const Execution& execution) {
  const Step* step = context.version.find_step(execution.current_step);
  const bool waits = execution.mode == Mode::whole && execution.state == ExecutionState::waiting;
  return waits && step != nullptr && step->is_computed() ? step->id : std::string();
}

// Fills in what a success still lacks. Gives false where it lacks something.
bool check_success(const ExecutionContext& context, Execution& execution, const FinishRequest& request,
                   FinishAnswer& answer) {
  const CompiledVersion& version = context.version;
  answer.not_computed = step_not_computed(context, execution);
  const OpenSteps to_do = steps_to_do(context, execution);
  answer.more_may_follow = to_do.more_may_follow;
  for (const std::string& step : to_do.ids) {
    if (!answer.not_computed.empty()) break;  // what comes behind it is not known yet
    const bool told = std::any_of(answer.refused_steps.begin(), answer.refused_steps.end(),
                                  [&](const RefusedStep& refused) { return refused.step == step; });
    if (!told) answer.open_steps.push_back(step);
  }
  if (!answer.open_steps.empty()) {
    for (const HandIn* hand_in : corrected_way(version, execution, context.input).superseded) {
      if (!is_by_server(*hand_in)) answer.superseded.push_back(hand_in->step);
    }
  }
  answer.exhausted = exhausted_step(context, execution);
  const bool lacks_final_output = version.outputs() != nullptr && !request.output;
  if (request.output) answer.broken_output = check_final_output(version, *request.output);
  const std::string why_not_computed =
      answer.not_computed.empty() ? std::string() : list_broken(hand_off_reasons(version, execution), "");
  answer.refusal = refuse_success(answer, lacks_final_output, why_not_computed);
  if (!answer.refusal) return true;
  const bool waits =
      execution.state == ExecutionState::waiting && !(answer.refused_steps.empty() && answer.not_computed.empty());
  answer.kind = waits ? FinishAnswerKind::handed_off : FinishAnswerKind::refused;
  if (waits) leave_to_another(execution.current_step, lacks_final_output, why_not_computed, answer);
  if (answer.refused_steps.empty()) ++execution.blocked;
  answer.changed = true;
  return false;
}

// Books what a finish tells beside the outcome.
void take_facts(Execution& execution, const FinishRequest& request) {
  if (request.output) execution.output = request.output;
  if (request.confidence) execution.confidence = request.confidence;
  if (!request.rationale.empty()) execution.rationale = request.rationale;
  if (!request.edge_case.empty()) execution.edge_case = request.edge_case;
  if (request.usage) execution.finish_usage = {*request.usage};
}

// Books the end that the executor told.
void end_as_told(const ExecutionContext& context, Execution& execution, const FinishRequest& request,
                 FinishAnswer& answer) {
  answer.revived =
      answer.revived || state_at(execution, context.now, context.idle_limit_micros) == ExecutionState::abandoned;
  ExecutionState state = state_of(request.outcome);
  if (execution.mode == Mode::whole && state != ExecutionState::failed) {
    execution.designed_escalation = leads_to_escalation(context, execution);
    if (execution.designed_escalation) state = ExecutionState::escalated;
  }
  take_facts(execution, request);
  execution.adherence.reset();
  end_execution(context, execution, state);
  answer.changed = true;
}

}  // namespace

FinishAnswer finish(const ExecutionContext& context, Execution& execution, const FinishRequest& request,
                    const Heartbeat& heartbeat) {
  if (std::optional<Refusal> obstacle = find_obstacle(context, execution, request)) {
    return block(execution, *std::move(obstacle));
  }
  if (!is_open(execution.state)) return add_to_ended(context, execution, request);
  FinishAnswer answer;
  VisitFinder visits(execution, request.steps);
  for (std::size_t i = 0; i < request.steps.size() && is_open(execution.state); ++i) {
    if (heartbeat) heartbeat(i, request.steps.size());
    take_step(context, execution, request.steps[i], i, visits.next(request.steps[i].step), answer);
  }
  if (execution.mode == Mode::whole && is_open(execution.state) && !request.steps.empty()) {
    answer.changed = compute_steps(context, execution) || answer.changed;
  }
  const bool failed_by_design = !is_open(execution.state);  // on_failure "fail" of one of the steps
  if (failed_by_design) {
    take_facts(execution, request);
    return answer;
  }
  const bool is_success = request.outcome == FinishOutcome::succeeded;
  if (is_success && !check_success(context, execution, request, answer)) return answer;
  end_as_told(context, execution, request, answer);
  return answer;
}

}  // namespace pianola::workflow
