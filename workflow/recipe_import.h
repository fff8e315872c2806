// A Goose recipe (https://block.github.io/goose/docs/guides/recipes/recipe-reference) as a design: parameters are its
// inputs, instructions and prompt its steps, the response's schema its final output; all else is kept as written in the
// context. Nothing of its text is lost. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

#include "workflow/design.h"

namespace pianola::workflow {

// Reads a recipe in YAML. `name` is the workflow's; empty: made from the title. Refuses: not_utf8, bad_yaml and
// bad_recipe (with the line), no_title, no_text, bad_name.
Result<Design> import_recipe(std::string_view yaml, const std::string& name = {});

}  // namespace pianola::workflow
