#include "mcp/http_socket.h"

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace pianola::mcp {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;

class PlainSocket final : public HttpSocket {
 public:
  explicit PlainSocket(tcp::socket socket) : socket_(std::move(socket)) {}

  void open(std::function<void(const Error&)> ready) override { ready({}); }
  void read_some(asio::mutable_buffer buffer, Done done) override { socket_.async_read_some(buffer, std::move(done)); }
  void write_some(const std::vector<asio::const_buffer>& buffers, Done done) override {
    socket_.async_write_some(buffers, std::move(done));
  }
  void end_writing() override {
    Error ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    Error ignored;
    socket_.close(ignored);
  }
  std::string remote() const override { return address_of(socket_); }

 private:
  tcp::socket socket_;
};

// The stream outlives the connection while an operation of TLS is under way: each handler holds it.
class TlsSocket final : public HttpSocket {
 public:
  TlsSocket(tcp::socket socket, std::shared_ptr<ssl::context> context)
      : context_(std::move(context)), stream_(std::make_shared<Stream>(std::move(socket), *context_)) {}

  void open(std::function<void(const Error&)> ready) override {
    stream_->async_handshake(ssl::stream_base::server, [stream = stream_, context = context_, ready = std::move(ready)](
                                                           const Error& error) { ready(error); });
  }
  void read_some(asio::mutable_buffer buffer, Done done) override {
    stream_->async_read_some(buffer, [stream = stream_, done = std::move(done)](const Error& error, std::size_t size) {
      done(error, size);
    });
  }
  void write_some(const std::vector<asio::const_buffer>& buffers, Done done) override {
    // TLS writes one record of one buffer at a time.
    stream_->async_write_some(
        asio::buffer(buffers.front()),
        [stream = stream_, done = std::move(done)](const Error& error, std::size_t size) { done(error, size); });
  }
  void end_writing() override {
    stream_->async_shutdown([stream = stream_](const Error&) {
      Error ignored;
      stream->next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    });
  }
  void close() override {
    Error ignored;
    stream_->next_layer().close(ignored);
  }
  std::string remote() const override { return address_of(stream_->next_layer()); }

 private:
  using Stream = ssl::stream<tcp::socket>;
  std::shared_ptr<ssl::context> context_;
  std::shared_ptr<Stream> stream_;
};

class LoadedIdentity final : public TlsIdentity {
 public:
  explicit LoadedIdentity(std::shared_ptr<ssl::context> context) : context_(std::move(context)) {}
  std::unique_ptr<HttpSocket> wrap(tcp::socket socket) override {
    return std::make_unique<TlsSocket>(std::move(socket), context_);
  }

 private:
  std::shared_ptr<ssl::context> context_;
};

}  // namespace

std::string address_of(const tcp::socket& socket) {
  boost::system::error_code error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  return error ? "" : remote.address().to_string();
}

std::string client_of(const std::string& address) {
  boost::system::error_code error;
  const auto v6 = asio::ip::make_address_v6(address, error);
  if (error) return address;
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string();
}

std::unique_ptr<HttpSocket> plain_socket(tcp::socket socket) {
  return std::make_unique<PlainSocket>(std::move(socket));
}

Result<std::shared_ptr<TlsIdentity>> load_tls_identity(const std::string& certificate, const std::string& key) {
  const auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  const auto bad = [&](const std::string& file) {
    return refuse("bad_certificate", "Cannot use \"" + file + "\": " + error.message());
  };
  context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
  context->use_certificate_chain_file(certificate, error);
  if (error) return bad(certificate);
  context->use_private_key_file(key, ssl::context::pem, error);
  if (error) return bad(key);
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return refuse("bad_certificate",
                  "The key in \"" + key + "\" is not that of the certificate in \"" + certificate + "\"");
  }
  return std::shared_ptr<TlsIdentity>(std::make_shared<LoadedIdentity>(context));
}

}  // namespace pianola::mcp
