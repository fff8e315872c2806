#include "store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "store/log_writes.h"
#include "store/whole_file.h"

namespace pianola::store {
namespace {

constexpr int kReaderWaitMillis = 10'000;
constexpr int kCheckpointWaitMillis = 20;  // for readers that are still in the log; else the next commit tries again
constexpr int kCheckpointRetryFrames = 250;

constexpr sqlite3_int64 kLogHeaderBytes = 32;
constexpr sqlite3_int64 kLogFrameBytes = 24 + 4096;
constexpr sqlite3_int64 kLeastRoomBytes =
    sqlite3_int64{64} * 1024;  // some commits of a hand-in, or one of a large design
constexpr sqlite3_int64 kMostRoomBytes = sqlite3_int64{1024} * 1024;

constexpr Statement kBeginRead{"BEGIN"};
constexpr Statement kBeginWrite{"BEGIN IMMEDIATE"};
constexpr Statement kCommit{"COMMIT"};
constexpr Statement kRollback{"ROLLBACK"};
constexpr Statement kSavepoint{"SAVEPOINT inner_write"};
constexpr Statement kRelease{"RELEASE SAVEPOINT inner_write"};
constexpr Statement kRollbackTo{"ROLLBACK TO SAVEPOINT inner_write"};
constexpr Statement kDataVersion{"PRAGMA data_version"};

int open_flags(FileUse use) {
  constexpr int kCommon = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (use) {
    case FileUse::must_exist:
      return kCommon | SQLITE_OPEN_READWRITE;
    case FileUse::make:
      return kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case FileUse::read_only:
      return kCommon | SQLITE_OPEN_READONLY;
    case FileUse::read_still:
      return kCommon | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  return kCommon;
}

bool is_for_reading(FileUse use) { return use == FileUse::read_only || use == FileUse::read_still; }

// The file's name as sqlite3_open_v2 takes it: of a still one a URI, which says that no lock and no log is needed.
std::string name_to_open(const std::string& path, FileUse use) {
  if (use != FileUse::read_still) return path;
  std::string uri = "file:";
  for (const char c : path) {
    switch (c) {
      case '%':
        uri += "%25";
        break;
      case '?':
        uri += "%3f";
        break;
      case '#':
        uri += "%23";
        break;
      default:
        uri += c;
    }
  }
  return uri + "?immutable=1";
}

struct KindAndAdvice {
  FaultKind kind;
  std::string_view words;
  bool retryable = false;
};

KindAndAdvice explain_io_error(int system_error) {
  switch (system_fault_kind(system_error)) {
    case FaultKind::storage_full:
      return {FaultKind::storage_full, "the disk is full: nothing was written; free room and try again", true};
    case FaultKind::storage_not_writable:
      return {FaultKind::storage_not_writable, "the file or its folder is not writable"};
    default:
      return {FaultKind::storage_io, "reading or writing the file failed"};
  }
}

KindAndAdvice explain_code(int code, int system_error) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {FaultKind::storage_full, "the disk is full: nothing was written; free room and try again", true};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {FaultKind::storage_not_writable, "the file or its folder is missing or not writable"};
    case SQLITE_NOTADB:
      return {FaultKind::storage_not_ours, "the file is not a database of Pianola's: name another"};
    case SQLITE_CORRUPT:
      return {FaultKind::storage_io,
              "the file is damaged: `pianola restore` puts a backup back, sqlite3's `.recover` saves what can still be "
              "read"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {FaultKind::storage_busy, "another process holds the file; try again", true};
    case SQLITE_IOERR:
      return explain_io_error(system_error);
    default:
      return {FaultKind::bug, "the database refused a statement"};
  }
}

// The open write-ahead log, or null.
sqlite3_file* log_of(sqlite3* connection) {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  return log == nullptr || log->pMethods == nullptr ? nullptr : log;
}

// The errno of the last failed call: the log's own, since what came after the failure may have set another one.
int last_errno(sqlite3* connection) {
  int error = 0;
  if (sqlite3_file* log = log_of(connection); log != nullptr) {
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
  }
  if (error == 0) sqlite3_file_control(connection, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  return error == 0 ? sqlite3_system_errno(connection) : error;
}

Row::Value column_value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate{};
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));  // null where it is empty
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return Blob{bytes == nullptr ? std::string() : std::string(bytes, size)};
    }
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
  }
}

// Resets a statement when a call is over, so that it holds no lock and no borrowed text.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

