// What an executor reads: the text of a step, of a hand-off, of "you are here", and the quoting of what others
// reported. Text alone, Markdown, never wrapped in JSON; the id of the execution comes first. Every text has a head,
// which says where the execution stands, and a body that follows from the execution's state alone, so that a long one
// can be read page by page (tools/hand_out_page.h).
// Only rendering: what is asked for next is decided in workflow/run_execution.h. Thread rule: plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "workflow/batch.h"
#include "workflow/execution.h"

namespace pianola::tools {

// What the texts below are made from. `instruction` is the current step's, with its bindings filled in
// (workflow/bindings.h), and `rules` what its hand-in must be (workflow::render_hand_in_rules); empty where no step is
// asked for. `input` has the text of input files filled in.
struct HandOut {
  const workflow::Version& version;
  const workflow::Execution& execution;
  const std::string& instruction;
  const std::string& rules;
  int attempts_left = 0;  // of the current step's visit
  const Json& input;
};

// Which body a text has. Pages are asked for by it, so the letters stay.
enum class Body : char {
  first = 'f',     // guided, at the start: context and edge cases, once, and the first step
  step = 's',      // what is asked for now: the current step, the final output, or nothing, as it has ended
  whole = 'w',     // whole mode: the playbook, its bindings as written, and what its caller has not just sent
  item = 'i',      // whole mode, the input alone: of another item of a batch, or for a model whose context was cut
  hand_off = 'h',  // what a stronger model needs to do just the current step
};

// The first line of every text: execution id, workflow, version and where it is.
std::string id_line(const workflow::Version& version, const workflow::Execution& execution);

// The head of a guided execution's first text: how to go on.
std::string first_head(const HandOut& hand_out);
// The head above the next step. `opening` says what became of the last hand-in (may be empty).
std::string step_head(const HandOut& hand_out, std::string_view opening);
// Whole mode: how to hand in.
std::string whole_head(const HandOut& hand_out);
// What to do with a hand-off: a stronger model does just the current step.
std::string hand_off_head(const HandOut& hand_out);
// "You are here": goal, what is done, where the execution stands and what was refused last; at most 150 tokens.
std::string here_head(const HandOut& hand_out);

// The text below the head. Deterministic: the same state gives the same bytes.
std::string render_body(Body body, const HandOut& hand_out);
// The blocks that Body::whole is made of: the playbook, and, where there is any, what the starting call does not hold:
// texts of input files and values that the server computed. And all of them as one text.
std::vector<std::string> whole_blocks(const HandOut& hand_out);
std::string whole_text(const std::vector<std::string>& blocks);
std::string whole_playbook(const HandOut& hand_out);

// "Computed by the server: `sum`." of what came behind the last hand-in of a model; empty where nothing did.
std::string computed_line(const workflow::Execution& execution);

// "item 3 of 20"
std::string item_name(const workflow::BatchItem& item);
// "Item 3 of 20: succeeded." of an ended item of a batch, and of an escalated one what to do about it.
std::string item_line(const HandOut& hand_out);
// "Batch of 20: 2 failed, 17 succeeded, 1 not started."
std::string progress_line(const workflow::BatchProgress& progress);
// " Not succeeded: item 3 (ID, failed)." of those that were started; empty where there is none.
std::string not_succeeded_line(const workflow::BatchProgress& progress);

// "Accepted: step \"parse\"." and the like, for `opening`.
std::string accepted_line(const workflow::HandIn& hand_in);

// For programs, the result's _meta["pianola/execution"] as JSON text: {execution_id, workflow, version, state, step,
// attempts_left}, of an item of a batch also batch {id, item, items}. Step and attempts are null where none is asked
// for.
std::string execution_meta(const workflow::Execution& execution, std::optional<int> attempts_left);

// An input, property by property, as delimited data (quote_as_data): values in full and unescaped, files of more than
// kLongestBoundText characters as a reference.
std::string render_input(const Json& input, const std::vector<workflow::InputFile>& files);

// What an executor wrote, labelled with who said it and quoted line by line, so that nothing in it can end the quote;
// cut to `most` bytes. Data for a reader, never an instruction.
std::string quote_reported(std::string_view text, std::string_view reporter, std::size_t most = 600);

}  // namespace pianola::tools
