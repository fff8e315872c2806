#include "base/clock.h"

#include <cctype>
#include <chrono>
#include <cstdio>

namespace pianola {
namespace {

std::chrono::sys_days day_of(std::int64_t micros) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(micros)));
}

bool looks_like_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

}  // namespace

Result<Timestamp> Timestamp::from_date(std::string_view text) {
  if (looks_like_date(text)) {
    const auto number = [&](std::size_t at, std::size_t length) {
      return std::stoi(std::string(text.substr(at, length)));
    };
    const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                          std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                          std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    if (day.ok()) {
      const std::chrono::sys_time<std::chrono::microseconds> start = std::chrono::sys_days(day);
      return Timestamp(start.time_since_epoch().count());
    }
  }
  return refuse("bad_date", "\"" + std::string(text) + "\" is no date: write YYYY-MM-DD, for example 2026-11-24.");
}

Result<Timestamp> Timestamp::from_iso8601(std::string_view text) {
  constexpr std::string_view kShape = "YYYY-MM-DDThh:mm:ss.uuuuuuZ";
  bool fits = text.size() == kShape.size();
  for (std::size_t i = 10; fits && i < kShape.size(); ++i) {
    const bool is_mark = std::string_view("T:.Z").find(kShape[i]) != std::string_view::npos;
    fits = is_mark ? text[i] == kShape[i] : std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  }
  const Result<Timestamp> day = fits ? from_date(text.substr(0, 10)) : Result<Timestamp>(refuse("bad_date", ""));
  const auto number = [&](std::size_t at, std::size_t length) {
    return std::stoll(std::string(text.substr(at, length)));
  };
  if (day && number(11, 2) < 24 && number(14, 2) < 60 && number(17, 2) < 60) {
    const std::int64_t seconds = (number(11, 2) * 60 + number(14, 2)) * 60 + number(17, 2);
    return day->plus_micros(seconds * kMicrosPerSecond + number(20, 6));
  }
  return refuse("bad_date", "\"" + std::string(text) + "\" is no time: write it as 2026-11-24T05:06:07.123456Z.");
}

std::string Timestamp::date() const {
  const std::chrono::year_month_day day(day_of(micros_));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

std::string Timestamp::iso8601() const {
  const std::chrono::sys_time<std::chrono::microseconds> start = day_of(micros_);
  const std::int64_t in_day = micros_ - start.time_since_epoch().count();
  const std::int64_t seconds = in_day / kMicrosPerSecond;
  char text[40];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%06dZ", static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                static_cast<int>(in_day % kMicrosPerSecond));
  return date() + text;
}

Timestamp SystemClock::now() {
  return Timestamp::from_micros(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

}  // namespace pianola
