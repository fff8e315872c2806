#include "workflow/version.h"

#include <algorithm>

#include "workflow/schema_change.h"

namespace pianola::workflow {
namespace {

std::vector<std::string> ids_of(const std::vector<Step>& steps) {
  std::vector<std::string> ids;
  for (const Step& step : steps) ids.push_back(step.id);
  return ids;
}

// Those of `ids` that are in `kept`, in their order.
std::vector<std::string> only(const std::vector<std::string>& ids, const std::vector<std::string>& kept) {
  std::vector<std::string> left;
  for (const std::string& id : ids) {
    if (std::find(kept.begin(), kept.end(), id) != kept.end()) left.push_back(id);
  }
  return left;
}

SchemaChange change_of(const std::optional<Json>& base, const std::optional<Json>& next) {
  if (base && next) return compare_schemas(*base, *next);
  return base == next ? SchemaChange::none : SchemaChange::changes;
}

// What is handed in is refused where a schema takes less than it did.
bool refuses_more(const std::optional<Json>& base, const std::optional<Json>& next) {
  return change_of(base, next) == SchemaChange::changes;
}

// The final output is handed in and read on by others: it must take what it took, and say nothing in another form.
bool surprises_readers(const std::optional<Json>& base, const std::optional<Json>& next) {
  return change_of(base, next) >= SchemaChange::widens;
}

bool takes_more(const std::optional<Json>& base, const std::optional<Json>& next) {
  return change_of(base, next) >= SchemaChange::adds;
}

// Whoever follows, calls or reads the base would be misled: steps gone or in another order, inputs or outputs that were
// right and are no longer.
bool breaks(const Design& base, const Design& next) {
  if (refuses_more(base.inputs, next.inputs) || surprises_readers(base.outputs, next.outputs)) return true;
  const std::vector<std::string> before = ids_of(base.steps);
  if (only(ids_of(next.steps), before) != before) return true;
  return std::any_of(base.steps.begin(), base.steps.end(), [&](const Step& step) {
    const Step* now = next.find_step(step.id);
    return now == nullptr || refuses_more(step.output, now->output);
  });
}

bool leads_otherwise(const std::vector<Branch>& base, const std::vector<Branch>& next) {
  return !std::equal(base.begin(), base.end(), next.begin(), next.end(), [](const Branch& a, const Branch& b) {
    return a.when == b.when && a.go_to == b.go_to;  // a label is wording
  });
}

// The server or the executor does something else at this step.
bool acts_otherwise(const Step& base, const Step& next) {
  return base.compute != next.compute || leads_otherwise(base.branches, next.branches) ||
         base.examples.size() != next.examples.size() || base.quotes != next.quotes ||
         base.on_failure != next.on_failure || base.max_visits != next.max_visits || base.tools != next.tools ||
         takes_more(base.output, next.output);
}

bool has_other_edge_cases(const Design& base, const Design& next) {
  const auto lacks = [](const Design& a, const Design& b) {
    return std::any_of(a.edge_cases.begin(), a.edge_cases.end(),
                       [&](const EdgeCase& edge_case) { return b.find_edge_case(edge_case.id) == nullptr; });
  };
  return lacks(base, next) || lacks(next, base);
}

// More than wording, and nothing that misleads who follows the base.
bool adds(const Design& base, const Design& next) {
  if (next.steps.size() != base.steps.size() || next.cases.size() != base.cases.size()) return true;
  if (has_other_edge_cases(base, next) || base.tolerance != next.tolerance) return true;
  if (takes_more(base.inputs, next.inputs) || takes_more(base.outputs, next.outputs)) return true;
  return std::any_of(next.steps.begin(), next.steps.end(), [&](const Step& step) {
    const Step* before = base.find_step(step.id);
    return before == nullptr || acts_otherwise(*before, step);
  });
}

}  // namespace

std::string_view to_string(VersionStatus status) {
  switch (status) {
    case VersionStatus::draft:
      return "draft";
    case VersionStatus::published:
      return "published";
    case VersionStatus::retired:
      return "retired";
  }
  return "";
}

std::optional<VersionStatus> parse_version_status(std::string_view text) {
  for (const VersionStatus status : {VersionStatus::draft, VersionStatus::published, VersionStatus::retired}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

Bump bump_for_change(const Design& base, const Design& next) {
  if (breaks(base, next)) return Bump::major;
  return adds(base, next) ? Bump::minor : Bump::patch;
}

}  // namespace pianola::workflow
