#include "workflow/version.h"

#include <algorithm>

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

// Whoever follows or calls the base would be misled: steps gone or in another order, other inputs or outputs.
bool breaks(const Design& base, const Design& next) {
  if (base.inputs != next.inputs || base.outputs != next.outputs) return true;
  const std::vector<std::string> before = ids_of(base.steps);
  if (only(ids_of(next.steps), before) != before) return true;
  return std::any_of(base.steps.begin(), base.steps.end(), [&](const Step& step) {
    const Step* now = next.find_step(step.id);
    return now == nullptr || now->output != step.output;
  });
}

bool has_more(const Step& base, const Step& next) {
  return next.branches.size() > base.branches.size() || next.examples.size() > base.examples.size();
}

// Nothing of the base is gone, and something is new.
bool adds(const Design& base, const Design& next) {
  if (next.steps.size() > base.steps.size() || next.cases.size() > base.cases.size()) return true;
  const bool new_case = std::any_of(next.edge_cases.begin(), next.edge_cases.end(), [&](const EdgeCase& edge_case) {
    return base.find_edge_case(edge_case.id) == nullptr;
  });
  if (new_case) return true;
  return std::any_of(next.steps.begin(), next.steps.end(), [&](const Step& step) {
    const Step* before = base.find_step(step.id);
    return before == nullptr || has_more(*before, step);
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
