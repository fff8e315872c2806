// Edge case reports in SQL with every occurrence.
#include <algorithm>
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"
#include "workflow/audit_change.h"

namespace pianola::store {
namespace {

using workflow::EdgeCaseReport;
using workflow::Occurrence;
using workflow::ReportId;
using workflow::WorkspaceName;

constexpr Statement kInsertReport{R"(
  INSERT INTO edge_case_reports (workspace_id, report_id, workflow, version, step, situation, severity, status,
                                 occurrences, weight, duplicate_of, reason, resolved_in, first_at, last_at, rev)
  VALUES (:workspace_id, :report_id, :workflow, :version, :step, :situation, :severity, :status,
          :occurrences, :weight, :duplicate_of, :reason, :resolved_in, :first_at, :last_at, :rev))"};

constexpr Statement kUpdateReport{R"(
  UPDATE edge_case_reports
  SET severity = :severity, status = :status, occurrences = :occurrences, weight = :weight,
      duplicate_of = :duplicate_of, reason = :reason, resolved_in = :resolved_in, last_at = :last_at, rev = rev + 1
  WHERE workspace_id = :workspace_id AND report_id = :report_id AND rev = :rev)"};

constexpr Statement kFindReport{R"(
  SELECT report_id, workflow, version, step, situation, severity, status, occurrences, duplicate_of, reason,
         resolved_in, first_at, last_at, rev
  FROM edge_case_reports
  WHERE workspace_id = :workspace_id AND report_id = :report_id)"};

constexpr Statement kFindReportByKey{R"(
  SELECT edge_case_reports.report_id, workflow, version, edge_case_reports.step, edge_case_reports.situation,
         edge_case_reports.severity, status, occurrences, duplicate_of, reason, resolved_in, first_at, last_at, rev
  FROM occurrences JOIN edge_case_reports USING (workspace_id, report_id)
  WHERE workspace_id = :workspace_id AND idempotency_key = :idempotency_key AND idempotency_key <> '')"};

constexpr Statement kListReports{R"(
  SELECT report_id, workflow, version, step, situation, severity, status, occurrences, duplicate_of, reason,
         resolved_in, first_at, last_at, rev
  FROM edge_case_reports
  WHERE workspace_id = :workspace_id AND (:status = '' OR status = :status)
  ORDER BY weight DESC
  LIMIT :most)"};

constexpr Statement kListReportsOfWorkflow{R"(
  SELECT report_id, workflow, version, step, situation, severity, status, occurrences, duplicate_of, reason,
         resolved_in, first_at, last_at, rev
  FROM edge_case_reports
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND (:status = '' OR status = :status)
  ORDER BY weight DESC
  LIMIT :most)"};

constexpr Statement kInsertOccurrence{R"(
  INSERT INTO occurrences (workspace_id, report_id, seq, situation, what_was_done, suggestion, severity, execution_id,
                           step, author, idempotency_key, arguments_hash, told_at)
  VALUES (:workspace_id, :report_id, :seq, :situation, :what_was_done, :suggestion, :severity, :execution_id,
          :step, :author, :idempotency_key, :arguments_hash, :told_at))"};

constexpr Statement kLastOccurrence{R"(
  SELECT coalesce(max(seq), 0) FROM occurrences WHERE workspace_id = :workspace_id AND report_id = :report_id)"};

constexpr Statement kFindOccurrenceByKey{R"(
  SELECT seq, situation, what_was_done, suggestion, severity, execution_id, step, author, idempotency_key,
         arguments_hash, told_at
  FROM occurrences
  WHERE workspace_id = :workspace_id AND idempotency_key = :idempotency_key AND idempotency_key <> '')"};

constexpr Statement kListOccurrences{R"(
  SELECT seq, situation, what_was_done, suggestion, severity, execution_id, step, author, idempotency_key,
         arguments_hash, told_at
  FROM occurrences
  WHERE workspace_id = :workspace_id AND report_id = :report_id
  ORDER BY seq DESC
  LIMIT :most)"};

constexpr Statement kSealedReports{R"(
  SELECT report_id, version, step, situation, severity, status, occurrences, weight, duplicate_of, reason, resolved_in,
         first_at, last_at, rev
  FROM edge_case_reports
  WHERE workspace_id = :workspace_id AND workflow = :workflow)"};

constexpr Statement kSealedReport{R"(
  SELECT version, step, situation, severity, status, occurrences, weight, duplicate_of, reason, resolved_in, first_at,
         last_at, rev
  FROM edge_case_reports
  WHERE workspace_id = :workspace_id AND report_id = :report_id)"};

constexpr Statement kSealedOccurrences{R"(
  SELECT seq, situation, what_was_done, suggestion, severity, execution_id, step, author, idempotency_key,
         arguments_hash, told_at
  FROM occurrences
  WHERE workspace_id = :workspace_id AND report_id = :report_id)"};

constexpr Statement kEdgeCaseStatements[] = {
    kInsertReport,          kUpdateReport,     kFindReport,       kFindReportByKey,     kListReports,
    kListReportsOfWorkflow, kInsertOccurrence, kLastOccurrence,   kFindOccurrenceByKey, kListOccurrences,
    kSealedReports,         kSealedReport,     kSealedOccurrences};

EdgeCaseReport read_report(Row& row) {
  const std::string id = row.take_text();
  workflow::WorkflowName name = stored_name(row.take_text());
  EdgeCaseReport report{.id = stored(ReportId::parse(id), "report id", id),
                        .workflow = std::move(name),
                        .version = stored_version_number(row.take_text())};
  report.step = row.take_text();
  report.situation = row.take_text();
  report.severity = stored_severity(row.take_text());
  report.status = stored_report_status(row.take_text());
  report.count = static_cast<int>(row.take_integer());
  report.duplicate_of = row.take_text();
  report.reason = row.take_text();
  report.resolved_in = row.take_text();
  report.first_at = Timestamp::from_micros(row.take_integer());
  report.last_at = Timestamp::from_micros(row.take_integer());
  report.rev = row.take_integer();
  return report;
}

Occurrence read_occurrence(Row& row) {
  Occurrence occurrence;
  occurrence.seq = static_cast<int>(row.take_integer());
  occurrence.situation = row.take_text();
  occurrence.what_was_done = row.take_text();
  occurrence.suggestion = row.take_text();
  occurrence.severity = stored_severity(row.take_text());
  occurrence.execution_id = row.take_text();
  occurrence.step = row.take_text();
  occurrence.author = stored_author(row.take_text());
  occurrence.idempotency_key = row.take_text();
  occurrence.arguments_hash = row.take_text();
  occurrence.at = Timestamp::from_micros(row.take_integer());
  return occurrence;
}

std::vector<EdgeCaseReport> read_reports(std::vector<Row> rows) {
  std::vector<EdgeCaseReport> reports;
  reports.reserve(rows.size());
  for (Row& row : rows) reports.push_back(read_report(row));
  return reports;
}

template <class T>
std::optional<T> first_of(std::vector<T> values) {
  if (values.empty()) return std::nullopt;
  return std::move(values.front());
}

}  // namespace

std::span<const Statement> edge_case_statements() { return kEdgeCaseStatements; }

void SqlEdgeCases::insert(const WorkspaceName& workspace, const EdgeCaseReport& report, const Occurrence& first) {
  database_.execute(kInsertReport, {{":workspace_id", workspace.text()},
                                    {":report_id", report.id.text()},
                                    {":workflow", report.workflow.text()},
                                    {":version", report.version.text()},
                                    {":step", report.step},
                                    {":situation", report.situation},
                                    {":severity", to_string(report.severity)},
                                    {":status", to_string(report.status)},
                                    {":occurrences", report.count},
                                    {":weight", static_cast<std::int64_t>(workflow::report_weight(report))},
                                    {":duplicate_of", report.duplicate_of},
                                    {":reason", report.reason},
                                    {":resolved_in", report.resolved_in},
                                    {":first_at", report.first_at.micros()},
                                    {":last_at", report.last_at.micros()},
                                    {":rev", report.rev}});
  seal(workspace, report);
  insert_occurrence(workspace, report, 1, first);
}

void SqlEdgeCases::add_occurrence(const WorkspaceName& workspace, EdgeCaseReport& report,
                                  const Occurrence& occurrence) {
  const int seq =
      1 + static_cast<int>(
              database_.query(kLastOccurrence, {{":workspace_id", workspace.text()}, {":report_id", report.id.text()}})
                  .front()
                  .take_integer());
  report.severity = std::max(report.severity, occurrence.severity);
  report.last_at = std::max(report.last_at, occurrence.at);
  if (!update(workspace, report)) {
    throw Fault(FaultKind::bug, "edge case report " + report.id.text() + " was read outside the write that changes it");
  }
  insert_occurrence(workspace, report, seq, occurrence);
}

bool SqlEdgeCases::update(const WorkspaceName& workspace, EdgeCaseReport& report) {
  const std::int64_t changed =
      database_.execute(kUpdateReport, {{":severity", to_string(report.severity)},
                                        {":status", to_string(report.status)},
                                        {":occurrences", report.count},
                                        {":weight", static_cast<std::int64_t>(workflow::report_weight(report))},
                                        {":duplicate_of", report.duplicate_of},
                                        {":reason", report.reason},
                                        {":resolved_in", report.resolved_in},
                                        {":last_at", report.last_at.micros()},
                                        {":workspace_id", workspace.text()},
                                        {":report_id", report.id.text()},
                                        {":rev", report.rev}});
  if (changed == 0) return false;
  ++report.rev;
  seal(workspace, report);
  return true;
}

void SqlEdgeCases::seal(const WorkspaceName& workspace, const EdgeCaseReport& report) {
  const std::string& id = report.id.text();
  for (Row& row : database_.query(kSealedReport, {{":workspace_id", workspace.text()}, {":report_id", id}})) {
    seals_.note(workspace.text(), workflow::chain_of(report.workflow), "edge_case_reports/" + id, seal_of_rest(row));
  }
}

SealedRows sealed_report_rows(Database& database, std::string_view workspace, std::string_view workflow) {
  SealedRows rows;
  for (Row& row : database.query(kSealedReports, {{":workspace_id", workspace}, {":workflow", workflow}})) {
    const std::string id = row.take_text();
    rows["edge_case_reports/" + id] = seal_of_rest(row);
    for (Row& told : database.query(kSealedOccurrences, {{":workspace_id", workspace}, {":report_id", id}})) {
      const std::string seq = std::to_string(told.take_integer());
      rows["occurrences/" + id + "/" + seq] = seal_of_rest(told);
    }
  }
  return rows;
}

void SqlEdgeCases::insert_occurrence(const WorkspaceName& workspace, const EdgeCaseReport& report, int seq,
                                     const Occurrence& occurrence) {
  const std::string& report_id = report.id.text();
  const std::string author = author_text(occurrence.author);
  database_.execute(kInsertOccurrence, {{":workspace_id", workspace.text()},
                                        {":report_id", report_id},
                                        {":seq", seq},
                                        {":situation", occurrence.situation},
                                        {":what_was_done", occurrence.what_was_done},
                                        {":suggestion", occurrence.suggestion},
                                        {":severity", to_string(occurrence.severity)},
                                        {":execution_id", occurrence.execution_id},
                                        {":step", occurrence.step},
                                        {":author", author},
                                        {":idempotency_key", occurrence.idempotency_key},
                                        {":arguments_hash", occurrence.arguments_hash},
                                        {":told_at", occurrence.at.micros()}});
  seals_.note(workspace.text(), workflow::chain_of(report.workflow),
              "occurrences/" + report_id + "/" + std::to_string(seq),
              seal_of({occurrence.situation, occurrence.what_was_done, occurrence.suggestion,
                       to_string(occurrence.severity), occurrence.execution_id, occurrence.step, author,
                       occurrence.idempotency_key, occurrence.arguments_hash, occurrence.at.micros()}));
}

std::optional<EdgeCaseReport> SqlEdgeCases::find(const WorkspaceName& workspace, const ReportId& id) {
  return first_of(
      read_reports(database_.query(kFindReport, {{":workspace_id", workspace.text()}, {":report_id", id.text()}})));
}

std::optional<EdgeCaseReport> SqlEdgeCases::find_by_key(const WorkspaceName& workspace, const std::string& key) {
  if (key.empty()) return std::nullopt;
  return first_of(read_reports(
      database_.query(kFindReportByKey, {{":workspace_id", workspace.text()}, {":idempotency_key", key}})));
}

std::optional<Occurrence> SqlEdgeCases::find_occurrence_by_key(const WorkspaceName& workspace, const std::string& key) {
  if (key.empty()) return std::nullopt;
  std::vector<Row> rows =
      database_.query(kFindOccurrenceByKey, {{":workspace_id", workspace.text()}, {":idempotency_key", key}});
  if (rows.empty()) return std::nullopt;
  return read_occurrence(rows.front());
}

std::vector<EdgeCaseReport> SqlEdgeCases::list(const WorkspaceName& workspace,
                                               const std::optional<workflow::WorkflowName>& workflow,
                                               const std::optional<workflow::ReportStatus>& status, int limit) {
  const std::string_view wanted = status ? to_string(*status) : std::string_view();
  if (!workflow) {
    return read_reports(
        database_.query(kListReports, {{":workspace_id", workspace.text()}, {":status", wanted}, {":most", limit}}));
  }
  return read_reports(database_.query(
      kListReportsOfWorkflow,
      {{":workspace_id", workspace.text()}, {":workflow", workflow->text()}, {":status", wanted}, {":most", limit}}));
}

std::vector<Occurrence> SqlEdgeCases::occurrences(const WorkspaceName& workspace, const ReportId& id, int limit) {
  std::vector<Occurrence> occurrences;
  for (Row& row : database_.query(kListOccurrences,
                                  {{":workspace_id", workspace.text()}, {":report_id", id.text()}, {":most", limit}})) {
    occurrences.push_back(read_occurrence(row));
  }
  return occurrences;
}

}  // namespace pianola::store
