// Bytes of a connection to the real tools on a real store, without sockets. Every byte that comes back belongs to a
// whole response of HTTP/1.1 whose JSON is JSON, or to the last one's beginning; what was written is undone before the
// next. The first byte of an input says in how large pieces it arrives. In the rest, SESSION stands for the id of a
// legacy session, and LENGTH for the number of bytes after the next empty line.
#include <boost/asio/error.hpp>
#include <charconv>
#include <deque>

#include "base/ascii.h"
#include "mcp/http_connection.h"
#include "mcp/http_endpoint.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/product.h"

namespace {

using namespace pianola;  // NOLINT: a program of its own

using Tasks = std::deque<std::function<void()>>;

// What a connection's socket was asked and told.
struct Script {
  Tasks& tasks;
  std::string_view in;
  std::size_t piece;
  std::string out = {};
  boost::asio::mutable_buffer buffer = {};
  mcp::HttpSocket::Done read = {};  // waits for more
  bool closed = false;

  // Lets more arrive, or the end. False where nothing waits for it.
  bool arrive() {
    if (!read || closed) return false;
    const std::string_view some = in.substr(0, std::min(piece, buffer.size()));
    in.remove_prefix(some.size());
    std::copy(some.begin(), some.end(), static_cast<char*>(buffer.data()));
    const auto done = std::exchange(read, nullptr);
    done(some.empty() ? boost::asio::error::eof : boost::system::error_code(), some.size());
    return true;
  }
};

class ScriptedSocket final : public mcp::HttpSocket {
 public:
  explicit ScriptedSocket(Script& script) : script_(script) {}
  void open(std::function<void(const Error&)> ready) override { ready({}); }
  void read_some(boost::asio::mutable_buffer buffer, Done done) override {
    script_.buffer = buffer;
    script_.read = std::move(done);
  }
  void write_some(const std::vector<boost::asio::const_buffer>& buffers, Done done) override {
    std::size_t size = 0;
    for (const auto& each : buffers) {
      script_.out.append(static_cast<const char*>(each.data()), each.size());
      size += each.size();
    }
    script_.tasks.push_back([done = std::move(done), size] { done({}, size); });
  }
  void end_writing() override {}
  void close() override { script_.closed = true; }
  std::string remote() const override { return "127.0.0.1"; }

 private:
  Script& script_;
};

void check_body(const std::string& head, std::string_view body) {
  if (head.find("content-type: application/json") == head.npos || body.empty()) return;
  fuzz::require(parse_json(body, {kMaxJsonDepth, std::size_t{64} << 20}).has_value(), "a JSON body is JSON", body);
}

// Takes one whole response off the text; false where it goes on for ever, or has no body that is said.
bool take_response(std::string_view& text) {
  const std::size_t end = text.find("\r\n\r\n");
  fuzz::require(text.starts_with("HTTP/1.1 ") && end != text.npos, "a response has a head", text);
  const std::string head = lower_case(text.substr(0, end));
  text.remove_prefix(end + 4);
  if (head.starts_with("http/1.1 100") || head.starts_with("http/1.1 204")) return true;
  const std::size_t field = head.find("content-length: ");
  if (field == head.npos) return false;
  std::size_t length = 0;
  std::from_chars(head.data() + field + 16, head.data() + head.size(), length);
  // A response to HEAD has none of the bytes that it counts.
  if (text.size() < length || (length > 0 && text.starts_with("HTTP/1.1 "))) return text.starts_with("HTTP/1.1 ");
  check_body(head, text.substr(0, length));
  text.remove_prefix(length);
  return true;
}

class Worker final : public mcp::HttpWorker {
 public:
  Worker(const mcp::Features& features, mcp::SessionMemory& sessions) : server_(features), sessions_(sessions) {}
  const mcp::Server& server() override { return server_; }
  mcp::WorkBatch* batch() override { return nullptr; }
  mcp::SessionMemory& sessions() override { return sessions_; }
  Result<mcp::Caller> caller(std::optional<std::string_view> authorization) override {
    if (authorization && *authorization == "Bearer reader") return mcp::Caller{"default", 0, "reader"};
    if (authorization) return refuse("unauthorized", "This key is not known");
    return mcp::Caller{};
  }

 private:
  mcp::Server server_;
  mcp::SessionMemory& sessions_;
};

struct Served : fuzz::Product {
  mcp::SessionIds session_ids{"the key of this target, for all..", clock, ids};
  mcp::ProcessSessions sessions;
  Tasks tasks;
  mcp::HttpEndpoint endpoint{
      features, session_ids, {.workers = 0}, [this] { return std::make_unique<Worker>(features, sessions); }};
  mcp::HttpShared shared{endpoint.handler(), {.body_bytes = 64 * 1024}, endpoint.gate()};
  std::string session;

  Served() {
    endpoint.start([this](std::function<void()> task) { tasks.push_back(std::move(task)); });
    mcp::Session agreed;
    agreed.revision = mcp::find_revision("2025-11-25");
    session = session_ids.mint(agreed);
  }

  void replace(std::string& text, std::string_view word, const std::string& by) const {
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + by.size())) {
      text.replace(at, word.size(), by);
    }
  }
  std::string filled_in(std::string_view input) const {
    std::string text(input);
    replace(text, "SESSION", session);
    const std::size_t length = text.find("LENGTH");
    const std::size_t end = length == text.npos ? length : text.find("\r\n\r\n", length);
    if (end != text.npos) replace(text, "LENGTH", std::to_string(text.size() - end - 4));
    return text;
  }
  void do_tasks() {
    while (!tasks.empty()) {
      const auto task = std::move(tasks.front());
      tasks.pop_front();
      task();
    }
  }

  // One connection, until its client has said all and then hangs up.
  void talk(std::string_view input, std::size_t piece) {
    const auto undone = store->begin_write();
    clock.advance_micros(1'000'000);
    const std::string text = filled_in(input);
    Script script{tasks, text, piece};
    const auto connection = std::make_shared<mcp::HttpConnection>(std::make_unique<ScriptedSocket>(script), shared);
    shared.connections.insert(connection);
    connection->start();
    do {
      do_tasks();
    } while (script.arrive());
    connection->tick(std::chrono::steady_clock::now() + std::chrono::hours(1));
    do_tasks();
    connection->drop();
    do_tasks();
    script.read = nullptr;
    std::string_view said = script.out;
    while (!said.empty() && take_response(said)) continue;
    fuzz::require(shared.connections.empty() && shared.body_bytes == 0, "nothing is left of a connection");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Served product;
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? size * 1000 : data[0];
  product.talk(fuzz::text_of(data + 1, size - 1), piece);
  return 0;
}
