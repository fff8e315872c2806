// A store whose write-ahead log a watcher of the test's own sees. Thread rule: as WatchedDisk.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/store/fixtures.h"
#include "tests/support/watched_disk.h"

namespace pianola::store {

// The watcher is made with the log's path.
template <class Watcher>
class WatchedLog : public testing::Test {
 protected:
  WatchedLog() { open_with_triage(folder_).reset(); }

  // Commits so many executions, each by itself.
  static void write(workflow::Store& store, int times = 1) {
    for (int i = 0; i < times; ++i) {
      committed(store, [&] { store.executions().insert(workspace(), an_execution()); });
    }
  }

  ScratchFolder folder_;
  std::string path_ = folder_ / "store.db";
  Watcher watcher_{path_ + "-wal"};
  const tests::WatchedDisk watched_{watcher_};
};

}  // namespace pianola::store
