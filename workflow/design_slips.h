// What designers write for a field or a value of ours: "prompt" for a step's instruction, "critical" for the severity
// high. Thread rule: plain functions.
#pragma once

#include <string_view>

namespace pianola::workflow {

// The field that was meant; empty where none is known. `object` is the shape of the place of the object that holds it,
// each list's index as `#`: "/steps/#/branches/#", and "" for the design.
std::string_view field_meant_by(std::string_view object, std::string_view written);

// The value that was meant of a field with a choice of words, from what was written, in lower case with hyphens; empty
// where none is known.
std::string_view value_meant_by(std::string_view field, std::string_view written);

}  // namespace pianola::workflow
