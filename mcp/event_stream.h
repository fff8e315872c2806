// One stream of messages to a client as Server-Sent Events (WHATWG HTML, 9.2), on whichever connection the client has
// for it at the time. A resumable one numbers its events and keeps them for a while, so that a client that lost its
// connection takes the stream up again after the last event it saw.
// Thread rule: the listener's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "mcp/http_listener.h"

namespace pianola::mcp {

class EventStream {
 public:
  // `id` names a resumable stream; empty: the stream ends with its connection. `polling`: the first event is empty, so
  // that the client has a place to go on from (MCP 2025-11-25).
  EventStream(std::string id, bool polling) : id_(std::move(id)), polling_(polling) {}

  const std::string& id() const { return id_; }
  bool is_resumable() const { return !id_.empty(); }
  bool is_connected() const { return reply_ != nullptr; }
  bool is_ended() const { return ended_; }
  std::size_t kept_bytes() const { return kept_bytes_; }
  int seconds_alone() const { return seconds_alone_; }

  // Sends from now on to this request, first what came after the event of that number. `fields` go into the response.
  void connect(std::shared_ptr<HttpReply> reply, std::uint64_t after = 0, HttpFields fields = {});
  void send(std::string_view message);
  // Nothing more will come.
  void end();
  // Lets go of the connection, and asks the client to come back in a moment.
  void pause();
  // The client's connection is gone.
  void disconnect() { reply_ = nullptr; }
  // Once a second: keeps proxies from closing a silent connection; counts the time without one.
  void tick();

  // The stream and the number that an event id names; an empty stream where it is none of ours.
  static std::pair<std::string, std::uint64_t> parse_event_id(std::string_view id);

 private:
  void write(std::string text);

  std::string id_;
  bool polling_;
  std::shared_ptr<HttpReply> reply_;
  std::deque<std::pair<std::uint64_t, std::string>> kept_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t last_ = 0;
  int seconds_silent_ = 0;
  int seconds_alone_ = 0;
  bool ended_ = false;
};

}  // namespace pianola::mcp
