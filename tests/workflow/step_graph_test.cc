#include "workflow/step_graph.h"

#include <gtest/gtest.h>

#include "tests/support/builders.h"
#include "workflow/compiled_version.h"

namespace pianola::workflow {
namespace {

using tests::a_design;

TEST(StepGraph, StepsFollowEachOtherToTheEnd) {
  const StepGraph graph(a_design().with_step("a").with_step("b"));
  EXPECT_EQ(graph.edges(0)[0], (Edge{1, EdgeKind::next, {}}));
  EXPECT_EQ(graph.edges(1)[0], (Edge{graph.end(), EdgeKind::next, {}}));
  EXPECT_EQ(graph.edges(1)[1].kind, EdgeKind::escalate);
  EXPECT_EQ(graph.shortest_path_length(), 2);
}

TEST(StepGraph, AnElseBranchTakesTheDefaultEdgeAway) {
  const StepGraph graph(a_design()
                            .with_step("a")
                            .with_branch({{"output.x", true}}, "c")
                            .with_branch(Json::object(), "end")
                            .with_branch({{"output.y", true}}, "b")
                            .with_step("b")
                            .with_step("c"));
  EXPECT_FALSE(graph.has_default_edge(0));
  ASSERT_EQ(graph.edges(0).size(), 3U);  // two branches and on_failure: what stands behind the else is never taken
  EXPECT_EQ(graph.shortest_path_length(), 1);
  EXPECT_EQ(graph.unreachable_steps(), std::vector<std::string>{"b"});
}

TEST(StepGraph, ABranchWithoutElseKeepsTheDefaultEdge) {
  const StepGraph graph(a_design().with_step("a").with_branch({{"output.x", true}}, "c").with_step("b").with_step("c"));
  EXPECT_TRUE(graph.has_default_edge(0));
  EXPECT_TRUE(graph.unreachable_steps().empty());
  EXPECT_EQ(graph.shortest_path_length(), 2);
}

TEST(StepGraph, ALoopWithoutAWayOutHasNoPathToTheEnd) {
  const StepGraph graph(a_design().with_step("a").with_step("b").with_branch(Json::object(), "a"));
  EXPECT_FALSE(graph.has_path_to_end());
}

TEST(StepGraph, EscalateIsAnEnd) {
  const StepGraph graph(a_design().with_step("a").with_branch(Json::object(), "escalate"));
  EXPECT_EQ(graph.shortest_path_length(), 1);
  EXPECT_EQ(graph.edges(0)[0].to, graph.escalate());
}

TEST(StepGraph, DanglingGotosAreNamed) {
  const StepGraph graph(a_design().with_step("a").with_branch({{"output.x", true}}, "nowhere"));
  ASSERT_EQ(graph.dangling().size(), 1U);
  EXPECT_EQ(graph.dangling()[0], (std::pair<std::size_t, std::size_t>(0, 0)));
}

TEST(StepGraph, AnEmptyDesignHasNoPath) {
  const StepGraph graph{Design{}};
  EXPECT_FALSE(graph.has_path_to_end());
  EXPECT_TRUE(graph.unreachable_steps().empty());
}

class ChooseNext : public testing::Test {
 protected:
  BranchChoice choose(const Json& output, const Json& input = Json::object()) {
    const auto version = CompiledVersion::compile(
        a_design()
            .with_step("a")
            .with_branch({{"output.matches", {{"const", false}}}}, "escalate")
            .with_branch({{"output.n", {{"minimum", 5}}}, {"input.kind", {{"const", "x"}}}}, "c")
            .with_step("b")
            .with_step("c"));
    BindingScope scope;
    scope.input = &input;
    scope.output = &output;
    return version->choose_next("a", scope);
  }
};

TEST_F(ChooseNext, TheFirstMatchingBranchWins) {
  const BranchChoice choice = choose({{"matches", false}, {"n", 9}}, {{"kind", "x"}});
  EXPECT_EQ(choice.next, "escalate");
  EXPECT_EQ(choice.branch, 0U);
}

TEST_F(ChooseNext, AllPathsMustExistAndMatch) {
  EXPECT_EQ(choose({{"n", 9}}, {{"kind", "x"}}).next, "c");
  EXPECT_EQ(choose({{"n", 9}}, {{"kind", "y"}}).next, "b");
  EXPECT_EQ(choose({{"n", 9}}).next, "b");
}

TEST_F(ChooseNext, WithoutAMatchTheNextInOrderFollows) {
  const BranchChoice choice = choose({{"matches", true}});
  EXPECT_EQ(choice.next, "b");
  EXPECT_FALSE(choice.branch);
}

TEST(CompiledVersion, RefusesABadSchemaWithItsPlaceInTheDesign) {
  const auto version = CompiledVersion::compile(a_design().with_step("a").with_output_schema({{"type", "nonsense"}}));
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, "bad_schema");
  EXPECT_EQ(version.error().place.rfind("/steps/0/output", 0), 0U);
}

TEST(CompiledVersion, WithoutStepsIsAtItsEndFromTheStart) {
  const auto version = CompiledVersion::compile(a_design());
  ASSERT_TRUE(version);
  EXPECT_TRUE(version->graph().is_end(0));
}

}  // namespace
}  // namespace pianola::workflow
