#include "mcp/stdio.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <sstream>
#include <thread>

#include "tests/conformance/fixture_features.h"

namespace pianola::tests {
namespace {

const std::string kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})"
    "\n";
const std::string kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})"
                          "\n";
const std::string kCall = R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test_simple_text"}})"
                          "\n";

struct Work final : mcp::WorkBatch {
  void begin() override {
    ++begun;
    if (begin_fails) throw Fault(FaultKind::storage_busy, "busy", true);
  }
  void commit() override {
    ++committed;
    if (commit_fails) throw Fault(FaultKind::storage_full, "full");
  }
  bool begin_fails = false;
  bool commit_fails = false;
  int begun = 0;
  int committed = 0;
};

// Serves one connection, fed `slice` bytes a write, and gives every line that was answered.
std::vector<Json> serve(const std::string& input, mcp::WorkBatch* work = nullptr, std::size_t slice = 1 << 20,
                        std::size_t limit = mcp::kLineLimit) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  EXPECT_EQ(pipe(in.data()), 0);
  EXPECT_EQ(pipe(out.data()), 0);
  std::thread writer([&] {
    for (std::size_t at = 0; at < input.size();) {
      const std::size_t size = std::min(slice, input.size() - at);
      at += static_cast<std::size_t>(std::max<ssize_t>(0, write(in[1], input.data() + at, size)));
    }
    close(in[1]);
  });
  std::thread server([&] {
    const mcp::Features features = fixture_features();
    mcp::Server under_test(features);
    mcp::Session session;
    EXPECT_TRUE(mcp::serve_stdio(under_test, session, work, {in[0], out[1], -1}, limit));
    close(out[1]);
  });
  std::string said;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = read(out[0], buffer.data(), buffer.size())) > 0;) {
    said.append(buffer.data(), static_cast<std::size_t>(got));
  }
  writer.join();
  server.join();
  close(in[0]);
  close(out[0]);
  std::vector<Json> lines;
  std::istringstream text(said);
  for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
  return lines;
}

}  // namespace

TEST(Stdio, OneByteAtATimeGivesTheSameAnswers) {
  const std::string input = kInitialize + "\r\n\n" + kPing + kCall;
  EXPECT_EQ(serve(input, nullptr, 1), serve(input));
  EXPECT_EQ(serve(input).size(), 3U);
}

TEST(Stdio, LastLineWithoutEndIsAnswered) { EXPECT_EQ(serve(kPing.substr(0, kPing.size() - 1)).size(), 1U); }

TEST(Stdio, BrokenLinesAreAnsweredAndItGoesOn) {
  const std::string deep = std::string(100, '[') + std::string(100, ']') + "\n";
  const auto lines = serve("{\n\"\xff\"\n" + deep + std::string(5000, 'x') + "\n" + kPing, nullptr, 1000, 4000);
  ASSERT_EQ(lines.size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(lines[i]["id"].is_null());
    EXPECT_TRUE(lines[i].contains("error"));
  }
  EXPECT_EQ(lines[4]["id"], 1);
}

TEST(Stdio, WorkIsCommittedOnceForOneRead) {
  Work work;
  serve(kInitialize + kCall + kCall, &work);
  EXPECT_EQ(work.begun, 1);
  EXPECT_EQ(work.committed, 1);
}

TEST(Stdio, FailedCommitTurnsToolAnswersIntoTheFault) {
  Work work;
  work.commit_fails = true;
  const auto lines = serve(kInitialize + kPing + kCall, &work);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1]["result"], Json::object());
  EXPECT_EQ(lines[2]["result"]["structuredContent"]["error"]["message"], "full");
}

TEST(Stdio, WorkThatCannotBeginIsSaidAndNothingIsCommitted) {
  Work work;
  work.begin_fails = true;
  const auto lines = serve(kInitialize + kPing + kCall, &work);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[2]["result"]["structuredContent"]["error"]["retryable"], true);
  EXPECT_EQ(work.committed, 0);
}

TEST(Stdio, ClosedOutputEndsItCleanly) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  ASSERT_EQ(pipe(in.data()), 0);
  ASSERT_EQ(pipe(out.data()), 0);
  close(out[0]);
  ASSERT_GT(write(in[1], kPing.data(), kPing.size()), 0);
  const mcp::Features features = fixture_features();
  mcp::Server server(features);
  mcp::Session session;
  EXPECT_FALSE(mcp::serve_stdio(server, session, nullptr, {in[0], out[1], -1}));
  for (const int fd : {in[0], in[1], out[1]}) close(fd);
}

TEST(Stdio, StopEndsItWhileInputIsOpen) {
  std::array<int, 2> in{};
  std::array<int, 2> stop{};
  ASSERT_EQ(pipe(in.data()), 0);
  ASSERT_EQ(pipe(stop.data()), 0);
  ASSERT_EQ(write(stop[1], "x", 1), 1);
  const mcp::Features features = fixture_features();
  mcp::Server server(features);
  mcp::Session session;
  EXPECT_TRUE(mcp::serve_stdio(server, session, nullptr, {in[0], 1, stop[0]}));
  for (const int fd : {in[0], in[1], stop[0], stop[1]}) close(fd);
}

}  // namespace pianola::tests
