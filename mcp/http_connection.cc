#include "mcp/http_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <charconv>

#include "base/ascii.h"
#include "mcp/http_head.h"

namespace pianola::mcp {
namespace {

namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadAhead = 16 * 1024;  // of the next request, while one is answered
constexpr std::size_t kChunkHeader = 4 * 1024;
constexpr std::size_t kMostDiscarded = 1024 * 1024;
constexpr std::chrono::milliseconds kLinger{2'000};

// The way back of one request; outlives the connection where it has to.
class ConnectionReply final : public HttpReply {
 public:
  ConnectionReply(std::weak_ptr<HttpConnection> connection, std::uint64_t exchange)
      : connection_(std::move(connection)), exchange_(exchange) {}

  void respond(HttpResponse response) override {
    if (const auto connection = connection_.lock()) connection->respond(exchange_, std::move(response));
  }
  void begin_stream(HttpResponse head) override {
    if (const auto connection = connection_.lock()) connection->begin_stream(exchange_, head);
  }
  void write(std::string_view text) override {
    if (const auto connection = connection_.lock()) connection->write(exchange_, text);
  }
  void end_stream() override {
    if (const auto connection = connection_.lock()) connection->end_stream(exchange_);
  }
  void on_gone(std::function<void()> gone) override {
    if (const auto connection = connection_.lock()) connection->on_gone(exchange_, std::move(gone));
  }
  void note(std::string name, std::string value) override {
    if (const auto connection = connection_.lock()) connection->note(exchange_, std::move(name), std::move(value));
  }

 private:
  std::weak_ptr<HttpConnection> connection_;
  std::uint64_t exchange_;
};

HttpRequest request_of(const http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.fields.emplace_back(lower_case(field.name_string()), std::string(field.value()));
  }
  return request;
}

// Whether the client waits until it is told that it may send the body (RFC 9110, 10.1.1).
bool expects_leave(const HttpRequest& request) {
  const auto expect = request.field("expect");
  return expect && lower_case(*expect) == "100-continue";
}

std::string chunk_of(std::string_view text) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), text.size(), 16);
  std::string chunk(size.data(), end.ptr);
  chunk += "\r\n";
  chunk += text;
  chunk += "\r\n";
  return chunk;
}

}  // namespace

HttpConnection::HttpConnection(std::unique_ptr<HttpSocket> socket, HttpShared& shared)
    : socket_(std::move(socket)), shared_(shared), remote_(socket_->remote()) {
  if (shared.is_proxy(remote_)) return;
  client_ = client_of(remote_);
  share_ = &shared.shares[client_];
  ++share_->connections;
}

void HttpConnection::start() {
  read_deadline_ = Clock::now() + shared_.limits.header_time;
  socket_->open([self = shared_from_this()](const auto& error) { error ? self->drop() : self->read_more(); });
}

void HttpConnection::read_more() {
  if (reading_ || dropped_ || peer_gone_) return;
  const bool waits = stage_ == Stage::asking || stage_ == Stage::handling || stage_ == Stage::streaming;
  if (waits && in_.size() >= kReadAhead) return;
  reading_ = true;
  socket_->read_some(boost::asio::buffer(chunk_),
                     [self = shared_from_this()](const auto& error, std::size_t size) { self->on_read(error, size); });
}

void HttpConnection::on_read(const boost::system::error_code& error, std::size_t size) {
  reading_ = false;
  if (dropped_) return;
  if (error) {
    peer_gone_ = true;
    // A client that has said all it wants may still read the answer.
    if (stage_ == Stage::handling) return tell_gone();
    if (stage_ == Stage::asking) return;  // the rest of the body may have arrived
    if (stage_ != Stage::closing || writing_.empty()) drop();
    return;
  }
  if (stage_ == Stage::closing) {
    searched_ += size;
    if (searched_ > kMostDiscarded) return drop();
  } else {
    in_.append(chunk_.data(), size);
    advance();
  }
  read_more();
}

void HttpConnection::advance() {
  bool goes_on = true;
  while (goes_on && !dropped_) {
    goes_on = (stage_ == Stage::header && read_header()) || (stage_ == Stage::body && read_body());
  }
}

