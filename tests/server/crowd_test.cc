// Every host starts a server of its own: many of them write to one store at once, none loses a write, and no client is
// told that the database is locked.
#include <gtest/gtest.h>

#include <memory>

#include "store/backup.h"
#include "store/verify.h"
#include "tests/server/server_story.h"
#include "tests/support/campaign.h"
#include "tests/support/scratch_folder.h"

namespace pianola::server {
namespace {

using tests::ServerProcess;

// `servers` processes take `writes` executions each, a few at a time; gives the answers that were errors.
std::vector<std::string> crowd(const std::string& path, std::int64_t servers, std::int64_t writes) {
  std::vector<std::unique_ptr<ServerProcess>> processes;
  for (std::int64_t i = 0; i < servers; ++i) {
    processes.push_back(std::make_unique<ServerProcess>(
        std::vector<std::string>{PIANOLA_BINARY_DIR "/pianola", "--store", path, "serve"}));
  }
  std::vector<std::string> errors;
  for (std::int64_t number = 0; number < writes; ++number) {
    for (std::size_t i = 0; i < processes.size(); ++i) {
      const std::string key = std::to_string(i) + "-" + std::to_string(number);
      processes[i]->send(tests::request_line(key, "execution_start", {{"name", "triage"}, {"idempotency_key", key}}));
    }
    for (const auto& process : processes) {
      const std::string line = process->read_line().value_or("the server is gone");
      if (line.find("\"isError\":true") != std::string::npos || !line.starts_with("{")) errors.push_back(line);
    }
  }
  return errors;
}

void expect_no_write_lost(std::int64_t servers, std::int64_t writes) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  ServerProcess designer({PIANOLA_BINARY_DIR "/pianola", "--store", path, "serve"});
  designer.send(tests::save_line());
  ASSERT_TRUE(designer.read_line());
  designer.end();
  const std::vector<std::string> errors = crowd(path, servers, writes);
  EXPECT_TRUE(errors.empty()) << errors.size() << " errors, first " << errors.front();
  const auto store = store::open_store(path);
  for (std::int64_t i = 0; i < servers; ++i) {
    for (std::int64_t number = 0; number < writes; ++number) {
      const std::string key = std::to_string(i) + "-" + std::to_string(number);
      ASSERT_TRUE(store->executions().find_by_key({}, key)) << key;
    }
  }
  EXPECT_TRUE(store::verify(path).is_sound());
}

TEST(Crowd, EightServersLoseNoWrite) { expect_no_write_lost(8, tests::campaign_size("PIANOLA_CROWD_WRITES", 50)); }

TEST(Crowd, SixtyFourServersLoseNoWrite) {
  expect_no_write_lost(64, tests::campaign_size("PIANOLA_CROWD_WRITES", 50) / 20 + 1);
}

// Backups are made while `servers` processes write; each must be sound, restore to a sound store, and hold at least
// what was acknowledged before it began.
TEST(Crowd, ABackupMadeWhileManyWriteRestoresToASoundStore) {
  const std::int64_t servers = tests::campaign_size("PIANOLA_BACKUP_SERVERS", 12);
  constexpr std::int64_t kBackups = 3;
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  ServerProcess designer({PIANOLA_BINARY_DIR "/pianola", "--store", path, "serve"});
  designer.send(tests::save_line());
  ASSERT_TRUE(designer.read_line());
  std::vector<std::unique_ptr<ServerProcess>> processes;
  for (std::int64_t i = 0; i < servers; ++i) {
    processes.push_back(std::make_unique<ServerProcess>(
        std::vector<std::string>{PIANOLA_BINARY_DIR "/pianola", "--store", path, "serve"}));
  }
  for (std::int64_t round = 0; round < kBackups; ++round) {
    for (const auto& process : processes) {
      for (const char* id : {"a", "b"}) process->send(tests::request_line(id, "execution_start", {{"name", "triage"}}));
    }
    const std::string backup = folder / "backup-" + std::to_string(round);
    store::back_up(path, backup);
    for (const auto& process : processes) {
      for (int answer = 0; answer < 2; ++answer) EXPECT_TRUE(process->read_line());
    }
    const std::string restored = folder / "restored-" + std::to_string(round);
    EXPECT_EQ(store::restore(backup, restored), "");
    const store::VerifyReport report = store::verify(restored);
    EXPECT_TRUE(report.is_sound()) << report.problems.front();
    const auto there = store::open_store(restored)->executions().list({}, {}, "", 100'000).size();
    EXPECT_GE(there, static_cast<std::size_t>(2 * servers * round)) << "what was acknowledged before is in it";
  }
  EXPECT_TRUE(store::verify(path).is_sound());
}

// A writer that holds its transaction open, with pages of it in the file's log, keeps no reader waiting.
TEST(Crowd, ReadersDoNotWaitForAWriter) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  ServerProcess server({PIANOLA_BINARY_DIR "/pianola", "--store", path, "serve"});
  server.send(tests::save_line());
  ASSERT_TRUE(server.read_line());
  const auto writer = store::open_store(path);
  const auto transaction = writer->begin_write();
  writer->audit().append({}, {.chain = "workspace", .action = "started", .body = "{}"});
  server.send(tests::request_line("read", "workflow_get", {{"name", "triage"}}));
  const auto answer = server.read_line();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(tests::read_answer(*answer).is_error) << *answer;
}

}  // namespace
}  // namespace pianola::server
