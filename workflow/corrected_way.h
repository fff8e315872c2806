// Whole mode: a step that is handed in again with another output may lead another way. What was accepted on the way
// that it led before is superseded: it was right when it was handed in, counts no longer, and is no deviation that
// anybody made. What the new way asks for stands in its place on it, although it was handed in late. Thread rule: plain
// functions.
#pragma once

#include <vector>

#include "workflow/compiled_version.h"
#include "workflow/execution.h"

namespace pianola::workflow {

// The hand-ins that count and those that did once. Pointers into the execution.
struct CorrectedWay {
  std::vector<const HandIn*> trace;       // as trace_of with what was left out, in the order of the way
  std::vector<const HandIn*> superseded;  // in the order handed in
};

// Compares the way as it is with the ways before each correction (the first 16 of them: each costs a walk). In guided
// mode, and where nothing was handed in twice, it is the trace as recorded.
CorrectedWay corrected_way(const CompiledVersion& version, const Execution& execution, const Json& input);

}  // namespace pianola::workflow
