// The conformance fixture: a second small program on the protocol layer alone, over stdio.
#include <csignal>

#include "mcp/stdio.h"
#include "tests/conformance/fixture_features.h"

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  const pianola::mcp::Features features = pianola::tests::fixture_features();
  pianola::mcp::Server server(features);
  pianola::mcp::Session session;
  return pianola::mcp::serve_stdio(server, session, nullptr, {}) ? 0 : 1;
}
