// Whether a weaker model can follow the words: vagueness, length, examples, and whether the task is a checklist at all.
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "base/text_lines.h"
#include "workflow/lint_rules.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostRulesInAStep = 8;  // weak models start to drop rules beyond about this many at once
constexpr std::size_t kMostStepBytes = 6'144;
constexpr std::size_t kShortestDescription = 20;

// Words that leave to the executor what the designer should have decided.
const RE2& vague_words() {
  static const RE2 pattern(
      R"((?i)\b(appropriate(?:ly)?|as needed|as necessary|if needed|if necessary|where necessary|when necessary|)"
      R"(as required|as applicable|if applicable|if possible|where possible|when possible|as appropriate|suitabl[ey]|)"
      R"(reasonabl[ey]|properly|and so on|use your (?:best )?judge?ment|as you see fit|or something|somehow|)"
      R"(sufficient(?:ly)?|relevant details|etc\b\.?))");
  return pattern;
}

// Words of work that is a new problem each time.
const RE2& novel_work() {
  static const RE2 pattern(
      R"((?i)\b(brainstorm\w*|invent\w*|novel (?:idea|approach|solution|problem)s?|research (?:question|project)s?|)"
      R"(one-off|open-ended|from scratch|come up with|creative(?:ly)?|prove (?:that|the)|explore (?:options|ideas)|)"
      R"(figure out|any (?:kind of )?(?:task|problem|question)|whatever (?:the user|is)|architect a))");
  return pattern;
}

const RE2& rule_words() {
  static const RE2 pattern(R"((?i)\b(must|never|always|do not|don't|only|should|shall|may not|at most|at least)\b)");
  return pattern;
}

const RE2& list_item() {
  static const RE2 pattern(R"(^\s*(?:[-*+]|\d+[.)])\s)");
  return pattern;
}

std::vector<std::string> words_found(const RE2& pattern, std::string_view text) {
  std::set<std::string> seen;
  std::vector<std::string> words;
  re2::StringPiece rest(text.data(), text.size());
  std::string word;
  while (RE2::FindAndConsume(&rest, pattern, &word)) {
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    if (seen.insert(word).second) words.push_back(word);
  }
  return words;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + in_quotes(word);
  return text;
}

void note_vague(LintMistakes& mistakes, std::string place, std::string_view text) {
  const std::vector<std::string> words = words_found(vague_words(), text);
  if (words.empty()) return;
  mistakes.push_back({std::move(place), "Vague: " + listed(words) + ". A weaker model cannot tell what you would do.",
                      "Replace " + in_quotes(words.front()) + " by the condition or the list that you have in mind."});
}

// One for a list item; else one for each sentence that commands or forbids.
std::size_t rules_in_line(std::string_view line) {
  if (RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), list_item())) return 1;
  std::size_t rules = 0;
  while (!line.empty()) {
    const std::size_t stop = std::min(line.find(". "), line.size());
    const std::string_view sentence = line.substr(0, stop);
    if (RE2::PartialMatch(re2::StringPiece(sentence.data(), sentence.size()), rule_words())) ++rules;
    line.remove_prefix(std::min(stop + 2, line.size()));
  }
  return rules;
}

std::size_t count_rules(std::string_view text) {
  std::size_t rules = 0;
  for (const std::string_view line : newline_lines(text)) rules += rules_in_line(line);
  return rules;
}

// An output that any object passes checks nothing.
bool is_checkable(const Step& step) {
  if (!step.output || !step.output->is_object()) return false;
  return step.output->size() > (step.output->contains("type") ? 1U : 0U);
}

std::string all_purposes(const Design& design) {
  std::string text = design.title + "\n" + design.description;
  for (const std::string& when : design.when_to_use) text += "\n" + when;
  return text;
}

}  // namespace

LintMistakes check_checkable_output(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    if (is_checkable(step)) continue;
    mistakes.push_back({step_place(i, "output"),
                        "Step " + in_quotes(step.id) + " hands in nothing that can be checked.",
                        fix_for_missing_output(subject, i)});
  }
  return mistakes;
}

LintMistakes check_vague_words(const LintSubject& subject) {
  LintMistakes mistakes;
  const Design& design = subject.design;
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    note_vague(mistakes, step_place(i, "instruction"), design.steps[i].instruction);
  }
  for (std::size_t i = 0; i < design.edge_cases.size(); ++i) {
    const std::string place = pointer_child("/edge_cases", i);
    note_vague(mistakes, place + "/when", design.edge_cases[i].when);
    note_vague(mistakes, place + "/then", design.edge_cases[i].then);
  }
  if (!design.escalation) return mistakes;
  for (std::size_t i = 0; i < design.escalation->when.size(); ++i) {
    note_vague(mistakes, pointer_child("/escalation/when", i), design.escalation->when[i]);
  }
  return mistakes;
}

