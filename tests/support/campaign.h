// How much of a campaign a run plays. `make test` plays a short one; `make test-long` sets the variables.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace pianola::tests {

// The number in an environment variable, else `usual`.
inline std::int64_t campaign_size(const char* variable, std::int64_t usual) {
  const char* given = std::getenv(variable);
  return given == nullptr ? usual : std::strtoll(given, nullptr, 10);
}

// What chance is drawn from: PIANOLA_SEED, else 1, so that a failure can be played again.
inline std::uint64_t campaign_seed() { return static_cast<std::uint64_t>(campaign_size("PIANOLA_SEED", 1)); }

}  // namespace pianola::tests
