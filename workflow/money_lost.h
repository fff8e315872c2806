// What an edge case cost: the money that the executions that told it lost. An execution that did not succeed lost all
// it cost, one that did what its escalation cost. Thread rule: plain functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "workflow/accounts.h"

namespace pianola::workflow {

// Of one execution, from what is booked of it; null where it has not ended or its cost is not known.
std::optional<Money> money_lost(const Execution& execution, const std::vector<AccountEntry>& booked);

// What the executions that told a report lost, as far as it is known.
struct ReportLoss {
  Money sum;
  std::int64_t executions = 0;  // of which it is known
};

// How often a success's cost an execution lost on average, between 1 and kMostTimesLost; 1 where a cost is not known.
inline constexpr double kMostTimesLost = 100;
double times_lost(const ReportLoss& loss, const std::optional<Money>& cost_per_success);

// What a success of a version costs, everything that failed on the way included; null where that is not known.
std::optional<Money> cost_per_success(const std::vector<AccountEntry>& entries);

}  // namespace pianola::workflow
