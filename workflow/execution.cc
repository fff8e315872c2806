#include "workflow/execution.h"

#include <algorithm>
#include <utility>

#include "base/counted.h"
#include "base/fault.h"
#include "workflow/compiled_version.h"
#include "workflow/hand_in.h"

namespace pianola::workflow {
namespace {

// The hand-in that stands for one visit, and when the visit was first handed in.
struct Visit {
  int first_seq = 0;
  const HandIn* latest = nullptr;  // that left the step; null where the visit is open
};

std::map<std::pair<std::string, int>, Visit> visits_of(const Execution& execution) {
  std::map<std::pair<std::string, int>, Visit> visits;
  for (const HandIn& hand_in : execution.hand_ins) {
    Visit& visit = visits.try_emplace({hand_in.step, hand_in.visit}, Visit{hand_in.seq, nullptr}).first->second;
    if (left_step(hand_in)) visit.latest = &hand_in;
  }
  return visits;
}

// Open steps from `step` on as far as the order alone decides: up to a step that branches.
OpenSteps steps_in_order(const Design& design, std::size_t step) {
  OpenSteps open;
  for (std::size_t i = step; i < design.steps.size() && !open.more_may_follow; ++i) {
    if (i == step || !design.steps[i].is_computed()) open.ids.push_back(design.steps[i].id);
    open.more_may_follow = !design.steps[i].branches.empty();
  }
  return open;
}

// True where one of the step's branches looks at what one of these steps has yet to hand in.
bool looks_at_any(const Step& step, const std::vector<std::string>& missing) {
  const auto is_missing = [&](const std::string& path) {
    return std::ranges::any_of(
        missing, [&](const std::string& id) { return path == "steps." + id || path.starts_with("steps." + id + "."); });
  };
  return std::ranges::any_of(step.branches, [&](const Branch& branch) {
    return std::ranges::any_of(branch.when, [&](const auto& condition) { return is_missing(condition.first); });
  });
}

}  // namespace

bool left_step(const HandIn& hand_in) { return hand_in.result == HandInResult::accepted || !hand_in.next.empty(); }

bool left_out(const HandIn& hand_in) {
  return hand_in.result != HandInResult::accepted && !hand_in.next.empty() && hand_in.next != kGotoFail;
}

bool is_open(ExecutionState state) {
  switch (state) {
    case ExecutionState::running:
    case ExecutionState::waiting:
    case ExecutionState::abandoned:
      return true;
    case ExecutionState::succeeded:
    case ExecutionState::failed:
    case ExecutionState::escalated:
      return false;
  }
  return false;
}

void begin(const CompiledVersion& version, Execution& execution) {
  execution.state = ExecutionState::running;
  execution.current_step = execution.mode == Mode::guided ? version.design().steps.at(0).id : std::string();
}

ExecutionState state_at(const Execution& execution, Timestamp now, std::int64_t idle_limit_micros) {
  const bool is_idle = is_open(execution.state) && now.micros_since(execution.last_hand_in_at) > idle_limit_micros;
  return is_idle ? ExecutionState::abandoned : execution.state;
}

bool book_if_abandoned(Execution& execution, Timestamp now, std::int64_t idle_limit_micros) {
  if (execution.state == ExecutionState::abandoned) return false;
  if (state_at(execution, now, idle_limit_micros) != ExecutionState::abandoned) return false;
  execution.state = ExecutionState::abandoned;
  execution.ended_at = execution.last_hand_in_at.plus_micros(idle_limit_micros);
  return true;
}

int visits(const Execution& execution, std::string_view step) {
  int most = 0;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step == step && left_step(hand_in)) most = std::max(most, hand_in.visit);
  }
  return most;
}

int open_visit(const Execution& execution, std::string_view step) {
  std::map<int, bool> left;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step == step) left[hand_in.visit] |= left_step(hand_in);
  }
  for (const auto& [visit, is_left] : left) {
    if (!is_left) return visit;
  }
  return left.empty() ? 1 : left.rbegin()->first + 1;
}

namespace {

// How often a step may be handed in at a visit. What the server computes, it would compute the same way again.
int attempts_given(const Step& step) { return step.is_computed() ? 1 : step.on_failure.retries + 1; }

}  // namespace

int attempts_left(const CompiledVersion& version, const Execution& execution, std::string_view step) {
  const Step* described = version.find_step(step);
  if (described == nullptr) return 0;
  if (execution.mode == Mode::guided && visits(execution, step) >= described->max_visits) return 0;
  const int visit = open_visit(execution, step);
  int left = attempts_given(*described);
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step != step || hand_in.visit != visit) continue;
    left -= hand_in.result == HandInResult::failed ? left : 1;  // a failure spends them all
  }
  return std::max(left, 0);
}

