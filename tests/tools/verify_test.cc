// Behind the program's back: every row of every table of a real store is edited column by column, removed, added and
// swapped with plain SQL, and verify must name each. Tables and columns come from the store itself: a new one is in.
#include "store/verify.h"

#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "store/backup.h"
#include "store/sql_store.h"
#include "tests/tools/full_store.h"

namespace pianola::store {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// What an edit of changes nothing that anybody reads, each with the reason.
const std::map<std::string, std::string> kNotCovered = {
    {"account_deltas.delta_id", "a name that nobody reads; it keeps two deltas apart until they are summed up"},
    {"step_tally_deltas.delta_id", "as account_deltas.delta_id"},
    {"http_sessions", "what clients of running servers asked for, forgotten when their session's id ends"},
    {"secrets", "random texts: with another one no key or session is let in, which shows by itself"},
    {"schema_migrations.applied_at", "when a migration ran is a note; which ones ran is covered"},
};

using Texts = std::vector<std::string>;

const Texts kNothingChanged = {"nothing was changed"};

// A store file that is changed with plain SQL, without any of its constraints.
class RawStore {
 public:
  explicit RawStore(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &connection_), SQLITE_OK);
    run("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF");
  }
  ~RawStore() { sqlite3_close(connection_); }
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  // Gives how many rows the last statement changed.
  int run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(connection_);
    return sqlite3_changes(connection_);
  }
  // The first column of every row.
  Texts read(const std::string& sql) {
    Texts values;
    const auto take = [](void* to, int, char** columns, char**) {
      static_cast<Texts*>(to)->push_back(columns[0] == nullptr ? "" : columns[0]);
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(connection_, sql.c_str(), take, &values, nullptr), SQLITE_OK) << sql;
    return values;
  }

 private:
  sqlite3* connection_ = nullptr;
};

struct Table {
  std::string name;
  Texts columns;
  Texts keys;  // its primary key
  Texts rows;  // conditions, one a row
  std::string made_by;
};

// Columns that no two rows may share beside their keys.
bool is_unique(const Table& table, const std::string& column) {
  return column == "idempotency_key" || (table.name == "versions" && column == "version") ||
         (table.name == "searched_workflows" && column == "number");
}

std::string joined(const Texts& texts, const std::string& between) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : between) + text;
  return all;
}

Table describe_table(RawStore& store, const std::string& name) {
  Table table{.name = name};
  table.columns = store.read("SELECT name FROM pragma_table_info('" + name + "') ORDER BY cid");
  table.keys = store.read("SELECT name FROM pragma_table_info('" + name + "') WHERE pk > 0 ORDER BY pk");
  table.made_by = store.read("SELECT sql FROM sqlite_schema WHERE name = '" + name + "'").front();
  Texts parts;
  for (const std::string& key : table.keys) parts.push_back("'" + key + " = ' || quote(" + key + ")");
  const std::string select = "SELECT " + joined(parts, " || ' AND ' || ") + " FROM " + name;
  table.rows = store.read(select);
  // A row for each word of each workflow, all made by the same lines.
  if (name.starts_with("search_")) table.rows.resize(std::min<std::size_t>(table.rows.size(), 3));
  return table;
}

// Other values for a column: where a constraint names the legal ones, all of them.
Texts other_values(const Table& table, const std::string& column) {
  const std::string legal = "CHECK (" + column + " IN (";
  const std::size_t at = table.made_by.find(legal);
  if (at == std::string::npos) {
    return {"CASE typeof(" + column + ") WHEN 'null' THEN 1 WHEN 'integer' THEN " + column +
            " + 1000 WHEN 'blob' THEN x'00' ELSE " + column + " || 'x' END"};
  }
  const std::size_t from = at + legal.size();
  std::istringstream list(table.made_by.substr(from, table.made_by.find(')', from) - from));
  Texts values;
  for (std::string value; std::getline(list, value, ',');) values.push_back(value);
  return values;
}

class VerifyFullStore : public tests::FullStoreTest {
 protected:
  VerifyFullStore() {
    const std::string told_in = started();
    tell("Told while it ran.", told_in);
    step({{"execution_id", told_in}, {"step", "reply"}});  // blocked
    sum_up();
    play();
    back_up(library.folder / "store.db", library.folder / "whole.db");
    std::ifstream whole(library.folder / "whole.db", std::ios::binary);
    whole_ = std::string(std::istreambuf_iterator<char>(whole), {});
    EXPECT_THAT(verify(library.folder / "whole.db").problems, IsEmpty());
  }

