#include "workflow/compute_ahead.h"

#include <gtest/gtest.h>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

using tests::a_computed_step;
using tests::a_design;

Step step_by_model(const char* id, const char* instruction) { return {.id = id, .instruction = instruction}; }
Step a_doubling(const char* id, const std::string& of) {
  return a_computed_step(id, {{"n", {{"number", of + " * 2"}}}});
}

Design with_these_steps(std::vector<Step> steps) {
  return a_design().changed([&](Design& design) { design.steps = std::move(steps); });
}

TEST(ComputeAhead, WhatFollowsFromTheInputIsKnownWhereverItStands) {
  const Design design = with_these_steps({step_by_model("count", "Count."), a_doubling("b", "{{steps.a.n}}"),
                                          a_doubling("a", "{{input.x}}"), a_doubling("c", "{{steps.count.n}}")});
  const Json input = {{"x", 3}};
  EXPECT_EQ(computed_ahead(design, {.input = &input}),
            (std::map<std::string, Json>{{"a", {{"n", 6}}}, {"b", {{"n", 12}}}}));
}

TEST(ComputeAhead, WhatCannotBeComputedIsLeftOutWithWhatReadsIt) {
  const Design design = with_these_steps({a_doubling("a", "{{input.x}}"), a_doubling("b", "{{steps.a.n}}")});
  const Json input = Json::object();
  EXPECT_TRUE(computed_ahead(design, {.input = &input}).empty());
}

TEST(ComputeAhead, OnlyWhatIsComputedOfOutputsKeepsAModelFromWholeMode) {
  const Step count = step_by_model("count", "Count.");
  const Step ahead = a_doubling("rate", "{{input.x}}");
  const Step later = a_doubling("sum", "{{steps.count.n}}");
  EXPECT_EQ(
      reads_computed_on_the_way(with_these_steps({count, ahead, later, step_by_model("say", "Say {{steps.rate.n}}.")})),
      "");
  EXPECT_EQ(reads_computed_on_the_way(with_these_steps({count, later, step_by_model("say", "Say {{steps.sum.n}}.")})),
            "say");
}

TEST(ComputeAhead, AWayThatAComputedValueChoosesCannotBeGoneBlindly) {
  const Step count = step_by_model("count", "Count.");
  Step sum = a_doubling("sum", "{{steps.count.n}}");
  sum.branches = {{.when = {{"output.n", {{"minimum", 5}}}}, .go_to = "end"}};
  EXPECT_EQ(reads_computed_on_the_way(with_these_steps({count, sum, step_by_model("say", "Say it.")})), "sum");
  sum.branches = {{.when = {{"steps.count.n", {{"minimum", 5}}}}, .go_to = "end"}};
  EXPECT_EQ(reads_computed_on_the_way(with_these_steps({count, sum, step_by_model("say", "Say it.")})), "");
}

}  // namespace
}  // namespace pianola::workflow
