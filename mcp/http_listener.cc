#include "mcp/http_listener.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <utility>

#include "mcp/http_connection.h"

namespace pianola::mcp {
namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::milliseconds kTick{250};
constexpr int kTicksPerSecond = 4;
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// Each connection is a descriptor: as many as the system lets us have.
void allow_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

bool HttpShared::is_proxy(const std::string& address) const {
  return std::ranges::find(limits.proxies, address) != limits.proxies.end();
}

bool HttpShared::is_full_for(const std::string& address) const {
  if (connections.size() >= limits.connections) return true;
  const auto share = is_proxy(address) ? shares.end() : shares.find(client_of(address));
  return share != shares.end() && share->second.connections >= limits.remote_connections;
}

class HttpListener::Impl {
 public:
  Impl(HttpHandler handler, const HttpLimits& limits) : shared_{std::move(handler), limits} { tell_time(); }

  // Connections refer to each other's set: it is emptied before it goes.
  ~Impl() {
    for (const auto& connection : all_connections()) connection->drop();
  }

  Result<std::uint16_t> listen(const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    tcp::resolver resolver(io_);
    const auto addresses = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error) return refuse("cannot_listen", "\"" + host + "\" is no address of this machine: " + error.message());
    for (const auto& address : addresses) {
      tcp::endpoint endpoint = address.endpoint();
      if (port == 0 && !acceptors_.empty()) endpoint.port(acceptors_.front().local_endpoint().port());
      if (!listen_on(endpoint, error)) {
        return refuse("cannot_listen",
                      "Cannot listen on " + host + ":" + std::to_string(endpoint.port()) + ": " + error.message());
      }
    }
    return acceptors_.front().local_endpoint().port();
  }

  void run() {
    allow_descriptors();
    for (tcp::acceptor& acceptor : acceptors_) accept(acceptor);
    wait_for_tick();
    io_.run();
  }

  void post(std::function<void()> task) { boost::asio::post(io_, std::move(task)); }

  void stop() {
    if (std::exchange(shared_.stopping, true)) return;
    stop_deadline_ = std::chrono::steady_clock::now() + shared_.limits.stop_time;
    boost::system::error_code ignored;
    for (tcp::acceptor& acceptor : acceptors_) acceptor.close(ignored);
    for (Signal& signal : signals_) signal.descriptor.close(ignored);
    if (stopping_) stopping_();
    for (const auto& connection : all_connections()) connection->stop();
    end_if_done();
  }

  void on_readable(int fd, std::function<void()> readable) {
    signals_.push_back({Descriptor(io_, dup(fd)), std::move(readable)});
    wait_for(signals_.back());
  }

  Result<void> use_tls(const std::string& certificate, const std::string& key) {
    Result<std::shared_ptr<TlsIdentity>> loaded = load_tls_identity(certificate, key);
    if (!loaded) return refuse(loaded.error());
    tls_ = *std::move(loaded);
    return {};
  }

  void use_gate(HttpGate gate) { shared_.gate = std::move(gate); }
  void on_answered(std::function<void(const HttpAccess&)> answered) { shared_.answered = std::move(answered); }

  std::size_t connections() const { return shared_.connections.size(); }

  std::function<void()> tick_;
  std::function<void()> stopping_;
  std::function<void()> late_;

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;
  struct Signal {
    Descriptor descriptor;
    std::function<void()> readable;
  };

  void wait_for(Signal& signal) {
    signal.descriptor.async_wait(Descriptor::wait_read, [this, &signal](const auto& error) {
      if (error) return;
      signal.readable();
      if (!shared_.stopping) wait_for(signal);
    });
  }

  bool listen_on(const tcp::endpoint& endpoint, boost::system::error_code& error) {
    tcp::acceptor acceptor(io_);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.protocol() == tcp::v6()) acceptor.set_option(boost::asio::ip::v6_only(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return false;
    acceptors_.push_back(std::move(acceptor));
    return true;
  }

  void accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const boost::system::error_code& error, tcp::socket socket) {
      if (shared_.stopping) return;
      // Without descriptors left it would fail again at once: the next tick tries again.
      if (error) return void(waiting_.push_back(&acceptor));
      take(std::move(socket));
      accept(acceptor);
    });
  }

  void take(tcp::socket socket) {
    boost::system::error_code ignored;
    if (shared_.is_full_for(address_of(socket))) {
      socket.non_blocking(true, ignored);
      if (!tls_) socket.write_some(boost::asio::buffer(kFull), ignored);
      return;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    const auto connection = std::make_shared<HttpConnection>(
        tls_ ? tls_->wrap(std::move(socket)) : plain_socket(std::move(socket)), shared_);
    shared_.connections.insert(connection);
    connection->start();
  }

  void wait_for_tick() {
    timer_.expires_after(kTick);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      const auto now = std::chrono::steady_clock::now();
      tell_time();
      for (const auto& connection : all_connections()) connection->tick(now);
      for (tcp::acceptor* acceptor : std::exchange(waiting_, {})) accept(*acceptor);
      if (++ticks_ % kTicksPerSecond == 0 && tick_) tick_();
      if (shared_.stopping) end_if_done();
      wait_for_tick();
    });
  }

  void tell_time() { shared_.date = http_date(std::time(nullptr)); }

  void end_if_done() {
    const auto now = std::chrono::steady_clock::now();
    if (now > stop_deadline_) {
      if (const auto late = std::exchange(late_, nullptr)) late();
    }
    if (shared_.connections.empty() || now > stop_deadline_ + shared_.limits.last_time) io_.stop();
  }

  // A copy: a connection that ends leaves the set.
  std::vector<std::shared_ptr<HttpConnection>> all_connections() const {
    return {shared_.connections.begin(), shared_.connections.end()};
  }

  boost::asio::io_context io_{1};
  HttpShared shared_;
  std::list<tcp::acceptor> acceptors_;
  std::vector<tcp::acceptor*> waiting_;  // for descriptors
  boost::asio::steady_timer timer_{io_};
  std::list<Signal> signals_;
  std::shared_ptr<TlsIdentity> tls_;  // null: plain HTTP
  std::chrono::steady_clock::time_point stop_deadline_;
  int ticks_ = 0;
};

HttpListener::HttpListener(HttpHandler handler, const HttpLimits& limits)
    : impl_(std::make_unique<Impl>(std::move(handler), limits)) {}
HttpListener::~HttpListener() = default;

Result<std::uint16_t> HttpListener::listen(const std::string& host, std::uint16_t port) {
  return impl_->listen(host, port);
}
void HttpListener::run() { impl_->run(); }
void HttpListener::post(std::function<void()> task) { impl_->post(std::move(task)); }
void HttpListener::stop() {
  impl_->post([this] { impl_->stop(); });
}
void HttpListener::use_gate(HttpGate gate) { impl_->use_gate(std::move(gate)); }
void HttpListener::on_tick(std::function<void()> tick) { impl_->tick_ = std::move(tick); }
void HttpListener::on_stop(std::function<void()> stopping) { impl_->stopping_ = std::move(stopping); }
void HttpListener::on_late(std::function<void()> late) { impl_->late_ = std::move(late); }
void HttpListener::on_answered(std::function<void(const HttpAccess&)> answered) {
  impl_->on_answered(std::move(answered));
}
void HttpListener::on_readable(int fd, std::function<void()> readable) { impl_->on_readable(fd, std::move(readable)); }
Result<void> HttpListener::use_tls(const std::string& certificate, const std::string& key) {
  return impl_->use_tls(certificate, key);
}
std::size_t HttpListener::connections() const { return impl_->connections(); }

}  // namespace pianola::mcp
