#include "store/backup.h"

#include <gtest/gtest.h>

#include <fstream>

#include "store/verify.h"
#include "tests/store/fixtures.h"

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

}  // namespace
}  // namespace pianola::store
