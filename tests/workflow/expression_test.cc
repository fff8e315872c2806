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
  EXPECT_THAT(value_of("{{input.price}} > 2", {std::string("12.50")}), HasSubstr("attempt to compare"));
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
