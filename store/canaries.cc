// Which version is a workflow's canary, in SQL: the part of SqlVersions that tells it.
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"

namespace pianola::store {
namespace {

using workflow::Canary;
using workflow::WorkflowName;
using workflow::WorkspaceName;

constexpr Statement kFindCanary{R"(
  SELECT version, percent, by_hand, started_at
  FROM canaries
  WHERE workspace_id = :workspace_id AND workflow = :workflow)"};

constexpr Statement kListCanaries{R"(
  SELECT workflow, version, percent, by_hand, started_at
  FROM canaries
  WHERE workspace_id = :workspace_id
  ORDER BY workflow)"};

constexpr Statement kSetCanary{R"(
  INSERT INTO canaries (workspace_id, workflow, version, percent, by_hand, started_at)
  VALUES (:workspace_id, :workflow, :version, :percent, :by_hand, :started_at)
  ON CONFLICT (workspace_id, workflow) DO UPDATE SET
    version = excluded.version,
    percent = excluded.percent,
    by_hand = excluded.by_hand,
    started_at = excluded.started_at)"};

constexpr Statement kEndCanary{R"(
  DELETE FROM canaries WHERE workspace_id = :workspace_id AND workflow = :workflow)"};

constexpr Statement kCanaryStatements[] = {kFindCanary, kListCanaries, kSetCanary, kEndCanary};

constexpr const char* kCanaryRow = "canaries";

Canary stored_canary(Row& row) {
  Canary canary{.version = stored_version_number(row.take_text())};
  canary.percent = static_cast<int>(row.take_integer());
  canary.by_hand = row.take_integer() != 0;
  canary.started_at = Timestamp::from_micros(row.take_integer());
  return canary;
}

}  // namespace

std::span<const Statement> canary_statements() { return kCanaryStatements; }

std::optional<Canary> SqlVersions::canary(const WorkspaceName& workspace, const WorkflowName& name) {
  const std::pair key(workspace.text(), name.text());
  if (const std::optional<Canary>* known = canaries_.find(key)) return *known;
  const auto stamp = canaries_.stamp();
  std::vector<Row> rows =
      database_.query(kFindCanary, {{":workspace_id", workspace.text()}, {":workflow", name.text()}});
  std::optional<Canary> found;
  if (!rows.empty()) found = stored_canary(rows.front());
  canaries_.keep(stamp, key, found);
  return found;
}

std::map<WorkflowName, Canary> SqlVersions::canaries(const WorkspaceName& workspace) {
  std::map<WorkflowName, Canary> canaries;
  for (Row& row : database_.query(kListCanaries, {{":workspace_id", workspace.text()}})) {
    WorkflowName name = stored_name(row.take_text());
    canaries.emplace(std::move(name), stored_canary(row));
  }
  return canaries;
}

void SqlVersions::set_canary(const WorkspaceName& workspace, const WorkflowName& name, const Canary& canary) {
  forget_found();
  database_.execute(kSetCanary, {{":workspace_id", workspace.text()},
                                 {":workflow", name.text()},
                                 {":version", canary.version.text()},
                                 {":percent", canary.percent},
                                 {":by_hand", canary.by_hand ? 1 : 0},
                                 {":started_at", canary.started_at.micros()}});
  for (auto& [row, seal] : sealed_canary_rows(database_, workspace.text(), name.text())) {
    seals_.note(workspace.text(), workflow::chain_of(name), row, seal);
  }
  follow_newest(workspace, name);
}

void SqlVersions::end_canary(const WorkspaceName& workspace, const WorkflowName& name) {
  if (!canary(workspace, name)) return;
  forget_found();
  database_.execute(kEndCanary, {{":workspace_id", workspace.text()}, {":workflow", name.text()}});
  seals_.note_removed(workspace.text(), workflow::chain_of(name), kCanaryRow);
  follow_newest(workspace, name);
}

SealedRows sealed_canary_rows(Database& database, std::string_view workspace, std::string_view workflow) {
  SealedRows rows;
  for (Row& row : database.query(kFindCanary, {{":workspace_id", workspace}, {":workflow", workflow}})) {
    rows[kCanaryRow] = seal_of_rest(row);
  }
  return rows;
}

}  // namespace pianola::store
