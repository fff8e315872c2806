// One immutable, content-hashed design of a workflow, numbered by SemVer.
// Thread rule: plain values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "workflow/design.h"
#include "workflow/money.h"
#include "workflow/names.h"
#include "workflow/usage.h"

namespace pianola::workflow {

// A draft takes no starts; publishing makes it the one that starts take; retired, it takes none, and what runs goes on.
enum class VersionStatus { draft, published, retired };
// Its name in JSON and SQL: "draft", "published", "retired".
std::string_view to_string(VersionStatus status);
// The status of that name, or nothing.
std::optional<VersionStatus> parse_version_status(std::string_view text);

// What designing a version cost: given at save (design_cost_usd or design_usage), or unknown.
struct DesignCost {
  std::optional<Money> given;
  std::optional<Usage> usage;
  bool operator==(const DesignCost&) const = default;
};

// A version as it is stored. Its content (`design`, `canonical`, `hash`) never changes; status and design cost may.
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

// A version as it was read, never copied: the store keeps it for the next one who asks.
using SharedVersion = std::shared_ptr<const Version>;

// A published version that starts take for a share of the executions only, beside the stable one: the published version
// of the highest number that is no canary.
struct Canary {
  SemVer version;
  int percent = 0;       // of the executions that name no version; 1 to 99
  bool by_hand = false;  // nothing is promoted or rolled back by itself
  Timestamp started_at;
  bool operator==(const Canary&) const = default;
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
  bool is_canary = false;
};

// Which part of the number a change asks for (docs/versions.md): removed or reordered steps, inputs and outputs that
// refuse what was right, final outputs in another form: major; added steps, edge cases, enum values or examples,
// schemas that take more, and rules that lead or check otherwise (branches, quotes, on_failure): minor; wording, that
// of schemas included (title, description, examples): patch. Equal designs: patch.
Bump bump_for_change(const Design& base, const Design& next);

}  // namespace pianola::workflow
