// The conformance fixture: a second small program on the protocol layer alone, over stdio, or with `--http PORT` over
// Streamable HTTP on 127.0.0.1.
#include <sys/signalfd.h>

#include <charconv>
#include <csignal>
#include <iostream>
#include <string_view>

#include "mcp/http_endpoint.h"
#include "mcp/stdio.h"
#include "tests/conformance/fixture_features.h"

namespace pianola::tests {
namespace {

// Every worker thread answers from the same features: nothing in them changes.
class FixtureWorker final : public mcp::HttpWorker {
 public:
  FixtureWorker(const mcp::Features& features, mcp::SessionMemory& sessions) : server_(features), sessions_(sessions) {}
  const mcp::Server& server() override { return server_; }
  mcp::WorkBatch* batch() override { return nullptr; }
  mcp::SessionMemory& sessions() override { return sessions_; }
  Result<mcp::Caller> caller(std::optional<std::string_view>) override { return mcp::Caller{}; }

 private:
  mcp::Server server_;
  mcp::SessionMemory& sessions_;
};

int serve_http(std::uint16_t port) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  SystemClock clock;
  SystemRandomness randomness;
  IdSource uuids(clock, randomness);
  const mcp::SessionIds ids("the fixture's key is known to all", clock, uuids);
  const mcp::Features features = fixture_features();
  mcp::ProcessSessions sessions;
  // Some of its tools wait for the client, on the thread that handles them.
  mcp::HttpEndpoint endpoint(features, ids, {.workers = 8},
                             [&] { return std::make_unique<FixtureWorker>(features, sessions); });
  mcp::HttpListener listener(endpoint.handler(), {});
  const Result<std::uint16_t> listening = listener.listen("127.0.0.1", port);
  if (!listening) {
    std::cerr << listening.error().message << '\n';
    return 1;
  }
  std::cerr << "serving MCP on http://127.0.0.1:" << *listening << "/mcp\n";
  listener.on_readable(signalfd(-1, &signals, SFD_CLOEXEC), [&] { listener.stop(); });
  endpoint.serve(listener);
  return 0;
}

}  // namespace
}  // namespace pianola::tests

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  if (argc == 3 && std::string_view(argv[1]) == "--http") {
    std::uint16_t port = 0;
    const std::string_view text = argv[2];
    std::from_chars(text.data(), text.data() + text.size(), port);
    return pianola::tests::serve_http(port);
  }
  const pianola::mcp::Features features = pianola::tests::fixture_features();
  const pianola::mcp::Server server(features);
  pianola::mcp::Session session;
  return pianola::mcp::serve_stdio(server, session, nullptr, {}) ? 0 : 1;
}
