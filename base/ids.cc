#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <cstring>

#include "base/fault.h"
#include "base/hmac.h"

namespace pianola {

void SystemRandomness::fill(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Fault(FaultKind::bug, "the kernel gives no random bytes");
    done += static_cast<std::size_t>(got);
  }
}

void SeededRandomness::fill(std::span<std::byte> bytes) {
  // Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014), SplitMix64.
  for (std::size_t done = 0; done < bytes.size();) {
    std::uint64_t word = (state_ += 0x9e3779b97f4a7c15U);
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
    word ^= word >> 31;
    const std::size_t part = std::min(sizeof word, bytes.size() - done);
    std::memcpy(bytes.data() + done, &word, part);
    done += part;
  }
}

std::string IdSource::next_uuid() {
  const std::lock_guard lock(mutex_);
  std::array<std::byte, 10> random{};
  randomness_.fill(random);
  const std::int64_t millis = clock_.now().micros() / 1000;
  if (millis > last_millis_) {
    last_millis_ = millis;
    // The counter starts in its lower half, so that a burst in one millisecond has room.
    counter_ = (std::to_integer<std::uint32_t>(random[0]) << 8 | std::to_integer<std::uint32_t>(random[1])) & 0x7ffU;
  } else if (++counter_ > 0xfffU) {
    ++last_millis_;
    counter_ = 0;
  }
  std::array<std::uint8_t, 16> bytes{};
  for (int i = 0; i < 6; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(last_millis_ >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>(0x70U | counter_ >> 8);
  bytes[7] = static_cast<std::uint8_t>(counter_);
  for (std::size_t i = 8; i < 16; ++i) bytes[i] = std::to_integer<std::uint8_t>(random[i - 6]);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);

  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string IdSource::random_hex(std::size_t bytes) {
  std::string random(bytes, '\0');
  const std::lock_guard lock(mutex_);
  randomness_.fill(std::as_writable_bytes(std::span(random)));
  return to_hex(random);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

}  // namespace pianola
