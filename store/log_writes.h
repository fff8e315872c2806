// One write for what a commit adds to SQLite's write-ahead log. SQLite writes the log in pieces, two for each page, and
// the system calls cost more than what is in the pieces. While COMMIT runs, what is written to the log is kept back as
// long as one piece follows the other, and handed on before anything else is done to the log. That is the sync of the
// commit at the latest: the log's index, by which others see a commit, is written after it.
// Not for connections that do not sync, whose commits would be seen before they are written, and not around other
// statements: what is kept back must be handed on while SQLite holds the lock of who writes.
// Thread rule: as Database.
#pragma once

#include <sqlite3.h>

#include <string>

namespace pianola::store {

// Joins what is written to a log for as long as it lives. It stands in for the methods of the open file meanwhile:
// SQLite asks the file for them with every call (https://www.sqlite.org/c3ref/io_methods.html).
class JoinedLogWrites {
 public:
  // No log (null): does nothing. `kept_back` is where to keep what is kept back, so that its room can be used again.
  JoinedLogWrites(sqlite3_file* log, std::string& kept_back);
  // What was not handed on by now belongs to a commit that failed.
  ~JoinedLogWrites();
  JoinedLogWrites(const JoinedLogWrites&) = delete;
  JoinedLogWrites& operator=(const JoinedLogWrites&) = delete;

  // Writes what is kept back. A commit that was synced has left nothing. Gives SQLite's code.
  int hand_on();

 private:
  // The methods, and whose they are.
  struct Methods : sqlite3_io_methods {
    JoinedLogWrites* self = nullptr;
  };
  static JoinedLogWrites& of(sqlite3_file* log) { return *static_cast<const Methods*>(log->pMethods)->self; }
  static int write(sqlite3_file* log, const void* bytes, int size, sqlite3_int64 at);
  template <auto Method, class... Arguments>
  static int hand_on_and(sqlite3_file* log, Arguments... arguments);

  sqlite3_file* log_;
  const sqlite3_io_methods* own_methods_ = nullptr;
  Methods methods_{};
  std::string& kept_back_;
  sqlite3_int64 from_ = 0;  // where in the log it belongs
};

}  // namespace pianola::store
