#include "workflow/canary_verdict.h"

#include <algorithm>
#include <cmath>

#include "workflow/interval.h"
#include "workflow/two_rates.h"

namespace pianola::workflow {
namespace {

constexpr double kLeastMargin = 0.02;
constexpr std::int64_t kMostForecast = 100'000;
constexpr double kWeightOfStable = 5;              // executions that a canary without a past is taken to be as good for
constexpr std::int64_t kFewestPaidSuccesses = 30;  // the interval of costs is one of many
// The interval of costs is narrowest about 100 executions: (-2 log a + log(-2 log a) + 1) / 100, a = 0.025.
constexpr double kCostTuning = 0.104;

const double kDecided = -std::log(kCanaryAlpha);

Seen successes_of(const CanarySide& side) { return {static_cast<double>(side.succeeded), side.executions}; }

Seen adherence_of(const CanarySide& side) {
  return {static_cast<double>(side.adherence_micros) / kAdherenceMicros, side.adherence_known};
}

std::string mean_in_words(const Seen& seen) { return percent_text(seen.mean()); }

std::string dollars(double usd) { return Money::from_usd(usd).value().unit_text(); }

CanaryDecision decide(const Seen& canary, const Seen& stable, const Seen& past, double margin) {
  if (evidence_lower(canary, stable, past) >= kDecided) return CanaryDecision::roll_back;
  if (evidence_not_lower_by(canary, stable, past, margin) >= kDecided) return CanaryDecision::promote;
  return CanaryDecision::undecided;
}

// So many more at the rate that is likely now.
Seen gone_on(const Seen& seen, double rate, double more) {
  const double count = std::floor(more);
  return {seen.sum + rate * count, seen.count + static_cast<std::int64_t>(count)};
}

std::optional<std::int64_t> executions_until_decided(const CanaryEvidence& evidence, double margin) {
  const Seen canary = successes_of(evidence.canary);
  const Seen stable = successes_of(evidence.stable);
  const Seen past = successes_of(evidence.past);
  const Seen known{stable.sum + past.sum, stable.count + past.count};
  const double stable_rate = known.count > 0 ? known.mean() : evidence.tolerance;
  const double canary_rate =
      (canary.sum + kWeightOfStable * stable_rate) / (static_cast<double>(canary.count) + kWeightOfStable);
  const double share = evidence.percent / 100.0;
  const auto decided = [&](std::int64_t more) {
    const auto all = static_cast<double>(more);
    return decide(gone_on(canary, canary_rate, share * all), gone_on(stable, stable_rate, (1 - share) * all), past,
                  margin) != CanaryDecision::undecided;
  };
  if (!decided(kMostForecast)) return std::nullopt;
  std::int64_t undecided = 0;
  std::int64_t enough = kMostForecast;
  while (enough - undecided > 1) {
    const std::int64_t middle = undecided + (enough - undecided) / 2;
    (decided(middle) ? enough : undecided) = middle;
  }
  return enough;
}

// Cost per success with an interval that stays valid however often one looks, for many executions: the asymptotic
// confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and
// asymptotic confidence sequences", Ann. Statist. 52 (2024), (2), with half of alpha for each side; the variance is
// that of a ratio of sums.
struct CostInterval {
  double mean = 0;
  double low = 0;
  double high = 0;
  std::int64_t successes = 0;
};

CostInterval cost_interval(const std::vector<PaidExecution>& executions) {
  CostInterval interval;
  const auto count = static_cast<double>(executions.size());
  double cost = 0;
  for (const PaidExecution& one : executions) {
    cost += one.usd;
    interval.successes += one.is_success ? 1 : 0;
  }
  if (interval.successes == 0) return interval;
  interval.mean = cost / static_cast<double>(interval.successes);
  double squares = 0;
  for (const PaidExecution& one : executions) {
    const double rest = one.usd - (one.is_success ? interval.mean : 0);
    squares += rest * rest;
  }
  const double success_rate = static_cast<double>(interval.successes) / count;
  const double deviation = std::sqrt(squares / count) / success_rate;
  const double tuned = count * kCostTuning + 1;
  const double width = deviation * std::sqrt(2 * tuned / (count * count * kCostTuning) *
                                             std::log(std::sqrt(tuned) / (kCanaryAlpha / 2)));
  interval.low = interval.mean - width;
  interval.high = interval.mean + width;
  return interval;
}

}  // namespace

std::string_view to_string(CanaryDecision decision) {
  switch (decision) {
    case CanaryDecision::undecided:
      return "undecided";
    case CanaryDecision::promote:
      return "promote";
    case CanaryDecision::roll_back:
      return "roll_back";
    case CanaryDecision::hold:
      return "hold";
  }
  return "";
}

double canary_margin(double tolerance) { return std::clamp(1 - tolerance, kLeastMargin, 0.5); }

CanaryDecision decide_by_success(const CanarySide& canary, const CanarySide& stable, const CanarySide& past,
                                 double margin) {
  return decide(successes_of(canary), successes_of(stable), successes_of(past), margin);
}

CanarySide sum_side(const std::vector<AccountEntry>& entries, const std::string& since, const std::string& until) {
  CanarySide side;
  for (const AccountEntry& entry : entries) {
    if (entry.key.day < since || (!until.empty() && entry.key.day >= until)) continue;
    side.executions += entry.executions;
    side.succeeded += entry.succeeded;
    side.adherence_micros += entry.adherence_micros;
    side.adherence_known += entry.adherence_known;
    side.unpriced += entry.unpriced;
    side.cost += entry.cost;
  }
  return side;
}

std::string CanaryVerdict::text() const {
  switch (decision) {
    case CanaryDecision::undecided: {
      const std::string count =
          executions_needed ? std::to_string(*executions_needed) : "over " + std::to_string(kMostForecast);
      return count + (executions_needed == 1 ? " more execution needed" : " more executions needed") + " (" + why + ")";
    }
    case CanaryDecision::promote:
      return "promote (" + why + ")";
    case CanaryDecision::roll_back:
      return "roll back (" + why + ")";
    case CanaryDecision::hold:
      return "decide by hand (" + why + ")";
  }
  return "";
}

CanaryVerdict judge_canary(const CanaryEvidence& evidence) {
  const double margin = canary_margin(evidence.tolerance);
  const Seen canary = successes_of(evidence.canary);
  const Seen stable = successes_of(evidence.stable);
  CanaryVerdict verdict;
  verdict.decision = decide(canary, stable, successes_of(evidence.past), margin);
  const std::string rates = mean_in_words(canary) + " against " + mean_in_words(stable);
  if (verdict.decision == CanaryDecision::roll_back) {
    verdict.why = "success is clearly lower: " + rates;
  } else if (verdict.decision == CanaryDecision::promote) {
    const Seen adherence = adherence_of(evidence.canary);
    const Seen before = adherence_of(evidence.stable);
    verdict.why = "success is as good: " + rates;
    if (evidence_lower(adherence, before, adherence_of(evidence.past)) >= kDecided) {
      verdict.decision = CanaryDecision::hold;
      verdict.why +=
          ", but adherence is clearly lower: " + mean_in_words(adherence) + " against " + mean_in_words(before);
    }
  } else {
    verdict.executions_needed = executions_until_decided(evidence, margin);
    const bool both = canary.count > 0 && stable.count > 0;
    verdict.why = both ? "success so far: " + rates : "not both versions have executions yet";
  }
  return verdict;
}

std::string clearly_dearer(const std::vector<PaidExecution>& canary, const std::vector<PaidExecution>& stable) {
  const CostInterval one = cost_interval(canary);
  const CostInterval other = cost_interval(stable);
  if (std::min(one.successes, other.successes) < kFewestPaidSuccesses || one.low <= other.high) return {};
  return "a success is clearly dearer: " + dollars(one.mean) + " against " + dollars(other.mean);
}

}  // namespace pianola::workflow
