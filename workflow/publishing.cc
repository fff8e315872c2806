#include "workflow/publishing.h"

#include <algorithm>
#include <map>

#include "base/fault.h"
#include "workflow/audit_change.h"
#include "workflow/canary.h"
#include "workflow/look_up.h"
#include "workflow/quarantine.h"
#include "workflow/review_policy.h"
#include "workflow/save_version.h"

namespace pianola::workflow {
namespace {

// Why one id cannot be resolved by a save of this workflow; empty where it can, and then `found` holds the report.
std::string problem_of(Environment& environment, const Actor& actor, const WorkflowName& name, const std::string& id,
                       std::optional<EdgeCaseReport>& found) {
  const Result<ReportId> parsed = ReportId::parse(id);
  if (!parsed) return parsed.error().message;
  found = environment.store.edge_cases().find(actor.workspace, *parsed);
  if (!found) return "There is no edge case report \"" + id + "\": take the ids from workflow_review.";
  if (found->workflow != name) {
    return "Report \"" + id + "\" is about workflow \"" + found->workflow.text() + "\", not \"" + name.text() + "\".";
  }
  if (found->status == ReportStatus::rejected || found->status == ReportStatus::duplicate) {
    return "Report \"" + id + "\" is already settled as " + std::string(to_string(found->status)) + ".";
  }
  return {};
}

Result<Version> find_or_refuse(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number) {
  VersionStore& versions = environment.store.versions();
  if (const SharedVersion version = versions.find(actor.workspace, name, number)) return *version;
  const std::vector<VersionSummary> history = versions.history(actor.workspace, name);
  if (history.empty()) return refuse(unknown_workflow(environment, actor, name.text()));
  return refuse(unknown_version(name, number.text(), history));
}

}  // namespace

StatusChange status_of(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number,
                       VersionStatus status) {
  StatusChange change{.name = name, .number = number, .status = status};
  if (const auto newest = environment.store.versions().newest_published(actor.workspace, name)) {
    change.newest_published = newest->number;
  }
  change.canary = environment.store.versions().canary(actor.workspace, name);
  return change;
}

Result<std::vector<EdgeCaseReport>> find_reports(Environment& environment, const Actor& actor, const WorkflowName& name,
                                                 const std::vector<std::string>& ids) {
  std::vector<EdgeCaseReport> reports;
  std::string problems;
  for (const std::string& id : ids) {
    std::optional<EdgeCaseReport> found;
    const std::string problem = problem_of(environment, actor, name, id, found);
    if (!problem.empty()) {
      problems += (problems.empty() ? "" : " ") + problem;
    } else {
      reports.push_back(std::move(*found));
    }
  }
  if (!problems.empty()) return refuse("unknown_edge_case", problems, "/resolves");
  return reports;
}

std::vector<std::string> pending_resolves(Environment& environment, const Actor& actor, const WorkflowName& name,
                                          SemVer number) {
  struct Saved {
    std::string base;
    std::vector<std::string> resolves;
  };
  std::map<std::string, Saved> saved;
  for (const AuditEntry& entry : environment.store.audit().chain(actor.workspace, chain_of(name))) {
    if (entry.action != "version_saved" && entry.action != kResolvesAdded) continue;
    const Result<Json> body = parse_json(entry.body);
    if (!body) continue;
    Saved& version = saved[body->value("version", "")];
    if (entry.action == "version_saved") version.base = body->value("base_version", "");
    const auto more = body->value("resolves", std::vector<std::string>());
    version.resolves.insert(version.resolves.end(), more.begin(), more.end());
  }
  std::vector<std::string> ids;
  for (auto at = saved.find(number.text()); at != saved.end();) {
    ids.insert(ids.end(), at->second.resolves.begin(), at->second.resolves.end());
    const Result<SemVer> base = SemVer::parse(at->second.base);
    if (!base || saved.find(at->second.base) == at) break;
    const auto version = environment.store.versions().find(actor.workspace, name, *base);
    if (!version || version->status != VersionStatus::draft) break;
    at = saved.find(at->second.base);
  }
  return ids;
}

std::vector<std::string> reports_resolved_in(Environment& environment, const Actor& actor, const WorkflowName& name,
                                             SemVer number) {
  constexpr int kMostLooked = 10'000;
  std::vector<std::string> ids;
  EdgeCaseStore& store = environment.store.edge_cases();
  for (const EdgeCaseReport& report : store.list(actor.workspace, name, ReportStatus::resolved, kMostLooked)) {
    if (report.resolved_in == number.text()) ids.push_back(report.id.text());
  }
  return ids;
}

std::vector<std::string> settle_reports(Environment& environment, const Actor& actor, const WorkflowName& name,
                                        SemVer number, const std::vector<std::string>& ids) {
  EdgeCaseStore& store = environment.store.edge_cases();
  std::vector<std::string> settled;
  for (const std::string& id : ids) {
    const Result<ReportId> parsed = ReportId::parse(id);
    std::optional<EdgeCaseReport> report = parsed ? store.find(actor.workspace, *parsed) : std::nullopt;
    if (!report || report->workflow != name || !is_unsettled(report->status)) continue;
    report->status = ReportStatus::resolved;
    report->resolved_in = number.text();
    // Inside the writers' turn nobody else changes the row: a failed compare-and-set would be a bug of the store.
    if (!store.update(actor.workspace, *report)) {
      throw Fault(FaultKind::bug, "report " + id + " changed inside a write transaction");
    }
    settled.push_back(id);
  }
  if (!settled.empty()) {
    append_audit(environment, actor, chain_of(name), "edge_cases_resolved",
                 {{"version", number.text()}, {"reports", settled}});
  }
  return settled;
}

std::optional<Refusal> find_publishing_block(Environment& environment, const Actor& actor, const Version& version) {
  if (version.status == VersionStatus::published) {
    const std::optional<Canary> canary = environment.store.versions().canary(actor.workspace, version.name);
    if (!canary || canary->version != version.number) return std::nullopt;
  }
  return find_trust_block(environment, actor, version);
}

std::optional<Refusal> find_trust_block(Environment& environment, const Actor& actor, const Version& version) {
  if (quarantined_authors(environment, actor).contains(version.author)) return version_quarantined(version);
  if (!passes_review(environment, actor, version.name, version.hash)) {
    return approval_required(version.name, version.number);
  }
  return std::nullopt;
}

Result<StatusChange> publish_version(Environment& environment, const Actor& actor, const WorkflowName& name,
                                     SemVer number) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const Result<Version> version = find_or_refuse(environment, actor, name, number);
  if (!version) return refuse(version.error());
  const LintReport report = lint(version->design);
  if (report.has_errors()) {
    std::string message = "Version " + number.text() + " of \"" + name.text() + "\" has lint errors and stays a draft:";
    for (const LintFinding& finding : report.findings) {
      if (finding.error) message += ' ' + finding.message;
    }
    return refuse("lint_errors", message);
  }
  if (const auto blocked = find_publishing_block(environment, actor, *version)) return refuse(*blocked);
  std::vector<std::string> resolved;
  if (version->status != VersionStatus::published) {
    environment.store.versions().set_status(actor.workspace, name, number, VersionStatus::published,
                                            environment.clock.now());
    append_audit(environment, actor, chain_of(name), "version_published", {{"version", number.text()}});
    resolved = settle_reports(environment, actor, name, number, pending_resolves(environment, actor, name, number));
  }
  follow_publishing(environment, actor, name, number);
  StatusChange change = status_of(environment, actor, name, number, VersionStatus::published);
  change.resolved = std::move(resolved);
  transaction->commit();
  return change;
}

