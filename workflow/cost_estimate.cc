#include "workflow/cost_estimate.h"

namespace pianola::workflow {
namespace {

__extension__ using Wide = __int128;

TrafficEstimate traffic(std::string model, std::optional<Money> per_request, std::int64_t requests_per_day) {
  TrafficEstimate estimate{std::move(model), per_request, std::nullopt, std::nullopt};
  if (!per_request) return estimate;
  estimate.per_day = per_request->scaled(requests_per_day, 1);
  estimate.per_month = estimate.per_day->scaled(kDaysOfMonth, 1);
  return estimate;
}

std::optional<double> percent_of(Money part, Money whole) {
  if (whole.nanos() == 0) return std::nullopt;
  return percent(part, whole);
}

// After how many executions the design is paid back, at what one saves.
std::optional<std::int64_t> payback(Money design_cost, std::int64_t executions, Money saved_by_all) {
  if (saved_by_all.nanos() <= 0) return std::nullopt;
  const Wide needed = (Wide{design_cost.nanos()} * executions + saved_by_all.nanos() - 1) / saved_by_all.nanos();
  return static_cast<std::int64_t>(needed);
}

}  // namespace

std::vector<TrafficEstimate> estimate_traffic(std::int64_t requests_per_day, const Usage& request,
                                              const std::vector<std::string>& models, const PriceBook& prices,
                                              Timestamp at) {
  std::vector<TrafficEstimate> estimates;
  for (const std::string& model : models) {
    Usage usage = request;
    usage.model = prices.canonical_model(model);
    usage.largest_prompt = usage.prompt();  // it is one request
    const std::optional<PricedUsage> priced = prices.price(usage, at);
    const std::optional<Money> cost = priced ? std::optional(priced->cost) : std::nullopt;
    estimates.push_back(traffic(usage.model, cost, requests_per_day));
  }
  return estimates;
}

TrafficEstimate estimate_traffic_at(std::int64_t requests_per_day, const Usage& request, const KindPrices& prices) {
  const auto of = [&](std::int64_t tokens, const std::optional<PricePerMillion>& price) {
    return price.value_or(prices.input).of(tokens);
  };
  const Money cost = of(request.input, prices.input) + of(request.cached_input, prices.cached_input) +
                     of(request.cache_write_5m, prices.cache_write_5m) +
                     of(request.cache_write_1h, prices.cache_write_1h) + of(request.output, prices.output);
  return traffic(request.model, cost, requests_per_day);
}

Result<DesignEstimate> estimate_design(Money design_cost, std::int64_t executions, Money execution_cost,
                                       Money baseline_cost) {
  if (executions < 1) {
    return refuse("bad_value", "executions must be at least 1, but is " + std::to_string(executions) + ".");
  }
  DesignEstimate estimate;
  estimate.design_cost = design_cost;
  estimate.executions = executions;
  estimate.execution_cost = execution_cost;
  estimate.if_all_baseline = baseline_cost;
  estimate.total_cost = design_cost + execution_cost;
  estimate.savings = baseline_cost - estimate.total_cost;
  estimate.savings_percent = percent_of(estimate.savings, baseline_cost);
  estimate.roi_percent = percent_of(estimate.savings, estimate.total_cost);
  estimate.design_share_percent = percent_of(design_cost, estimate.total_cost);
  estimate.payback_executions = payback(design_cost, executions, baseline_cost - execution_cost);
  return estimate;
}

Result<DesignEstimate> rescaled(const DesignEstimate& estimate, std::int64_t executions) {
  return estimate_design(estimate.design_cost, executions,
                         estimate.execution_cost.scaled(executions, estimate.executions),
                         estimate.if_all_baseline.scaled(executions, estimate.executions));
}

OrderedJson encode_estimate(const TrafficEstimate& estimate) {
  OrderedJson json = {{"model", estimate.model.empty() ? OrderedJson(nullptr) : OrderedJson(estimate.model)},
                      {"per_request", usd_or_null(estimate.per_request)},
                      {"per_day", usd_or_null(estimate.per_day)},
                      {"per_month", usd_or_null(estimate.per_month)}};
  if (!estimate.per_request) json["unpriced"] = true;
  return json;
}

OrderedJson encode_estimate(const DesignEstimate& estimate) {
  return {{"executions", estimate.executions},
          {"design_cost", estimate.design_cost.usd()},
          {"execution_cost", estimate.execution_cost.usd()},
          {"total_cost", estimate.total_cost.usd()},
          {"if_all_baseline", estimate.if_all_baseline.usd()},
          {"savings", estimate.savings.usd()},
          {"savings_percent", or_null(estimate.savings_percent)},
          {"roi_percent", or_null(estimate.roi_percent)},
          {"design_share_percent", or_null(estimate.design_share_percent)},
          {"payback_executions", or_null(estimate.payback_executions)}};
}

}  // namespace pianola::workflow
