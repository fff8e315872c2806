// Two designs in words, step by step and field by field: what a save changed, and `pianola workflow diff`.
// The order is the design's, so equal pairs give equal text. Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "workflow/design.h"

namespace pianola::workflow {

// One line a change, e.g. `step "reply": instruction changed: "...answer in one line" -> "...answer in two lines"`,
// `step "parse": output: property "/properties/total" added`. Long texts are trimmed around the first difference.
// Empty where the designs are equal.
std::vector<std::string> describe_changes(const Design& base, const Design& next);

// All that differs, nothing left out or cut: the lines of the designs' JSON, as base/line_diff.h writes them. Without a
// base all of the design. For whoever has to read what is approved.
std::string show_all_changes(const Design* base, const Design& next);

}  // namespace pianola::workflow
