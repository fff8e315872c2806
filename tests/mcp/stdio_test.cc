#include "mcp/stdio.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <random>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "mcp/end_on_signal.h"
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
    EXPECT_TRUE(mcp::serve_stdio(under_test, session, work, {in[0], out[1]}, limit));
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

// A client and a server under test that talk while the test goes on.
class Talk {
 public:
  explicit Talk(mcp::WorkBatch* work = nullptr) {
    for (auto* ends : {&in_, &out_}) EXPECT_EQ(pipe(ends->data()), 0);
    server_ = std::thread([this, work] {
      const mcp::Features features = fixture_features();
      mcp::Server under_test(features);
      mcp::Session session;
      mcp::serve_stdio(under_test, session, work, {in_[0], out_[1], &told_to_end_});
      close(out_[1]);
    });
  }
  ~Talk() {
    end_input();
    server_.join();
    for (const int fd : {in_[0], out_[0]}) close(fd);
  }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  void say(const std::string& lines) {
    EXPECT_EQ(write(in_[1], lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  }
  void initialize(const std::string& capabilities) {
    say(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":)" +
        capabilities + "}}\n");
    EXPECT_EQ(hear()["id"], 0);
  }
  // The next line; null where the server has ended.
  Json hear() {
    std::size_t end = 0;
    while ((end = heard_.find('\n')) == std::string::npos) {
      std::array<char, 4096> buffer{};
      const ssize_t got = read(out_[0], buffer.data(), buffer.size());
      if (got <= 0) return nullptr;
      heard_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    const Json line = Json::parse(heard_.substr(0, end));
    heard_.erase(0, end + 1);
    return line;
  }
  void end_input() {
    if (in_[1] >= 0) close(std::exchange(in_[1], -1));
  }
  void stop() { told_to_end_ = true; }

 private:
  std::array<int, 2> in_{};
  std::array<int, 2> out_{};
  std::atomic<bool> told_to_end_{false};
  std::thread server_;
  std::string heard_;
};

const std::string kCancelCall = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}})"
                                "\n";
const std::string kLongCall =
    R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test_until_cancelled","_meta":{"progressToken":"p"}}})"
    "\n";
const std::string kSampleCall =
    R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test_sampling","arguments":{"prompt":"Hi"}}})"
    "\n";
const std::string kSampled =
    R"({"jsonrpc":"2.0","id":"server-1","result":{"role":"assistant","model":"m","content":{"type":"text","text":"Ho"}}})"
    "\n";

// Lines that no client should send: random bytes, and valid messages with random bytes changed, cut or doubled.
std::string garbage(std::uint64_t seed) {
  const std::vector<std::string> messages = {
      kPing,
      kCall,
      kInitialize,
      R"({"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"test_simple_prompt"}})",
      R"([{"jsonrpc":"2.0","id":4,"method":"tools/list"},{"jsonrpc":"2.0","method":"notifications/initialized"}])",
      R"({"jsonrpc":"2.0","id":5,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})",
      R"({"jsonrpc":"2.0","id":6,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":""}}})"};
  std::mt19937_64 random(seed);
  std::string lines;
  for (int line = 0; line < 60; ++line) {
    std::string text = random() % 3 == 0 ? std::string(random() % 200, ' ') : messages[random() % messages.size()];
    const std::size_t changes = random() % 3 == 0 ? text.size() : random() % 4;
    for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    if (random() % 8 == 0) text = text.substr(0, random() % (text.size() + 1));
    if (random() % 8 == 0) text = std::string(random() % 90, '[') + text;
    lines += text + "\n";
  }
  return lines;
}

}  // namespace

TEST(Stdio, RequestCancelledBeforeItsTurnIsNeitherRunNorAnswered) {
  Work work;
  const auto lines = serve(kInitialize + kCall + kCancelCall + kPing, &work);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1]["id"], 1);
}

TEST(Stdio, CancellationOfALaterOrAnotherRequestChangesNothing) {
  const std::string other = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"2"}})"
                            "\n";
  EXPECT_EQ(serve(kInitialize + kCancelCall + kCall + other).size(), 2U);
}

TEST(Stdio, InitializeCannotBeCancelled) {
  const std::string cancel = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}})"
                             "\n";
  EXPECT_EQ(serve(kInitialize + cancel + kPing).size(), 2U);
}

TEST(Stdio, RunningRequestIsCancelledAndNothingIsSentForItAfter) {
  Talk talk;
  talk.initialize("{}");
  talk.say(kLongCall);
  const Json first = talk.hear();
  const Json second = talk.hear();
  EXPECT_EQ(first["params"]["progressToken"], "p");
  EXPECT_LT(first["params"]["progress"], second["params"]["progress"]);
  // Byte by byte, and with a request behind it that is kept for its turn.
  for (const char byte : kCancelCall + kPing) talk.say(std::string(1, byte));
  Json next = talk.hear();
  while (next.contains("method")) next = talk.hear();
  EXPECT_EQ(next["id"], 1);
  talk.end_input();
  EXPECT_TRUE(talk.hear().is_null());
}

