#include "store/backup.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

class Backup : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string path_ = folder_ / "store.db";
  std::string copy_ = folder_ / "copy.db";
  std::unique_ptr<workflow::Store> store_ = open_with_triage(folder_);

  void audit(const std::string& action) {
    workflow::AuditEntry entry;
    entry.chain = "workflow:triage";
    entry.action = action;
    entry.body = "{}";
    committed(*store_, [&] { store_->audit().append(workspace(), entry); });
  }
  void run_sql(const char* sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(connection);
    sqlite3_close(connection);
  }
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
  EXPECT_THROW(restore(copy_, path_), Fault);
  EXPECT_TRUE(store_->versions().find(workspace(), name(), {1, 0, 0}));
}

TEST_F(Backup, RestoringReplacesADamagedStore) {
  back_up(path_, copy_);
  store_.reset();
  std::ofstream(path_) << std::string(9000, 'x');
  restore(copy_, path_);
  EXPECT_TRUE(open_store(path_)->versions().find(workspace(), name(), {1, 0, 0}));
}

TEST_F(Backup, ADamagedBackupIsNotRestored) {
  std::ofstream(copy_) << std::string(9000, 'x');
  store_.reset();
  EXPECT_THROW(restore(copy_, path_), Fault);
  EXPECT_TRUE(open_store(path_)->versions().find(workspace(), name(), {1, 0, 0}));
}

TEST_F(Backup, VerifyFindsNothingInASoundStore) {
  audit("saved");
  const VerifyReport report = verify(path_);
  EXPECT_TRUE(report.is_sound()) << report.problems.front();
  EXPECT_EQ(report.versions, 1);
  EXPECT_EQ(report.audit_chains, 1);
  EXPECT_EQ(report.audit_entries, 1);
}

TEST_F(Backup, VerifyFindsAnEditedAuditEntry) {
  for (const char* action : {"saved", "published", "retired"}) audit(action);
  run_sql("UPDATE audit_log SET action = 'nothing' WHERE seq = 2");
  ASSERT_EQ(verify(path_).problems.size(), 1U);
  EXPECT_NE(verify(path_).problems.front().find("workflow:triage"), std::string::npos);
}

TEST_F(Backup, VerifyFindsAMissingAuditEntry) {
  for (const char* action : {"saved", "published", "retired"}) audit(action);
  run_sql("DELETE FROM audit_log WHERE seq = 2");
  EXPECT_FALSE(verify(path_).is_sound());
}

TEST_F(Backup, VerifyFindsAnEditedHandIn) {
  workflow::Execution execution = an_execution();
  committed(*store_, [&] {
    store_->executions().insert(workspace(), execution);
    execution.hand_ins = {a_hand_in(1)};
    ASSERT_TRUE(store_->executions().hand_in(workspace(), execution, {execution.author}));
  });
  EXPECT_TRUE(verify(path_).is_sound());
  run_sql("UPDATE hand_ins SET output = '{}'");
  ASSERT_EQ(verify(path_).problems.size(), 1U);
  EXPECT_NE(verify(path_).problems.front().find("execution:" + execution.id.text()), std::string::npos);
}

TEST_F(Backup, VerifyFindsAnEditedVersion) {
  run_sql("UPDATE versions SET canonical = replace(canonical, 'Sorts', 'Drops')");
  ASSERT_EQ(verify(path_).problems.size(), 1U);
  EXPECT_NE(verify(path_).problems.front().find("does not match its hash"), std::string::npos);
}

TEST_F(Backup, VerifyFindsRowsThatBelongToNothing) {
  run_sql("PRAGMA foreign_keys = OFF; DELETE FROM versions; DELETE FROM workflows");
  run_sql(
      "PRAGMA foreign_keys = OFF;"
      "INSERT INTO hand_ins (workspace_id, execution_id, seq, step, result, executor, handed_in_at, details, output)"
      "VALUES ('w', 'e', 1, 's', 'accepted', 'm', 1, '{}', '')");
  EXPECT_FALSE(verify(path_).is_sound());
}

}  // namespace
}  // namespace pianola::store