std::optional<int> rescue_attempts_left(const CompiledVersion& version, const Execution& execution,
                                        std::string_view step, int visit, std::string_view executor) {
  const Step* described = version.find_step(step);
  if (described == nullptr || described->on_failure.then != FailureThen::escalate) return std::nullopt;
  const int given = described->on_failure.retries + 1;
  const int first = attempts_given(*described);
  const bool is_beyond = execution.mode == Mode::guided && visit > described->max_visits;
  int spent = is_beyond ? first : 0;
  int own = is_beyond && executor == execution.executor ? given : 0;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step != step || hand_in.visit != visit) continue;
    const bool is_rescue = spent >= first;
    if (left_step(hand_in) && !is_rescue) return std::nullopt;  // it was done within its attempts
    const int counts = hand_in.result == HandInResult::failed ? given : 1;
    // What the server could not compute is for another model than the one that started.
    const bool is_own = hand_in.executor == executor || (is_by_server(hand_in) && executor == execution.executor);
    if (is_own) own += is_rescue ? counts : given;
    spent += counts;
  }
  return spent < first ? std::nullopt : std::optional(std::max(given - own, 0));
}

std::vector<const HandIn*> trace_of(const Execution& execution, bool with_left_out) {
  std::vector<std::pair<int, const HandIn*>> kept;
  for (const auto& [key, visit] : visits_of(execution)) {
    if (visit.latest == nullptr) continue;
    const bool counts = visit.latest->result == HandInResult::accepted || (with_left_out && left_out(*visit.latest));
    if (counts) kept.emplace_back(visit.first_seq, visit.latest);
  }
  std::sort(kept.begin(), kept.end());
  std::vector<const HandIn*> trace;
  for (const auto& [seq, hand_in] : kept) trace.push_back(hand_in);
  return trace;
}

const HandIn* latest_accepted(const Execution& execution, std::string_view step) {
  const HandIn* latest = nullptr;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step != step || !left_step(hand_in)) continue;
    if (latest == nullptr || hand_in.visit >= latest->visit) latest = &hand_in;
  }
  return latest != nullptr && latest->result == HandInResult::accepted ? latest : nullptr;
}

Json output_of(const HandIn& hand_in) {
  if (hand_in.output.empty()) return Json::object();
  Result<Json> output = parse_json(hand_in.output);
  if (!output) throw Fault(FaultKind::bug, "a recorded output is no JSON: " + output.error().message);
  return *std::move(output);
}

std::optional<Json> latest_output(const Execution& execution, std::string_view step) {
  const HandIn* latest = latest_accepted(execution, step);
  return latest == nullptr ? std::nullopt : std::optional<Json>(output_of(*latest));
}

BindingScope scope_of(const Execution& execution, const Json& input, const StepIds& steps) {
  BindingScope scope;
  scope.input = &input;
  scope.input_files = execution.input_files;
  for (const std::string& step : steps) {
    if (const HandIn* latest = latest_accepted(execution, step)) {
      scope.outputs[step] = output_of(*latest);
    } else if (visits(execution, step) > 0) {
      scope.skipped.insert(step);
    }
  }
  return scope;
}

bool is_done_by_server(const Execution& execution) {
  const bool is_done = execution.state == ExecutionState::succeeded || execution.designed_escalation;
  return is_done && !execution.output && !execution.hand_ins.empty() &&
         std::ranges::all_of(execution.hand_ins, is_by_server);
}

bool tells_usage(const Execution& execution) {
  return is_done_by_server(execution) || !execution.finish_usage.empty() ||
         std::ranges::any_of(execution.hand_ins, [](const HandIn& hand_in) { return hand_in.usage.has_value(); });
}

std::vector<BrokenRule> hand_off_reasons(const CompiledVersion& version, const Execution& execution) {
  const Step* step = version.find_step(execution.current_step);
  if (step == nullptr) return {};
  const int visit = open_visit(execution, step->id);
  const HandIn* last = nullptr;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.step == step->id && hand_in.visit == visit) last = &hand_in;
  }
  if (last == nullptr) {
    return {{"", "was visited " + counted(visit - 1, "time") + ", which is its max_visits"}};
  }
  if (!last->broken.empty()) return last->broken;
  if (is_by_server(*last)) return {{"", last->note}};
  return {{"", last->note.empty() ? "was handed in as failed" : "was handed in as failed: " + last->note}};
}

Walk walk_path(const CompiledVersion& version, const Execution& execution, const Json& input,
               const ComputedVisit& computed) {
  StandingVisits standing;
  for (const auto& [key, visit] : visits_of(execution)) {
    if (visit.latest != nullptr) standing[key] = visit.latest;
  }
  return walk_path(version, execution, input, standing, computed);
}

