// One stream of messages to a client as Server-Sent Events (WHATWG HTML, 9.2), on whichever connection the client has
// for it at the time. A resumable one numbers its events and keeps them for a while, so that a client that lost its
// connection takes the stream up again after the last event it saw.
// Thread rule: the listener's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "mcp/http_listener.h"
#include "mcp/kept_events.h"

namespace pianola::mcp {

// One of the streams that may be open at one time: counted as long as this is held.
struct GiveStreamPlaceBack {
  void operator()(std::size_t* taken) const { --*taken; }
};
using StreamPlace = std::unique_ptr<std::size_t, GiveStreamPlaceBack>;

// Bound to no connection at first; what is sent before it has one is kept where it is resumable, else dropped.
class EventStream {
 public:
  // A stream that ends with its connection.
  EventStream() = default;
  // A resumable one of that name, whose events `kept` holds, which must outlive it. `polling`: the first event is
  // empty, so that the client has a place to go on from (MCP 2025-11-25).
  EventStream(std::string id, bool polling, KeptEvents& kept) : id_(std::move(id)), polling_(polling), all_(&kept) {}
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  const std::string& id() const { return id_; }
  bool is_resumable() const { return all_ != nullptr; }
  bool is_connected() const { return reply_ != nullptr; }
  int seconds_alone() const { return seconds_alone_; }

  // Sends from now on to this request, first what came after the event of that number. The place is held while that
  // goes on.
  void connect(std::shared_ptr<HttpReply> reply, StreamPlace place = nullptr, std::uint64_t after = 0);
  void send(std::string_view message);
  // Nothing more will come.
  void end();
  // Lets go of the connection, and asks the client to come back in a moment.
  void pause();
  // The client's connection is gone.
  void disconnect();
  // Once a second: keeps proxies from closing a silent connection; counts the time without one.
  void tick();
  // Lets go of the oldest event that is kept; there must be one.
  void forget_oldest();

  // The stream and the number that an event id names; an empty stream where it is none of ours.
  static std::pair<std::string, std::uint64_t> parse_event_id(std::string_view id);

 private:
  void write(std::string_view text);
  void let_go();

  std::string id_;
  bool polling_ = false;
  KeptEvents* all_ = nullptr;  // null: not resumable
  std::shared_ptr<HttpReply> reply_;
  StreamPlace place_;
  std::deque<KeptEvents::Place> kept_;  // its own, oldest first
  std::size_t kept_bytes_ = 0;
  std::uint64_t last_ = 0;
  int seconds_silent_ = 0;
  int seconds_alone_ = 0;
  bool ended_ = false;
};

}  // namespace pianola::mcp
