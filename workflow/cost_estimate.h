// What something would cost, before anything has run: the figures of `pianola cost estimate`. Integer arithmetic; an
// unknown model is unpriced, never free. Thread rule: plain values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workflow/prices.h"

namespace pianola::workflow {

inline constexpr std::int64_t kDaysOfMonth = 30;

// Equal requests on one model; null where the model has no price.
struct TrafficEstimate {
  std::string model;
  std::optional<Money> per_request;
  std::optional<Money> per_day;
  std::optional<Money> per_month;  // of kDaysOfMonth days
};

// `requests_per_day` requests, each of `request`'s tokens, on each of the models at its price of `at`. The request's
// own `model` is not looked at.
std::vector<TrafficEstimate> estimate_traffic(std::int64_t requests_per_day, const Usage& request,
                                              const std::vector<std::string>& models, const PriceBook& prices,
                                              Timestamp at);

// The same at a price that is given: `input` per million for all of the prompt, `output` for the answer.
TrafficEstimate estimate_traffic_at(std::int64_t requests_per_day, const Usage& request, const KindPrices& prices);

// A design and its executions against doing everything on the baseline.
struct DesignEstimate {
  Money design_cost;
  std::int64_t executions = 0;
  Money execution_cost;   // of all executions
  Money if_all_baseline;  // of all executions
  Money total_cost;
  Money savings;
  std::optional<double> savings_percent;  // of if_all_baseline; null where that is zero
  std::optional<double> roi_percent;      // savings / total_cost; null where that is zero
  std::optional<double> design_share_percent;
  std::optional<std::int64_t> payback_executions;  // null where an execution saves nothing
};

// The figures for a number of executions that cost `execution_cost` together, and `baseline_cost` on the baseline.
// Refuses ("bad_value") where executions is below 1.
Result<DesignEstimate> estimate_design(Money design_cost, std::int64_t executions, Money execution_cost,
                                       Money baseline_cost);

// The same design at another number of executions, each costing what it costs in `estimate`.
Result<DesignEstimate> rescaled(const DesignEstimate& estimate, std::int64_t executions);

// JSON, USD rounded to 6 decimals; unpriced amounts are null, and say so ("unpriced": true).
OrderedJson encode_estimate(const TrafficEstimate& estimate);
OrderedJson encode_estimate(const DesignEstimate& estimate);

}  // namespace pianola::workflow
