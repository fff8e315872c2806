// One tracked run of one version by one executor on one input, and its state machine, guided and whole. Pure: state
// and event in, state and answer out; no store, no clock of its own. Rules: docs/architecture.md, "Execution".
//
//     running <-> waiting (attempts spent, a hand-off is open)
//     running | waiting -> succeeded | failed | escalated | abandoned (idle past a limit; any hand-in revives it)
//
// Thread rule: plain values and functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "workflow/version.h"

namespace pianola::workflow {

enum class Mode { guided, whole };
enum class ExecutionState { running, waiting, succeeded, failed, escalated, abandoned };
enum class HandInOutcome { done, failed, skipped };              // what the executor says
enum class HandInResult { accepted, refused, skipped, failed };  // what became of it: `skipped` the step was left out
enum class FinishOutcome { succeeded, failed, escalated };
enum class OutcomeSource { self_reported, checked, graded };

// A file that an input property was read from; its text is the property's value.
struct InputFile {
  std::string property;
  std::string path;  // resolved, absolute
  std::int64_t size = 0;
  Hash hash;
  bool operator==(const InputFile&) const = default;
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
  std::string executor;        // canonical model name or "unknown"
  std::string next;            // where it led: a step id, "end", "escalate", "fail"; empty: stays at the step
  std::string call_id;         // the host's id of the call; empty where it gives none
  std::string arguments_hash;  // Hash of the canonical arguments, to recognise a repeat
  std::optional<Usage> usage;
  Timestamp at;
  bool operator==(const HandIn&) const = default;
};

struct Execution {
  ExecutionId id;
  WorkflowName workflow;
  SemVer version;
  Mode mode = Mode::guided;
  ExecutionState state = ExecutionState::running;
  std::string current_step;     // guided: the step that is asked for; empty: all done, the final output is asked for
  Json input = Json::object();  // without the text of input files
  std::vector<InputFile> input_files;
  std::string executor;  // of the start: canonical model name or "unknown"
  Author author;
  std::string idempotency_key;  // or the host's call id; empty where neither
  std::string arguments_hash;
  Timestamp started_at;
  Timestamp last_hand_in_at;  // the start's time before the first one
  std::optional<Timestamp> ended_at;
  std::optional<Json> output;  // the final output
  std::optional<double> confidence;
  std::string rationale;
  std::string edge_case;             // designed edge case that asked for the outcome
  bool designed_escalation = false;  // an escalation that the design asks for is a success of the workflow
  bool handed_off = false;           // a hand-off was ever opened
  int blocked = 0;                   // calls that were refused without costing an attempt
  OutcomeSource outcome_source = OutcomeSource::self_reported;
  std::vector<Usage> finish_usage;  // of execution_finish: replaces the hand-ins' usage of the same model
  std::optional<double> adherence;  // booked at the end; null where nothing was handed in
  std::int64_t rev = 0;             // compare-and-set of the row
  std::vector<HandIn> hand_ins;     // in order
};

bool is_open(ExecutionState state);  // running, waiting or abandoned (which any hand-in revives)

std::string_view to_string(Mode mode);
std::string_view to_string(ExecutionState state);
std::string_view to_string(HandInOutcome outcome);
std::string_view to_string(HandInResult result);
std::string_view to_string(FinishOutcome outcome);
std::string_view to_string(OutcomeSource source);

}  // namespace pianola::workflow
