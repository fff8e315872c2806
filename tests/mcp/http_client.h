// The conformance fixture over HTTP in the test's own process, and legacy sessions with it.
// Thread rule: a client is for one test thread; the server has its own.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "mcp/http_endpoint.h"
#include "tests/conformance/fixture_features.h"
#include "tests/support/http_client.h"

namespace pianola::tests {

// A server on a free port of 127.0.0.1. A request's Authorization "Bearer NAME" makes it the caller of key NAME.
class HttpServerUnderTest {
 public:
  class Worker final : public mcp::HttpWorker {
   public:
    Worker(const mcp::Features& features, mcp::SessionMemory& sessions, mcp::WorkBatch* batch)
        : server_(features), sessions_(sessions), batch_(batch) {}
    const mcp::Server& server() override { return server_; }
    mcp::WorkBatch* batch() override { return batch_; }
    mcp::SessionMemory& sessions() override { return sessions_; }
    Result<mcp::Caller> caller(std::optional<std::string_view> authorization) override {
      mcp::Caller caller;
      if (!authorization) return caller;
      caller.key = authorization->substr(authorization->find(' ') + 1);
      if (caller.key == "wrong") return refuse("unauthorized", "This key is not known");
      caller.workspace = caller.key;
      if (caller.key == "executor") caller.rights = 0;
      return caller;
    }
    mcp::HttpResponse page(std::string_view path, const mcp::Caller& caller) override {
      if (path == "/broken") throw Fault(FaultKind::storage_io, "the disk is gone");
      return mcp::text_response(200, caller.key);
    }

   private:
    mcp::Server server_;
    mcp::SessionMemory& sessions_;
    mcp::WorkBatch* batch_;
  };

  explicit HttpServerUnderTest(const mcp::HttpLimits& limits = {}, mcp::SessionMemory* sessions = nullptr,
                               mcp::WorkBatch* batch = nullptr, mcp::HttpSettings settings = {.workers = 0})
      : endpoint_(features_, ids_, with_workers(std::move(settings), batch == nullptr ? 4 : 1),
                  [this, sessions, batch] {
                    return std::make_unique<Worker>(features_, sessions == nullptr ? own_sessions_ : *sessions, batch);
                  }),
        listener_(endpoint_.handler(), limits) {
    port_ = listener_.listen("127.0.0.1", 0).value();
    thread_ = std::thread([this] { endpoint_.serve(listener_); });
  }
  ~HttpServerUnderTest() { stop(); }

  void begin_stop() { listener_.stop(); }
  void stop() {
    begin_stop();
    if (thread_.joinable()) thread_.join();
  }
  std::uint16_t port() const { return port_; }
  std::size_t connections() {
    std::promise<std::size_t> count;
    listener_.post([&] { count.set_value(listener_.connections()); });
    return count.get_future().get();
  }

 private:
  static mcp::HttpSettings with_workers(mcp::HttpSettings settings, int workers) {
    if (settings.workers == 0) settings.workers = workers;
    return settings;
  }

  SystemClock clock_;
  SystemRandomness randomness_;
  IdSource uuids_{clock_, randomness_};
  mcp::SessionIds ids_{"the tests' key is known to all....", clock_, uuids_};
  mcp::Features features_ = fixture_features();
  mcp::ProcessSessions own_sessions_;
  mcp::HttpEndpoint endpoint_;
  mcp::HttpListener listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// With these limits two bodies of 2,600 bytes are too much together, and one goes on.
inline void expect_room_for_one_body(const mcp::HttpLimits& limits) {
  const HttpServerUnderTest server(limits);
  const std::string half = post_text("", {{"Content-Length", "2600"}}) + std::string(2500, ' ');
  HttpClient first(server);
  first.send(half);
  HttpClient second(server);
  second.send(half);
  EXPECT_EQ(second.take().status, 503);
  first.send(std::string(100, ' '));
  EXPECT_EQ(first.take().error_code(), -32700) << "the first goes on";
}

// A legacy session: initialized on a connection of its own; every request goes over that.
class HttpLegacySession {
 public:
  HttpLegacySession(const HttpServerUnderTest& server, const std::string& revision, Fields fields = {},
                    Json capabilities = Json::object())
      : client(server), fields_(std::move(fields)) {
    const Json params = {{"protocolVersion", revision},
                         {"capabilities", std::move(capabilities)},
                         {"clientInfo", {{"name", "test"}, {"version", "1"}}}};
    client.send(post_text(text_of("initialize", params, 0), fields_));
    const HttpAnswer answer = client.take();
    EXPECT_EQ(answer.status, 200);
    id = answer.field("mcp-session-id");
    EXPECT_FALSE(id.empty());
    fields_.emplace_back("Mcp-Session-Id", id);
    fields_.emplace_back("MCP-Protocol-Version", revision);
  }

  static std::string text_of(const std::string& method, const Json& params, int id) {
    Json message = {{"jsonrpc", "2.0"}, {"method", method}, {"params", params}};
    if (id >= 0) message["id"] = id;
    return dump_compact(message);
  }
  std::string post(const std::string& method, const Json& params = Json::object(), int request_id = 1) const {
    return post_text(text_of(method, params, request_id), fields_);
  }
  std::string call(const std::string& tool, int request_id = 1) const {
    return post("tools/call", {{"name", tool}, {"_meta", {{"progressToken", "p"}}}}, request_id);
  }
  std::string post_body(const std::string& body) const { return post_text(body, fields_); }
  // GET or DELETE.
  std::string bare(const std::string& method, const Fields& more = {}) const {
    std::string text = method + " /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n";
    for (const auto& [name, value] : fields_) text += name + ": " + value + "\r\n";
    for (const auto& [name, value] : more) text += name + ": " + value + "\r\n";
    return text + "\r\n";
  }
  HttpAnswer ask(const std::string& request) {
    client.send(request);
    return client.take();
  }

  HttpClient client;
  std::string id;

 private:
  Fields fields_;
};

}  // namespace pianola::tests
