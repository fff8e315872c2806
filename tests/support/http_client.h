// An HTTP client that sends exactly the bytes it is given, and the requests of MCP as such bytes.
// Thread rule: a client is for one test thread.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/json.h"
#include "mcp/http_message.h"

namespace pianola::tests {

struct HttpAnswer {
  int status = 0;  // 0: the connection ended without one
  std::map<std::string, std::string> fields;
  std::string body;

  Json json() const { return field("content-type") == "application/json" ? Json::parse(body) : Json(); }
  std::string field(const std::string& name) const { return fields.contains(name) ? fields.at(name) : ""; }
  int error_code() const {
    const Json answer = json();
    return answer.contains("error") ? answer["error"]["code"].get<int>() : 0;
  }
};

// One connection. Everything waits ten seconds at most.
class HttpClient {
 public:
  // To whatever has a port().
  template <class Server>
  explicit HttpClient(const Server& server, int buffer = 0) : HttpClient(server.port(), buffer) {}
  // `buffer`: how much may arrive that is not taken; 0: what the system lets.
  explicit HttpClient(std::uint16_t port, int buffer = 0) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~HttpClient() { close(); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed: what it said first is still read
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() { shutdown(fd_, SHUT_WR); }

  // The next response, whole.
  HttpAnswer take() {
    HttpAnswer answer = take_head();
    if (answer.field("transfer-encoding") == "chunked") {
      for (std::string chunk = take_chunk(); !chunk.empty(); chunk = take_chunk()) answer.body += chunk;
    } else if (!answer.field("content-length").empty()) {
      const auto size = static_cast<std::size_t>(std::stoul(answer.field("content-length")));
      while (in_.size() < size && read_some()) continue;
      answer.body = take_bytes(size);
    }
    return answer;
  }
  // The head of the next response.
  HttpAnswer take_head() {
    HttpAnswer answer;
    std::string line = take_line();
    while (line.starts_with("HTTP/1.1 100")) {
      take_line();
      line = take_line();
    }
    if (line.size() < 12) return answer;
    answer.status = std::stoi(line.substr(9, 3));
    for (line = take_line(); !line.empty(); line = take_line()) {
      const std::size_t colon = line.find(": ");
      answer.fields[lower_case(line.substr(0, colon))] = line.substr(colon + 2);
    }
    return answer;
  }
  // The first line of whatever comes next, as it comes.
  std::string take_line_now() { return take_line(); }
  // Whether nothing has arrived that was not taken.
  bool is_silent() {
    pollfd waiting{fd_, POLLIN, 0};
    return in_.empty() && poll(&waiting, 1, 0) == 0;
  }
  // The next event of a stream that has begun, its lines as they came; empty at the stream's end. Comments are left
  // out.
  std::string take_event() {
    while (true) {
      const std::size_t end = events_.find("\n\n");
      if (end != std::string::npos) {
        std::string event = events_.substr(0, end);
        events_.erase(0, end + 2);
        if (event.starts_with(':')) continue;
        return event;
      }
      const std::string chunk = take_chunk();
      if (chunk.empty()) return "";
      events_ += chunk;
    }
  }
  // The JSON of the next event that has some; null at the stream's end.
  Json take_message() {
    for (std::string event = take_event(); !event.empty(); event = take_event()) {
      const std::size_t data = event.find("data: {");
      if (data != std::string::npos) return Json::parse(event.substr(data + 6));
    }
    return nullptr;
  }
  // True once the server has closed the connection.
  bool is_closed() {
    while (read_some()) in_.clear();
    return ended_;
  }

 private:
  bool read_some() {
    if (ended_) return false;
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, 10'000) <= 0) return false;
    char buffer[65536];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) ended_ = true;
    if (got > 0) in_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string take_bytes(std::size_t size) {
    std::string bytes = in_.substr(0, size);
    in_.erase(0, size);
    return bytes;
  }
  std::string take_line() {
    std::size_t end = in_.find("\r\n");
    while (end == std::string::npos && read_some()) end = in_.find("\r\n");
    if (end == std::string::npos) return "";
    std::string line = take_bytes(end + 2);
    line.resize(end);
    return line;
  }
  std::string take_chunk() {
    const std::string head = take_line();
    std::size_t size = 0;
    std::from_chars(head.data(), head.data() + head.size(), size, 16);
    while (in_.size() < size + 2 && read_some()) continue;
    std::string chunk = take_bytes(size);
    take_bytes(2);
    return chunk;
  }

  int fd_;
  std::string in_;
  std::string events_;
  bool ended_ = false;
};

// The answer to one request on a connection of its own.
template <class Server>
HttpAnswer ask(const Server& server, const std::string& request) {
  HttpClient client(server);
  client.send(request);
  return client.take();
}

using Fields = std::vector<std::pair<std::string, std::string>>;

// The field of who asks with that key or token.
inline Fields bearer(const std::string& credential) { return {{"Authorization", "Bearer " + credential}}; }

// A POST of `body` to /mcp as clients send it; `fields` come on top, and replace those of the same name (empty: left
// out).
inline std::string post_text(const std::string& body, const Fields& fields = {}) {
  Fields all = {{"Host", "127.0.0.1"},
                {"Content-Type", "application/json"},
                {"Accept", "application/json, text/event-stream"},
                {"Content-Length", std::to_string(body.size())}};
  for (const auto& [name, value] : fields) {
    std::erase_if(all, [&name = name](const auto& each) { return each.first == name; });
    if (!value.empty()) all.emplace_back(name, value);
  }
  std::string text = "POST /mcp HTTP/1.1\r\n";
  for (const auto& [name, value] : all) text += name + ": " + value + "\r\n";
  return text + "\r\n" + body;
}

// A modern request with its _meta.
inline Json modern_request(const std::string& method, Json params = Json::object(),
                           Json capabilities = Json::object()) {
  params["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
  params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = std::move(capabilities);
  return {{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}};
}

// The same with the fields that mirror it.
inline std::string modern_post(const Json& request, Fields fields = {}) {
  Fields all = {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", request["method"].get<std::string>()}};
  for (const char* member : {"name", "uri"}) {
    if (request["params"].contains(member)) all.emplace_back("Mcp-Name", request["params"][member].get<std::string>());
  }
  for (auto& field : fields) all.push_back(std::move(field));
  return post_text(dump_compact(request), all);
}

inline std::string modern_call(const std::string& tool, Json params = Json::object()) {
  params["name"] = tool;
  return modern_post(modern_request("tools/call", std::move(params)));
}

}  // namespace pianola::tests
