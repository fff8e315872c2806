// Whatever became of executions and prices, in whatever order: the accounts are what the executions cost at the prices
// known now. Only what changed is booked, and exactly what was booked is taken back.
#include <random>

#include "tests/support/campaign.h"
#include "tests/tools/execution_fixture.h"
#include "workflow/import_usage.h"
#include "workflow/read_accounts.h"
#include "workflow/set_prices.h"

namespace pianola::tests {
namespace {

using workflow::AccountEntry;
using workflow::Money;

class BookedAnew : public ExecutionToolTest {
 protected:
  static workflow::ModelPrice a_price(const std::string& model, const std::string& from, double input) {
    return workflow::decode_price({{"provider", "own"},
                                   {"model", model},
                                   {"valid_from", from},
                                   {"input", input},
                                   {"output", 10},
                                   {"source", "a contract"}})
        .value();
  }
  workflow::Rebooked set_price(const std::string& model, double input, const std::string& from = "2026-01-01") {
    return workflow::set_prices(library.environment, library.designer, {a_price(model, from, input)});
  }
  std::string played(const std::string& executor) {
    const std::string id = started("guided", {{"executor", executor}});
    hand_in_parse(id);
    hand_in_reply(id);
    return id;
  }
  static Json usage_of(const std::string& model, std::int64_t input, std::int64_t output) {
    Json usage = {{"input_tokens", input}, {"output_tokens", output}};
    if (!model.empty()) usage["model"] = model;
    return usage;
  }
  OrderedJson finished(const std::string& id, const Json& usage, const std::string& outcome = "succeeded") {
    return facts_of(finish({{"execution_id", id}, {"outcome", outcome}, {"usage", usage}}));
  }
  OrderedJson accounts() { return facts_of(call(tools::cost_summary_tool(library.context), Json::object())); }