LintMistakes check_examples_given(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    if (!step.examples.empty() || step.is_computed() || !is_checkable(step)) continue;
    mistakes.push_back({step_place(i, "examples"), "Step " + in_quotes(step.id) + " shows no example of its output.",
                        R"("examples": [{"input": {...}, "output": {...}}], one that passes the output schema.)"});
  }
  return mistakes;
}

LintMistakes check_rules_per_step(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const std::size_t rules = count_rules(subject.design.steps[i].instruction);
    if (rules <= kMostRulesInAStep) continue;
    mistakes.push_back({step_place(i, "instruction"),
                        "Step " + in_quotes(subject.design.steps[i].id) + " gives about " + std::to_string(rules) +
                            " rules at once; a weaker model keeps about 8.",
                        "Split the step in two, or move rules into the output schema (enum, pattern, maxLength)."});
  }
  return mistakes;
}

LintMistakes check_step_length(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const std::size_t bytes = subject.design.steps[i].instruction.size();
    if (bytes <= kMostStepBytes) continue;
    mistakes.push_back({step_place(i, "instruction"),
                        "Step " + in_quotes(subject.design.steps[i].id) + " has " + std::to_string(bytes) +
                            " bytes of instruction; over 6 KB are skimmed, not followed.",
                        "Split the step, or move what every step needs into `context`."});
  }
  return mistakes;
}

LintMistakes check_instructions_given(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    if (step.is_computed() || step.instruction.find_first_not_of(" \t\r\n") != std::string::npos) continue;
    mistakes.push_back({step_place(i, "instruction"), "Step " + in_quotes(step.id) + " says nothing to do.",
                        "Write what to do in it and with what ({{input.NAME}}), or leave the step out."});
  }
  return mistakes;
}

LintMistakes check_escalation_given(const LintSubject& subject) {
  if (subject.design.escalation && !subject.design.escalation->when.empty()) return {};
  return {{"/escalation", "No rule says when the executor should stop and ask.",
           R"("escalation": {"when": ["the input is not in a language you can read"], "to": "designer"})"}};
}

LintMistakes check_edge_cases_given(const LintSubject& subject) {
  if (!subject.design.edge_cases.empty()) return {};
  return {{"/edge_cases", "No edge cases: the executor will meet inputs that you did not think of here.",
           R"("edge_cases": [{"id": "empty-input", "when": "the text is empty", "then": "...", "severity": "low"}])"}};
}

LintMistakes check_when_to_use_given(const LintSubject& subject) {
  if (!subject.design.when_to_use.empty()) return {};
  return {{"/when_to_use", "Nothing says when to use this workflow, so it is hard to find and easy to misuse.",
           R"("when_to_use": ["a customer's message has to be sorted and answered"])"}};
}

LintMistakes check_inputs_given(const LintSubject& subject) {
  if (subject.design.inputs) return {};
  return {{"/inputs", "No `inputs` schema: nothing checks what an execution starts with.",
           R"("inputs": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]})"}};
}

LintMistakes check_description_given(const LintSubject& subject) {
  if (subject.design.description.size() >= kShortestDescription) return {};
  return {{"/description", "The description is too short to be found by: say what it does in words a search would use.",
           R"("description": "Sorts a customer's message into a category and drafts the reply.")"}};
}

LintMistakes check_is_a_checklist(const LintSubject& subject) {
  const Design& design = subject.design;
  const std::vector<std::string> novel = words_found(novel_work(), all_purposes(design));
  const bool any_checked = std::any_of(design.steps.begin(), design.steps.end(), is_checkable);
  const bool lone_prompt = design.steps.size() == 1 && !any_checked && !design.inputs;
  if (!lone_prompt && (novel.empty() || (any_checked && novel.size() < 2))) return {};
  const std::string why =
      lone_prompt ? "It is a single prompt without input or checked output." : "It speaks of " + listed(novel) + ".";
  return {{"/description", "This looks like a novel problem each time rather than a checklist that repeats. " + why,
           "Keep as a workflow only the part that is the same each time; leave the rest to a strong model."}};
}

}  // namespace pianola::workflow
