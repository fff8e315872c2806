#include "workflow/playbook.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/counted.h"
#include "base/list_text.h"
#include "workflow/compute.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kOutlineTokens = 300;
constexpr std::size_t kLeastPage = 64;  // bytes
constexpr std::size_t kPageNote = 240;  // bytes for the line that says how to go on

std::string bullets(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "- " + line + "\n";
  return text;
}

std::string opening(const Version& version) {
  return "To run this, call execution_start with name \"" + version.name.text() + "\".\nVersion " +
         version.number.text() + ", hash " + version.hash.short_form() + ".\n";
}

std::string with_newline(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return {};
  std::string whole;
  whole.reserve(text.size() + 1);
  return whole.append(text).append("\n");
}

const std::string& title_of(const Design& design) { return design.title.empty() ? design.name : design.title; }

std::string where(const std::string& go_to) {
  if (go_to == kGotoEnd) return "end";
  if (go_to == kGotoEscalate) return "escalate";
  return "go to `" + go_to + "`";
}

// Schemas of one keyword that a condition tells in words.
constexpr std::array<std::pair<const char*, std::string_view>, 6> kComparisons = {{{"const", "is "},
                                                                                   {"enum", "is one of "},
                                                                                   {"minimum", "is at least "},
                                                                                   {"maximum", "is at most "},
                                                                                   {"exclusiveMinimum", "is over "},
                                                                                   {"exclusiveMaximum", "is under "}}};

std::string comparison(const Json& schema) {
  for (const auto& [keyword, words] : kComparisons) {
    if (schema.is_object() && schema.size() == 1 && schema.contains(keyword)) {
      return std::string(words) + dump_compact(schema[keyword]);
    }
  }
  return "passes " + dump_compact(schema);
}

std::string condition(const Branch& branch) {
  std::string text;
  for (const auto& [path, schema] : branch.when) {
    text += (text.empty() ? "`" : " and `") + path + "` " + comparison(schema);
  }
  return text;
}

std::string render_branches(const Step& step) {
  if (step.branches.empty()) return {};
  const Branch& first = step.branches.front();
  if (step.branches.size() == 1 && first.when.empty()) {
    return "Then: " + where(first.go_to) + (first.label.empty() ? "" : " (" + first.label + ")") + "\n";
  }
  std::string text = "Then:\n";
  for (const Branch& branch : step.branches) {
    text += branch.when.empty() ? "- else: " : "- if " + condition(branch) + ": ";
    text += where(branch.go_to) + (branch.label.empty() ? "" : " (" + branch.label + ")") + "\n";
  }
  return text;
}

// What on_failure does when attempts or visits are spent.
std::string after_failure(const Step& step) {
  switch (step.on_failure.then) {
    case FailureThen::escalate:
      return "escalate.\n";
    case FailureThen::skip:
      return "skip this step.\n";
    case FailureThen::fail:
      return "the execution fails.\n";
  }
  return {};
}

std::string render_failure(const Step& step) {
  if (step.on_failure == OnFailure{}) return {};
  return "If it fails (" + counted(step.on_failure.retries + 1, "attempt") + "): " + after_failure(step);
}

std::string render_visits(const Step& step) {
  if (step.max_visits == kDefaultMaxVisits) return {};
  return "At most " + counted(step.max_visits, "time") +
         ", however often a way leads here; beyond that: " + after_failure(step);
}

std::string render_examples(const Step& step) {
  std::string text;
  for (const Example& example : step.examples) {
    text += "Example: ";
    if (!example.input.empty()) text += dump_compact(example.input) + " gives ";
    text += dump_compact(example.output) + "\n";
  }
  return text;
}

std::string render_quotes(const Step& step) {
  if (step.quotes.empty()) return {};
  std::string pointers;
  for (const std::string& quote : step.quotes) pointers += (pointers.empty() ? "`" : ", `") + quote + "`";
  return "Copy word for word from the input: " + pointers + ".\n";
}

