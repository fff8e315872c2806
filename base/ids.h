// The one source of randomness and of ids. Ids are UUIDv7 (RFC 9562): they sort by the time they were made, so
// that new rows land at the end of an index.
// Thread rule: IdSource is safe from any thread; the Randomness given to it is used under its lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace pianola {

// Where random bytes come from.
class Randomness {
 public:
  virtual ~Randomness() = default;
  // Fills all of `bytes`.
  virtual void fill(std::span<std::byte> bytes) = 0;
};

// The kernel's generator. Throws Fault (bug) where the kernel has none.
class SystemRandomness final : public Randomness {
 public:
  void fill(std::span<std::byte> bytes) override;
};

// A repeatable sequence for tests (SplitMix64); never for secrets.
class SeededRandomness final : public Randomness {
 public:
  explicit SeededRandomness(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  std::uint64_t state_;
};

// Makes UUIDv7 texts, strictly increasing within one source (RFC 9562, method 1: a counter in rand_a).
class IdSource {
 public:
  IdSource(Clock& clock, Randomness& randomness) : clock_(clock), randomness_(randomness) {}
  // The next id, larger than all before it, even where the clock stands or goes back. Any thread may ask.
  std::string next_uuid();
  // So many random bytes as lower-case hexadecimal digits: for keys and secrets. Any thread may ask.
  std::string random_hex(std::size_t bytes);

 private:
  std::mutex mutex_;
  Clock& clock_;
  Randomness& randomness_;
  std::int64_t last_millis_ = -1;
  std::uint32_t counter_ = 0;
};

// True for 8-4-4-4-12 lower-case hexadecimal digits.
bool is_uuid(std::string_view text);

}  // namespace pianola
