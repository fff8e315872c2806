// Servers are killed in the middle of writes: what they had acknowledged is there, once and whole.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "store/verify.h"
#include "tests/server/server_story.h"
#include "tests/support/campaign.h"
#include "tests/support/scratch_folder.h"

namespace pianola::server {
namespace {

using tests::Command;
using tests::request_line;
using tests::ServerProcess;
using tests::ToolAnswer;

// What servers have acknowledged in all their lives.
struct Acknowledged {
  std::map<std::string, std::string> started;  // execution by idempotency key
  std::set<std::string> handed_in;             // executions whose first step was accepted
};

constexpr int kStartsALife = 40;

// One life of a server: it is asked for many executions at once and killed after `answers` answers.
void live_and_be_killed(const Command& command, int life, int answers, Acknowledged& acknowledged) {
  ServerProcess server(command);
  std::string lines;
  for (int i = 0; i < kStartsALife; ++i) {
    const std::string key = std::to_string(life) + "-" + std::to_string(i);
    lines += request_line(key, "execution_start", {{"name", "triage"}, {"idempotency_key", key}});
  }
  server.send(lines);
  const auto take = [&](const std::string& line) {
    const ToolAnswer answer = tests::read_answer(line);
    ASSERT_FALSE(answer.is_error) << line;
    if (answer.id.starts_with("step")) {
      acknowledged.handed_in.insert(answer.execution_id);
    } else {
      acknowledged.started[answer.id] = answer.execution_id;
      server.send(
          request_line("step-" + answer.id, "execution_step",
                       {{"execution_id", answer.execution_id}, {"step", "read"}, {"output", {{"topic", "a"}}}}));
    }
  };
  for (int i = 0; i < answers; ++i) {
    const auto line = server.read_line();
    ASSERT_TRUE(line);
    take(*line);
  }
  server.kill();
  while (const auto line = server.read_line()) take(*line);
}

// What of it the store lacks, or has otherwise than acknowledged.
std::vector<std::string> missing_from(const std::string& path, const Acknowledged& acknowledged) {
  std::vector<std::string> missing;
  const auto store = store::open_store(path);
  const workflow::WorkspaceName workspace;
  for (const auto& [key, id] : acknowledged.started) {
    const auto found = store->executions().find_by_key(workspace, key);
    if (!found || found->id.text() != id) {
      missing.push_back("execution " + key);
    } else if (acknowledged.handed_in.contains(id) && found->hand_ins.size() != 1) {
      missing.push_back("hand-in of execution " + key);
    }
  }
  const store::VerifyReport report = store::verify(path);
  missing.insert(missing.end(), report.problems.begin(), report.problems.end());
  return missing;
}

std::vector<std::string> missing_after_kills(const Command& program, std::int64_t kills) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  {
    ServerProcess server(tests::serving(tests::kPianola, path));
    server.send(tests::save_line());
    const auto answer = server.read_line();
    EXPECT_FALSE(tests::read_answer(answer.value()).is_error) << *answer;
  }
  std::mt19937_64 random(tests::campaign_seed());
  Acknowledged acknowledged;
  for (std::int64_t life = 0; life < kills; ++life) {
    // The last life answers all that it was asked: then even a fast disk has nothing to do but what was put off.
    const int answers = static_cast<int>(life + 1 == kills ? 2 * kStartsALife : random() % (2 * kStartsALife));
    live_and_be_killed(tests::serving(program, path), static_cast<int>(life), answers, acknowledged);
    if (testing::Test::HasFatalFailure()) break;
  }
  EXPECT_GT(acknowledged.handed_in.size(), static_cast<std::size_t>(kills)) << "the servers hardly did anything";
  return missing_from(path, acknowledged);
}

TEST(Kill, NothingAcknowledgedIsLost) {
  const auto missing = missing_after_kills(tests::kPianola, tests::campaign_size("PIANOLA_KILLS", 12));
  EXPECT_TRUE(missing.empty()) << missing.size() << " missing (seed " << tests::campaign_seed() << "), first "
                               << missing.front();
}

// The negative control: a server that answers before it commits loses what it had acknowledged.
TEST(Kill, FindsWhatAServerAcknowledgedTooEarly) {
  EXPECT_FALSE(missing_after_kills({PIANOLA_BINARY_DIR "/tests/careless_server", "early"}, 12).empty());
}

}  // namespace
}  // namespace pianola::server
