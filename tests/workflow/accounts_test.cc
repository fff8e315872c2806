#include "workflow/accounts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/workflow/booked.h"

namespace pianola::workflow {
namespace {

using namespace booked;  // NOLINT(google-build-using-namespace)
using tests::usd;

// --- booking ---

TEST(Booking, ARunningExecutionIsNotBooked) {
  EXPECT_TRUE(book(ended("2026-11-02", ExecutionState::running)).empty());
  EXPECT_TRUE(book(ended("2026-11-02", ExecutionState::waiting)).empty());
}

TEST(Booking, AnExecutionWithoutUsageIsUnpricedAndNeverFree) {
  const auto entries = book(with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 1, 1));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].unpriced, 1);
  EXPECT_EQ(entries[0].succeeded, 1);
  EXPECT_EQ(entries[0].key.model, "");
}

TEST(Booking, AnUnknownModelsTokensStandBesideWithoutCost) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded, "claude-sonnet-5-6");
  execution.finish_usage = {usage_told(1'000, 10)};
  const auto entries = book(execution);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].unpriced, 1);
  EXPECT_EQ(entries[1].key.model, "claude-sonnet-5-6");
  EXPECT_EQ(entries[1].tokens.input, 1'000);
  EXPECT_EQ(entries[1].cost, Money());
  EXPECT_EQ(entries[1].executions, 0);
}

