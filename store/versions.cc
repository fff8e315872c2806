// Versions in SQL, and the list of workflows, which follows them as the search index does.
#include <tuple>
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"
#include "workflow/audit_change.h"

namespace pianola::store {
namespace {

using workflow::SemVer;
using workflow::SharedVersion;
using workflow::Version;
using workflow::VersionStatus;
using workflow::WorkflowName;
using workflow::WorkflowSummary;
using workflow::WorkspaceName;

constexpr Statement kInsertWorkflow{R"(
  INSERT INTO workflows (workspace_id, workflow, shown_version, shown_status, title, description, tags)
  VALUES (:workspace_id, :workflow, '', 'draft', '', '', '[]')
  ON CONFLICT (workspace_id, workflow) DO NOTHING)"};

constexpr Statement kInsertVersion{R"(
  INSERT INTO versions (workspace_id, workflow, major_number, minor_number, patch_number, version, status, hash,
                        base_version, notes, author, created_at, published_at, design_cost, canonical)
  VALUES (:workspace_id, :workflow, :major_number, :minor_number, :patch_number, :version, :status, :hash,
          nullif(:base_version, ''), :notes, :author, :created_at, :published_at, :design_cost, :canonical))"};

constexpr Statement kSetStatus{R"(
  UPDATE versions SET status = :status, published_at = coalesce(published_at, :published_at)
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version)"};

constexpr Statement kSetDesignCost{R"(
  UPDATE versions SET design_cost = :design_cost
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version)"};

constexpr Statement kFindVersion{R"(
  SELECT status, hash, base_version, notes, author, created_at, published_at, design_cost
  FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version)"};

constexpr Statement kFindNewestPublished{R"(
  SELECT version
  FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND status = 'published'
    AND NOT EXISTS (SELECT 1 FROM canaries
                    WHERE canaries.workspace_id = versions.workspace_id AND canaries.workflow = versions.workflow
                      AND canaries.version = versions.version)
  ORDER BY major_number DESC, minor_number DESC, patch_number DESC
  LIMIT 1)"};

constexpr Statement kFindCanonical{R"(
  SELECT canonical FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version)"};

constexpr Statement kHistory{R"(
  SELECT version, status, hash, created_at, published_at, notes, author, design_cost,
         EXISTS (SELECT 1 FROM canaries
                 WHERE canaries.workspace_id = versions.workspace_id AND canaries.workflow = versions.workflow
                   AND canaries.version = versions.version)
  FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow
  ORDER BY major_number DESC, minor_number DESC, patch_number DESC)"};

constexpr Statement kFindShown{R"(
  SELECT version, status
  FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow
  ORDER BY CASE WHEN EXISTS (SELECT 1 FROM canaries
                             WHERE canaries.workspace_id = versions.workspace_id
                               AND canaries.workflow = versions.workflow AND canaries.version = versions.version)
                THEN 3 WHEN status = 'published' THEN 0 WHEN status = 'draft' THEN 1 ELSE 2 END,
           major_number DESC, minor_number DESC, patch_number DESC
  LIMIT 1)"};

constexpr Statement kReadShown{R"(
  SELECT shown_version, shown_status FROM workflows
  WHERE workspace_id = :workspace_id AND workflow = :workflow)"};

constexpr Statement kSetShown{R"(
  UPDATE workflows
  SET shown_version = :shown_version, shown_status = :shown_status, title = :title, description = :description,
      tags = :tags
  WHERE workspace_id = :workspace_id AND workflow = :workflow)"};

constexpr Statement kListWorkflows{R"(
  SELECT workflow, shown_version, shown_status, title, description, tags
  FROM workflows
  WHERE workspace_id = :workspace_id AND workflow > :after AND (:with_drafts = 1 OR shown_status = 'published')
  ORDER BY workflow
  LIMIT :most)"};

constexpr Statement kWorkflowNames{R"(
  SELECT workflow FROM workflows WHERE workspace_id = :workspace_id ORDER BY workflow)"};

// All but the design, which the hash beside it seals.
constexpr Statement kSealedVersions{R"(
  SELECT version, major_number, minor_number, patch_number, status, hash, base_version, notes, author, created_at,
         published_at, design_cost
  FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND (:version = '' OR version = :version))"};

constexpr Statement kVersionStatements[] = {
    kInsertWorkflow, kInsertVersion, kSetStatus, kSetDesignCost, kFindVersion,   kFindNewestPublished, kFindCanonical,
    kHistory,        kFindShown,     kReadShown, kSetShown,      kListWorkflows, kWorkflowNames,       kSealedVersions};

std::optional<Timestamp> stored_time(std::optional<std::int64_t> micros) {
  if (!micros) return std::nullopt;
  return Timestamp::from_micros(*micros);
}

// What may change of a version, or came with it: all but its content.
bool is_same_row(const Version& one, const Version& other) {
  const auto row = [](const Version& version) {
    return std::tie(version.status, version.base, version.notes, version.author, version.created_at,
                    version.published_at, version.design_cost);
  };
  return row(one) == row(other);
}

std::optional<std::int64_t> micros_of(const std::optional<Timestamp>& time) {
  if (!time) return std::nullopt;
  return time->micros();
}

}  // namespace

std::span<const Statement> version_statements() { return kVersionStatements; }

void SqlVersions::insert(const WorkspaceName& workspace, const Version& version) {
  forget_found();
  database_.execute(kInsertWorkflow, {{":workspace_id", workspace.text()}, {":workflow", version.name.text()}});
  database_.execute(kInsertVersion, {{":workspace_id", workspace.text()},
                                     {":workflow", version.name.text()},
                                     {":major_number", version.number.major()},
                                     {":minor_number", version.number.minor()},
                                     {":patch_number", version.number.patch()},
                                     {":version", version.number.text()},
                                     {":status", to_string(version.status)},
                                     {":hash", version.hash.text()},
                                     {":base_version", version.base ? version.base->text() : std::string()},
                                     {":notes", version.notes},
                                     {":author", author_text(version.author)},
                                     {":created_at", version.created_at.micros()},
                                     {":published_at", micros_of(version.published_at)},
                                     {":design_cost", design_cost_text(version.design_cost)},
                                     {":canonical", version.canonical}});
  seal(workspace, version.name, version.number);
  follow_newest(workspace, version.name);
}

void SqlVersions::set_status(const WorkspaceName& workspace, const WorkflowName& name, SemVer number,
                             VersionStatus status, Timestamp at) {
  forget_found();
  const bool publishes = status == VersionStatus::published;
  database_.execute(kSetStatus,
                    {{":workspace_id", workspace.text()},
                     {":workflow", name.text()},
                     {":version", number.text()},
                     {":status", to_string(status)},
                     {":published_at", publishes ? std::optional<std::int64_t>(at.micros()) : std::nullopt}});
  seal(workspace, name, number);
  follow_newest(workspace, name);
}

void SqlVersions::set_design_cost(const WorkspaceName& workspace, const WorkflowName& name, SemVer number,
                                  const workflow::DesignCost& cost) {
  forget_found();
  database_.execute(kSetDesignCost, {{":workspace_id", workspace.text()},
                                     {":workflow", name.text()},
                                     {":version", number.text()},
                                     {":design_cost", design_cost_text(cost)}});
  seal(workspace, name, number);
}

void SqlVersions::seal(const WorkspaceName& workspace, const WorkflowName& name, SemVer number) {
  for (auto& [row, seal] : sealed_version_rows(database_, workspace.text(), name.text(), number.text())) {
    seals_.note(workspace.text(), workflow::chain_of(name), row, seal);
  }
}

SealedRows sealed_version_rows(Database& database, std::string_view workspace, std::string_view workflow,
                               std::string_view only_version) {
  SealedRows rows;
  for (Row& row : database.query(kSealedVersions,
                                 {{":workspace_id", workspace}, {":workflow", workflow}, {":version", only_version}})) {
    const std::string version = row.take_text();
    rows["versions/" + version] = seal_of_rest(row);
  }
  return rows;
}

SharedVersion SqlVersions::find(const WorkspaceName& workspace, const WorkflowName& name, SemVer number) {
  const Key key{workspace.text(), name.text(), number};
  if (const SharedVersion* known = found_.find(key)) return *known;
  const auto stamp = found_.stamp();
  SharedVersion version = read(key);
  if (version) found_.keep(stamp, key, version);
  return version;
}

SharedVersion SqlVersions::newest_published(const WorkspaceName& workspace, const WorkflowName& name) {
  const std::pair key(workspace.text(), name.text());
  if (const SemVer* known = newest_.find(key)) return find(workspace, name, *known);
  const auto stamp = newest_.stamp();
  std::vector<Row> rows =
      database_.query(kFindNewestPublished, {{":workspace_id", workspace.text()}, {":workflow", name.text()}});
  if (rows.empty()) return nullptr;
  const SemVer number = stored_version_number(rows.front().take_text());
  newest_.keep(stamp, key, number);
  return find(workspace, name, number);
}

// A status or cost that changes shows in the versions read from then on.
void SqlVersions::forget_found() {
  found_.forget_all();
  newest_.forget_all();
  canaries_.forget_all();
}

SharedVersion SqlVersions::read(const Key& key) {
  const ReadScope scope(database_);
  const auto& [workspace, name, number] = key;
  std::vector<Row> rows =
      database_.query(kFindVersion, {{":workspace_id", workspace}, {":workflow", name}, {":version", number.text()}});
  if (rows.empty()) return nullptr;
  Row& row = rows.front();
  const VersionStatus status = stored_status(row.take_text());
  Version version{.name = stored_name(name), .number = number, .status = status, .hash = stored_hash(row.take_text())};
  if (const std::optional<std::string> base = row.take_optional_text()) version.base = stored_version_number(*base);
  version.notes = row.take_text();
  version.author = stored_author(row.take_text());
  version.created_at = Timestamp::from_micros(row.take_integer());
  version.published_at = stored_time(row.take_optional_integer());
  version.design_cost = stored_design_cost(row.take_text());
  return with_content(key, std::move(version));
}

SharedVersion SqlVersions::with_content(const Key& key, Version version) {
  const auto known = decoded_.find(key);
  // The hash is compared because a version that was inserted and then undone may come again with other content.
  const bool is_known = known != decoded_.end() && known->second->hash == version.hash;
  if (is_known && is_same_row(*known->second, version)) return known->second;
  if (is_known) {
    version.canonical = known->second->canonical;
    version.design = known->second->design;
  } else {
    read_content(key, version);
  }
  if (decoded_.size() >= kMostKept) decoded_.clear();
  auto shared = std::make_shared<const Version>(std::move(version));
  decoded_.insert_or_assign(key, shared);
  return shared;
}

void SqlVersions::read_content(const Key& key, Version& version) {
  const auto& [workspace, name, number] = key;
  std::vector<Row> rows =
      database_.query(kFindCanonical, {{":workspace_id", workspace}, {":workflow", name}, {":version", number.text()}});
  version.canonical = rows.front().take_text();
  workflow::DecodedDesign decoded = workflow::decode_design(stored_json(version.canonical));
  if (!decoded.findings.empty()) throw_damaged("design", decoded.findings.front().message);
  version.design = std::move(decoded.design);
}

std::vector<workflow::VersionSummary> SqlVersions::history(const WorkspaceName& workspace, const WorkflowName& name) {
  std::vector<workflow::VersionSummary> history;
  for (Row& row : database_.query(kHistory, {{":workspace_id", workspace.text()}, {":workflow", name.text()}})) {
    const SemVer number = stored_version_number(row.take_text());
    const VersionStatus status = stored_status(row.take_text());
    workflow::VersionSummary line{.number = number, .status = status, .hash = stored_hash(row.take_text())};
    line.created_at = Timestamp::from_micros(row.take_integer());
    line.published_at = stored_time(row.take_optional_integer());
    line.notes = row.take_text();
    line.author = stored_author(row.take_text());
    line.design_cost = stored_design_cost(row.take_text());
    line.is_canary = row.take_integer() != 0;
    history.push_back(std::move(line));
  }
  return history;
}

std::vector<WorkflowSummary> SqlVersions::list(const WorkspaceName& workspace, const std::string& after, int limit,
                                               bool with_drafts) {
  std::vector<WorkflowSummary> list;
  for (Row& row : database_.query(kListWorkflows, {{":workspace_id", workspace.text()},
                                                   {":after", after},
                                                   {":with_drafts", with_drafts ? 1 : 0},
                                                   {":most", limit}})) {
    list.push_back(stored_summary(row));
  }
  return list;
}

workflow::WordCounts SqlVersions::count_words(const WorkspaceName& workspace, const std::vector<std::string>& stems) {
  return index_.count_words(workspace.text(), stems);
}

std::vector<workflow::WordPlace> SqlVersions::places(const WorkspaceName& workspace, const std::string& stem,
                                                     int most) {
  return index_.places(workspace.text(), stem, most);
}

std::optional<workflow::SearchedWorkflow> SqlVersions::searched(const WorkspaceName& workspace, std::int64_t number) {
  return index_.find(workspace.text(), number);
}

std::vector<std::string> SqlVersions::names(const WorkspaceName& workspace) {
  std::vector<std::string> names;
  for (Row& row : database_.query(kWorkflowNames, {{":workspace_id", workspace.text()}})) {
    names.push_back(row.take_text());
  }
  return names;
}

void SqlVersions::follow_newest(const WorkspaceName& workspace, const WorkflowName& name) {
  const auto read_pair = [&](const Statement& statement) {
    std::vector<Row> rows =
        database_.query(statement, {{":workspace_id", workspace.text()}, {":workflow", name.text()}});
    if (rows.empty()) return std::pair<std::string, std::string>();
    std::string version = rows.front().take_text();
    return std::pair(std::move(version), rows.front().take_text());
  };
  const auto [number, status] = read_pair(kFindShown);
  if (number.empty() || std::pair(number, status) == read_pair(kReadShown)) return;
  const SharedVersion version = find(workspace, name, stored_version_number(number));
  database_.execute(kSetShown, {{":workspace_id", workspace.text()},
                                {":workflow", name.text()},
                                {":shown_version", number},
                                {":shown_status", status},
                                {":title", version->design.title},
                                {":description", version->design.description},
                                {":tags", texts_text(version->design.tags)}});
  if (version->status == VersionStatus::published) {
    index_.put(workspace.text(), name.text(), version->design);
  } else {
    index_.remove(workspace.text(), name.text());
  }
}

}  // namespace pianola::store