  // What an append does once there are many deltas (kFoldAfter).
  void sum_up() {
    SqliteDatabase database(library.folder / "store.db", FileUse::must_exist, {.durable = false});
    database.begin(Access::write);
    for (const Statement& statement : account_statements()) {
      const bool folds = statement.text.find("INSERT INTO account_sums") != std::string_view::npos ||
                         statement.text.find("INSERT INTO step_tallies") != std::string_view::npos ||
                         statement.text.starts_with("DELETE");
      if (folds) database.execute(statement, {{":workspace_id", "default"}});
    }
    database.commit();
  }

  // A fresh copy, with this done to it.
  std::string fresh() {
    const std::string path = library.folder / "edited.db";
    std::ofstream(path, std::ios::binary) << whole_;
    return path;
  }
  Texts problems_after(const std::string& sql) {
    const std::string path = fresh();
    {
      RawStore store(path);
      if (store.run(sql) == 0) return kNothingChanged;
    }
    try {
      return verify(path).problems;
    } catch (const Fault& fault) {
      return {fault.what()};
    }
  }
  void expect_found(const std::string& sql, const std::string& table) {
    const Texts problems = problems_after(sql);
    if (problems == kNothingChanged) return;  // the value was that one
    ++cases_;
    // The last entry of a chain is missed where it told of a row.
    const auto missed = HasSubstr(table == "audit_log" ? "the audit log" : table);
    EXPECT_THAT(problems, Contains(AnyOf(HasSubstr(table), missed))) << sql;
  }

  std::vector<Table> tables() {
    RawStore store(library.folder / "whole.db");
    std::vector<Table> tables;
    for (const std::string& name : store.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                                              "'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")) {
      if (!kNotCovered.contains(name)) {
        tables.push_back(describe_table(store, name));
      }
    }
    return tables;
  }

  std::string whole_;
  int cases_ = 0;
};

TEST_F(VerifyFullStore, EveryTableHoldsARow) {
  for (const Table& table : tables()) EXPECT_FALSE(table.rows.empty()) << table.name;
}

TEST_F(VerifyFullStore, AnEditOfAnyColumnIsFound) {
  for (const Table& table : tables()) {
    for (const std::string& column : table.columns) {
      if (kNotCovered.contains(table.name + "." + column)) continue;
      for (const std::string& row : table.rows) {
        for (const std::string& value : other_values(table, column)) {
          const std::string where = " WHERE " + row + " AND " + column + " IS NOT " + value;
          const std::string edit = "UPDATE " + table.name + " SET " + column + " = " + value + where;
          expect_found(edit, table.name);
        }
      }
    }
  }
  EXPECT_GT(cases_, 200);
}

// A column takes values of any type: one of another type means something else to whoever reads it, or nothing.
TEST_F(VerifyFullStore, AValueOfAnotherTypeIsFound) {
  const Texts edits = {"CASE typeof(@) WHEN 'text' THEN CAST(@ AS BLOB) WHEN 'integer' THEN @ || 'x' ELSE 1.5 END",
                       "CASE typeof(@) WHEN 'integer' THEN @ + 0.5 ELSE x'31' END"};
  const auto is_told = [](const std::string& table) {
    return Contains(testing::AnyOf(HasSubstr(table), HasSubstr("not of the expected type")));
  };
  for (const Table& table : tables()) {
    for (const std::string& column : table.columns) {
      // SQLite itself takes nothing but an integer for the number of a row.
      if (column == "id" || kNotCovered.contains(table.name + "." + column)) continue;
      for (std::string value : edits) {
        for (std::size_t at; (at = value.find('@')) != value.npos;) value.replace(at, 1, column);
        const std::string edit = "UPDATE " + table.name + " SET " + column + " = " + value + " WHERE " +
                                 table.rows.front() + " AND " + column + " IS NOT " + value;
        const Texts problems = problems_after(edit);
        if (problems == kNothingChanged) continue;
        ++cases_;
        EXPECT_THAT(problems, is_told(table.name)) << edit;
      }
    }
  }
  EXPECT_GT(cases_, 200);
}

TEST_F(VerifyFullStore, AnotherSchemaIsFound) {
  const std::pair<const char*, const char*> edits[] = {
      {"CREATE TRIGGER t BEFORE INSERT ON hand_ins BEGIN SELECT RAISE(IGNORE); END", "trigger t was added"},
      {"CREATE VIEW v AS SELECT 1", "view v was added"},
      {"CREATE TABLE more (x)", "table more was added"},
      {"ALTER TABLE executions ADD COLUMN more TEXT", "table executions is not as"},
      {"CREATE INDEX more ON executions (rev)", "index more was added"},
      {"DROP INDEX executions_by_key", "index executions_by_key is missing"},
      {"DROP INDEX executions_idle; CREATE INDEX executions_idle ON executions (rev)", "index executions_idle is not"}};
  for (const auto& [sql, words] : edits) {
    // The count of changed rows is the last statement's that changes any.
    EXPECT_THAT(problems_after("UPDATE secrets SET secret = secret; " + std::string(sql)), Contains(HasSubstr(words)));
  }
}

