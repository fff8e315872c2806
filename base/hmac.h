// HMAC-SHA-256 (RFC 2104) and comparing secrets.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace pianola {

// 64 lower-case hexadecimal digits. Throws Fault (bug) where OpenSSL has no SHA-256.
std::string hmac_sha256(std::string_view key, std::string_view text);
// Whether the texts are equal, in a time that says nothing of where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);
// Lower-case hexadecimal digits, two a byte.
std::string to_hex(std::string_view bytes);

}  // namespace pianola
