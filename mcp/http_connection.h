// One client's connection to the listener: reads a request at a time, hands it on, writes what answers it. Private to
// http_listener.cc and http_connection.cc: with http_socket.h nothing else includes Boost.
// Thread rule: the listener's thread.
#pragma once

#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mcp/http_listener.h"
#include "mcp/http_socket.h"

namespace pianola::mcp {

class HttpConnection;

// What one client takes of what there is for all.
struct HttpShare {
  std::size_t connections = 0;
  std::size_t body_bytes = 0;
};

// What all connections of a listener share.
struct HttpShared {
  HttpHandler handler;
  HttpLimits limits;
  HttpGate gate = nullptr;
  std::unordered_set<std::shared_ptr<HttpConnection>> connections = {};
  std::size_t body_bytes = 0;                              // of all requests that are read or handled
  std::unordered_map<std::string, HttpShare> shares = {};  // of clients with connections, but proxies
  bool stopping = false;
  std::string date = {};  // now, as the field Date has it
  std::function<void(const HttpAccess&)> answered = nullptr;

  bool is_proxy(const std::string& address) const;
  // Whether there may be no further connection from that address.
  bool is_full_for(const std::string& address) const;
};

class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  HttpConnection(std::unique_ptr<HttpSocket> socket, HttpShared& shared);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Begins to read; the shared set keeps the connection until it is dropped.
  void start();
  // Ends what takes too long.
  void tick(Time now);
  // Takes no further request.
  void stop();
  // Closes at once.
  void drop();

  // For the reply to the request of that number: in vain where it is answered already.
  void respond(std::uint64_t exchange, HttpResponse response);
  void begin_stream(std::uint64_t exchange, const HttpResponse& head);
  void write(std::uint64_t exchange, std::string_view text);
  void end_stream(std::uint64_t exchange);
  void on_gone(std::uint64_t exchange, std::function<void()> gone);
  void note(std::uint64_t exchange, std::string name, std::string value);

 private:
  enum class Stage { header, asking, body, handling, streaming, closing };
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void read_more();
  void on_read(const boost::system::error_code& error, std::size_t size);
  // Reads requests out of what has arrived, until it is used up or one is being handled.
  void advance();
  bool read_header();
  bool begin_body();
  bool read_body();
  bool take_error(const boost::system::error_code& error);
  void ask_for_body();
  void take_decision(std::uint64_t exchange, std::optional<HttpResponse> refusal);
  bool hold_body();
  void dispatch();
  void next_request();
  void refuse(int status, std::string_view why) { refuse(text_response(status, why)); }
  void refuse(HttpResponse answer);
  bool is_open(std::uint64_t exchange) const { return exchange == exchange_ && !answered_; }
  // Is written with what is said next.
  void hold(std::string text);
  void say(std::string text);
  void write_next();
  void on_written(const boost::system::error_code& error, std::size_t size);
  void after_answer();
  void tell_gone();
  void release_body();
  void begin_access(const HttpRequest& request);
  void tell_access();

  std::unique_ptr<HttpSocket> socket_;
  HttpShared& shared_;
  Stage stage_ = Stage::header;
  std::array<char, 4096> chunk_{};
  std::string in_;            // arrived, and not used yet
  std::size_t searched_ = 0;  // of in_, for the header's end
  std::optional<Parser> parser_;
  std::optional<HttpRequest> request_;
  std::size_t held_body_ = 0;
  std::vector<std::string> out_;      // to be written next
  std::vector<std::string> writing_;  // being written
  std::size_t written_ = 0;           // of writing_'s bytes
  std::size_t unwritten_ = 0;
  std::uint64_t exchange_ = 0;  // the number of the request in hand
  std::function<void()> gone_;
  std::string remote_;
  std::string client_;          // empty: a proxy
  HttpShare* share_ = nullptr;  // the client's; null: a proxy
  HttpAccess access_;           // of the request in hand
  Time began_;
  std::optional<Time> read_deadline_;
  std::optional<Time> write_deadline_;
  bool reading_ = false;
  bool may_send_ = false;      // the body of the request in hand
  bool skipped_line_ = false;  // before this request
  bool is_head_ = false;       // its answer has no body (RFC 9110, 9.3.2)
  bool answered_ = true;       // nothing more may be said to the request in hand
  bool keeps_open_ = true;     // for another request
  bool chunked_ = false;       // how the stream under way is framed
  bool peer_gone_ = false;
  bool dropped_ = false;
};

}  // namespace pianola::mcp
