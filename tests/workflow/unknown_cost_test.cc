// What is not known is never shown as zero, and the accounts say why it is not known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/workflow/booked.h"
#include "workflow/compute.h"

namespace pianola::workflow {
namespace {

using namespace booked;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::usd;

constexpr const char* kNoModel = "claude-haiku-5-5-turbo";

Execution unpriced_success() {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 3, 3);
  execution.finish_usage = {usage_told(1'000, 30, kNoModel)};
  return execution;
}

std::vector<DesignBooking> a_dollars_design() { return {design_of({1, 0, 0}, "2026-11-01", usd(1))}; }

TEST(UnknownCost, OfAllExecutionsMakesNoFigureZero) {
  const Accounts accounts = summarize(book(unpriced_success()), a_dollars_design(), prices(), today());
  EXPECT_EQ(accounts.design_cost, usd(1));
  const OrderedJson json = encode_accounts(accounts);
  for (const char* field : {"execution_cost", "escalation_cost", "total_cost", "if_all_baseline", "execution_savings",
                            "savings", "savings_percent", "roi_percent", "design_share_percent", "basis"}) {
    EXPECT_TRUE(json[field].is_null()) << field;
  }
  EXPECT_TRUE(json["payback"]["executions"].is_null());
  EXPECT_TRUE(json["payback"]["reached_at"].is_null());
  EXPECT_TRUE(json["by_model"][0]["execution_cost"].is_null());
  EXPECT_EQ(accounts.baseline_model, "claude-opus-5-5");
}

TEST(UnknownCost, OfSomeExecutionsLeavesTheOthersFigures) {
  std::vector<AccountEntry> entries = book(unpriced_success());
  add(entries, book(an_ordinary_success()));
  const Accounts accounts = summarize(entries, a_dollars_design(), prices(), today());
  EXPECT_EQ(accounts.execution_cost, usd(0.0025));
  EXPECT_EQ(accounts.if_all_baseline, usd(0.09872));
  EXPECT_EQ(accounts.savings, usd(0.09872) - usd(1.0025));
}

TEST(UnknownCost, OfABreakdownsLineIsNoZero) {
  AccountsOptions options = today();
  options.group_by = GroupBy::day;
  std::vector<AccountEntry> entries = book(unpriced_success());
  add(entries, book(an_ordinary_success("2026-11-03")));
  const Accounts accounts = summarize(entries, a_dollars_design(), prices(), options);
  ASSERT_EQ(accounts.breakdown.size(), 2U);
  EXPECT_EQ(accounts.breakdown[0].cost, std::nullopt);
  EXPECT_EQ(accounts.breakdown[0].execution_savings, std::nullopt);
  EXPECT_EQ(accounts.breakdown[1].cost, usd(0.0025));
}

TEST(UnknownCost, IsNoneWhereTheServerDidItAll) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded);
  execution.hand_ins = {hand_in(HandInResult::accepted, {}, std::string(kServerExecutor))};
  const Accounts accounts = summarize(book(execution), a_dollars_design(), prices(), today());
  EXPECT_EQ(accounts.unpriced_executions, 0);
  EXPECT_EQ(accounts.execution_cost, usd(0));
  EXPECT_TRUE(cost_gaps(execution, prices()).is_known());
  EXPECT_TRUE(tells_usage(execution));
  execution.output = Json::object();  // a model wrote that
  EXPECT_FALSE(cost_gaps(execution, prices()).is_known());
  execution.output.reset();
  execution.state = ExecutionState::failed;
  EXPECT_FALSE(cost_gaps(execution, prices()).is_known());
}

TEST(UnknownCost, IsExplainedByCauseAndModel) {
  std::vector<AccountEntry> entries;
  add(entries, book(with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 1, 1)), 7);
  add(entries, book(unpriced_success()), 2);
  add(entries, book(an_ordinary_success()), 2);
  const Accounts accounts = summarize(entries, a_dollars_design(), prices(), today());
  EXPECT_THAT(accounts.unpriced_models, ElementsAre(kNoModel));
  ASSERT_EQ(accounts.notes.size(), 1U);
  EXPECT_THAT(accounts.notes[0],
              HasSubstr("9 of 11 executions are in none of these costs and savings: 7 told no usage"));
  EXPECT_THAT(accounts.notes[0],
              HasSubstr("2 told usage of a model without a price on its day: claude-haiku-5-5-turbo"));
  EXPECT_THAT(accounts.notes[0], HasSubstr("\"claude-haiku-5-5\""));
}

