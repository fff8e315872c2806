#include "mcp/kept_events.h"

#include <utility>

#include "mcp/event_stream.h"

namespace pianola::mcp {
namespace {

constexpr std::size_t kBeside = 64;  // bytes that an event takes beside its text

std::size_t size_of(const KeptEvent& event) { return event.text.size() + kBeside; }

}  // namespace

KeptEvents::Place KeptEvents::add(KeptEvent event) {
  bytes_ += size_of(event);
  return events_.insert(events_.end(), std::move(event));
}

void KeptEvents::remove(Place event) {
  bytes_ -= size_of(*event);
  events_.erase(event);
}

void KeptEvents::shrink() {
  while (bytes_ > most_bytes_) events_.front().stream->forget_oldest();
}

}  // namespace pianola::mcp
