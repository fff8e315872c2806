// Use cases on versions: save a design as the next version, publish, retire, roll back. Each is one transaction with
// its audit entry: check, number, compare, store. Everything that is wrong is told at once, and nothing is
// half-written. Thread rule: as the Environment: one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "workflow/environment.h"
#include "workflow/lint.h"

namespace pianola::workflow {

// What a designer hands to workflow_save.
struct SaveRequest {
  Json workflow = Json::object();     // a design; with base_version only what changes (workflow/partial_save.h)
  std::string base_version;           // empty: not given
  bool whole_design = false;          // `workflow` replaces the base instead of being laid over it
  std::vector<std::string> remove;    // JSON Pointers into the base
  std::string version;                // "major", "minor", "patch" or an exact number; empty: by what changed
  std::optional<bool> publish;        // default: true, unless lint has errors or publishing needs a review
  bool dry_run = false;               // say everything, store nothing
  std::vector<std::string> resolves;  // ids of edge case reports; they take effect on publishing
  std::string notes;
  DesignCost design_cost;  // unknown where nothing is given
};

// What a save did, or with dry_run would do.
struct SavedVersion {
  WorkflowName name;
  SemVer number;
  VersionStatus status = VersionStatus::draft;
  Hash hash;
  std::optional<SemVer> base{};
  bool unchanged = false;  // equal to the newest version: nothing new was stored
  LintReport lint{};
  std::vector<std::string> changes{};   // against the base, in words
  std::vector<std::string> stayed{};    // of a partial save: what was not named
  std::vector<std::string> doubts{};    // of a partial save: what may be a slip
  std::vector<std::string> resolved{};  // ids of reports that this settled
  std::vector<std::string> notices{};   // e.g. why it is a draft
  bool waits_for_review = false;        // it would be published, were it approved
};

// A notice of a draft.
inline constexpr const char* kResolvedOnPublishing =
    "The reports in resolves are settled when this draft is published.";

// Saves a design as a version. Refuses with: bad_design (data.findings: every mistake with place, message and fix),
// base_version_required, unknown_workflow, unknown_version, version_conflict (a newer version that is not retired),
// version_quarantined (the base is by a quarantined author, whose versions are newer than nobody else's), bad_version,
// version_taken, unknown_edge_case. Lint errors do not refuse: the version stays a draft.
Result<SavedVersion> save_version(Environment& environment, const Actor& actor, const SaveRequest& request);

// A version's new status.
struct StatusChange {
  WorkflowName name;
  SemVer number;
  VersionStatus status = VersionStatus::draft;
  std::optional<SemVer> newest_published{};  // what executions start with from now on
  std::vector<std::string> resolved{};       // ids of reports that publishing settled
  std::optional<Canary> canary{};            // which share of them starts with another one
};

// Publishes a draft, or a retired version again. Refuses: unknown_workflow, unknown_version, lint_errors,
// approval_required, version_quarantined.
Result<StatusChange> publish_version(Environment& environment, const Actor& actor, const WorkflowName& name,
                                     SemVer number);

// Retires a version: it takes no new starts; what runs goes on. Refuses: unknown_workflow, unknown_version.
Result<StatusChange> retire_version(Environment& environment, const Actor& actor, const WorkflowName& name,
                                    SemVer number, const std::string& reason);

// Sets what designing a version cost, whatever was known of it before. Refuses: unknown_workflow, unknown_version.
Result<Version> set_design_cost(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number,
                                Money cost);

// Retires the canary where there is one, else the newest published version, so that the one before is newest again.
// Refuses (nothing_to_roll_back) where no other published version is left to go back to.
Result<StatusChange> roll_back(Environment& environment, const Actor& actor, const WorkflowName& name,
                               const std::string& reason);

}  // namespace pianola::workflow
