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

bool is_wording(std::string_view keyword) {
  return keyword == "title" || keyword == "description" || keyword == "examples" || keyword == "$comment";
}

bool maps_names(std::string_view keyword) {
  return keyword == "properties" || keyword == "$defs" || keyword == "patternProperties" ||
         keyword == "dependentSchemas";
}

// A schema without the words that check nothing.
Json without_wording(const Json& schema) {
  if (schema.is_array()) {
    Json list = Json::array();
    for (const Json& one : schema) list.push_back(without_wording(one));
    return list;
  }
  if (!schema.is_object()) return schema;
  Json left = Json::object();
  for (const auto& [keyword, value] : schema.items()) {
    if (is_wording(keyword)) continue;
    const bool is_value = keyword == "enum" || keyword == "const" || keyword == "default";
    left[keyword] = is_value ? value : without_wording(value);
    if (!maps_names(keyword) || !value.is_object()) continue;
    // Here names are properties', "title" too.
    for (const auto& [name, property] : value.items()) left[keyword][name] = without_wording(property);
  }
  return left;
}

bool checks_otherwise(const std::optional<Json>& base, const std::optional<Json>& next) {
  if (base == next) return false;
  return !base || !next || without_wording(*base) != without_wording(*next);
}

// Whoever follows or calls the base would be misled: steps gone or in another order, other inputs or outputs.
bool breaks(const Design& base, const Design& next) {
  if (checks_otherwise(base.inputs, next.inputs) || checks_otherwise(base.outputs, next.outputs)) return true;
  const std::vector<std::string> before = ids_of(base.steps);
  if (only(ids_of(next.steps), before) != before) return true;
  return std::any_of(base.steps.begin(), base.steps.end(), [&](const Step& step) {
    const Step* now = next.find_step(step.id);
    return now == nullptr || checks_otherwise(step.output, now->output);
  });
}

bool leads_otherwise(const std::vector<Branch>& base, const std::vector<Branch>& next) {
  return !std::equal(base.begin(), base.end(), next.begin(), next.end(), [](const Branch& a, const Branch& b) {
    return a.when == b.when && a.go_to == b.go_to;  // a label is wording
  });
}

// The server or the executor does something else at this step.
bool acts_otherwise(const Step& base, const Step& next) {
  return leads_otherwise(base.branches, next.branches) || base.examples.size() != next.examples.size() ||
         base.quotes != next.quotes || base.on_failure != next.on_failure || base.max_visits != next.max_visits ||
         base.tools != next.tools;
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
