#include "workflow/verdict.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace pianola::workflow {
namespace {

constexpr std::string_view kUnknownModel = "unknown";

ModelStanding standing_of(const RateInterval& success, double tolerance) {
  if (success.low >= tolerance) return ModelStanding::qualified;
  return success.high < tolerance ? ModelStanding::refuted : ModelStanding::undecided;
}

// Cheapest first; without a price last; equal ones by name.
bool is_cheaper(const ModelEvidence& a, const ModelEvidence& b) {
  if (a.cost_per_success.has_value() != b.cost_per_success.has_value()) return a.cost_per_success.has_value();
  if (a.cost_per_success != b.cost_per_success) return *a.cost_per_success < *b.cost_per_success;
  return a.model < b.model;
}

// Successes of the executions whose cost is known: those of an unpriced execution stand in an entry without a model.
struct Tally {
  ModelEvidence evidence;
  std::int64_t priced_successes = 0;
  Money cost;
};

std::vector<ModelEvidence> evidence_by_model(const std::vector<AccountEntry>& entries, double tolerance) {
  std::map<std::string, Tally> tallies;
  for (const AccountEntry& entry : entries) {
    Tally& tally = tallies[entry.key.executor];
    tally.evidence.executions += entry.executions;
    tally.evidence.successes += entry.succeeded;
    tally.evidence.unpriced += entry.unpriced;
    if (!entry.key.model.empty()) tally.priced_successes += entry.succeeded;
    tally.cost += entry.cost;
  }
  std::vector<ModelEvidence> models;
  for (auto& [model, tally] : tallies) {
    ModelEvidence& evidence = tally.evidence;
    if (evidence.executions <= 0) continue;
    evidence.model = model;
    evidence.success = rate_interval(static_cast<double>(evidence.successes), evidence.executions);
    if (evidence.unpriced < evidence.executions) evidence.cost = tally.cost;
    if (tally.priced_successes > 0) evidence.cost_per_success = tally.cost.scaled(1, tally.priced_successes);
    evidence.standing = standing_of(evidence.success, tolerance);
    models.push_back(std::move(evidence));
  }
  std::ranges::sort(models, is_cheaper);
  return models;
}

// Standing after `more` executions that succeed as often as those seen.
ModelStanding standing_after(const ModelEvidence& evidence, std::int64_t more, double tolerance) {
  const double rate = static_cast<double>(evidence.successes) / static_cast<double>(evidence.executions);
  const std::int64_t count = evidence.executions + more;
  return standing_of(rate_interval(rate * static_cast<double>(count), count), tolerance);
}

// What a model without any executions needs, if it never fails.
std::optional<std::int64_t> needed_from_nothing(double tolerance) {
  const std::optional<std::int64_t> after_one =
      executions_needed({.model = {}, .executions = 1, .successes = 1}, tolerance);
  return after_one ? std::optional(*after_one + 1) : std::nullopt;
}

// The canonical name, as account entries have it; empty stays empty.
std::string known_name(const PriceBook& prices, const std::string& name) {
  return name.empty() ? name : prices.canonical_model(name);
}

Verdict more_needed(std::vector<ModelEvidence> models, const ModelEvidence& candidate, double tolerance) {
  return {.kind = VerdictKind::more_needed,
          .model = candidate.model,
          .executions_needed = executions_needed(candidate, tolerance),
          .models = std::move(models)};
}

}  // namespace

std::string_view to_string(ModelStanding standing) {
  switch (standing) {
    case ModelStanding::qualified:
      return "qualified";
    case ModelStanding::refuted:
      return "refuted";
    case ModelStanding::undecided:
      return "undecided";
  }
  return "";
}

std::string_view to_string(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::use:
      return "use";
    case VerdictKind::stay:
      return "stay";
    case VerdictKind::more_needed:
      return "more_needed";
  }
  return "";
}

std::string Verdict::text() const {
  switch (kind) {
    case VerdictKind::use:
      return "use " + model;
    case VerdictKind::stay:
      return "stay on " + model;
    case VerdictKind::more_needed: {
      const std::string count =
          executions_needed ? std::to_string(*executions_needed) : "over " + std::to_string(kMostNeeded);
      const bool one = executions_needed == 1;
      return count + (one ? " more execution needed (" : " more executions needed (") + model + ")";
    }
  }
  return "";
}

std::optional<std::int64_t> executions_needed(const ModelEvidence& evidence, double tolerance) {
  if (evidence.executions <= 0) return needed_from_nothing(tolerance);
  const auto decided = [&](std::int64_t more) {
    return standing_after(evidence, more, tolerance) != ModelStanding::undecided;
  };
  if (!decided(kMostNeeded)) return std::nullopt;
  std::int64_t undecided = -1;  // deciding is monotone in the count: the interval around one rate only narrows
  std::int64_t enough = kMostNeeded;
  while (enough - undecided > 1) {
    const std::int64_t middle = undecided + (enough - undecided) / 2;
    (decided(middle) ? enough : undecided) = middle;
  }
  return enough;
}

Verdict judge_models(const std::vector<AccountEntry>& entries, const Design& design, const PriceBook& prices) {
  const double tolerance = design.tolerance;
  std::vector<ModelEvidence> models = evidence_by_model(entries, tolerance);
  const std::string designer = known_name(prices, design.designed_by);
  const std::string executor = known_name(prices, design.executor);
  const bool executor_untried =
      !executor.empty() && std::ranges::none_of(models, [&](const auto& model) { return model.model == executor; });
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ModelEvidence candidate = models[i];
    if (candidate.model == kUnknownModel || candidate.standing == ModelStanding::refuted) continue;
    const bool is_strong = candidate.model == designer;
    if (is_strong && executor_untried) break;
    if (candidate.standing == ModelStanding::undecided) return more_needed(std::move(models), candidate, tolerance);
    return {.kind = is_strong ? VerdictKind::stay : VerdictKind::use,
            .model = candidate.model,
            .executions_needed = std::nullopt,
            .models = std::move(models)};
  }
  if (!executor_untried) {
    return {.kind = VerdictKind::stay,
            .model = designer.empty() ? std::string("the designer's model") : designer,
            .executions_needed = std::nullopt,
            .models = std::move(models)};
  }
  return more_needed(std::move(models), {.model = executor}, tolerance);
}

}  // namespace pianola::workflow
