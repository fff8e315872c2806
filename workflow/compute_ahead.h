// Computed steps in whole mode, where nothing is handed out between the steps: what follows from the input alone is
// known at the start; what is computed of models' outputs is not, so a workflow in which a model must read such a value
// cannot be done whole.
// Thread rule: plain functions.
#pragma once

#include <map>
#include <string>

#include "workflow/bindings.h"
#include "workflow/design.h"

namespace pianola::workflow {

// The outputs of the computed steps that read nothing but the input and each other, by step; without those that cannot
// be computed. `scope` has the input.
std::map<std::string, Json> computed_ahead(const Design& design, BindingScope scope);

// The first step that a model cannot do, or go on from, in whole mode: its instruction or its ways read what is
// computed of models' outputs. Empty where there is none.
std::string reads_computed_on_the_way(const Design& design);

}  // namespace pianola::workflow
