// What a commit adds to the write-ahead log is written in one piece, and only while the commit lasts.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/store/watched_log.h"

namespace pianola::store {
namespace {

// Counts what is written to the log between two syncs, but for the zeros that make room in it.
class LogWriteWatcher final : public tests::DiskWatcher {
 public:
  explicit LogWriteWatcher(std::string log) : log_(std::move(log)) {}

  int before(tests::DiskOperation operation, const std::string& path) override {
    const bool fails = fails_at_write && operation == tests::DiskOperation::write && path == log_;
    return fails ? SQLITE_FULL : SQLITE_OK;
  }
  void wrote(const std::string& path, std::int64_t, std::string_view bytes) override {
    if (path == log_ && bytes.find_first_not_of('\0') != bytes.npos) ++writes_;
  }
  void synced(const std::string& path) override {
    if (path == log_) writes_at_syncs.push_back(std::exchange(writes_, 0));
  }

  bool fails_at_write = false;
  std::vector<int> writes_at_syncs;

 private:
  std::string log_;
  int writes_ = 0;
};

class LogWrites : public WatchedLog<LogWriteWatcher> {
 protected:
  static std::size_t count(workflow::Store& store) { return store.executions().list(workspace(), {}, "", 100).size(); }
};

TEST_F(LogWrites, OfACommitAreOne) {
  const auto store = open_store(path_);
  write(*store, 10);
  EXPECT_GE(std::ranges::count(watcher_.writes_at_syncs, 1), 10);
  EXPECT_EQ(std::ranges::max(watcher_.writes_at_syncs), 1);
}

TEST_F(LogWrites, OfAFailedCommitDoNotComeLaterWhenAnotherStoreHasWrittenInTheirPlace) {
  const auto one = open_store(path_);
  const auto other = open_store(path_);
  write(*one);
  watcher_.fails_at_write = true;
  EXPECT_THROW(write(*one), Fault);
  watcher_.fails_at_write = false;
  write(*other);
  EXPECT_EQ(count(*one), 2U);
  write(*one);
  EXPECT_EQ(count(*other), 3U);
  EXPECT_EQ(count(*open_store(path_)), 3U);
}

}  // namespace
}  // namespace pianola::store
