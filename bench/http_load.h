// Load over HTTP: the same request again and again on kept connections, answers awaited and timed; and the servers that
// are asked. Thread rule: one thread. An answer that is an error, or none, ends the benchmark (std::runtime_error).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/load.h"

namespace pianola::bench {

// A port of 127.0.0.1 that nobody has at the moment.
std::uint16_t free_port();

// A server that listens on a port of 127.0.0.1; ends with this.
class HttpServer {
 public:
  // Starts the command, and waits until it can be connected to.
  HttpServer(const Command& command, std::uint16_t port);
  ~HttpServer() { process_.ask_to_end(); }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const { return port_; }
  const Child& process() const { return process_; }

 private:
  Child process_;
  std::uint16_t port_;
};

// A POST of `body` to /mcp, or a GET of /answer where there is none, with these fields ("Name: value\r\n...").
std::string http_request(std::uint16_t port, const std::string& fields, const std::string& body);
// The body of the answer to one request on a connection of its own.
std::string ask_http(std::uint16_t port, const std::string& request);

// Sends the request on each of so many connections, and again with every answer, until `count` are answered.
Run run_http_load(const HttpServer& server, const std::string& request, int connections, long count);

// Streams that stay open, each answered with one event so far.
class OpenStreams {
 public:
  OpenStreams(const HttpServer& server, const std::string& request, int count);
  ~OpenStreams();
  OpenStreams(const OpenStreams&) = delete;
  OpenStreams& operator=(const OpenStreams&) = delete;

 private:
  std::vector<int> sockets_;
};

}  // namespace pianola::bench
