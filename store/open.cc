#include "store/open.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "store/migrate.h"
#include "store/new_store.h"
#include "store/sql_store.h"
#include "store/sqlite.h"
#include "store/whole_file.h"

namespace pianola::store {
namespace {

// A new file would take in the log of the old one, and writes in it that nobody has elsewhere would be gone.
void expect_no_log_left(const std::string& path) {
  for (const char* suffix : {"-wal", "-journal"}) {
    if (!is_store_there(path + suffix)) continue;
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

void expect_a_path(const std::string& where) {
  if (where.starts_with("postgres://") || where.starts_with("postgresql://")) {
    throw Fault(FaultKind::storage_not_ours,
                "this Pianola has no PostgreSQL driver yet: give --store the path of a file, which it makes");
  }
}

// What stores under way that were killed have left: their names end with the number of a process that is no more.
void remove_left_unfinished(const std::string& prefix) {
  const std::filesystem::path path(prefix);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code ignored;
  std::vector<std::string> left;
  for (std::filesystem::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(path.filename().string())) continue;
    pid_t process = 0;
    const char* const begin = name.data() + path.filename().string().size();
    const auto read = std::from_chars(begin, name.data() + name.size(), process);
    const bool is_gone = read.ec == std::errc() && process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
    const std::string_view rest(read.ptr, static_cast<std::size_t>(name.data() + name.size() - read.ptr));
    constexpr std::string_view kOfAStore[] = {"", "-wal", "-shm", "-journal", ".lock", ".new"};
    if (is_gone && std::ranges::find(kOfAStore, rest) != std::end(kOfAStore)) left.push_back(at->path().string());
  }
  for (const std::string& file : left) std::filesystem::remove(file, ignored);
}

std::string folder_of_store(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

void check_is_ours(SqliteDatabase& database) {
  if (database.application_id() != kApplicationId) {
    throw Fault(FaultKind::storage_not_ours,
                "the file " + database.path() + " is another program's database: name another");
  }
}

}  // namespace

bool is_store_there(const std::string& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  if (std::filesystem::is_directory(path, ignored)) {
    throw Fault(FaultKind::storage_not_ours, "the store " + path + " is a folder: give --store the path of a file");
  }
  return !ignored && size != static_cast<std::uintmax_t>(-1) && size > 0;
}

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
  if (is_store_there(path)) return;
  throw Fault(FaultKind::storage_not_ours, "there is no store at " + path + ": `pianola serve` makes one");
}

std::unique_ptr<workflow::Store> open_store(const std::string& where, const OpenOptions& options) {
  expect_a_path(where);
  if (!is_store_there(where)) {
    if (!options.create) expect_store(where);
    make_folders(folder_of_store(where));
    WriterQueue queue(where, options.writer_wait_millis);
    const Turn turn(queue);
    if (!is_store_there(where)) {
      expect_no_log_left(where);
      make_file(where, options);
    }
  }
  const bool only_reads = options.reading_is_enough && !may_write(where);
  const FileUse use = only_reads ? use_for_reading(where) : FileUse::must_exist;
  auto database = std::make_unique<SqliteDatabase>(where, use, options);
  check_is_ours(*database);
  refuse_newer(*database, "the store " + where);
  migrate(*database);
  if (!only_reads) database->use_write_ahead_log();
  return std::make_unique<SqlStore>(std::move(database));
}

NewStore::NewStore(const std::string& path)
    : path_(path), unfinished_(path + ".unfinished-" + std::to_string(::getpid())) {
  expect_a_path(path_);
  expect_no_log_left(path_);
  remove_left_unfinished(path_ + ".unfinished-");
  std::error_code ignored;
  for (std::string folder = folder_of_store(path_); !folder.empty() && !std::filesystem::exists(folder, ignored);
       folder = folder_of_store(folder)) {
    made_folders_.push_back(folder);
  }
  store_ = open_store(unfinished_);
}

NewStore::~NewStore() {
  if (is_in_place_) return;
  store_.reset();
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"}) {
    std::filesystem::remove(unfinished_ + suffix, ignored);
  }
  // Others may have put something into them, and then they stay.
  for (const std::string& folder : made_folders_) ::rmdir(folder.c_str());
}

void NewStore::put_in_place() {
  store_.reset();
  SqliteDatabase(unfinished_, FileUse::must_exist).fold_write_ahead_log();
  std::filesystem::remove(unfinished_ + ".lock");
  WriterQueue queue(path_, OpenOptions().writer_wait_millis);
  const Turn turn(queue);
  if (is_store_there(path_)) {
    throw Fault(FaultKind::storage_busy, "a store was made at " + path_ + " meanwhile: try again", true);
  }
  expect_no_log_left(path_);
  store::put_in_place(unfinished_, path_);
  is_in_place_ = true;
}

}  // namespace pianola::store
