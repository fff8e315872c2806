// A commit that makes the write-ahead log longer costs the disk two to three times as much as one that fits into it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/store/watched_log.h"

namespace pianola::store {
namespace {

// Counts the syncs of the log, and those of them that found it longer than the one before.
class LogSizeWatcher final : public tests::DiskWatcher {
 public:
  explicit LogSizeWatcher(std::string log) : log_(std::move(log)) {}

  void wrote(const std::string& path, std::int64_t offset, std::string_view bytes) override {
    if (path == log_) size_ = std::max(size_, offset + static_cast<std::int64_t>(bytes.size()));
  }
  void truncated(const std::string& path, std::int64_t size) override {
    if (path == log_) size_ = synced_size_ = size;
  }
  void synced(const std::string& path) override {
    if (path != log_) return;
    ++syncs;
    if (size_ > synced_size_) ++syncs_of_a_longer_log;
    synced_size_ = size_;
  }
  std::int64_t size() const { return size_; }

  int syncs = 0;
  int syncs_of_a_longer_log = 0;

 private:
  std::string log_;
  std::int64_t size_ = 0;
  std::int64_t synced_size_ = 0;
};

class LogRoom : public WatchedLog<LogSizeWatcher> {};

TEST_F(LogRoom, IsMadeAheadSoThatFewCommitsMakeTheLogLonger) {
  const auto store = open_store(path_);
  write(*store, 100);
  EXPECT_GE(watcher_.syncs, 100);
  EXPECT_LE(watcher_.syncs_of_a_longer_log, 20);
}

TEST_F(LogRoom, OfAFewCommitsIsSmall) {
  const auto store = open_store(path_);
  write(*store);
  EXPECT_LT(watcher_.size(), 300'000);
}

TEST_F(LogRoom, IsNoHindranceToWhoOpensTheStoreAfterACrash) {
  const auto crashed = open_store(path_);
  write(*crashed, 3);
  const ScratchFolder elsewhere;
  for (const char* part : {"", "-wal"}) {
    std::filesystem::copy_file(path_ + part, (elsewhere / "store.db") + part);
  }
  EXPECT_EQ(open_store(elsewhere / "store.db")->executions().list(workspace(), {}, "", 10).size(), 3U);
}

}  // namespace
}  // namespace pianola::store
