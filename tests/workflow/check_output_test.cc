#include "workflow/check_output.h"

#include <gtest/gtest.h>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

using tests::a_design;

TEST(Quotes, MustOccurVerbatimInOneOfTheInputsStrings) {
  const Json input = {{"text", "The printer is on fire."}, {"more", {{"deep", {"And the cat"}}}}};
  EXPECT_TRUE(check_quotes({"/q"}, {{"q", "printer is on fire"}}, input).empty());
  EXPECT_TRUE(check_quotes({"/q"}, {{"q", "the cat"}}, input).empty());
  EXPECT_EQ(check_quotes({"/q"}, {{"q", "fire. And"}}, input).size(), 1U);  // never across two strings
}

TEST(Quotes, RunsOfWhiteSpaceCountAsOne) {
  const Json input = {{"text", "one\n\n  two\tthree"}};
  EXPECT_TRUE(check_quotes({"/q"}, {{"q", " one two   three\n"}}, input).empty());
  EXPECT_EQ(check_quotes({"/q"}, {{"q", "onetwo"}}, input).size(), 1U);
}

TEST(Quotes, CaseCounts) {
  const std::vector<BrokenRule> broken = check_quotes({"/q"}, {{"q", "Fire"}}, {{"text", "fire"}});
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_EQ(broken[0].place, "/q");
  EXPECT_NE(broken[0].rule.find("\"Fire\""), std::string::npos);
}

TEST(Quotes, EmptyOrNonStringQuotesAreRefused) {
  const Json input = {{"text", "fire 3"}};
  EXPECT_EQ(check_quotes({"/q"}, {{"q", ""}}, input).size(), 1U);
  EXPECT_EQ(check_quotes({"/q"}, {{"q", " \n"}}, input).size(), 1U);
  EXPECT_EQ(check_quotes({"/q"}, {{"q", 3}}, input).size(), 1U);
  EXPECT_EQ(check_quotes({"/q"}, {{"q", nullptr}}, input).size(), 1U);
}

TEST(Quotes, AbsentOnesPass) {
  EXPECT_TRUE(check_quotes({"/q", "/list/*/q"}, Json::object(), Json::object()).empty());
  EXPECT_TRUE(check_quotes({"/list/*/q"}, {{"list", {{{"other", 1}}}}}, Json::object()).empty());
}

TEST(Quotes, AStarStandsForEveryElement) {
  const Json output = {{"list", {{{"q", "fire"}}, {{"q", "water"}}, {{"q", "ice"}}}}};
  const std::vector<BrokenRule> broken = check_quotes({"/list/*/q"}, output, {{"text", "fire and ice"}});
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_EQ(broken[0].place, "/list/1/q");
}

TEST(Quotes, AKeyOfTheInputIsNoText) {
  EXPECT_EQ(check_quotes({"/q"}, {{"q", "text"}}, {{"text", "fire"}}).size(), 1U);
}

TEST(Quotes, MoreThanCanBeCheckedAreRefused) {
  const Json output = {{"list", Json(std::vector<std::string>(3'000, "fire"))}};
  EXPECT_EQ(check_quotes({"/list/*"}, output, {{"text", "fire"}}).size(), 1U);
}

TEST(CheckOutput, TellsEveryRuleThatIsBroken) {
  const auto version =
      CompiledVersion::compile(a_design().with_step("parse").with_output({"topic", "quote"}).with_quotes({"/quote"}));
  ASSERT_TRUE(version);
  const Step& step = version->design().steps[0];
  const Json input = {{"text", "fire"}};
  EXPECT_TRUE(check_output(*version, step, {{"topic", "a"}, {"quote", "fire"}}, input).empty());
  const std::vector<BrokenRule> broken = check_output(*version, step, {{"topic", 3}, {"quote", "water"}}, input);
  ASSERT_EQ(broken.size(), 2U);
  EXPECT_EQ(broken[0].place, "/topic");
  EXPECT_EQ(broken[1].place, "/quote");
}

TEST(CheckOutput, AValueOfTheWrongTypeIsToldOnce) {
  const auto version =
      CompiledVersion::compile(a_design().with_step("parse").with_output({"quote"}).with_quotes({"/quote"}));
  EXPECT_EQ(check_output(*version, version->design().steps[0], {{"quote", 3}}, Json::object()).size(), 1U);
}

TEST(CheckOutput, InputAndFinalOutputAreCheckedWhereTheDesignAsks) {
  const auto asks = CompiledVersion::compile(a_design()
                                                 .with_step("a")
                                                 .with_inputs(tests::object_schema({"id"}))
                                                 .with_outputs(tests::object_schema({"answer"})));
  EXPECT_FALSE(check_input(*asks, Json::object()).empty());
  EXPECT_FALSE(check_final_output(*asks, {{"answer", 1}}).empty());
  EXPECT_TRUE(check_final_output(*asks, {{"answer", "1"}}).empty());
  const auto asks_nothing = CompiledVersion::compile(a_design().with_step("a"));
  EXPECT_TRUE(check_input(*asks_nothing, {{"x", 1}}).empty());
  EXPECT_TRUE(check_final_output(*asks_nothing, {{"x", 1}}).empty());
}

}  // namespace
}  // namespace pianola::workflow
