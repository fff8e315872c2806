#include "workflow/update_decision.h"

#include "base/counted.h"

namespace pianola::workflow {
namespace {

std::optional<Money> saved_by_update(const UpdateEvidence& evidence) {
  const std::string first_day = evidence.now.plus_micros(-kDecisionDays * kMicrosPerDay).date();
  Money saves;
  std::int64_t executions = 0;
  std::int64_t unpriced = 0;
  for (const AccountEntry& entry : evidence.entries) {
    if (entry.key.day < first_day) continue;
    saves += entry.avoidable;
    executions += entry.executions;
    unpriced += entry.unpriced;
  }
  return executions > 0 && unpriced == executions ? std::nullopt : std::optional(saves);
}

// What published updates cost, as far as that is known; else what the first design did.
void price_updates(const UpdateEvidence& evidence, const PriceBook& prices, UpdateDecision& decision) {
  Money sum;
  for (std::size_t i = 0; i + 1 < evidence.designs.size(); ++i) {
    const auto cost = design_money(evidence.designs[i], prices);
    if (!cost || evidence.designs[i].is_draft) continue;
    sum += *cost;
    ++decision.updates;
  }
  if (decision.updates > 0) {
    decision.costs = sum.scaled(1, decision.updates);
  } else if (!evidence.designs.empty()) {
    decision.costs = design_money(evidence.designs.back(), prices);
  }
}

// What asks for an update whatever it costs.
bool is_urgent(const UpdateEvidence& evidence) {
  const Health& health = evidence.health;
  if (health.advice == UpdateAdvice::pays || health.change.trend == Trend::worse) return true;
  constexpr std::int64_t kFewestJudged = 10;
  if (health.success.count >= kFewestJudged && health.success.interval.high < evidence.tolerance) return true;
  return evidence.has_grave_report;
}

}  // namespace

std::string UpdateDecision::text() const {
  const std::string saving =
      saves ? "An update would save at most " + saves->text() + " in " + std::to_string(kDecisionDays) + " days"
            : "What an update would save is not known";
  if (!costs) return saving + "; what one costs is not known.";
  const std::string cost = updates == 0   ? "the first design cost " + costs->text()
                           : updates == 1 ? "the update until now cost " + costs->text()
                                          : counted(updates, "update") + " cost " + costs->text() + " on average";
  return saving + "; " + cost + ".";
}

bool is_grave(const EdgeCaseReport& report, const ReportLoss& loss) {
  return is_unsettled(report.status) && report.severity == Level::high && (report.count > 1 || loss.sum > Money());
}

UpdateDecision decide_update(const UpdateEvidence& evidence, const PriceBook& prices) {
  UpdateDecision decision;
  decision.saves = saved_by_update(evidence);
  price_updates(evidence, prices, decision);
  const bool pays =
      decision.saves && decision.costs && *decision.saves > *decision.costs && decision.costs->nanos() > 0;
  decision.is_now = pays || is_urgent(evidence);
  return decision;
}

}  // namespace pianola::workflow
