// How the demo's stand-in for a model reads what the server hands out: the step with its rules and the data bound into
// it, the knowledge base, the edge cases. Everything it knows of a workflow comes from these texts.
// Thread rule: plain values and functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pianola::server {

// The lines of a text, without their ends.
std::vector<std::string> lines_of_text(std::string_view text);

// A value that the server bound into an instruction: <data name="input.body">...</data>. In the rules a mark stands
// for it (see mark_of).
struct BoundValue {
  std::string name;
  std::string text;  // of a file the reference was opened
};

// `- `property`: rule` in an instruction.
struct WrittenRule {
  std::string property;
  std::string rule;
};

// A line under "Then:": where the design goes on.
struct WayOn {
  std::string condition;  // as written between "if" and the colon; empty: else
  std::string go_to;      // a step's id, "end" or "escalate"
};

// One step as handed out.
struct StepReading {
  std::string id;
  std::vector<BoundValue> data;
  std::vector<WrittenRule> rules;
  std::vector<std::string> texts;  // the inputs bound before the rules: what "the mail", "the diff", "the code" mean
  std::vector<std::string> tools;  // host tools it may use
  std::vector<WayOn> ways;         // empty: the next in order
};

// One article of the knowledge base.
struct Article {
  std::string id;
  std::vector<std::string> key_words;
  std::string answer;
};

// One edge case as handed out: which situation has which id.
struct ReadEdgeCase {
  std::string id;
  std::string when;
};

// The last step that a hand-out or a hand-off packet asks for; nothing where it asks for none.
std::optional<StepReading> read_step(std::string_view text);

// All steps of a playbook, their bindings as written.
std::vector<std::string> split_playbook(std::string_view playbook);

// The articles of a knowledge base: "- ID Title. Key words: a, b. Answer: ...".
std::vector<Article> read_articles(std::string_view text);

// The edge cases of a hand-out: "- `id` (severity): when ..., then ...".
std::vector<ReadEdgeCase> read_edge_cases(std::string_view text);

// Names of the fields that the final output asks for, "- `name`: ..."; empty where none is asked for.
std::vector<std::string> read_final_fields(std::string_view text);

// A whole-mode hand-out in its two parts: the playbook, and the input's files.
struct WholeHandOut {
  std::string playbook;
  std::vector<BoundValue> files;  // named "input.x"
};
// Cuts such a text at its files.
WholeHandOut read_whole(std::string_view text);

// The cursor that the last line of a text gives where the text was cut ("(Cut here; ..." of an execution's texts,
// "(Page 1 of 2. ..." of workflow_get's); that line is taken off the text, so that the rest can be appended.
std::optional<std::string> take_cursor(std::string& page);

// What stands for the data at an index in a rule, and the index that a text begins with, if it is a mark.
std::string mark_of(std::size_t index);
// The index that a text begins with, if it begins with a mark.
std::optional<std::size_t> marked(std::string_view text);

// Everything between double quotes, in order.
std::vector<std::string> quoted_words(std::string_view text);

// The parts between separators that stand outside double quotes, trimmed.
std::vector<std::string> split_outside_quotes(std::string_view text, std::string_view separator);

// The text between two others, or nothing: after the first `begin` up to the next `end`.
std::optional<std::string> between(std::string_view text, std::string_view begin, std::string_view end);

}  // namespace pianola::server