Walk walk_path(const CompiledVersion& version, const Execution& execution, const Json& input,
               const StandingVisits& standing, const ComputedVisit& computed) {
  const StepGraph& graph = version.graph();
  std::map<std::size_t, int> count;
  BindingScope scope;
  scope.input = &input;
  scope.input_files = execution.input_files;
  Walk walk;
  std::vector<std::string> missing;  // steps that have yet to be handed in or computed
  std::size_t at = 0;
  const auto stands_still = [&] { return !missing.empty(); };
  while (!graph.is_end(at)) {
    const Step& step = version.design().steps[at];
    if (count[at] >= step.max_visits) {
      if (step.on_failure.then != FailureThen::skip) break;
      at = graph.next_in_order(at);
      continue;
    }
    const VisitKey visit{step.id, ++count[at]};
    const auto known = standing.find(visit);
    const HandIn* stands = known == standing.end() ? nullptr : known->second;
    if (computed && step.is_computed() && !stands_still()) stands = computed(step, visit.second, scope, stands);
    // What was computed ahead of a missing step may come out differently.
    if (stands_still() && stands != nullptr && is_by_server(*stands)) stands = nullptr;
    if (stands == nullptr) {
      if (!stands_still()) walk.end = at;
      // The server does its own steps once it can; the walk stops at one where it cannot.
      const bool is_new = std::ranges::find(missing, step.id) == missing.end();
      if (is_new && (!stands_still() || !step.is_computed())) walk.open.ids.push_back(step.id);
      missing.push_back(step.id);
      walk.open.more_may_follow = !step.branches.empty();
      if (walk.open.more_may_follow) return walk;
      at = graph.next_in_order(at);
      continue;
    }
    // What was handed in ahead of a missing step is kept, and leads on where nothing missing decides.
    walk.open.more_may_follow = stands_still() && looks_at_any(step, missing);
    if (walk.open.more_may_follow) return walk;
    if (!stands_still()) walk.visits.push_back(visit);
    const HandIn& hand_in = *stands;
    const bool went_by_output = hand_in.result == HandInResult::accepted || !left_step(hand_in);
    if (!went_by_output) {
      scope.skipped.insert(step.id);
      at = graph.next_in_order(at);
      continue;
    }
    const Json output = output_of(hand_in);
    scope.skipped.erase(step.id);
    scope.outputs[step.id] = output;
    scope.output = &output;
    at = graph.index_of(version.choose_next(step.id, scope).next).value_or(graph.end());
    scope.output = nullptr;
  }
  if (!stands_still()) walk.end = at;
  return walk;
}

OpenSteps open_steps(const CompiledVersion& version, const Execution& execution, const Json& input) {
  if (!is_open(execution.state)) return {};
  if (execution.mode == Mode::whole) return walk_path(version, execution, input).open;
  const std::optional<std::size_t> current = version.graph().index_of(execution.current_step);
  return current && !execution.current_step.empty() ? steps_in_order(version.design(), *current) : OpenSteps();
}

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::guided:
      return "guided";
    case Mode::whole:
      return "whole";
  }
  return "";
}

std::string_view to_string(ExecutionState state) {
  switch (state) {
    case ExecutionState::running:
      return "running";
    case ExecutionState::waiting:
      return "waiting";
    case ExecutionState::succeeded:
      return "succeeded";
    case ExecutionState::failed:
      return "failed";
    case ExecutionState::escalated:
      return "escalated";
    case ExecutionState::abandoned:
      return "abandoned";
  }
  return "";
}

std::optional<ExecutionState> parse_execution_state(std::string_view text) {
  for (const ExecutionState state : {ExecutionState::running, ExecutionState::waiting, ExecutionState::succeeded,
                                     ExecutionState::failed, ExecutionState::escalated, ExecutionState::abandoned}) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

std::string_view to_string(HandInOutcome outcome) {
  switch (outcome) {
    case HandInOutcome::done:
      return "done";
    case HandInOutcome::failed:
      return "failed";
    case HandInOutcome::skipped:
      return "skipped";
  }
  return "";
}

std::string_view to_string(HandInResult result) {
  switch (result) {
    case HandInResult::accepted:
      return "accepted";
    case HandInResult::refused:
      return "refused";
    case HandInResult::skipped:
      return "skipped";
    case HandInResult::failed:
      return "failed";
  }
  return "";
}

std::string_view to_string(FinishOutcome outcome) {
  switch (outcome) {
    case FinishOutcome::succeeded:
      return "succeeded";
    case FinishOutcome::failed:
      return "failed";
    case FinishOutcome::escalated:
      return "escalated";
  }
  return "";
}

std::string_view to_string(OutcomeSource source) {
  switch (source) {
    case OutcomeSource::self_reported:
      return "self_reported";
    case OutcomeSource::checked:
      return "checked";
    case OutcomeSource::graded:
      return "graded";
  }
  return "";
}

}  // namespace pianola::workflow
