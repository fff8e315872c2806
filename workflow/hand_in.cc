#include "workflow/hand_in.h"

#include <algorithm>
#include <utility>

#include "base/list_text.h"
#include "base/nearest_name.h"
#include "workflow/check_output.h"

namespace pianola::workflow {
namespace {

// Who hands in: whom the call names, else who started.
const std::string& executor_of(const Execution& execution, const HandInRequest& request) {
  return request.executor.empty() ? execution.executor : request.executor;
}

}  // namespace

HandIn new_hand_in(const ExecutionContext& context, const Execution& execution, const HandInRequest& request,
                   int visit) {
  HandIn hand_in;
  hand_in.seq = execution.hand_ins.empty() ? 1 : execution.hand_ins.back().seq + 1;
  hand_in.step = request.step;
  hand_in.visit = visit;
  for (const HandIn& earlier : execution.hand_ins) {
    if (earlier.step == request.step && earlier.visit == visit) ++hand_in.attempt;
  }
  hand_in.outcome = request.outcome;
  if (request.output) hand_in.output = dump_compact(*request.output);
  hand_in.note = request.note;
  hand_in.executor = executor_of(execution, request);
  hand_in.call_id = request.call_id;
  hand_in.arguments_hash = request.arguments_hash;
  hand_in.usage = request.usage;
  hand_in.at = context.now;
  return hand_in;
}

bool record(const ExecutionContext& context, Execution& execution, HandIn hand_in) {
  const bool revived = state_at(execution, context.now, context.idle_limit_micros) == ExecutionState::abandoned;
  if (execution.state == ExecutionState::abandoned) {
    const bool waits =
        !execution.current_step.empty() && attempts_left(context.version, execution, execution.current_step) == 0;
    execution.state = waits ? ExecutionState::waiting : ExecutionState::running;
    execution.ended_at.reset();
    execution.adherence.reset();
  }
  execution.last_hand_in_at = context.now;
  execution.hand_ins.push_back(std::move(hand_in));
  return revived;
}

namespace {

// Where an execution goes from a step, beyond what the step's own hand-in says.
struct Arrival {
  std::size_t node = 0;
  std::vector<std::string> passed_over;
  bool waits = false;  // the node is a step whose max_visits are spent
};

// Goes to `node`; a step that was visited as often as it may is left to its on_failure, never to its branches.
Arrival arrive(const ExecutionContext& context, const Execution& execution, std::size_t node) {
  const StepGraph& graph = context.version.graph();
  Arrival arrival{node, {}, false};
  while (!graph.is_end(arrival.node)) {
    const Step& step = context.version.design().steps[arrival.node];
    if (visits(execution, step.id) < step.max_visits) return arrival;
    switch (step.on_failure.then) {
      case FailureThen::escalate:
        arrival.waits = true;
        return arrival;
      case FailureThen::fail:
        arrival.node = graph.fail();
        return arrival;
      case FailureThen::skip:
        arrival.passed_over.push_back(step.id);
        arrival.node = graph.next_in_order(arrival.node);
        break;
    }
  }
  return arrival;
}

void start_waiting(Execution& execution, const std::string& step) {
  execution.state = ExecutionState::waiting;
  execution.current_step = step;
  execution.handed_off = true;
}

// Guided: moves the execution to where its last hand-in leads.
void go_to(const ExecutionContext& context, Execution& execution, std::size_t node) {
  const StepGraph& graph = context.version.graph();
  const Arrival arrival = arrive(context, execution, node);
  HandIn& last = execution.hand_ins.back();
  last.next = graph.id_of(arrival.node);
  last.passed_over = arrival.passed_over;
  execution.state = ExecutionState::running;
  execution.current_step.clear();
  if (arrival.node == graph.fail()) return end_execution(context, execution, ExecutionState::failed);
  if (arrival.node == graph.escalate()) {
    execution.designed_escalation = true;
    return end_execution(context, execution, ExecutionState::escalated);
  }
  if (arrival.node == graph.end()) {
    const bool asks_for_output = context.version.outputs() != nullptr;
    if (!asks_for_output) end_execution(context, execution, ExecutionState::succeeded);
    return;
  }
  execution.current_step = last.next;
  if (arrival.waits) start_waiting(execution, last.next);
}

// Whole: a step that waits goes before; another may still wait when it is done.
void settle_whole(const ExecutionContext& context, Execution& execution, std::size_t node) {
  const StepGraph& graph = context.version.graph();
  execution.hand_ins.back().next = graph.id_of(node);
  if (node == graph.fail()) return end_execution(context, execution, ExecutionState::failed);
  if (execution.current_step == execution.hand_ins.back().step) wait_or_run(context, execution);
}

void leave_step(const ExecutionContext& context, Execution& execution, std::size_t node) {
  // Whatever it leads to, the visit counts from now on.
  execution.hand_ins.back().next = context.version.graph().id_of(node);
  execution.mode == Mode::guided ? go_to(context, execution, node) : settle_whole(context, execution, node);
}

// Attempts are spent, or the executor gave up: on_failure decides.
void give_up_step(const ExecutionContext& context, Execution& execution, const Step& step, std::size_t index) {
  switch (step.on_failure.then) {
    case FailureThen::escalate:
      if (execution.state != ExecutionState::waiting) start_waiting(execution, step.id);
      return;
    case FailureThen::skip:
      return leave_step(context, execution, context.version.graph().next_in_order(index));
    case FailureThen::fail:
      return leave_step(context, execution, context.version.graph().fail());
  }
}

// The next step of an accepted hand-in.
std::size_t choose_node(const ExecutionContext& context, const Execution& execution, const HandIn& accepted) {
  if (context.version.find_step(accepted.step)->branches.empty()) {
    return context.version.graph().next_in_order(*context.version.graph().index_of(accepted.step));
  }
  BindingScope scope = scope_of(execution, context.input, context.version.looks_at(accepted.step));
  const Json output = output_of(accepted);
  scope.outputs[accepted.step] = output;
  scope.skipped.erase(accepted.step);
  scope.output = &output;
  const BranchChoice choice = context.version.choose_next(accepted.step, scope);
  return context.version.graph().index_of(choice.next).value_or(context.version.graph().end());
}

Refusal refuse_output(const StepAnswer& answer) {
  const std::string left = answer.attempts_left == 0   ? "No attempts are left: a stronger model should do it."
                           : answer.attempts_left == 1 ? "1 attempt left: correct it and hand it in again."
                                                       : std::to_string(answer.attempts_left) +
                                                             " attempts left: correct it and hand it in again.";
  Refusal refusal{"output_refused",
                  "The output of step \"" + answer.step + "\" was refused: " + list_broken(answer.broken) + " " + left,
                  answer.broken.empty() ? std::string() : "/output" + answer.broken.front().place};
  refusal.data["step"] = answer.step;
  refusal.data["attempts_left"] = answer.attempts_left;
  refusal.data["broken"] = broken_places(answer.broken, "/output");
  return refusal;
}

// What the execution's state says about its last hand-in.
StepAnswerKind kind_of(const Execution& execution, const HandIn& last, bool was_waiting) {
  if (!is_open(execution.state)) return StepAnswerKind::ended;
  const bool waits_here =
      execution.state == ExecutionState::waiting && (last.next.empty() || last.next == execution.current_step);
  const bool still_refused = was_waiting && last.result == HandInResult::refused;
  if (waits_here && !still_refused && last.step == execution.current_step && last.next.empty()) {
    return StepAnswerKind::handed_off;
  }
  if (waits_here && execution.mode == Mode::guided && !last.next.empty()) return StepAnswerKind::handed_off;
  if (last.result == HandInResult::accepted) return StepAnswerKind::accepted;
  return last.next.empty() ? StepAnswerKind::refused : StepAnswerKind::skipped;
}

// The attempts of the last hand-in's model at its step.
int attempts_left_to(const ExecutionContext& context, const Execution& execution, const HandIn& last) {
  const std::optional<int> rescue =
      rescue_attempts_left(context.version, execution, last.step, last.visit, last.executor);
  return rescue.value_or(attempts_left(context.version, execution, last.step));
}

StepAnswer answer_about(const ExecutionContext& context, const Execution& execution, const HandIn& last,
                        bool was_waiting) {
  StepAnswer answer;
  answer.kind = kind_of(execution, last, was_waiting);
  answer.step = last.step;
  answer.broken = last.broken;
  answer.attempts_left = attempts_left_to(context, execution, last);
  if (answer.kind == StepAnswerKind::refused) answer.refusal = refuse_output(answer);
  if (answer.kind == StepAnswerKind::handed_off && answer.broken.empty()) {
    answer.broken = hand_off_reasons(context.version, execution);
  }
  return answer;
}

// The last hand-in of a model that left its step, or null.
const HandIn* last_that_left(const Execution& execution) {
  const auto found = std::find_if(execution.hand_ins.rbegin(), execution.hand_ins.rend(),
                                  [](const HandIn& hand_in) { return left_step(hand_in) && !is_by_server(hand_in); });
  return found == execution.hand_ins.rend() ? nullptr : &*found;
}

// True where the execution was waiting at the step of a hand-in already when that came.
bool waited_before(const ExecutionContext& context, const Execution& execution, const HandIn& last) {
  Execution before = execution;
  std::erase_if(before.hand_ins, [&](const HandIn& hand_in) { return hand_in.seq >= last.seq; });
  const Step* step = context.version.find_step(last.step);
  return step != nullptr && step->on_failure.then == FailureThen::escalate &&
         attempts_left(context.version, before, last.step) == 0;
}

// What became of the execution once the server had computed what came next.
StepAnswer after_computing(const ExecutionContext& context, const Execution& execution, StepAnswer answer) {
  const Step* current = context.version.find_step(execution.current_step);
  if (!is_open(execution.state)) {
    answer.kind = StepAnswerKind::ended;
  } else if (execution.state == ExecutionState::waiting && current != nullptr && current->is_computed()) {
    answer.kind = StepAnswerKind::handed_off;
    answer.broken = hand_off_reasons(context.version, execution);
  }
  return answer;
}

// The answer to a call that was made before, where it is one.
std::optional<StepAnswer> answer_repeat(const ExecutionContext& context, const Execution& execution,
                                        const HandInRequest& request) {
  const HandIn* told = last_by_model(execution);
  if (told == nullptr || request.arguments_hash.empty()) return {};
  const HandIn& last = *told;
  std::optional<StepAnswer> answer;
  if (!request.call_id.empty() && last.call_id == request.call_id && last.arguments_hash == request.arguments_hash) {
    answer = answer_about(context, execution, last, waited_before(context, execution, last));
    if (&last != &execution.hand_ins.back()) answer = after_computing(context, execution, *std::move(answer));
  } else if (const HandIn* left = last_that_left(execution)) {
    const bool is_current = left->step == execution.current_step;
    if (left->arguments_hash == request.arguments_hash && !is_current) {
      answer.emplace().step = left->step;
      answer->kind = is_open(execution.state) ? StepAnswerKind::accepted : StepAnswerKind::ended;
    }
  }
  if (answer) answer->repeated = true;
  return answer;
}

// Behind a refusal of usage that comes with nothing else: where it is taken.
std::string where_usage_goes(const HandInRequest& request) {
  if (!request.usage || request.output) return {};
  return " usage is taken with a step's output, or later with execution_finish.";
}

Refusal refuse_wrong_step(const ExecutionContext& context, const Execution& execution, const HandInRequest& request) {
  const std::string& current = execution.current_step;
  if (current.empty()) {
    return {"final_output_asked",
            "All steps are done: call execution_finish with outcome \"succeeded\" and the final output.", "/step"};
  }
  if (request.step.empty()) {
    return {"missing_step",
            "step is missing: the current step is \"" + current + "\", hand in that one." + where_usage_goes(request),
            "/step"};
  }
  const bool is_known = context.version.find_step(request.step) != nullptr;
  return {"wrong_step",
          "\"" + request.step + "\" is " + (is_known ? "not the current step" : "no step of this workflow") +
              ": the current step is \"" + current + "\", hand in that one.",
          "/step"};
}

// Why a call cannot even be judged, or nothing.
std::optional<Refusal> find_obstacle(const ExecutionContext& context, const Execution& execution,
                                     const HandInRequest& request) {
  const bool is_guided = execution.mode == Mode::guided;
  if (std::optional<Refusal> computed = refuse_computed_step(context.version, execution, request.step)) return computed;
  if (is_guided && (execution.current_step.empty() || request.step != execution.current_step)) {
    return refuse_wrong_step(context, execution, request);
  }
  if (request.step.empty()) {
    return Refusal{"missing_step", "step is missing: say which step this output is of." + where_usage_goes(request),
                   "/step"};
  }
  if (has_spent(context, execution, request, open_visit(execution, request.step))) {
    const std::string& executor = executor_of(execution, request);
    return Refusal{"hand_off_open",
                   "Step \"" + request.step + "\" was handed off: " +
                       (executor == "unknown" ? std::string("the executor, which told no name,") : executor) +
                       " has no attempts left. Only another model may hand it in now, naming itself with executor "
                       "(execution_step with execution_id alone gives the text for it). If there is none, call "
                       "execution_finish with outcome \"escalated\".",
                   "/step"};
  }
  const Step* step = context.version.find_step(request.step);
  if (is_guided && request.outcome == HandInOutcome::skipped && step->on_failure.then != FailureThen::skip) {
    return Refusal{"skip_not_allowed",
                   "Step \"" + request.step +
                       "\" may not be skipped: do it, or hand it in with outcome \"failed\" and a note why.",
                   "/outcome"};
  }
  if (lacks_output(context.version, request)) {
    return Refusal{"missing_output",
                   "output is missing: hand in step \"" + request.step +
                       "\" with the object that it asks for, or with outcome \"failed\" and a note why.",
                   "/output"};
  }
  return {};
}

StepAnswer block(const ExecutionContext& context, Execution& execution, Refusal refusal) {
  StepAnswer answer;
  answer.kind = StepAnswerKind::blocked;
  answer.step = execution.current_step;
  answer.attempts_left = attempts_left(context.version, execution, execution.current_step);
  if (!execution.current_step.empty()) {
    refusal.data["step"] = execution.current_step;
    refusal.data["attempts_left"] = answer.attempts_left;
  }
  answer.refusal = std::move(refusal);
  if (is_open(execution.state)) ++execution.blocked;
  return answer;
}

}  // namespace

std::string list_broken(const std::vector<BrokenRule>& broken, std::string_view whole) {
  std::string text;
  for (const BrokenRule& rule : broken) {
    if (text.ends_with('.')) text.back() = ';';  // the sentence goes on
    if (!text.empty()) text += text.ends_with(';') || text.ends_with('?') ? " " : "; ";
    text += (rule.place.empty() ? std::string(whole) : rule.place) + " " + rule.rule;
  }
  return as_sentence(std::move(text));
}

OrderedJson broken_places(const std::vector<BrokenRule>& broken, const std::string& prefix) {
  OrderedJson places = OrderedJson::array();
  for (const BrokenRule& rule : broken) {
    OrderedJson place = prefix + rule.place;
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(std::move(place));
  }
  return places;
}

Refusal refuse_ended(const Execution& execution, const std::vector<std::string>& contradictions) {
  const std::string state(to_string(execution.state));
  const std::string differs = contradictions.empty() ? std::string()
                                                     : "; here " + list_text(contradictions) +
                                                           (contradictions.size() == 1 ? " differs" : " differ");
  return {"execution_ended",
          "This execution has already ended as " + state + ", and what is recorded stays" + differs +
              ". Start another one with execution_start; execution_finish with outcome \"" + state +
              "\" may still add what is missing of usage, edge_case, confidence and rationale.",
          contradictions.empty() ? std::string() : "/" + contradictions.front()};
}

void wait_or_run(const ExecutionContext& context, Execution& execution) {
  execution.state = ExecutionState::running;
  execution.current_step.clear();
  for (const Step& step : context.version.design().steps) {
    const bool waits =
        step.on_failure.then == FailureThen::escalate && attempts_left(context.version, execution, step.id) == 0;
    if (waits) return start_waiting(execution, step.id);
  }
}

bool has_spent(const ExecutionContext& context, const Execution& execution, const HandInRequest& request, int visit) {
  return rescue_attempts_left(context.version, execution, request.step, visit, executor_of(execution, request))
             .value_or(1) == 0;
}

bool lacks_output(const CompiledVersion& version, const HandInRequest& request) {
  if (request.outcome != HandInOutcome::done) return false;
  if (request.output) return !request.output->is_object();
  return version.output_schema(request.step) != nullptr;
}

bool is_checked(const CompiledVersion& version, const Execution& execution) {
  const bool by_its_design = execution.designed_escalation;
  if (execution.state != ExecutionState::succeeded && !by_its_design) return false;
  bool has_done_something = false;
  for (const HandIn* hand_in : trace_of(execution, true)) {
    const Step* step = version.find_step(hand_in->step);
    if (left_out(*hand_in)) {
      if (step == nullptr || step->on_failure.then != FailureThen::skip) return false;
      continue;
    }
    if (is_by_server(*hand_in)) continue;
    if (!version.demands_output(hand_in->step)) return false;
    has_done_something = true;
  }
  if (!execution.output) return has_done_something;
  return has_done_something && version.demands_final_output() && version.outputs()->check(*execution.output).empty();
}

void end_execution(const ExecutionContext& context, Execution& execution, ExecutionState state) {
  execution.state = state;
  execution.ended_at = context.now;
  execution.outcome_source =
      is_checked(context.version, execution) ? OutcomeSource::checked : OutcomeSource::self_reported;
}

StepAnswer judge(const ExecutionContext& context, Execution& execution, const HandInRequest& request, int visit) {
  const Step& step = *context.version.find_step(request.step);
  const StepGraph& graph = context.version.graph();
  const std::size_t index = *graph.index_of(step.id);
  HandIn hand_in = new_hand_in(context, execution, request, visit);
  switch (request.outcome) {
    case HandInOutcome::done:
      if (request.output) hand_in.broken = check_output(context.version, step, *request.output, context.input);
      hand_in.result = hand_in.broken.empty() ? HandInResult::accepted : HandInResult::refused;
      break;
    case HandInOutcome::failed:
      hand_in.result = HandInResult::failed;
      break;
    case HandInOutcome::skipped:
      hand_in.result = HandInResult::skipped;
      break;
  }
  const HandInResult result = hand_in.result;
  const bool revived = record(context, execution, std::move(hand_in));
  const bool was_waiting = execution.state == ExecutionState::waiting && execution.current_step == step.id;
  if (result == HandInResult::accepted) {
    leave_step(context, execution, choose_node(context, execution, execution.hand_ins.back()));
  } else if (result == HandInResult::skipped) {
    leave_step(context, execution, graph.next_in_order(index));
  } else if (result == HandInResult::failed || attempts_left(context.version, execution, step.id) == 0) {
    give_up_step(context, execution, step, index);
  }
  StepAnswer answer = answer_about(context, execution, execution.hand_ins.back(), was_waiting);
  answer.revived = revived;
  return answer;
}

InsertedStep record_inserted(const ExecutionContext& context, Execution& execution, const HandInRequest& request,
                             int visit) {
  record(context, execution, new_hand_in(context, execution, request, visit));
  return {request.step, nearest_names(request.step, context.version.design().step_ids())};
}

StepAnswer hand_in(const ExecutionContext& context, Execution& execution, const HandInRequest& request) {
  if (std::optional<StepAnswer> repeat = answer_repeat(context, execution, request)) return *std::move(repeat);
  if (!is_open(execution.state)) return block(context, execution, refuse_ended(execution));
  if (std::optional<Refusal> obstacle = find_obstacle(context, execution, request)) {
    return block(context, execution, *std::move(obstacle));
  }
  const int visit = open_visit(execution, request.step);
  if (context.version.find_step(request.step) != nullptr) {
    StepAnswer answer = judge(context, execution, request, visit);
    return compute_steps(context, execution) ? after_computing(context, execution, std::move(answer)) : answer;
  }
  StepAnswer answer;
  answer.step = request.step;
  answer.revived = state_at(execution, context.now, context.idle_limit_micros) == ExecutionState::abandoned;
  answer.inserted = record_inserted(context, execution, request, visit);
  return answer;
}

}  // namespace pianola::workflow