TEST(Booking, StepsUsageAddsUpAndIsPricedPerRecord) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded);
  execution.hand_ins = {hand_in(HandInResult::accepted, usage_told(100'000, 0)),
                        hand_in(HandInResult::accepted, usage_told(100'000, 0))};
  const auto entries = book(execution);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].cost, usd(0.02));  // two requests of the small tier, not a sum of the large one
  EXPECT_EQ(entries[0].reported_records, 2);
}

TEST(Booking, TheFinishsUsageReplacesTheStepsOfTheSameModel) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded);
  execution.hand_ins = {hand_in(HandInResult::accepted, usage_told(50'000, 0)),
                        hand_in(HandInResult::accepted, usage_told(10'000, 0), "claude-opus-5-5")};
  execution.finish_usage = {usage_told(30'000, 0, "claude-haiku-5-5")};
  const auto entries = book(execution);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].tokens.input, 30'000);
  EXPECT_FALSE(entries[0].key.escalation);
  EXPECT_EQ(entries[1].tokens.input, 10'000);
  EXPECT_TRUE(entries[1].key.escalation);
  EXPECT_EQ(entries[1].cost, usd(0.04));
}

TEST(Booking, WhoHandsInWithoutTellingUsageMakesTheExecutionUnpriced) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded);
  execution.hand_ins = {hand_in(HandInResult::accepted, usage_told(1'000, 0)),
                        hand_in(HandInResult::accepted, {}, "claude-opus-5-5")};
  const auto entries = book(execution);
  EXPECT_EQ(entries[0].unpriced, 1);
  EXPECT_EQ(entries[1].cost, Money());
  EXPECT_EQ(entries[1].useful, TokenSums{});
}

TEST(Booking, AFinishDoesNotTellWhatARescuerUsed) {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 2, 3);
  execution.hand_ins.push_back(hand_in(HandInResult::accepted, {}, "claude-opus-5-5"));
  execution.finish_usage = {usage_told(20'000, 1'000)};
  EXPECT_EQ(summarize(book(execution), {}, prices(), today()).unpriced_executions, 1);
  execution.finish_usage.push_back(usage_told(10'000, 500, "claude-opus-5-5"));
  const Accounts accounts = summarize(book(execution), {}, prices(), today());
  EXPECT_EQ(accounts.unpriced_executions, 0);
  EXPECT_EQ(accounts.escalation_cost, usd(0.05));
}

TEST(Booking, OneModelUnderTwoNamesIsNoEscalation) {
  for (const char* said : {"Claude Haiku 4.5", "anthropic/claude-haiku-4.5", "claude-haiku-4-5-20251001", "my haiku"}) {
    Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded, said), 1, 1);
    execution.finish_usage = {usage_told(20'000, 1'000, "claude-haiku-4-5")};
    const Accounts accounts = summarize(book(execution), {}, prices(), today());
    EXPECT_EQ(accounts.execution_cost, usd(0.025)) << said;
    EXPECT_EQ(accounts.escalation_cost, Money()) << said;
  }
}

TEST(Booking, EstimatedUsageMakesNoCostKnown) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded);
  execution.finish_usage = {usage_told(1'000, 0)};
  execution.finish_usage[0].source = UsageSource::estimated;
  const auto entries = book(execution);
  EXPECT_EQ(entries[0].unpriced, 1);
  EXPECT_EQ(entries[1].estimated_records, 1);
  EXPECT_EQ(entries[1].cost, Money());
}

TEST(Booking, OnlyTheAcceptedShareOfASuccessIsUseful) {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 3, 4);
  execution.finish_usage = {usage_told(26'000, 1'300)};
  EXPECT_EQ(book(execution)[0].useful, (TokenSums{19'500, 0, 0, 0, 975}));
  execution.state = ExecutionState::failed;
  EXPECT_EQ(book(execution)[0].useful, TokenSums{});
  EXPECT_EQ(book(execution)[0].failed, 1);
}

TEST(Booking, AvoidableAreRescuesFailuresAndRefusedHandIns) {
  const auto avoidable = [](const Execution& execution) {
    Money sum;
    for (const AccountEntry& entry : book(execution)) sum += entry.avoidable;
    return sum;
  };
  Execution execution = an_ordinary_success();  // $0.0025
  EXPECT_EQ(avoidable(execution), Money());
  execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 3, 4);
  execution.finish_usage = {usage_told(20'000, 1'000), usage_told(10'000, 500, "claude-opus-5-5")};
  EXPECT_EQ(avoidable(execution), usd(0.0025 / 4 + 0.05));
  execution.state = ExecutionState::failed;
  EXPECT_EQ(avoidable(execution), usd(0.0525));
}

TEST(Booking, ABatchsTokensCountByTheShareThatABatchCosts) {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 1, 1);
  execution.finish_usage = {usage_told(20'000, 1'000)};
  execution.finish_usage[0].batch = true;
  EXPECT_EQ(book(execution)[0].useful.input, 10'000);
}

TEST(Booking, AnEscalationThatTheDesignAsksForIsASuccess) {
  Execution execution = ended("2026-11-02", ExecutionState::escalated);
  EXPECT_EQ(book(execution)[0].escalated, 1);
  execution.designed_escalation = true;
  EXPECT_EQ(book(execution)[0].succeeded, 1);
  EXPECT_EQ(book(execution)[0].escalated, 0);
}

TEST(Booking, PromptsAreKeptApartBySize) {
  Execution execution = ended("2026-11-02", ExecutionState::succeeded);
  execution.hand_ins = {hand_in(HandInResult::accepted, usage_told(90'000, 0)),
                        hand_in(HandInResult::accepted, usage_told(250'000, 0))};
  for (HandIn& each : execution.hand_ins) each.usage->largest_prompt = each.usage->input;
  const auto entries = book(execution);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].key.prompt_band, 32'000);
  EXPECT_EQ(entries[1].key.prompt_band, 200'000);
  EXPECT_EQ(entries[0].executions + entries[1].executions, 1);
}

TEST(Booking, UsageThatComesLaterCorrectsWhatWasBooked) {
  Execution before = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 3, 3);
  const Execution after = an_ordinary_success();
  std::vector<AccountEntry> entries = book(before);
  add(entries, entries_of_change(book(before), after, silent_version(), prices()));
  std::vector<AccountEntry> sums = fold_all(entries);
  std::erase_if(sums, [](const AccountEntry& entry) { return entry == AccountEntry{.key = entry.key}; });
  EXPECT_EQ(sums, book(after));
}

TEST(Booking, ARevivedExecutionIsTakenOutAgain) {
  const Execution abandoned = with_hand_ins(ended("2026-11-02", ExecutionState::abandoned), 1, 1);
  Execution running = abandoned;
  running.state = ExecutionState::running;
  std::vector<AccountEntry> entries = book(abandoned);
  add(entries, entries_of_change(book(abandoned), running, silent_version(), prices()));
  EXPECT_EQ(summarize(entries, {}, prices(), today()).executions, 0);
  EXPECT_TRUE(entries_of_change(book(running), running, silent_version(), prices()).empty());
}

TEST(Booking, EachRecordIsPricedAtItsOwnDay) {
  Usage cached = usage_told(0, 0, "claude-sonnet-5-5");
  cached.cached_input = 1'000'000;  // $0.20, and $0.10 from 2026-10-07 on
  Execution execution = ended("2026-10-07", ExecutionState::succeeded, "claude-sonnet-5-5");
  for (const char* on : {"2026-10-06", "2026-10-07"}) {
    execution.hand_ins.push_back(hand_in(HandInResult::accepted, cached, "claude-sonnet-5-5"));
    execution.hand_ins.back().at = on_day(on);
  }
  EXPECT_EQ(summarize(book(execution), {}, prices(), today()).execution_cost, usd(0.30));
}

TEST(Booking, EachRecordIsRoundedByKind) {
  Usage cached = usage_told(0, 0, "gemini-1.5-flash");
  cached.cached_input = 2;  // 37.5 nano-dollars: 38, and not 75 for both
  Execution execution = ended("2026-11-02", ExecutionState::succeeded, "gemini-1.5-flash");
  for (int i = 0; i < 2; ++i) execution.hand_ins.push_back(hand_in(HandInResult::accepted, cached, "gemini-1.5-flash"));
  EXPECT_EQ(summarize(book(execution), {}, prices(), today()).execution_cost->nanos(), 76);
}

TEST(Booking, ASumBeyondATierIsCountedAsUncertain) {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 1, 1);
  execution.finish_usage = {usage_told(150'000, 0)};
  const Accounts accounts = summarize(book(execution), {}, prices(), today());
  EXPECT_EQ(accounts.execution_cost, usd(0.075));
  EXPECT_EQ(encode_accounts(accounts)["usage_sources"]["tier_uncertain"], 1);
  EXPECT_NE(accounts.notes.at(0).find("largest_prompt_tokens"), std::string::npos);
  execution.finish_usage[0].largest_prompt = 90'000;
  const Accounts certain = summarize(book(execution), {}, prices(), today());
  EXPECT_EQ(certain.execution_cost, usd(0.015));
  EXPECT_EQ(certain.coverage.tier_uncertain, 0);
}

// --- the worked example of docs/accounts.md ---

// The cells of every table row in the document that follows a heading row containing `heading`.
std::vector<std::vector<std::string>> table_of(const std::string& heading) {
  std::ifstream file(std::string(PIANOLA_SOURCE_DIR) + "/docs/accounts.md");
  std::vector<std::vector<std::string>> rows;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.find(heading) != std::string::npos) inside = true;
    if (!inside) continue;
    if (!line.starts_with("|")) break;
    std::vector<std::string> cells;
    std::istringstream stream(line.substr(1));
    for (std::string cell; std::getline(stream, cell, '|');) {
      cell.erase(0, cell.find_first_not_of(' '));
      cell.erase(cell.find_last_not_of(' ') + 1);
      cells.push_back(cell);
    }
    rows.push_back(cells);
  }
  if (rows.size() >= 2) rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

std::vector<AccountEntry> entries_of_row(const std::vector<std::string>& row) {
  const ExecutionState state = row[3] == "failed" ? ExecutionState::failed : ExecutionState::succeeded;
  Execution execution = with_hand_ins(ended(row[0], state, row[2]), std::stoi(row[4]), std::stoi(row[5]));
  if (row[6] != "0") execution.finish_usage.push_back(usage_told(std::stoll(row[6]), std::stoll(row[7])));
  if (row[8] != "0") {
    execution.finish_usage.push_back(usage_told(std::stoll(row[8]), std::stoll(row[9]), "claude-opus-5-5"));
  }
  std::vector<AccountEntry> entries;
  add(entries, book(execution), std::stoi(row[1]));
  return entries;
}

TEST(Accounts, WorkedExampleOfTheDocumentIsRecomputed) {
  std::vector<AccountEntry> entries;
  const auto executions = table_of("| day | executions |");
  ASSERT_EQ(executions.size(), 5U);
  for (const auto& row : executions) add(entries, entries_of_row(row));
  const std::vector<DesignBooking> designs = {design_of({1, 0, 0}, "2026-11-01", usd(5.20)),
                                              design_of({1, 1, 0}, "2026-11-10", usd(0.80))};
  const Accounts accounts = summarize(entries, designs, prices(), today());
  const OrderedJson json = encode_accounts(accounts);
  const auto figures = table_of("| figure | value |");
  ASSERT_EQ(figures.size(), 20U);
  for (const auto& row : figures) {
    std::string pointer = "/" + row[0];
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    EXPECT_DOUBLE_EQ(json.at(OrderedJson::json_pointer(pointer)).get<double>(), std::stod(row[1])) << row[0];
  }
  EXPECT_EQ(accounts.payback.reached_at, "2026-11-10");
  EXPECT_EQ(accounts.basis, Basis::repriced);
  EXPECT_EQ(accounts.baseline_model, "claude-opus-5-5");
}

// --- figures ---

TEST(Accounts, SayFirstHowMuchIsKnown) {
  EXPECT_EQ(encode_accounts(summarize({}, {}, prices(), today())).begin().key(), "usage_coverage");
}

TEST(Accounts, OfNothingAreZeroAndNullNeverDividedByZero) {
  const OrderedJson json = encode_accounts(summarize({}, {}, prices(), today()));
  EXPECT_EQ(json["executions"], 0);
  EXPECT_EQ(json["total_cost"], 0.0);
  for (const char* field : {"if_all_baseline", "savings", "savings_percent", "roi_percent", "design_share_percent",
                            "cost_per_success", "basis", "baseline_model"}) {
    EXPECT_TRUE(json[field].is_null()) << field;
  }
  EXPECT_TRUE(json["payback"]["executions"].is_null());
  EXPECT_TRUE(json["projection"]["monthly"].is_null());
}

TEST(Accounts, UnknownDesignCostMakesWhatNeedsItNullAndSaysHowToGiveIt) {
  std::vector<AccountEntry> entries = book(an_ordinary_success());
  const Accounts accounts = summarize(entries, {design_of({1, 0, 0}, "2026-11-01", std::nullopt)}, prices(), today());
  EXPECT_EQ(accounts.design_cost, std::nullopt);
  EXPECT_EQ(accounts.revision_cost, Money());
  EXPECT_EQ(accounts.total_cost, std::nullopt);
  EXPECT_EQ(accounts.savings, std::nullopt);
  EXPECT_EQ(accounts.roi_percent, std::nullopt);
  EXPECT_EQ(accounts.design_share_percent, std::nullopt);
  EXPECT_EQ(accounts.payback.executions, std::nullopt);
  EXPECT_EQ(accounts.payback.reached_at, std::nullopt);
  EXPECT_EQ(accounts.execution_savings, usd(0.09872 - 0.0025));
  ASSERT_EQ(accounts.notes.size(), 1U);
  EXPECT_NE(accounts.notes[0].find("design_cost_usd"), std::string::npos);
}

TEST(Accounts, UnknownRevisionCostToo) {
  const Accounts accounts =
      summarize({}, {design_of({1, 0, 0}, "2026-11-01", usd(1)), design_of({1, 0, 1}, "2026-11-02", std::nullopt)},
                prices(), today());
  EXPECT_EQ(accounts.design_cost, usd(1));
  EXPECT_EQ(accounts.revision_cost, std::nullopt);
  EXPECT_EQ(accounts.total_cost, std::nullopt);
}

TEST(Accounts, DesignUsageIsPricedAtItsModelOfItsDay) {
  DesignBooking design = design_of({1, 0, 0}, "2026-11-01", std::nullopt);
  design.cost.usage = usage_told(100'000, 40'000);
  EXPECT_EQ(summarize({}, {design}, prices(), today()).design_cost, usd(1.20));
  design.cost.usage->model = "claude-sonnet-5-6";
  EXPECT_EQ(summarize({}, {design}, prices(), today()).design_cost, std::nullopt);
}

TEST(Accounts, ABaselineThatReallyRanIsMeasured) {
  std::vector<AccountEntry> entries = book(an_ordinary_success());
  Execution strong = with_hand_ins(ended("2026-11-03", ExecutionState::succeeded, "claude-opus-5-5"), 3, 3);
  strong.finish_usage = {usage_told(10'000, 500)};  // $0.05
  Execution failed = strong;
  failed.state = ExecutionState::failed;
  add(entries, book(failed));
  add(entries, book(strong), 9);
  const std::vector<DesignBooking> designs = {design_of({1, 0, 0}, "2026-11-01", usd(1))};
  EXPECT_EQ(summarize(entries, designs, prices(), today()).basis, Basis::repriced);
  add(entries, book(strong));
  const Accounts measured = summarize(entries, designs, prices(), today());
  EXPECT_EQ(measured.basis, Basis::measured);
  EXPECT_EQ(measured.if_all_baseline, usd(11 * 0.055));  // the failure is part of what a success costs
}

TEST(Accounts, TheNewerTokenizersFactorIsTakenOutWhenRepricing) {
  const std::vector<AccountEntry> entries = book(an_ordinary_success());
  AccountsOptions options = today();
  options.baseline = "gpt-4";  // factor 1.0 against 1.3; $30 and $60
  const Accounts accounts = summarize(entries, {}, prices(), options);
  const std::int64_t input = (20'000 - 320) * 30;
  const std::int64_t output = 1'000 * 60;
  EXPECT_NEAR(accounts.if_all_baseline->usd(), static_cast<double>(input + output) / 1.3 / 1e6, 2e-6);
}

TEST(Accounts, AKindThatTheBaselineHasNoPriceForCostsItsInputPrice) {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded, "gpt-5"), 1, 1);
  execution.finish_usage = {usage_told(1'000, 0)};
  execution.finish_usage[0].cached_input = 10'000;
  AccountsOptions options = today();
  options.baseline = "gpt-4";
  EXPECT_EQ(summarize(book(execution), {}, prices(), options).if_all_baseline, usd((11'000 - 160) * 30 / 1e6));
}

TEST(Accounts, TheBaselinesTiersFollowTheRequestsPrompts) {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded, "claude-opus-5-5"), 1, 1);
  execution.finish_usage = {usage_told(150'000, 0)};
  AccountsOptions options = today();
  options.baseline = "claude-haiku-5-5";
  // Requests of unknown size take the lowest tier: never flattering.
  EXPECT_EQ(summarize(book(execution), {}, prices(), options).if_all_baseline, usd((150'000 - 160) * 0.10 / 1e6));
  execution.finish_usage[0].largest_prompt = 150'000;
  EXPECT_EQ(summarize(book(execution), {}, prices(), options).if_all_baseline, usd((150'000 - 160) * 0.50 / 1e6));
}

TEST(Accounts, ABaselineWithoutAPriceMakesSavingsNullAndSaysSo) {
  AccountsOptions options = today();
  options.baseline = "no-such-model";
  const Accounts accounts = summarize(book(an_ordinary_success()), {}, prices(), options);
  EXPECT_EQ(accounts.baseline_model, "no-such-model");
  EXPECT_EQ(accounts.if_all_baseline, std::nullopt);
  EXPECT_EQ(accounts.basis, std::nullopt);
  EXPECT_EQ(accounts.notes.size(), 1U);
}

TEST(Accounts, WithoutADesignerThereIsNoBaseline) {
  const Accounts accounts =
      summarize(book(an_ordinary_success()), {design_of({1, 0, 0}, "2026-11-01", usd(1), "")}, prices(), today());
  EXPECT_EQ(accounts.baseline_model, std::nullopt);
  EXPECT_EQ(accounts.savings, std::nullopt);
  EXPECT_EQ(accounts.total_cost, usd(1.0025));
}

TEST(Accounts, ThePeriodTakesSinceAndLeavesUntil) {
  std::vector<AccountEntry> entries;
  for (const char* on : {"2026-11-01", "2026-11-02", "2026-11-03"}) add(entries, book(an_ordinary_success(on)));
  const std::vector<DesignBooking> designs = {design_of({1, 0, 0}, "2026-11-01", usd(5)),
                                              design_of({1, 0, 1}, "2026-11-02", usd(1))};
  AccountsOptions options = today();
  options.since_day = "2026-11-02";
  options.until_day = "2026-11-03";
  const Accounts accounts = summarize(entries, designs, prices(), options);
  EXPECT_EQ(accounts.executions, 1);
  EXPECT_EQ(accounts.design_cost, Money());
  EXPECT_EQ(accounts.revision_cost, usd(1));  // a later version is a revision whatever the period
  EXPECT_EQ(accounts.baseline_model, "claude-opus-5-5");
}

TEST(Accounts, ProjectFromTheLastThirtyDaysAndNotUnderSeven) {
  const std::vector<DesignBooking> designs = {design_of({1, 0, 0}, "2026-11-01", usd(5))};
  std::vector<AccountEntry> entries = book(an_ordinary_success("2026-11-19"));
  EXPECT_EQ(summarize(entries, designs, prices(), today()).projection.monthly, std::nullopt);  // six days
  const Accounts week = summarize(entries, designs, prices(), today("2026-11-25"));
  EXPECT_EQ(week.projection.monthly, usd(0.09622).scaled(30, 7));
  add(entries, book(an_ordinary_success("2026-10-01")), 100);  // long ago: no part of it
  EXPECT_EQ(summarize(entries, designs, prices(), today()).projection.monthly, usd(0.09622));
}

TEST(Accounts, PaybackIsTakenBackWhenARevisionCostsMore) {
  const std::vector<AccountEntry> entries = book(an_ordinary_success("2026-11-02"));
  const std::vector<DesignBooking> cheap = {design_of({1, 0, 0}, "2026-11-01", usd(0.05))};
  EXPECT_EQ(summarize(entries, cheap, prices(), today()).payback.reached_at, "2026-11-02");
  std::vector<DesignBooking> revised = cheap;
  revised.push_back(design_of({1, 0, 1}, "2026-11-05", usd(1)));
  const Accounts accounts = summarize(entries, revised, prices(), today());
  EXPECT_EQ(accounts.payback.reached_at, std::nullopt);
  EXPECT_EQ(accounts.payback.executions, 11);  // 1.05 / 0.09622
}

TEST(Accounts, ExecutionsThatSaveNothingNeverPayBack) {
  AccountsOptions options = today();
  options.baseline = "claude-haiku-5-5";
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded, "claude-opus-5-5"), 1, 2);
  execution.finish_usage = {usage_told(20'000, 1'000)};
  const Accounts accounts = summarize(book(execution), {design_of({1, 0, 0}, "2026-11-01", usd(1))}, prices(), options);
  EXPECT_EQ(accounts.payback.executions, std::nullopt);
  EXPECT_LT(*accounts.execution_savings, Money());
  EXPECT_LT(*accounts.roi_percent, 0);
}

TEST(Accounts, BreakDownByWhatIsAsked) {
  std::vector<AccountEntry> entries = book(an_ordinary_success("2026-10-31"));
  add(entries, book(an_ordinary_success("2026-11-02")), 2);
  AccountsOptions options = today();
  options.baseline = "claude-opus-5-5";
  const std::pair<GroupBy, std::vector<std::string>> groups[] = {{GroupBy::month, {"2026-10", "2026-11"}},
                                                                 {GroupBy::day, {"2026-10-31", "2026-11-02"}},
                                                                 {GroupBy::model, {"claude-haiku-5-5"}},
                                                                 {GroupBy::version, {"triage 1.0.0"}},
                                                                 {GroupBy::workflow, {"triage"}}};
  for (const auto& [group_by, keys] : groups) {
    options.group_by = group_by;
    const Accounts accounts = summarize(entries, {}, prices(), options);
    std::vector<std::string> found;
    Money saved;
    for (const BreakdownLine& line : accounts.breakdown) {
      found.push_back(line.key);
      saved += *line.execution_savings;
    }
    EXPECT_EQ(found, keys) << to_string(group_by);
    EXPECT_EQ(saved, accounts.execution_savings) << to_string(group_by);
  }
}

TEST(Accounts, ModelsCarryTheCostOfTheirRescues) {
  Execution rescued = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded), 2, 4);
  rescued.finish_usage = {usage_told(20'000, 1'000), usage_told(10'000, 500, "claude-opus-5-5")};
  const Accounts accounts = summarize(book(rescued), {}, prices(), today());
  ASSERT_EQ(accounts.by_model.size(), 1U);
  EXPECT_EQ(accounts.by_model[0].model, "claude-haiku-5-5");
  EXPECT_EQ(accounts.by_model[0].escalation_cost, usd(0.05));
  EXPECT_EQ(accounts.by_model[0].cost_per_success, usd(0.0525));
}

TEST(Accounts, WorkflowsWithDifferentDesignersHaveSeveralBaselines) {
  std::vector<AccountEntry> entries = book(an_ordinary_success());
  Execution other = an_ordinary_success();
  other.workflow = name("other");
  add(entries, book(other));
  const std::vector<DesignBooking> designs = {
      design_of({1, 0, 0}, "2026-11-01", usd(1)),
      {name("other"), SemVer(1, 0, 0), on_day("2026-11-01"), "claude-fable-5", {usd(2), std::nullopt}}};
  const Accounts accounts = summarize(entries, designs, prices(), today());
  EXPECT_EQ(accounts.baseline_model, "several");
  EXPECT_EQ(accounts.design_cost, usd(3));
  EXPECT_GT(*accounts.if_all_baseline, usd(0.09872 * 2));
}

// --- brute force ---

__extension__ using Wide = __int128;

std::int64_t half_even(Wide numerator, Wide denominator) {
  const Wide floor = numerator / denominator;
  const Wide rest = numerator % denominator;
  if (rest * 2 > denominator || (rest * 2 == denominator && floor % 2 == 1))
    return static_cast<std::int64_t>(floor + 1);
  return static_cast<std::int64_t>(floor);
}

// One random execution and what an honest clerk would write down of it.
struct Clerk {
  std::mt19937 random;
  std::vector<AccountEntry> entries;
  std::map<std::string, std::array<std::int64_t, 3>> useful;  // by day: input, output, overhead
  std::int64_t cost = 0;
  std::int64_t executions = 0;
  std::int64_t unpriced = 0;

  std::int64_t draw(std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(random); }

  void execute() {
    const std::string on = "2026-11-0" + std::to_string(1 + draw(8));
    const bool succeeds = draw(3) > 0;
    const bool tells = draw(4) > 0;
    const int all = 1 + static_cast<int>(draw(5));
    const int accepted = succeeds ? 1 + static_cast<int>(draw(all - 1)) : 0;
    const std::int64_t input = 1 + draw(60'000);
    const std::int64_t output = draw(5'000);
    Execution execution =
        with_hand_ins(ended(on, succeeds ? ExecutionState::succeeded : ExecutionState::failed), accepted, all);
    if (tells) execution.finish_usage = {usage_told(input, output)};
    add(entries, book(execution));
    ++executions;
    if (!tells) {
      ++unpriced;
      return;
    }
    cost += half_even(Wide{input} * 100'000'000, 1'000'000) + half_even(Wide{output} * 500'000'000, 1'000'000);
    if (!succeeds) return;
    const std::int64_t useful_input = half_even(Wide{input} * accepted, all);
    useful[on][0] += useful_input;
    useful[on][1] += half_even(Wide{output} * accepted, all);
    useful[on][2] += std::min<std::int64_t>(80 * (accepted + 1), useful_input);
  }

  // $4 and $20 per million; both tokenizers have the same factor.
  std::int64_t if_all_baseline() const {
    std::int64_t sum = 0;
    for (const auto& [on, tokens] : useful) sum += (tokens[0] - tokens[2]) * 4'000 + tokens[1] * 20'000;
    return sum;
  }
};

TEST(AccountsOracle, AgreesWithBruteForceHoweverEntriesAreFolded) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Clerk clerk{std::mt19937(seed), {}, {}};
  AccountsOptions options = today();
  options.baseline = "claude-opus-5-5";
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 10; ++i) clerk.execute();
    const Accounts accounts = summarize(clerk.entries, {}, prices(), options);
    EXPECT_EQ(accounts.executions, clerk.executions);
    EXPECT_EQ(accounts.unpriced_executions, clerk.unpriced);
    EXPECT_EQ(accounts.execution_cost->nanos(), clerk.cost);
    EXPECT_EQ(accounts.if_all_baseline->nanos(), clerk.if_all_baseline());
    std::shuffle(clerk.entries.begin(), clerk.entries.end(), clerk.random);
    const auto half = clerk.entries.begin() + static_cast<std::ptrdiff_t>(clerk.entries.size() / 2);
    std::vector<AccountEntry> partly = fold_all({clerk.entries.begin(), half});
    partly.insert(partly.end(), half, clerk.entries.end());
    EXPECT_EQ(encode_accounts(summarize(partly, {}, prices(), options)), encode_accounts(accounts));
    if (round % 10 == 9) clerk.entries = fold_all(clerk.entries);
  }
}

}  // namespace
}  // namespace pianola::workflow
