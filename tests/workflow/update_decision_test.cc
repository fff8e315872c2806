#include "workflow/update_decision.h"

#include <gtest/gtest.h>

#include "tests/support/builders.h"
#include "tests/support/money.h"
#include "workflow/money_lost.h"

namespace pianola::workflow {
namespace {

using tests::usd;

// A day's executions of which the avoidable part is known.
AccountEntry entry_on(const std::string& day, double avoidable, std::int64_t executions = 10) {
  AccountEntry entry{
      .key = {.workflow = WorkflowName::parse("triage").value(), .version = SemVer(1, 1, 0), .day = day}};
  entry.executions = executions;
  entry.succeeded = executions;
  entry.cost = usd(1);
  entry.avoidable = usd(avoidable);
  return entry;
}

DesignBooking booked_design(SemVer number, std::optional<double> cost) {
  DesignBooking booking{.workflow = WorkflowName::parse("triage").value(), .number = number};
  if (cost) booking.cost.given = usd(*cost);
  return booking;
}

UpdateDecision decide(const std::vector<AccountEntry>& entries, const std::vector<DesignBooking>& designs,
                      bool has_grave_report = false) {
  const std::vector<EdgeCaseReport> reports;
  const Health health = judge_health({entries, {}, reports, 0.95, std::nullopt});
  return decide_update({entries, designs, health, has_grave_report, 0.95, tests::kTestStart}, PriceBook::with({}));
}

const std::string kToday = tests::kTestStart.date();

TEST(UpdateDecision, NowWhereAMonthsLossesAreMoreThanUpdatesCost) {
  const std::vector<DesignBooking> designs = {booked_design(SemVer(1, 2, 0), 0.4), booked_design(SemVer(1, 1, 0), 0.2),
                                              booked_design(SemVer(1, 0, 0), 9)};
  const UpdateDecision decision = decide({entry_on(kToday, 0.5)}, designs);
  EXPECT_TRUE(decision.is_now);
  EXPECT_EQ(decision.costs, usd(0.3));
  EXPECT_EQ(decision.updates, 2);
  EXPECT_FALSE(decide({entry_on(kToday, 0.25)}, designs).is_now);
}

TEST(UpdateDecision, LossesOfLongAgoSaveNothing) {
  const std::string long_ago = tests::kTestStart.plus_micros(-40 * kMicrosPerDay).date();
  const UpdateDecision decision = decide({entry_on(long_ago, 5)}, {booked_design(SemVer(1, 0, 0), 1)});
  EXPECT_FALSE(decision.is_now);
  EXPECT_EQ(decision.saves, Money());
}

TEST(UpdateDecision, WithoutAnUpdateTheFirstDesignTellsWhatOneCosts) {
  const UpdateDecision decision = decide({entry_on(kToday, 0.5)}, {booked_design(SemVer(1, 0, 0), 2)});
  EXPECT_EQ(decision.costs, usd(2));
  EXPECT_EQ(decision.updates, 0);
  EXPECT_NE(decision.text().find("the first design cost $2.00"), std::string::npos) << decision.text();
}

TEST(UpdateDecision, WhatIsNotKnownDecidesNothing) {
  AccountEntry unpriced = entry_on(kToday, 0);
  unpriced.unpriced = unpriced.executions;
  const UpdateDecision decision = decide({unpriced}, {booked_design(SemVer(1, 0, 0), std::nullopt)});
  EXPECT_FALSE(decision.is_now);
  EXPECT_FALSE(decision.saves);
  EXPECT_EQ(decision.text(), "What an update would save is not known; what one costs is not known.");
}

TEST(UpdateDecision, AReportOfHighSeverityIsReasonEnoughOnceMoreThanOneWordStandsForIt) {
  EdgeCaseReport report{.id = ReportId::parse("019c0000-0000-7000-8000-000000000001").value(),
                        .workflow = WorkflowName::parse("triage").value(),
                        .version = SemVer(1, 0, 0),
                        .severity = Level::high};
  EXPECT_FALSE(is_grave(report, {})) << "one model's word";
  EXPECT_TRUE(is_grave(report, {usd(0.01), 1}));
  report.count = 2;
  EXPECT_TRUE(is_grave(report, {}));
  report.status = ReportStatus::resolved;
  EXPECT_FALSE(is_grave(report, {}));
  EXPECT_TRUE(decide({}, {}, true).is_now);
  EXPECT_FALSE(decide({}, {}).is_now);
}

TEST(MoneyLost, AFailureLosesAllAndASuccessItsEscalation) {
  Execution execution{ExecutionId::parse("019c0000-0000-7000-8000-000000000001").value(),
                      WorkflowName::parse("triage").value(), SemVer(1, 0, 0)};
  AccountEntry own = entry_on(kToday, 0, 1);
  AccountEntry rescue = own;
  rescue.key.escalation = true;
  rescue.cost = usd(3);
  execution.state = ExecutionState::failed;
  EXPECT_EQ(money_lost(execution, {own, rescue}), usd(4));
  execution.state = ExecutionState::succeeded;
  EXPECT_EQ(money_lost(execution, {own, rescue}), usd(3));
  EXPECT_EQ(money_lost(execution, {own}), Money());
  own.unpriced = 1;
  EXPECT_FALSE(money_lost(execution, {own}));
  execution.state = ExecutionState::running;
  EXPECT_FALSE(money_lost(execution, {}));
}

TEST(MoneyLost, WeighsByWhatASuccessCostsAndNeverMakesLighter) {
  EXPECT_EQ(times_lost({usd(10), 2}, usd(1)), 5);
  EXPECT_EQ(times_lost({usd(0.1), 2}, usd(1)), 1);
  EXPECT_EQ(times_lost({usd(1000), 1}, usd(1)), kMostTimesLost);
  EXPECT_EQ(times_lost({}, usd(1)), 1);
  EXPECT_EQ(times_lost({usd(10), 2}, std::nullopt), 1);
}

}  // namespace
}  // namespace pianola::workflow
