#include "base/ascii.h"

namespace pianola {
namespace {

// The letter of ASCII under each of U+00C0 to U+017F; "*" for two letters, or for none.
constexpr std::string_view kBaseLetters =
    "AAAAAA*CEEEEIIIIDNOOOOO*OUUUUY**aaaaaa*ceeeeiiiidnooooo*ouuuuy*y"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi**JjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOoOo**RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

struct TwoLetters {
  char32_t letter;
  std::string_view written;
};

constexpr TwoLetters kTwoLetters[] = {{0xC6, "AE"},  {0xE6, "ae"},  {0xDE, "TH"},  {0xFE, "th"}, {0xDF, "ss"},
                                      {0x132, "IJ"}, {0x133, "ij"}, {0x152, "OE"}, {0x153, "oe"}};

std::string_view base_of(char32_t letter) {
  constexpr char32_t kFirst = 0xC0;
  if (letter < kFirst || letter - kFirst >= kBaseLetters.size()) return {};
  for (const TwoLetters& two : kTwoLetters) {
    if (two.letter == letter) return two.written;
  }
  const std::string_view base = kBaseLetters.substr(letter - kFirst, 1);
  return base == "*" ? std::string_view() : base;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string without_accents(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // All of them take two bytes of UTF-8: C3 80 to C5 BF.
    const auto lead = static_cast<unsigned char>(text[i]);
    const bool is_pair = lead >= 0xC3 && lead <= 0xC5 && i + 1 < text.size();
    const auto next = static_cast<unsigned char>(is_pair ? text[i + 1] : '\0');
    const std::string_view base = is_pair ? base_of((lead & 0x1FU) << 6U | (next & 0x3FU)) : std::string_view();
    if (base.empty()) {
      plain += text[i];
    } else {
      plain += base;
      ++i;
    }
  }
  return plain;
}

std::string_view trimmed(std::string_view text, std::string_view blanks) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace pianola
