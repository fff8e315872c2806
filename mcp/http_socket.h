// The bytes of one connection: plain, or inside TLS. Private to http_listener.cc, http_connection.cc and
// http_socket.cc. Thread rule: the listener's thread.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace pianola::mcp {

class HttpSocket {
 public:
  using Error = boost::system::error_code;
  using Done = std::function<void(const Error&, std::size_t)>;

  virtual ~HttpSocket() = default;
  // What comes before the first byte can be read; calls `ready` at once where there is nothing.
  virtual void open(std::function<void(const Error&)> ready) = 0;
  // One of each may be under way at a time.
  virtual void read_some(boost::asio::mutable_buffer buffer, Done done) = 0;
  virtual void write_some(const std::vector<boost::asio::const_buffer>& buffers, Done done) = 0;
  // Tells the client that nothing more will come.
  virtual void end_writing() = 0;
  // What is under way fails.
  virtual void close() = 0;
  // The address of the client, without its port.
  virtual std::string remote() const = 0;
};

// The address at the other end, without its port; empty where there is none any more.
std::string address_of(const boost::asio::ip::tcp::socket& socket);
// Which client an address stands for: of IPv6, where one has 2^64 of them (RFC 6177), the first half.
std::string client_of(const std::string& address);

// A certificate with its key, as clients meet it; connections keep the one that they began with.
class TlsIdentity {
 public:
  virtual ~TlsIdentity() = default;
  virtual std::unique_ptr<HttpSocket> wrap(boost::asio::ip::tcp::socket socket) = 0;
};

// Reads both from PEM files (the certificate's with its chain). Refuses ("bad_certificate") what cannot be used.
Result<std::shared_ptr<TlsIdentity>> load_tls_identity(const std::string& certificate, const std::string& key);

std::unique_ptr<HttpSocket> plain_socket(boost::asio::ip::tcp::socket socket);

}  // namespace pianola::mcp
