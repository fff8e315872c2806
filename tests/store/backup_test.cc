#include "store/backup.h"

#include <gtest/gtest.h>

#include <fstream>

#include "store/verify.h"
#include "tests/store/fixtures.h"
#include "tests/store/older_store.h"

namespace pianola::store {
namespace {

class Backup : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string path_ = folder_ / "store.db";
  std::string copy_ = folder_ / "copy.db";
  std::unique_ptr<workflow::Store> store_ = open_with_triage(folder_);
};

TEST_F(Backup, ABackupOfAStoreInUseOpensAsAStore) {
  back_up(path_, copy_);
  EXPECT_TRUE(verify(copy_).is_sound());
  EXPECT_TRUE(open_store(copy_)->versions().find(workspace(), name(), {1, 0, 0}));
}

TEST_F(Backup, ABackupNeverOverwrites) {
  std::ofstream(copy_) << "mine";
  EXPECT_THROW(back_up(path_, copy_), Fault);
  std::string text;
  std::ifstream(copy_) >> text;
  EXPECT_EQ(text, "mine");
}

TEST_F(Backup, RestoringPutsTheBackupBackAndKeepsTheOldFile) {
  back_up(path_, copy_);
  committed(*store_, [&] { store_->versions().insert(workspace(), a_version("later")); });
  store_.reset();
  const std::string kept = restore(copy_, path_);
  EXPECT_EQ(open_store(path_)->versions().names(workspace()), std::vector<std::string>{"triage"});
  EXPECT_EQ(open_store(kept)->versions().names(workspace()), (std::vector<std::string>{"later", "triage"}));
}

TEST_F(Backup, RestoringRefusesAStoreInUse) {
  back_up(path_, copy_);
  EXPECT_TRUE(store_->versions().find(workspace(), name(), {1, 0, 0}));
  EXPECT_STREQ(fault_of([&] { restore(copy_, path_); }).what(),
               ("the store " + path_ + " is open: end the hosts and servers that use it, then restore").c_str());
  EXPECT_TRUE(store_->versions().find(workspace(), name(), {1, 0, 0}));
}

TEST_F(Backup, BackupsAndRestoredStoresAreForTheirOwnerAlone) {
  back_up(path_, copy_);
  restore(copy_, folder_ / "restored.db");
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  for (const char* file : {"copy.db", "restored.db"}) {
    EXPECT_EQ(std::filesystem::status(folder_ / file).permissions() & others, std::filesystem::perms::none) << file;
  }
}

TEST_F(Backup, WhereThereIsNoStoreItSaysWhatMakesOne) {
  const std::string nowhere = folder_ / "nowhere.db";
  const std::string expected = "there is no store at " + nowhere + ": `pianola serve` makes one";
  EXPECT_STREQ(fault_of([&] { back_up(nowhere, copy_); }).what(), expected.c_str());
  EXPECT_STREQ(fault_of([&] { verify(nowhere); }).what(), expected.c_str());
}

TEST_F(Backup, RestoringReplacesADamagedStore) {
  back_up(path_, copy_);
  store_.reset();
  std::ofstream(path_) << std::string(9000, 'x');
  restore(copy_, path_);
  EXPECT_TRUE(open_store(path_)->versions().find(workspace(), name(), {1, 0, 0}));
}

// Their logs stay where somebody removes a store by hand: played into another file, they would spoil it.
TEST_F(Backup, RestoringTakesTheLogOfAStoreThatIsGoneOutOfTheWay) {
  back_up(path_, copy_);
  committed(*store_, [&] {
    const workflow::Execution execution = an_execution();
    store_->executions().insert(workspace(), execution);
    audit(*store_, workflow::chain_of(execution.id));
  });
  std::filesystem::copy_file(path_ + "-wal", folder_ / "log");
  store_.reset();
  std::filesystem::remove(path_);
  std::filesystem::rename(folder_ / "log", path_ + "-wal");
  const std::string kept = restore(copy_, path_);
  EXPECT_TRUE(std::filesystem::exists(kept + "-wal"));
  const VerifyReport report = verify(path_);
  EXPECT_TRUE(report.is_sound()) << report.problems.front();
}

TEST_F(Backup, ADamagedBackupIsNotRestored) {
  std::ofstream(copy_) << std::string(9000, 'x');
  store_.reset();
  EXPECT_THROW(restore(copy_, path_), Fault);
  EXPECT_TRUE(open_store(path_)->versions().find(workspace(), name(), {1, 0, 0}));
}

TEST_F(Backup, ABackupOfAnyOlderSchemaIsRestored) {
  committed(*store_, [&] {
    const workflow::Execution execution = an_execution();
    store_->executions().insert(workspace(), execution);
    audit(*store_, workflow::chain_of(execution.id));
  });
  for (std::int64_t schema = 1; schema <= newest_schema(); ++schema) {
    const std::string older = folder_ / ("older" + std::to_string(schema));
    const std::string restored = folder_ / ("restored" + std::to_string(schema));
    take_back(path_, schema, older);
    EXPECT_EQ(restore(older, restored), "");
    EXPECT_EQ(schema_of(*std::make_unique<SqliteDatabase>(restored, FileUse::read_only)), newest_schema());
    EXPECT_TRUE(open_store(restored)->versions().find(workspace(), name(), {1, 0, 0})) << schema;
    EXPECT_EQ(open_store(restored)->executions().list(workspace(), {}, "", 10).size(), 1U) << schema;
    // Before, no entry named the rows that it wrote.
    const std::size_t problems = schema < 3 ? 0 : verify(restored).problems.size();
    EXPECT_EQ(problems, 0U) << schema;
    EXPECT_FALSE(std::filesystem::exists(restored + ".new.lock"));
  }
}

TEST_F(Backup, AnEditedBackupOfAnOlderSchemaIsNotRestored) {
  const std::string older = folder_ / "older.db";
  take_back(path_, newest_schema() - 1, older);
  SqliteDatabase(older, FileUse::must_exist).run_script("UPDATE versions SET notes = 'edited'");
  EXPECT_THROW(restore(older, folder_ / "restored.db"), Fault);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "restored.db"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "restored.db.new"));
}

TEST_F(Backup, ABackupOfAnOlderSchemaWithATriggerOfSomebodysIsNotRestored) {
  const std::string older = folder_ / "older.db";
  take_back(path_, 1, older);
  SqliteDatabase(older, FileUse::must_exist)
      .run_script("CREATE TRIGGER t BEFORE INSERT ON hand_ins BEGIN SELECT RAISE(IGNORE); END");
  EXPECT_THROW(restore(older, folder_ / "restored.db"), Fault);
}

TEST_F(Backup, AStoreOfAnOlderSchemaIsToldToBeOne) {
  take_back(path_, 1, copy_);
  const VerifyReport report = verify(copy_);
  ASSERT_EQ(report.problems.size(), 1U) << report.problems.back();
  EXPECT_NE(report.problems.front().find("does not end with the schema of this program"), std::string::npos);
}

}  // namespace
}  // namespace pianola::store
