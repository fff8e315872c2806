// Every statement that a tool can reach finds its rows by an index: what is slow with a million rows fails here.
#include <gtest/gtest.h>

#include "store/migrate.h"
#include "store/sql_store.h"
#include "store/sqlite.h"
#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

class Plans : public testing::Test {
 protected:
  ScratchFolder folder_;
  SqliteDatabase database_{folder_ / "store.db", FileUse::make};
  void SetUp() override { migrate(database_); }

  // The lines of a plan that read a whole table.
  std::vector<std::string> scans(const Statement& statement) {
    std::vector<std::string> found;
    for (const std::string& line : database_.explain(statement)) {
      const bool small = line.find("CONSTANT ROW") != std::string::npos ||
                         line.find("some_deltas") != std::string::npos || line.find("(subquery") != std::string::npos;
      if (line.starts_with("SCAN") && !small) found.push_back(line);
    }
    return found;
  }
};

TEST_F(Plans, NoStatementScansATable) {
  for (const Statement& statement : common_statements()) {
    EXPECT_TRUE(scans(statement).empty()) << statement.text << "\n" << scans(statement).front();
  }
}

TEST_F(Plans, PagesOfExecutionsAreReadInOrderWithoutSorting) {
  for (const Statement& statement : execution_statements()) {
    if (statement.text.find("ORDER BY execution_id") == std::string_view::npos) continue;
    for (const std::string& line : database_.explain(statement)) {
      EXPECT_EQ(line.find("TEMP B-TREE"), std::string::npos) << statement.text << "\n" << line;
    }
  }
}

// So that no more places are read than are taken.
TEST_F(Plans, PlacesOfAWordAreReadInOrderWithoutSorting) {
  for (const Statement& statement : search_statements()) {
    for (const std::string& line : database_.explain(statement)) {
      EXPECT_EQ(line.find("TEMP B-TREE"), std::string::npos) << statement.text << "\n" << line;
    }
  }
}

// As an IN of more than two does in a CHECK, with every row that is written.
TEST_F(Plans, NoWriteOfAnExecutionFillsATableOfItsOwn) {
  for (const Statement& statement : execution_statements()) {
    if (statement.text.find("SELECT") != std::string_view::npos) continue;
    for (const std::string& operation : database_.explain_operations(statement)) {
      EXPECT_NE(operation, "OpenEphemeral") << statement.text;
    }
  }
}

TEST_F(Plans, AScanIsFound) { EXPECT_FALSE(scans(Statement{"SELECT * FROM executions WHERE state = :state"}).empty()); }

}  // namespace
}  // namespace pianola::store