bool may_write(const std::string& path) { return ::access(path.c_str(), W_OK) == 0; }

FileUse use_for_reading(const std::string& path) {
  const auto may_read = [&](const char* suffix) { return ::access((path + suffix).c_str(), R_OK) == 0; };
  if (may_write(path) || (may_read("-shm") && may_read("-wal"))) return FileUse::read_only;
  std::error_code ignored;
  const auto left = std::filesystem::file_size(path + "-wal", ignored);
  if (!ignored && left > 0) {
    throw Fault(FaultKind::storage_not_writable, "the store " + path + " holds writes in " + path +
                                                     "-wal, which may not be read here: let its owner open " +
                                                     "it once, or allow reading that file too");
  }
  return FileUse::read_still;
}

void CloseSqlite::operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
void FinalizeSqlite::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

SqliteDatabase::SqliteDatabase(const std::string& path, FileUse use, const OpenOptions& options)
    : path_(path),
      writers_(path, options.writer_wait_millis),
      durable_(options.durable),
      checkpoint_after_frames_(options.checkpoint_after_frames),
      next_checkpoint_at_(options.checkpoint_after_frames) {
  // Counting what SQLite allocates takes a lock for each allocation, and nobody asks for the sum. Refused where SQLite
  // is in use already.
  [[maybe_unused]] static const int kConfigured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(name_to_open(path, use).c_str(), &opened, open_flags(use), nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) fail(code, "open");
  set_up(options);
  if (!is_for_reading(use) && sqlite3_db_readonly(connection_.get(), "main") == 1) {
    throw Fault(FaultKind::storage_not_writable, "the store " + path_ + " is not writable: check its permissions");
  }
}

SqliteDatabase::~SqliteDatabase() {
  rollback();
  prepared_.clear();
  checkpoint_on_close();
}

void SqliteDatabase::set_up(const OpenOptions& options) {
  sqlite3* connection = connection_.get();
  sqlite3_busy_timeout(connection, kReaderWaitMillis);
  // What closes last would otherwise checkpoint outside the writers' queue.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  run_script(options.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
  run_script("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0");
  // In KB: what a hand-in walks through. The rest is the system's to keep, once for all the servers that hosts start.
  run_script("PRAGMA cache_size = -320");
  sqlite3_wal_hook(
      connection,
      [](void* self, sqlite3*, const char*, int frames) {
        static_cast<SqliteDatabase*>(self)->log_frames_ = frames;
        return SQLITE_OK;
      },
      this);
}

void SqliteDatabase::fail(int code, std::string_view doing) {
  ++cache_stamp_;  // a failure may have undone the whole transaction
  sqlite3* connection = connection_.get();
  const int system_error = connection == nullptr ? 0 : last_errno(connection);
  const KindAndAdvice what = explain_code(code, system_error);
  const std::string which = "the store " + path_ + ": " + std::string(what.words);
  if (what.kind == FaultKind::storage_not_ours) throw Fault(what.kind, which);  // there is no more to say of it
  std::string message = which + " (" + std::string(doing) + ": ";
  message += connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection);
  if ((code & 0xff) == SQLITE_IOERR) message += ", " + std::generic_category().message(system_error);
  throw Fault(what.kind, message + ")", what.retryable);
}

SqliteDatabase::Prepared& SqliteDatabase::prepared(const Statement& statement) {
  Prepared& kept = prepared_[statement.text.data()];
  if (kept.statement) return kept;
  sqlite3_stmt* fresh = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), statement.text.data(), static_cast<int>(statement.text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
  if (code != SQLITE_OK) fail(code, statement.text);
  kept.statement.reset(fresh);
  kept.places.resize(static_cast<std::size_t>(sqlite3_bind_parameter_count(fresh)));
  return kept;
}

