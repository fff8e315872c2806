// Lines of JSON-RPC to the real tools on a real store. Every answer is one line of JSON-RPC with a result or an error
// (or a notification), whatever came in; what a line wrote is undone before the next.
#include "mcp/server.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/product.h"

namespace {

using namespace pianola;  // NOLINT: a program of its own

class CheckedSink final : public mcp::Sink {
 public:
  void send(mcp::Outgoing message) override {
    const std::string& text = message.text;
    fuzz::require(text.find('\n') == std::string::npos, "an answer is one line", text);
    const Result<Json> json = parse_json(text, {kMaxJsonDepth, std::size_t{64} << 20});
    fuzz::require(json.has_value(), "an answer is JSON", text);
    for (const Json& each : json->is_array() ? *json : Json::array({*json})) {
      fuzz::require(each.value("jsonrpc", "") == "2.0", "an answer is JSON-RPC 2.0", text);
      const bool answers = each.contains("result") != each.contains("error");
      fuzz::require(answers || each.contains("method"), "an answer has a result or an error", text);
    }
  }
};

struct Connection : fuzz::Product {
  mcp::Server server{features};

  // One connection: some lines, the first of them after a handshake.
  void talk(std::string_view lines) {
    const auto undone = store->begin_write();
    mcp::Session session;
    CheckedSink sink;
    const auto take = [&](std::string_view line) {
      clock.advance_micros(1'000'000);
      server.handle(line, session, sink);
    };
    take(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},)"
         R"("clientInfo":{"name":"fuzz","version":"1"}}})");
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      take(lines.substr(0, end));
      lines.remove_prefix(std::min(end + 1, lines.size()));
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Connection product;
  product.talk(fuzz::text_of(data, size));
  return 0;
}
