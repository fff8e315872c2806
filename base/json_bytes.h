// The bytes of a JSON text, looked through eight at a time: the bit tricks of
// https://graphics.stanford.edu/~seander/bithacks.html, on a word of bytes. Private to json.cc and json_reader.cc.
// Thread rule: plain functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pianola::json_bytes {

inline constexpr std::uint64_t kOnes = 0x0101010101010101;
inline constexpr std::uint64_t kTops = 0x8080808080808080;

// The eight bytes at `at`; the one that stands first is the lowest.
inline std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// The top bit of each zero byte; above the first of them others may be marked, too.
constexpr std::uint64_t mark_zeros(std::uint64_t word) { return (word - kOnes) & ~word & kTops; }

// The same of each byte that needs an escape in a JSON string: below 0x20, a quote or a backslash.
constexpr std::uint64_t mark_escapes(std::uint64_t word) {
  return ((word - kOnes * 0x20) & ~word & kTops) | mark_zeros(word ^ (kOnes * '"')) | mark_zeros(word ^ (kOnes * '\\'));
}

constexpr bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// Where the next byte stands that needs an escape, or the end.
inline std::size_t find_escape(std::string_view text, std::size_t at) {
  for (; at + 8 <= text.size(); at += 8) {
    const std::uint64_t marked = mark_escapes(word_at(text, at));
    if (marked != 0) return at + static_cast<std::size_t>(std::countr_zero(marked)) / 8;
  }
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

}  // namespace pianola::json_bytes
