// One tracked run of one version by one executor on one input, and its state machine, guided and whole. Pure: state
// and event in, state and answer out; no store, no clock of its own. Rules: docs/execution.md.
//
//     running <-> waiting (attempts spent, a hand-off is open)
//     running | waiting -> succeeded | failed | escalated | abandoned (idle past a limit; any hand-in revives it)
//
// Thread rule: plain values and functions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "workflow/heartbeat.h"
#include "workflow/version.h"

namespace pianola::workflow {

class CompiledVersion;
struct BindingScope;

// Which steps, by id.
using StepIds = std::set<std::string, std::less<>>;

// One step handed out at a time, or the whole playbook at once.
enum class Mode { guided, whole };
// Where an execution stands; the transitions are drawn above.
enum class ExecutionState { running, waiting, succeeded, failed, escalated, abandoned };
enum class HandInOutcome { done, failed, skipped };              // what the executor says
enum class HandInResult { accepted, refused, skipped, failed };  // what became of it: `skipped` the step was left out
enum class FinishOutcome { succeeded, failed, escalated };
// How an outcome is known: told by the executor; by checks of all that it handed in (their form, not their truth); by
// golden cases.
enum class OutcomeSource { self_reported, checked, graded };

// A file that an input property was read from; its text is the property's value.
struct InputFile {
  std::string property;
  std::string path;  // resolved, absolute
  std::int64_t size = 0;
  Hash hash;
  bool operator==(const InputFile&) const = default;
};

// Such a file that is not what it was when the execution started.
struct ChangedFile {
  std::string path;
  std::string hash;  // of what it holds now; empty where it is gone or cannot be read any more
  bool operator==(const ChangedFile&) const = default;
};

// One rule that a hand-in broke: where in the output, and the rule in words.
struct BrokenRule {
  std::string place;  // JSON Pointer into the output
  std::string rule;
  bool operator==(const BrokenRule&) const = default;
};

// One recorded attempt. Kept for ever, refused ones included.
struct HandIn {
  int seq = 0;       // 1, 2, ... within the execution
  std::string step;  // as handed in; an unknown id is possible in whole mode (`inserted`)
  int visit = 1;     // which visit to the step, from 1
  int attempt = 1;   // which attempt of that visit, from 1
  HandInOutcome outcome = HandInOutcome::done;
  HandInResult result = HandInResult::accepted;
  std::string output;              // compact JSON; empty where none was handed in
  std::vector<BrokenRule> broken;  // why it was refused
  std::string note;
  std::string executor;                  // canonical model name or "unknown"
  std::string next;                      // where it led: a step id, "end", "escalate", "fail"; empty: stays at the step
  std::vector<std::string> passed_over;  // steps on the way to `next` that were skipped: their max_visits was reached
  std::string call_id;                   // the host's id of the call; empty where it gives none
  std::string arguments_hash;            // Hash of the canonical arguments, to recognise a repeat
  std::optional<Usage> usage;
  Timestamp at;
  bool operator==(const HandIn&) const = default;
};

// Which item of a batch an execution is (workflow/batch.h).
struct BatchItem {
  std::string batch;           // the id of the first item's execution
  int item = 1;                // 1, 2, ...
  int items = 1;               // how many there are
  std::vector<Json> inputs{};  // of the first item's execution: every item's input
  bool operator==(const BatchItem&) const = default;
};

// Made with its id, workflow and version; everything else has a default.
struct Execution {
  ExecutionId id;
  WorkflowName workflow;
  SemVer version;
  Mode mode = Mode::guided;
  ExecutionState state = ExecutionState::running;
  std::string current_step{};   // guided: the step that is asked for; empty: all done, the final output is asked for
  Json input = Json::object();  // without the text of input files
  std::vector<InputFile> input_files{};
  std::optional<BatchItem> batch{};
  std::string next_in_batch{};  // once it has ended, or waits: the execution of the next item
  std::string executor{};       // of the start: canonical model name or "unknown"
  Author author{};
  std::string idempotency_key{};  // or the host's call id; empty where neither
  std::string arguments_hash{};
  Timestamp started_at{};
  Timestamp last_hand_in_at{};  // the start's time before the first one
  std::optional<Timestamp> ended_at{};
  std::optional<Json> output{};  // the final output
  std::optional<double> confidence{};
  std::string rationale{};
  std::string edge_case{};           // designed edge case that asked for the outcome
  bool designed_escalation = false;  // an escalation that the design asks for is a success of the workflow
  bool handed_off = false;           // a hand-off was ever opened
  int blocked = 0;                   // calls that were refused without costing an attempt
  OutcomeSource outcome_source = OutcomeSource::self_reported;
  std::vector<Usage> finish_usage{};  // of execution_finish: replaces what the hand-ins of the same executor told
  std::optional<double> adherence{};  // booked at the end; null where nothing was handed in
  std::int64_t rev = 0;               // compare-and-set of the row
  std::vector<HandIn> hand_ins{};     // in order
};

bool is_open(ExecutionState state);  // running, waiting or abandoned (which any hand-in revives)

// What a hand-in or a finish is judged by, beside the execution itself.
struct ExecutionContext {
  const CompiledVersion& version;
  const Json& input;  // with the texts of input files as values
  Timestamp now;
  std::int64_t idle_limit_micros = kMicrosPerDay;
};

// One call that hands in a step.
struct HandInRequest {
  std::string step;            // empty: not given
  std::optional<Json> output;  // an object
  HandInOutcome outcome = HandInOutcome::done;
  std::string note;
  std::string executor;  // canonical model name; empty: the one that started
  std::optional<Usage> usage;
  std::string call_id;
  std::string arguments_hash;
};

// What became of one hand-in.
enum class StepAnswerKind {
  accepted,    // go on with the execution's current step (guided; none there: the final output is asked for)
  skipped,     // not accepted, and the design goes on without it
  refused,     // broken rules; try again (attempts_left), in a waiting execution too
  handed_off,  // attempts are spent: the execution waits for a stronger model (hand-off packet)
  ended,       // that was the last: see the execution's state
  blocked,     // no attempt: `refusal` says what to do instead
};

// A step of whole mode that the version does not know: recorded, and answered with the nearest known ids.
struct InsertedStep {
  std::string step;
  std::vector<std::string> nearest;
};

// The answer to one hand-in.
struct StepAnswer {
  StepAnswerKind kind = StepAnswerKind::accepted;
  std::string step;                      // the step it is about
  int attempts_left = 0;                 // of that step's visit
  std::vector<BrokenRule> broken;        // refused, handed_off, skipped
  std::optional<Refusal> refusal;        // refused and blocked: the error to answer with
  std::optional<InsertedStep> inserted;  // whole mode: accepted, though the version knows no such step
  bool repeated = false;                 // nothing new was recorded: the same answer, or the current hand-out, again
  bool revived = false;                  // the execution had been abandoned
};

// Judges one hand-in and moves the execution on. Changes `execution` unless the answer is `repeated` or the execution
// had ended. Codes of refusals: output_refused, wrong_step, missing_step, missing_output, skip_not_allowed,
// hand_off_open, final_output_asked, computed_step, execution_ended.
StepAnswer hand_in(const ExecutionContext& context, Execution& execution, const HandInRequest& request);

// One call that ends an execution. `steps` is for whole mode, in the order done.
struct FinishRequest {
  FinishOutcome outcome = FinishOutcome::succeeded;
  std::vector<HandInRequest> steps;
  std::optional<Json> output;
  std::string edge_case;
  std::optional<double> confidence;
  std::string rationale;
  std::optional<Usage> usage;
};

// What became of a finish.
enum class FinishAnswerKind {
  ended,       // now, or by an equal earlier call
  added,       // it had ended: missing facts were added
  refused,     // `refusal` with everything to mend; what passed is kept
  handed_off,  // a step of `steps` spent its attempts: the execution waits at its current step
  blocked,     // nothing changed but the count of blocked calls
};

// One of `steps` that did not pass.
struct RefusedStep {
  std::size_t index = 0;
  std::string step;
  std::vector<BrokenRule> broken;
  int attempts_left = 0;
};

// The answer to a finish, with everything that is to be mended.
struct FinishAnswer {
  FinishAnswerKind kind = FinishAnswerKind::ended;
  std::optional<Refusal> refusal;  // refused and blocked
  std::vector<RefusedStep> refused_steps;
  std::vector<RefusedStep> left_out;  // refused for the last time, and on_failure went on without them
  std::vector<std::string> open_steps;
  bool more_may_follow = false;         // one of the refused or open steps decides how the way goes on
  std::string exhausted;                // a step that the way leads to again beyond its max_visits; empty: none
  std::vector<std::string> superseded;  // handed in for a way that a corrected step left
  std::vector<BrokenRule> broken_output;
  std::vector<InsertedStep> inserted;
  std::vector<std::string> ignored;  // handed in, though the server does them itself
  std::string not_computed;          // a computed step that the way waits for; empty: none
  bool changed = false;              // the execution must be stored
  bool revived = false;
  std::vector<Usage> replaced_usage;  // told by an earlier finish, and corrected by this one
};

// Ends an execution, or says what is missing. Codes of refusals: steps_refused, open_steps, visits_spent,
// output_refused, missing_output, steps_in_guided_mode, missing_step, bad_confidence, unknown_edge_case,
// not_computed, execution_ended. `heartbeat` is called between steps.
FinishAnswer finish(const ExecutionContext& context, Execution& execution, const FinishRequest& request,
                    const Heartbeat& heartbeat = {});

// Puts a new execution on its first step.
void begin(const CompiledVersion& version, Execution& execution);
// Does the steps that the server computes itself, as many as come next, and records them like hand-ins: after begin;
// hand_in and finish do so themselves. True where it did any.
bool compute_steps(const ExecutionContext& context, Execution& execution);
// True where the server handed this in.
bool is_by_server(const HandIn& hand_in);
// The last hand-in by a model, or null.
const HandIn* last_by_model(const Execution& execution);
// The steps that the server has computed since that hand-in (null: since the start), in order.
std::vector<std::string> computed_since(const Execution& execution, const HandIn* last);

// The state as of now: an open execution idle for longer than the limit is abandoned, whether booked or not.
ExecutionState state_at(const Execution& execution, Timestamp now, std::int64_t idle_limit_micros);
// Books that: state, and the end at the moment the limit was passed. Gives false where it is not idle.
bool book_if_abandoned(Execution& execution, Timestamp now, std::int64_t idle_limit_micros);

// How often a step was visited and left again: accepted, skipped or failed.
int visits(const Execution& execution, std::string_view step);
// Attempts left at the current visit of a step; 0 where they are spent (the execution may be waiting).
int attempts_left(const CompiledVersion& version, const Execution& execution, std::string_view step);
// What a visit to a step has left for one model, or nothing where it was not handed off. Who spent its attempts has
// none left; every other model has as many as the step gives. Of visits beyond max_visits the starting model has none.
std::optional<int> rescue_attempts_left(const CompiledVersion& version, const Execution& execution,
                                        std::string_view step, int visit, std::string_view executor);
// The latest accepted hand-in of a step, or null; null where its latest visit was skipped.
const HandIn* latest_accepted(const Execution& execution, std::string_view step);
// The output of that hand-in, or nothing.
std::optional<Json> latest_output(const Execution& execution, std::string_view step);
// True where this hand-in left its step without its output being accepted: skipped by the executor or by on_failure.
bool left_out(const HandIn& hand_in);
// The hand-ins that count, one a visit, in the order the visits were first handed in (a step handed in again keeps its
// place): accepted ones, and those that left a step out where `with_left_out` says so. Pointers into `execution`.
std::vector<const HandIn*> trace_of(const Execution& execution, bool with_left_out = false);
// What bindings and branches look at; of the outputs only those of `steps`, since each has to be parsed. Points into
// `input` and `execution`, which must outlive it.
BindingScope scope_of(const Execution& execution, const Json& input, const StepIds& steps);
// Why the current step of a waiting execution waits: the rules its last attempt broke, or the note it failed with.
std::vector<BrokenRule> hand_off_reasons(const CompiledVersion& version, const Execution& execution);
// True where the server did the whole of it, and no model wrote its final output: there is no usage to tell.
bool is_done_by_server(const Execution& execution);
// True where somebody told usage (a hand-in, the finish or an import), or there is none: the server did it all itself.
bool tells_usage(const Execution& execution);
// Steps that `succeeded` would still need.
struct OpenSteps {
  std::vector<std::string> ids;  // in order, as far as what was handed in decides the way
  bool more_may_follow = false;  // a step that is still to be handed in decides how the way goes on
};
OpenSteps open_steps(const CompiledVersion& version, const Execution& execution, const Json& input);

// Their names in JSON and SQL: "guided", "running", "accepted", ...
std::string_view to_string(Mode mode);
std::string_view to_string(ExecutionState state);
// The state of that name, or nothing.
std::optional<ExecutionState> parse_execution_state(std::string_view text);
std::string_view to_string(HandInOutcome outcome);
std::string_view to_string(HandInResult result);
std::string_view to_string(FinishOutcome outcome);
std::string_view to_string(OutcomeSource source);

}  // namespace pianola::workflow
