#include "workflow/adherence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

// Two alignments may cost the same; which one is told does not depend on the search (adherence.h).
TEST(Adherence, OfEquallyCheapReadingsAStepLeftOutGoesBeforeOnePutIn) {
  const Alignment alignment = align(a_line({"a", "b"}), a_trace({"b", "a"}));
  EXPECT_EQ(alignment.cost, 2);
  EXPECT_THAT(alignment.deviations, ElementsAre(Deviation{DeviationKind::reordered, "a"}));
}

TEST(Adherence, OfEquallyCheapReadingsTheWayThatTheOutputChoseGoesBeforeAWrongBranch) {
  Design design = a_line({"a", "b", "c"});
  design.steps[0].branches = {a_branch("c"), a_branch("b", true)};
  std::vector<TraceStep> trace = a_trace({"a", "c"});
  trace[0].next = "b";  // from there to c without b, or to c at once
  const Alignment alignment = align(design, trace);
  EXPECT_EQ(alignment.cost, 1);
  EXPECT_THAT(alignment.deviations, ElementsAre(Deviation{DeviationKind::skipped, "b"}));
}

TEST(Adherence, OfEquallyShortWaysThatAnEarlyEndLeftOutTheFirstInTheDesignIsTold) {
  Design design = a_line({"a", "b", "c"});
  design.steps[0].branches = {a_branch("c"), a_branch("b", true)};
  design.steps[1].branches = {a_branch("end", true)};
  EXPECT_THAT(align(design, a_trace({"a"})).deviations, ElementsAre(Deviation{DeviationKind::skipped, "c"}));
  std::swap(design.steps[0].branches[0], design.steps[0].branches[1]);
  design.steps[0].branches[0].when["output.x"] = Json{{"const", 1}};
  EXPECT_THAT(align(design, a_trace({"a"})).deviations, ElementsAre(Deviation{DeviationKind::skipped, "b"}));
}

TEST(Adherence, EarlyEndCostsTheMissingStepsUnlessOnFailureEndedIt) {
  EXPECT_EQ(align(a_line({"a", "b", "c"}), a_trace({"a"})).cost, 2);
  EXPECT_EQ(align(a_line({"a", "b", "c"}), a_trace({"a"}), true).cost, 0);
}

}  // namespace
}  // namespace pianola::workflow
