// What to write instead: for each finding of a decoded design, the corrected fragment, made from what was given. A
// designer then mends everything in one go, by copying. Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// Adds to each finding, where it can be told, data["fix"] (a JSON fragment) and the same in the message; joins findings
// that are one slip ("next" for "goto" is an unknown and a missing field).
void add_fixes(const Json& given, std::vector<Refusal>& findings);

// Schemas given as a sample value ({"category": "billing"}) in every place of a design where a schema belongs: code
// not_a_schema, with the schema of the sample as fix.
std::vector<Refusal> find_samples(const Json& given);

// The schema of an object like this sample: every property required, of the sample's type.
Json schema_of_sample(const Json& sample);

// A step's id made from any text: "Look Up!" -> "look-up".
std::string step_id_from(std::string_view text);

}  // namespace pianola::workflow
