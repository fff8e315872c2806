// HTTP/1.1 over sockets: accepts, reads and bounds requests, writes responses and streams, asynchronously on one thread
// (Boost.Asio; requests are parsed by Boost.Beast). Knows nothing of MCP.
//
// What a client can do to it is bounded: connections, header, body, all bodies together, what waits to be written, and
// a deadline for each header, body and write. What RFC 9112 leaves to the reader's taste (folded lines, bare LF,
// repeated lengths) is refused, so that nothing before us can read a request otherwise.
// Thread rule: run() is called by one thread, and everything else happens on that thread but post() and stop().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "mcp/http_message.h"

namespace pianola::mcp {

// How much of the process clients may take, and for how long; what is over a limit is answered as docs/deployment.md
// says.
struct HttpLimits {
  std::size_t header_bytes = std::size_t{16} * 1024;
  std::size_t header_fields = 100;
  std::size_t body_bytes = std::size_t{4} * 1024 * 1024;
  std::size_t all_body_bytes = std::size_t{64} * 1024 * 1024;  // of requests that are read or handled at one time
  std::size_t connections = 10'000;
  // Of one client, by its address: a quarter of all. Addresses of proxies, which stand for many clients, have no such
  // limits.
  std::size_t remote_connections = 2'500;
  std::size_t remote_body_bytes = std::size_t{16} * 1024 * 1024;
  std::vector<std::string> proxies = {"127.0.0.1", "::1"};
  std::size_t unwritten_bytes = std::size_t{8} * 1024 * 1024;  // that a connection's client has not read
  std::chrono::milliseconds header_time{10'000};               // from a connection's or request's first byte
  std::chrono::milliseconds body_time{30'000};
  std::chrono::milliseconds write_time{30'000};  // in which a client must read something of what waits for it
  std::chrono::milliseconds idle_time{75'000};   // between two requests
  std::chrono::milliseconds stop_time{9'000};    // for what is under way when the process is told to end
  std::chrono::milliseconds last_time{1'000};    // after that, for saying of what is left that it is not done
};

// One request as it was answered, for a log.
struct HttpAccess {
  std::string remote;  // the client's address; a proxy's where one stands between
  std::string method;
  std::string path;         // without its query
  int status = 0;           // 0: the client went away before there was one
  std::size_t bytes = 0;    // of the response's body
  std::int64_t micros = 0;  // from the request's last byte until the response was handed over whole
  HttpFields notes;         // what those who answered it said of it
};

// One request's way back to its client. After the response, or the stream's end, nothing more may be said; what is said
// to a client that went away is dropped.
class HttpReply {
 public:
  virtual ~HttpReply() = default;
  virtual void respond(HttpResponse response) = 0;
  // The response goes on for as long as the request is open.
  virtual void begin_stream(HttpResponse head) = 0;
  virtual void write(std::string_view text) = 0;
  virtual void end_stream() = 0;
  // Called once where the client goes away before the end. It may be set to nothing.
  virtual void on_gone(std::function<void()> gone) = 0;
  // Something of the request for the log: before its end.
  virtual void note(std::string name, std::string value) = 0;
};

// What handles requests: called on the listener's thread, must not block, and answers then or later.
using HttpHandler = std::function<void(HttpRequest, std::shared_ptr<HttpReply>)>;

// Decides by a request's head, which has no body yet, whether the body is read: calls the function with nothing where
// it is, or with what is answered instead, then or later. Called on the listener's thread, must not block.
using HttpGate = std::function<void(HttpRequest head, std::function<void(std::optional<HttpResponse>)> decide)>;

// Made, told where to listen, run, stopped: once each.
class HttpListener {
 public:
  HttpListener(HttpHandler handler, const HttpLimits& limits);
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  // Listens on all addresses that the host's name stands for; port 0 takes a free one. Gives the port. Refuses
  // ("cannot_listen") what cannot be listened on.
  Result<std::uint16_t> listen(const std::string& host, std::uint16_t port);
  // Serves until stop() and until what was under way is answered, at most `stop_time` and `last_time` longer.
  void run();

  // Does `task` on the listener's thread. From any thread.
  void post(std::function<void()> task);
  // Ends run(): accepts no more, and closes each connection once its request is answered. From any thread.
  void stop();
  // Asks it of each request whose body does not come with its head. Without a gate all are read.
  void use_gate(HttpGate gate);
  // Called once a second, and once when stop() was called.
  void on_tick(std::function<void()> tick);
  void on_stop(std::function<void()> stopping);
  // Called once where `stop_time` has passed and something is still under way.
  void on_late(std::function<void()> late);
  // Called for each request, once it is answered or its client is gone.
  void on_answered(std::function<void(const HttpAccess&)> answered);
  // Called whenever the descriptor is readable (a signalfd), which must be read then.
  void on_readable(int fd, std::function<void()> readable);
  // Speaks TLS with connections from now on: PEM files, the certificate's with its chain. On the listener's thread, or
  // before run(). Refuses ("bad_certificate") files that cannot be used, and goes on with those before.
  Result<void> use_tls(const std::string& certificate, const std::string& key);

  std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pianola::mcp