TEST(Stdio, StopEndsARunningRequestWithoutAnAnswer) {
  Talk talk;
  talk.initialize("{}");
  talk.say(kLongCall);
  EXPECT_EQ(talk.hear()["method"], "notifications/progress");
  talk.stop();
  Json last = talk.hear();
  while (!last.is_null()) {
    EXPECT_EQ(last["method"], "notifications/progress");
    last = talk.hear();
  }
}

TEST(Stdio, LegacyClientIsAskedAndItsAnswerTaken) {
  Work work;
  Talk talk(&work);
  talk.initialize(R"({"sampling":{}})");
  talk.say(kPing + kSampleCall);
  const Json asked = talk.hear();
  EXPECT_EQ(talk.hear()["id"], 1);  // what was answered so far is said, and not kept until the client answers
  EXPECT_EQ(asked["method"], "sampling/createMessage");
  EXPECT_EQ(asked["params"]["messages"][0]["content"]["text"], "Hi");
  talk.say(kPing + kSampled);
  EXPECT_EQ(talk.hear()["result"]["content"][0]["text"], "LLM response: Ho");
  EXPECT_EQ(talk.hear()["id"], 1);
}

TEST(Stdio, QuestionThatIsNotAnsweredIsSaid) {
  Talk talk;
  talk.initialize(R"({"sampling":{}})");
  talk.say(kSampleCall);
  EXPECT_EQ(talk.hear()["id"], "server-1");
  talk.say(R"({"jsonrpc":"2.0","id":"server-1","error":{"code":-1,"message":"no"}})"
           "\n");
  EXPECT_EQ(talk.hear()["result"]["isError"], true);
  talk.say(kSampleCall);
  EXPECT_EQ(talk.hear()["id"], "server-2");
  talk.end_input();
  EXPECT_EQ(talk.hear()["result"]["structuredContent"]["error"]["code"], "not_answered");
}

TEST(Stdio, RequestThatAsksCanBeCancelled) {
  Talk talk;
  talk.initialize(R"({"elicitation":{}})");
  talk.say(R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test_streaming_elicitation"}})"
           "\n");
  EXPECT_EQ(talk.hear()["method"], "elicitation/create");
  talk.say(kCancelCall + kPing);
  EXPECT_EQ(talk.hear()["id"], 1);
}

TEST(Stdio, GarbageNeverEndsItHoweverItIsSliced) {
  const std::uint64_t first = std::random_device{}();
  for (std::uint64_t seed = first; seed < first + 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::string input =
        garbage(seed) + "\n" + R"({"jsonrpc":"2.0","id":"last","method":"ping","params":{"_meta":{}}})" + "\n";
    const auto whole = serve(input, nullptr, 1 << 20, 4000);
    ASSERT_FALSE(whole.empty());
    EXPECT_EQ(whole.back()["id"], "last");
    EXPECT_EQ(serve(input, nullptr, 1, 4000), whole);
  }
}

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
  EXPECT_FALSE(mcp::serve_stdio(server, session, nullptr, {in[0], out[1]}));
  for (const int fd : {in[0], in[1], out[1]}) close(fd);
}

TEST(Stdio, SignalEndsItWhileInputIsOpenWhereverItIsAndWhateverThreadIsGivenIt) {
  const mcp::Features features = fixture_features();
  for (int round = 0; round < 100; ++round) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    ASSERT_EQ(pipe(in.data()), 0);
    ASSERT_EQ(pipe(out.data()), 0);
    // Half of the time the read cannot wait by itself.
    ASSERT_EQ(fcntl(in[0], F_SETFL, round % 2 == 1 ? O_NONBLOCK : 0), 0);
    std::thread reading([&] {
      mcp::Server server(features);
      mcp::Session session;
      const std::atomic<bool>& told_to_end = mcp::end_on_signals(in[0], {SIGUSR1});
      EXPECT_TRUE(mcp::serve_stdio(server, session, nullptr, {in[0], out[1], &told_to_end}));
      close(out[1]);
    });
    ASSERT_GT(write(in[1], kPing.data(), kPing.size()), 0);
    char byte = 0;
    EXPECT_EQ(read(out[0], &byte, 1), 1);
    kill(getpid(), SIGUSR1);
    while (read(out[0], &byte, 1) == 1) continue;
    reading.join();
    for (const int fd : {in[0], in[1], out[0]}) close(fd);
  }
}

}  // namespace pianola::tests
