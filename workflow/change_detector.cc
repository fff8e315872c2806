#include "workflow/change_detector.h"

#include <algorithm>
#include <cmath>

#include "workflow/likelihood.h"

namespace pianola::workflow {
namespace {

constexpr std::int64_t kFewestBefore = 20;  // executions: without a past there is no change
constexpr double kWorse = 4.85;             // thresholds of the log likelihood ratio, as calibrated
constexpr double kBetter = 8;               // nobody has to be called: seldomer a false alarm

Stretch sum_of(std::span<const Stretch> stretches) {
  Stretch sum;
  for (const Stretch& stretch : stretches) {
    sum.executions += stretch.executions;
    sum.succeeded += stretch.succeeded;
  }
  return sum;
}

double best_of(const Stretch& stretch) {
  return best_log_likelihood(static_cast<double>(stretch.succeeded),
                             static_cast<double>(stretch.executions - stretch.succeeded));
}

double mean_of(const Stretch& stretch) {
  return static_cast<double>(stretch.succeeded) / static_cast<double>(stretch.executions);
}

}  // namespace

std::optional<ChangePoint> find_change(std::span<const Stretch> stretches) {
  const Stretch all = sum_of(stretches);
  const std::int64_t rarer = std::max<std::int64_t>(1, std::min(all.succeeded, all.executions - all.succeeded));
  const double looks = std::log(static_cast<double>(rarer)) / 2;
  const double one_rate = best_of(all);
  std::optional<ChangePoint> found;
  double most = 0;  // above the threshold
  Stretch before;
  for (std::size_t first = 0; first < stretches.size(); ++first) {
    const Stretch since{all.executions - before.executions, all.succeeded - before.succeeded};
    if (before.executions >= kFewestBefore && since.executions > 0) {
      const bool is_worse = mean_of(since) < mean_of(before);
      const double places = std::log(static_cast<double>(all.executions) / static_cast<double>(since.executions));
      const double above = best_of(before) + best_of(since) - one_rate - places - looks - (is_worse ? kWorse : kBetter);
      if (above >= most) {
        most = above;
        found = ChangePoint{first, is_worse, before, since};
      }
    }
    before.executions += stretches[first].executions;
    before.succeeded += stretches[first].succeeded;
  }
  return found;
}

}  // namespace pianola::workflow
