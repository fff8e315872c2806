// A run's writes and syncs are recorded; states that the disk could be in after a power cut are opened, and what had
// been acknowledged by then must be there, whole and once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "store/sql_store.h"
#include "store/verify.h"
#include "tests/store/fixtures.h"
#include "tests/store/older_store.h"
#include "tests/support/campaign.h"
#include "tests/support/power_cut.h"

namespace pianola::store {
namespace {

using tests::CutDisk;
using tests::DiskEvent;
using tests::DiskEventKind;
using tests::DiskImage;
using tests::DiskRecorder;
using tests::WatchedDisk;

constexpr int kRunLength = 120;
constexpr OpenOptions kFrequentCheckpoints = {.checkpoint_after_frames = 60};

std::string numbered_key(std::int64_t number) { return "write-" + std::to_string(number); }

DiskImage files_in(const ScratchFolder& folder) {
  DiskImage image;
  for (const auto& entry : std::filesystem::directory_iterator(folder.text())) {
    std::ostringstream content;
    content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    image[entry.path().filename().string()] = std::move(content).str();
  }
  return image;
}

// An execution of varying size with a hand-in, and their lines in the audit log, which are kept together or not at all.
void write_numbered(workflow::Store& store, int number) {
  workflow::Execution execution = an_execution();
  execution.idempotency_key = numbered_key(number);
  execution.input = Json{{"text", std::string(static_cast<std::size_t>(number % 7) * 1500, 'x')}};
  committed(store, [&] {
    store.executions().insert(workspace(), execution);
    audit(store, "execution:" + execution.id.text(), "started");
    execution.hand_ins.push_back(a_hand_in(1));
    ASSERT_TRUE(store.executions().hand_in(workspace(), execution, {execution.author}));
  });
}

struct Recording {
  DiskImage at_start;
  std::int64_t acknowledged = 0;  // writes that were there at the start
  std::vector<DiskEvent> events;
};

constexpr int kBatch = 3;

void write_batch(workflow::Store& store, int first_number) {
  store.begin_batch();
  for (int i = 0; i < kBatch; ++i) write_numbered(store, first_number + i);
  store.commit_batch();
}

// Two processes' worth of connections write in turn, one at a time and in batches; `weaken` may spoil the first one's
// durability.
template <class Weaken>
Recording record(const Weaken& weaken) {
  const ScratchFolder folder;
  open_with_triage(folder).reset();
  Recording recording{files_in(folder), 0, {}};
  DiskRecorder recorder;
  {
    const WatchedDisk disk(recorder);
    auto database = std::make_unique<SqliteDatabase>(folder / "store.db", FileUse::must_exist, kFrequentCheckpoints);
    weaken(*database);
    SqlStore first(std::move(database));
    const auto second = open_store(folder / "store.db", kFrequentCheckpoints);
    for (int number = 0; number < kRunLength;) {
      workflow::Store& writer = number % 4 == 3 ? *second : first;
      const bool in_batch = number % 5 == 2;
      in_batch ? write_batch(writer, number) : write_numbered(writer, number);
      number += in_batch ? kBatch : 1;
      recorder.acknowledge(number - 1);
    }
  }
  recording.events = recorder.events();
  return recording;
}

void write_files(const DiskImage& image, const ScratchFolder& folder) {
  for (const auto& [name, content] : image) {
    if (!name.ends_with("-shm")) std::ofstream(folder / name, std::ios::binary) << content;
  }
}

// Why a state of the disk breaks the promise; empty where it keeps it.
std::string broken_promise(const DiskImage& image, std::int64_t acknowledged) {
  const ScratchFolder folder;
  write_files(image, folder);
  try {
    const auto store = open_store(folder / "store.db");
    const std::vector<workflow::Execution> found = store->executions().list(workspace(), {}, "", kRunLength + 1);
    std::set<std::string> keys;
    for (const workflow::Execution& execution : found) keys.insert(execution.idempotency_key);
    if (keys.size() != found.size()) return "an execution is there twice";
    for (std::int64_t number = 0; number < acknowledged; ++number) {
      if (!keys.contains(numbered_key(number))) return "lost " + numbered_key(number);
    }
    const std::size_t audited = count_audit_entries(*store) - 1;  // beside the version's
    if (2 * found.size() != audited) {
      return std::to_string(found.size()) + " executions with a hand-in each, " + std::to_string(audited) +
             " entries in the audit log";
    }
    const VerifyReport report = verify(folder / "store.db");
    return report.is_sound() ? "" : report.problems.front();
  } catch (const Fault& fault) {
    return fault.what();
  }
}

// Opens `images` states of a run's disk, cut at random moments, and gives what was broken in each bad one.
std::vector<std::string> broken_promises(const Recording& recording, std::int64_t images) {
  std::mt19937_64 random(tests::campaign_seed());
  std::vector<std::size_t> cuts;
  for (std::int64_t i = 0; i < images; ++i) cuts.push_back(random() % (recording.events.size() + 1));
  std::sort(cuts.begin(), cuts.end());
  std::vector<std::string> broken;
  CutDisk disk(recording.at_start);
  std::int64_t acknowledged = recording.acknowledged;
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    for (; at < cut; ++at) {
      disk.advance(recording.events[at]);
      if (recording.events[at].kind == DiskEventKind::acknowledged) acknowledged = recording.events[at].offset + 1;
    }
    std::string why = broken_promise(disk.after_cut(random), acknowledged);
    if (!why.empty()) broken.push_back("cut after event " + std::to_string(cut) + ": " + why);
  }
  return broken;
}

std::int64_t events_of(const Recording& recording, DiskEventKind kind, std::string_view file) {
  return std::count_if(recording.events.begin(), recording.events.end(),
                       [&](const DiskEvent& event) { return event.kind == kind && event.file == file; });
}

TEST(PowerLoss, LosesNothingThatWasAcknowledged) {
  const Recording recording = record([](SqliteDatabase&) {});
  EXPECT_GE(events_of(recording, DiskEventKind::sync, "store.db-wal"), kRunLength / 2) << "a commit was not synced";
  EXPECT_GE(events_of(recording, DiskEventKind::sync, "store.db"), 3) << "the run met no checkpoint";
  const std::vector<std::string> broken = broken_promises(recording, tests::campaign_size("PIANOLA_IMAGES", 60));
  EXPECT_TRUE(broken.empty()) << broken.size() << " broken (seed " << tests::campaign_seed()
                              << "), first: " << broken.front();
}

// Of a store the log keeps a migration whole, of a backup that is opened the rollback journal.
class PowerLossInAMigration : public testing::TestWithParam<OlderFile> {};

INSTANTIATE_TEST_SUITE_P(Of, PowerLossInAMigration, testing::Values(OlderFile::store, OlderFile::backup),
                         [](const auto& of) { return of.param == OlderFile::store ? "AStore" : "ABackup"; });

TEST_P(PowerLossInAMigration, LeavesItWhole) {
  constexpr int kWrites = 20;
  const ScratchFolder newer;
  {
    const auto store = open_with_triage(newer);
    for (int number = 0; number < kWrites; ++number) write_numbered(*store, number);
  }
  const ScratchFolder folder;
  take_back(newer / "store.db", newest_schema() - 1, folder / "store.db", GetParam());
  Recording recording{files_in(folder), kWrites, {}};
  DiskRecorder recorder;
  {
    const WatchedDisk disk(recorder);
    open_store(folder / "store.db");
  }
  recording.events = recorder.events();
  const char* const first_synced = GetParam() == OlderFile::store ? "store.db-wal" : "store.db";
  EXPECT_GE(events_of(recording, DiskEventKind::sync, first_synced), 1) << "nothing was migrated";
  const std::vector<std::string> broken = broken_promises(recording, tests::campaign_size("PIANOLA_IMAGES", 60) / 5);
  EXPECT_TRUE(broken.empty()) << broken.size() << " broken (seed " << tests::campaign_seed()
                              << "), first: " << broken.front();
}

// A store gets its name when it is complete: from then on it is whole, whatever is lost of the disk's cache.
TEST(PowerLoss, MeetsNoNewStoreThatIsNotOnTheDisk) {
  const ScratchFolder folder;
  DiskRecorder recorder;
  const WatchedDisk disk(recorder);
  open_store(folder / "store.db");
  std::optional<DiskEventKind> last;
  for (const DiskEvent& event : recorder.events()) {
    if (event.file == "store.db.new") last = event.kind;
  }
  EXPECT_EQ(last, DiskEventKind::sync);
}

// The negative control: with commits that are not synced, the same harness finds losses.
TEST(PowerLoss, IsFoundWhereCommitsAreNotSynced) {
  const Recording recording =
      record([](SqliteDatabase& database) { database.run_script("PRAGMA synchronous = NORMAL"); });
  constexpr std::int64_t kEnough = 500;  // a share is looked for, not the last of many
  const std::int64_t images = std::min(kEnough, std::int64_t{tests::campaign_size("PIANOLA_IMAGES", 60)});
  const auto broken = static_cast<std::int64_t>(broken_promises(recording, images).size());
  RecordProperty("broken", static_cast<int>(broken));
  EXPECT_GT(broken, images / 10);
}

}  // namespace
}  // namespace pianola::store