// Gives whether there may be more to do with what has arrived.
bool HttpConnection::read_header() {
  // RFC 9112, 2.2: some clients end a body with one line too many.
  if (!skipped_line_ && in_.starts_with("\r\n")) {
    in_.erase(0, 2);
    searched_ = 0;
    skipped_line_ = true;
  }
  if (in_.empty()) return false;
  if (searched_ == 0 && exchange_ > 0) read_deadline_ = Clock::now() + shared_.limits.header_time;
  const std::size_t end = in_.find("\r\n\r\n", searched_ - std::min<std::size_t>(searched_, 3));
  const std::size_t length = end == std::string::npos ? in_.size() : end + 4;
  if (length > shared_.limits.header_bytes) return refuse(431, "The header is too long"), false;
  const std::string_view fresh = std::string_view(in_).substr(searched_, length - searched_);
  if (const auto why = bad_bytes(fresh, searched_ == 0 ? '\0' : in_[searched_ - 1])) return refuse(400, *why), false;
  searched_ = length;
  if (end == std::string::npos) return false;

  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
  parser_->body_limit(shared_.limits.body_bytes);
  boost::system::error_code error;
  parser_->put(boost::asio::buffer(in_.data(), length), error);
  const bool has_version = names_a_version(std::string_view(in_).substr(0, in_.find("\r\n")));
  in_.erase(0, length);
  searched_ = 0;
  if (error == http::error::bad_version && !has_version) {
    return refuse(400, "The first line is not METHOD TARGET HTTP/1.1"), false;
  }
  if (!take_error(error)) return false;
  if (!parser_->is_header_done()) return refuse(400, "The header is not one of HTTP/1.1"), false;
  return begin_body();
}

bool HttpConnection::begin_body() {
  const auto& message = parser_->get();
  request_ = request_of(message);
  request_->remote = client_;
  if (!take_target(*request_)) return refuse(400, "The target is no path"), false;
  const int version = static_cast<int>(message.version());
  if (const auto bad = bad_head(*request_, shared_.limits.header_fields, version)) {
    return refuse(bad->status, bad->why), false;
  }
  keeps_open_ = message.keep_alive();
  chunked_ = message.version() == 11;
  stage_ = Stage::body;
  read_deadline_ = Clock::now() + shared_.limits.body_time;
  may_send_ = shared_.gate == nullptr && !expects_leave(*request_);
  return true;
}

// More of a body than what came with its head is read only of whom it may come from.
void HttpConnection::ask_for_body() {
  stage_ = Stage::asking;
  read_deadline_.reset();
  const auto decide = [self = weak_from_this(), exchange = exchange_](std::optional<HttpResponse> refusal) {
    if (const auto connection = self.lock()) connection->take_decision(exchange, std::move(refusal));
  };
  shared_.gate ? shared_.gate(*request_, decide) : decide(std::nullopt);
}

void HttpConnection::take_decision(std::uint64_t exchange, std::optional<HttpResponse> refusal) {
  if (dropped_ || stage_ != Stage::asking || exchange != exchange_) return;
  if (refusal) return refuse(*std::move(refusal));
  may_send_ = true;
  stage_ = Stage::body;
  read_deadline_ = Clock::now() + shared_.limits.body_time;
  if (expects_leave(*request_)) say("HTTP/1.1 100 Continue\r\n\r\n");
  advance();
  if (peer_gone_ && stage_ == Stage::body) return drop();
  read_more();
}

bool HttpConnection::read_body() {
  while (!parser_->is_done() && !in_.empty()) {
    boost::system::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(in_), error);
    in_.erase(0, used);
    if (!take_error(error)) return false;
    if (!hold_body()) return refuse(503, "There is too much to read at once: try again"), false;
    if (used == 0 && in_.size() > kChunkHeader) return refuse(400, "The header of a chunk is too long"), false;
    if (used > 0) continue;
    // What the parser waits for the rest of is the header of a chunk.
    if (const auto why = bad_bytes(in_, '\0')) return refuse(400, *why), false;
    break;
  }
  if (parser_->is_done()) {
    dispatch();
  } else if (!may_send_) {
    ask_for_body();
  }
  return false;
}

