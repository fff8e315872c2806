#include "workflow/review_policy.h"

#include "workflow/audit_change.h"
#include "workflow/look_up.h"
#include "workflow/publishing.h"
#include "workflow/quarantine.h"

namespace pianola::workflow {
namespace {

// The workspace's own rule: what the latest entry of it says.
bool is_rule_set(Environment& environment, const Actor& actor) {
  bool is_set = false;
  for (const AuditEntry& entry : environment.store.audit().chain(actor.workspace, std::string(kTrustChain))) {
    if (entry.action == kReviewRequired) is_set = true;
    if (entry.action == kReviewNotRequired) is_set = false;
  }
  return is_set;
}

Refusal hash_differs(const Version& version, const std::string& given) {
  return {"hash_differs",
          "Version " + version.number.text() + " of \"" + version.name.text() + "\" has the hash " +
              version.hash.text() + ", not \"" + given.substr(0, 80) +
              "\": nothing was approved. Look at that version, and approve with all 64 digits of its hash.",
          "/hash"};
}

}  // namespace

bool is_review_required(Environment& environment, const Actor& actor) {
  return environment.settings.require_review || is_rule_set(environment, actor);
}

bool require_review(Environment& environment, const Actor& actor, bool is_required) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  if (is_rule_set(environment, actor) == is_required) return false;
  append_audit(environment, actor, std::string(kTrustChain), is_required ? kReviewRequired : kReviewNotRequired,
               Json::object());
  transaction->commit();
  return true;
}

std::optional<Approval> find_approval(Environment& environment, const Actor& actor, const WorkflowName& name,
                                      const Hash& hash) {
  for (const AuditEntry& entry : environment.store.audit().chain(actor.workspace, chain_of(name))) {
    if (entry.action != kVersionApproved) continue;
    const Result<Json> body = parse_json(entry.body);
    if (!body || body->value("hash", "") != hash.text()) continue;
    const Result<SemVer> version = SemVer::parse(body->value("version", ""));
    return Approval{version ? *version : SemVer(), body->value("reviewer", ""), entry.author, entry.at};
  }
  return std::nullopt;
}

bool passes_review(Environment& environment, const Actor& actor, const WorkflowName& name, const Hash& hash) {
  return !is_review_required(environment, actor) || find_approval(environment, actor, name, hash).has_value();
}

SharedVersion compared_in_review(Environment& environment, const Actor& actor, const Version& version) {
  VersionStore& versions = environment.store.versions();
  SharedVersion running = versions.newest_published(actor.workspace, version.name);
  if (running && running->number != version.number) return running;
  const QuarantinedAuthors quarantined = quarantined_authors(environment, actor);
  for (const VersionSummary& line : versions.history(actor.workspace, version.name)) {
    if (line.number == version.number || quarantined.contains(line.author)) continue;
    if (find_approval(environment, actor, version.name, line.hash)) {
      return versions.find(actor.workspace, version.name, line.number);
    }
  }
  return nullptr;
}

std::string how_to_approve(const WorkflowName& name, SemVer number) {
  return "a reviewer looks at it and approves it with: pianola workflow approve " + name.text() + " " + number.text();
}

Refusal approval_required(const WorkflowName& name, SemVer number) {
  return {"approval_required",
          "Version " + number.text() + " of \"" + name.text() +
              "\" is not approved, and this workspace requires a review: " + how_to_approve(name, number) + ".",
          "/version"};
}

Result<StatusChange> approve_version(Environment& environment, const Actor& actor, const ApprovalRequest& request) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const Result<SharedVersion> found = look_up_version(environment, actor, request.name.text(), request.number.text());
  if (!found) return refuse(found.error());
  const Version& version = **found;
  if (request.hash != version.hash.text()) return refuse(hash_differs(version, request.hash));
  if (!find_approval(environment, actor, version.name, version.hash)) {
    append_audit(environment, actor, chain_of(version.name), kVersionApproved,
                 {{"version", version.number.text()},
                  {"hash", version.hash.text()},
                  {"reviewer", request.reviewer},
                  {"how", request.how}});
  }
  Result<StatusChange> change = status_of(environment, actor, version.name, version.number, version.status);
  if (request.publish && version.status == VersionStatus::draft) {
    change = publish_version(environment, actor, version.name, version.number);
  }
  if (change) transaction->commit();
  return change;
}

}  // namespace pianola::workflow
