// What fails is said in words, by its kind, and loses nothing.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>

#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

void run_sql(const std::string& path, const char* sql) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(connection);
  sqlite3_close(connection);
}

// Files cannot grow beyond `bytes` while this lives: what a full disk is to the program.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
};

TEST(Faults, AFileThatIsNoDatabaseIsNotTouched) {
  const ScratchFolder folder;
  const std::string text(5000, 'x');
  std::ofstream(folder / "notes.txt") << text;
  EXPECT_EQ(fault_of([&] { open_store(folder / "notes.txt"); }).kind(), FaultKind::storage_not_ours);
  std::ifstream file(folder / "notes.txt");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST(Faults, AnotherProgramsDatabaseIsRefused) {
  const ScratchFolder folder;
  run_sql(folder / "other.db", "CREATE TABLE songs (title TEXT)");
  const Fault fault = fault_of([&] { open_store(folder / "other.db"); });
  EXPECT_EQ(fault.kind(), FaultKind::storage_not_ours);
  EXPECT_NE(std::string(fault.what()).find("another program's database"), std::string::npos);
}

TEST(Faults, AFolderIsNoStore) {
  const ScratchFolder folder;
  EXPECT_EQ(fault_of([&] { open_store(folder.text()); }).kind(), FaultKind::storage_not_ours);
}

TEST(Faults, ANewerSchemaIsRefused) {
  const ScratchFolder folder;
  open_store(folder / "store.db");
  run_sql(folder / "store.db", "INSERT INTO schema_migrations VALUES (99, 0)");
  const Fault fault = fault_of([&] { open_store(folder / "store.db"); });
  EXPECT_EQ(fault.kind(), FaultKind::storage_newer);
  EXPECT_NE(std::string(fault.what()).find("schema 99"), std::string::npos);
}

TEST(Faults, AMissingStoreIsNotMadeUnlessAskedFor) {
  const ScratchFolder folder;
  EXPECT_THROW(open_store(folder / "store.db", {.create = false}), Fault);
  EXPECT_FALSE(std::filesystem::exists(folder / "store.db"));
}

TEST(Faults, NoStoreIsMadeBesideTheLogOfOneThatIsGone) {
  const ScratchFolder folder;
  const std::string log = folder / "store.db-wal";
  std::ofstream(log) << "writes";
  const Fault fault = fault_of([&] { open_store(folder / "store.db"); });
  EXPECT_EQ(fault.kind(), FaultKind::storage_not_ours);
  EXPECT_NE(std::string(fault.what()).find(log + " holds writes"), std::string::npos) << fault.what();
  EXPECT_TRUE(std::filesystem::exists(log));
}

TEST(Faults, PostgresIsRefusedInWords) {
  const Fault fault = fault_of([] { open_store("postgres://localhost/pianola"); });
  EXPECT_NE(std::string(fault.what()).find("PostgreSQL"), std::string::npos);
}

TEST(Faults, AFolderThatCannotBeMadeIsNotWritable) {
  const ScratchFolder folder;
  std::ofstream(folder / "file") << "x";
  EXPECT_EQ(fault_of([&] { open_store(folder / "file/below/store.db"); }).kind(), FaultKind::storage_not_writable);
}

// Runs `act` as a user who may not write what it likes: root does so in a child process, as nobody. Gives the kind of
// the fault that it threw.
template <class Act>
std::optional<FaultKind> fault_as_ordinary_user(const ScratchFolder& folder, Act act) {
  if (::geteuid() != 0) return fault_of(act).kind();
  constexpr uid_t kNobody = 65534;
  EXPECT_EQ(::chown(folder.text().c_str(), kNobody, kNobody), 0);
  for (const auto& entry : std::filesystem::directory_iterator(folder.text())) {
    EXPECT_EQ(::chown(entry.path().c_str(), kNobody, kNobody), 0);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr int kNoFault = 100;
    constexpr int kStillRoot = 101;
    if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(kStillRoot);
    try {
      act();
    } catch (const Fault& fault) {
      ::_exit(static_cast<int>(fault.kind()));
    }
    ::_exit(kNoFault);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_LT(WEXITSTATUS(status), 100) << "no fault was thrown, or the child stayed root";
  return static_cast<FaultKind>(WEXITSTATUS(status));
}

TEST(Faults, AReadOnlyFileIsNotWritable) {
  const ScratchFolder folder;
  open_store(folder / "store.db");
  std::filesystem::permissions(folder / "store.db", std::filesystem::perms::owner_read);
  EXPECT_EQ(fault_as_ordinary_user(folder, [&] { open_store(folder / "store.db"); }), FaultKind::storage_not_writable);
}

TEST(Faults, AFolderThatMayNotBeWrittenTakesNoNewStore) {
  const ScratchFolder folder;
  std::filesystem::permissions(folder.text(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(fault_as_ordinary_user(folder, [&] { open_store(folder / "store.db"); }), FaultKind::storage_not_writable);
}

TEST(Faults, AWriterThatWaitsTooLongIsToldToTryAgain) {
  const ScratchFolder folder;
  const auto store = open_with_triage(folder);
  const auto other = open_store(folder / "store.db", {.writer_wait_millis = 1});
  const auto held = store->begin_write();
  const Fault fault = fault_of([&] { other->begin_write(); });
  EXPECT_EQ(fault.kind(), FaultKind::storage_busy);
  EXPECT_TRUE(fault.retryable());
}

TEST(Faults, AFullDiskRefusesWritesAndKeepsEverything) {
  const ScratchFolder folder;
  const auto store = open_with_triage(folder);
  workflow::Execution large = an_execution();
  large.input = Json{{"text", std::string(1'000'000, 'x')}};
  {
    const SmallDisk small(400'000);
    const Fault fault = fault_of([&] { committed(*store, [&] { store->executions().insert(workspace(), large); }); });
    EXPECT_EQ(fault.kind(), FaultKind::storage_full) << fault.what();
    EXPECT_TRUE(fault.retryable());
    EXPECT_TRUE(store->versions().find(workspace(), name(), {1, 0, 0})) << "reading goes on";
  }
  EXPECT_FALSE(store->executions().find(workspace(), large.id));
  committed(*store, [&] { store->executions().insert(workspace(), large); });
  EXPECT_TRUE(open_store(folder / "store.db")->executions().find(workspace(), large.id)) << "and goes on with room";
}

TEST(Faults, AFullDiskLosesTheWholeBatchAndSaysSo) {
  const ScratchFolder folder;
  const auto store = open_with_triage(folder);
  const workflow::Execution small_one = an_execution();
  workflow::Execution large = an_execution();
  large.input = Json{{"text", std::string(1'000'000, 'x')}};
  {
    const SmallDisk small(400'000);
    store->begin_batch();
    committed(*store, [&] { store->executions().insert(workspace(), small_one); });
    const auto rest = [&] {
      committed(*store, [&] { store->executions().insert(workspace(), large); });
      store->commit_batch();
    };
    EXPECT_THROW(rest(), Fault);
  }
  const auto reader = open_store(folder / "store.db");
  EXPECT_FALSE(reader->executions().find(workspace(), small_one.id));
  EXPECT_FALSE(reader->executions().find(workspace(), large.id));
}

}  // namespace
}  // namespace pianola::store
