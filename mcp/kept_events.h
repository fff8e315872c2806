// The events that streams keep for clients that lost their connection, of all streams together: where they are too
// much, the oldest is forgotten, whichever stream's it is. Thread rule: the listener's thread.
#pragma once

#include <cstdint>
#include <list>
#include <string>

namespace pianola::mcp {

class EventStream;

// One event of one stream.
struct KeptEvent {
  EventStream* stream;  // that keeps it, oldest first
  std::uint64_t number;
  std::string text;
};

class KeptEvents {
 public:
  using Place = std::list<KeptEvent>::iterator;

  explicit KeptEvents(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  Place add(KeptEvent event);
  void remove(Place event);
  // Has streams forget the oldest until the rest is within the bound.
  void shrink();
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<KeptEvent> events_;  // oldest first
};

}  // namespace pianola::mcp
