#include "workflow/canary_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

CanarySide side(std::int64_t executions, std::int64_t succeeded, double adherence = 1) {
  CanarySide made{.executions = executions, .succeeded = succeeded};
  made.adherence_known = executions;
  made.adherence_micros = static_cast<std::int64_t>(adherence * kAdherenceMicros) * executions;
  return made;
}

CanaryVerdict judge(const CanarySide& canary, const CanarySide& stable) {
  return judge_canary({.canary = canary, .stable = stable, .past = side(500, 475), .percent = 50, .tolerance = 0.95});
}

TEST(CanaryVerdict, WithoutExecutionsSaysHowManyAreNeeded) {
  const CanaryVerdict verdict = judge({}, {});
  EXPECT_EQ(verdict.decision, CanaryDecision::undecided);
  ASSERT_TRUE(verdict.executions_needed);
  EXPECT_GT(*verdict.executions_needed, 100);
  EXPECT_THAT(verdict.text(), HasSubstr(" more executions needed (not both versions have executions yet)"));
}

TEST(CanaryVerdict, ClearlyLowerSuccessIsRolledBack) {
  const CanaryVerdict verdict = judge(side(60, 36), side(60, 57));
  EXPECT_EQ(verdict.decision, CanaryDecision::roll_back);
  EXPECT_EQ(verdict.text(), "roll back (success is clearly lower: 60.0 % against 95.0 %)");
}

TEST(CanaryVerdict, SuccessAsGoodIsPromotedAfterEnoughExecutions) {
  EXPECT_EQ(judge(side(60, 57), side(60, 57)).decision, CanaryDecision::undecided);
  EXPECT_EQ(judge(side(600, 570), side(600, 570)).decision, CanaryDecision::promote);
}

TEST(CanaryVerdict, TheForecastIsWhatIsNeeded) {
  const CanaryVerdict now = judge(side(100, 95), side(100, 95));
  ASSERT_TRUE(now.executions_needed);
  const auto after = [](std::int64_t more) {
    return judge(side(100 + more, 95 + more * 19 / 20), side(100 + more, 95 + more * 19 / 20));
  };
  const std::int64_t twenties = *now.executions_needed / 2 / 20;
  EXPECT_EQ(after((twenties + 1) * 20).decision, CanaryDecision::promote);
  EXPECT_EQ(after((twenties - 1) * 20).decision, CanaryDecision::undecided);
}

TEST(CanaryVerdict, ClearlyLowerAdherenceKeepsACanaryFromBeingPromoted) {
  const CanaryVerdict verdict = judge(side(600, 570, 0.6), side(600, 570, 0.98));
  EXPECT_EQ(verdict.decision, CanaryDecision::hold);
  EXPECT_THAT(verdict.text(), HasSubstr("decide by hand"));
  EXPECT_THAT(verdict.text(), HasSubstr("adherence is clearly lower: 60.0 % against 98.0 %"));
}

TEST(CanaryVerdict, TheToleranceSaysHowMuchLessSuccessIsAsGood) {
  EXPECT_DOUBLE_EQ(canary_margin(0.9), 0.1);
  EXPECT_DOUBLE_EQ(canary_margin(1), 0.02);
}

std::vector<PaidExecution> paid(int count, double usd) {
  std::vector<PaidExecution> executions;
  for (int i = 0; i < count; ++i) executions.push_back({usd * (i % 2 == 0 ? 0.8 : 1.2), i % 10 != 0});
  return executions;
}

TEST(CanaryVerdict, ADearerSuccessIsToldWhereItIsClear) {
  EXPECT_EQ(clearly_dearer(paid(100, 0.03), paid(100, 0.01)),
            "a success is clearly dearer: $0.033333 against $0.011111");
  EXPECT_THAT(clearly_dearer(paid(100, 0.0105), paid(100, 0.01)), IsEmpty());
  EXPECT_THAT(clearly_dearer(paid(20, 0.03), paid(20, 0.01)), IsEmpty()) << "too few";
}

TEST(CanaryVerdict, OnlyTheDaysOfTheCanaryCount) {
  AccountEntry entry{.key = {.workflow = WorkflowName::parse("triage").value(), .version = SemVer(1, 0, 0)}};
  entry.executions = 10;
  entry.succeeded = 9;
  std::vector<AccountEntry> entries;
  for (const char* day : {"2026-11-01", "2026-11-02", "2026-11-03"}) {
    entry.key.day = day;
    entries.push_back(entry);
  }
  EXPECT_EQ(sum_side(entries, "2026-11-02", "").executions, 20);
  EXPECT_EQ(sum_side(entries, "", "2026-11-02").succeeded, 9);
}

}  // namespace
}  // namespace pianola::workflow
