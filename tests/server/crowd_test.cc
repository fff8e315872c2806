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

using tests::Command;
using tests::ServerProcess;

using Servers = std::vector<std::unique_ptr<ServerProcess>>;

Servers start_servers(const Command& program, const std::string& path, std::int64_t count) {
  Servers servers;
  for (std::int64_t i = 0; i < count; ++i) {
    servers.push_back(std::make_unique<ServerProcess>(tests::serving(program, path)));
  }
  return servers;
}

void save_workflow(const std::string& path) {
  ServerProcess designer(tests::serving(tests::kPianola, path));
  designer.send(tests::save_line());
  const auto answer = designer.read_line();
  ASSERT_TRUE(answer && !tests::read_answer(*answer).is_error);
  EXPECT_EQ(designer.end(), 0);
}

// `servers` processes of a program take `writes` executions each, one of every server at a time, and are killed after
// their last answer. Gives what was not answered well, what is not in the store, and what is wrong with it.
std::vector<std::string> losses_of_crowd(const Command& program, std::int64_t servers, std::int64_t writes) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  save_workflow(path);
  const Servers processes = start_servers(program, path, servers);
  std::vector<std::string> losses;
  for (std::int64_t number = 0; number < writes; ++number) {
    for (std::size_t i = 0; i < processes.size(); ++i) {
      const std::string key = std::to_string(i) + "-" + std::to_string(number);
      processes[i]->send(tests::request_line(key, "execution_start", {{"name", "triage"}, {"idempotency_key", key}}));
    }
    for (const auto& process : processes) {
      const std::string line = process->read_line().value_or("the server is gone");
      if (!line.starts_with("{") || tests::read_answer(line).execution_id.empty()) losses.push_back(line);
    }
  }
  for (const auto& process : processes) process->kill();
  const auto store = store::open_store(path);
  for (std::int64_t i = 0; i < servers; ++i) {
    for (std::int64_t number = 0; number < writes; ++number) {
      const std::string key = std::to_string(i) + "-" + std::to_string(number);
      if (!store->executions().find_by_key({}, key)) losses.push_back("execution " + key);
    }
  }
  const store::VerifyReport report = store::verify(path);
  losses.insert(losses.end(), report.problems.begin(), report.problems.end());
  return losses;
}

void expect_no_write_lost(std::int64_t servers, std::int64_t writes) {
  const std::vector<std::string> losses = losses_of_crowd(tests::kPianola, servers, writes);
  EXPECT_TRUE(losses.empty()) << losses.size() << " losses, first " << losses.front();
}

TEST(Crowd, EightServersLoseNoWrite) { expect_no_write_lost(8, tests::campaign_size("PIANOLA_CROWD_WRITES", 50)); }

TEST(Crowd, SixtyFourServersLoseNoWrite) {
  expect_no_write_lost(64, tests::campaign_size("PIANOLA_CROWD_WRITES", 50) / 20 + 1);
}

// The negative controls: a server that answers before it commits, and one whose writers wait for nobody.
TEST(Crowd, FindsAWriteThatWasAcknowledgedTooEarly) {
  EXPECT_EQ(losses_of_crowd({PIANOLA_BINARY_DIR "/tests/careless_server", "early"}, 1, 5),
            std::vector<std::string>{"execution 0-4"});
}

TEST(Crowd, FindsAWriterThatWasSentAway) {
  const std::vector<std::string> losses =
      losses_of_crowd({PIANOLA_BINARY_DIR "/tests/careless_server", "impatient"}, 16, 20);
  ASSERT_FALSE(losses.empty());
  EXPECT_NE(losses.front().find("other processes that write"), std::string::npos) << losses.front();
}

// Backups are made while `servers` processes write; each must be sound, restore to a sound store, and hold what was
// acknowledged before it began and not yet all that was asked for.
TEST(Crowd, ABackupMadeWhileManyWriteRestoresToASoundStore) {
  const std::int64_t servers = tests::campaign_size("PIANOLA_BACKUP_SERVERS", 12);
  constexpr std::int64_t kBackups = 3;
  constexpr std::int64_t kWrites = 20;
  std::int64_t in_the_middle = 0;
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  save_workflow(path);
  const Servers processes = start_servers(tests::kPianola, path, servers);
  for (std::int64_t round = 0; round < kBackups; ++round) {
    std::string lines;
    for (std::int64_t i = 0; i < kWrites; ++i)
      lines += tests::request_line("w", "execution_start", {{"name", "triage"}});
    for (const auto& process : processes) ASSERT_TRUE(process->send(lines));
    const auto expect_started = [](ServerProcess& process) {
      EXPECT_NE(tests::read_answer(process.read_line().value()).execution_id, "");
    };
    expect_started(*processes.back());
    const std::string backup = folder / "backup-" + std::to_string(round);
    store::back_up(path, backup);
    for (const auto& process : processes) {
      const bool answered_one = process == processes.back();
      for (std::int64_t i = answered_one ? 1 : 0; i < kWrites; ++i) expect_started(*process);
    }
    const std::string restored = folder / "restored-" + std::to_string(round);
    EXPECT_EQ(store::restore(backup, restored), "");
    const store::VerifyReport report = store::verify(restored);
    EXPECT_TRUE(report.is_sound()) << report.problems.front();
    const auto there =
        static_cast<std::int64_t>(store::open_store(restored)->executions().list({}, {}, "", 100'000).size());
    EXPECT_GT(there, kWrites * servers * round) << "what was acknowledged before is in it";
    if (there < kWrites * servers * (round + 1)) ++in_the_middle;
  }
  EXPECT_GE(in_the_middle, 1) << "no backup was made while others wrote";
  for (const auto& process : processes) EXPECT_EQ(process->end(), 0);
  EXPECT_TRUE(store::verify(path).is_sound());
}

// A writer that holds its transaction open, with pages of it in the file's log, keeps no reader waiting.
TEST(Crowd, ReadersDoNotWaitForAWriter) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  save_workflow(path);
  ServerProcess server(tests::serving(tests::kPianola, path));
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
