// What publishing does beside the status: it settles the reports that the version, or a draft it grew from, resolves.
// For the use cases on versions; every function runs inside their transaction. Thread rule: as the Environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/environment.h"
#include "workflow/save_version.h"

namespace pianola::workflow {

// What became of a version, and what executions start with from now on.
StatusChange status_of(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number,
                       VersionStatus status);

// Reports by the ids that a designer gave. Refuses ("unknown_edge_case") with every id that names no report of this
// workflow, and those settled as rejected or duplicate.
Result<std::vector<EdgeCaseReport>> find_reports(Environment& environment, const Actor& actor, const WorkflowName& name,
                                                 const std::vector<std::string>& ids);

// Why a version that is not published may not be handed out to everybody, whatever lint says of it: nobody approved it
// where the workspace requires a review ("approval_required"), or its author is quarantined ("version_quarantined").
// Whatever makes a version one that executions start with asks this first. A canary counts as not published.
std::optional<Refusal> find_publishing_block(Environment& environment, const Actor& actor, const Version& version);
// The same whatever its status, so of versions too that were published before there was a rule.
std::optional<Refusal> find_trust_block(Environment& environment, const Actor& actor, const Version& version);

// The audit action of a save that stored no version, but named reports that its draft resolves.
inline constexpr const char* kResolvesAdded = "resolves_added";

// The reports that saves of this version, and of the drafts it was made from, said they resolve: read from the audit
// log, where a draft keeps them until it is published.
std::vector<std::string> pending_resolves(Environment& environment, const Actor& actor, const WorkflowName& name,
                                          SemVer number);

// The reports that a version resolved: ids, heaviest first.
std::vector<std::string> reports_resolved_in(Environment& environment, const Actor& actor, const WorkflowName& name,
                                             SemVer number);

// Sets open or accepted reports among `ids` to resolved in `number`; gives the ids that changed.
std::vector<std::string> settle_reports(Environment& environment, const Actor& actor, const WorkflowName& name,
                                        SemVer number, const std::vector<std::string>& ids);

}  // namespace pianola::workflow
