// The SQLite driver: one file in WAL mode, synced at every commit, one connection a Database.
//
// Guarantees: a commit that returned survives a killed process and a power cut (synchronous=FULL). Writers queue on a
// sidecar (writer_queue.h) and begin IMMEDIATE, so that none meets "database is locked". Automatic checkpoints are off
// and every checkpoint is run by a writer in its turn: SQLite before 3.51.3 can damage a file where a checkpoint that
// resets the log races with a writer. SQLite's C interface is used as it is: statements are prepared once,
// persistently, and errors keep their extended code and errno, which SQLiteCpp 3.2 does not give. Thread rule: as
// Database.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "store/database.h"
#include "store/open.h"
#include "store/writer_queue.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pianola::store {

inline constexpr std::int32_t kApplicationId = 0x5069616e;  // "Pian", in the file's header

// Closes a connection that goes out of scope.
struct CloseSqlite {
  void operator()(sqlite3* connection) const noexcept;
};
// Frees a prepared statement that goes out of scope.
struct FinalizeSqlite {
  void operator()(sqlite3_stmt* statement) const noexcept;
};
using SqliteHandle = std::unique_ptr<sqlite3, CloseSqlite>;
using SqliteStatement = std::unique_ptr<sqlite3_stmt, FinalizeSqlite>;

// How SQLite opens a file. `read_still`: one that nobody has open, and beside which nothing can be made.
enum class FileUse { must_exist, make, read_only, read_still };

// True where this process may write the file.
bool may_write(const std::string& path);
// How to open a store that is only read, be it somebody else's: a log beside it is read with it, and where there is
// none and none may be made, it stands still. Throws Fault where it was left in the middle of its writes.
FileUse use_for_reading(const std::string& path);

// One connection to one file.
class SqliteDatabase final : public Database {
 public:
  // Opens an existing file. Throws Fault: not writable, no database, damaged.
  SqliteDatabase(const std::string& path, FileUse use, const OpenOptions& options = {});
  ~SqliteDatabase() override;
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  std::int64_t execute(const Statement& statement, Parameters parameters) override;
  std::vector<Row> query(const Statement& statement, Parameters parameters) override;
  void run_script(const std::string& script) override;
  void begin(Access access) override;
  void commit() override;
  void rollback() noexcept override;
  bool in_transaction() const override;
  void savepoint() override;
  void write_alone() override;
  void release_savepoint() override;
  void rollback_to_savepoint() noexcept override;
  std::uint64_t change_count() override;
  std::optional<std::uint64_t> cache_stamp() override;

  // How SQLite runs a statement: the lines of EXPLAIN QUERY PLAN.
  std::vector<std::string> explain(const Statement& statement);
  // The operations that SQLite runs for it: the second column of EXPLAIN.
  std::vector<std::string> explain_operations(const Statement& statement);
  // The number in the file's header that says whose it is; 0 in a fresh file.
  std::int32_t application_id();
  // True where the file holds no table at all.
  bool is_blank();
  // Turns the write-ahead log on; it is a property of the file.
  void use_write_ahead_log();
  // Moves the log into the file and turns it off. Throws Fault (storage_busy) while others have the file open.
  void fold_write_ahead_log();
  // A complete, compacted copy as of now under another name, which must not exist.
  void copy_to(const std::string& path);
  // The file, as it was named.
  const std::string& path() const { return path_; }
  // The queue that its writers stand in, for work that is not one transaction.
  WriterQueue& writers() { return writers_; }

 private:
  // A statement that is kept ready, and which parameter each value of its last call was bound to.
  struct Place {
    const char* name = nullptr;
    int at = 0;
  };
  struct Prepared {
    SqliteStatement statement;
    std::vector<Place> places;
  };
  Prepared& prepared(const Statement& statement);
  void bind(Prepared& prepared, Parameters parameters);
  std::int64_t step(const Statement& statement, Parameters parameters);
  void run(const Statement& statement);
  void open_savepoints();
  void set_up(const OpenOptions& options);
  int step_commit(sqlite3_stmt* ready);
  void checkpoint_if_due() noexcept;
  void make_room_in_log() noexcept;
  void checkpoint_on_close() noexcept;
  // The head of the write-ahead log's index: every commit of anybody changes it.
  using LogHead = std::array<std::uint32_t, 12>;
  std::optional<LogHead> log_head();
  void look_for_foreign_commits();
  void note_own_commit();
  std::vector<std::string> explain_column(const std::string& text, int column);
  [[noreturn]] void fail(int code, std::string_view doing);

  std::string path_;
  WriterQueue writers_;
  SqliteHandle connection_;
  std::unordered_map<const char*, Prepared> prepared_;
  std::uint64_t own_commits_ = 0;
  bool has_log_ = false;
  LogHead seen_head_{};
  std::uint64_t heads_seen_ = 0;
  std::optional<LogHead> known_head_;  // as the last commit that this connection knows of left it
  std::uint64_t cache_stamp_ = 0;
  const bool durable_;
  std::string kept_back_;  // room for JoinedLogWrites
  int log_frames_ = 0;
  std::int64_t log_used_ = 0;  // bytes, as of the last commit
  std::int64_t log_size_ = 0;  // at least so long the log was, when last looked at
  // Savepoints that were asked for and are not open, since nothing was written in them; but see write_alone().
  int empty_savepoints_ = 0;
  bool is_alone_ = false;         // the next write
  bool written_without_ = false;  // something was written that should stand behind the empty savepoints
  int checkpoint_after_frames_;
  int next_checkpoint_at_;
  bool writing_ = false;
};

}  // namespace pianola::store
