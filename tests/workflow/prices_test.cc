#include "workflow/prices.h"

#include <gtest/gtest.h>

#include <set>

namespace pianola::workflow {
namespace {

Timestamp day(const char* text) { return Timestamp::from_date(text).value(); }

const PriceBook& catalogue() {
  static const PriceBook book = PriceBook::with({});
  return book;
}

Usage usage_of(const char* model, std::int64_t input, std::int64_t output) {
  Usage usage;
  usage.model = model;
  usage.input = input;
  usage.output = output;
  return usage;
}

// USD of a record on 2026-11-23; -1: unpriced.
double cost(const Usage& usage, const char* at = "2026-11-23") {
  const std::optional<PricedUsage> priced = catalogue().price(usage, day(at));
  return priced ? priced->cost.usd() : -1;
}

struct Fact {
  const char* model;
  double input;
  double output;
};

TEST(Prices, KnowTheModelsThatPeopleRun) {
  const Fact facts[] = {
      {"claude-haiku-5-5", 0.10, 0.50}, {"claude-opus-5-5", 4, 20},       {"claude-sonnet-5-5", 2, 10},
      {"claude-fable-5-1", 10, 50},     {"claude-opus-4-1", 15, 75},      {"claude-opus-4-8", 5, 25},
      {"claude-haiku-4-5", 1, 5},       {"claude-3-haiku", 0.25, 1.25},   {"gpt-4", 30, 60},
      {"gpt-5-mini", 0.25, 2},          {"gemini-2.5-flash", 0.30, 2.50}, {"gpt-6-sol", 2, 10}};
  for (const Fact& fact : facts) {
    EXPECT_DOUBLE_EQ(cost(usage_of(fact.model, 10'000, 0)), fact.input / 100) << fact.model;
    EXPECT_DOUBLE_EQ(cost(usage_of(fact.model, 0, 10'000)), fact.output / 100) << fact.model;
  }
  EXPECT_GE(catalogue().model_names().size(), 25U);
}

// One line of a provider's page: input, cache writes of 5 minutes and an hour, cache read, output; 0: none given.
struct PriceLine {
  const char* model;
  const char* on;
  std::int64_t prompt;
  double input, write_5m, write_1h, read, output;
};

TEST(Prices, AreThoseOfTheProvidersPages) {
  const PriceLine lines[] = {{"claude-haiku-5-5", "2026-10-07", 100'000, 0.10, 0.125, 0.20, 0.01, 0.50},
                             {"claude-haiku-5-5", "2026-10-07", 100'001, 0.50, 0.625, 1.00, 0.05, 2.50},
                             {"claude-opus-5-5", "2026-09-30", 900'000, 4, 5, 8, 0.20, 20},
                             {"claude-sonnet-5-5", "2026-10-06", 1, 2, 2.50, 4, 0.20, 10},
                             {"claude-sonnet-5-5", "2026-10-07", 1, 2, 2.50, 4, 0.10, 10},
                             {"claude-fable-5-1", "2026-11-23", 1, 10, 12.50, 20, 0.25, 50},
                             {"claude-fable-5", "2026-11-23", 1, 10, 12.50, 20, 1, 50},
                             {"claude-opus-5", "2026-11-23", 1, 5, 6.25, 10, 0.50, 25},
                             {"claude-opus-4-8", "2026-11-23", 1, 5, 6.25, 10, 0.50, 25},
                             {"claude-opus-4-7", "2026-11-23", 1, 5, 6.25, 10, 0.50, 25},
                             {"claude-opus-4-6", "2026-11-23", 300'000, 5, 6.25, 10, 0.50, 25},
                             {"claude-opus-4-6", "2026-03-12", 300'000, 10, 12.50, 20, 1, 37.50},
                             {"claude-opus-4-5", "2026-11-23", 1, 5, 6.25, 10, 0.50, 25},
                             {"claude-opus-4-1", "2026-11-23", 1, 15, 18.75, 30, 1.50, 75},
                             {"claude-opus-4-0", "2026-11-23", 1, 15, 18.75, 30, 1.50, 75},
                             {"claude-3-opus", "2026-11-23", 1, 15, 18.75, 30, 1.50, 75},
                             {"claude-sonnet-5", "2026-11-23", 1, 2, 2.50, 4, 0.20, 10},
                             {"claude-haiku-4-5", "2026-11-23", 1, 1, 1.25, 2, 0.10, 5},
                             {"claude-3-haiku", "2026-11-23", 1, 0.25, 0.30, 0.25, 0.03, 1.25},
                             {"gpt-6-sol", "2026-11-23", 272'000, 2, 2.50, 2, 0.20, 10},
                             {"gpt-6-sol", "2026-11-23", 272'001, 4, 5, 4, 0.40, 15},
                             {"gpt-6-luna", "2026-11-23", 272'001, 0.20, 0.25, 0.20, 0.02, 0.75},
                             {"gpt-5.6-sol", "2026-08-20", 1, 5, 6.25, 5, 0.50, 30},
                             {"gpt-5.6-sol", "2026-08-21", 272'000, 8, 10, 8, 0.80, 30},  // its tier begins at 272,000
                             {"gpt-5-mini", "2026-11-23", 1, 0.25, 0.25, 0.25, 0.025, 2},
                             {"gpt-4", "2026-11-23", 1, 30, 30, 30, 30, 60},
                             {"gemini-2.5-flash", "2026-11-23", 1, 0.30, 0.30, 0.30, 0.03, 2.50},
                             {"gemini-3.8-flash", "2026-12-31", 1, 0.75, 0.75, 0.75, 0.075, 3.75},
                             {"gemini-3.8-flash", "2027-01-01", 1, 1.50, 1.50, 1.50, 0.15, 7.50}};
  for (const PriceLine& line : lines) {
    const std::pair<std::int64_t Usage::*, double> kinds[] = {{&Usage::input, line.input},
                                                              {&Usage::cache_write_5m, line.write_5m},
                                                              {&Usage::cache_write_1h, line.write_1h},
                                                              {&Usage::cached_input, line.read},
                                                              {&Usage::output, line.output}};
    for (const auto& [kind, usd] : kinds) {
      Usage usage = usage_of(line.model, 0, 0);
      usage.*kind = 1'000'000;
      usage.largest_prompt = line.prompt;
      EXPECT_DOUBLE_EQ(cost(usage, line.on), usd) << line.model << " on " << line.on;
    }
  }
}

TEST(Prices, EveryEntrySaysWhereAndWhenItWasRead) {
  for (const ModelPrice& price : catalogue().all()) {
    EXPECT_NE(price.source.find("read 2026-"), std::string::npos) << price.model;
    EXPECT_FALSE(price.provider.empty()) << price.model;
    EXPECT_GT(price.prices.output, price.prices.input) << price.model;
  }
}

TEST(Prices, AnAliasBelongsToOneModel) {
  std::map<std::string, std::string> owner;
  for (const ModelPrice& price : catalogue().all()) {
    for (const std::string& alias : price.aliases) {
      EXPECT_EQ(owner.try_emplace(alias, price.model).first->second, price.model) << alias;
    }
  }
}

TEST(Prices, APrefixIsNotAModel) {
  EXPECT_EQ(cost(usage_of("claude-sonnet-5-6", 1'000, 0)), -1);
  EXPECT_EQ(cost(usage_of("claude-haiku-5", 1'000, 0)), -1);
  EXPECT_EQ(cost(usage_of("claude-haiku-5-5-turbo", 1'000, 0)), -1);
  EXPECT_EQ(cost(usage_of("gpt-4-mini", 1'000, 0)), -1);
  EXPECT_EQ(cost(usage_of("unknown", 1'000, 0)), -1);
  EXPECT_EQ(cost(usage_of("", 1'000, 0)), -1);
}

TEST(Prices, ResolveUsualNames) {
  const std::pair<const char*, const char*> names[] = {
      {"Claude-Haiku-5-5 ", "claude-haiku-5-5"},
      {"claude-3-haiku-20240307", "claude-3-haiku"},
      {"claude-3-5-haiku-latest", "claude-3-5-haiku"},
      {"anthropic/claude-opus-4.1", "claude-opus-4-1"},
      {"us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"},
      {"anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku"},
      {"claude-haiku-4-5@20251001", "claude-haiku-4-5"},
      {"openai/gpt-4o-2024-11-20", "gpt-4o"},
      {"Claude Haiku 4.5", "claude-haiku-4-5"},
      {"anthropic/claude-haiku-4.5", "claude-haiku-4-5"},
      {"Haiku 4.5", "claude-haiku-4-5"},
      {"claude-haiku-5-5-20261007", "claude-haiku-5-5"},
      {"Claude 3.5 Sonnet", "claude-3-5-sonnet"},
      {"Claude Sonnet 3.7", "claude-3-7-sonnet"},
      {"claude-4.5-sonnet", "claude-sonnet-4-5"},
      {"claude-opus-4-6[1m]", "claude-opus-4-6"},
      {"GPT 5 mini", "gpt-5-mini"},
      {"models/gemini-2.5-flash", "gemini-2.5-flash"},
      {"gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},  // that snapshot had a price of its own
      {"haiku", "haiku"},
      {"something-else", "something-else"},
      {"anthropic/claude-nobody-1.5", "anthropic/claude-nobody-1.5"},
      {"  ", "unknown"}};
  for (const auto& [said, known] : names) EXPECT_EQ(catalogue().canonical_model(said), known) << said;
}

TEST(Prices, AreThoseOfTheUsagesDate) {
  Usage cached = usage_of("claude-sonnet-5-5", 0, 0);
  cached.cached_input = 1'000'000;
  EXPECT_DOUBLE_EQ(cost(cached, "2026-10-06"), 0.20);
  EXPECT_DOUBLE_EQ(cost(cached, "2026-10-07"), 0.10);
  EXPECT_EQ(cost(usage_of("claude-haiku-5-5", 1, 1), "2026-10-06"), -1);  // before it had a price
}

TEST(Prices, TierFollowsOneRequestsPromptAndIsForAllOfIt) {
  Usage request = usage_of("claude-haiku-5-5", 100'000, 1'000);
  EXPECT_DOUBLE_EQ(cost(request), 0.0105);
  request.input = 99'000;
  request.cached_input = 1'001;  // the prompt is what was read from the cache too
  EXPECT_DOUBLE_EQ(cost(request), 0.0495 + 0.00005 + 0.0025);
}

TEST(Prices, ASumTakesTheTierOfItsLargestPrompt) {
  Usage sum = usage_of("claude-haiku-5-5", 1'000'000, 0);
  sum.largest_prompt = 90'000;
  EXPECT_DOUBLE_EQ(cost(sum), 0.10);
  sum.largest_prompt = 100'001;
  EXPECT_DOUBLE_EQ(cost(sum), 0.50);
  EXPECT_FALSE(catalogue().price(sum, day("2026-11-23"))->tier_uncertain);
}

TEST(Prices, ASumOfUnknownRequestsTakesTheDearerTierAndSaysSo) {
  const Usage sum = usage_of("claude-haiku-5-5", 100'002, 0);
  const std::optional<PricedUsage> priced = catalogue().price(sum, day("2026-11-23"));
  ASSERT_TRUE(priced);
  EXPECT_TRUE(priced->tier_uncertain);
  EXPECT_DOUBLE_EQ(priced->cost.usd(), 0.050001);
  EXPECT_FALSE(catalogue().price(usage_of("claude-haiku-5-5", 100'000, 0), day("2026-11-23"))->tier_uncertain);
}

TEST(Prices, ABatchCostsHalfAtAnthropic) {
  Usage batch = usage_of("claude-opus-5-5", 1'000'000, 1'000'000);
  batch.largest_prompt = 10'000;
  batch.batch = true;
  EXPECT_DOUBLE_EQ(cost(batch), 12);
}

TEST(Prices, AKindWithoutAPriceCostsTheInputPrice) {
  Usage usage = usage_of("gpt-4", 0, 0);
  usage.cached_input = 1'000'000;
  EXPECT_DOUBLE_EQ(cost(usage), 30);
}

TEST(Prices, OwnPricesOverrideTheCatalogue) {
  ModelPrice own;
  own.provider = "here";
  own.model = "claude-haiku-5-5";
  own.valid_from = day("2026-10-07");
  own.prices.input = PricePerMillion::from_usd(7).value();
  own.source = "contract";
  ModelPrice local = own;
  local.model = "local-model";
  local.aliases = {"llama"};
  const PriceBook book = PriceBook::with({own, local});
  EXPECT_DOUBLE_EQ(book.price(usage_of("claude-haiku-5-5", 1'000'000, 0), day("2026-11-01"))->cost.usd(), 7);
  EXPECT_DOUBLE_EQ(book.price(usage_of("Llama", 1'000'000, 0), day("2026-11-01"))->cost.usd(), 7);
}

TEST(Prices, ALaterDateWins) {
  ModelPrice own = *catalogue().price_at("gpt-4", day("2026-11-01"));
  own.valid_from = day("2026-11-10");
  own.prices.input = PricePerMillion::from_usd(1).value();
  const PriceBook book = PriceBook::with({own});
  EXPECT_DOUBLE_EQ(book.price(usage_of("gpt-4", 1'000'000, 0), day("2026-11-09"))->cost.usd(), 30);
  EXPECT_DOUBLE_EQ(book.price(usage_of("gpt-4", 1'000'000, 0), day("2026-11-10"))->cost.usd(), 1);
}

TEST(Prices, NewerModelsMakeMoreTokensOfTheSameText) {
  const Timestamp at = day("2026-11-01");
  for (const char* model : {"claude-opus-4-7", "claude-haiku-5-5", "claude-opus-5-5", "claude-sonnet-5-5"}) {
    EXPECT_DOUBLE_EQ(catalogue().price_at(model, at)->tokenizer_factor.value(), 1.3) << model;
  }
  for (const char* model : {"claude-haiku-4-5", "claude-opus-4-6", "claude-3-haiku"}) {
    EXPECT_DOUBLE_EQ(catalogue().price_at(model, at)->tokenizer_factor.value(), 1.0) << model;
  }
  EXPECT_FALSE(catalogue().price_at("gpt-4", at)->tokenizer_factor) << "not known against Claude's";
}

TEST(Prices, APriceOfOnesOwnKeepsTheModelsTokenizer) {
  ModelPrice own;
  own.model = "claude-opus-5-5";
  own.valid_from = day("2026-11-01");
  EXPECT_DOUBLE_EQ(PriceBook::with({own}).price_at("claude-opus-5-5", day("2026-11-02"))->tokenizer_factor.value(),
                   1.3);
  own.model = "local-model";
  EXPECT_FALSE(PriceBook::with({own}).price_at("local-model", day("2026-11-02"))->tokenizer_factor);
}

TEST(Prices, AreDecodedFromWhatTheyAreEncodedTo) {
  for (const ModelPrice& price : catalogue().all()) {
    const Result<ModelPrice> again = decode_price(Json(encode_price(price)));
    ASSERT_TRUE(again) << price.model;
    EXPECT_EQ(*again, price) << price.model;
  }
}

TEST(Prices, RefuseWhatIsNoPrice) {
  const Json good = {{"provider", "p"}, {"model", "m"}, {"valid_from", "2026-01-01"},
                     {"input", 1},      {"output", 2},  {"source", "s"}};
  ASSERT_TRUE(decode_price(good));
  Json wrong = good;
  wrong["valid_from"] = "yesterday";
  EXPECT_FALSE(decode_price(wrong));
  wrong = good;
  wrong["input"] = -1;
  EXPECT_FALSE(decode_price(wrong));
  wrong = good;
  wrong["tokenizer_factor"] = 0;
  EXPECT_FALSE(decode_price(wrong));
  wrong = good;
  wrong["model"] = " ";
  EXPECT_FALSE(decode_price(wrong));
  wrong = good;
  wrong["input_cost"] = 1;
  EXPECT_FALSE(decode_price(wrong));
}

}  // namespace
}  // namespace pianola::workflow
