#include "workflow/adherence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Step a_step(std::string id) {
  Step step;
  step.id = std::move(id);
  step.instruction = "Do it.";
  return step;
}

Design a_line(const std::vector<std::string>& ids) {
  Design design;
  design.name = "line";
  for (const std::string& id : ids) design.steps.push_back(a_step(id));
  return design;
}

Branch a_branch(std::string to, bool is_else = false) {
  Branch branch;
  branch.go_to = std::move(to);
  if (!is_else) branch.when["output.x"] = Json{{"const", 1}};
  return branch;
}

std::vector<TraceStep> a_trace(const std::vector<std::string>& ids) {
  std::vector<TraceStep> trace;
  for (const std::string& id : ids) trace.push_back({id, "", false, false});
  return trace;
}

Alignment align(const Design& design, const std::vector<TraceStep>& trace, bool ends_at_last = false) {
  return align_trace(StepGraph(design), trace, ends_at_last);
}

TEST(Adherence, FollowingEveryStepCostsNothing) {
  const Alignment alignment = align(a_line({"a", "b", "c"}), a_trace({"a", "b", "c"}));
  EXPECT_EQ(alignment.cost, 0);
  EXPECT_THAT(alignment.deviations, IsEmpty());
}

TEST(Adherence, SkippedStepCostsOneDeviation) {
  const Alignment alignment = align(a_line({"a", "b", "c"}), a_trace({"a", "c"}));
  EXPECT_EQ(alignment.cost, 1);
  EXPECT_THAT(alignment.deviations, ElementsAre(Deviation{DeviationKind::skipped, "b"}));
}

TEST(Adherence, UnknownStepIsInserted) {
  const Alignment alignment = align(a_line({"a", "b"}), a_trace({"a", "x", "b"}));
  EXPECT_EQ(alignment.cost, 1);
  EXPECT_THAT(alignment.deviations, ElementsAre(Deviation{DeviationKind::inserted, "x"}));
}

TEST(Adherence, StepDoneTwiceIsRepeated) {
  const Alignment alignment = align(a_line({"a", "b"}), a_trace({"a", "a", "b"}));
  EXPECT_EQ(alignment.cost, 1);
  EXPECT_THAT(alignment.deviations, ElementsAre(Deviation{DeviationKind::repeated, "a"}));
}

TEST(Adherence, StepDoneElsewhereIsReorderedAndToldOnce) {
  const Alignment alignment = align(a_line({"a", "b", "c"}), a_trace({"b", "c", "a"}));
  EXPECT_EQ(alignment.cost, 2);
  EXPECT_THAT(alignment.deviations, ElementsAre(Deviation{DeviationKind::reordered, "a"}));
}

TEST(Adherence, BranchThatDidNotMatchCostsOne) {
  Design design = a_line({"a", "b", "c"});
  design.steps[0].branches = {a_branch("c"), a_branch("b", true)};
  std::vector<TraceStep> trace = a_trace({"a", "c"});
  trace[0].next = "b";
  const Alignment alignment = align(design, trace);
  EXPECT_EQ(alignment.cost, 1);
}

TEST(Adherence, LoopBackIsAPathOfTheGraph) {
  Design design = a_line({"a", "b"});
  design.steps[1].branches = {a_branch("a"), a_branch("end", true)};
  EXPECT_EQ(align(design, a_trace({"a", "b", "a", "b", "a", "b"})).cost, 0);
}

TEST(Adherence, SkipThatTheDesignAllowsCostsNothing) {
  std::vector<TraceStep> trace = a_trace({"a", "b", "c"});
  trace[1].left_out = true;
  trace[1].designed = true;
  const Alignment allowed = align(a_line({"a", "b", "c"}), trace);
  EXPECT_EQ(allowed.cost, 0);
  EXPECT_THAT(allowed.deviations, ElementsAre(Deviation{DeviationKind::designed, "b"}));
  trace[1].designed = false;
  const Alignment refused = align(a_line({"a", "b", "c"}), trace);
  EXPECT_EQ(refused.cost, 1);
  EXPECT_THAT(refused.deviations, ElementsAre(Deviation{DeviationKind::skipped, "b"}));
}

TEST(Adherence, EarlyEndCostsTheMissingStepsUnlessOnFailureEndedIt) {
  EXPECT_EQ(align(a_line({"a", "b", "c"}), a_trace({"a"})).cost, 2);
  EXPECT_EQ(align(a_line({"a", "b", "c"}), a_trace({"a"}), true).cost, 0);
}

// Every path up to a length, compared with the trace by the classic edit distance without substitutions.
class Oracle {
 public:
  Oracle(const StepGraph& graph, const std::vector<TraceStep>& trace, std::size_t longest)
      : graph_(graph), trace_(trace), longest_(longest) {}

  int cheapest() {
    walk(0);
    return best_;
  }

 private:
  void walk(std::size_t node) {
    if (graph_.is_end(node)) {
      best_ = std::min(best_, distance());
      return;
    }
    if (path_.size() == longest_) return;
    path_.emplace_back(graph_.id_of(node));
    for (const Edge& edge : graph_.edges(node)) {
      if (edge.kind == EdgeKind::next || edge.kind == EdgeKind::branch) walk(edge.to);
    }
    path_.pop_back();
  }

  int distance() const {
    std::vector<std::vector<int>> cost(path_.size() + 1, std::vector<int>(trace_.size() + 1));
    for (std::size_t i = 0; i <= path_.size(); ++i) {
      for (std::size_t j = 0; j <= trace_.size(); ++j) {
        if (i == 0 || j == 0) {
          cost[i][j] = static_cast<int>(i + j);
          continue;
        }
        cost[i][j] = std::min(cost[i - 1][j], cost[i][j - 1]) + 1;
        if (path_[i - 1] == trace_[j - 1].step) cost[i][j] = std::min(cost[i][j], cost[i - 1][j - 1]);
      }
    }
    return cost[path_.size()][trace_.size()];
  }

  const StepGraph& graph_;
  const std::vector<TraceStep>& trace_;
  std::size_t longest_;
  std::vector<std::string> path_;
  int best_ = 1'000'000;
};

TEST(Adherence, AgreesWithBruteForceOnRandomGraphsWithBranchesAndLoops) {
  constexpr unsigned kSeed = 20261124;
  std::mt19937 random(kSeed);
  const std::vector<std::string> ids = {"a", "b", "c", "d"};
  for (int round = 0; round < 300; ++round) {
    Design design = a_line(ids);
    for (Step& step : design.steps) {
      if (random() % 3 != 0) continue;
      const std::size_t to = random() % 5;
      step.branches = {a_branch(to == 4 ? "end" : ids[to])};
    }
    std::vector<std::string> done;
    for (std::size_t i = random() % 6; i > 0; --i) done.push_back(random() % 8 == 0 ? "x" : ids[random() % 4]);
    const std::vector<TraceStep> trace = a_trace(done);
    const StepGraph graph(design);
    EXPECT_EQ(align_trace(graph, trace).cost, Oracle(graph, trace, 11).cheapest())
        << "seed " << kSeed << ", round " << round;
  }
}

}  // namespace
}  // namespace pianola::workflow
