#include "mcp/event_stream.h"

#include <charconv>

namespace pianola::mcp {
namespace {

constexpr std::size_t kMostKeptBytes = std::size_t{256} * 1024;  // bytes of events that a client may still ask for
constexpr int kKeepAliveSeconds = 15;
constexpr int kComeBackMillis = 500;

std::string event_of(std::string_view id, std::string_view message) {
  std::string event;
  event.reserve(message.size() + id.size() + 32);
  event += "event: message\n";
  if (!id.empty()) {
    event += "id: ";
    event += id;
    event += '\n';
  }
  event += "data: ";
  event += message;  // compact JSON: one line
  event += "\n\n";
  return event;
}

}  // namespace

EventStream::~EventStream() {
  while (!kept_.empty()) forget_oldest();
}

void EventStream::connect(std::shared_ptr<HttpReply> reply, StreamPlace place, std::uint64_t after) {
  let_go();
  reply_ = std::move(reply);
  place_ = std::move(place);
  seconds_alone_ = 0;
  reply_->begin_stream({200,
                        {{"Content-Type", "text/event-stream"},
                         {"Cache-Control", "no-cache, no-transform"},
                         {"X-Accel-Buffering", "no"}},
                        ""});
  if (polling_ && after == 0) write("id: " + id_ + "." + std::to_string(after) + "\ndata: \n\n");
  for (const KeptEvents::Place& event : kept_) {
    if (event->number > after) write(event->text);
  }
  if (ended_) end();
}

void EventStream::send(std::string_view message) {
  if (ended_) return;
  if (!is_resumable()) return write(event_of("", message));
  std::string event = event_of(id_ + "." + std::to_string(++last_), message);
  kept_.push_back(all_->add({this, last_, event}));
  kept_bytes_ += event.size();
  while (kept_bytes_ > kMostKeptBytes && kept_.size() > 1) forget_oldest();
  all_->shrink();
  write(std::move(event));
}

void EventStream::forget_oldest() {
  kept_bytes_ -= kept_.front()->text.size();
  all_->remove(kept_.front());
  kept_.pop_front();
}

void EventStream::end() {
  ended_ = true;
  let_go();
}

void EventStream::pause() {
  if (!polling_ || reply_ == nullptr || ended_) return;
  write("retry: " + std::to_string(kComeBackMillis) + "\n\n");
  let_go();
}

void EventStream::disconnect() {
  reply_ = nullptr;
  place_ = nullptr;
}

void EventStream::let_go() {
  if (reply_ != nullptr) reply_->end_stream();
  disconnect();
}

void EventStream::tick() {
  if (reply_ == nullptr) {
    ++seconds_alone_;
  } else if (++seconds_silent_ >= kKeepAliveSeconds) {
    write(":\n\n");
  }
}

std::pair<std::string, std::uint64_t> EventStream::parse_event_id(std::string_view id) {
  const std::size_t dot = id.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::uint64_t number = 0;
  const auto read = std::from_chars(id.data() + dot + 1, id.data() + id.size(), number);
  if (read.ec != std::errc() || read.ptr != id.data() + id.size()) return {};
  return {std::string(id.substr(0, dot)), number};
}

void EventStream::write(std::string_view text) {
  if (reply_ == nullptr) return;
  seconds_silent_ = 0;
  reply_->write(text);
}

}  // namespace pianola::mcp
