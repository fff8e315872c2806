// The audit log's hold on the other tables: the entry of a change names every row that the change wrote, each with a
// hash of its columns, so that verify (store/verify.h) finds a row that was edited, added or removed past the log.
// Every row belongs to one chain: versions, the canary, reports and tellings to their workflow's, an execution's rows
// to its own, prices and access keys to two of the workspace's. Not sealed is what follows from sealed rows (the list
// of workflows, the search index, tallies) and account entries, which the log holds in full. Thread rule: as Database.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/database.h"

namespace pianola::store {

// The seal of a row: SHA-256 over its columns in order, each with its type and length, as 64 hexadecimal digits.
std::string seal_of(std::initializer_list<Bound> columns);
// The same of the columns that are left to read in a row.
std::string seal_of_rest(Row& row);

// The rows of an entry (JSON, or empty) with one more.
std::string with_row(const std::string& rows, const std::string& row, const std::string& seal);

// Where an execution stood when its row was written: sealed apart from the rest of the row, because in an imported
// store the row is as of a later hand-in.
inline constexpr std::string_view kStandingRow = "executions/standing";

// What an entry tells in place of the seal of a row that its change removed.
inline constexpr std::string_view kRemovedRow = "removed";

// Rows by name within their chain ("hand_ins/3"), each with its seal.
using SealedRows = std::map<std::string, std::string>;

// What the rows of a chain are sealed as now; each in the file of its aggregate.
SealedRows sealed_version_rows(Database& database, std::string_view workspace, std::string_view workflow,
                               std::string_view only_version = {});
SealedRows sealed_canary_rows(Database& database, std::string_view workspace, std::string_view workflow);
SealedRows sealed_report_rows(Database& database, std::string_view workspace, std::string_view workflow);
SealedRows sealed_execution_rows(Database& database, std::string_view workspace, std::string_view execution_id);
SealedRows sealed_price_rows(Database& database, std::string_view workspace);
SealedRows sealed_key_rows(Database& database, std::string_view workspace);

// The rows that the open transaction wrote and no entry names yet.
class RowSeals {
 public:
  void note(std::string_view workspace, std::string chain, std::string row, std::string seal);
  // A row that is gone: its entry tells kRemovedRow of it.
  void note_removed(std::string_view workspace, std::string chain, std::string row) {
    note(workspace, std::move(chain), std::move(row), std::string(kRemovedRow));
  }
  // Those of one chain, as the JSON object that an entry carries, and forgets them; empty where there are none.
  std::string take(std::string_view workspace, std::string_view chain);
  // For a write that is undone: forgets what was noted since there were so many.
  std::size_t size() const { return noted_.size(); }
  void keep_only(std::size_t first);

 private:
  struct Noted {
    std::string workspace;
    std::string chain;
    std::string row;
    std::string seal;
  };
  std::vector<Noted> noted_;
};

}  // namespace pianola::store
