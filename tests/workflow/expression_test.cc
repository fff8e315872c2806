#include "workflow/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

using testing::HasSubstr;

// What an expression gives, in words; what it refuses, behind "refused: ".
std::string value_of(std::string_view text, const std::vector<ExpressionValue>& values = {}) {
  const auto expression = Expression::parse(text);
  if (!expression) return "refused: " + expression.error().message;
  const auto value = expression->evaluate(values);
  return value ? describe_expression_value(*value) : "refused: " + value.error();
}

TEST(Expression, ComputesAsASpreadsheetDoes) {
  EXPECT_EQ(value_of("0.1 + 0.2"), "0.3");
  EXPECT_EQ(value_of("7 / 2"), "3.5");
  EXPECT_EQ(value_of("-7 // 2"), "-4");
  EXPECT_EQ(value_of("2 ^ 3 * (1 + 1.5e1) % 5"), "3");
  EXPECT_EQ(value_of("round(2.675, 2)"), "2.68");
  EXPECT_EQ(value_of("round(-2.5)"), "-3");
  EXPECT_EQ(value_of("max(1, 3, 2) - min(4, 0.5) + abs(-1) + floor(1.9) + ceil(0.1) + sqrt(9)"), "8.5");
  EXPECT_EQ(value_of("1--1"), "2");
}

// Binary fractions are a little off: whoever compares must not see it.
TEST(Expression, ComparesAndRoundsWhatIsWritten) {
  EXPECT_EQ(value_of("{{input.a}} + {{input.b}} > 0.3", {0.1, 0.2}), "false");
  EXPECT_EQ(value_of("{{input.a}} + {{input.b}} == 0.3", {0.1, 0.2}), "true");
  EXPECT_EQ(value_of("0.3 >= 0.1 + 0.2 and not (0.3 < 0.1 + 0.2)"), "true");
  EXPECT_EQ(value_of("floor(4.35 * 100)"), "435");
  EXPECT_EQ(value_of("ceil(1.1 * 100)"), "110");
  EXPECT_EQ(value_of("4.35 * 100 // 1"), "435");
  EXPECT_EQ(value_of("0.3 // 0.1"), "3");
  EXPECT_EQ(value_of("0.3 % 0.1"), "0");
  EXPECT_EQ(value_of("{{input.name}} == 'a' and true == true", {std::string("a")}), "true");
}

TEST(Expression, TakesOperatorsInLuasOrder) {
  EXPECT_EQ(value_of("-2 ^ 2"), "-4");
  EXPECT_EQ(value_of("2 ^ 3 ^ 2"), "512");
  EXPECT_EQ(value_of("1 + 7 // 2 * 3 - 8 % 3"), "8");
  EXPECT_EQ(value_of("20 // 3 // 2"), "3");
  EXPECT_EQ(value_of("2 * 7 // 4"), "3");
  EXPECT_EQ(value_of("-7 % 5 + 7 % -5"), "0");
  EXPECT_EQ(value_of("7 // -2 ^ 1"), "-4");
  EXPECT_EQ(value_of("max(7 // 2, 1 + 9 % 4) + (5 - 1) // 3"), "4");
  EXPECT_EQ(value_of("1 + 1 == 2 and 7 // 2 < 4 or false"), "true");
  EXPECT_EQ(value_of("(1 < 2) == true"), "true");
  EXPECT_EQ(value_of("!(1 > 2) && -1 < - -1"), "true");
}

TEST(Expression, RefusesComparisonsInARow) {
  const auto meant = [](const char* text) { return Expression::parse(text).error().instead; };
  EXPECT_EQ(meant("1 < {{input.x}} < 10"), "1 < {{input.x}} and {{input.x}} < 10");
  EXPECT_EQ(meant("true and (1<={{input.x}}+1 <10)"), "1<={{input.x}}+1 and {{input.x}}+1 <10");
  EXPECT_EQ(meant("max(3 > 2 > 1, 1)"), "3 > 2 and 2 > 1");
  EXPECT_EQ(meant("{{input.x}} > 1 == true"), "");
  EXPECT_THAT(value_of("{{input.x}} > 1 == true"), HasSubstr("put one into ( )"));
}

TEST(Expression, NeedsAValueBetweenOperators) {
  for (const char* text : {"1 2", "1 + * 2", "(1", "()", "max(1,)", "(1, 2)", "floor", "floor 2", "1 and", "or 1",
                           "{{input.x}} {{input.x}}", "1 not 2", "1 + + 2", "round()"}) {
    EXPECT_FALSE(Expression::parse(text)) << text;
  }
}

