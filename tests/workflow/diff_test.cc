#include "workflow/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::a_design;
using tests::object_schema;

std::vector<std::string> changes(const Design& base, const Design& next) { return describe_changes(base, next); }

TEST(Diff, EqualDesignsHaveNoChanges) {
  EXPECT_THAT(changes(a_design().with_step("a"), a_design().with_step("a")), IsEmpty());
}

TEST(Diff, ChangedInstructionIsShownFromBothSides) {
  EXPECT_THAT(changes(a_design().with_step("reply", "In one line."), a_design().with_step("reply", "In two lines.")),
              ElementsAre(R"(step "reply": instruction changed: "In one line." -> "In two lines.")"));
}

TEST(Diff, LongTextsAreTrimmedAroundTheFirstDifference) {
  const std::string same(500, 'x');
  const auto lines = changes(a_design().with_step("a", same + "old"), a_design().with_step("a", same + "new"));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LT(lines[0].size(), 200U);
  EXPECT_THAT(lines[0], HasSubstr("xold\" -> \"..."));
  EXPECT_THAT(lines[0], HasSubstr("xnew\""));
}

TEST(Diff, TrimmingNeverCutsACharacter) {
  std::string same;
  for (int i = 0; i < 200; ++i) same += "\xC3\xA4";
  for (const auto& line : changes(a_design().with_step("a", same + "y"), a_design().with_step("a", "z" + same))) {
    EXPECT_TRUE(is_utf8(line)) << line;
    EXPECT_THAT(line, testing::Not(HasSubstr("\xEF\xBF\xBD")));
  }
}

TEST(Diff, AddedAndRemovedStepsAreNamedWithTheirPlace) {
  EXPECT_THAT(changes(a_design().with_step("a").with_step("c"), a_design().with_step("b").with_step("a")),
              ElementsAre("step \"b\" added, first", "step \"c\" removed"));
  EXPECT_THAT(changes(a_design().with_step("a"), a_design().with_step("a").with_step("b")),
              ElementsAre("step \"b\" added, after \"a\""));
}

TEST(Diff, ReorderedStepsAreToldOnce) {
  EXPECT_THAT(changes(a_design().with_step("a").with_step("b"), a_design().with_step("b").with_step("a")),
              ElementsAre("order of steps changed: a, b -> b, a"));
}

TEST(Diff, SchemaChangesAreToldByPointer) {
  EXPECT_THAT(changes(a_design().with_step("a").with_output({"x"}), a_design().with_step("a").with_output({"x", "y"})),
              ElementsAre(R"(step "a": output: property "/properties/y" added: {"type":"string"})",
                          R"(step "a": output: required "y" added)"));
}

TEST(Diff, EnumValuesAreToldOneByOne) {
  const auto with_enum = [](const char* json) {
    return a_design().with_step("a").with_output_schema(
        {{"type", "object"}, {"properties", {{"k", {{"enum", Json::parse(json)}}}}}});
  };
  EXPECT_THAT(changes(with_enum(R"(["a","b"])"), with_enum(R"(["b","c"])")),
              ElementsAre(R"(step "a": output: enum value "c" added at "/properties/k")",
                          R"(step "a": output: enum value "a" removed at "/properties/k")"));
}

TEST(Diff, ListsThatAreEqualAreNotSaidToChange) {
  Json base = object_schema({"x", "y"});
  Json next = base;
  next["properties"]["x"]["maxLength"] = 5;
  EXPECT_THAT(
      changes(a_design().with_step("a").with_output_schema(base), a_design().with_step("a").with_output_schema(next)),
      ElementsAre(HasSubstr("maxLength")));
}

TEST(Diff, SchemaThatCameOrWentIsSaid) {
  EXPECT_THAT(changes(a_design().with_step("a"), a_design().with_step("a").with_output({"x"})),
              ElementsAre("step \"a\": output schema added"));
  EXPECT_THAT(changes(a_design().with_inputs(object_schema({"x"})), a_design()), ElementsAre("inputs schema removed"));
}

TEST(Diff, BranchesAreToldInWords) {
  EXPECT_THAT(changes(a_design().with_step("a"), a_design().with_step("a").with_branch(Json::object(), "end")),
              ElementsAre(R"(step "a": branches: added "else -> end")"));
}

TEST(Diff, EdgeCasesAreComparedByTheirIds) {
  EXPECT_THAT(changes(a_design().with_edge_case("e", "x", "y"), a_design().with_edge_case("e", "x", "z", Level::high)),
              ElementsAre(R"(edge case "e": then changed: "y" -> "z")",
                          R"(edge case "e": severity changed: "medium" -> "high")"));
}

TEST(Diff, ListsTellWhatCameAndWent) {
  EXPECT_THAT(changes(a_design().with_tags({"a"}), a_design().with_tags({"b"})),
              ElementsAre("tags: added \"b\"", "tags: removed \"a\""));
  EXPECT_THAT(changes(a_design().with_tags({"a", "b"}), a_design().with_tags({"b", "a"})),
              ElementsAre("tags: order or repetition changed"));
}

TEST(Diff, EveryFieldOfADesignIsCompared) {
  const Design base = a_design().with_step("a");
  const auto one_line = [&](auto change) {
    return changes(base, tests::DesignBuilder(a_design().with_step("a")).changed(change)).size();
  };
  EXPECT_EQ(one_line([](Design& d) { d.title = "x"; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.context = "x"; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.executor = "x"; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.tolerance = 0.5; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.intelligence_level = Level::high; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.escalation = Escalation{}; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.cases.emplace_back(); }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.steps[0].examples.emplace_back(); }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.steps[0].max_visits = 2; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.steps[0].on_failure.retries = 0; }), 1U);
  EXPECT_EQ(one_line([](Design& d) { d.steps[0].tools = {"grep"}; }), 1U);
}

}  // namespace
}  // namespace pianola::workflow
