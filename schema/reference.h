// URI references inside a schema: $id and $ref resolved as RFC 3986 says.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace pianola::schema {

// `reference` against `base` (RFC 3986, section 5.2); either may be empty.
std::string resolve_reference(std::string_view base, std::string_view reference);

// What stands before and after "#".
std::string_view without_fragment(std::string_view uri);
// What stands behind "#"; empty where there is none.
std::string_view fragment_of(std::string_view uri);

// %XX replaced by the byte.
std::string percent_decoded(std::string_view text);

}  // namespace pianola::schema
