#include "store/backup.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/clock.h"
#include "store/codec.h"
#include "store/migrate.h"
#include "store/sql_store.h"
#include "store/sqlite.h"
#include "store/whole_file.h"

namespace pianola::store {
namespace {

constexpr Statement kIntegrityCheck{"PRAGMA integrity_check"};
constexpr Statement kForeignKeyCheck{R"(SELECT "table", count(*) FROM pragma_foreign_key_check GROUP BY "table")"};
constexpr Statement kAllVersions{"SELECT workspace_id, workflow, version, hash FROM versions"};
constexpr Statement kOneCanonical{R"(
  SELECT canonical FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version)"};
constexpr Statement kAuditWorkspaces{"SELECT workspace_id FROM audit_log UNION SELECT workspace_id FROM executions"};

constexpr int kWriterWaitMillis = 30'000;

void check_structure(SqliteDatabase& database, VerifyReport& report) {
  for (Row& row : database.query(kIntegrityCheck, {})) {
    if (std::string line = row.take_text(); line != "ok") report.problems.push_back("damaged file: " + line);
  }
  for (Row& row : database.query(kForeignKeyCheck, {})) {
    const std::string table = row.take_text();
    report.problems.push_back(std::to_string(row.take_integer()) + " rows of " + table + " belong to nothing");
  }
}

void check_versions(SqliteDatabase& database, VerifyReport& report) {
  for (Row& row : database.query(kAllVersions, {})) {
    const std::string workspace = row.take_text();
    const std::string name = row.take_text();
    const std::string number = row.take_text();
    const std::string canonical =
        database.query(kOneCanonical, {{":workspace_id", workspace}, {":workflow", name}, {":version", number}})
            .front()
            .take_text();
    ++report.versions;
    if (workflow::Hash::of(canonical).text() != row.take_text()) {
      report.problems.push_back("version " + number + " of \"" + name + "\" (workspace " + workspace +
                                ") does not match its hash: its text was changed");
    }
  }
}

void check_audit_log(SqliteDatabase& database, VerifyReport& report) {
  SqlAudit audit(database);
  for (Row& row : database.query(kAuditWorkspaces, {})) {
    const std::string name = row.take_text();
    const auto workspace = stored(workflow::WorkspaceName::parse(name), "workspace name", name);
    for (const std::string& chain : audit.chains(workspace)) {
      const std::vector<workflow::AuditEntry> entries = audit.chain(workspace, chain);
      ++report.audit_chains;
      report.audit_entries += static_cast<std::int64_t>(entries.size());
      if (const auto broken = workflow::find_broken_link(entries)) {
        report.problems.push_back("audit log, chain " + chain + " (workspace " + name + "): " + *broken);
      }
    }
  }
}

void check_is_a_store(SqliteDatabase& database) {
  if (database.application_id() != kApplicationId) {
    throw Fault(FaultKind::storage_not_ours, "the file " + database.path() + " is not a store of Pianola's");
  }
  if (schema_of(database) > newest_schema()) {
    throw Fault(FaultKind::storage_newer, "the store " + database.path() + " was written by a newer Pianola");
  }
}

// Takes the old store out of the way, whole, and gives its new name.
std::string set_aside(const std::string& store_path) {
  std::string kept = store_path + ".before-restore-" + std::to_string(SystemClock().now().micros() / kMicrosPerSecond);
  while (std::filesystem::exists(kept)) kept += "-1";
  try {
    SqliteDatabase(store_path, FileUse::must_exist).fold_write_ahead_log();
  } catch (const Fault& fault) {
    // A damaged store is what backups are put back for: it is kept as it is. One in use must not be moved.
    if (fault.kind() == FaultKind::storage_busy) throw;
  }
  for (const char* suffix : {"-wal", ""}) {
    if (!std::filesystem::exists(store_path + suffix)) continue;
    if (std::rename((store_path + suffix).c_str(), (kept + suffix).c_str()) != 0) {
      throw_system_fault("cannot move the old store aside", errno);
    }
  }
  remove_file(store_path + "-shm");
  return kept;
}

}  // namespace

void back_up(const std::string& store_path, const std::string& target) {
  if (std::filesystem::exists(target)) {
    throw Fault(FaultKind::storage_not_writable,
                target + " exists already: a backup never overwrites; name another file");
  }
  const std::string unfinished = target + ".new";
  remove_file(unfinished);
  SqliteDatabase database(store_path, FileUse::must_exist);
  check_is_a_store(database);
  database.copy_to(unfinished);
  std::filesystem::permissions(unfinished, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  put_in_place_as_new(unfinished, target);
}

std::string restore(const std::string& backup_path, const std::string& store_path) {
  if (const VerifyReport report = verify(backup_path); !report.is_sound()) {
    throw Fault(FaultKind::storage_io,
                "the backup " + backup_path + " is damaged, and nothing was changed: " + report.problems.front());
  }
  make_folders(std::filesystem::path(store_path).parent_path().string());
  const std::string unfinished = store_path + ".new";
  remove_file(unfinished);
  SqliteDatabase(backup_path, FileUse::read_only).copy_to(unfinished);
  WriterQueue writers(store_path, kWriterWaitMillis);
  const Turn turn(writers);
  std::string kept = std::filesystem::exists(store_path) ? set_aside(store_path) : std::string();
  put_in_place(unfinished, store_path);
  return kept;
}

VerifyReport verify(const std::string& store_path) {
  SqliteDatabase database(store_path, FileUse::read_only);
  check_is_a_store(database);
  VerifyReport report;
  check_structure(database, report);
  check_versions(database, report);
  check_audit_log(database, report);
  return report;
}

}  // namespace pianola::store
