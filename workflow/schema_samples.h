// Designers write a sample of the data where a JSON Schema belongs: found, and turned into the schema of the sample.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// Schemas given as a sample value ({"category": "billing"}) in every place of a design where a schema belongs: code
// not_a_schema, with the schema of the sample as fix.
std::vector<Refusal> find_samples(const Json& given);

// The schema of an object like this sample: every property required, of the sample's type.
Json schema_of_sample(const Json& sample);

}  // namespace pianola::workflow
