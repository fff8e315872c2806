#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <set>

#include "store/migrate.h"
#include "store/sql_store.h"
#include "store/sqlite.h"
#include "tests/store/fixtures.h"
#include "tests/store/older_store.h"

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

// The first schema's hand-ins lay apart from their audit entries: both are found where they were, and go on as one.
TEST(Migrations, AStoreOfTheFirstSchemaKeepsItsHandInsAndTheirAudit) {
  const ScratchFolder folder;
  const workflow::Execution execution = an_execution();
  const std::string id = execution.id.text();
  workflow::AuditEntry old_entry;
  old_entry.chain = workflow::chain_of(execution.id);
  old_entry.action = "hand_in";
  old_entry.body = "{}";
  old_entry = workflow::next_audit_entry(nullptr, old_entry);
  {
    SqliteDatabase database(folder / "store.db", FileUse::make);
    database.run_script("PRAGMA application_id = " + std::to_string(kApplicationId));
    for (const EmbeddedFile& file : embedded_files()) {
      if (file.name.starts_with("0001")) database.run_script(for_sqlite(file.text));
    }
    database.run_script(
        "CREATE TABLE schema_migrations (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL);"
        "INSERT INTO schema_migrations VALUES (1, 0); PRAGMA foreign_keys = OFF;"
        "INSERT INTO executions VALUES ('default', '" +
        id +
        "', 'triage', '1.0.0', 'guided', 'running', 'small-model',"
        " '', '', 1, 2, NULL, 0, 0, 7, 'parse', '{}');"
        "INSERT INTO execution_starts VALUES ('default', '" +
        id +
        "', '{}', '', '{}', '[]');"
        "INSERT INTO hand_ins VALUES ('default', '" +
        id +
        "', 1, 'parse', 'refused', 'small-model', 2, '{}', '{}');"
        "INSERT INTO audit_log VALUES ('default', '" +
        old_entry.chain + "', 1, 0, 'hand_in', '{}', '{}', '', '" + old_entry.hash + "')");
  }
  const auto store = open_store(folder / "store.db");
  committed(*store, [&] { store->versions().insert(workspace(), a_version()); });
  workflow::Execution found = store->executions().find(workspace(), execution.id).value();
  EXPECT_EQ(found.hand_ins.size(), 1U);
  EXPECT_EQ(found.rev, 7);
  found.hand_ins.push_back(a_hand_in(2));
  committed(*store, [&] { ASSERT_TRUE(store->executions().hand_in(workspace(), found, {found.author})); });
  const auto again = open_store(folder / "store.db");
  EXPECT_EQ(again->executions().find(workspace(), execution.id)->hand_ins, found.hand_ins);
  const auto chain = again->audit().chain(workspace(), old_entry.chain);
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_FALSE(workflow::find_broken_link(chain)) << *workflow::find_broken_link(chain);
}

TEST(Migrations, WorkflowsOfAnOlderStoreAreFoundByTheirWords) {
  const ScratchFolder folder;
  {
    const auto store = open_store(folder / "newer.db");
    committed(*store, [&] { store->versions().insert(workspace(), a_version("invoice-check")); });
  }
  take_back(folder / "newer.db", 6, folder / "store.db", OlderFile::store);
  const auto store = open_store(folder / "store.db");
  const auto places = store->versions().places(workspace(), "invoic", 10);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(store->versions().searched(workspace(), places[0].number)->workflow.name, name("invoice-check"));
  EXPECT_EQ(store->versions().count_words(workspace(), {}).workflows, 1);
}

// Two of one number would be one migration to a store that is new, and half of one to a store that had the other.
TEST(Migrations, EachHasANumberOfItsOwn) {
  std::set<std::string> numbers;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name.ends_with(".sqlite.sql")) continue;
    EXPECT_TRUE(numbers.insert(std::string(file.name.substr(0, 4))).second) << file.name;
  }
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
  for (const std::string file :
       {"versions", "canaries", "search_index", "executions", "edge_cases", "accounts", "audit", "access", "migrate"}) {
    std::ifstream source(std::string(PIANOLA_SOURCE_DIR) + "/store/" + file + ".cc");
    for (std::string line; std::getline(source, line);) named += line.starts_with("constexpr Statement k") ? 1 : 0;
    // The lists themselves; and migrate.cc asks SQLite for the table in its own words.
    named -= file == "migrate" ? 2 : 1;
  }
  EXPECT_EQ(common_statements().size(), named);
}

}  // namespace
}  // namespace pianola::store
