#include "workflow/verdict.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

AccountEntry ran(const std::string& model, std::int64_t executions, std::int64_t succeeded, double cost_usd) {
  AccountEntry entry{.key = {.workflow = WorkflowName::parse("triage").value(), .version = SemVer(1, 0, 0)}};
  entry.key.executor = model;
  entry.key.model = model;
  entry.executions = executions;
  entry.succeeded = succeeded;
  entry.failed = executions - succeeded;
  entry.cost = Money::from_usd(cost_usd).value();
  return entry;
}

Design design() { return tests::a_design().with_step("do").design(); }  // opus designs, haiku executes, 0.95

Verdict judged(const std::vector<AccountEntry>& entries, const Design& of) {
  return judge_models(entries, of, PriceBook::with({}));
}

TEST(RateInterval, HoldsTheRateAndNarrows) {
  const RateInterval few = rate_interval(9, 10);
  const RateInterval many = rate_interval(900, 1000);
  EXPECT_LT(few.low, 0.9);
  EXPECT_GT(few.high, 0.9);
  EXPECT_LT(many.high - many.low, (few.high - few.low) / 4);
}

TEST(RateInterval, OfNothingIsEverything) { EXPECT_EQ(rate_interval(0, 0), RateInterval{}); }

TEST(RateInterval, OfAllOrNoneReachesTheEnd) {
  EXPECT_EQ(rate_interval(20, 20).high, 1);
  EXPECT_EQ(rate_interval(0, 20).low, 0);
  EXPECT_NEAR(rate_interval(20, 20).low, 1 - rate_interval(0, 20).high, 1e-9);
}

TEST(RateInterval, AgreesWithItsFormula) {
  // All of n succeed: M(p) = B(n + 1/2, 1/2) / (pi p^n), and B(3/2, 1/2) = pi / 2: so p = 1 / (2 x 20) for n = 1.
  EXPECT_NEAR(rate_interval(1, 1).low, 0.025, 1e-9);
}

// Looked at after every one of 400 executions, for 400 models whose true rate is 0.9.
TEST(RateInterval, ErrsNoMoreOftenThanItSaysHoweverOftenOneLooks) {
  std::mt19937 random(20'261'124);
  std::bernoulli_distribution succeeds(0.9);
  int missed = 0;
  for (int model = 0; model < 400; ++model) {
    int successes = 0;
    bool ever_missed = false;
    for (int n = 1; n <= 400 && !ever_missed; ++n) {
      successes += succeeds(random) ? 1 : 0;
      const RateInterval interval = rate_interval(successes, n);
      ever_missed = interval.low > 0.9 || interval.high < 0.9;
    }
    missed += ever_missed ? 1 : 0;
  }
  EXPECT_LE(missed, 20);  // 5 % of 400
}

TEST(Verdict, AsksForExecutionsOfTheDesignedExecutorFirst) {
  const Verdict verdict = judged({}, design());
  EXPECT_EQ(verdict.kind, VerdictKind::more_needed);
  EXPECT_EQ(verdict.model, "claude-haiku-5-5");
  ASSERT_TRUE(verdict.executions_needed);
  EXPECT_GT(*verdict.executions_needed, 50);
  EXPECT_EQ(verdict.text(), std::to_string(*verdict.executions_needed) + " more executions needed (claude-haiku-5-5)");
}

TEST(Verdict, CountsDownWhatIsNeededAndThenSaysUse) {
  const std::int64_t all = *judged({}, design()).executions_needed;
  const Verdict half = judged({ran("claude-haiku-5-5", all / 2, all / 2, 1)}, design());
  EXPECT_EQ(half.kind, VerdictKind::more_needed);
  EXPECT_EQ(half.executions_needed, all - all / 2);
  const Verdict enough = judged({ran("claude-haiku-5-5", all, all, 1)}, design());
  EXPECT_EQ(enough.text(), "use claude-haiku-5-5");
}

TEST(Verdict, StaysOnTheStrongModelWhenTheCheapOneIsRefuted) {
  const Verdict verdict = judged({ran("claude-haiku-5-5", 100, 60, 1)}, design());
  EXPECT_EQ(verdict.text(), "stay on claude-opus-5-5");
  EXPECT_EQ(verdict.models[0].standing, ModelStanding::refuted);
}

TEST(Verdict, TakesTheCheapestSuccessThatQualifies) {
  const std::vector<AccountEntry> entries = {ran("claude-haiku-5-5", 100, 50, 1),
                                             ran("claude-sonnet-5-5", 500, 500, 25),
                                             ran("claude-haiku-4-5", 500, 499, 10)};
  EXPECT_EQ(judged(entries, design()).text(), "use claude-haiku-4-5");
}

TEST(Verdict, ACostOfSuccessHoldsFailuresAndEscalations) {
  AccountEntry rescue = ran("claude-haiku-5-5", 0, 0, 1);
  rescue.key.model = "claude-opus-5-5";
  rescue.key.escalation = true;
  const Verdict verdict = judged({ran("claude-haiku-5-5", 10, 5, 1), rescue}, design());
  ASSERT_EQ(verdict.models.size(), 1U);
  EXPECT_EQ(verdict.models[0].cost_per_success, Money::from_usd(0.40).value());
}

TEST(Verdict, UnpricedExecutionsCountForSuccessAndNotForCost) {
  AccountEntry unpriced = ran("claude-haiku-5-5", 5, 5, 0);
  unpriced.key.model = "";
  unpriced.unpriced = 5;
  const Verdict verdict = judged({ran("claude-haiku-5-5", 5, 5, 1), unpriced}, design());
  EXPECT_EQ(verdict.models[0].executions, 10);
  EXPECT_EQ(verdict.models[0].cost_per_success, Money::from_usd(0.20).value());
}

TEST(Verdict, AnUnknownModelDecidesNothing) {
  const Verdict verdict = judged({ran("unknown", 500, 500, 1)}, design());
  EXPECT_EQ(verdict.kind, VerdictKind::more_needed);
  EXPECT_EQ(verdict.model, "claude-haiku-5-5");
}

TEST(Verdict, KnowsTheDesignsModelsByAnyOfTheirNames) {
  Design of = design();
  of.executor = "anthropic/claude-haiku-4.5";
  of.designed_by = "Claude-Opus-5-5";
  EXPECT_EQ(judged({}, of).model, "claude-haiku-4-5");
  EXPECT_EQ(judged({ran("claude-haiku-4-5", 500, 500, 1)}, of).text(), "use claude-haiku-4-5");
  const std::vector<AccountEntry> refuted = {ran("claude-haiku-4-5", 100, 50, 1), ran("claude-opus-5-5", 500, 500, 9)};
  EXPECT_EQ(judged(refuted, of).text(), "stay on claude-opus-5-5");
}

TEST(Verdict, ARateAtTheToleranceIsNotWorthCounting) {
  ModelEvidence evidence;
  evidence.executions = 100;
  evidence.successes = 95;
  EXPECT_EQ(executions_needed(evidence, 0.95), std::nullopt);
  const Verdict verdict = judged({ran("claude-haiku-5-5", 100, 95, 1)}, design());
  EXPECT_EQ(verdict.text(), "over 10000 more executions needed (claude-haiku-5-5)");
}

}  // namespace
}  // namespace pianola::workflow
