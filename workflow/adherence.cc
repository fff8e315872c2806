#include "workflow/adherence.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>

#include "workflow/corrected_way.h"
#include "workflow/hand_in.h"

namespace pianola::workflow {
namespace {

enum class MoveKind { start, match, leave_out, put_in, finish };

// How a state of the search was reached.
struct Move {
  MoveKind kind = MoveKind::start;
  std::size_t from = 0;  // state
  std::size_t node = 0;  // step it is about
  bool wrong_branch = false;
};

// 0-1 breadth-first search over (elements of the trace consumed, node of the graph to be done next).
class AlignmentSearch {
 public:
  AlignmentSearch(const StepGraph& graph, std::span<const TraceStep> trace, bool ends_at_last)
      : graph_(graph), trace_(trace), nodes_(graph.size() + 3), ends_at_last_(ends_at_last) {
    const std::size_t states = (trace.size() + 1) * nodes_;
    cost_.assign(states, std::numeric_limits<int>::max());
    reached_by_.resize(states);
  }

  Alignment run() {
    reach(state(0, 0), 0, {}, 0);
    while (!queue_.empty()) {
      const auto [cost, at] = queue_.front();
      queue_.pop_front();
      if (cost > cost_[at]) continue;
      const std::size_t done = at / nodes_;
      const std::size_t node = at % nodes_;
      if (graph_.is_end(node) && done == trace_.size()) return trace_back(at);
      expand(at, done, node);
    }
    return {};  // no path to an end: lint refuses to publish such a version
  }

 private:
  std::size_t state(std::size_t done, std::size_t node) const { return done * nodes_ + node; }

  void reach(std::size_t to, int base, const Move& move, int extra) {
    const int cost = base + extra;
    if (cost >= cost_[to]) return;
    cost_[to] = cost;
    reached_by_[to] = move;
    // What is queued costs `base` or one more: this keeps it sorted.
    extra == 0 ? queue_.push_front({cost, to}) : queue_.push_back({cost, to});
  }

  void expand(std::size_t at, std::size_t done, std::size_t node) {
    const int cost = cost_[at];
    if (done < trace_.size()) {
      if (!graph_.is_end(node) && graph_.id_of(node) == trace_[done].step) match(at, done, node);
      reach(state(done + 1, node), cost, {MoveKind::put_in, at, node, false}, 1);
    }
    if (graph_.is_end(node)) return;
    for (const std::size_t to : ways_on(node)) reach(state(done, to), cost, {MoveKind::leave_out, at, node, false}, 1);
    const bool last = ends_at_last_ && done == trace_.size();
    if (last) reach(state(done, graph_.fail()), cost, {MoveKind::finish, at, node, false}, 0);
  }

  void match(std::size_t at, std::size_t done, std::size_t node) {
    const TraceStep& step = trace_[done];
    const int cost = cost_[at];
    const Move move{MoveKind::match, at, node, false};
    if (step.left_out) return reach(state(done + 1, graph_.next_in_order(node)), cost, move, step.designed ? 0 : 1);
    for (const std::size_t to : ways_on(node)) {
      const bool wrong = !step.next.empty() && graph_.id_of(to) != step.next;
      reach(state(done + 1, to), cost, {MoveKind::match, at, node, wrong}, wrong ? 1 : 0);
    }
    // Its own on_failure ended it here, which is as good an end as any.
    if (ends_at_last_ && done + 1 == trace_.size()) reach(state(done + 1, graph_.fail()), cost, move, 0);
  }

  std::vector<std::size_t> ways_on(std::size_t node) const {
    std::vector<std::size_t> ways;
    for (const Edge& edge : graph_.edges(node)) {
      if (edge.kind == EdgeKind::next || edge.kind == EdgeKind::branch) ways.push_back(edge.to);
    }
    return ways;
  }

