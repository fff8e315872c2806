#include "store/backup.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/migrate.h"
#include "store/open.h"
#include "store/sqlite.h"
#include "store/verify.h"
#include "store/verify_structure.h"
#include "store/whole_file.h"

namespace pianola::store {
namespace {

constexpr int kWriterWaitMillis = 30'000;
// What a store's writes may lie in.
constexpr std::array<std::string_view, 3> kStoreSuffixes = {"-wal", "-journal", ""};
constexpr std::int64_t kFirstSealedSchema = 3;  // before it no entry of the audit log named the rows it wrote

// Takes what there is of the old store out of the way, and gives its new name. A log or journal that stayed would be
// played into the new file.
std::string set_aside(const std::string& store_path) {
  std::string kept = store_path + ".before-restore-" + std::to_string(SystemClock().now().micros() / kMicrosPerSecond);
  while (std::filesystem::exists(kept)) kept += "-1";
  const std::optional<Fault> fault = fault_of([&] {
    if (std::filesystem::exists(store_path)) SqliteDatabase(store_path, FileUse::must_exist).fold_write_ahead_log();
  });
  // A damaged store is what backups are put back for: it is kept as it is. One in use must not be moved.
  if (fault && fault->kind() == FaultKind::storage_full) throw *fault;
  if (fault && fault->kind() == FaultKind::storage_busy) {
    throw Fault(FaultKind::storage_busy,
                "the store " + store_path + " is open: end the hosts and servers that use it, then restore", true);
  }
  for (const std::string_view suffix : kStoreSuffixes) {
    const std::string part = store_path + std::string(suffix);
    if (!std::filesystem::exists(part)) continue;
    if (std::rename(part.c_str(), (kept + std::string(suffix)).c_str()) != 0) {
      throw_system_fault("cannot move the old store aside", errno);
    }
  }
  remove_file(store_path + "-shm");
  return kept;
}

void remove_unfinished(const std::string& unfinished) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"}) remove_file(unfinished + suffix);
}

void expect_none(const std::vector<std::string>& problems, const std::string& backup_path) {
  if (problems.empty()) return;
  throw Fault(FaultKind::storage_io,
              "the backup " + backup_path + " is damaged, and nothing was changed: " + problems.front());
}

// The rows of an older schema are looked through as what the migrations make of them; the copy is compacted, so that
// damage of the file must be looked for before.
void copy_migrated(const std::string& backup_path, const std::string& unfinished) {
  std::int64_t schema = 0;
  {
    SqliteDatabase backup(backup_path, FileUse::read_only);
    check_is_a_store(backup);
    schema = schema_of(backup);
    expect_none(schema < newest_schema() ? find_structure_problems(backup) : verify(backup_path).problems, backup_path);
    backup.copy_to(unfinished);
  }
  if (schema == newest_schema()) return;
  {
    SqliteDatabase copy(unfinished, FileUse::must_exist);
    migrate(copy);
    if (schema < kFirstSealedSchema) expect_none(find_structure_problems(copy), backup_path);
  }
  if (schema >= kFirstSealedSchema) expect_none(verify(unfinished).problems, backup_path);
}

}  // namespace

void back_up(const std::string& store_path, const std::string& target) {
  if (std::filesystem::exists(target)) {
    throw Fault(FaultKind::storage_not_writable,
                target + " exists already: a backup never overwrites; name another file");
  }
  const std::string unfinished = target + ".new";
  remove_file(unfinished);
  expect_store(store_path);
  SqliteDatabase database(store_path, FileUse::must_exist);
  check_is_a_store(database);
  database.copy_to(unfinished);
  put_in_place_as_new(unfinished, target);
}

std::string restore(const std::string& backup_path, const std::string& store_path) {
  make_folders(std::filesystem::path(store_path).parent_path().string());
  const std::string unfinished = store_path + ".new";
  remove_unfinished(unfinished);
  if (const std::optional<Fault> fault = fault_of([&] { copy_migrated(backup_path, unfinished); })) {
    remove_unfinished(unfinished);
    throw *fault;
  }
  for (const char* suffix : {"-wal", "-shm", "-journal", ".lock"}) remove_file(unfinished + suffix);
  WriterQueue writers(store_path, kWriterWaitMillis);
  const Turn turn(writers);
  const bool is_there = std::any_of(kStoreSuffixes.begin(), kStoreSuffixes.end(), [&](std::string_view suffix) {
    return std::filesystem::exists(store_path + std::string(suffix));
  });
  std::string kept = is_there ? set_aside(store_path) : std::string();
  put_in_place(unfinished, store_path);
  return kept;
}

}  // namespace pianola::store
