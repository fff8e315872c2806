#include "workflow/token_ratio.h"

#include <gtest/gtest.h>

#include "tests/workflow/booked.h"

namespace pianola::workflow {
namespace {

using namespace booked;  // NOLINT(google-build-using-namespace)
using tests::usd;

TokenRatio ratio_of(std::optional<double> baseline, std::optional<double> used) {
  ModelPrice strong;
  strong.model = "strong";
  strong.tokenizer_factor = baseline;
  ModelPrice cheap;
  cheap.model = "cheap";
  cheap.tokenizer_factor = used;
  return token_ratio(strong, &cheap);
}

TEST(TokenRatio, IsThatOfTheFactorsWhereBothAreKnown) {
  const TokenRatio ratio = ratio_of(1.3, 1.0);
  EXPECT_EQ(ratio.baseline * 10, ratio.used * 13);
  EXPECT_FALSE(ratio.assumed);
}

TEST(TokenRatio, OfAnUnknownTokenizerNeverMakesSavingsLarger) {
  for (const auto& [baseline, used] : {std::pair<std::optional<double>, std::optional<double>>{1.3, std::nullopt},
                                       {std::nullopt, 0.8},
                                       {std::nullopt, 1.3},
                                       {std::nullopt, std::nullopt}}) {
    const TokenRatio ratio = ratio_of(baseline, used);
    EXPECT_LE(ratio.baseline, ratio.used);
    EXPECT_TRUE(ratio.assumed);
  }
}

TEST(TokenRatio, OfAModelToItselfIsOne) {
  ModelPrice model;
  model.model = "some";
  EXPECT_FALSE(token_ratio(model, &model).assumed);
  EXPECT_EQ(token_ratio(model, &model).baseline, token_ratio(model, &model).used);
}

Accounts accounts_of(const std::string& executor) {
  Execution execution = with_hand_ins(ended("2026-11-02", ExecutionState::succeeded, executor), 3, 3);
  execution.finish_usage = {usage_told(20'000, 1'000)};
  return summarize(book(execution), {design_of(SemVer(1, 0, 0), "2026-11-01", usd(5.2))}, prices(), today());
}

bool says_assumed(const Accounts& accounts) {
  return std::ranges::any_of(accounts.notes, [](const std::string& note) { return note.starts_with("Assumed: "); });
}

TEST(TokenRatio, AssumedOnesAreSaidInTheAccounts) {
  const Accounts unknown = accounts_of("gpt-5-mini");
  EXPECT_EQ(unknown.if_all_baseline, usd(0.09872));  // as many tokens, not 1.3 times
  EXPECT_TRUE(says_assumed(unknown));
  EXPECT_FALSE(says_assumed(accounts_of("claude-haiku-4-5")));
  EXPECT_FALSE(says_assumed(accounts_of("claude-opus-5-5")));
}

}  // namespace
}  // namespace pianola::workflow
