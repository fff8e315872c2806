#include <gtest/gtest.h>

#include <cctype>
#include <fstream>

#include "store/migrate.h"
#include "store/sql_store.h"
#include "store/sqlite.h"
#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

TEST(Migrations, ABlankDatabaseBecomesTheNewestSchema) {
  const ScratchFolder folder;
  SqliteDatabase database(folder / "store.db", FileUse::make);
  EXPECT_EQ(schema_of(database), 0);
  migrate(database);
  EXPECT_EQ(schema_of(database), newest_schema());
}

TEST(Migrations, MigratingTwiceChangesNothing) {
  const ScratchFolder folder;
  SqliteDatabase database(folder / "store.db", FileUse::make);
  migrate(database);
  const std::uint64_t before = database.change_count();
  migrate(database);
  EXPECT_EQ(database.change_count(), before);
}

TEST(Migrations, AnEmptyFileBecomesAStore) {
  const ScratchFolder folder;
  std::ofstream(folder / "store.db").close();
  EXPECT_TRUE(open_store(folder / "store.db")->versions().names(workspace()).empty());
}

TEST(Migrations, ANewStoreLeavesNoUnfinishedFileBehind) {
  const ScratchFolder folder;
  std::ofstream(folder / "store.db.new") << "what a killed process left";
  open_store(folder / "store.db");
  EXPECT_FALSE(std::filesystem::exists(folder / "store.db.new"));
}

TEST(Migrations, ANewStoreIsForItsOwnerAlone) {
  const ScratchFolder folder;
  open_store(folder / "deep/er/store.db");
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  EXPECT_EQ(std::filesystem::status(folder / "deep/er/store.db").permissions() & others, std::filesystem::perms::none);
}

TEST(Migrations, CommentsForSqliteBecomeText) {
  EXPECT_EQ(for_sqlite("a /* sqlite: WITHOUT ROWID */; /* plain */ b"), "a  WITHOUT ROWID ; /* plain */ b");
}

// Every statement of the folder is in one of the lists that tests go through.
TEST(Migrations, EveryNamedStatementIsListed) {
  std::size_t named = 0;
  for (const std::string file : {"versions", "executions", "edge_cases", "accounts", "audit", "migrate"}) {
    std::ifstream source(std::string(PIANOLA_SOURCE_DIR) + "/store/" + file + ".cc");
    for (std::string line; std::getline(source, line);) named += line.starts_with("constexpr Statement k") ? 1 : 0;
    // The lists themselves; versions.cc has two, and migrate.cc asks SQLite for the table in its own words.
    named -= file == "versions" || file == "migrate" ? 2 : 1;
  }
  EXPECT_EQ(common_statements().size() + search_statements().size(), named);
}

}  // namespace
}  // namespace pianola::store
