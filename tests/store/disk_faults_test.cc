// Every operation on the disk fails once, in turn, and then works again: the write that met it is refused in words and
// leaves nothing half-written, the same store goes on, and at the end everything is there once.
#include <gtest/gtest.h>

#include <ostream>
#include <set>

#include "store/verify.h"
#include "tests/store/fixtures.h"
#include "tests/support/failing_disk.h"
#include "workflow/export_records.h"

namespace pianola::store {
namespace {

using tests::FailingDisk;
using tests::WatchedDisk;

// What is wrong with the use cases of a story, for the negative controls.
enum class Weakness { none, forgets_refused, writes_in_halves };

// One use of a store after another, each a transaction of several statements, on an execution numbered `round`.
class Story {
 public:
  Story(workflow::Store& store, Weakness weakness) : store_(store), weakness_(weakness) {}

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
    const auto insert = [&] { store_.executions().insert(workspace(), execution); };
    const auto note = [&] { audit(store_, "execution:" + execution.id.text(), "started"); };
    if (weakness_ == Weakness::writes_in_halves) {
      if (store_.executions().find_by_key(workspace(), key(round))) return;  // asked for again: it seems done
      committed(store_, insert);
      committed(store_, note);
    } else {
      committed(store_, [&] {
        insert();
        note();
      });
    }
  }

