#include "workflow/litellm_prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// In the shape of model_prices_and_context_window.json; the names are made up.
const Json kFile = Json::parse(R"({
  "sample_spec": {"input_cost_per_token": 0.1, "output_cost_per_token": 0.1, "mode": "chat"},
  "maker/tall-1": {"input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05, "litellm_provider": "maker",
    "cache_read_input_token_cost": 3e-07, "cache_creation_input_token_cost": 3.75e-06,
    "cache_creation_input_token_cost_above_1hr": 6e-06, "input_cost_per_token_above_200k_tokens": 6e-06,
    "output_cost_per_token_above_200k_tokens": 2.25e-05, "input_cost_per_token_batches": 1.5e-06, "mode": "chat",
    "supports_vision": true},
  "small-1": {"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07, "mode": "chat"},
  "local": {"input_cost_per_token": 0, "output_cost_per_token": 0, "mode": "chat"},
  "painter": {"input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06, "mode": "image_generation"},
  "broken": {"input_cost_per_token": -1e-06, "output_cost_per_token": 1e-06, "mode": "chat"},
  "half": {"input_cost_per_token": 1e-06, "mode": "chat"}
})");

Timestamp day() { return Timestamp::from_date("2026-11-24").value(); }

LitellmPrices read(const std::vector<std::string>& only = {}, const std::vector<ModelPrice>& own = {}) {
  return read_litellm_prices(kFile, PriceBook::with(own), day(), only, "LiteLLM").value();
}

TEST(LitellmPrices, EveryKindTierAndBatchIsRead) {
  const LitellmPrices prices = read({"maker/tall-1"});
  ASSERT_THAT(prices.prices, SizeIs(1));
  EXPECT_EQ(Json(encode_price(prices.prices[0])), Json({{"provider", "maker"},
                                                        {"model", "maker/tall-1"},
                                                        {"valid_from", "2026-11-24"},
                                                        {"input", 3.0},
                                                        {"cached_input", 0.3},
                                                        {"cache_write_5m", 3.75},
                                                        {"cache_write_1h", 6.0},
                                                        {"output", 15.0},
                                                        {"tiers",
                                                         {{{"above_prompt_tokens", 200'000},
                                                           {"input", 6.0},
                                                           {"cached_input", 0.3},
                                                           {"cache_write_5m", 3.75},
                                                           {"cache_write_1h", 6.0},
                                                           {"output", 22.5}}}},
                                                        {"batch_percent", 50},
                                                        {"source", "LiteLLM"}}));
}

TEST(LitellmPrices, NothingIsMadeFreeAndOtherModelsAreLeftOut) {
  const LitellmPrices prices = read();
  EXPECT_THAT(prices.prices, SizeIs(2));
  EXPECT_EQ(prices.without_price, 3);
  ASSERT_THAT(prices.unusable, SizeIs(1));
  EXPECT_THAT(prices.unusable[0], HasSubstr("broken: "));
}

TEST(LitellmPrices, APricePerTokenIsExactPerMillion) {
  const LitellmPrices prices = read({"small-1"});
  EXPECT_EQ(prices.prices[0].prices.input, PricePerMillion::from_nanos(150'000'000));
  EXPECT_EQ(prices.prices[0].prices.output, PricePerMillion::from_nanos(600'000'000));
}

TEST(LitellmPrices, WhatIsKnownAlreadyIsNotSetAgain) {
  const LitellmPrices again = read({}, read().prices);
  EXPECT_THAT(again.prices, SizeIs(0));
  EXPECT_EQ(again.unchanged, 2);
}

TEST(LitellmPrices, AliasesAndTokenizerFactorAreKept) {
  ModelPrice known = read({"small-1"}).prices[0];
  known.prices.output = PricePerMillion::from_nanos(1);
  known.valid_from = Timestamp::from_date("2026-01-01").value();
  known.aliases = {"little"};
  known.tokenizer_factor = 1.3;
  const LitellmPrices prices = read({"small-1"}, {known});
  ASSERT_THAT(prices.prices, SizeIs(1));
  EXPECT_EQ(prices.prices[0].aliases, known.aliases);
  EXPECT_EQ(prices.prices[0].tokenizer_factor, 1.3);
}

TEST(LitellmPrices, PricesThatTheFileDoesNotNameAreKeptWhereTheOthersAreTheSame) {
  ModelPrice known = read({"small-1"}).prices[0];
  known.valid_from = Timestamp::from_date("2026-01-01").value();
  known.prices.cached_input = PricePerMillion::from_nanos(15'000'000);
  known.batch_percent = 50;
  known.tiers = {{200'000, known.prices}};
  EXPECT_EQ(read({"small-1"}, {known}).unchanged, 1);
  known.prices.output = PricePerMillion::from_nanos(1);
  const LitellmPrices changed = read({"small-1"}, {known});
  ASSERT_THAT(changed.prices, SizeIs(1));
  EXPECT_EQ(changed.prices[0].batch_percent, std::nullopt) << "of another price nothing is guessed";
}

TEST(LitellmPrices, AnotherFileIsRefused) {
  const PriceBook book = PriceBook::with({});
  EXPECT_EQ(read_litellm_prices(Json::array(), book, day(), {}, "x").error().code, "bad_prices");
  EXPECT_EQ(read_litellm_prices(Json{{"name", "triage"}}, book, day(), {}, "x").error().code, "bad_prices");
}

}  // namespace
}  // namespace pianola::workflow
