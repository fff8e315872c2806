// The queue of those who want to write: one at a time, in the order of coming.
#include "store/writer_queue.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "base/fault.h"
#include "tests/support/scratch_folder.h"

namespace pianola::store {
namespace {

constexpr int kPatienceMillis = 600'000;  // however loaded the machine

// Returns when somebody stands at the door of the queue of `database_path` and waits for the turn: the kernel lists who
// waits for which byte of which file.
void await_waiter(const std::string& database_path) {
  struct stat sidecar = {};
  ASSERT_EQ(::stat((database_path + ".lock").c_str(), &sidecar), 0);
  const std::string second_byte = ":" + std::to_string(sidecar.st_ino) + " 1 1";
  while (true) {
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
      if (line.find("->") != std::string::npos && line.find(second_byte) != std::string::npos) return;
    }
    std::this_thread::yield();
  }
}

TEST(WriterQueue, GivesTheTurnToOneAtATime) {
  const tests::ScratchFolder folder;
  WriterQueue first(folder / "store.db", kPatienceMillis);
  WriterQueue second(folder / "store.db", kPatienceMillis);
  first.enter();
  EXPECT_FALSE(second.try_enter());
  first.leave();
  EXPECT_TRUE(second.try_enter());
}

TEST(WriterQueue, LetsNobodyPassWhoeverIsNext) {
  const tests::ScratchFolder folder;
  WriterQueue busy(folder / "store.db", kPatienceMillis);
  busy.enter();
  std::atomic<bool> may_go = false;
  std::thread next([&] {
    WriterQueue queue(folder / "store.db", kPatienceMillis);
    queue.enter();
    may_go.wait(false);
  });
  await_waiter(folder / "store.db");
  busy.leave();
  EXPECT_FALSE(busy.try_enter()) << "who has just written came before who waited";
  may_go = true;
  may_go.notify_one();
  next.join();
  EXPECT_TRUE(busy.try_enter()) << "the turn was not given back";
}

TEST(WriterQueue, IsOneForAFileAndTheLinksThatLeadToIt) {
  const tests::ScratchFolder folder;
  std::ofstream(folder / "store.db") << "";
  std::filesystem::create_symlink(folder / "store.db", folder / "link.db");
  WriterQueue by_name(folder / "store.db", kPatienceMillis);
  WriterQueue by_link(folder / "link.db", kPatienceMillis);
  by_name.enter();
  EXPECT_FALSE(by_link.try_enter());
}

TEST(WriterQueue, IsOneAgainAfterItsSidecarWasDeleted) {
  const tests::ScratchFolder folder;
  WriterQueue before(folder / "store.db", kPatienceMillis);
  before.enter();
  before.leave();
  std::filesystem::remove(folder / "store.db.lock");
  WriterQueue after(folder / "store.db", kPatienceMillis);
  after.enter();
  EXPECT_FALSE(before.try_enter()) << "it holds on to a file that is gone";
}

TEST(WriterQueue, GivesUpInWordsWhenTheTurnDoesNotCome) {
  const tests::ScratchFolder folder;
  WriterQueue busy(folder / "store.db", kPatienceMillis);
  busy.enter();
  WriterQueue waiting(folder / "store.db", 1);
  try {
    waiting.enter();
    FAIL() << "two have the turn";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::storage_busy);
    EXPECT_TRUE(fault.retryable());
    EXPECT_STREQ(fault.what(), "waited 1 ms for other processes that write to this store; try again");
  }
  busy.leave();
  WriterQueue later(folder / "store.db", kPatienceMillis);
  later.enter();  // who gave up does not keep the turn, nor the door
  EXPECT_FALSE(busy.try_enter());
}

}  // namespace
}  // namespace pianola::store
