// The quick way through common JSON: one pass that builds values where they are to stand. It takes well-formed texts of
// strings without \u, integers and literals, without a name twice in one object, within the limits. Of anything else it
// gives false, and leaves what it has built so far: parse_json (json.h) has the last word on what such a text is.
// Thread rule: plain functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace pianola {

// Reads the whole text into `out`, which must be null.
bool read_common_json(std::string_view text, const JsonLimits& limits, Json& out);

// Where a member's value goes, which must be null; null where the name has been there. It may take the name.
using MemberPlace = std::function<Json*(std::string& name)>;

// Reads the text of one object, without an object around its members: for messages, of which each member has its own
// place.
bool read_common_members(std::string_view text, const JsonLimits& limits, const MemberPlace& place_of);

}  // namespace pianola
