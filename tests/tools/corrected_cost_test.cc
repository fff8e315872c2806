// Costs that become known later: a price that is set afterwards, usage that is told again. The accounts are always
// those of the executions at the prices known now.
#include "tests/tools/execution_fixture.h"
#include "workflow/read_accounts.h"
#include "workflow/set_prices.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;

constexpr const char* kNoModel = "claude-haiku-5-5-turbo";
constexpr double kCost = 0.000115;  // 1,000 and 30 tokens at $0.10 and $0.50 per million

class CorrectedCost : public ExecutionToolTest {
 protected:
  static Json usage_of(const std::string& model, int input = 1'000) {
    return {{"input_tokens", input}, {"output_tokens", 30}, {"model", model}};
  }
  std::string played(const std::string& executor = "claude-haiku-5-5") {
    const std::string id = started("guided", {{"executor", executor}});
    hand_in_parse(id);
    hand_in_reply(id);
    return id;
  }
  OrderedJson finished(const std::string& id, const Json& usage) {
    return facts_of(finish({{"execution_id", id}, {"outcome", "succeeded"}, {"usage", usage}}));
  }
  OrderedJson accounts() { return facts_of(call(tools::cost_summary_tool(library.context), Json::object())); }
  // Haiku's price for a model.
  static workflow::ModelPrice a_price(const std::string& model, const std::string& from, double input = 0.1) {
    return workflow::decode_price({{"provider", "own"},
                                   {"model", model},
                                   {"valid_from", from},
                                   {"input", input},
                                   {"output", 0.5},
                                   {"source", "a contract"}})
        .value();
  }
  workflow::Rebooked set_price(const std::string& model, const std::string& from, double input = 0.1) {
    return workflow::set_prices(library.environment, library.designer, {a_price(model, from, input)});
  }
  // The sums as booked, and as they would be, were every execution booked now.
  void expect_booked_as_at_once() {
    const auto before = accounts();
    workflow::rebook(library.environment, library.designer);
    EXPECT_EQ(accounts(), before);
  }
};

TEST_F(CorrectedCost, AFinishSaysWhyTheCostIsNotKnown) {
  const OrderedJson facts = finished(played(), usage_of(kNoModel));
  EXPECT_EQ(facts["cost_usd"], nullptr);
  EXPECT_THAT(facts["cost_unknown"].get<std::string>(), HasSubstr("\"claude-haiku-5-5-turbo\" has no price"));
  EXPECT_THAT(facts["cost_unknown"].get<std::string>(), HasSubstr("Did you mean \"claude-haiku-5-5\""));
}

TEST_F(CorrectedCost, APriceThatIsSetLaterPricesWhatWasExecutedSinceItsFirstDay) {
  finished(played(), usage_of(kNoModel));
  EXPECT_EQ(accounts()["execution_cost"], nullptr);
  const workflow::Rebooked rebooked = set_price(kNoModel, "2026-10-01");
  EXPECT_EQ(rebooked.unpriced_before, 1);
  EXPECT_EQ(rebooked.unpriced, 0);
  const OrderedJson json = accounts();
  EXPECT_EQ(json["usage_coverage"]["priced"], 1);
  EXPECT_DOUBLE_EQ(json["execution_cost"].get<double>() + json["escalation_cost"].get<double>(), kCost);
  EXPECT_FALSE(json.contains("unpriced_models"));
}

TEST_F(CorrectedCost, APriceFromALaterDayLeavesTheEarlierExecutionsUnpricedAndSaysSince) {
  finished(played(), usage_of(kNoModel));
  const workflow::Rebooked rebooked = set_price(kNoModel, "2026-12-01");
  EXPECT_EQ(rebooked.unpriced, 1);
  EXPECT_EQ(rebooked.unpriced_since, kTestStart.date());
  EXPECT_EQ(accounts()["unpriced_models"][0], kNoModel);
}

TEST_F(CorrectedCost, ACorrectedPriceReachesWhatWasBookedAndTakingItBackToo) {
  finished(played(), usage_of("claude-haiku-5-5"));
  EXPECT_DOUBLE_EQ(accounts()["execution_cost"].get<double>(), kCost);
  set_price("claude-haiku-5-5", "2026-11-01", 0.2);
  EXPECT_DOUBLE_EQ(accounts()["execution_cost"].get<double>(), kCost + 0.0001);
  ASSERT_TRUE(workflow::remove_prices(library.environment, library.designer, "claude-haiku-5-5", std::nullopt));
  EXPECT_DOUBLE_EQ(accounts()["execution_cost"].get<double>(), kCost);
  EXPECT_EQ(library.audit_chain("workspace").back().action, "prices_removed");
  const auto none = workflow::remove_prices(library.environment, library.designer, "claude-haiku-5-5", std::nullopt);
  EXPECT_EQ(none.error().code, "unknown_price");
}

