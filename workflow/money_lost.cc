#include "workflow/money_lost.h"

#include <algorithm>

namespace pianola::workflow {

std::optional<Money> money_lost(const Execution& execution, const std::vector<AccountEntry>& booked) {
  if (is_open(execution.state) || booked.empty()) return std::nullopt;
  const bool is_won = is_success(execution);
  Money lost;
  for (const AccountEntry& entry : booked) {
    if (entry.unpriced > 0) return std::nullopt;
    if (!is_won || entry.key.escalation) lost += entry.cost;
  }
  return lost;
}

double times_lost(const ReportLoss& loss, const std::optional<Money>& cost_per_success) {
  if (loss.executions == 0 || !cost_per_success || cost_per_success->nanos() <= 0) return 1;
  const double mean = static_cast<double>(loss.sum.nanos()) / static_cast<double>(loss.executions);
  return std::clamp(mean / static_cast<double>(cost_per_success->nanos()), 1.0, kMostTimesLost);
}

std::optional<Money> cost_per_success(const std::vector<AccountEntry>& entries) {
  Money cost;
  std::int64_t successes = 0;
  std::int64_t executions = 0;
  std::int64_t unpriced = 0;
  for (const AccountEntry& entry : entries) {
    cost += entry.cost;
    successes += entry.succeeded;
    executions += entry.executions;
    unpriced += entry.unpriced;
  }
  if (successes == 0 || unpriced == executions) return std::nullopt;
  return cost.scaled(1, successes);
}

}  // namespace pianola::workflow