// A clause that goes on behind it.
std::string_view without_period(std::string_view text) {
  while (text.ends_with('.') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string render_edge_cases(const Design& design) {
  if (design.edge_cases.empty()) return {};
  std::string text = "## Edge cases\n\n";
  for (const EdgeCase& edge_case : design.edge_cases) {
    text += "- `" + edge_case.id + "` (" + std::string(to_string(edge_case.severity)) + "): when " +
            std::string(without_period(edge_case.when)) + ", then " + edge_case.then + "\n";
    if (!edge_case.example.empty()) text += "  Example: " + edge_case.example + "\n";
  }
  return text + "\n";
}

std::string render_escalation(const Design& design) {
  if (!design.escalation) return {};
  std::string text =
      "## Escalation\n\nStop and escalate to the " + std::string(to_string(design.escalation->to)) + " when:\n";
  text += bullets(design.escalation->when);
  if (!design.escalation->message.empty()) text += what_to_say(*design.escalation) + "\n";
  return text + "\n";
}

std::string render_context(const Design& design) {
  return design.context.empty() ? "" : "## Context\n\n" + with_newline(design.context) + "\n";
}

std::string render_purpose(const Design& design) {
  std::string text = "# " + title_of(design) + "\n\n";
  if (!design.description.empty()) text += with_newline(design.description) + "\n";
  if (!design.when_to_use.empty()) text += "Use when:\n" + bullets(design.when_to_use) + "\n";
  if (!design.when_not_to_use.empty()) text += "Do not use when:\n" + bullets(design.when_not_to_use) + "\n";
  return text;
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// Is `text` at `at` the heading of a step: "## 3. "?
bool is_step_heading(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) != "## ") return false;
  std::size_t digits = at + 3;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  return digits > at + 3 && text.substr(digits, 2) == ". ";
}

// The last step heading in [from, to], or 0.
std::size_t last_step_heading(std::string_view text, std::size_t from, std::size_t to) {
  for (std::size_t at = to; at > from && at > 0; --at) {
    if (text[at - 1] == '\n' && is_step_heading(text, at)) return at;
  }
  return 0;
}

// One past the last `mark` that lies within [from, to), or 0.
std::size_t after_last(std::string_view text, std::string_view mark, std::size_t from, std::size_t to) {
  const std::size_t found = text.substr(0, to).rfind(mark);
  return found == std::string_view::npos || found + mark.size() <= from ? 0 : found + mark.size();
}

bool is_letter(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

template <class InRun>
std::size_t run_length(std::string_view text, std::size_t from, InRun in_run) {
  std::size_t end = from;
  while (end < text.size() && in_run(static_cast<unsigned char>(text[end]))) ++end;
  return end - from;
}

// The first `tokens` worth of lines.
std::string first_lines(const std::string& text, std::size_t tokens) {
  std::string kept;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string more = kept + text.substr(begin, end - begin);
    if (estimate_tokens(more) > tokens) return kept + "(more in the playbook)\n";
    kept = more;
    begin = end;
  }
  return kept;
}

std::string input_names(const Design& design) {
  if (!design.inputs || !design.inputs->is_object() || !design.inputs->contains("properties")) return {};
  std::string names;
  for (const auto& [name, schema] : (*design.inputs)["properties"].items()) {
    names += (names.empty() ? "`" : ", `") + cut(name, 60) + "`";
  }
  return names.empty() ? "" : "Inputs: " + names + "\n";
}

}  // namespace

std::string render_hand_in_rules(const Step& step) {
  std::string text;
  if (step.output) text += "Hand in " + render_schema(*step.output);
  text += render_quotes(step) + render_examples(step);
  if (!step.tools.empty()) {
    std::string names;
    for (const std::string& tool : step.tools) names += (names.empty() ? "" : ", ") + tool;
    text += "Tools: " + names + "\n";
  }
  return text;
}

std::string what_to_say(const Escalation& escalation) {
  return (escalation.message.starts_with("Say ") ? "" : "Say: ") + escalation.message;
}

std::string render_background(const Design& design) {
  return render_context(design) + render_edge_cases(design) + render_escalation(design);
}

std::string render_asked_step(const Design& design, const Step& step, std::string_view instruction,
                              std::string_view rules) {
  std::size_t number = 1;
  while (number <= design.steps.size() && design.steps[number - 1].id != step.id) ++number;
  constexpr std::size_t kAround = 512;
  std::string text;
  text.reserve(kAround + instruction.size() + rules.size());
  text.append("## ").append(std::to_string(number)).append(". ").append(step.title.empty() ? step.id : step.title);
  text.append(" (`").append(step.id).append("`)\n\n").append(with_newline(instruction));
  if (!rules.empty()) text.append("\n").append(rules);
  return text;
}

namespace {

// What the server does takes one line: nothing of it is asked for.
std::string render_computed_step(const Design& design, const Step& step) {
  return render_asked_step(design, step, "Done by the server: " + describe_computations(step.compute) + ".", "") +
         render_branches(step) +
         (step.on_failure.then == FailureThen::escalate ? "" : "If it fails: " + after_failure(step)) +
         render_visits(step);
}

}  // namespace