Result<StatusChange> retire_version(Environment& environment, const Actor& actor, const WorkflowName& name,
                                    SemVer number, const std::string& reason) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const Result<Version> version = find_or_refuse(environment, actor, name, number);
  if (!version) return refuse(version.error());
  if (version->status != VersionStatus::retired) {
    environment.store.versions().set_status(actor.workspace, name, number, VersionStatus::retired,
                                            environment.clock.now());
    follow_retiring(environment, actor, name, number);
    append_audit(environment, actor, chain_of(name), "version_retired",
                 {{"version", number.text()}, {"reason", reason}});
  }
  StatusChange change = status_of(environment, actor, name, number, VersionStatus::retired);
  transaction->commit();
  return change;
}

Result<Version> set_design_cost(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number,
                                Money cost) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  Result<Version> version = find_or_refuse(environment, actor, name, number);
  if (!version) return version;
  version->design_cost.given = cost;
  environment.store.versions().set_design_cost(actor.workspace, name, number, version->design_cost);
  append_audit(environment, actor, chain_of(name), "design_cost_set",
               {{"version", number.text()}, {"design_cost_nanos", cost.nanos()}});
  transaction->commit();
  return version;
}

Result<StatusChange> roll_back(Environment& environment, const Actor& actor, const WorkflowName& name,
                               const std::string& reason) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const std::vector<VersionSummary> history = environment.store.versions().history(actor.workspace, name);
  if (history.empty()) return refuse(unknown_workflow(environment, actor, name.text()));
  if (const std::optional<SemVer> canary =
          withdraw_canary(environment, actor, name, "rolled_back", {{"canary", true}, {"reason", reason}})) {
    StatusChange change = status_of(environment, actor, name, *canary, VersionStatus::retired);
    transaction->commit();
    return change;
  }
  std::vector<SemVer> published;
  for (const VersionSummary& line : history) {
    if (line.status == VersionStatus::published) published.push_back(line.number);
  }
  if (published.size() < 2) {
    return refuse("nothing_to_roll_back",
                  "Workflow \"" + name.text() + "\" has " +
                      (published.empty() ? "no published version" : "only " + published.front().text() + " published") +
                      ": there is no version to go back to.");
  }
  const SemVer newest = published.front();
  environment.store.versions().set_status(actor.workspace, name, newest, VersionStatus::retired,
                                          environment.clock.now());
  append_audit(environment, actor, chain_of(name), "rolled_back",
               {{"version", newest.text()}, {"to", published[1].text()}, {"reason", reason}});
  StatusChange change = status_of(environment, actor, name, newest, VersionStatus::retired);
  transaction->commit();
  return change;
}

}  // namespace pianola::workflow
