#include "workflow/health.h"

#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

AccountEntry day(const std::string& on, std::int64_t executions, std::int64_t succeeded) {
  AccountEntry entry{.key = {.workflow = WorkflowName::parse("triage").value(), .version = SemVer(1, 0, 0)}};
  entry.key.day = on;
  entry.key.executor = "claude-haiku-5-5";
  entry.key.model = "claude-haiku-5-5";
  entry.executions = executions;
  entry.succeeded = succeeded;
  entry.hand_ins = executions;
  entry.accepted = succeeded;
  entry.cost = Money::from_usd(static_cast<double>(executions)).value();
  entry.avoidable = Money::from_usd(static_cast<double>(executions - succeeded)).value();
  return entry;
}

EdgeCaseReport report(int count, Level severity, ReportStatus status = ReportStatus::open) {
  EdgeCaseReport made{.id = ReportId::parse("019c0000-0000-7000-8000-000000000001").value(),
                      .workflow = WorkflowName::parse("triage").value(),
                      .version = SemVer(1, 0, 0)};
  made.count = count;
  made.severity = severity;
  made.status = status;
  return made;
}

Health health_of(const std::vector<AccountEntry>& entries, const std::vector<StepRefusals>& refusals = {},
                 const std::vector<EdgeCaseReport>& reports = {}, std::optional<Money> design = {}) {
  return judge_health({entries, refusals, reports, 0.95, design});
}

TEST(Health, NotEnoughEvidenceIsAnAnswer) {
  const Health health = health_of({day("2026-11-01", 3, 3)});
  EXPECT_EQ(health.advice, UpdateAdvice::not_enough_evidence);
  EXPECT_EQ(health.change.trend, Trend::too_few);
  EXPECT_EQ(health.why, "only 3 executions have ended; 10 are the least to judge by");
}

TEST(Health, WhatRunsWellNeedsNoUpdate) {
  const Health health = health_of({day("2026-11-01", 60, 60), day("2026-11-02", 60, 59)});
  EXPECT_EQ(health.advice, UpdateAdvice::not_needed);
  EXPECT_EQ(health.change.trend, Trend::steady);
  EXPECT_EQ(health.success.count, 120);
  EXPECT_LT(health.success.interval.low, 119.0 / 120);
}

TEST(Health, AFallAgainstItsOwnPastIsSeenWithItsDay) {
  const Health health = health_of({day("2026-11-01", 100, 99), day("2026-11-02", 100, 98), day("2026-11-03", 100, 60)});
  EXPECT_EQ(health.change.trend, Trend::worse);
  EXPECT_EQ(health.change.since, "2026-11-03");
  EXPECT_DOUBLE_EQ(health.change.after, 0.6);
  EXPECT_EQ(health.advice, UpdateAdvice::worth_a_look);
}

TEST(Health, ARiseIsSeenToo) {
  EXPECT_EQ(health_of({day("2026-11-01", 100, 60), day("2026-11-02", 200, 198)}).change.trend, Trend::better);
}

TEST(Health, AFewBadDaysAreChance) {
  const Health health = health_of({day("2026-11-01", 20, 20), day("2026-11-02", 5, 3)});
  EXPECT_EQ(health.change.trend, Trend::steady);
}

TEST(Health, SuccessBelowTheToleranceBeyondChanceIsAReason) {
  const Health health = health_of({day("2026-11-01", 200, 160)});
  EXPECT_EQ(health.advice, UpdateAdvice::worth_a_look);
  EXPECT_NE(health.why.find("tolerance of 95.0 %"), std::string::npos);
}

TEST(Health, AHeavyOpenReportIsAReasonAndASettledOneIsNot) {
  EXPECT_EQ(health_of({}, {}, {report(1, Level::high)}).advice, UpdateAdvice::worth_a_look);
  EXPECT_EQ(health_of({}, {}, {report(2, Level::low)}).advice, UpdateAdvice::not_enough_evidence);
  const Health settled = health_of({}, {}, {report(9, Level::high, ReportStatus::rejected)});
  EXPECT_EQ(settled.advice, UpdateAdvice::not_enough_evidence);
  EXPECT_EQ(settled.open_reports, 0);
}

TEST(Health, OpenReportsAreWeighed) {
  const Health health = health_of({}, {}, {report(2, Level::high), report(1, Level::medium, ReportStatus::accepted)});
  EXPECT_EQ(health.open_reports, 2);
  EXPECT_DOUBLE_EQ(health.open_weight, 21);
}

