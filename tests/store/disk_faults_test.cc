// Every operation on the disk fails once, in turn, and then works again: the write that met it is refused in words and
// leaves nothing half-written, the same store goes on, and at the end everything is there once.
#include <gtest/gtest.h>

#include <optional>

#include "store/verify.h"
#include "tests/store/fixtures.h"
#include "tests/support/campaign.h"
#include "tests/support/watched_disk.h"
#include "workflow/export_records.h"

namespace pianola::store {
namespace {

using tests::DiskOperation;
using tests::WatchedDisk;

// A disk on which the nth operation of some kinds fails, once or from then on until it is mended.
class FailingDisk final : public tests::DiskWatcher {
 public:
  enum class Lasting { once, until_mended };

  // What a failing disk tells SQLite; nothing for operations that do not fail on this disk.
  using CodeOf = std::optional<int> (*)(DiskOperation);

  FailingDisk(CodeOf code_of, Lasting lasting) : code_of_(code_of), lasting_(lasting) {}

  void arm(int nth) {
    left_ = nth;
    failed_ = false;
  }
  void mend() { left_ = 0; }
  // Whether an operation has failed since the disk was armed.
  bool has_failed() const { return failed_; }

  int before(DiskOperation operation, const std::string&) override {
    const std::optional<int> code = code_of_(operation);
    if (!code || left_ == 0) return SQLITE_OK;
    if (left_ > 1) {
      --left_;
      return SQLITE_OK;
    }
    failed_ = true;
    if (lasting_ == Lasting::once) left_ = 0;
    return *code;
  }

 private:
  CodeOf code_of_;
  Lasting lasting_;
  int left_ = 0;
  bool failed_ = false;
};

std::optional<int> full_disk(DiskOperation operation) {
  return operation == DiskOperation::write ? std::optional<int>(SQLITE_FULL) : std::nullopt;
}

std::optional<int> broken_disk(DiskOperation operation) {
  switch (operation) {
    case DiskOperation::open:
      return std::nullopt;  // the store is open
    case DiskOperation::read:
      return SQLITE_IOERR_READ;
    case DiskOperation::write:
      return SQLITE_IOERR_WRITE;
    case DiskOperation::truncate:
      return SQLITE_IOERR_TRUNCATE;
    case DiskOperation::sync:
      return SQLITE_IOERR_FSYNC;
    case DiskOperation::remove:
      return SQLITE_IOERR_DELETE;
  }
  return std::nullopt;
}

// One use of a store after another, each a transaction of several statements, on an execution numbered `round`.
class Story {
 public:
  explicit Story(workflow::Store& store) : store_(store) {}

  static constexpr int kScenes = 4;

  void play(int round, int scene) {
    switch (scene) {
      case 0:
        return start(round);
      case 1:
        return hand_in(round);
      case 2:
        return report(round);
      default:
        return book();
    }
  }

 private:
  std::string key(int round) const { return "round-" + std::to_string(round); }

  void start(int round) {
    workflow::Execution execution = an_execution();
    execution.idempotency_key = key(round);
    execution.input = Json{{"text", std::string(6000, 'x')}};
    committed(store_, [&] {
      store_.executions().insert(workspace(), execution);
      audit(store_, "execution:" + execution.id.text(), "started");
    });
  }

  void hand_in(int round) {
    workflow::Execution execution = store_.executions().find_by_key(workspace(), key(round)).value();
    execution.hand_ins.push_back(a_hand_in(1));
    committed(store_, [&] {
      ASSERT_TRUE(store_.executions().update(workspace(), execution));
      audit(store_, "execution:" + execution.id.text(), "hand_in");
    });
  }

  void report(int round) {
    workflow::Occurrence occurrence = an_occurrence();
    occurrence.idempotency_key = key(round);
    committed(store_, [&] {
      store_.edge_cases().insert(workspace(), a_report(), occurrence);
      audit(store_, "workflow:triage", "edge_case_reported");
    });
  }

  void book() {
    committed(store_, [&] {
      store_.accounts().append(workspace(), {an_entry()});
      const Json booked = Json::array({Json(workflow::encode_account_entry(an_entry()))});
      audit(store_, "workspace", "booked", dump_compact(Json{{"booked", booked}}));
    });
  }

