#include "store/open.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "store/migrate.h"
#include "store/sql_store.h"
#include "store/sqlite.h"
#include "store/whole_file.h"

namespace pianola::store {
namespace {

// True where a store of somebody's lies at `path`; an empty file is none.
bool is_there(const std::string& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  if (std::filesystem::is_directory(path, ignored)) {
    throw Fault(FaultKind::storage_not_ours, "the store " + path + " is a folder: give --store the path of a file");
  }
  return !ignored && size != static_cast<std::uintmax_t>(-1) && size > 0;
}

// A new file would take in the log of the old one, and writes in it that nobody has elsewhere would be gone.
void expect_no_log_left(const std::string& path) {
  for (const char* suffix : {"-wal", "-journal"}) {
    if (!is_there(path + suffix)) continue;
    throw Fault(FaultKind::storage_not_ours,
                "there is no store at " + path + ", but " + path + suffix +
                    " holds writes to one that was there: put that store back beside it, or move this file away");
  }
}

// A complete new file under another name, then its real one: no reader ever meets half a schema.
void make_file(const std::string& path, const OpenOptions& options) {
  const std::string unfinished = path + ".new";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) remove_file(unfinished + suffix);
  {
    SqliteDatabase fresh(unfinished, FileUse::make, options);
    ::chmod(unfinished.c_str(), S_IRUSR | S_IWUSR);
    fresh.run_script("PRAGMA application_id = " + std::to_string(kApplicationId));
    migrate(fresh);
    fresh.use_write_ahead_log();
  }
  for (const char* suffix : {"-wal", "-shm", ".lock"}) remove_file(unfinished + suffix);
  put_in_place(unfinished, path);
}

void check_is_ours(SqliteDatabase& database) {
  if (database.application_id() != kApplicationId) {
    throw Fault(FaultKind::storage_not_ours,
                "the file " + database.path() + " is another program's database: name another");
  }
}

}  // namespace

std::string default_store_path() {
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  return default_store_path(data == nullptr ? "" : data, home == nullptr ? "" : home);
}

std::string default_store_path(const std::string& data_home, const std::string& home) {
  if (data_home.starts_with('/')) return data_home + "/pianola/store.db";
  return (home.empty() ? "." : home) + "/.local/share/pianola/store.db";
}

void expect_store(const std::string& path) {
  if (is_there(path)) return;
  throw Fault(FaultKind::storage_not_ours, "there is no store at " + path + ": `pianola serve` makes one");
}

std::unique_ptr<workflow::Store> open_store(const std::string& where, const OpenOptions& options) {
  if (where.starts_with("postgres://") || where.starts_with("postgresql://")) {
    throw Fault(FaultKind::storage_not_ours,
                "this Pianola has no PostgreSQL driver yet: give --store the path of a file, which it makes");
  }
  if (!is_there(where)) {
    if (!options.create) expect_store(where);
    make_folders(std::filesystem::path(where).parent_path().string());
    WriterQueue queue(where, options.writer_wait_millis);
    const Turn turn(queue);
    if (!is_there(where)) {
      expect_no_log_left(where);
      make_file(where, options);
    }
  }
  const bool only_reads = options.reading_is_enough && !may_write(where);
  const FileUse use = only_reads ? use_for_reading(where) : FileUse::must_exist;
  auto database = std::make_unique<SqliteDatabase>(where, use, options);
  check_is_ours(*database);
  migrate(*database);
  if (!only_reads) database->use_write_ahead_log();
  return std::make_unique<SqlStore>(std::move(database));
}

}  // namespace pianola::store
