// Whether a workspace's versions need a reviewer's approval before they are published, and which contents were
// approved. Both are entries of the audit log and stand nowhere else: so every process on a store goes by them, an
// export carries them, and what was published past them is what verify finds (store/verify_review.h).
// Thread rule: as the Environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/environment.h"
#include "workflow/save_version.h"

namespace pianola::workflow {

// The chain of what a workspace says of whom it trusts: whether it requires review, whose work is quarantined.
inline constexpr std::string_view kTrustChain = "trust";

// Entries of that chain.
inline constexpr const char* kReviewRequired = "review_required";
inline constexpr const char* kReviewNotRequired = "review_not_required";
// The entry of a workflow's chain: {version, hash, reviewer, how}.
inline constexpr const char* kVersionApproved = "version_approved";

// Whether publishing needs an approval: by the workspace's own rule, or by this server's (`serve --require-review`).
bool is_review_required(Environment& environment, const Actor& actor);

// Sets the workspace's rule, for every process on the store. Gives whether that changed it.
bool require_review(Environment& environment, const Actor& actor, bool is_required);

// Who approved a content, and when.
struct Approval {
  SemVer version;        // under which number the reviewer saw it
  std::string reviewer;  // a person's name on the machine, or where the person was asked
  Author author;         // the program that told it
  Timestamp at;
};

// The first approval of exactly this content for this workflow, or nothing.
std::optional<Approval> find_approval(Environment& environment, const Actor& actor, const WorkflowName& name,
                                      const Hash& hash);

// Whether it may be published as far as reviews go.
bool passes_review(Environment& environment, const Actor& actor, const WorkflowName& name, const Hash& hash);

// What a reviewer compares a version with: the published version that executions start with, else the newest that was
// approved; null where there is neither. Never a draft that nobody approved, whatever the version was made from.
SharedVersion compared_in_review(Environment& environment, const Actor& actor, const Version& version);

// How a version that waits for a review is approved, in a sentence.
std::string how_to_approve(const WorkflowName& name, SemVer number);

// The refusal ("approval_required") to publish a version that nobody approved.
Refusal approval_required(const WorkflowName& name, SemVer number);

// What a reviewer approves.
struct ApprovalRequest {
  WorkflowName name;
  SemVer number;
  std::string hash;      // all 64 digits, as they were shown
  std::string reviewer;  // as in Approval
  std::string how;       // "command" or "elicitation"
  bool publish = true;   // publish it at once, where it is a draft
};

// Writes the approval down and publishes the draft. Refuses: unknown_workflow, unknown_version, hash_differs (the
// version's content is another one: nothing is approved), and what publish_version refuses.
Result<StatusChange> approve_version(Environment& environment, const Actor& actor, const ApprovalRequest& request);

}  // namespace pianola::workflow