TEST_F(CorrectedCost, UsageToldAgainWithTheRightModelIsNotAddedTwice) {
  const std::string id = played();
  finished(id, usage_of(kNoModel));
  const OrderedJson facts = finished(id, usage_of("claude-haiku-5-5"));
  EXPECT_EQ(facts["added"], true);
  EXPECT_EQ(facts["replaced_usage"][0]["model"], kNoModel);
  EXPECT_DOUBLE_EQ(facts["cost_usd"].get<double>(), kCost);
  const OrderedJson json = accounts();
  EXPECT_EQ(json["usage_coverage"]["priced"], 1);
  EXPECT_DOUBLE_EQ(json["execution_cost"].get<double>(), kCost);
  EXPECT_EQ(json["escalation_cost"], 0.0);
  EXPECT_EQ(json["usage_sources"]["reported"], 1);
  expect_booked_as_at_once();
}

TEST_F(CorrectedCost, TheSameAfterAPriceWasSetForTheWrongModel) {
  const std::string id = played();
  finished(id, usage_of(kNoModel));
  set_price(kNoModel, "2026-10-01");
  finished(id, usage_of("claude-haiku-5-5"));
  const OrderedJson json = accounts();
  EXPECT_DOUBLE_EQ(json["execution_cost"].get<double>(), kCost);
  EXPECT_EQ(json["escalation_cost"], 0.0);
  EXPECT_EQ(json["usage_coverage"]["priced"], 1);
  expect_booked_as_at_once();
}

TEST_F(CorrectedCost, CountsToldAgainReplaceTheEarlierOnesAndTheAuditLogKeepsBoth) {
  const std::string id = played();
  finished(id, usage_of("claude-haiku-5-5"));
  const OrderedJson facts = finished(id, usage_of("claude-haiku-5-5", 500));
  EXPECT_EQ(facts["replaced_usage"][0]["input_tokens"], 1'000);
  EXPECT_EQ(accounts()["execution_cost"], 0.000065);
  EXPECT_FALSE(finished(id, usage_of("claude-haiku-5-5", 500)).contains("added"));
  const auto log = library.store->audit().chain(library.designer.workspace, "execution:" + id);
  const Json body = Json::parse(log.back().body);
  EXPECT_EQ(body["usage"][0]["input_tokens"], 500);
  EXPECT_EQ(body["replaced_usage"][0]["input_tokens"], 1'000);
  expect_booked_as_at_once();
}

// No name is the executor's, and an alias is its model's.
TEST_F(CorrectedCost, TheSameUsageIsNotAddedTwiceWhateverItsModelIsCalled) {
  const std::string id = played("claude-haiku-4-5");
  const Json nameless = {{"input_tokens", 1'000}, {"output_tokens", 30}};
  const double cost = finished(id, nameless)["cost_usd"].get<double>();
  for (const char* name : {"claude-haiku-4-5", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"}) {
    EXPECT_EQ(finished(id, usage_of(name))["cost_usd"].get<double>(), cost) << name;
    EXPECT_EQ(stored(id).finish_usage.size(), 1U) << name;
    EXPECT_EQ(accounts()["execution_cost"].get<double>(), cost) << name;
  }
  EXPECT_EQ(stored(id).finish_usage[0].model, "claude-haiku-4-5");
}

TEST_F(CorrectedCost, UsageOfARescuerStandsBesideTheStarters) {
  const std::string id = started("guided", {{"executor", "claude-haiku-5-5"}});
  hand_in_parse(id);
  step({{"execution_id", id},
        {"step", "reply"},
        {"output", {{"answer", "Send it back."}}},
        {"executor", "claude-opus-5-5"}});
  finished(id, usage_of("claude-haiku-5-5"));
  const OrderedJson facts = finished(id, usage_of("claude-opus-5-5"));
  EXPECT_FALSE(facts.contains("replaced_usage"));
  const OrderedJson json = accounts();
  EXPECT_DOUBLE_EQ(json["execution_cost"].get<double>(), kCost);
  EXPECT_DOUBLE_EQ(json["escalation_cost"].get<double>(), 0.0046);
  expect_booked_as_at_once();
}

// docs/accounts.md: the estimated tokens of Pianola's own results, 4 bytes a token.
TEST_F(CorrectedCost, OwnOverheadIsAboutWhatTheResultsReallySay) {
  const mcp::ToolResult first =
      start({{"name", "triage"}, {"input", {{"mail", "My shoe is torn."}}}, {"executor", "claude-haiku-5-5"}});
  const std::string id = id_of(first);
  std::size_t bytes = text_of(first).size() + text_of(hand_in_parse(id)).size() + text_of(hand_in_reply(id)).size();
  finished(id, usage_of("claude-haiku-5-5", 20'000));
  std::int64_t overhead = 0;
  for (const auto& entry : library.store->accounts().entries(library.designer.workspace, {})) {
    overhead += entry.own_overhead_tokens;
  }
  EXPECT_GT(overhead, static_cast<std::int64_t>(bytes / 4 * 8 / 10)) << bytes;
  EXPECT_LT(overhead, static_cast<std::int64_t>(bytes / 4 * 14 / 10)) << bytes;
}

}  // namespace
}  // namespace pianola::tests