TEST(Health, RefusalsAreSummedByStepMostTroublesFirst) {
  const std::vector<StepRefusals> refusals = {{"parse", "haiku", 50, 2, 0, 0},
                                              {"reply", "haiku", 50, 20, 1, 0},
                                              {"parse", "sonnet", 10, 1, 0, 0},
                                              {"check", "haiku", 50, 0, 0, 0}};
  const Health health = health_of({day("2026-11-01", 50, 50)}, refusals);
  ASSERT_EQ(health.steps.size(), 2U);
  EXPECT_EQ(health.steps[0].step, "reply");
  EXPECT_EQ(health.steps[1].refused, 3);
  EXPECT_EQ(health.steps[1].hand_ins, 60);
  EXPECT_EQ(health.advice, UpdateAdvice::worth_a_look);
  EXPECT_NE(health.why.find("21 of 50 hand-ins of step \"reply\""), std::string::npos);
}

TEST(Health, AnUpdatePaysWhenTroublesHaveCostMoreThanDesigning) {
  const std::vector<AccountEntry> entries = {day("2026-11-01", 100, 80)};  // $100, a fifth of it in vain
  EXPECT_EQ(health_of(entries, {}, {}, Money::from_usd(19).value()).advice, UpdateAdvice::pays);
  EXPECT_EQ(health_of(entries, {}, {}, Money::from_usd(90).value()).advice, UpdateAdvice::worth_a_look);
}

TEST(Health, AvoidableCostIsNotKnownWhereNoCostIs) {
  AccountEntry entry = day("2026-11-01", 10, 8);
  EXPECT_EQ(health_of({entry}).avoidable, Money::from_usd(2).value());
  entry.cost = entry.avoidable = Money();
  entry.unpriced = 10;
  EXPECT_EQ(health_of({entry}).avoidable, std::nullopt);
}

// 301 successes, then 30 failures, all on one day: told as a sum and one by one.
TEST(Health, AFallWithinADayIsSeenWithItsMinute) {
  const std::vector<AccountEntry> entries = {day("2026-11-24", 331, 301)};
  EXPECT_EQ(health_of(entries).change.trend, Trend::steady) << "a sum alone cannot tell";
  HealthEvidence evidence{entries, {}, {}, 0.95, std::nullopt};
  const Timestamp noon = Timestamp::from_date("2026-11-24").value().plus_micros(kMicrosPerDay / 2);
  for (int i = 0; i < 60; ++i)
    evidence.newest.push_back({noon.plus_micros(i * 60 * kMicrosPerSecond), i < 30, std::to_string(i)});
  const Change change = judge_health(evidence).change;
  EXPECT_EQ(change.trend, Trend::worse);
  EXPECT_EQ(change.since, "2026-11-24 12:30");
  EXPECT_EQ(change.execution, "30");
  EXPECT_DOUBLE_EQ(change.before, 1);
  EXPECT_DOUBLE_EQ(change.after, 0);
}

TEST(Health, FailuresInNoOrderAreChance) {
  const std::vector<AccountEntry> entries = {day("2026-11-24", 100, 90)};
  HealthEvidence evidence{entries, {}, {}, 0.95, std::nullopt};
  const Timestamp start = Timestamp::from_date("2026-11-24").value();
  for (int i = 0; i < 100; ++i) evidence.newest.push_back({start.plus_micros(i * kMicrosPerSecond), i % 10 != 3});
  EXPECT_EQ(judge_health(evidence).change.trend, Trend::steady);
}

// An execution that was abandoned meanwhile, say: the accounts are what counts.
TEST(Health, OutcomesThatTheAccountsDoNotHoldAreLeftOut) {
  const std::vector<AccountEntry> entries = {day("2026-11-24", 20, 20)};
  HealthEvidence evidence{entries, {}, {}, 0.95, std::nullopt};
  const Timestamp start = Timestamp::from_date("2026-11-24").value();
  for (int i = 0; i < 15; ++i) evidence.newest.push_back({start.plus_micros(i * kMicrosPerSecond), false});
  EXPECT_EQ(judge_health(evidence).change.trend, Trend::steady);
}

TEST(Health, AdherenceHasAnInterval) {
  AccountEntry entry = day("2026-11-01", 10, 10);
  entry.adherence_micros = 9'500'000;
  entry.adherence_known = 10;
  const Health health = health_of({entry});
  EXPECT_DOUBLE_EQ(health.adherence.mean, 0.95);
  EXPECT_LT(health.adherence.interval.low, 0.95);
  EXPECT_GT(health.adherence.interval.high, 0.95);
}

}  // namespace
}  // namespace pianola::workflow