// Counts what has arrived of the body. False where all bodies together are too much, or the client's.
bool HttpConnection::hold_body() {
  const HttpLimits& limits = shared_.limits;
  const std::size_t size = parser_->get().body().size();
  shared_.body_bytes += size - held_body_;
  if (share_ != nullptr) share_->body_bytes += size - held_body_;
  held_body_ = size;
  return shared_.body_bytes <= limits.all_body_bytes &&
         (share_ == nullptr || share_->body_bytes <= limits.remote_body_bytes);
}

void HttpConnection::release_body() {
  shared_.body_bytes -= held_body_;
  if (share_ != nullptr) share_->body_bytes -= held_body_;
  held_body_ = 0;
}

// True where the parser is content so far.
bool HttpConnection::take_error(const boost::system::error_code& error) {
  if (!error || error == http::error::need_more) return true;
  if (error == http::error::body_limit) {
    refuse(413, "The body may have " + std::to_string(shared_.limits.body_bytes) + " bytes at most");
  } else if (error == http::error::header_limit) {
    refuse(431, "The header is too long");
  } else if (error == http::error::bad_version) {
    refuse(505, "Speak HTTP/1.1");
  } else {
    refuse(400, "This is not HTTP/1.1: " + error.message());
  }
  return false;
}

void HttpConnection::dispatch() {
  request_->body = std::move(parser_->get().body());
  parser_.reset();
  read_deadline_.reset();
  stage_ = Stage::handling;
  answered_ = false;
  ++exchange_;
  HttpRequest request = *std::move(request_);
  request_.reset();
  is_head_ = request.method == "HEAD";
  begin_access(request);
  shared_.handler(std::move(request), std::make_shared<ConnectionReply>(weak_from_this(), exchange_));
}

// Answers what is no request, and closes: what follows cannot be trusted.
void HttpConnection::refuse(HttpResponse answer) {
  parser_.reset();
  const HttpRequest request = request_.value_or(HttpRequest());
  request_.reset();
  is_head_ = request.method == "HEAD";
  begin_access(request);
  in_.clear();
  keeps_open_ = false;
  stage_ = Stage::handling;
  answered_ = false;
  respond(++exchange_, std::move(answer));
}

void HttpConnection::respond(std::uint64_t exchange, HttpResponse response) {
  if (!is_open(exchange)) return;
  keeps_open_ = keeps_open_ && !shared_.stopping && !peer_gone_;
  access_.status = response.status;
  access_.bytes = is_head_ ? 0 : response.body.size();
  std::string head = write_head(response, response.body.size(), keeps_open_, shared_.date);
  const bool has_body = !response.body.empty() && !is_head_;
  if (has_body) hold(std::move(head));  // both in one write
  say(has_body ? std::move(response.body) : std::move(head));
  after_answer();
}

void HttpConnection::begin_stream(std::uint64_t exchange, const HttpResponse& head) {
  if (!is_open(exchange)) return;
  stage_ = Stage::streaming;
  access_.status = head.status;
  HttpResponse streamed{head.status, head.fields, ""};
  if (chunked_) {
    streamed.fields.emplace_back("Transfer-Encoding", "chunked");
  } else {
    keeps_open_ = false;
  }
  release_body();
  say(write_head(streamed, std::nullopt, keeps_open_, shared_.date));
}

void HttpConnection::write(std::uint64_t exchange, std::string_view text) {
  if (!is_open(exchange) || stage_ != Stage::streaming || text.empty()) return;
  access_.bytes += text.size();
  say(chunked_ ? chunk_of(text) : std::string(text));
}

void HttpConnection::end_stream(std::uint64_t exchange) {
  if (!is_open(exchange) || stage_ != Stage::streaming) return;
  if (chunked_) say("0\r\n\r\n");
  after_answer();
}

void HttpConnection::on_gone(std::uint64_t exchange, std::function<void()> gone) {
  if (!is_open(exchange)) return;
  gone_ = std::move(gone);
  if (peer_gone_) tell_gone();
}