void SqliteDatabase::bind(Prepared& prepared, Parameters parameters) {
  sqlite3_stmt* statement = prepared.statement.get();
  if (prepared.places.size() != parameters.size()) {
    throw Fault(FaultKind::bug, std::string("parameters are missing or too many: ") + sqlite3_sql(statement));
  }
  auto place = prepared.places.begin();
  for (const Parameter& parameter : parameters) {
    // Names are literals: the same call gives the same address, and so the same place.
    if (place->name != parameter.name.data()) {
      *place = {parameter.name.data(), sqlite3_bind_parameter_index(statement, parameter.name.data())};
    }
    const int at = (place++)->at;
    int code = at == 0 ? SQLITE_RANGE : SQLITE_OK;
    if (const auto* number = std::get_if<std::int64_t>(&parameter.bound); at != 0 && number != nullptr) {
      code = sqlite3_bind_int64(statement, at, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&parameter.bound); at != 0 && text != nullptr) {
      code = sqlite3_bind_text64(statement, at, text->empty() ? "" : text->data(), text->size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    }
    if (code != SQLITE_OK) fail(code, parameter.name);
  }
}

std::int64_t SqliteDatabase::execute(const Statement& statement, Parameters parameters) {
  const bool is_alone = std::exchange(is_alone_, false);
  if (!is_alone) open_savepoints();
  const std::int64_t changed = step(statement, parameters);
  if (is_alone && empty_savepoints_ > 0) written_without_ = true;
  return changed;
}

std::int64_t SqliteDatabase::step(const Statement& statement, Parameters parameters) {
  Prepared& kept = prepared(statement);
  sqlite3_stmt* ready = kept.statement.get();
  const Use use(ready);
  bind(kept, parameters);
  const int code = sqlite3_step(ready);
  if (code != SQLITE_DONE) fail(code, "write");
  return sqlite3_changes64(connection_.get());
}

std::vector<Row> SqliteDatabase::query(const Statement& statement, Parameters parameters) {
  Prepared& kept = prepared(statement);
  sqlite3_stmt* ready = kept.statement.get();
  const Use use(ready);
  bind(kept, parameters);
  std::vector<Row> rows;
  const int columns = sqlite3_column_count(ready);
  int code = sqlite3_step(ready);
  for (; code == SQLITE_ROW; code = sqlite3_step(ready)) {
    std::vector<Row::Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) values.push_back(column_value(ready, column));
    rows.emplace_back(std::move(values));
  }
  if (code != SQLITE_DONE) fail(code, "read");
  return rows;
}

// Scripts are ours: they may do to the schema what a statement with a hole must not.
void SqliteDatabase::run_script(const std::string& script) {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  const int code = sqlite3_exec(connection_.get(), script.c_str(), nullptr, nullptr, nullptr);
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (code != SQLITE_OK) fail(code, "run");
}

void SqliteDatabase::run(const Statement& statement) { step(statement, {}); }

void SqliteDatabase::begin(Access access) {
  if (access == Access::read) {
    run(kBeginRead);
    return;
  }
  if (sqlite3_db_readonly(connection_.get(), "main") == 1) {
    throw Fault(FaultKind::storage_not_writable,
                "the store " + path_ + " may only be read, and this would write to it: check its permissions");
  }
  writers_.enter();
  sqlite3_stmt* ready = nullptr;
  int code = SQLITE_OK;
  {
    ready = prepared(kBeginWrite).statement.get();
    const Use use(ready);
    code = sqlite3_step(ready);
  }
  if (code != SQLITE_DONE) {
    writers_.leave();
    fail(code, "begin a write");
  }
  writing_ = true;
  empty_savepoints_ = 0;
  is_alone_ = false;
  written_without_ = false;
  look_for_foreign_commits();
}

int SqliteDatabase::step_commit(sqlite3_stmt* ready) {
  JoinedLogWrites joined(writing_ && durable_ && has_log_ ? log_of(connection_.get()) : nullptr, kept_back_);
  const int code = sqlite3_step(ready);
  if (code == SQLITE_DONE) joined.hand_on();  // nothing, but where a script has turned syncing off
  return code;
}

void SqliteDatabase::commit() {
  sqlite3_stmt* ready = prepared(kCommit).statement.get();
  const int code = step_commit(ready);
  if (code != SQLITE_DONE) {
    sqlite3_reset(ready);
    const int system_error = last_errno(connection_.get());
    const KindAndAdvice what = explain_code(code, system_error);
    const std::string why = sqlite3_errmsg(connection_.get());
    rollback();
    throw Fault(what.kind, "the store " + path_ + ": " + std::string(what.words) + " (commit: " + why + ")",
                what.retryable);
  }
  sqlite3_reset(ready);
  if (!writing_) return;
  ++own_commits_;
  note_own_commit();
  checkpoint_if_due();
  make_room_in_log();
  writing_ = false;
  writers_.leave();
}

