// A server whose disk is full for a while, as its host sees it.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "store/verify.h"
#include "tests/server/server_story.h"
#include "tests/support/scratch_folder.h"

namespace pianola::server {
namespace {

using tests::read_answer;
using tests::request_line;
using tests::ServerProcess;

// From now on no file of the process can grow beyond `bytes`: what a full disk is to it.
void limit_files(const ServerProcess& server, rlim_t bytes) {
  const rlimit limit{bytes, RLIM_INFINITY};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
}

std::string start_line(const std::string& key) {
  return request_line(key, "execution_start", {{"name", "triage"}, {"idempotency_key", key}});
}

TEST(FullDisk, AServerRefusesInWordsAndServesAgainWithRoom) {
  const tests::ScratchFolder folder;
  const std::string path = folder / "store.db";
  ServerProcess server(tests::serving(tests::kPianola, path));
  server.send(tests::save_line() + start_line("before"));
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(read_answer(server.read_line().value()).is_error);
  limit_files(server, 1);
  server.send(start_line("meanwhile"));
  const std::string refused = server.read_line().value();
  EXPECT_TRUE(read_answer(refused).is_error) << refused;
  EXPECT_NE(refused.find("the disk is full: nothing was written; free room and try again"), std::string::npos)
      << refused;
  server.send(request_line("read", "workflow_get", {{"name", "triage"}}));
  EXPECT_FALSE(read_answer(server.read_line().value()).is_error) << "reading goes on";
  limit_files(server, RLIM_INFINITY);
  server.send(start_line("meanwhile"));
  EXPECT_FALSE(read_answer(server.read_line().value()).is_error);
  EXPECT_EQ(server.end(), 0);
  const auto store = store::open_store(path);
  for (const char* key : {"before", "meanwhile"}) EXPECT_TRUE(store->executions().find_by_key({}, key)) << key;
  EXPECT_EQ(store->executions().list({}, {}, "", 10).size(), 2U);
  EXPECT_TRUE(store::verify(path).is_sound());
}

}  // namespace
}  // namespace pianola::server
