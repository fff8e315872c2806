#include "bench/store_filling.h"

#include <algorithm>
#include <cstdio>

#include "store/sqlite.h"

namespace pianola::bench {
namespace {

constexpr long kBatch = 20'000;

// Copies of the original: the rows whose ids sort behind those of the copies.
constexpr const char* kCopy = R"(
  CREATE TEMP TABLE IF NOT EXISTS copies (id TEXT PRIMARY KEY);
  DELETE FROM copies;
  WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
    INSERT INTO copies SELECT printf('00000000-0000-7000-8000-%012x', n) FROM numbers;
  INSERT INTO executions
    SELECT workspace_id, id, workflow, version, mode, state, executor, author_key, idempotency_key, started_at,
           last_hand_in_at, ended_at, idle_hour, tallied_seq, rev, current_step, progress, row_seq
    FROM (SELECT * FROM executions WHERE workspace_id = 'default' AND execution_id > '01'), copies;
  INSERT INTO execution_starts
    SELECT workspace_id, id, author, arguments_hash, input, input_files, batch
    FROM (SELECT * FROM execution_starts WHERE workspace_id = 'default' AND execution_id > '01'), copies;
  INSERT INTO hand_ins
    SELECT workspace_id, id, seq, step, result, executor, handed_in_at, details, output, audit_seq,
           audit_hash, audit_facts, rows_written
    FROM copies, (SELECT * FROM hand_ins WHERE workspace_id = 'default' AND execution_id > '01');
  INSERT INTO audit_log
    SELECT workspace_id, 'execution:' || id, seq, written_at, action, author, body, previous_hash, hash, rows_written
    FROM copies,
         (SELECT * FROM audit_log WHERE workspace_id = 'default' AND chain BETWEEN 'execution:01' AND 'execution:~');
)";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what)) text.replace(at, what.size(), with);
  return text;
}

}  // namespace

std::string filled_id(long number) {
  char id[37];
  std::snprintf(id, sizeof id, "00000000-0000-7000-8000-%012lx", number);
  return id;
}

void fill_store(const std::string& path, long count) {
  store::SqliteDatabase database(path, store::FileUse::must_exist, {.durable = false});
  database.run_script("PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000");
  for (long first = 1; first <= count; first += kBatch) {
    const long last = std::min(first + kBatch - 1, count);
    database.begin(store::Access::write);
    database.run_script(replaced(replaced(kCopy, "{first}", std::to_string(first)), "{last}", std::to_string(last)));
    database.commit();
  }
}

}  // namespace pianola::bench
