// Use cases of canaries: a new version that starts take for a share of the executions, beside the stable one, until the
// executions say which of the two it is to be, or somebody does. Which execution takes it follows from its id alone.
// Thread rule: as the Environment.
#pragma once

#include <optional>
#include <string>

#include "workflow/canary_verdict.h"
#include "workflow/environment.h"
#include "workflow/save_version.h"

namespace pianola::workflow {

// Makes a version the canary, publishing it where it is a draft or retired: starts that name no version take it for
// `percent` % of the executions. Another canary there was is retired. With `by_hand` nothing is promoted or rolled back
// by itself. Refuses: what publish_version refuses (of a published version too), bad_percent (not 1 to 99),
// no_stable_version (no version below it is published that the others could take).
Result<StatusChange> start_canary(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number,
                                  int percent, bool by_hand);

// The version that an execution with this id takes, where its start names none: the canary, or else null. A canary
// whose author is quarantined is taken by none.
SharedVersion canary_for(Environment& environment, const Actor& actor, const WorkflowName& name, const ExecutionId& id);

// Inside the transaction of a change: the canary is promoted where `published` is its number, retired where that is
// higher.
void follow_publishing(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer published);
// The same where `retired` took no starts from now on: it is no canary any more, nor is a version that nothing is
// beside; that one is retired where nobody approved it although the workspace requires a review.
void follow_retiring(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer retired);
// Retires the canary; nothing where there is none. Gives its number.
std::optional<SemVer> withdraw_canary(Environment& environment, const Actor& actor, const WorkflowName& name,
                                      const std::string& action, Json body);

// Where a canary stands.
struct CanaryReport {
  Canary canary;
  SemVer stable;
  CanaryEvidence evidence;
  CanaryVerdict verdict;
};
// Of the workflow's canary, costs looked at too; nothing where there is none.
std::optional<CanaryReport> report_canary(Environment& environment, const Actor& actor, const WorkflowName& name);
// In a few lines of Markdown, each an item of a list.
std::string render_canary(const CanaryReport& report);
// The same for programs.
OrderedJson encode_canary(const CanaryReport& report);

// Inside the transaction in which an execution ended: promotes or rolls back where the evidence is enough, as the
// author "pianola", and leaves to a designer what adherence, cost or a missing approval speak against. Nothing where
// there is no canary, or one that is decided by hand.
void decide_canary(Environment& environment, const WorkspaceName& workspace, const WorkflowName& name);

}  // namespace pianola::workflow
