// The JSON Schema of values that were seen: what an execution's outputs and input tell of their form. It says types and
// fields, never ranges or patterns: from a few values these would be guesses. Thread rule: plain functions.
#pragma once

#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// The schema that all of these values pass. Objects: every property seen, those required that all have. Texts that are
// never empty must not be; of several types any is allowed; without values everything is.
Json observed_schema(const std::vector<Json>& values);

}  // namespace pianola::workflow
