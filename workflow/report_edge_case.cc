#include "workflow/report_edge_case.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/fault.h"
#include "base/nearest_name.h"
#include "workflow/audit_change.h"
#include "workflow/look_up.h"
#include "workflow/trusted_evidence.h"

namespace pianola::workflow {
namespace {

constexpr int kMostCompared = 300;  // known reports of each status that a new telling is compared with
constexpr int kMostMoved = 10'000;  // tellings that a duplicate brings along, and that are compared with
constexpr std::string_view kCallPrefix = "call:";

// The version that a telling is about.
Result<SharedVersion> version_of(Environment& environment, const Actor& actor, const ReportRequest& request) {
  if (request.execution_id.empty()) {
    if (request.name.empty()) {
      return refuse("missing_argument", "Say which workflow it is about: execution_id, or else name.", "/execution_id");
    }
    return look_up_version(environment, actor, request.name, "");
  }
  const Result<ExecutionId> id = ExecutionId::parse(request.execution_id);
  if (!id) return refuse(id.error().code, id.error().message, "/execution_id");
  const std::optional<Execution> execution = environment.store.executions().find(actor.workspace, *id);
  const bool others = execution && actor.executor_role && execution->author.key != actor.author.key;
  if (!execution || others) {
    return refuse("unknown_execution",
                  "There is no execution \"" + request.execution_id + "\": take the id that execution_start gave.",
                  "/execution_id");
  }
  if (!request.name.empty() && request.name != execution->workflow.text()) {
    return refuse("wrong_workflow",
                  "Execution " + id->text() + " is of workflow \"" + execution->workflow.text() + "\", not of \"" +
                      request.name + "\": leave name out.",
                  "/name");
  }
  SharedVersion version = environment.store.versions().find(actor.workspace, execution->workflow, execution->version);
  if (!version) throw Fault(FaultKind::bug, "the version of execution " + id->text() + " is missing");
  return version;
}

std::optional<Refusal> check_texts(const ReportRequest& request) {
  if (request.situation.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Refusal{"missing_argument", "Say what happened, concretely, in situation.", "/situation"};
  }
  const std::pair<const char*, const std::string*> texts[] = {{"situation", &request.situation},
                                                              {"what_was_done", &request.what_was_done},
                                                              {"suggestion", &request.suggestion}};
  for (const auto& [name, text] : texts) {
    if (text->size() <= kLongestTelling) continue;
    return Refusal{"too_long",
                   std::string(name) + " has " + std::to_string(text->size()) + " bytes: say it in at most " +
                       std::to_string(kLongestTelling) + ".",
                   pointer_child("", name)};
  }
  return std::nullopt;
}

std::optional<Refusal> check_step(const ReportRequest& request, const Design& design) {
  if (request.step.empty() || design.find_step(request.step) != nullptr) return std::nullopt;
  std::vector<std::string> ids;
  for (const Step& step : design.steps) ids.push_back(step.id);
  return Refusal{"unknown_step",
                 "Workflow \"" + design.name + "\" has no step \"" + request.step + "\"." +
                     did_you_mean(request.step, ids) + " Leave step out if it is about none of them.",
                 "/step"};
}

// The key by which a repeat of this call is known; empty where the caller gives none.
std::string key_of(const ReportRequest& request) {
  if (!request.idempotency_key.empty()) return request.idempotency_key;
  return request.call_id.empty() ? std::string() : std::string(kCallPrefix) + request.call_id;
}

// The answer of the call that carried the key before; a refusal where the key is a program's and its arguments differ;
// nothing where this call is new.
std::optional<Result<ReportAnswer>> answer_of_repeat(Environment& environment, const Actor& actor,
                                                     const ReportRequest& request, const Design& design) {
  EdgeCaseStore& reports = environment.store.edge_cases();
  const std::string key = key_of(request);
  const std::optional<Occurrence> before = reports.find_occurrence_by_key(actor.workspace, key);
  if (!before) return std::nullopt;
  if (before->arguments_hash != request.arguments_hash) {
    if (request.idempotency_key.empty()) return std::nullopt;
    return refuse("key_reused",
                  "idempotency_key \"" + key + "\" was used with other arguments: give each report its own key.",
                  "/idempotency_key");
  }
  std::optional<EdgeCaseReport> report = reports.find_by_key(actor.workspace, key);
  if (!report) throw Fault(FaultKind::bug, "an occurrence has no report");
  return ReportAnswer{.report = *std::move(report),
                      .known = before->seq > 1,
                      .repeated = true,
                      .designed = find_designed_case(request.situation, design)};
}

// Who tells: where no host names its model, the execution's executor.
Author teller(Environment& environment, const Actor& actor, const ReportRequest& request) {
  Author author = actor.author;
  if (author.model != "unknown" || request.execution_id.empty()) return author;
  const Result<ExecutionId> id = ExecutionId::parse(request.execution_id);
  const auto execution = id ? environment.store.executions().find(actor.workspace, *id) : std::nullopt;
  if (execution && !execution->executor.empty()) author.model = execution->executor;
  return author;
}

Occurrence occurrence_of(Environment& environment, const Actor& actor, const ReportRequest& request) {
  Occurrence told;
  told.situation = request.situation;
  told.what_was_done = request.what_was_done;
  told.suggestion = request.suggestion;
  told.severity = request.severity;
  told.execution_id = request.execution_id;
  told.step = request.step;
  told.author = teller(environment, actor, request);
  told.idempotency_key = key_of(request);
  // A host's call id that comes again with other arguments names another call; the store keeps keys unique.
  if (environment.store.edge_cases().find_occurrence_by_key(actor.workspace, told.idempotency_key)) {
    told.idempotency_key.clear();
  }
  told.arguments_hash = request.arguments_hash;
  told.at = environment.clock.now();
  return told;
}

// The reports that a telling may be merged into: those nobody has answered with a version yet, and, where the version
// covers the situation, those it has. Duplicates stand for their originals.
std::vector<EdgeCaseReport> mergeable(Environment& environment, const Actor& actor, const WorkflowName& name,
                                      bool is_designed) {
  std::vector<ReportStatus> wanted = {ReportStatus::open, ReportStatus::accepted, ReportStatus::rejected,
                                      ReportStatus::duplicate};
  if (is_designed) wanted.push_back(ReportStatus::resolved);
  std::vector<EdgeCaseReport> known;
  for (const ReportStatus status : wanted) {
    for (EdgeCaseReport& report : environment.store.edge_cases().list(actor.workspace, name, status, kMostCompared)) {
      known.push_back(std::move(report));
    }
  }
  return known;
}

// What a quarantined author tells stays among its own reports, and others' tellings never become one more of these.
std::vector<EdgeCaseReport> kept_apart(Environment& environment, const Actor& actor, std::vector<EdgeCaseReport> known,
                                       const Author& told_by) {
  const QuarantinedAuthors quarantined = quarantined_authors(environment, actor);
  if (quarantined.empty()) return known;
  const bool is_trusted = !quarantined.contains(told_by);
  std::vector<EdgeCaseReport> kept;
  for (EdgeCaseReport& report : known) {
    std::optional<EdgeCaseReport> trusted = as_trusted(environment, actor, quarantined, report);
    if (trusted.has_value() != is_trusted) continue;
    if (trusted) report.situation = trusted->situation;
    kept.push_back(std::move(report));
  }
  return kept;
}

// The report that a telling counts for: for a duplicate, what it was settled as a duplicate of. Nothing where a version
// has answered that one and does not cover the situation.
std::optional<EdgeCaseReport> counted_report(Environment& environment, const Actor& actor, EdgeCaseReport report,
                                             bool is_designed) {
  while (report.status == ReportStatus::duplicate) {
    report = environment.store.edge_cases().find(actor.workspace, ReportId::parse(report.duplicate_of).value()).value();
  }
  if (report.status == ReportStatus::resolved && !is_designed) return std::nullopt;
  return report;
}

// True where an execution has told this situation before, be it in a report that was settled as a duplicate of this
// one.
bool has_told(Environment& environment, const Actor& actor, const std::string& execution_id, const ReportId& report) {
  const Result<ExecutionId> id = ExecutionId::parse(execution_id);
  if (!id) return false;
  for (std::string told : reports_told_in(environment, actor, *id)) {
    while (!told.empty() && told != report.text()) {
      const Result<ReportId> other = ReportId::parse(told);
      const auto found = other ? environment.store.edge_cases().find(actor.workspace, *other) : std::nullopt;
      told = found ? found->duplicate_of : std::string();
    }
    if (!told.empty()) return true;
  }
  return false;
}

EdgeCaseReport new_report(Environment& environment, const ReportRequest& request, const Version& version,
                          const std::optional<EdgeCase>& designed, Timestamp at) {
  EdgeCaseReport report{
      .id = ReportId::parse(environment.ids.next_uuid()).value(), .workflow = version.name, .version = version.number};
  report.step = request.step;
  report.situation = request.situation;
  report.severity = request.severity;
  if (designed) {
    report.status = ReportStatus::resolved;
    report.reason = "designed as edge case \"" + designed->id + "\"";
    report.resolved_in = version.number.text();
  }
  report.first_at = at;
  report.last_at = at;
  return report;
}

// Stores the telling: one more of a known report, or a report of its own.
ReportAnswer store_telling(Environment& environment, const Actor& actor, const ReportRequest& request,
                           const Version& version) {
  EdgeCaseStore& reports = environment.store.edge_cases();
  std::optional<EdgeCase> designed = find_designed_case(request.situation, version.design);
  const Occurrence told = occurrence_of(environment, actor, request);
  const std::vector<EdgeCaseReport> known =
      kept_apart(environment, actor, mergeable(environment, actor, version.name, designed.has_value()), told.author);
  const EdgeCaseReport* told_before = find_same_situation(request.situation, known);
  const std::optional<EdgeCaseReport> same =
      told_before ? counted_report(environment, actor, *told_before, designed.has_value()) : std::nullopt;
  EdgeCaseReport report = same ? *same : new_report(environment, request, version, designed, told.at);
  if (same) {
    report.count += has_told(environment, actor, request.execution_id, report.id) ? 0 : 1;
    reports.add_occurrence(actor.workspace, report, told);
  } else {
    reports.insert(actor.workspace, report, told);
  }
  Json body = {{"report", report.id.text()}, {"count", report.count}};
  if (!request.execution_id.empty()) {
    // The execution's chain tells it too; its entry is named in the workflow's, and so missed where it is missing.
    const ExecutionId id = ExecutionId::parse(request.execution_id).value();
    const std::string entry = append_audit(environment, actor, chain_of(id), "edge_case_reported", body);
    body["told_in"] = {{"execution", id.text()}, {"entry", entry}};
  }
  append_audit(environment, actor, chain_of(version.name), "edge_case_reported", body);
  ReportAnswer answer{.report = std::move(report), .known = same.has_value(), .designed = std::move(designed)};
  if (!answer.designed) answer.others = version.design.edge_cases;
  return answer;
}

Refusal unknown_report(const std::string& id, const char* place) {
  return {"unknown_edge_case", "There is no edge case report \"" + id + "\": take the id from workflow_review.", place};
}

Result<EdgeCaseReport> find_report(Environment& environment, const Actor& actor, const std::string& id,
                                   const char* place) {
  const Result<ReportId> parsed = ReportId::parse(id);
  if (!parsed) return refuse(unknown_report(id, place));
  std::optional<EdgeCaseReport> report = environment.store.edge_cases().find(actor.workspace, *parsed);
  if (!report) return refuse(unknown_report(id, place));
  return *std::move(report);
}

ReportStatus status_for(Resolution resolution) {
  switch (resolution) {
    case Resolution::accepted:
      return ReportStatus::accepted;
    case Resolution::rejected:
      return ReportStatus::rejected;
    case Resolution::duplicate:
      return ReportStatus::duplicate;
  }
  return ReportStatus::accepted;
}

// The report that a duplicate stands for: the named one, or what that one is a duplicate of in turn.
Result<EdgeCaseReport> original_of(Environment& environment, const Actor& actor, const EdgeCaseReport& report,
                                   const std::string& duplicate_of) {
  if (duplicate_of.empty()) {
    return refuse("missing_argument", "Say which report it duplicates, in duplicate_of.", "/duplicate_of");
  }
  Result<EdgeCaseReport> original = find_report(environment, actor, duplicate_of, "/duplicate_of");
  while (original && original->status == ReportStatus::duplicate && original->id != report.id) {
    original = find_report(environment, actor, original->duplicate_of, "/duplicate_of");
  }
  if (!original) return original;
  if (original->id == report.id) {
    return refuse("bad_duplicate", "A report is no duplicate of itself: name the other report.", "/duplicate_of");
  }
  if (original->workflow != report.workflow) {
    return refuse("bad_duplicate",
                  "Report " + original->id.text() + " is of workflow \"" + original->workflow.text() +
                      "\": a duplicate must be of \"" + report.workflow.text() + "\".",
                  "/duplicate_of");
  }
  return original;
}

// Adds the duplicate's tellings to the original, oldest first; keys stay with the first copy.
void move_tellings(Environment& environment, const Actor& actor, const EdgeCaseReport& duplicate,
                   EdgeCaseReport& original) {
  EdgeCaseStore& reports = environment.store.edge_cases();
  std::vector<Occurrence> tellings = reports.occurrences(actor.workspace, duplicate.id, kMostMoved);
  std::ranges::reverse(tellings);
  std::set<std::string> counted;  // executions: those of duplicates that were settled before are among the original's
  for (const Occurrence& known : reports.occurrences(actor.workspace, original.id, kMostMoved)) {
    counted.insert(known.execution_id);
  }
  for (Occurrence& told : tellings) {
    told.idempotency_key.clear();
    if (told.execution_id.empty() || counted.insert(told.execution_id).second) ++original.count;
    reports.add_occurrence(actor.workspace, original, told);
  }
}

std::optional<Refusal> check_resolvable(const EdgeCaseReport& report) {
  if (report.status == ReportStatus::resolved) {
    return Refusal{"already_resolved",
                   "Version " + report.resolved_in + " has resolved report " + report.id.text() +
                       ": there is nothing left to settle.",
                   "/id"};
  }
  if (report.status == ReportStatus::duplicate) {
    return Refusal{"already_resolved",
                   "Report " + report.id.text() + " is a duplicate of " + report.duplicate_of + ": settle that one.",
                   "/id"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> reports_told_in(Environment& environment, const Actor& actor, const ExecutionId& id) {
  std::vector<std::string> ids;
  for (const AuditEntry& entry : environment.store.audit().chain(actor.workspace, chain_of(id))) {
    if (entry.action != "edge_case_reported") continue;
    const Result<Json> body = parse_json(entry.body);
    std::string report = body ? body->value("report", std::string()) : std::string();
    if (!report.empty() && std::ranges::find(ids, report) == ids.end()) ids.push_back(std::move(report));
  }
  return ids;
}

std::string_view to_string(Resolution resolution) { return to_string(status_for(resolution)); }

Result<ReportAnswer> report_edge_case(Environment& environment, const Actor& actor, const ReportRequest& request) {
  if (const std::optional<Refusal> wrong = check_texts(request)) return refuse(*wrong);
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const Result<SharedVersion> found = version_of(environment, actor, request);
  if (!found) return refuse(found.error());
  const Version& version = **found;
  if (std::optional<Result<ReportAnswer>> before = answer_of_repeat(environment, actor, request, version.design)) {
    return *std::move(before);
  }
  if (const std::optional<Refusal> wrong = check_step(request, version.design)) return refuse(*wrong);
  ReportAnswer answer = store_telling(environment, actor, request, version);
  transaction->commit();
  return answer;
}

Result<ResolveAnswer> resolve_edge_case(Environment& environment, const Actor& actor, const ResolveRequest& request) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  Result<EdgeCaseReport> report = find_report(environment, actor, request.id, "/id");
  if (!report) return refuse(report.error());
  const ReportStatus status = status_for(request.resolution);
  std::optional<EdgeCaseReport> original;
  if (status == ReportStatus::duplicate) {
    Result<EdgeCaseReport> other = original_of(environment, actor, *report, request.duplicate_of);
    if (!other) return refuse(other.error());
    original = *std::move(other);
  }
  const std::string duplicate_of = original ? original->id.text() : std::string();
  if (report->status == status && report->reason == request.reason && report->duplicate_of == duplicate_of) {
    return ResolveAnswer{.report = *std::move(report), .original = std::move(original), .unchanged = true};
  }
  if (const std::optional<Refusal> wrong = check_resolvable(*report)) return refuse(*wrong);
  if (original) move_tellings(environment, actor, *report, *original);
  report->status = status;
  report->reason = request.reason;
  report->duplicate_of = duplicate_of;
  if (!environment.store.edge_cases().update(actor.workspace, *report)) {
    throw Fault(FaultKind::bug, "edge case report " + report->id.text() + " changed inside a write");
  }
  Json body = {{"report", report->id.text()}, {"resolution", to_string(status)}, {"reason", request.reason}};
  if (original) body["duplicate_of"] = duplicate_of;
  append_audit(environment, actor, chain_of(report->workflow), "edge_case_resolved", body);
  transaction->commit();
  return ResolveAnswer{.report = *std::move(report), .original = std::move(original)};
}

}  // namespace pianola::workflow
