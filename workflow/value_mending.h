// What to write instead of a value that a schema refuses: lint proposes it for examples and golden cases.
// Thread rule: plain functions.
#pragma once

#include <optional>

#include "base/json.h"

namespace pianola::workflow {

// The value nearest to `given` that passes a schema: names and enum values put right, what is missing filled in, what
// is too much left out. Nothing where the result would not pass (patterns, conditions).
std::optional<Json> value_that_passes(const Json& schema, const Json& given);

}  // namespace pianola::workflow