  workflow::Store& store_;
};

// What must be there, once and whole, after `rounds` rounds.
void expect_everything_once(workflow::Store& store, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const std::string key = "round-" + std::to_string(round);
    const auto execution = store.executions().find_by_key(workspace(), key);
    ASSERT_TRUE(execution) << key;
    EXPECT_EQ(execution->hand_ins.size(), 1U);
    EXPECT_TRUE(store.edge_cases().find_occurrence_by_key(workspace(), key)) << key;
  }
  EXPECT_EQ(store.executions().list(workspace(), {}, "", 1000).size(), static_cast<std::size_t>(rounds));
  EXPECT_EQ(store.edge_cases().list(workspace(), std::nullopt, std::nullopt, 1000).size(),
            static_cast<std::size_t>(rounds));
  std::int64_t booked = 0;
  for (const workflow::AccountEntry& entry : store.accounts().entries(workspace(), {})) booked += entry.executions;
  EXPECT_EQ(booked, rounds);
  EXPECT_EQ(count_audit_entries(store), static_cast<std::size_t>(rounds * Story::kScenes + 1));
}

struct Played {
  int faults = 0;  // operations that failed, each met by one write
  int silent = 0;  // failures that nobody was told of, though the disk stayed broken
};

// Fails the nth disk operation of every scene until a scene gets by with fewer; each refused scene is played again on
// the mended disk.
Played play_with_faults(workflow::Store& store, FailingDisk& disk, FaultKind expected, int& round) {
  Played played;
  Story story(store);
  for (int nth = 1;; ++nth, ++round) {
    bool met = false;
    for (int scene = 0; scene < Story::kScenes; ++scene) {
      disk.arm(nth);
      try {
        story.play(round, scene);
        disk.mend();
        if (disk.has_failed()) ++played.silent;
      } catch (const Fault& fault) {
        disk.mend();
        EXPECT_EQ(fault.kind(), expected) << fault.what();
        EXPECT_NE(std::string(fault.what()).find("store.db"), std::string::npos) << fault.what();
        story.play(round, scene);
      }
      if (disk.has_failed()) ++played.faults;
      met = met || disk.has_failed();
    }
    if (!met) {
      ++round;
      return played;
    }
  }
}

class DiskFaults : public testing::TestWithParam<FailingDisk::Lasting> {
 protected:
  // Opens, fails everything in turn, and looks at what is left, also from a store opened anew.
  void expect_nothing_lost(FailingDisk::CodeOf code_of, FaultKind expected) {
    const ScratchFolder folder;
    FailingDisk disk(code_of, GetParam());
    {
      const WatchedDisk watched(disk);
      // Every commit is followed by a checkpoint, so that those meet the faults, too.
      const auto store = open_with_triage(folder, {.checkpoint_after_frames = 1});
      int rounds = 0;
      const Played played = play_with_faults(*store, disk, expected, rounds);
      EXPECT_GE(played.faults, 20) << "the disk hardly failed";
      expect_everything_once(*store, rounds);
      rounds_ = rounds;
    }
    const auto reopened = open_store(folder / "store.db");
    expect_everything_once(*reopened, rounds_);
    const VerifyReport report = verify(folder / "store.db");
    EXPECT_TRUE(report.is_sound()) << report.problems.front();
  }

 private:
  int rounds_ = 0;
};

TEST_P(DiskFaults, AFullDiskRefusesInWordsAndLosesNothing) { expect_nothing_lost(full_disk, FaultKind::storage_full); }

TEST_P(DiskFaults, ABrokenDiskRefusesInWordsAndLosesNothing) {
  expect_nothing_lost(broken_disk, FaultKind::storage_io);
}

INSTANTIATE_TEST_SUITE_P(Lasting, DiskFaults,
                         testing::Values(FailingDisk::Lasting::once, FailingDisk::Lasting::until_mended),
                         [](const auto& lasting) {
                           return lasting.param == FailingDisk::Lasting::once ? "Once" : "UntilMended";
                         });

}  // namespace
}  // namespace pianola::store