  Alignment trace_back(std::size_t at) const {
    Alignment alignment;
    alignment.cost = cost_[at];
    const std::size_t start = state(0, 0);
    for (std::size_t here = at; here != start || reached_by_[here].kind != MoveKind::start;) {
      const Move& move = reached_by_[here];
      if (move.kind == MoveKind::start) break;
      add_deviation(move, alignment.deviations);
      here = move.from;
    }
    std::reverse(alignment.deviations.begin(), alignment.deviations.end());
    return alignment;
  }

  void add_deviation(const Move& move, std::vector<Deviation>& deviations) const {
    const std::size_t done = move.from / nodes_;
    const std::string node(graph_.id_of(move.node));
    switch (move.kind) {
      case MoveKind::start:
      case MoveKind::finish:
        return;
      case MoveKind::leave_out:
        deviations.push_back({DeviationKind::skipped, node});
        return;
      case MoveKind::put_in:
        deviations.push_back({DeviationKind::inserted, trace_[done].step});
        return;
      case MoveKind::match:
        if (trace_[done].left_out) {
          deviations.push_back({trace_[done].designed ? DeviationKind::designed : DeviationKind::skipped, node});
        } else if (move.wrong_branch) {
          deviations.push_back({DeviationKind::wrong_branch, node});
        }
        return;
    }
  }

  const StepGraph& graph_;
  std::span<const TraceStep> trace_;
  std::size_t nodes_;
  bool ends_at_last_;
  std::vector<int> cost_;
  std::vector<Move> reached_by_;
  std::deque<std::pair<int, std::size_t>> queue_;  // by rising cost
};

// A step left out in one place and put in in another was reordered; one put in that is done elsewhere too was repeated.
void name_moves(std::vector<Deviation>& deviations, std::span<const TraceStep> trace) {
  for (Deviation& inserted : deviations) {
    if (inserted.kind != DeviationKind::inserted) continue;
    const auto skipped =
        std::find(deviations.begin(), deviations.end(), Deviation{DeviationKind::skipped, inserted.step});
    const auto times =
        std::count_if(trace.begin(), trace.end(), [&](const TraceStep& step) { return step.step == inserted.step; });
    if (skipped != deviations.end()) {
      skipped->step.clear();  // told once: removed below
      inserted.kind = DeviationKind::reordered;
    } else if (times > 1) {
      inserted.kind = DeviationKind::repeated;
    }
  }
  std::erase_if(deviations, [](const Deviation& deviation) { return deviation.step.empty(); });
}

// True where an on_failure ended it: "fail", or a hand-off ("escalate") that nobody took up before the end was told.
bool ended_by_failure(const CompiledVersion& version, const Execution& execution) {
  if (!execution.hand_ins.empty() && execution.hand_ins.back().next == kGotoFail) return true;
  const bool told = execution.state == ExecutionState::escalated || execution.state == ExecutionState::failed;
  const Step* step = version.find_step(execution.current_step);
  return told && step != nullptr && step->on_failure.then == FailureThen::escalate &&
         attempts_left(version, execution, step->id) == 0;
}

// The trace as the alignment takes it: where each hand-in led, and the steps that were passed over because a loop had
// come to them as often as it may, which the design allows.
class TraceMaker {
 public:
  TraceMaker(const CompiledVersion& version, const Execution& execution, const Json& input)
      : version_(version), execution_(execution) {
    scope_.input = &input;
    scope_.input_files = execution.input_files;
  }

  std::vector<TraceStep> make(const std::vector<const HandIn*>& trace) {
    for (const HandIn* hand_in : trace) add(*hand_in);
    return std::move(trace_);
  }

 private:
  void add(const HandIn& hand_in) {
    const Step* step = version_.find_step(hand_in.step);
    const bool out = left_out(hand_in);
    ++visits_[hand_in.step];
    const bool is_guided = execution_.mode == Mode::guided;
    const std::string next = step == nullptr || is_guided ? hand_in.next : next_of(hand_in);
    const std::vector<std::string> passed = is_guided ? hand_in.passed_over : passed_from(next);
    const bool allowed = step != nullptr && step->on_failure.then == FailureThen::skip;
    trace_.push_back({hand_in.step, passed.empty() ? next : passed.front(), out, out && allowed});
    for (const std::string& id : passed) trace_.push_back({id, "", true, true});
  }

