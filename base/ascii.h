// Letters and blanks of ASCII, the same in every locale.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace pianola {

// A to Z as a to z; every other byte stays.
std::string lower_case(std::string_view text);

// The text without the blanks around it; `blanks` says which characters those are.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");

}  // namespace pianola