// It says how to search: no answer is another one for it.
TEST_F(VerifyFullStore, WhatAnalyzeNotesIsNoProblem) {
  EXPECT_THAT(problems_after("ANALYZE; UPDATE secrets SET secret = secret"), IsEmpty());
}

TEST_F(VerifyFullStore, AHeadOfAChainWithoutEntriesIsFound) {
  for (const char* chain : {"workflow:nowhere", "nothing"}) {
    for (const char* seq : {"0", "-1"}) {
      EXPECT_THAT(problems_after("INSERT INTO audit_heads VALUES ('default', '" + std::string(chain) + "', " + seq +
                                 ", '" + std::string(64, 'a') + "')"),
                  Contains(HasSubstr("audit_heads: chain " + std::string(chain))));
    }
  }
}

TEST_F(VerifyFullStore, AnEntryWhoseJsonIsOfAnotherShapeIsFound) {
  EXPECT_THAT(problems_after("UPDATE audit_log SET body = '[\"told_in\"]' WHERE action = 'edge_case_reported'"),
              Contains(HasSubstr("audit_log")));
}

TEST_F(VerifyFullStore, AMissingRowIsFound) {
  for (const Table& table : tables()) {
    for (const std::string& row : table.rows) expect_found("DELETE FROM " + table.name + " WHERE " + row, table.name);
  }
}

// A copy of a row under another key.
TEST_F(VerifyFullStore, AnAddedRowIsFound) {
  for (const Table& table : tables()) {
    Texts values;
    for (const std::string& column : table.columns) {
      const bool is_new = column == table.keys.back() || is_unique(table, column);
      values.push_back(is_new ? "CASE typeof(" + column + ") WHEN 'integer' THEN " + column + " + 1000 ELSE " + column +
                                    " || '1' END"
                              : column);
    }
    expect_found("INSERT INTO " + table.name + " SELECT " + joined(values, ", ") + " FROM " + table.name + " WHERE " +
                     table.rows.front(),
                 table.name);
  }
}

// Two rows exchange all but their keys.
TEST_F(VerifyFullStore, SwappedRowsAreFound) {
  for (const Table& table : tables()) {
    if (table.rows.size() < 2) continue;
    Texts others;
    for (const std::string& column : table.columns) {
      const bool is_key = std::ranges::find(table.keys, column) != table.keys.end();
      if (!is_key && !is_unique(table, column) && !kNotCovered.contains(table.name + "." + column))
        others.push_back(column);
    }
    // Rows that only a name keeps apart are the same rows after the exchange.
    if (others.empty() || kNotCovered.contains(table.name + "." + table.keys.back())) continue;
    const std::string list = joined(others, ", ");
    const auto put = [&](const std::string& to, const std::string& from) {
      return "UPDATE " + table.name + " SET (" + list + ") = (SELECT " + list + " FROM " + from + ") WHERE " + to + ";";
    };
    const auto keep = [&](const std::string& as, const std::string& row) {
      return "CREATE TEMP TABLE " + as + " AS SELECT " + list + " FROM " + table.name + " WHERE " + row + ";";
    };
    RawStore store(library.folder / "whole.db");
    const bool differ =
        store.read("SELECT DISTINCT 1 FROM (SELECT " + list + " FROM " + table.name + " WHERE " + table.rows[0] +
                   " EXCEPT SELECT " + list + " FROM " + table.name + " WHERE " + table.rows[1] + ")") == Texts{"1"};
    if (!differ) continue;
    expect_found(keep("one", table.rows[0]) + keep("other", table.rows[1]) + put(table.rows[0], "other") +
                     put(table.rows[1], "one"),
                 table.name);
  }
  EXPECT_GE(cases_, 8);
}

// The last entry of each chain gone is what no later entry can tell.
TEST_F(VerifyFullStore, AMissingLastEntryOfAnyChainIsFound) {
  RawStore store(library.folder / "whole.db");
  const Texts chains = store.read("SELECT DISTINCT chain FROM audit_log");
  ASSERT_GT(chains.size(), 5U);
  for (const std::string& chain : chains) {
    const std::string of = " FROM audit_log WHERE chain = '" + chain + "'";
    for (const std::string& last : store.read("SELECT seq" + of)) {
      EXPECT_THAT(problems_after("DELETE" + of + " AND seq >= " + last), Contains(HasSubstr(chain)));
    }
  }
}

