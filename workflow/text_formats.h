// The formats that JSON Schema names and does not check, as patterns, which are checked: of the form alone, and never
// stricter than the format. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace pianola::workflow {

// The pattern (RE2) of a `format`: "date" (RFC 3339), "date-time", "time", "duration" (ISO 8601), "uuid", "email",
// "uri", "hostname", "ipv4", "ipv6"; also of what other languages call them ("datetime", "url"). Empty: none is known.
std::string pattern_of_format(std::string_view format);
// The same of a `contentEncoding`: "base64", "base64url", "base16".
std::string pattern_of_encoding(std::string_view encoding);

}  // namespace pianola::workflow
