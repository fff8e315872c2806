// `requestState` of results that ask for input (MCP 2026-07-28, multi-round-trip requests): what a server wants back
// unchanged when the client asks again; sessions' ids over HTTP are sealed so too. It passes through the client, so it
// is signed (HMAC-SHA-256), bound to the caller and the request that it belongs to, and expires. Thread rule: safe from
// any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace pianola::mcp {

// Seals and opens such states with one key.
class StateSeal {
 public:
  static constexpr std::int64_t kLifetimeMicros = 3600 * kMicrosPerSecond;

  // `key` is 32 random bytes that nobody else knows; servers that share work share it. The clock must outlive this.
  StateSeal(std::string key, Clock& clock, std::int64_t lifetime_micros = kLifetimeMicros)
      : key_(std::move(key)), clock_(clock), lifetime_micros_(lifetime_micros) {}

  // The text that the client gives back. `binding` says whose and of which request it is.
  std::string seal(const Json& state, std::string_view binding) const;
  // What was sealed. Refuses ("bad_state") what was changed, belongs to another request or caller, or is too old.
  Result<Json> open(std::string_view text, std::string_view binding) const;

 private:
  std::string sign(std::string_view payload, std::string_view binding) const;

  std::string key_;
  Clock& clock_;
  std::int64_t lifetime_micros_;
};

}  // namespace pianola::mcp