TEST_F(VerifyFullStore, EntriesThatChangedPlacesAreFound) {
  EXPECT_THAT(problems_after("UPDATE audit_log SET seq = CASE seq WHEN 1 THEN -2 ELSE -1 END WHERE chain = "
                             "'workflow:triage' AND seq <= 2; UPDATE audit_log SET seq = -seq WHERE seq < 0"),
              Contains(HasSubstr("workflow:triage")));
}

TEST_F(VerifyFullStore, WhatIsSaidNotToBeCoveredIsThere) {
  RawStore store(library.folder / "whole.db");
  for (const auto& [name, reason] : kNotCovered) {
    const std::string table = name.substr(0, name.find('.'));
    const Texts columns = store.read("SELECT name FROM pragma_table_info('" + table + "')");
    ASSERT_FALSE(columns.empty()) << name;
    if (table == name) continue;
    EXPECT_THAT(columns, Contains(name.substr(table.size() + 1)));
  }
}

// An execution that is gone with all that tells of it: nothing inside the file can tell, a head kept outside does.
TEST_F(VerifyFullStore, AHeadKeptOutsideTellsOfEntriesThatAreGoneWithTheirRows) {
  const LogHead head = verify(library.folder / "whole.db").head;
  RawStore store(library.folder / "whole.db");
  const std::string open =
      store.read("SELECT execution_id FROM executions WHERE state = 'running' AND mode = 'whole'").front();
  std::string sql = "DELETE FROM audit_log WHERE chain = 'execution:" + open + "'";
  for (const char* table : {"hand_ins", "execution_starts", "executions"}) {
    sql += std::string("; DELETE FROM ") + table + " WHERE execution_id = '" + open + "'";
  }
  EXPECT_THAT(problems_after(sql), IsEmpty());
  const VerifyReport report = verify(library.folder / "edited.db", head);
  EXPECT_THAT(report.problems, Contains(HasSubstr("held " + std::to_string(head.entries) + " entries")));
}

// A hand-in is one row and nothing else, until something else of its execution changes: so is its removal.
TEST_F(VerifyFullStore, AHeadTellsOfTheNewestHandInOfAnOpenExecution) {
  const std::string open = started();
  hand_in_parse(open);
  const std::string store_path = library.folder / "store.db";
  const LogHead head = verify(store_path).head;
  back_up(store_path, library.folder / "open.db");
  RawStore(library.folder / "open.db").run("DELETE FROM hand_ins WHERE execution_id = '" + open + "'");
  EXPECT_THAT(verify(library.folder / "open.db").problems, IsEmpty());
  EXPECT_THAT(verify(library.folder / "open.db", head).problems, Contains(HasSubstr("held")));
  hand_in_reply(open);
  back_up(store_path, library.folder / "ended.db");
  RawStore(library.folder / "ended.db").run("DELETE FROM hand_ins WHERE execution_id = '" + open + "' AND seq = 2");
  EXPECT_THAT(verify(library.folder / "ended.db").problems, Contains(HasSubstr(open)));
}

TEST_F(VerifyFullStore, AHeadStaysTrueWhileTheLogGrows) {
  const LogHead head = LogHead::parse(verify(library.folder / "store.db").head.text()).value();
  play();
  set_prices(library.environment, library.designer, {a_price(4)});
  const VerifyReport report = verify(library.folder / "store.db", head);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_GT(report.head.entries, head.entries);
}

TEST_F(VerifyFullStore, AHeadTellsOfALogThatWasWrittenAnew) {
  LogHead head = verify(library.folder / "store.db").head;
  head.hash[0] = head.hash[0] == '0' ? '1' : '0';
  EXPECT_THAT(verify(library.folder / "store.db", head).problems, Contains(HasSubstr("written anew")));
}

TEST(LogHead, TextThatIsNoHeadIsRefused) {
  const std::string hash(64, 'a');
  EXPECT_TRUE(LogHead::parse("3-5-" + hash));
  for (const std::string& text : {std::string(), std::string("3-5"), "3-5-" + hash + "a", "3--" + hash, "-3-5-" + hash,
                                  "x-5-" + hash, "3-5x-" + hash}) {
    EXPECT_EQ(LogHead::parse(text).error().code, "bad_head") << text;
  }
}

}  // namespace
}  // namespace pianola::store