TEST(UnknownCost, UsageThatNamesNoModelIsSaidSo) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded, "");
  execution.finish_usage = {usage_told(1'000, 30)};
  const CostGaps gaps = cost_gaps(execution, prices());
  EXPECT_THAT(gaps.without_price, ElementsAre("unknown"));
  EXPECT_THAT(describe_gaps(gaps, prices(), "2026-11-02"), HasSubstr("names no model"));
  EXPECT_THAT(summarize(book(execution), {}, prices(), today()).notes.at(0), HasSubstr("no model named"));
}

TEST(UnknownCost, GapsNameTheModelAndTheNearestOneThatHasAPrice) {
  const std::string text = describe_gaps(cost_gaps(unpriced_success(), prices()), prices(), "2026-11-02");
  EXPECT_THAT(text, HasSubstr("Model \"claude-haiku-5-5-turbo\" has no price on 2026-11-02."));
  EXPECT_THAT(text, HasSubstr("Did you mean \"claude-haiku-5-5\""));
  EXPECT_THAT(describe_gaps(cost_gaps(an_ordinary_success(), prices()), prices(), "2026-11-02"), IsEmpty());
}

TEST(UnknownCost, GapsNameWhoToldNothing) {
  Execution execution = an_ordinary_success();
  execution.hand_ins.push_back(hand_in(HandInResult::accepted, {}, "claude-opus-5-5"));
  EXPECT_THAT(cost_gaps(execution, prices()).silent, ElementsAre("claude-opus-5-5"));
  EXPECT_THAT(describe_gaps(cost_gaps(execution, prices()), prices(), "2026-11-02"),
              HasSubstr("No usage was told by claude-opus-5-5"));
}

TEST(UnknownCost, TheCommandThatSetsAPriceCanBePastedAsItStands) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded, "Joe's own model");
  execution.finish_usage = {usage_told(1'000, 10)};
  EXPECT_THAT(describe_gaps(cost_gaps(execution, prices()), prices(), "2026-11-02"),
              HasSubstr(R"(pianola prices set 'joe'\''s own model' --from 2026-11-02 ...)"));
}

TEST(UnknownCost, WhatOnlySomebodyEstimatedOfARescuerTellsNothing) {
  Execution execution = an_ordinary_success();
  Usage estimated = usage_told(10'000, 500, "claude-opus-5-5");
  estimated.source = UsageSource::estimated;
  execution.hand_ins.push_back(hand_in(HandInResult::accepted, estimated, "claude-opus-5-5"));
  EXPECT_THAT(cost_gaps(execution, prices()).silent, ElementsAre("claude-opus-5-5"));
  EXPECT_EQ(summarize(book(execution), {}, prices(), today()).execution_cost, std::nullopt);
}

TEST(UnknownCost, AFinishOfAnotherNameReplacesWhatTheStarterToldOfItsSteps) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded);
  execution.hand_ins = {hand_in(HandInResult::accepted, usage_told(1'000, 30, kNoModel))};
  EXPECT_EQ(book(execution)[0].without_price, 1);
  execution.finish_usage = {usage_told(1'000, 30, "claude-haiku-5-5")};
  const Accounts accounts = summarize(book(execution), {}, prices(), today());
  EXPECT_EQ(accounts.execution_cost, usd(0.000115));
  EXPECT_EQ(accounts.coverage.reported_records, 1);
}

TEST(UnknownBaseline, OfAWorkflowThatNeverRanDoesNotHideTheOthers) {
  const std::vector<DesignBooking> designs = {design_of({1, 0, 0}, "2026-11-01", usd(1)),
                                              {name("draft"), SemVer(1, 0, 0), on_day("2026-11-01"), "", {usd(0), {}}}};
  const Accounts accounts = summarize(book(an_ordinary_success()), designs, prices(), today());
  EXPECT_EQ(accounts.baseline_model, "claude-opus-5-5");
  EXPECT_EQ(accounts.if_all_baseline, usd(0.09872));
  EXPECT_THAT(accounts.notes, IsEmpty());
}

TEST(UnknownBaseline, OfAWorkflowWhoseExecutionsAreAllUnpricedDoesNotEither) {
  std::vector<AccountEntry> entries = book(an_ordinary_success());
  Execution other = unpriced_success();
  other.workflow = name("other");
  add(entries, book(other));
  const std::vector<DesignBooking> designs = {design_of({1, 0, 0}, "2026-11-01", usd(1)),
                                              {name("other"), SemVer(1, 0, 0), on_day("2026-11-01"), "", {usd(0), {}}}};
  EXPECT_EQ(summarize(entries, designs, prices(), today()).if_all_baseline, usd(0.09872));
}

TEST(UnknownBaseline, OfAnUnknownModelNamesTheNearest) {
  AccountsOptions options = today();
  options.baseline = "clade-opus-5-5";
  const Accounts accounts =
      summarize(book(an_ordinary_success()), {design_of({1, 0, 0}, "2026-11-01", usd(1))}, prices(), options);
  EXPECT_EQ(accounts.if_all_baseline, std::nullopt);
  ASSERT_EQ(accounts.notes.size(), 1U);
  EXPECT_THAT(accounts.notes[0], HasSubstr("Did you mean \"claude-opus-5-5\""));
}

TEST(UnknownBaseline, OfAWorkflowThatRanIsNamed) {
  std::vector<AccountEntry> entries = book(an_ordinary_success());
  Execution other = an_ordinary_success();
  other.workflow = name("other");
  add(entries, book(other));
  const std::vector<DesignBooking> designs = {design_of({1, 0, 0}, "2026-11-01", usd(1)),
                                              {name("other"), SemVer(1, 0, 0), on_day("2026-11-01"), "", {usd(0), {}}}};
  const Accounts accounts = summarize(entries, designs, prices(), today());
  EXPECT_EQ(accounts.baseline_model, std::nullopt);
  EXPECT_EQ(accounts.if_all_baseline, std::nullopt);
  ASSERT_EQ(accounts.notes.size(), 1U);
  EXPECT_THAT(accounts.notes[0], HasSubstr("other tells no designed_by"));
  EXPECT_THAT(accounts.notes[0], HasSubstr("--baseline"));
  AccountsOptions options = today();
  options.baseline = "claude-opus-5-5";
  EXPECT_EQ(summarize(entries, designs, prices(), options).if_all_baseline, usd(2 * 0.09872));
}

TEST(Booking, AnEscalationAsDesignedIsCountedBesideTheSuccesses) {
  Execution execution = an_ordinary_success();
  execution.state = ExecutionState::escalated;
  execution.designed_escalation = true;
  const OrderedJson json = encode_accounts(summarize(book(execution), {}, prices(), today()));
  EXPECT_EQ(json["succeeded"], 1);
  EXPECT_EQ(json["designed_escalations"], 1);
  EXPECT_EQ(json["escalated"], 0);
}

Execution of_an_unnamed_executor() {
  return with_hand_ins(ended("2026-11-02", ExecutionState::succeeded, "unknown"), 3, 3);
}

TEST(UnnamedExecutor, IsTheModelThatAllUsageNames) {
  Execution execution = of_an_unnamed_executor();
  execution.hand_ins[0].usage = usage_told(1'000, 10, "Claude Haiku 5.5");
  execution.finish_usage = {usage_told(20'000, 1'000, "claude-haiku-5-5")};
  const Accounts accounts = summarize(book(execution), a_dollars_design(), prices(), today());
  ASSERT_EQ(accounts.by_model.size(), 1U);
  EXPECT_EQ(accounts.by_model[0].model, "claude-haiku-5-5");
  EXPECT_EQ(accounts.execution_cost, usd(0.0025));
  EXPECT_EQ(accounts.escalation_cost, Money());
}

TEST(UnnamedExecutor, StaysUnknownWhereUsageNamesSeveralModelsOrNone) {
  Execution execution = of_an_unnamed_executor();
  EXPECT_EQ(book(execution)[0].key.executor, "unknown");
  execution.hand_ins[0].usage = usage_told(1'000, 10, "claude-haiku-5-5");
  execution.hand_ins[1].usage = usage_told(1'000, 10, "claude-opus-5-5");
  EXPECT_EQ(book(execution)[0].key.executor, "unknown");
  execution.hand_ins[1].usage->model.clear();
  EXPECT_EQ(book(execution)[0].key.executor, "unknown");
}

TEST(UnnamedExecutor, IsNotTheModelThatRescuedIt) {
  Execution execution = of_an_unnamed_executor();
  execution.hand_ins.push_back(hand_in(HandInResult::accepted, usage_told(1'000, 10), "claude-opus-5-5"));
  EXPECT_EQ(book(execution)[0].key.executor, "unknown");
  execution.finish_usage = {usage_told(20'000, 1'000, "claude-haiku-5-5")};
  for (const AccountEntry& entry : book(execution)) {
    EXPECT_EQ(entry.key.executor, "claude-haiku-5-5");
    EXPECT_EQ(entry.key.escalation, entry.key.model == "claude-opus-5-5");
    EXPECT_EQ(entry.unpriced, 0);
  }
}

}  // namespace
}  // namespace pianola::workflow
