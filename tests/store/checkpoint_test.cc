// In WAL mode the database's own file is written by checkpoints alone, so whoever watches its writes sees each of them:
// all must come from the writer whose turn it is. SQLite before 3.51.3 can damage a file where a checkpoint that resets
// the log races with a writer.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/writer_queue.h"
#include "tests/store/fixtures.h"
#include "tests/support/watched_disk.h"

namespace pianola::store {
namespace {

class CheckpointWatcher final : public tests::DiskWatcher {
 public:
  explicit CheckpointWatcher(std::string path) : path_(std::move(path)), probe_(path_, 0) {}

  int before(tests::DiskOperation operation, const std::string& path) override {
    if (operation != tests::DiskOperation::write || path != path_) return SQLITE_OK;
    ++pages;
    if (probe_.try_enter()) ++pages_outside_a_turn;
    probe_.leave();
    return SQLITE_OK;
  }

  int pages = 0;
  int pages_outside_a_turn = 0;

 private:
  std::string path_;
  WriterQueue probe_;
};

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() { open_with_triage(folder_).reset(); }

  void write(workflow::Store& store, int times) {
    for (int i = 0; i < times; ++i) {
      committed(store, [&] { store.executions().insert(workspace(), an_execution()); });
    }
  }

  ScratchFolder folder_;
  std::string path_ = folder_ / "store.db";
  CheckpointWatcher watcher_{path_};
};

TEST_F(Checkpoints, RunInAWritersTurnAlone) {
  const tests::WatchedDisk watched(watcher_);
  const auto one = open_store(path_, {.checkpoint_after_frames = 5});
  const auto other = open_store(path_, {.checkpoint_after_frames = 5});
  for (int i = 0; i < 10; ++i) {
    write(*one, 2);
    other->begin_batch();
    write(*other, 3);
    other->commit_batch();
  }
  EXPECT_GT(watcher_.pages, 10) << "the run met no checkpoint";
  EXPECT_EQ(watcher_.pages_outside_a_turn, 0);
}

TEST_F(Checkpoints, OfAStoreThatIsClosedRunInATurnToo) {
  const tests::WatchedDisk watched(watcher_);
  {
    const auto store = open_store(path_);
    write(*store, 3);
    EXPECT_EQ(watcher_.pages, 0);
  }
  EXPECT_GT(watcher_.pages, 0) << "closing folded nothing";
  EXPECT_EQ(watcher_.pages_outside_a_turn, 0);
}

TEST_F(Checkpoints, OfReadersNeverHappen) {
  const auto writer = open_store(path_);
  write(*writer, 3);
  {
    const tests::WatchedDisk watched(watcher_);
    EXPECT_TRUE(open_store(path_)->versions().find(workspace(), name(), {1, 0, 0}));
  }
  EXPECT_EQ(watcher_.pages, 0);
}

TEST_F(Checkpoints, ThatAnybodyElseRunsAreNoticed) {
  const auto writer = open_store(path_);
  write(*writer, 3);
  {
    const tests::WatchedDisk watched(watcher_);
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, "PRAGMA wal_checkpoint(PASSIVE)", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(connection);
  }
  EXPECT_GT(watcher_.pages_outside_a_turn, 0);
}

}  // namespace
}  // namespace pianola::store
