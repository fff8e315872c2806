// One immutable, content-hashed design of a workflow, numbered by SemVer.
// Thread rule: plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "workflow/design.h"
#include "workflow/money.h"
#include "workflow/names.h"
#include "workflow/usage.h"

namespace pianola::workflow {

enum class VersionStatus { draft, published, retired };
std::string_view to_string(VersionStatus status);
std::optional<VersionStatus> parse_version_status(std::string_view text);

// What designing a version cost: given at save (design_cost_usd or design_usage), or unknown.
struct DesignCost {
  std::optional<Money> given;
  std::optional<Usage> usage;
  bool operator==(const DesignCost&) const = default;
};

struct Version {
  WorkflowName name;
  SemVer number;
  VersionStatus status = VersionStatus::draft;
  Hash hash;              // of `canonical`
  std::string canonical;  // canonical_design(design): what is stored
  Design design;
  std::optional<SemVer> base;  // the version it was made from
  std::string notes;
  Author author;
  Timestamp created_at;
  std::optional<Timestamp> published_at;
  DesignCost design_cost;
};

// One line of a workflow's history, without the design.
struct VersionSummary {
  SemVer number;
  VersionStatus status = VersionStatus::draft;
  Hash hash;
  Timestamp created_at;
  std::optional<Timestamp> published_at;
  std::string notes;
  Author author;
  DesignCost design_cost;
};

// Which part of the number a change asks for: removed or reordered steps and changed inputs or outputs: major; added
// steps, edge cases or examples: minor; wording: patch. Equal designs: patch.
Bump bump_for_change(const Design& base, const Design& next);

}  // namespace pianola::workflow