  void hand_in(int round) {
    workflow::Execution execution = store_.executions().find_by_key(workspace(), key(round)).value();
    execution.hand_ins.push_back(a_hand_in(1));
    committed(store_, [&] { ASSERT_TRUE(store_.executions().hand_in(workspace(), execution, {execution.author})); });
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
  Weakness weakness_;
};

using Scenes = std::set<int>;

// Plays scenes one by one, on a disk that fails at some operation; gives those that were acknowledged.
Scenes play_singly(workflow::Store&, Story& story, FaultKind expected, int round, const Scenes& scenes) {
  Scenes acknowledged;
  for (const int scene : scenes) {
    try {
      story.play(round, scene);
      acknowledged.insert(scene);
    } catch (const Fault& fault) {
      EXPECT_EQ(fault.kind(), expected) << fault.what();
      EXPECT_NE(std::string(fault.what()).find("store.db"), std::string::npos) << fault.what();
      break;  // a scene builds on those before it
    }
  }
  return acknowledged;
}

// The same in one batch, as what one read from a host delivered: nothing counts before the batch is committed.
Scenes play_in_batch(workflow::Store& store, Story& story, FaultKind expected, int round, const Scenes& scenes) {
  store.begin_batch();
  Scenes acknowledged = play_singly(store, story, expected, round, scenes);
  try {
    store.commit_batch();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind() == expected || fault.kind() == FaultKind::storage_io, true) << fault.what();
    acknowledged.clear();
  }
  return acknowledged;
}

using PlayScenes = Scenes (*)(workflow::Store&, Story&, FaultKind, int, const Scenes&);

// Fails the nth disk operation of every round, for every n until a round gets by with fewer; what was refused is played
// again on the mended disk. Gives the number of rounds.
int play_with_faults(workflow::Store& store, FailingDisk& disk, FaultKind expected, PlayScenes play_scenes,
                     Weakness weakness) {
  Story story(store, weakness);
  int round = 0;
  for (int nth = 1;; ++nth, ++round) {
    Scenes left;
    for (int scene = 0; scene < Story::kScenes; ++scene) left.insert(scene);
    disk.arm(nth);
    for (const int scene : play_scenes(store, story, expected, round, left)) left.erase(scene);
    disk.mend();
    if (weakness == Weakness::forgets_refused && !left.empty()) left.erase(std::prev(left.end()));
    for (const int scene : left) story.play(round, scene);
    if (!disk.has_failed()) return round + 1;
  }
}

// What is not there, or not once and whole, after `rounds` rounds.
std::vector<std::string> find_losses(workflow::Store& store, int rounds) {
  std::vector<std::string> losses;
  const auto expect = [&](bool holds, const std::string& what) {
    if (!holds) losses.push_back(what);
  };
  for (int round = 0; round < rounds; ++round) {
    const std::string key = "round-" + std::to_string(round);
    const auto execution = store.executions().find_by_key(workspace(), key);
    expect(execution && execution->hand_ins.size() == 1, "the execution of " + key);
    expect(store.edge_cases().find_occurrence_by_key(workspace(), key).has_value(), "the report of " + key);
  }
  const auto all = static_cast<std::size_t>(rounds);
  expect(store.executions().list(workspace(), {}, "", 1000).size() == all, "the number of executions");
  expect(store.edge_cases().list(workspace(), std::nullopt, std::nullopt, 1000).size() == all, "the number of reports");
  std::int64_t booked = 0;
  for (const workflow::AccountEntry& entry : store.accounts().entries(workspace(), {})) booked += entry.executions;
  expect(booked == rounds, "the accounts");
  expect(count_audit_entries(store) == all * Story::kScenes + 1, "the number of audit entries");
  return losses;
}

struct Outcome {
  int rounds = 0;
  std::vector<std::string> losses;  // in the store that met the faults, then in one opened anew, then by verify
};

// Opens, fails everything in turn, and looks at what is left.
Outcome outcome_of(FailingDisk& disk, FaultKind expected, PlayScenes play_scenes, Weakness weakness = Weakness::none) {
  const ScratchFolder folder;
  Outcome outcome;
  {
    const WatchedDisk watched(disk);
    // Every commit is followed by a checkpoint, so that those meet the faults, too.
    const auto store = open_with_triage(folder, {.checkpoint_after_frames = 1});
    outcome.rounds = play_with_faults(*store, disk, expected, play_scenes, weakness);
    outcome.losses = find_losses(*store, outcome.rounds);
  }
  const std::vector<std::string> left = find_losses(*open_store(folder / "store.db"), outcome.rounds);
  outcome.losses.insert(outcome.losses.end(), left.begin(), left.end());
  const VerifyReport report = verify(folder / "store.db");
  outcome.losses.insert(outcome.losses.end(), report.problems.begin(), report.problems.end());
  return outcome;
}

struct Case {
  const char* name;
  FailingDisk::CodeOf code_of;
  FaultKind expected;
  FailingDisk::Lasting lasting;
  PlayScenes play_scenes;
};

void PrintTo(const Case& shown, std::ostream* out) { *out << shown.name; }

constexpr auto kOnce = FailingDisk::Lasting::once;
constexpr auto kUntilMended = FailingDisk::Lasting::until_mended;

constexpr Case kCases[] = {
    {"FullOnce", tests::full_disk, FaultKind::storage_full, kOnce, play_singly},
    {"FullUntilMended", tests::full_disk, FaultKind::storage_full, kUntilMended, play_singly},
    {"BrokenOnce", tests::broken_disk, FaultKind::storage_io, kOnce, play_singly},
    {"BrokenUntilMended", tests::broken_disk, FaultKind::storage_io, kUntilMended, play_singly},
    {"FullOnceInABatch", tests::full_disk, FaultKind::storage_full, kOnce, play_in_batch},
    {"FullUntilMendedInABatch", tests::full_disk, FaultKind::storage_full, kUntilMended, play_in_batch},
    {"BrokenOnceInABatch", tests::broken_disk, FaultKind::storage_io, kOnce, play_in_batch},
    {"BrokenUntilMendedInABatch", tests::broken_disk, FaultKind::storage_io, kUntilMended, play_in_batch},
};

class DiskFaults : public testing::TestWithParam<Case> {};

TEST_P(DiskFaults, AreToldInWordsAndLoseNothing) {
  FailingDisk disk(GetParam().code_of, GetParam().lasting);
  const Outcome outcome = outcome_of(disk, GetParam().expected, GetParam().play_scenes);
  // A commit is one write and one sync, so that a full disk has few to refuse.
  EXPECT_GE(outcome.rounds, 6) << "the disk hardly failed";
  EXPECT_TRUE(outcome.losses.empty()) << outcome.losses.size() << " losses, first " << outcome.losses.front();
}

INSTANTIATE_TEST_SUITE_P(Disk, DiskFaults, testing::ValuesIn(kCases),
                         [](const auto& of) { return std::string(of.param.name); });

// The negative controls: the same harness finds what a careless use case loses.
TEST(DiskFaultsControl, FindsAWriteThatIsAcknowledgedThoughItWasRefused) {
  FailingDisk disk(tests::full_disk, kOnce);
  EXPECT_FALSE(outcome_of(disk, FaultKind::storage_full, play_singly, Weakness::forgets_refused).losses.empty());
}

TEST(DiskFaultsControl, FindsAWriteThatIsKeptByHalf) {
  FailingDisk disk(tests::full_disk, kOnce);
  EXPECT_FALSE(outcome_of(disk, FaultKind::storage_full, play_singly, Weakness::writes_in_halves).losses.empty());
}

}  // namespace
}  // namespace pianola::store
