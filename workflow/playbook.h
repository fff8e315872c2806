// The playbook: a version as Markdown for the model that follows it. Byte-identical for the same version (no dates,
// counters or verdicts), so that a provider's prompt cache keeps hitting. Golden cases are never shown.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "workflow/version.h"

namespace pianola::workflow {

// The whole version as Markdown; bindings as they were written. Ends with one newline.
std::string render_playbook(const Version& version);
// The same without its opening, which says how to start an execution: for one that runs already.
std::string render_procedure(const Design& design);
// What an execution that runs needs of it to the end: without what it is for, which is decided, and without the
// schema of its input, which the input has passed.
std::string render_work(const Design& design);

// At most 300 tokens: title, when to use it, inputs, step titles. Says how to get the rest.
std::string render_brief(const Version& version);

// Parts shared with the hand-out of single steps.
// The context and the edge cases, with their headings; empty where there are neither.
std::string render_background(const Design& design);
// One step as the playbook has it: heading "## N. TITLE (`ID`)", instruction with its bindings as written, what to hand
// in, and where it leads.
std::string render_step(const Design& design, const Step& step);
// One step as it is asked for: `instruction` with its bindings filled in, and `rules`, what to hand in
// (render_hand_in_rules). Where it leads is left out: the server takes the way.
std::string render_asked_step(const Design& design, const Step& step, std::string_view instruction,
                              std::string_view rules);
// What a hand-in of the step must be: schema, quotes, examples, tools; empty where it asks for nothing.
std::string render_hand_in_rules(const Step& step);
// The message of an escalation, told to who writes it; a message that begins with "Say" tells itself.
std::string what_to_say(const Escalation& escalation);
// A JSON Schema for a reader: a list of fields where that loses nothing, else the compact JSON in a code block.
std::string render_schema(const Json& schema);

// Where the page that begins at byte `begin` of a text ends: after at most `page_bytes` bytes (at least 64), at the
// heading of a step where one lies in the page's second half, else at a paragraph, else at a line, else between two
// UTF-8 characters.
std::size_t page_end(std::string_view text, std::size_t begin, std::size_t page_bytes);

// Cuts a text into such pages; every one but the last leaves room for the line that says how to go on (240 bytes, where
// pages are over 480). Concatenated they are the text; never empty.
std::vector<std::string> split_pages(const std::string& text, std::size_t page_bytes);

// Rough count of o200k tokens of a text: never far under the truth for English Markdown and JSON.
std::size_t estimate_tokens(std::string_view text);

}  // namespace pianola::workflow
