#include "workflow/adherence.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>

#include "base/fault.h"
#include "workflow/corrected_way.h"
#include "workflow/hand_in.h"

namespace pianola::workflow {
namespace {

enum class MoveKind { match, leave_out, put_in, finish };

// One way on from a state of the search.
struct Move {
  MoveKind kind = MoveKind::match;
  std::size_t done = 0;  // elements of the trace consumed, afterwards
  std::size_t node = 0;  // of the graph, to be done next, afterwards
  int cost = 0;
};

// 0-1 breadth-first search over (elements of the trace consumed, node of the graph to be done next), backwards from the
// ends, so that every state on a cheapest alignment knows what the rest costs. Then it is walked from the start: among
// equally cheap alignments the first move in the order of moves_from() is taken, so that which one is told is no
// accident of the search.
class AlignmentSearch {
 public:
  AlignmentSearch(const StepGraph& graph, std::span<const TraceStep> trace, bool ends_at_last)
      : graph_(graph), trace_(trace), nodes_(graph.size() + 3), ends_at_last_(ends_at_last) {
    rest_.assign((trace.size() + 1) * nodes_, kFar);
    before_.resize(nodes_);
    for (std::size_t node = 0; node < graph.size(); ++node) {
      for (const std::size_t to : ways_on(node)) before_[to].push_back(node);
    }
  }

  Alignment run() {
    for (const std::size_t end : {graph_.end(), graph_.escalate(), graph_.fail()}) reach(trace_.size(), end, 0, 0);
    const std::size_t start = state(0, 0);
    while (!queue_.empty() && queue_.front().first <= rest_[start]) {
      const auto [cost, at] = queue_.front();
      queue_.pop_front();
      if (cost == rest_[at]) expand_backwards(at / nodes_, at % nodes_, cost);
    }
    if (rest_[start] == kFar) return {};  // no path to an end: lint refuses to publish such a version
    return walk();
  }

 private:
  static constexpr int kFar = std::numeric_limits<int>::max();

  std::size_t state(std::size_t done, std::size_t node) const { return done * nodes_ + node; }

  void reach(std::size_t done, std::size_t node, int base, int extra) {
    int& rest = rest_[state(done, node)];
    if (base + extra >= rest) return;
    rest = base + extra;
    // What is queued costs `base` or one more: this keeps it sorted.
    const std::pair<int, std::size_t> reached{rest, state(done, node)};
    extra == 0 ? queue_.push_front(reached) : queue_.push_back(reached);
  }

  // The states from which one move comes to this one.
  void expand_backwards(std::size_t done, std::size_t node, int cost) {
    for (const std::size_t from : before_[node]) reach(done, from, cost, 1);  // left out
    if (ends_at_last_ && node == graph_.fail() && done == trace_.size()) {
      for (std::size_t from = 0; from < graph_.size(); ++from) reach(done, from, cost, 0);
    }
    if (done == 0) return;
    reach(done - 1, node, cost, 1);  // put in
    const std::optional<std::size_t> matched = graph_.index_of(trace_[done - 1].step);
    if (!matched || graph_.is_end(*matched)) return;
    for (const Move& move : matches(done - 1, *matched)) {
      if (move.node == node) reach(done - 1, *matched, cost, move.cost);
    }
  }

  // The ways on of a hand-in that is the step, the ones that its output chose first.
  std::vector<Move> matches(std::size_t done, std::size_t node) const {
    const TraceStep& step = trace_[done];
    std::vector<Move> moves;
    if (step.left_out) {
      moves.push_back({MoveKind::match, done + 1, graph_.next_in_order(node), step.designed ? 0 : 1});
      return moves;
    }
    for (const std::size_t to : ways_on(node)) {
      const bool wrong = !step.next.empty() && graph_.id_of(to) != step.next;
      moves.push_back({MoveKind::match, done + 1, to, wrong ? 1 : 0});
    }
    // Its own on_failure ended it here, which is as good an end as any.
    if (ends_at_last_ && done + 1 == trace_.size()) moves.push_back({MoveKind::match, done + 1, graph_.fail(), 0});
    std::ranges::stable_sort(moves, {}, &Move::cost);
    return moves;
  }

  // All moves from a state, those first that explain an equally cheap alignment better: a hand-in that is the step, a
  // step left out, a hand-in put in. Ways on are in the order of the design: branches, then the next step.
  std::vector<Move> moves_from(std::size_t done, std::size_t node) const {
    std::vector<Move> moves;
    const bool is_end = graph_.is_end(node);
    if (!is_end && ends_at_last_ && done == trace_.size()) moves.push_back({MoveKind::finish, done, graph_.fail(), 0});
    if (!is_end && done < trace_.size() && graph_.id_of(node) == trace_[done].step) {
      for (const Move& move : matches(done, node)) moves.push_back(move);
    }
    if (!is_end) {
      for (const std::size_t to : ways_on(node)) moves.push_back({MoveKind::leave_out, done, to, 1});
    }
    if (done < trace_.size()) moves.push_back({MoveKind::put_in, done + 1, node, 1});
    return moves;
  }

  std::vector<std::size_t> ways_on(std::size_t node) const {
    std::vector<std::size_t> ways;
    for (const Edge& edge : graph_.edges(node)) {
      if (edge.kind == EdgeKind::next || edge.kind == EdgeKind::branch) ways.push_back(edge.to);
    }
    return ways;
  }

  Alignment walk() const {
    Alignment alignment;
    alignment.cost = rest_[state(0, 0)];
    std::size_t done = 0;
    std::size_t node = 0;
    while (!graph_.is_end(node) || done < trace_.size()) {
      const int rest = rest_[state(done, node)];
      const std::vector<Move> moves = moves_from(done, node);
      const auto move = std::ranges::find_if(moves, [&](const Move& each) {
        const int behind = rest_[state(each.done, each.node)];
        return behind != kFar && behind + each.cost == rest;
      });
      if (move == moves.end()) throw Fault(FaultKind::bug, "an alignment leads nowhere");
      add_deviation(*move, done, node, alignment.deviations);
      done = move->done;
      node = move->node;
    }
    return alignment;
  }

  // What a move from a state tells.
  void add_deviation(const Move& move, std::size_t done, std::size_t node, std::vector<Deviation>& deviations) const {
    const std::string id(graph_.id_of(node));
    switch (move.kind) {
      case MoveKind::finish:
        return;
      case MoveKind::leave_out:
        deviations.push_back({DeviationKind::skipped, id});
        return;
      case MoveKind::put_in:
        deviations.push_back({DeviationKind::inserted, trace_[done].step});
        return;
      case MoveKind::match:
        if (trace_[done].left_out) {
          deviations.push_back({trace_[done].designed ? DeviationKind::designed : DeviationKind::skipped, id});
        } else if (move.cost > 0) {
          deviations.push_back({DeviationKind::wrong_branch, id});
        }
        return;
    }
  }

  const StepGraph& graph_;
  std::span<const TraceStep> trace_;
  std::size_t nodes_;
  bool ends_at_last_;
  std::vector<int> rest_;                          // by state: what the cheapest way from it to an end costs
  std::vector<std::vector<std::size_t>> before_;   // by node: the steps that lead to it
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
  const std::vector<std::string> open = open_steps(version, execution, input).ids;
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
