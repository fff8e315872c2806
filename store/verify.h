// Looks a store through for damage and for what was changed past the program: the file's structure, every row against
// the audit log, the log against itself, and what is derived (accounts, tallies, lists, the search index) against what
// it is derived from. Nothing inside the file can tell that a file was replaced as a whole, or that the newest entries
// are gone together with all that they tell of: for that a head of the log is kept outside and given again.
// Thread rule: plain functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/sqlite.h"

namespace pianola::store {

// What the audit log was at a time, in one line that a user keeps: how many entries it held up to when, and a hash over
// the last of them in every chain. Entries that come later change nothing about it.
struct LogHead {
  std::int64_t entries = 0;
  Timestamp until;
  std::string hash;
  // "57-1764038479123456-" and 64 hexadecimal digits.
  std::string text() const;
  // Refuses ("bad_head") what text() did not write.
  static Result<LogHead> parse(std::string_view text);
};

// What looking through a store found.
struct VerifyReport {
  std::vector<std::string> problems;  // in words; empty: the store is sound
  std::int64_t versions = 0;          // looked through, each against its hash
  std::int64_t audit_chains = 0;
  std::int64_t audit_entries = 0;
  LogHead head;
  bool is_sound() const { return problems.empty(); }
};

// Reads everything, as of one moment; others may go on writing. `known`: a head that an earlier look gave, which the
// log must still begin with. Throws Fault where the file is no store of ours, or cannot be read at all.
VerifyReport verify(const std::string& store_path, const std::optional<LogHead>& known = {});

// What a quick look at a store tells: whether its pages hang together, but not what its rows say.
struct StoreCondition {
  std::int64_t schema = 0;      // of the file; an older one than this program's is migrated when the store is opened
  std::string damage;           // what SQLite finds first; empty where it finds nothing
  bool may_be_written = false;  // by this process: the file, and the folder that the log lies in
};
// Changes nothing. Throws Fault where the file is no store of ours, or cannot be read at all.
StoreCondition look_at(const std::string& store_path);

// Throws Fault (storage_not_ours, storage_newer) where the file is not one that this program reads.
void check_is_a_store(SqliteDatabase& database);

}  // namespace pianola::store
