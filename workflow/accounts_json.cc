// The accounts as JSON: the field names that users know, in the order in which they are read.
#include "workflow/accounts.h"

namespace pianola::workflow {
namespace {

OrderedJson encode_coverage(const Accounts& accounts) {
  const UsageCoverage& coverage = accounts.coverage;
  OrderedJson json = {{"executions", coverage.executions}, {"priced", coverage.priced}};
  const bool any = coverage.executions > 0;
  json["percent"] =
      any ? OrderedJson(percent(Money::from_nanos(coverage.priced), Money::from_nanos(coverage.executions)))
          : OrderedJson();
  return json;
}

OrderedJson encode_sources(const UsageCoverage& coverage) {
  return {{"reported", coverage.reported_records},
          {"estimated", coverage.estimated_records},
          {"tier_uncertain", coverage.tier_uncertain}};
}

OrderedJson encode_model(const ModelAccount& model) {
  return {{"model", model.model},
          {"executions", model.executions},
          {"succeeded", model.succeeded},
          {"unpriced_executions", model.unpriced},
          {"execution_cost", usd_or_null(model.execution_cost)},
          {"escalation_cost", usd_or_null(model.escalation_cost)},
          {"cost_per_success", usd_or_null(model.cost_per_success)}};
}

OrderedJson encode_line(const BreakdownLine& line) {
  return {{"key", line.key},
          {"executions", line.executions},
          {"succeeded", line.succeeded},
          {"unpriced_executions", line.unpriced},
          {"cost", usd_or_null(line.cost)},
          {"if_all_baseline", usd_or_null(line.if_all_baseline)},
          {"execution_savings", usd_or_null(line.execution_savings)}};
}

template <class Lines, class Encode>
OrderedJson encode_all(const Lines& lines, Encode encode) {
  OrderedJson array = OrderedJson::array();
  for (const auto& line : lines) array.push_back(encode(line));
  return array;
}

}  // namespace

OrderedJson encode_accounts(const Accounts& accounts) {
  OrderedJson json = {{"usage_coverage", encode_coverage(accounts)},
                      {"executions", accounts.executions},
                      {"succeeded", accounts.succeeded},
                      {"designed_escalations", accounts.designed_escalations},
                      {"failed", accounts.failed},
                      {"escalated", accounts.escalated},
                      {"abandoned", accounts.abandoned},
                      {"unpriced_executions", accounts.unpriced_executions}};
  if (!accounts.unpriced_models.empty()) json["unpriced_models"] = accounts.unpriced_models;
  json["design_cost"] = usd_or_null(accounts.design_cost);
  json["revision_cost"] = usd_or_null(accounts.revision_cost);
  json["execution_cost"] = usd_or_null(accounts.execution_cost);
  json["escalation_cost"] = usd_or_null(accounts.escalation_cost);
  json["total_cost"] = usd_or_null(accounts.total_cost);
  json["cost_per_success"] = usd_or_null(accounts.cost_per_success);
  json["baseline_model"] = or_null(accounts.baseline_model);
  json["basis"] = accounts.basis ? OrderedJson(to_string(*accounts.basis)) : OrderedJson();
  json["if_all_baseline"] = usd_or_null(accounts.if_all_baseline);
  json["execution_savings"] = usd_or_null(accounts.execution_savings);
  json["savings"] = usd_or_null(accounts.savings);
  json["savings_percent"] = or_null(accounts.savings_percent);
  json["roi_percent"] = or_null(accounts.roi_percent);
  json["design_share_percent"] = or_null(accounts.design_share_percent);
  json["payback"] = {{"executions", or_null(accounts.payback.executions)},
                     {"reached_at", or_null(accounts.payback.reached_at)}};
  json["projection"] = {{"monthly", usd_or_null(accounts.projection.monthly)},
                        {"annual", usd_or_null(accounts.projection.annual)}};
  json["usage_sources"] = encode_sources(accounts.coverage);
  json["by_model"] = encode_all(accounts.by_model, encode_model);
  if (!accounts.breakdown.empty()) json["breakdown"] = encode_all(accounts.breakdown, encode_line);
  if (!accounts.notes.empty()) json["notes"] = accounts.notes;
  return json;
}

}  // namespace pianola::workflow