TEST(Expression, SaysInItsOwnWordsWhatGoesWrong) {
  EXPECT_EQ(value_of("{{input.x}} + 1", {true}), "refused: it computes with a truth value ({{input.x}})");
  EXPECT_EQ(value_of("7 % {{input.x}}", {std::string("a")}), "refused: it computes with a text ({{input.x}})");
  EXPECT_EQ(value_of("not 1 < 2"), "refused: it compares a truth value with a number");
  EXPECT_EQ(value_of("true < false"), "refused: it compares two truth values by size");
  EXPECT_EQ(value_of("floor({{input.x}})", {std::string("a")}),
            "refused: value 1 of floor: a number is expected, got a text");
  EXPECT_EQ(value_of("1 / 0 > 5"), "refused: it divides by zero, or its result is no number");
  EXPECT_EQ(value_of("max(1, 0 / 0)"), "refused: it divides by zero, or its result is no number");
}

TEST(Expression, ReadsValuesByTheirPlace) {
  EXPECT_EQ(value_of("{{input.price}} * {{ steps.count.n }}", {2.5, 4.0}), "10");
  EXPECT_EQ(value_of("{{input.vip}} && {{input.sum}} >= 100", {true, 100.0}), "true");
  EXPECT_EQ(value_of("!({{input.currency}} == 'EUR') || {{input.currency}} != \"EUR\"",
                     {std::string("EUR"), std::string("EUR")}),
            "false");
  EXPECT_EQ(value_of("{{input.vip}} and 5 or 10", {false}), "10");
}

TEST(Expression, NamesTheValueThatItCannotUse) {
  EXPECT_THAT(value_of("{{input.price}} * 2", {std::string("12.50")}), HasSubstr("{{input.price}}"));
  EXPECT_THAT(value_of("{{input.price}} > 2", {std::string("12.50")}), HasSubstr("it compares a number with a text"));
  EXPECT_EQ(value_of("{{input.price}} * 2", {ExpressionValue()}), "refused: {{input.price}} is not there");
  EXPECT_EQ(value_of("({{input.discount}} or 0) + 2", {ExpressionValue()}), "2");
}

TEST(Expression, RefusesResultsThatAreNoNumber) {
  for (const char* text : {"1 / 0", "0 / 0", "sqrt(-1)", "10 ^ 400", "5 % 0"}) {
    EXPECT_THAT(value_of(text), HasSubstr("it divides by zero, or its result is no number")) << text;
  }
  EXPECT_THAT(value_of("2 ^ 60"), HasSubstr("beyond 9007199254740991"));
}

// Nothing but an expression reaches Lua: no loop, no function, no table, no second statement.
TEST(Expression, LetsNothingButAnExpressionThrough) {
  for (const char* text :
       {"", "while true do end", "(function() return 1 end)()", "{1}", "x = 1", "1; 2", "1) , (2", "a.b", "os.exit()",
        "\"a\" .. \"b\"", "[[x]]", "1 -- 2\n +", "price * 2", "{{input.x", "'open", "1.2.3", "2 +", "round", "1 = 1"}) {
    EXPECT_THAT(value_of(text, {1.0}), HasSubstr("refused: ")) << text;
  }
}

TEST(Expression, SaysWhichWordIsToBlame) {
  EXPECT_EQ(Expression::parse("input.price * 2").error().word, "input.price");
  EXPECT_EQ(Expression::parse("2 = 2").error().instead, "==");
  EXPECT_EQ(Expression::parse("Round(2)").error().instead, "round");
}

// A text in quotes is compared as it is written: a value in it would never be put in.
TEST(Expression, RefusesValuesInQuotes) {
  for (const char* text : {"'{{input.c}}' == 'EUR'", "\"{{input.c}}\" == 'EUR'", "'EUR' == ' {{input.c}} '"}) {
    const auto read = Expression::parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr("in quotes")) << text;
    EXPECT_EQ(read.error().instead, "{{input.c}}") << text;
  }
  EXPECT_EQ(Expression::parse("'{{input.a}}{{input.b}}' == 'x'").error().instead, "");
}

TEST(Expression, IsBoundedInLengthValuesAndDepth) {
  EXPECT_THAT(value_of(std::string(kLongestExpression + 1, '1')), HasSubstr("at most 1000"));
  std::string many = "1";
  for (std::size_t i = 0; i <= kMostExpressionValues; ++i) many += "+{{input.x}}";
  EXPECT_THAT(value_of(many), HasSubstr("more than 50 values"));
  EXPECT_THAT(value_of(std::string(400, '(') + "1" + std::string(400, ')')), HasSubstr("refused: "));
}

}  // namespace
}  // namespace pianola::workflow
