// What judging a hand-in and finishing an execution share: the inside of the state machine. Others use execution.h.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workflow/compiled_version.h"
#include "workflow/execution.h"

namespace pianola::workflow {

// True where this hand-in ended its visit: accepted, or it led somewhere.
bool left_step(const HandIn& hand_in);

// The visit that the next hand-in of a step belongs to: the first one that is not left yet.
int open_visit(const Execution& execution, std::string_view step);

// The recorded output; an empty object where none was handed in.
Json output_of(const HandIn& hand_in);

// A step and which visit to it.
using VisitKey = std::pair<std::string, int>;
// The hand-in that stands for each visit.
using StandingVisits = std::map<VisitKey, const HandIn*>;

// A way through the graph, visit by visit.
struct Walk {
  std::size_t end = 0;           // a node of the graph: an end, or the step where the walk stopped
  OpenSteps open;                // steps still to be handed in: the walk stopped at the first
  std::vector<VisitKey> visits;  // in order
};
// What stands for a visit to a computed step: `known` is what is recorded, or null. Null: the walk stops there.
using ComputedVisit =
    std::function<const HandIn*(const Step& step, int visit, BindingScope& scope, const HandIn* known)>;
// The way that the recorded hand-ins have taken: those that left their step.
Walk walk_path(const CompiledVersion& version, const Execution& execution, const Json& input,
               const ComputedVisit& computed = {});
// The way that these hand-ins take, refused ones by the output that they had.
Walk walk_path(const CompiledVersion& version, const Execution& execution, const Json& input,
               const StandingVisits& standing, const ComputedVisit& computed = {});

// A hand-in that is not recorded yet, of the visit's next attempt.
HandIn new_hand_in(const ExecutionContext& context, const Execution& execution, const HandInRequest& request,
                   int visit);
// Appends a hand-in; an abandoned execution goes on where it was. Gives true where it was revived.
bool record(const ExecutionContext& context, Execution& execution, HandIn hand_in);
// Whole: waits where the attempts of a step are spent, else runs.
void wait_or_run(const ExecutionContext& context, Execution& execution);

// The refusal of a computed step that a model hands in, or nothing where it may: none such, or one handed off.
std::optional<Refusal> refuse_computed_step(const CompiledVersion& version, const Execution& execution,
                                            const std::string& step);

// Records a hand-in of a known step at a visit, checks it, and moves the execution on.
StepAnswer judge(const ExecutionContext& context, Execution& execution, const HandInRequest& request, int visit);

// Records a step of whole mode that the version does not know.
InsertedStep record_inserted(const ExecutionContext& context, Execution& execution, const HandInRequest& request,
                             int visit);

// True where the visit was handed off, and the model that hands in has no attempts of its own left for it.
bool has_spent(const ExecutionContext& context, const Execution& execution, const HandInRequest& request, int visit);

// An output is missing where the step's schema asks for one.
bool lacks_output(const CompiledVersion& version, const HandInRequest& request);

// True where an execution that went to its design's end is known to be as the design asks: all that was done passed a
// schema that demands something, nothing was left out that the design does not allow, and the final output, where there
// is one, passes the version's `outputs`. It says that the form is right, not that what was handed in is true.
bool is_checked(const CompiledVersion& version, const Execution& execution);

// Ends an execution now, and books how its outcome is known.
void end_execution(const ExecutionContext& context, Execution& execution, ExecutionState state);

// "/topic must be ...; /quote does not ....", one sentence for a message. `whole` names what the rules are about, for
// those that are about no part of it.
std::string list_broken(const std::vector<BrokenRule>& broken, std::string_view whole = "the output");
// Their places, each once, for a refusal's data: its message has the rules.
OrderedJson broken_places(const std::vector<BrokenRule>& broken, const std::string& prefix = {});

// The refusal of whatever comes after the end, with the arguments of execution_finish that contradict the record.
Refusal refuse_ended(const Execution& execution, const std::vector<std::string>& contradictions = {});

}  // namespace pianola::workflow
