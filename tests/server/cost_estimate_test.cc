// `pianola cost estimate` through the real program: the well-known figures, as text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/server/program_run.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;

// What `pianola cost estimate` prints.
std::string estimate(const std::string& arguments) {
  const Scratch scratch;
  const RunResult run = scratch.run("cost estimate " + arguments);
  return run.out + run.err;
}

// The line of a table that opens with `first`, with one space between its cells.
std::string line_of(const std::string& text, const std::string& first) {
  std::string line;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    line = text.substr(start, end - start);
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    for (std::size_t gap; (gap = line.find("  ")) != std::string::npos;) line.erase(gap, 1);
    if (line.starts_with(first + " ")) return line;
    start = end + 1;
  }
  return "no line opens with " + first + " in:\n" + text;
}

TEST(CostEstimateText, AHundredRequestsADayAtFifteenDollars) {
  const std::string text = estimate("--requests-per-day 100 --input-tokens 50000 --input-price 15");
  EXPECT_EQ(line_of(text, "price given"), "price given $0.75 $75.00 $2,250.00");
  EXPECT_THAT(text, HasSubstr("a month (30 days)"));
}

TEST(CostEstimateText, TheSameByTheModelsOfThosePrices) {
  const std::string text =
      estimate("--requests-per-day 100 --input-tokens 50000 --model claude-opus-4-1 --model claude-3-haiku");
  EXPECT_EQ(line_of(text, "claude-opus-4-1"), "claude-opus-4-1 $0.75 $75.00 $2,250.00");
  EXPECT_EQ(line_of(text, "claude-3-haiku"), "claude-3-haiku $0.0125 $1.25 $37.50");
}

TEST(CostEstimateText, AnUnknownModelIsUnpricedAndNeverFree) {
  const std::string text = estimate("--requests-per-day 100 --input-tokens 50000 --model claude-sonnet-5-6");
  EXPECT_EQ(line_of(text, "claude-sonnet-5-6"), "claude-sonnet-5-6 unpriced unpriced unpriced");
}

TEST(CostEstimateText, ADesignAgainstTheBaseline) {
  const std::string text = estimate(
      "--design-cost 5.20 --executions 450 --execution-cost 12.50 --baseline-cost 2340 "
      "--at-executions 100 --at-executions 1000 --at-executions 10000");
  EXPECT_EQ(line_of(text, "450"), "450 $5.20 $12.50 $17.70 $2,340.00 $2,322.30 99.24 % 13,120 % 29.4 %");
  EXPECT_THAT(line_of(text, "100"), testing::EndsWith(" 65.2 %"));
  EXPECT_THAT(line_of(text, "1000"), testing::EndsWith(" 15.8 %"));
  EXPECT_THAT(line_of(text, "10000"), testing::EndsWith(" 1.8 %"));
}

}  // namespace
}  // namespace pianola::tests