  // One line an entry; what was taken back leaves none.
  static std::string sums(const std::vector<AccountEntry>& entries) {
    std::string text;
    for (const AccountEntry& entry : workflow::fold_all(entries)) {
      if (!workflow::is_nothing(entry)) text += dump_compact(workflow::encode_account_entry(entry)) + "\n";
    }
    return text;
  }
  std::string booked() { return sums(library.store->accounts().entries(library.designer.workspace, {})); }
  // Every execution booked for the first time, now.
  std::string as_if_booked_now() {
    const workflow::PriceBook book = workflow::price_book(library.environment, library.designer);
    std::vector<AccountEntry> entries;
    for (const auto& listed : library.store->executions().list(library.designer.workspace, {}, "", 10'000)) {
      const auto execution = library.store->executions().find(library.designer.workspace, listed.id);
      const auto version = library.store->versions().find(library.designer.workspace, listed.workflow, listed.version);
      for (const AccountEntry& entry : workflow::entries_of(*execution, *version, book)) entries.push_back(entry);
    }
    return sums(entries);
  }
  // The audit entries of an execution, by what they tell.
  std::int64_t rebookings_of(const std::string& id) {
    return std::ranges::count(library.audit_chain("execution:" + id), std::string("rebooked"),
                              &workflow::AuditEntry::action);
  }
};

TEST_F(BookedAnew, TwoUnpricedExecutionsCostWhatALatePriceSays) {
  for (int i = 0; i < 2; ++i) finished(played("foo"), usage_of("", 10'000, 200));
  EXPECT_EQ(accounts()["unpriced_executions"], 2);
  const workflow::Rebooked rebooked = set_price("foo", 2);
  EXPECT_EQ(rebooked.changed, 2);
  EXPECT_EQ(rebooked.unpriced_before, 2);
  const OrderedJson json = accounts();
  EXPECT_EQ(json["unpriced_executions"], 0);
  EXPECT_DOUBLE_EQ(json["execution_cost"].get<double>(), 2 * 0.022);
  EXPECT_EQ(booked(), as_if_booked_now());
}

// Abandoned and booked without a price; revived and done after a price came: booked once, at that price.
TEST_F(BookedAnew, AnAbandonedExecutionThatIsRevivedAfterAPriceCameIsBookedOnce) {
  const std::string id = started("guided", {{"executor", "foo"}});
  step({{"execution_id", id},
        {"step", "parse"},
        {"output", {{"topic", "shoes"}, {"quote", "shoe is torn"}}},
        {"usage", usage_of("", 1'000'000, 1'000)}});
  library.clock.advance_micros(2 * kMicrosPerDay);
  const std::string other = started();  // books it
  EXPECT_EQ(accounts()["abandoned"], 1);
  set_price("foo", 2);
  hand_in_reply(id);
  finished(id, usage_of("", 2'000'000, 2'000));
  const OrderedJson json = accounts();
  EXPECT_EQ(json["executions"], 1);
  EXPECT_EQ(json["succeeded"], 1);
  EXPECT_EQ(json["usage_coverage"]["priced"], 1);
  EXPECT_DOUBLE_EQ(json["execution_cost"].get<double>(), 4.02);
  EXPECT_EQ(booked(), as_if_booked_now());
}

TEST_F(BookedAnew, ARevivedExecutionIsTakenOutOfTheAccountsAsItWasBooked) {
  const std::string id = started("guided", {{"executor", "foo"}});
  hand_in_parse(id);
  library.clock.advance_micros(2 * kMicrosPerDay);
  started();
  set_price("foo", 2);
  hand_in_parse(id);  // stale: blocked, and the execution stays abandoned
  step({{"execution_id", id}, {"step", "reply"}, {"output", Json::object()}});  // refused: revived
  EXPECT_EQ(accounts()["usage_coverage"]["executions"], 0);
  EXPECT_EQ(booked(), "");
}

// A price that an older program had in its catalogue is no longer known: what it booked is still taken back.
TEST_F(BookedAnew, WhatWasBookedIsTakenBackWhateverTodaysPricesSay) {
  const std::string id = played("foo");
  set_price("foo", 2);
  finished(id, usage_of("", 1'000, 10));
  {
    // Past the use case, so that nothing is booked anew: as another release's catalogue would.
    const auto transaction = library.store->begin_write();
    library.store->accounts().set_price(library.designer.workspace, a_price("foo", "2026-01-01", 7));
    workflow::append_audit(library.environment, library.designer, "workspace", "price_set", Json::object());
    transaction->commit();
  }
  finished(id, usage_of("", 2'000, 10));
  EXPECT_DOUBLE_EQ(accounts()["execution_cost"].get<double>(), 0.0141);
  EXPECT_EQ(booked(), as_if_booked_now());
  EXPECT_EQ(workflow::rebook(library.environment, library.designer).changed, 0);
}

TEST_F(BookedAnew, OnlyWhatAPriceConcernsIsBookedAnew) {
  const std::string concerned = played("foo");
  finished(concerned, usage_of("", 1'000, 10));
  const std::string other = played("claude-haiku-5-5");
  finished(other, usage_of("", 1'000, 10));
  set_price("foo", 2);
  EXPECT_EQ(rebookings_of(concerned), 1);
  EXPECT_EQ(rebookings_of(other), 0);
  set_price("foo", 2);
  EXPECT_EQ(rebookings_of(concerned), 1) << "it cost that already";
}

TEST_F(BookedAnew, MoreExecutionsThanGoIntoOneTransactionAreBookedAnew) {
  constexpr int kMany = 450;
  for (int i = 0; i < kMany; ++i) finished(played("foo"), usage_of("", 1'000, 10));
  EXPECT_EQ(set_price("foo", 2).changed, kMany);
  EXPECT_EQ(accounts()["unpriced_executions"], 0);
  EXPECT_EQ(booked(), as_if_booked_now());
}

// Executions of all kinds, in any order, with prices that come, change and go.
class Fate {
 public:
  explicit Fate(unsigned seed) : random_(seed) {}
  int draw(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  bool happens(int percent) { return draw(100) < percent; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[static_cast<std::size_t>(draw(static_cast<int>(std::size(list))))];
  }

 private:
  std::mt19937 random_;
};

class FatesOfExecutions : public BookedAnew {
 protected:
  static constexpr const char* kModels[] = {"foo", "bar", "claude-haiku-5-5", "claude-opus-5-5",
                                            "anthropic/claude-haiku-5-5"};
  static constexpr const char* kDays[] = {"2026-01-01", "2026-11-02", "2026-11-03", "2026-11-26", "2027-01-01"};

  Json some_usage(Fate& fate) {
    return usage_of(fate.happens(50) ? "" : fate.one_of(kModels), fate.draw(200'000), fate.draw(5'000));
  }
  void begin_one(Fate& fate) {
    ids_.push_back(started(fate.happens(30) ? "whole" : "guided", {{"executor", fate.one_of(kModels)}}));
  }
  void go_on(Fate& fate, const std::string& id) {
    Json arguments = {{"execution_id", id}, {"step", fate.happens(50) ? "parse" : "reply"}};
    arguments["output"] = arguments["step"] == "parse"
                              ? Json{{"topic", "shoes"}, {"quote", fate.happens(70) ? "shoe is torn" : "no quote"}}
                              : Json{{"answer", "Send it back."}};
    if (fate.happens(40)) arguments["usage"] = some_usage(fate);
    if (fate.happens(30)) arguments["executor"] = fate.one_of(kModels);
    step(arguments);
  }
  void end_one(Fate& fate, const std::string& id) {
    constexpr const char* kOutcomes[] = {"succeeded", "failed", "escalated"};
    Json arguments = {{"execution_id", id}, {"outcome", fate.one_of(kOutcomes)}};
    if (fate.happens(80)) arguments["usage"] = some_usage(fate);
    finish(arguments);
  }
  void import_some(Fate& fate, const std::string& id) {
    Json line = some_usage(fate);
    line["execution"] = id;
    line["model"] = fate.one_of(kModels);
    if (fate.happens(30)) line["source"] = "estimated";
    (void)workflow::import_usage(library.environment, library.designer, dump_compact(line), false);
  }
  void change_prices(Fate& fate) {
    const char* model = fate.one_of(kModels);
    if (fate.happens(60)) {
      set_price(model, fate.draw(9), fate.one_of(kDays));
    } else {
      (void)workflow::remove_prices(library.environment, library.designer, model, std::nullopt);
    }
  }
  void something_happens(Fate& fate) {
    if (ids_.empty() || fate.happens(20)) return begin_one(fate);
    const std::string& id = fate.one_of(ids_);
    switch (fate.draw(8)) {
      case 0:
        return library.clock.advance_micros(fate.happens(50) ? 2 * kMicrosPerDay : kMicrosPerDay / 3);
      case 1:
        return change_prices(fate);
      case 2:
        return import_some(fate, id);
      case 3:
      case 4:
        return end_one(fate, id);
      default:
        return go_on(fate, id);
    }
  }

  std::vector<std::string> ids_;
};

TEST_F(FatesOfExecutions, TheAccountsAreAlwaysWhatTheExecutionsCostNow) {
  const auto seed = static_cast<unsigned>(campaign_seed());
  Fate fate(seed);
  const std::int64_t events = campaign_size("PIANOLA_FATES", 600);
  for (std::int64_t i = 0; i < events; ++i) {
    something_happens(fate);
    ASSERT_EQ(booked(), as_if_booked_now()) << "seed " << seed << ", event " << i;
  }
  EXPECT_GT(accounts()["usage_coverage"]["priced"], 5);
  EXPECT_GT(accounts()["unpriced_executions"], 5);
}

}  // namespace
}  // namespace pianola::tests
