#include "workflow/two_rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace pianola::workflow {
namespace {

const double kDecided = std::log(20);

TEST(TwoRates, WithoutAnyValuesThereIsNoEvidence) {
  EXPECT_EQ(evidence_lower({}, {5, 5}, {}), 0);
  EXPECT_EQ(evidence_not_lower_by({}, {5, 5}, {}, 0.05), 0);
}

TEST(TwoRates, AMuchLowerRateIsClearlyLower) {
  EXPECT_GT(evidence_lower({60, 100}, {98, 100}, {}), kDecided);
  EXPECT_LT(evidence_lower({94, 100}, {98, 100}, {}), kDecided);
  EXPECT_EQ(evidence_lower({98, 100}, {60, 100}, {}), 0) << "a higher one is not lower";
}

TEST(TwoRates, ThePastOfTheSecondSideMakesItEasierToTell) {
  EXPECT_GT(evidence_lower({30, 40}, {39, 40}, {950, 1000}), evidence_lower({30, 40}, {39, 40}, {}));
}

TEST(TwoRates, EqualRatesAreClearlyNotLowerByAMarginWithEnoughValues) {
  EXPECT_GT(evidence_not_lower_by({475, 500}, {475, 500}, {950, 1000}, 0.05), kDecided);
  EXPECT_LT(evidence_not_lower_by({47, 50}, {47, 50}, {950, 1000}, 0.05), kDecided);
  EXPECT_LE(evidence_not_lower_by({450, 500}, {475, 500}, {950, 1000}, 0.05), 0) << "lower by just the margin";
}

// The least that any two rates of the claim give, by trying them all.
TEST(TwoRates, NoRatesOfTheClaimExplainTheValuesBetter) {
  const auto log_likelihood = [](double s, double n, double p) { return s * std::log(p) + (n - s) * std::log(1 - p); };
  const auto log_beta = [](double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); };
  const auto mixture = [&](double s, double n) { return log_beta(s + 0.5, n - s + 0.5) - log_beta(0.5, 0.5); };
  double best = -1e9;
  for (double p = 0.001; p < 0.95; p += 0.001) {
    for (double q = p + 0.05; q < 1; q += 0.001) {
      best = std::max(best, log_likelihood(90, 100, p) + log_likelihood(270, 300, q));
    }
  }
  EXPECT_NEAR(evidence_not_lower_by({90, 100}, {270, 300}, {}, 0.05), mixture(90, 100) + mixture(270, 300) - best,
              0.02);
}

// Looked at after every value, equal rates are called lower in at most 5 % of all cases.
TEST(TwoRates, EqualRatesAreSeldomCalledLower) {
  std::mt19937_64 random(3);
  int called = 0;
  for (int run = 0; run < 200; ++run) {
    Seen canary;
    Seen stable;
    bool is_lower = false;
    for (int i = 0; i < 500 && !is_lower; ++i) {
      Seen& side = std::uniform_real_distribution<double>()(random) < 0.3 ? canary : stable;
      side.count += 1;
      side.sum += std::uniform_real_distribution<double>()(random) < 0.9 ? 1 : 0;
      is_lower = evidence_lower(canary, stable, {90, 100}) >= kDecided;
    }
    called += is_lower ? 1 : 0;
  }
  EXPECT_LE(called, 10);
}

}  // namespace
}  // namespace pianola::workflow