void SqliteDatabase::rollback() noexcept {
  if (writing_) ++cache_stamp_;
  if (in_transaction()) sqlite3_exec(connection_.get(), kRollback.text.data(), nullptr, nullptr, nullptr);
  writing_ = false;
  writers_.leave();
}

bool SqliteDatabase::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

// A savepoint is opened by the first write in it: SQLite keeps a copy of each page that changes behind one.
void SqliteDatabase::savepoint() { ++empty_savepoints_; }

void SqliteDatabase::write_alone() { is_alone_ = true; }

void SqliteDatabase::open_savepoints() {
  if (written_without_) return;
  for (; empty_savepoints_ > 0; --empty_savepoints_) run(kSavepoint);
}

void SqliteDatabase::release_savepoint() {
  if (empty_savepoints_ == 0) return run(kRelease);
  --empty_savepoints_;
  written_without_ = written_without_ && empty_savepoints_ > 0;
}

void SqliteDatabase::rollback_to_savepoint() noexcept {
  ++cache_stamp_;
  is_alone_ = false;  // said of a write that may not have come
  const bool is_empty = empty_savepoints_ > 0;
  if (is_empty) --empty_savepoints_;
  if (!in_transaction() || (is_empty && !written_without_)) return;
  if (is_empty) {
    sqlite3_exec(connection_.get(), kRollback.text.data(), nullptr, nullptr, nullptr);
    return;
  }
  sqlite3_exec(connection_.get(), kRollbackTo.text.data(), nullptr, nullptr, nullptr);
  sqlite3_exec(connection_.get(), kRelease.text.data(), nullptr, nullptr, nullptr);
}

// https://www.sqlite.org/walformat.html, the WAL-index header: 48 bytes at the start of shared memory that is mapped
// already, with a change counter, checksums and salts. Reading it takes no lock and no system call; what is read while
// another process writes it differs from what was there, and that is all that is asked.
std::optional<SqliteDatabase::LogHead> SqliteDatabase::log_head() {
  if (!has_log_) return std::nullopt;
  constexpr int kFirstRegion = 0;
  constexpr int kRegionSize = 32 * 1024;
  sqlite3_file* file = nullptr;
  volatile void* region = nullptr;
  sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2 ||
      file->pMethods->xShmMap(file, kFirstRegion, kRegionSize, 0, &region) != SQLITE_OK || region == nullptr) {
    return std::nullopt;
  }
  LogHead head;
  const auto* words = static_cast<const volatile std::uint32_t*>(region);
  for (std::size_t i = 0; i < head.size(); ++i) head[i] = words[i];
  return head;
}

std::uint64_t SqliteDatabase::change_count() {
  if (const std::optional<LogHead> head = log_head()) {
    if (*head != seen_head_) ++heads_seen_;
    seen_head_ = *head;
    return heads_seen_;
  }
  const auto others = static_cast<std::uint64_t>(query(kDataVersion, {}).front().take_integer());
  return (others << 32U) + own_commits_;  // data_version leaves one's own commits out
}

std::optional<std::uint64_t> SqliteDatabase::cache_stamp() {
  if (!has_log_ || (in_transaction() && !writing_)) return std::nullopt;
  if (!writing_) look_for_foreign_commits();  // while this connection writes, nobody else does
  return cache_stamp_;
}

void SqliteDatabase::look_for_foreign_commits() {
  const std::optional<LogHead> head = log_head();
  if (head && head == known_head_) return;
  ++cache_stamp_;
  known_head_ = head;
}

// Every commit counts the log's change counter up by one: where it was counted further, somebody else came in between.
void SqliteDatabase::note_own_commit() {
  constexpr std::size_t kChangeCounter = 2;
  const std::optional<LogHead> head = log_head();
  const bool is_next = head && known_head_ && (*head)[kChangeCounter] == (*known_head_)[kChangeCounter] + 1;
  if (is_next) known_head_ = head;
}

