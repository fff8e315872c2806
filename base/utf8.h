// UTF-8, character by character (RFC 3629). Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace pianola {

// The length of the UTF-8 sequence at `at`, or 0 where it is malformed.
std::size_t utf8_sequence(std::string_view text, std::size_t at);

// The character that one whole sequence is.
char32_t code_point(std::string_view sequence);

}  // namespace pianola
