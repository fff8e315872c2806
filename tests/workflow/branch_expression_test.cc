#include "workflow/branch_expression.h"

#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

// The `when` that is told as meant, as JSON text.
std::string meant(const char* text) { return when_from_text(text).dump(); }

TEST(WhenFromText, ComparisonsBecomeSchemas) {
  EXPECT_EQ(meant("output.kind == 'refund'"), R"({"output.kind":{"const":"refund"}})");
  EXPECT_EQ(meant("output.kind = refund"), R"({"output.kind":{"const":"refund"}})");
  EXPECT_EQ(meant("output.kind != \"refund\""), R"({"output.kind":{"not":{"const":"refund"}}})");
  EXPECT_EQ(meant("output.total > 500"), R"({"output.total":{"exclusiveMinimum":500}})");
  EXPECT_EQ(meant("output.total <= 5.5"), R"({"output.total":{"maximum":5.5}})");
  EXPECT_EQ(meant("output.kind in ['a', 'b']"), R"({"output.kind":{"enum":["a","b"]}})");
  EXPECT_EQ(meant("(steps.parse.ok === true)"), R"({"steps.parse.ok":{"const":true}})");
}

TEST(WhenFromText, AndJoinsPaths) {
  EXPECT_EQ(meant("output.kind == 'refund' and output.total >= 500 && output.sure"),
            R"({"output.kind":{"const":"refund"},"output.sure":{"const":true},"output.total":{"minimum":500}})");
}

TEST(WhenFromText, PathAloneIsTrueAndNegatedFalse) {
  EXPECT_EQ(meant("output.ok"), R"({"output.ok":{"const":true}})");
  EXPECT_EQ(meant("!output.ok"), R"({"output.ok":{"const":false}})");
  EXPECT_EQ(meant("not output.ok"), R"({"output.ok":{"const":false}})");
}

TEST(WhenFromText, ElseIsTheEmptyCondition) {
  for (const char* text : {"else", "otherwise", "default", "{}", "", "always"}) EXPECT_EQ(meant(text), "{}") << text;
}

TEST(WhenFromText, WhatIsNoExpressionGivesTheForm) {
  for (const char* text : {"if the customer is angry", "output.a == 1 or something", "a > b", "output.x > high"}) {
    EXPECT_EQ(meant(text), R"({"output.FIELD":{"const":"VALUE"}})") << text;
  }
}

}  // namespace
}  // namespace pianola::workflow
