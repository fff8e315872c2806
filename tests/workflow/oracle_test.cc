// The alignment against brute force: every way through small random graphs with every way to lay the trace over it,
// written as plainly as the definition. Seeds are printed with each failure.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "tests/support/builders.h"
#include "workflow/adherence.h"

namespace pianola::workflow {
namespace {

constexpr unsigned kSeed = 20261124;
constexpr int kFar = 1'000'000;

// The cheapest way to explain a trace, by recursion over everything that may have happened. It reads the design itself,
// not the graph that the alignment works on. `budget` bounds the steps left out: leaving out more than putting the
// whole trace in and leaving the shortest path out can never be cheapest.
class Oracle {
 public:
  Oracle(const Design& design, const std::vector<TraceStep>& trace, bool ends_at_last)
      : steps_(design.steps), trace_(trace), ends_at_last_(ends_at_last) {}

  int cheapest(const std::string& at, std::size_t done, int budget) {
    const auto known = known_.find({at, done, budget});
    if (known != known_.end()) return known->second;
    const int best = try_everything(at, done, budget);
    known_[{at, done, budget}] = best;
    return best;
  }

 private:
  int try_everything(const std::string& at, std::size_t done, int budget) {
    const bool all_done = done == trace_.size();
    if (at == "end" || at == "escalate") return static_cast<int>(trace_.size() - done);
    int best = all_done ? kFar : 1 + cheapest(at, done + 1, budget);  // put in
    if (all_done && ends_at_last_) best = 0;
    if (budget > 0) {
      for (const std::string& to : ways_on(at)) best = std::min(best, 1 + cheapest(to, done, budget - 1));
    }
    if (!all_done && at == trace_[done].step) best = std::min(best, matched(at, done, budget));
    return best;
  }

  int matched(const std::string& at, std::size_t done, int budget) {
    const TraceStep& step = trace_[done];
    if (step.left_out) return (step.designed ? 0 : 1) + cheapest(next_in_order(at), done + 1, budget);
    int best = ends_at_last_ && done + 1 == trace_.size() ? 0 : kFar;
    for (const std::string& to : ways_on(at)) {
      const bool wrong = !step.next.empty() && step.next != to;
      best = std::min(best, (wrong ? 1 : 0) + cheapest(to, done + 1, budget));
    }
    return best;
  }

  std::size_t place_of(const std::string& id) const {
    std::size_t place = 0;
    while (steps_[place].id != id) ++place;
    return place;
  }

  std::string next_in_order(const std::string& id) const {
    const std::size_t next = place_of(id) + 1;
    return next == steps_.size() ? "end" : steps_[next].id;
  }

  // Every goto up to an else, and the next step where there is no else.
  std::vector<std::string> ways_on(const std::string& id) const {
    std::vector<std::string> ways;
    for (const Branch& branch : steps_[place_of(id)].branches) {
      ways.push_back(branch.go_to);
      if (branch.when.empty()) return ways;
    }
    ways.push_back(next_in_order(id));
    return ways;
  }

  const std::vector<Step>& steps_;
  const std::vector<TraceStep>& trace_;
  bool ends_at_last_;
  std::map<std::tuple<std::string, std::size_t, int>, int> known_;
};

const std::vector<std::string> kIds = {"a", "b", "c", "d"};

// Up to two branches a step, forwards, backwards and to the ends, some of them else.
Design a_random_design(std::mt19937& random) {
  tests::DesignBuilder builder = tests::a_design("random");
  const std::size_t steps = 1 + random() % kIds.size();
  for (std::size_t i = 0; i < steps; ++i) {
    builder.with_step(kIds[i]).with_on_failure(static_cast<FailureThen>(random() % 3));
    for (std::size_t branches = random() % 3; branches > 0; --branches) {
      const std::size_t to = random() % (steps + 2);
      const Json when = random() % 3 == 0 ? Json::object() : Json{{"output.x", {{"const", 1}}}};
      builder.with_branch(when, to == steps ? "end" : to > steps ? "escalate" : kIds[to]);
    }
  }
  return builder;
}

std::vector<TraceStep> a_random_trace(std::mt19937& random) {
  std::vector<TraceStep> trace;
  for (std::size_t i = random() % 6; i > 0; --i) {
    TraceStep step;
    step.step = random() % 8 == 0 ? "x" : kIds[random() % kIds.size()];
    const std::size_t next = random() % (kIds.size() + 2);
    if (random() % 2 == 0) step.next = next == kIds.size() ? "end" : next > kIds.size() ? "escalate" : kIds[next];
    step.left_out = random() % 6 == 0;
    step.designed = step.left_out && random() % 2 == 0;
    trace.push_back(std::move(step));
  }
  return trace;
}

std::string describe(const Design& design, const std::vector<TraceStep>& trace) {
  std::string text = dump_compact(encode_design(design)) + " trace:";
  for (const TraceStep& step : trace) text += " " + step.step + ">" + step.next + (step.left_out ? "(left out)" : "");
  return text;
}

TEST(AlignmentOracle, CostsAreExactOnGraphsWithBranchesLoopsAndSkips) {
  std::mt19937 random(kSeed);
  for (int round = 0; round < 5'000; ++round) {
    const Design design = a_random_design(random);
    const StepGraph graph(design);
    const std::vector<TraceStep> trace = a_random_trace(random);
    const bool ends_at_last = random() % 5 == 0;
    if (!graph.has_path_to_end()) continue;
    const int most_left_out = static_cast<int>(graph.size() + trace.size());
    const int expected = Oracle(design, trace, ends_at_last).cheapest(kIds[0], 0, most_left_out);
    ASSERT_EQ(align_trace(graph, trace, ends_at_last).cost, expected)
        << "seed " << kSeed << ", round " << round << ": " << describe(design, trace);
  }
}

// Every deviation but `designed` and `abandoned_at` costs one, a reordered step two.
int cost_of(const std::vector<Deviation>& deviations) {
  int cost = 0;
  for (const Deviation& deviation : deviations) {
    if (deviation.kind == DeviationKind::designed) continue;
    cost += deviation.kind == DeviationKind::reordered ? 2 : 1;
  }
  return cost;
}

TEST(AlignmentOracle, DeviationsAddUpToTheCost) {
  std::mt19937 random(kSeed + 1);
  for (int round = 0; round < 2'000; ++round) {
    const Design design = a_random_design(random);
    const StepGraph graph(design);
    const std::vector<TraceStep> trace = a_random_trace(random);
    if (!graph.has_path_to_end()) continue;
    const Alignment alignment = align_trace(graph, trace);
    ASSERT_EQ(cost_of(alignment.deviations), alignment.cost)
        << "seed " << kSeed + 1 << ", round " << round << ": " << describe(design, trace);
  }
}

}  // namespace
}  // namespace pianola::workflow