void HttpConnection::begin_access(const HttpRequest& request) {
  if (!shared_.answered) return;
  access_ = {remote_, request.method, std::string(request.path())};
  began_ = Clock::now();
}

void HttpConnection::note(std::uint64_t exchange, std::string name, std::string value) {
  if (is_open(exchange)) access_.notes.emplace_back(std::move(name), std::move(value));
}

void HttpConnection::tell_access() {
  if (!shared_.answered) return;
  access_.micros = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_).count();
  shared_.answered(std::exchange(access_, {}));
}

void HttpConnection::tell_gone() {
  if (const std::function<void()> gone = std::exchange(gone_, nullptr)) gone();
}

void HttpConnection::hold(std::string text) {
  unwritten_ += text.size();
  out_.push_back(std::move(text));
}

void HttpConnection::say(std::string text) {
  if (dropped_) return;
  hold(std::move(text));
  if (unwritten_ > shared_.limits.unwritten_bytes + shared_.limits.body_bytes) return drop();
  write_next();
}

void HttpConnection::write_next() {
  if (writing_.empty()) {
    if (out_.empty()) return;
    writing_.swap(out_);
    written_ = 0;
  } else if (write_deadline_) {
    return;  // a write is under way
  }
  std::vector<boost::asio::const_buffer> buffers;
  std::size_t skipped = written_;
  for (const std::string& text : writing_) {
    const std::size_t skip = std::min(skipped, text.size());
    skipped -= skip;
    if (skip < text.size()) buffers.emplace_back(text.data() + skip, text.size() - skip);
  }
  write_deadline_ = Clock::now() + shared_.limits.write_time;
  socket_->write_some(
      buffers, [self = shared_from_this()](const auto& error, std::size_t size) { self->on_written(error, size); });
}

void HttpConnection::on_written(const boost::system::error_code& error, std::size_t size) {
  write_deadline_.reset();
  if (dropped_) return;
  if (error) return drop();
  written_ += size;
  unwritten_ -= size;
  std::size_t whole = 0;
  for (const std::string& text : writing_) whole += text.size();
  if (written_ >= whole) writing_.clear();
  if (!writing_.empty() || !out_.empty()) return write_next();
  if (!answered_) return;
  if (stage_ == Stage::closing) {
    socket_->end_writing();
    if (peer_gone_) drop();
  } else if (stage_ == Stage::handling || stage_ == Stage::streaming) {
    next_request();
  }
}

// The answer is on its way: what follows it, once it is written.
void HttpConnection::after_answer() {
  answered_ = true;
  tell_access();
  gone_ = nullptr;
  release_body();
  if (keeps_open_) return;
  // RFC 9112, 9.6: what the client still sends is read for a while, else the answer could be lost.
  stage_ = Stage::closing;
  searched_ = 0;
  read_deadline_ = Clock::now() + kLinger;
}

void HttpConnection::next_request() {
  stage_ = Stage::header;
  searched_ = 0;
  skipped_line_ = false;
  if (shared_.stopping) return drop();
  read_deadline_ = Clock::now() + shared_.limits.idle_time;
  advance();
  read_more();
}

void HttpConnection::tick(Time now) {
  if (write_deadline_ && now > *write_deadline_) return drop();
  if (!read_deadline_ || now <= *read_deadline_) return;
  const bool half_said = stage_ == Stage::body || (stage_ == Stage::header && !in_.empty());
  if (!half_said) return stage_ == Stage::closing && !writing_.empty() ? void() : drop();
  refuse(408, "The request did not arrive in time");
}

void HttpConnection::stop() {
  if (stage_ == Stage::header && in_.empty() && writing_.empty()) drop();
}

void HttpConnection::drop() {
  if (dropped_) return;
  dropped_ = true;
  const auto self = shared_from_this();
  release_body();
  if (share_ != nullptr && --share_->connections == 0) shared_.shares.erase(client_);
  share_ = nullptr;
  socket_->close();
  shared_.connections.erase(self);
  if (!std::exchange(answered_, true)) tell_access();
  tell_gone();
}

}  // namespace pianola::mcp
