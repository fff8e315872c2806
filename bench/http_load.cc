#include "bench/http_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/ascii.h"

namespace pianola::bench {
namespace {

using Clock = std::chrono::steady_clock;

double elapsed(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A connected socket; -1 where nobody listens.
int try_connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd);
    return -1;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("the server closed a connection");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// The number that stands behind the field's name in a head in lower case; nothing where it does not.
std::optional<std::size_t> number_of(const std::string& head, std::string_view field) {
  const std::size_t at = head.find(field);
  if (at == head.npos) return std::nullopt;
  std::size_t number = 0;
  std::from_chars(head.data() + at + field.size(), head.data() + head.size(), number);
  return number;
}

// One kept connection and what has arrived of the answer under way.
class KeptConnection {
 public:
  explicit KeptConnection(std::uint16_t port) : fd_(try_connect(port)), in_(256 * 1024, '\0') {
    if (fd_ < 0) throw std::runtime_error("cannot connect to the server");
  }
  KeptConnection(KeptConnection&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), in_(std::move(other.in_)), asked_at_(other.asked_at_) {}
  ~KeptConnection() {
    if (fd_ >= 0) close(fd_);
  }

  int fd() const { return fd_; }
  void ask(std::string_view request) {
    begin_ = have_ = 0;
    whole_ = 0;
    asked_at_ = Clock::now();
    send_all(fd_, request);
  }
  // Reads what is there. True once the answer is whole.
  bool read() {
    if (have_ == in_.size()) in_.resize(2 * in_.size());
    const ssize_t got = recv(fd_, in_.data() + have_, in_.size() - have_, 0);
    if (got <= 0) throw std::runtime_error("the server closed a connection");
    have_ += static_cast<std::size_t>(got);
    if (begin_ == 0 && !read_head()) return false;
    if (whole_ > 0) return have_ >= whole_;
    return text().ends_with("\r\n0\r\n\r\n") || body() == "0\r\n\r\n";
  }
  double waited() const { return elapsed(asked_at_); }
  // Of the answer, framed as it came.
  std::string_view body() const { return text().substr(begin_); }

 private:
  std::string_view text() const { return std::string_view(in_).substr(0, have_); }

  bool read_head() {
    const std::size_t end = text().find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string head = lower_case(text().substr(0, end));
    if (!head.starts_with("http/1.1 200")) throw std::runtime_error("the server answered: " + std::string(text()));
    begin_ = end + 4;
    if (const auto length = number_of(head, "content-length: ")) whole_ = begin_ + *length;
    return true;
  }

  int fd_;
  std::string in_;
  std::size_t have_ = 0;
  std::size_t begin_ = 0;  // of the body; 0: its head has not come whole
  std::size_t whole_ = 0;  // bytes of the answer; 0: it comes in chunks
  Clock::time_point asked_at_;
};

// Waits for one of several descriptors at a time.
class Poll {
 public:
  Poll() : fd_(epoll_create1(EPOLL_CLOEXEC)) {}
  ~Poll() { close(fd_); }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  void add(int fd, std::size_t index) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event);
  }
  // Calls each(index) for those that are readable.
  template <class Each>
  void wait(const Each& each) const {
    std::array<epoll_event, 64> events{};
    constexpr int kPatienceMillis = 30'000;
    const int count = epoll_wait(fd_, events.data(), static_cast<int>(events.size()), kPatienceMillis);
    if (count <= 0) throw std::runtime_error("the server does not answer");
    for (int i = 0; i < count; ++i) each(events[static_cast<std::size_t>(i)].data.u64);
  }

 private:
  int fd_;
};

void allow_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!bound) throw std::runtime_error("there is no free port");
  return ntohs(address.sin_port);
}

HttpServer::HttpServer(const Command& command, std::uint16_t port) : process_(command), port_(port) {
  const auto start = Clock::now();
  int fd = try_connect(port);
  while (fd < 0 && elapsed(start) < 20) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    fd = try_connect(port);
  }
  if (fd < 0) throw std::runtime_error("the server does not listen: " + command.words.front());
  close(fd);
}

std::string http_request(std::uint16_t port, const std::string& fields, const std::string& body) {
  const std::string line = body.empty() ? "GET /answer HTTP/1.1\r\n" : "POST /mcp HTTP/1.1\r\n";
  const std::string length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return line + "Host: 127.0.0.1:" + std::to_string(port) + "\r\n" + fields + length + "\r\n" + body;
}

std::string ask_http(std::uint16_t port, const std::string& request) {
  KeptConnection connection(port);
  connection.ask(request);
  while (!connection.read()) continue;
  check_answer(connection.body());
  return std::string(connection.body());
}

Run run_http_load(const HttpServer& server, const std::string& request, int connections, long count) {
  const Poll poll;
  std::vector<KeptConnection> all;
  for (int i = 0; i < connections; ++i) {
    all.emplace_back(server.port());
    poll.add(all.back().fd(), all.size() - 1);
  }
  std::vector<double> waited;
  waited.reserve(static_cast<std::size_t>(count));
  const double cpu_before = server.process().cpu_seconds();
  const auto start = Clock::now();
  for (KeptConnection& connection : all) connection.ask(request);
  long asked = connections;
  while (static_cast<long>(waited.size()) < count) {
    poll.wait([&](std::size_t index) {
      KeptConnection& connection = all[index];
      if (!connection.read()) return;
      check_answer(connection.body());
      waited.push_back(connection.waited());
      if (asked++ < count) connection.ask(request);
    });
  }
  Run run;
  run.rate = static_cast<double>(waited.size()) / elapsed(start);
  run.server_cpu = (server.process().cpu_seconds() - cpu_before) / static_cast<double>(waited.size());
  run.p50 = percentile(waited, 0.5);
  run.p99 = percentile(waited, 0.99);
  return run;
}

OpenStreams::OpenStreams(const HttpServer& server, const std::string& request, int count) {
  allow_descriptors();
  for (int i = 0; i < count; ++i) {
    sockets_.push_back(try_connect(server.port()));
    if (sockets_.back() < 0) throw std::runtime_error("cannot open stream " + std::to_string(i));
    send_all(sockets_.back(), request);
  }
  for (const int fd : sockets_) {
    std::string text;
    while (text.find("data: ") == text.npos) {
      std::array<char, 4096> bytes{};
      const ssize_t got = recv(fd, bytes.data(), bytes.size(), 0);
      if (got <= 0) throw std::runtime_error("the server ended a stream: " + text);
      text.append(bytes.data(), static_cast<std::size_t>(got));
    }
  }
}

OpenStreams::~OpenStreams() {
  for (const int fd : sockets_) close(fd);
}

}  // namespace pianola::bench