  // Whole mode: where it leads by what is known in the end; a step may have been handed in before one it looks at.
  std::string next_of(const HandIn& hand_in) {
    const StepGraph& graph = version_.graph();
    if (left_out(hand_in)) {
      scope_.skipped.insert(hand_in.step);
      return std::string(graph.id_of(graph.next_in_order(*graph.index_of(hand_in.step))));
    }
    const Json output = output_of(hand_in);
    scope_.skipped.erase(hand_in.step);
    scope_.outputs[hand_in.step] = output;
    scope_.output = &output;
    std::string next = version_.choose_next(hand_in.step, scope_).next;
    scope_.output = nullptr;
    return next;
  }

  // Whole mode: the steps on the way from `next` that on_failure "skip" leaves out, as they were visited often enough.
  std::vector<std::string> passed_from(const std::string& next) {
    const StepGraph& graph = version_.graph();
    std::vector<std::string> passed;
    std::size_t node = graph.index_of(next).value_or(graph.end());
    while (!graph.is_end(node)) {
      const Step& step = version_.design().steps[node];
      if (step.on_failure.then != FailureThen::skip || visits_[step.id] < step.max_visits) break;
      passed.push_back(step.id);
      node = graph.next_in_order(node);
    }
    return passed;
  }

  const CompiledVersion& version_;
  const Execution& execution_;
  BindingScope scope_;
  std::map<std::string, int> visits_;
  std::vector<TraceStep> trace_;
};

// Where an abandoned execution stood: the step that was asked for, or the first one still open.
std::string abandoned_step(const CompiledVersion& version, const Execution& execution, const Json& input) {
  if (!execution.current_step.empty()) return execution.current_step;
  const std::vector<std::string> open = open_steps(version, execution, input);
  return open.empty() ? std::string() : open.front();
}

}  // namespace

std::string_view to_string(DeviationKind kind) {
  switch (kind) {
    case DeviationKind::skipped:
      return "skipped";
    case DeviationKind::inserted:
      return "inserted";
    case DeviationKind::reordered:
      return "reordered";
    case DeviationKind::repeated:
      return "repeated";
    case DeviationKind::wrong_branch:
      return "wrong_branch";
    case DeviationKind::abandoned_at:
      return "abandoned_at";
    case DeviationKind::designed:
      return "designed";
    case DeviationKind::superseded:
      return "superseded";
  }
  return "";
}

Alignment align_trace(const StepGraph& graph, std::span<const TraceStep> trace, bool ends_at_last) {
  Alignment alignment = AlignmentSearch(graph, trace, ends_at_last).run();
  name_moves(alignment.deviations, trace);
  return alignment;
}

std::optional<Adherence> measure_adherence(const CompiledVersion& version, const Execution& execution,
                                           const Json& input) {
  const CorrectedWay way = corrected_way(version, execution, input);
  const auto accepted = static_cast<int>(
      std::ranges::count(way.trace, HandInResult::accepted, [](const HandIn* hand_in) { return hand_in->result; }));
  const std::optional<int> shortest = version.graph().shortest_path_length();
  if (accepted == 0 || !shortest) return std::nullopt;
  const std::vector<TraceStep> trace = TraceMaker(version, execution, input).make(way.trace);
  Alignment alignment = align_trace(version.graph(), trace, ended_by_failure(version, execution));
  Adherence adherence;
  adherence.score = std::max(0.0, 1.0 - static_cast<double>(alignment.cost) / (accepted + *shortest));
  adherence.deviations = std::move(alignment.deviations);
  for (const HandIn* hand_in : way.superseded) {
    adherence.deviations.push_back({DeviationKind::superseded, hand_in->step});
  }
  if (execution.state == ExecutionState::abandoned) {
    adherence.deviations.push_back({DeviationKind::abandoned_at, abandoned_step(version, execution, input)});
  }
  return adherence;
}

}  // namespace pianola::workflow
