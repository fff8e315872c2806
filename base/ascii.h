// Letters and blanks of ASCII, the same in every locale.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace pianola {

// A to Z as a to z; every other byte stays.
std::string lower_case(std::string_view text);

// Latin letters with accents and the like (U+00C0 to U+017F) as the letters of ASCII that they are made of: "Übergröße"
// as "Ubergrosse"; every other character stays.
std::string without_accents(std::string_view text);

// The text without the blanks around it; `blanks` says which characters those are.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");

}  // namespace pianola
