// Names and numbers as callers write them, looked up: the one place that says "unknown" with the nearest names.
// Drafts are for designers, and by explicit number. Thread rule: as the Environment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workflow/environment.h"

namespace pianola::workflow {

// The refusal for a name that nothing is saved under: nearest names, else how to list them.
Refusal unknown_workflow(Environment& environment, const Actor& actor, std::string_view name);

// The refusal for a number that a workflow does not have: names those it has.
Refusal unknown_version(const WorkflowName& name, std::string_view number, const std::vector<VersionSummary>& history);

// A version by name and number (empty: the newest published). Refuses: bad_version, unknown_workflow,
// unknown_version, no_published_version. A draft is unknown to executors.
Result<SharedVersion> look_up_version(Environment& environment, const Actor& actor, std::string_view name,
                                      std::string_view number);

}  // namespace pianola::workflow
