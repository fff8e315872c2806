// The steps of an execution that the server does itself: recorded like hand-ins, one attempt a visit, as the same
// values give the same result.
#include <algorithm>
#include <deque>
#include <functional>

#include "workflow/check_output.h"
#include "workflow/compute.h"
#include "workflow/hand_in.h"

namespace pianola::workflow {
namespace {

constexpr int kMostInARow = 1'000;  // computed by one call

// What the server hands in at a step. `computed`: how many steps the call has computed already.
HandInRequest computed_request(const Step& step, const BindingScope& scope, int computed) {
  HandInRequest request;
  request.step = step.id;
  request.executor = kServerExecutor;
  tl::expected<Json, std::string> output = compute_output(step, scope);
  if (output && computed < kMostInARow) {
    request.output = *std::move(output);
    return request;
  }
  request.outcome = HandInOutcome::failed;
  request.note = output ? std::to_string(kMostInARow) + " steps were computed in a row" : std::move(output.error());
  return request;
}

bool compute_guided(const ExecutionContext& context, Execution& execution) {
  int computed = 0;
  while (execution.state == ExecutionState::running) {
    const Step* step = context.version.find_step(execution.current_step);
    if (step == nullptr || !step->is_computed()) break;
    const BindingScope scope = scope_of(execution, context.input, context.version.looks_at(step->id));
    judge(context, execution, computed_request(*step, scope, computed), open_visit(execution, step->id));
    ++computed;
  }
  return computed > 0;
}

// Where a computed step leads in whole mode; empty where it waits for a model.
std::string next_of(const ExecutionContext& context, const Step& step, const HandIn& hand_in, BindingScope& scope) {
  if (hand_in.result != HandInResult::accepted) {
    const StepGraph& graph = context.version.graph();
    switch (step.on_failure.then) {
      case FailureThen::escalate:
        return {};
      case FailureThen::skip:
        return std::string(graph.id_of(graph.next_in_order(*graph.index_of(step.id))));
      case FailureThen::fail:
        return std::string(kGotoFail);
    }
  }
  const Json output = output_of(hand_in);
  scope.outputs[step.id] = output;
  scope.output = &output;
  std::string next = context.version.choose_next(step.id, scope).next;
  scope.output = nullptr;
  return next;
}

HandIn computed_hand_in(const ExecutionContext& context, const Execution& execution, const Step& step, int visit,
                        BindingScope& scope, int computed) {
  const HandInRequest request = computed_request(step, scope, computed);
  HandIn hand_in = new_hand_in(context, execution, request, visit);
  if (request.output) hand_in.broken = check_output(context.version, step, *request.output, context.input);
  hand_in.result = !request.output          ? HandInResult::failed
                   : hand_in.broken.empty() ? HandInResult::accepted
                                            : HandInResult::refused;
  hand_in.next = next_of(context, step, hand_in, scope);
  return hand_in;
}

const HandIn* last_by_server(const Execution& execution, const std::string& step, int visit) {
  const auto last = std::find_if(execution.hand_ins.rbegin(), execution.hand_ins.rend(), [&](const HandIn& hand_in) {
    return hand_in.step == step && hand_in.visit == visit && is_by_server(hand_in);
  });
  return last == execution.hand_ins.rend() ? nullptr : &*last;
}

bool says_the_same(const HandIn& a, const HandIn& b) {
  return a.result == b.result && a.output == b.output && a.note == b.note && a.broken == b.broken && a.next == b.next;
}

// Whole: everything on the way as far as it is known, and anew what was computed of a value that was corrected since.
bool compute_whole(const ExecutionContext& context, Execution& execution) {
  std::deque<HandIn> made;
  walk_path(context.version, execution, context.input,
            [&](const Step& step, int visit, BindingScope& scope, const HandIn* known) -> const HandIn* {
              if (known != nullptr && !is_by_server(*known)) return known;  // another model did it
              const int computed = static_cast<int>(made.size());
              HandIn hand_in = computed_hand_in(context, execution, step, visit, scope, computed);
              const HandIn* last = last_by_server(execution, step.id, visit);
              if (last != nullptr && says_the_same(*last, hand_in)) return known;
              const bool goes_on = left_step(hand_in) && hand_in.next != kGotoFail;
              made.push_back(std::move(hand_in));
              return goes_on ? &made.back() : nullptr;
            });
  if (made.empty()) return false;
  for (HandIn& hand_in : made) {
    hand_in.seq = execution.hand_ins.empty() ? 1 : execution.hand_ins.back().seq + 1;
    record(context, execution, std::move(hand_in));
  }
  if (execution.hand_ins.back().next == kGotoFail) {
    end_execution(context, execution, ExecutionState::failed);
  } else {
    wait_or_run(context, execution);
  }
  return true;
}

}  // namespace

bool is_by_server(const HandIn& hand_in) { return hand_in.executor == kServerExecutor; }

bool compute_steps(const ExecutionContext& context, Execution& execution) {
  if (!context.version.has_computed_steps() || !is_open(execution.state)) return false;
  return execution.mode == Mode::guided ? compute_guided(context, execution) : compute_whole(context, execution);
}

std::optional<Refusal> refuse_computed_step(const CompiledVersion& version, const Execution& execution,
                                            const std::string& step) {
  const Step* known = version.find_step(step);
  const bool is_asked = execution.state == ExecutionState::waiting && attempts_left(version, execution, step) == 0;
  if (known == nullptr || !known->is_computed() || is_asked) return std::nullopt;
  const std::string next = execution.current_step.empty()
                               ? "Leave it out."
                               : "The current step is \"" + execution.current_step + "\", hand in that one.";
  return Refusal{"computed_step", "Step \"" + step + "\" is done by the server itself. " + next, "/step"};
}

const HandIn* last_by_model(const Execution& execution) {
  const auto last = std::find_if(execution.hand_ins.rbegin(), execution.hand_ins.rend(), std::not_fn(is_by_server));
  return last == execution.hand_ins.rend() ? nullptr : &*last;
}

std::vector<std::string> computed_since(const Execution& execution, const HandIn* last) {
  std::vector<std::string> steps;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (!is_by_server(hand_in) || (last != nullptr && hand_in.seq < last->seq)) continue;
    if (hand_in.result == HandInResult::accepted) steps.push_back(hand_in.step);
  }
  return steps;
}

}  // namespace pianola::workflow
