#include "workflow/two_rates.h"

#include <algorithm>

#include "workflow/likelihood.h"

namespace pianola::workflow {
namespace {

constexpr double kUnknown = 0.5;        // Beta(1/2, 1/2)
constexpr double kMostOfPast = 200;     // so many values of the past weigh at most: rates drift
constexpr double kLeastFailures = 0.5;  // and as many failures and successes stay possible
constexpr int kHalvings = 50;           // of the interval that a rate lies in: far below what is seen of it

double failures(const Seen& seen) { return static_cast<double>(seen.count) - seen.sum; }

struct Beta {
  double successes = kUnknown;
  double failures = kUnknown;
};

Beta beta_of(const Seen& past) {
  if (past.count <= 0) return {};
  const double share = std::min(1.0, kMostOfPast / static_cast<double>(past.count));
  return {kLeastFailures + share * past.sum, kLeastFailures + share * failures(past)};
}

// log of the likelihood averaged over the distribution.
double log_mixture(const Seen& seen, const Beta& beta) {
  return log_beta(beta.successes + seen.sum, beta.failures + failures(seen)) - log_beta(beta.successes, beta.failures);
}

double best(const Seen& seen) { return best_log_likelihood(seen.sum, failures(seen)); }

// The most that two rates p - margin and p give: concave in p, so where the slope is none.
double best_apart(const Seen& first, const Seen& second, double margin) {
  double low = margin;
  double high = 1;
  for (int i = 0; i < kHalvings; ++i) {
    const double p = (low + high) / 2;
    const double slope =
        first.sum / (p - margin) - failures(first) / (1 - p + margin) + second.sum / p - failures(second) / (1 - p);
    (slope > 0 ? low : high) = p;
  }
  const double p = (low + high) / 2;
  return log_likelihood(first.sum, failures(first), p - margin) + log_likelihood(second.sum, failures(second), p);
}

}  // namespace

double evidence_lower(const Seen& first, const Seen& second, const Seen& past) {
  if (first.count <= 0 || second.count <= 0 || first.mean() >= second.mean()) return 0;
  const Seen both{first.sum + second.sum, first.count + second.count};
  return log_mixture(first, {}) + log_mixture(second, beta_of(past)) - best(both);
}

double evidence_not_lower_by(const Seen& first, const Seen& second, const Seen& past, double margin) {
  if (first.count <= 0 || second.count <= 0 || first.mean() <= second.mean() - margin) return 0;
  const Beta expected = beta_of(past);
  return log_mixture(first, expected) + log_mixture(second, expected) - best_apart(first, second, margin);
}

}  // namespace pianola::workflow
