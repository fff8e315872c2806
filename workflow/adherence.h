// Adherence: how closely an execution followed its version, from 0 to 1, with every deviation. It is the exact shortest
// alignment of the trace with the paths of the version's step graph (as in alignment-based conformance checking:
// Adriansyah, van der Aalst, van Dongen: "Conformance checking using cost-based fitness analysis", EDOC 2011), every
// step left out or put in costing 1, every wrong branch 1:  adherence = 1 - cost / (length of the trace + length of the
// shortest path). Thread rule: plain functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "workflow/compiled_version.h"
#include "workflow/execution.h"

namespace pianola::workflow {

// How an execution can leave its version's path.
enum class DeviationKind {
  skipped,
  inserted,
  reordered,
  repeated,
  wrong_branch,
  abandoned_at,
  designed,    // a skip that the design allows; it costs nothing
  superseded,  // handed in for a way that a corrected step left again; it costs nothing
};
// Its name in JSON: "skipped", "wrong_branch", ...
std::string_view to_string(DeviationKind kind);

// One way in which the execution left the version's path.
struct Deviation {
  DeviationKind kind;
  std::string step;
  bool operator==(const Deviation&) const = default;
};

// One element of a trace.
struct TraceStep {
  std::string step;
  std::string next;       // where its output led; empty: not known, every way on is as good
  bool left_out = false;  // reported as skipped
  bool designed = false;  // and the design allows that
};

// The cheapest way to read a trace as a path: what it costs, and what is not as the path has it.
struct Alignment {
  int cost = 0;
  std::vector<Deviation> deviations;  // in the order of the path
};

// The cheapest alignment of the trace with a path from the first step to an end. Among equally cheap ones, read from
// the front: a hand-in that is the step that is due counts as that, by the way that its output chose; else a step left
// out goes before a hand-in put in, and ways on in the order of the design. With `ends_at_last` the execution ended by
// on_failure at its last step, which then is an end of the graph. The graph must have a path to an end.
Alignment align_trace(const StepGraph& graph, std::span<const TraceStep> trace, bool ends_at_last = false);

// How closely a version was followed: 1 exactly, 0 not at all.
struct Adherence {
  double score = 1;
  std::vector<Deviation> deviations;
};

// Of an execution that ended (or of one under way as if it ended now); nothing where no hand-in was accepted. A skip
// that the design allows costs nothing, also of a step that a loop came to more often than max_visits; ends by goto or
// on_failure (a hand-off that nobody took up is one) are ends of the graph, at other early ends the missing steps count
// as skipped. `input` has the texts of input files as values.
std::optional<Adherence> measure_adherence(const CompiledVersion& version, const Execution& execution,
                                           const Json& input);

}  // namespace pianola::workflow
