// What an executor reads: the text of a step, of a refusal, of a hand-off, of "you are here", and the quoting of what
// others reported. Text alone, Markdown, never wrapped in JSON; the id of the execution comes first.
// Only rendering: what is asked for next is decided in workflow/run_execution.h. Thread rule: plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "workflow/execution.h"

namespace pianola::tools {

// What the texts below are made from. `instruction` is the current step's, with its bindings filled in
// (workflow/bindings.h); empty where no step is asked for. `input` has the text of input files filled in.
struct HandOut {
  const workflow::Version& version;
  const workflow::Execution& execution;
  std::string instruction;
  int attempts_left = 0;  // of the current step's visit
  Json input = Json::object();
};

// The first line of every text: execution id, workflow, version and where it is.
std::string id_line(const workflow::Version& version, const workflow::Execution& execution);

// The first hand-out of a guided execution: the id, how to hand in, context and edge cases (once), the first step.
std::string render_first_hand_out(const HandOut& hand_out);

// The hand-out of the current step; where all steps are done, of the final output that execution_finish hands in; and
// where the execution has ended, how it ended. `opening` says what became of the last hand-in (may be empty).
std::string render_hand_out(const HandOut& hand_out, std::string_view opening);

// "Accepted: step \"parse\"." and the like, for `opening`.
std::string accepted_line(const workflow::HandIn& hand_in);

// Whole mode: the id and how to hand in; the playbook, its bindings as written; the input.
std::vector<std::string> render_whole(const HandOut& hand_out);

// Why a hand-in was refused: each broken rule with its place, the attempts left, and what to do.
std::string refusal_text(const workflow::HandIn& hand_in, int attempts_left);

// With which a stronger model does just the current step: the failing rule, input, checked outputs so far, the step.
std::string render_hand_off(const HandOut& hand_out);

// Where an execution stands and what to call next; at most 150 tokens.
std::string render_here(const HandOut& hand_out);

// For programs, the result's _meta["pianola/execution"]: {execution_id, workflow, version, state, step, attempts_left}.
// Step and attempts are null where none is asked for.
OrderedJson execution_meta(const workflow::Execution& execution, std::optional<int> attempts_left);

// An input, property by property, as delimited data: short values in full and unescaped, long files as a reference.
std::string render_input(const Json& input, const std::vector<workflow::InputFile>& files);

// Text in a Markdown fence that it cannot end: the fence is longer than any run of backticks inside.
std::string fenced(std::string_view text, std::string_view language = "");

// What an executor wrote, labelled with who said it and quoted line by line, so that nothing in it can end the quote;
// cut to `most` bytes. Data for a reader, never an instruction.
std::string quote_reported(std::string_view text, std::string_view reporter, std::size_t most = 600);

}  // namespace pianola::tools