std::string render_step(const Design& design, const Step& step) {
  if (step.is_computed()) return render_computed_step(design, step);
  const std::string ways = render_branches(step) + render_failure(step) + render_visits(step);
  const std::string rules = render_hand_in_rules(step);
  return render_asked_step(design, step, step.instruction, rules) + (!rules.empty() || ways.empty() ? "" : "\n") + ways;
}

std::string render_playbook(const Version& version) {
  return opening(version) + "\n" + render_procedure(version.design);
}

namespace {

// All that is to be done and known for it.
std::string render_doing(const Design& design) {
  std::string text = render_context(design);
  for (const Step& step : design.steps) text += render_step(design, step) + "\n";
  if (design.outputs) text += "## Final output\n\nAt the end, hand in " + render_schema(*design.outputs) + "\n";
  return with_newline(text + render_edge_cases(design) + render_escalation(design));
}

}  // namespace

std::string render_procedure(const Design& design) {
  std::string text = render_purpose(design);
  if (design.inputs) text += "## Input\n\nThe input is " + render_schema(*design.inputs) + "\n";
  return text + render_doing(design);
}

std::string render_work(const Design& design) { return "# " + title_of(design) + "\n\n" + render_doing(design); }

std::string render_brief(const Version& version) {
  const Design& design = version.design;
  std::string text = opening(version) + "\n# " + cut(title_of(design), 200) + "\n";
  if (!design.when_to_use.empty()) {
    text += "Use when:\n";
    for (const std::string& when : design.when_to_use) text += "- " + cut(when, 160) + "\n";
  }
  text += input_names(design) + "Steps:\n";
  std::size_t number = 0;
  for (const Step& step : design.steps) {
    text += std::to_string(++number) + ". " + cut(step.title.empty() ? step.id : step.title, 80) + "\n";
  }
  const std::size_t reserve = 10;  // for the last line
  return first_lines(text, kOutlineTokens - reserve);
}

std::size_t page_end(std::string_view text, std::size_t begin, std::size_t page_bytes) {
  const std::size_t bytes = std::max(page_bytes, kLeastPage);
  if (text.size() - begin <= bytes) return text.size();
  const std::size_t most = begin + bytes;
  const std::size_t half = begin + bytes / 2;
  if (const std::size_t at = last_step_heading(text, half, most); at != 0) return at;
  if (const std::size_t at = after_last(text, "\n\n", half, most); at != 0) return at;
  if (const std::size_t at = after_last(text, "\n", half, most); at != 0) return at;
  std::size_t at = most;
  while (at > begin + 1 && !starts_character(text[at])) --at;
  return at;
}

std::vector<std::string> split_pages(const std::string& text, std::size_t page_bytes) {
  const std::size_t room_for_note = page_bytes > 2 * kPageNote ? kPageNote : 0;
  std::vector<std::string> pages;
  std::size_t begin = 0;
  do {
    const bool is_last = text.size() - begin <= std::max(page_bytes, kLeastPage);
    const std::size_t end = is_last ? text.size() : page_end(text, begin, page_bytes - room_for_note);
    pages.push_back(text.substr(begin, end - begin));
    begin = end;
  } while (begin < text.size());
  return pages;
}

std::size_t estimate_tokens(std::string_view text) {
  std::size_t tokens = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    std::size_t length = 1;
    if (is_letter(c)) {
      length = run_length(text, at, is_letter);
      tokens += 1 + (length - 1) / 8;
    } else if (is_digit(c)) {
      length = run_length(text, at, is_digit);
      tokens += (length + 2) / 3;
    } else if (c >= 0x80) {
      length = run_length(text, at, [](unsigned char byte) { return byte >= 0x80; });
      tokens += (length + 2) / 3;
    } else if (c == ' ' || c == '\n') {
      length = run_length(text, at, [](unsigned char byte) { return byte == ' ' || byte == '\n'; });
      tokens += c == '\n' ? 1 : 0;
    } else {
      length = run_length(text, at, [](unsigned char byte) {
        return byte < 0x80 && byte != ' ' && byte != '\n' && !is_letter(byte) && !is_digit(byte);
      });
      tokens += (length + 1) / 2;
    }
    at += length;
  }
  return tokens;
}

}  // namespace pianola::workflow