void SqliteDatabase::checkpoint_if_due() noexcept {
  if (log_frames_ < next_checkpoint_at_) {
    if (log_frames_ < checkpoint_after_frames_) next_checkpoint_at_ = checkpoint_after_frames_;
    return;
  }
  sqlite3_busy_timeout(connection_.get(), kCheckpointWaitMillis);
  const int code = sqlite3_wal_checkpoint_v2(connection_.get(), "main", SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(connection_.get(), kReaderWaitMillis);
  // The commit is durable whether or not this succeeds; a log that readers still use is tried again a little later.
  next_checkpoint_at_ = code == SQLITE_OK ? checkpoint_after_frames_ : log_frames_ + kCheckpointRetryFrames;
}

// A sync that finds the file grown has its size and its place on the disk to write too, and takes two to three times as
// long. So the log is lengthened by zeros before it is full: as much again as it holds, within bounds. Whoever reads it
// ends at the first frame that does not carry the log's salt and checksum
// (https://www.sqlite.org/fileformat2.html#walformat). Where this fails, commits append as they would without it.
void SqliteDatabase::make_room_in_log() noexcept {
  sqlite3_file* log = log_frames_ == 0 ? nullptr : log_of(connection_.get());
  const sqlite3_int64 used = kLogHeaderBytes + sqlite3_int64{log_frames_} * kLogFrameBytes;
  if (used < log_used_) log_size_ = 0;  // it began anew: whoever emptied it may have cut it off
  log_used_ = used;
  if (log == nullptr || log_size_ - used >= kLeastRoomBytes) return;
  sqlite3_int64 size = 0;
  if (log->pMethods->xFileSize(log, &size) != SQLITE_OK) return;
  const bool has_room = size - used >= kLeastRoomBytes;
  const sqlite3_int64 wanted = has_room ? size : used + std::clamp(used, 2 * kLeastRoomBytes, kMostRoomBytes);
  static constexpr std::array<char, kLeastRoomBytes> kZeros{};
  while (size < wanted &&
         log->pMethods->xWrite(log, kZeros.data(), static_cast<int>(kZeros.size()), size) == SQLITE_OK) {
    size += kLeastRoomBytes;
  }
  log_size_ = size;
}

void SqliteDatabase::checkpoint_on_close() noexcept {
  if (own_commits_ == 0 || !writers_.try_enter()) return;
  sqlite3_busy_timeout(connection_.get(), 0);
  sqlite3_wal_checkpoint_v2(connection_.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  writers_.leave();
}

std::vector<std::string> SqliteDatabase::explain(const Statement& statement) {
  constexpr int kDetail = 3;
  return explain_column("EXPLAIN QUERY PLAN " + std::string(statement.text), kDetail);
}

std::vector<std::string> SqliteDatabase::explain_operations(const Statement& statement) {
  constexpr int kOperation = 1;
  return explain_column("EXPLAIN " + std::string(statement.text), kOperation);
}

std::vector<std::string> SqliteDatabase::explain_column(const std::string& text, int column) {
  sqlite3_stmt* fresh = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), text.c_str(), -1, &fresh, nullptr);
  if (code != SQLITE_OK) fail(code, text);
  const SqliteStatement owned(fresh);
  std::vector<std::string> lines;
  while (sqlite3_step(fresh) == SQLITE_ROW) {
    lines.push_back(std::get<std::string>(column_value(fresh, column)));
  }
  return lines;
}

std::int32_t SqliteDatabase::application_id() {
  constexpr static Statement kRead{"PRAGMA application_id"};
  return static_cast<std::int32_t>(query(kRead, {}).front().take_integer());
}

bool SqliteDatabase::is_blank() {
  constexpr static Statement kAnyTable{"SELECT 1 FROM sqlite_schema LIMIT 1"};
  return query(kAnyTable, {}).empty();
}

void SqliteDatabase::use_write_ahead_log() {
  constexpr static Statement kUse{"PRAGMA journal_mode = WAL"};
  const std::string mode = query(kUse, {}).front().take_text();
  if (mode != "wal") {
    throw Fault(FaultKind::storage_not_writable,
                "the store " + path_ + " lies where SQLite's write-ahead log does not work (a network disk?)");
  }
  has_log_ = true;
}

void SqliteDatabase::fold_write_ahead_log() {
  prepared_.clear();
  has_log_ = false;
  sqlite3_busy_timeout(connection_.get(), 0);
  run_script("PRAGMA journal_mode = DELETE");
  constexpr static Statement kMode{"PRAGMA journal_mode"};
  if (query(kMode, {}).front().take_text() != "delete") {
    throw Fault(FaultKind::storage_busy, "the store " + path_ + " is open in another process: end that first", true);
  }
}

void SqliteDatabase::copy_to(const std::string& path) {
  // Made for its owner alone before anything is in it: keys and what was handed in are nobody else's.
  ::close(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  constexpr static Statement kCopy{"VACUUM INTO :path"};
  execute(kCopy, {{":path", path}});
}

}  // namespace pianola::store
