#include "workflow/cost_estimate.h"

#include <gtest/gtest.h>

#include "tests/support/money.h"

namespace pianola::workflow {
namespace {

using tests::usd;

Usage request_of(std::int64_t input) {
  Usage usage;
  usage.input = input;
  return usage;
}

TEST(CostEstimate, ReproducesTheInputOnlyExamplesToTheCent) {
  const PriceBook prices = PriceBook::with({});
  const std::vector<TrafficEstimate> estimates =
      estimate_traffic(100, request_of(50'000), {"claude-opus-4-1", "claude-3-haiku-20240307"}, prices,
                       Timestamp::from_date("2026-11-23").value());
  EXPECT_EQ(estimates[0].per_day->text(), "$75.00");
  EXPECT_EQ(estimates[0].per_month->text(), "$2,250.00");
  EXPECT_EQ(estimates[1].model, "claude-3-haiku");
  EXPECT_EQ(estimates[1].per_day->text(), "$1.25");
  EXPECT_EQ(estimates[1].per_month->text(), "$37.50");
}

TEST(CostEstimate, TakesAGivenPrice) {
  KindPrices prices;
  prices.input = PricePerMillion::from_usd(15).value();
  EXPECT_EQ(estimate_traffic_at(100, request_of(50'000), prices).per_month, usd(2250));
}

TEST(CostEstimate, AnUnknownModelIsUnpriced) {
  const auto estimates = estimate_traffic(100, request_of(50'000), {"no-such-model"}, PriceBook::with({}),
                                          Timestamp::from_date("2026-11-23").value());
  EXPECT_EQ(estimates[0].per_day, std::nullopt);
  const OrderedJson json = encode_estimate(estimates[0]);
  EXPECT_TRUE(json["per_day"].is_null());
  EXPECT_EQ(json["unpriced"], true);
}

TEST(CostEstimate, PricesEachRequestByItsOwnPromptsTier) {
  const auto at = Timestamp::from_date("2026-11-23").value();
  const auto small = estimate_traffic(2, request_of(100'000), {"claude-haiku-5-5"}, PriceBook::with({}), at);
  const auto large = estimate_traffic(1, request_of(200'000), {"claude-haiku-5-5"}, PriceBook::with({}), at);
  EXPECT_EQ(small[0].per_day, usd(0.02));
  EXPECT_EQ(large[0].per_day, usd(0.10));
}

TEST(CostEstimate, ComparesADesignWithTheBaseline) {
  const DesignEstimate estimate = estimate_design(usd(5.20), 450, usd(12.50), usd(2340)).value();
  EXPECT_EQ(estimate.total_cost, usd(17.70));
  EXPECT_EQ(estimate.savings, usd(2322.30));
  EXPECT_DOUBLE_EQ(*estimate.savings_percent, 99.24);
  EXPECT_DOUBLE_EQ(*estimate.roi_percent, 13'120.34);
  EXPECT_DOUBLE_EQ(*estimate.design_share_percent, 29.38);
  EXPECT_EQ(estimate.payback_executions, 2);
}

TEST(CostEstimate, DesignsShareFallsWithTheNumberOfExecutions) {
  const DesignEstimate estimate = estimate_design(usd(5.20), 450, usd(12.50), usd(2340)).value();
  const auto share = [&](std::int64_t executions) { return *rescaled(estimate, executions)->design_share_percent; };
  EXPECT_NEAR(share(100), 65.2, 0.05);
  EXPECT_NEAR(share(1'000), 15.8, 0.05);
  EXPECT_NEAR(share(10'000), 1.8, 0.05);
}

TEST(CostEstimate, ZeroDenominatorsGiveNull) {
  const DesignEstimate estimate = estimate_design(usd(0), 1, usd(0), usd(0)).value();
  EXPECT_EQ(estimate.savings_percent, std::nullopt);
  EXPECT_EQ(estimate.roi_percent, std::nullopt);
  EXPECT_EQ(estimate.design_share_percent, std::nullopt);
  EXPECT_EQ(estimate.payback_executions, std::nullopt);
  EXPECT_TRUE(encode_estimate(estimate)["roi_percent"].is_null());
}

TEST(CostEstimate, RefusesNoExecutions) {
  EXPECT_EQ(estimate_design(usd(1), 0, usd(1), usd(1)).error().code, "bad_value");
}

}  // namespace
}  // namespace pianola::workflow
