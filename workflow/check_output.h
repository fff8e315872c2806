// What a hand-in must pass before it counts: the step's output schema, and its quotes, which must occur verbatim in the
// input. Rules are worded so that a weak model knows what to write instead.
// Thread rule: plain functions.
#pragma once

#include <string_view>
#include <vector>

#include "workflow/compiled_version.h"

namespace pianola::workflow {

// Every rule that a step's output breaks; empty where it passes. `input` holds the files' texts as values.
std::vector<BrokenRule> check_output(const CompiledVersion& version, const Step& step, const Json& output,
                                     const Json& input);

// Every rule that an execution's final output breaks; empty where it passes or the design has no `outputs`.
std::vector<BrokenRule> check_final_output(const CompiledVersion& version, const Json& output);

// Every rule that an execution's input breaks; empty where it passes or the design has no `inputs`.
std::vector<BrokenRule> check_input(const CompiledVersion& version, const Json& input);

// The quotes alone: each pointer's text (`*` stands for every element) must occur in one of the input's strings; runs
// of white space count as one, case counts; an empty or non-string quote breaks the rule, an absent one does not.
std::vector<BrokenRule> check_quotes(const std::vector<std::string>& quotes, const Json& output, const Json& input);

}  // namespace pianola::workflow
