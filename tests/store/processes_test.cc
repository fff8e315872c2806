// Several processes write to one store at once, as every host starts its own: no write is lost and none is told that
// the database is locked. And what was acknowledged is there after the writer was killed.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "store/verify.h"
#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

// Runs `work` in a process of its own; it ends with 0, or with 1 where a Fault was thrown.
template <class Work>
pid_t in_process(Work work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    work();
    ::_exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(1);
  }
}

void write_execution(workflow::Store& store, int writer, int number) {
  workflow::Execution execution = an_execution();
  execution.idempotency_key = std::to_string(writer) + "-" + std::to_string(number);
  committed(store, [&] {
    store.executions().insert(workspace(), execution);
    audit(store, "execution:" + execution.id.text(), "started");
    audit(store, "workspace");
  });
}

TEST(Processes, NoWriteOfManyProcessesIsLost) {
  constexpr int kProcesses = 8;
  constexpr int kWrites = 25;
  const ScratchFolder folder;
  open_with_triage(folder).reset();
  std::vector<pid_t> children;
  for (int writer = 0; writer < kProcesses; ++writer) {
    children.push_back(in_process([&] {
      // Few frames, so that checkpoints fall between other processes' commits.
      const auto store = open_store(folder / "store.db", {.checkpoint_after_frames = 40});
      for (int number = 0; number < kWrites; ++number) write_execution(*store, writer, number);
    }));
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const auto store = open_store(folder / "store.db");
  for (int writer = 0; writer < kProcesses; ++writer) {
    for (int number = 0; number < kWrites; ++number) {
      const std::string key = std::to_string(writer) + "-" + std::to_string(number);
      EXPECT_TRUE(store->executions().find_by_key(workspace(), key)) << key;
    }
  }
  EXPECT_EQ(store->audit().chain(workspace(), "workspace").size(), std::size_t{kProcesses * kWrites});
  EXPECT_TRUE(verify(folder / "store.db").is_sound());
}

TEST(Processes, ManyMayMakeTheSameStoreAtOnce) {
  const ScratchFolder folder;
  std::vector<pid_t> children;
  for (int writer = 0; writer < 6; ++writer) {
    children.push_back(in_process([&] {
      const auto store = open_store(folder / "store.db");
      committed(*store, [&] { store->versions().insert(workspace(), a_version("w" + std::to_string(writer))); });
    }));
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(open_store(folder / "store.db")->versions().names(workspace()).size(), 6U);
}

// Lets a process write and tell each acknowledged number over a pipe, kills it after `enough`, and counts how many of
// the acknowledged writes are missing.
int lost_after_kill(const ScratchFolder& folder, bool commits) {
  open_with_triage(folder).reset();
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = in_process([&] {
    const auto store = open_store(folder / "store.db");
    if (!commits) store->begin_batch();  // acknowledged before it is durable: what the test must notice
    for (char number = 0; number < 100; ++number) {
      write_execution(*store, 0, number);
      if (::write(ends[1], &number, 1) != 1) return;
    }
    ::pause();
  });
  ::close(ends[1]);
  constexpr int kEnough = 20;
  int acknowledged = 0;
  for (char number = 0; acknowledged < kEnough && ::read(ends[0], &number, 1) == 1;) ++acknowledged;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  const auto store = open_store(folder / "store.db");
  int lost = 0;
  for (int number = 0; number < acknowledged; ++number) {
    if (!store->executions().find_by_key(workspace(), "0-" + std::to_string(number))) ++lost;
  }
  return lost;
}

TEST(Processes, WhatWasAcknowledgedSurvivesAKill) {
  const ScratchFolder folder;
  EXPECT_EQ(lost_after_kill(folder, true), 0);
  EXPECT_TRUE(verify(folder / "store.db").is_sound());
}

TEST(Processes, TheKillFindsWritesThatWereAcknowledgedTooEarly) {
  const ScratchFolder folder;
  EXPECT_GT(lost_after_kill(folder, false), 0);
}

TEST(Processes, AKilledWriterGivesItsTurnBack) {
  const ScratchFolder folder;
  const auto store = open_with_triage(folder);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = in_process([&] {
    const auto own = open_store(folder / "store.db");
    const auto held = own->begin_write();
    if (::write(ends[1], "x", 1) == 1) ::pause();
  });
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NO_THROW(write_execution(*store, 1, 1));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace pianola::store
