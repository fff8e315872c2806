// Making, opening, migrating, backing up and restoring a store, with every operation on the disk failing in turn: what
// was refused is said in words, and done again on the mended disk it succeeds, with everything there.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "store/backup.h"
#include "store/verify.h"
#include "tests/store/fixtures.h"
#include "tests/store/older_store.h"
#include "tests/support/campaign.h"
#include "tests/support/failing_disk.h"

namespace pianola::store {
namespace {

using tests::FailingDisk;
using tests::WatchedDisk;

constexpr int kExecutions = 5;

void start_executions(workflow::Store& store) {
  for (int i = 0; i < kExecutions; ++i) {
    const workflow::Execution execution = an_execution();
    committed(store, [&] {
      store.executions().insert(workspace(), execution);
      audit(store, workflow::chain_of(execution.id), "started");
    });
  }
}

// What a store's file lacks; "" where the executions are there and it is sound.
std::string fault_of_store(const std::string& path) try {
  if (open_store(path)->executions().list(workspace(), {}, "", 100).size() != kExecutions) return path + " lacks some";
  const VerifyReport report = verify(path);
  return report.is_sound() ? "" : report.problems.front();
} catch (const Fault& fault) {
  return fault.what();
}

// Something that is done with files in a folder.
struct Deed {
  const char* name;
  bool writes;
  void (*prepare)(const ScratchFolder&);
  void (*act)(const ScratchFolder&);
  // After a refusal, on the mended disk and before it is tried again.
  std::string (*fault_in_between)(const ScratchFolder&);
  std::string (*fault_at_the_end)(const ScratchFolder&);
};

std::string nothing_to_look_at(const ScratchFolder&) { return ""; }
void prepare_nothing(const ScratchFolder&) {}

void prepare_store(const ScratchFolder& folder) { start_executions(*open_with_triage(folder)); }

// As a killed process leaves it: what it wrote last stands in the log alone.
void prepare_killed_store(const ScratchFolder& folder) {
  const ScratchFolder living;
  const auto store = open_with_triage(living);
  start_executions(*store);
  for (const char* file : {"store.db", "store.db-wal"}) std::filesystem::copy_file(living / file, folder / file);
}

template <OlderFile kFile>
void prepare_older(const ScratchFolder& folder) {
  const ScratchFolder newer;
  prepare_store(newer);
  take_back(newer / "store.db", newest_schema() - 1, folder / "store.db", kFile);
}

void prepare_backup_of_killed_store(const ScratchFolder& folder) {
  prepare_killed_store(folder);
  back_up(folder / "store.db", folder / "backup.db");
}

void prepare_backup(const ScratchFolder& folder) {
  prepare_store(folder);
  back_up(folder / "store.db", folder / "backup.db");
}

// Of the stores that restoring took out of the way.
std::string fault_of_kept(const ScratchFolder& folder) {
  int kept = 0;
  std::string fault;
  for (const auto& entry : std::filesystem::directory_iterator(folder.text())) {
    const std::string path = entry.path().string();
    if (path.find(".before-restore-") == std::string::npos || path.find_last_of("0123456789") + 1 != path.size())
      continue;
    ++kept;
    fault += fault_of_store(path);
  }
  return kept == 0 ? "the old store was not kept" : fault;
}

std::string store_fault(const ScratchFolder& folder) { return fault_of_store(folder / "store.db"); }

const Deed kDeeds[] = {
    {"MakingAStore", true, prepare_nothing, [](const ScratchFolder& folder) { open_store(folder / "store.db"); },
     nothing_to_look_at,
     [](const ScratchFolder& folder) {
       start_executions(*open_with_triage(folder));
       return store_fault(folder);
     }},
    {"OpeningAStoreThatWasKilled", false, prepare_killed_store,
     [](const ScratchFolder& folder) {
       open_store(folder / "store.db")->executions().list(workspace(), {}, "", kExecutions);
     },
     nothing_to_look_at, store_fault},
    {"Migrating", true, prepare_older<OlderFile::store>,
     [](const ScratchFolder& folder) { open_store(folder / "store.db"); }, nothing_to_look_at, store_fault},
    {"MigratingABackup", true, prepare_older<OlderFile::backup>,
     [](const ScratchFolder& folder) { open_store(folder / "store.db"); }, nothing_to_look_at, store_fault},
    {"BackingUp", true, prepare_store,
     [](const ScratchFolder& folder) { back_up(folder / "store.db", folder / "backup.db"); },
     [](const ScratchFolder& folder) {
       if (std::filesystem::exists(folder / "backup.db")) return std::string("half a backup has its name");
       return store_fault(folder);
     },
     [](const ScratchFolder& folder) { return store_fault(folder) + fault_of_store(folder / "backup.db"); }},
    {"Restoring", true, prepare_backup_of_killed_store,
     [](const ScratchFolder& folder) { restore(folder / "backup.db", folder / "store.db"); }, store_fault,
     [](const ScratchFolder& folder) {
       return store_fault(folder) + fault_of_store(folder / "backup.db") + fault_of_kept(folder);
     }},
    {"RestoringWhereNoneIs", true, prepare_backup,
     [](const ScratchFolder& folder) { restore(folder / "backup.db", folder / "elsewhere.db"); },
     [](const ScratchFolder& folder) {
       return std::filesystem::exists(folder / "elsewhere.db") ? std::string("it is there") : std::string();
     },
     [](const ScratchFolder& folder) { return fault_of_store(folder / "elsewhere.db"); }},
};

bool is_of_storage(FaultKind kind) {
  return kind == FaultKind::storage_full || kind == FaultKind::storage_io || kind == FaultKind::storage_not_writable;
}

// Does the deed with its nth operation failing.
void expect_nothing_lost(const Deed& deed, FailingDisk& disk, int nth) {
  const ScratchFolder folder;
  deed.prepare(folder);
  bool refused = false;
  {
    const WatchedDisk watched(disk);
    disk.arm(nth);
    try {
      deed.act(folder);
    } catch (const Fault& fault) {
      refused = true;
      EXPECT_TRUE(is_of_storage(fault.kind())) << fault.what();
      EXPECT_NE(std::string(fault.what()).find(folder.text()), std::string::npos) << fault.what();
    }
    disk.mend();
  }
  if (refused) {
    EXPECT_EQ(deed.fault_in_between(folder), "") << nth;
    EXPECT_NO_THROW(deed.act(folder)) << nth;
  }
  EXPECT_TRUE(disk.has_failed()) << nth;
  EXPECT_EQ(deed.fault_at_the_end(folder), "") << nth;
}

// How many of its operations can fail.
int count_operations(const Deed& deed, FailingDisk::CodeOf code_of) {
  const ScratchFolder folder;
  deed.prepare(folder);
  FailingDisk disk(code_of, FailingDisk::Lasting::once);
  const WatchedDisk watched(disk);
  disk.arm(std::numeric_limits<int>::max());
  deed.act(folder);
  return std::numeric_limits<int>::max() - disk.left();
}

using Lasting = FailingDisk::Lasting;

// A deed on a disk that fails in one way.
struct DeedCase {
  std::string name;
  Deed deed;
  FailingDisk::CodeOf code_of;
  Lasting lasting;
};

void PrintTo(const DeedCase& shown, std::ostream* out) { *out << shown.name; }

std::vector<DeedCase> all_cases() {
  std::vector<DeedCase> cases;
  for (const Deed& deed : kDeeds) {
    for (const Lasting lasting : {Lasting::once, Lasting::until_mended}) {
      const std::string how = lasting == Lasting::once ? "Once" : "UntilMended";
      cases.push_back({deed.name + ("Broken" + how), deed, tests::broken_disk, lasting});
      if (deed.writes) cases.push_back({deed.name + ("Full" + how), deed, tests::full_disk, lasting});
    }
  }
  return cases;
}

class FileFaults : public testing::TestWithParam<DeedCase> {};

TEST_P(FileFaults, AreToldInWordsAndLoseNothing) {
  const auto& [name, deed, code_of, lasting] = GetParam();
  FailingDisk disk(code_of, lasting);
  const int operations = count_operations(deed, code_of);
  EXPECT_GE(operations, 4) << "the disk is hardly used";
  // Each in turn, or as many as are played, spread over all.
  const auto played = std::min<std::int64_t>(operations, tests::campaign_size("PIANOLA_FILE_FAULTS", 3));
  for (std::int64_t i = 0; i < played; ++i) {
    expect_nothing_lost(deed, disk, static_cast<int>(1 + i * operations / played));
  }
}

INSTANTIATE_TEST_SUITE_P(Disk, FileFaults, testing::ValuesIn(all_cases()),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace pianola::store
