// Which mode the evidence asks for: a model that was refused often on a version is safer step by step, one that never
// was may hand everything in at once. Silent where there is too little evidence, and while somebody is quarantined, as
// what they did would have to be counted out with every start. Thread rule: as the Environment.
#pragma once

#include <string>

#include "workflow/environment.h"
#include "workflow/execution.h"

namespace pianola::workflow {

inline constexpr std::int64_t kLeastHandIns = 20;     // of a model on a version, before it is told anything
inline constexpr std::int64_t kLeastExecutions = 20;  // without a refusal, before whole mode is recommended
inline constexpr double kOftenRefused = 0.1;  // of its hand-ins; each costs a call, and a way gone wrong in whole mode

// A line for the model that started this execution and asked for a mode: that it got the other one, as the design
// cannot be done whole (workflow/compute_ahead.h), or that the evidence asks for the other one; else empty.
std::string advise_mode(Environment& environment, const Actor& actor, const Execution& execution, const Design& design,
                        Mode asked);

}  // namespace pianola::workflow
