// A branch's condition that a designer wrote as an expression: there is no expression language (a `when` maps paths to
// JSON Schemas), but what was meant can often be told. Thread rule: plain functions.
#pragma once

#include <string_view>

#include "base/json.h"

namespace pianola::workflow {

// `output.kind == 'refund' and output.total > 500` as paths to schemas, "else" and the like as {}. What is no such
// expression gives an example of the form.
Json when_from_text(std::string_view text);

}  // namespace pianola::workflow
