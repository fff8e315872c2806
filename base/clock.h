// Time, read in one place. Everything that needs the time takes a Clock, so that tests are exact.
// Thread rule: SystemClock is safe from any thread; ManualClock belongs to one test thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pianola {

// Microseconds since 1970-01-01T00:00:00Z, UTC.
class Timestamp {
 public:
  constexpr Timestamp() = default;
  // The moment so many microseconds after (before, where negative) 1970 began.
  static constexpr Timestamp from_micros(std::int64_t micros) { return Timestamp(micros); }
  // The first moment of a UTC day written YYYY-MM-DD; refuses anything else ("bad_date").
  static Result<Timestamp> from_date(std::string_view text);

  // What iso8601() writes; refuses anything else ("bad_date").
  static Result<Timestamp> from_iso8601(std::string_view text);

  // Microseconds since 1970 began, as they are stored.
  constexpr std::int64_t micros() const { return micros_; }
  // 2026-11-24T05:06:07.123456Z
  std::string iso8601() const;
  // 2026-11-24
  std::string date() const;
  // So much later; earlier where negative. Not checked for overflow: 290,000 years are room enough.
  constexpr Timestamp plus_micros(std::int64_t micros) const { return Timestamp(micros_ + micros); }
  // From `earlier` to here; negative where that is later.
  constexpr std::int64_t micros_since(Timestamp earlier) const { return micros_ - earlier.micros_; }

  auto operator<=>(const Timestamp&) const = default;

 private:
  explicit constexpr Timestamp(std::int64_t micros) : micros_(micros) {}
  std::int64_t micros_ = 0;
};

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Where the time comes from.
class Clock {
 public:
  virtual ~Clock() = default;
  // The time now. Wall clocks may go back.
  virtual Timestamp now() = 0;
};

// The machine's wall clock.
class SystemClock final : public Clock {
 public:
  Timestamp now() override;
};

// A clock that a test ticks by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  Timestamp now() override { return now_; }
  // Ticks; nothing else changes what now() says.
  void advance_micros(std::int64_t micros) { now_ = now_.plus_micros(micros); }

 private:
  Timestamp now_;
};

}  // namespace pianola
