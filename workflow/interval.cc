#include "workflow/interval.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "workflow/likelihood.h"

namespace pianola::workflow {
namespace {

constexpr double kPrior = 0.5;   // Beta(1/2, 1/2)
constexpr int kBisections = 60;  // down to the last digit of a double

struct Evidence {
  double successes;
  double failures;
  double log_mixture;  // log of B(s + 1/2, f + 1/2) / B(1/2, 1/2)

  // log M(p).
  double against(double p) const { return log_mixture - times_log(successes, p) - times_log(failures, 1 - p); }
};

// The rate between `refuted` and `plausible` at which M crosses the threshold.
double crossing(const Evidence& evidence, double refuted, double plausible, double threshold) {
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (refuted + plausible) / 2;
    (evidence.against(middle) >= threshold ? refuted : plausible) = middle;
  }
  return plausible;
}

}  // namespace

RateInterval rate_interval(double sum, std::int64_t count, double alpha) {
  if (count <= 0) return {};
  const double successes = std::clamp(sum, 0.0, static_cast<double>(count));
  const double failures = static_cast<double>(count) - successes;
  const double mixture = log_beta(successes + kPrior, failures + kPrior) - log_beta(kPrior, kPrior);
  const Evidence evidence{successes, failures, mixture};
  const double threshold = -std::log(alpha);
  const double mean = successes / static_cast<double>(count);
  RateInterval interval;
  if (successes > 0) interval.low = crossing(evidence, 0, mean, threshold);
  if (failures > 0) interval.high = crossing(evidence, 1, mean, threshold);
  return interval;
}

std::string percent_text(double rate) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%", rate * 100);
  return text;
}

}  // namespace pianola::workflow
