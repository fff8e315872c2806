// What texts and branches point at: bindings, the paths of `when`, and quotes.
#include <optional>

#include "base/nearest_name.h"
#include "workflow/lint_rules.h"
#include "workflow/schema_path.h"

namespace pianola::workflow {
namespace {

// A dotted path taken apart: "steps.parse.total" -> {"steps", "parse", "total"}. Empty parts are kept.
std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts(1);
  for (const char c : path) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// The texts between "{{" and "}}", trimmed; one without an end gives nothing.
std::vector<std::string> binding_paths(std::string_view text) {
  std::vector<std::string> paths;
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const std::size_t end = text.find("}}", at + 2);
    if (end == std::string_view::npos) break;
    paths.emplace_back(trimmed(text.substr(at + 2, end - at - 2)));
    at = end + 2;
  }
  return paths;
}

std::vector<std::string> step_ids(const Design& design) {
  std::vector<std::string> ids;
  for (const Step& step : design.steps) ids.push_back(step.id);
  return ids;
}

const Step* step_named(const Design& design, std::string_view id) {
  for (const Step& step : design.steps) {
    if (step.id == id) return &step;
  }
  return nullptr;
}

// What is wrong with a path, and what to write instead; nothing where it may hold.
struct BadPath {
  std::string why;
  std::string instead;
};

std::optional<BadPath> judge_tail(const std::optional<Json>& schema, const std::vector<std::string>& parts,
                                  std::size_t root_parts) {
  if (!schema) return std::nullopt;
  const std::vector<std::string> tail(parts.begin() + static_cast<std::ptrdiff_t>(root_parts), parts.end());
  const SchemaAtPath at = schema_at_path(*schema, tail);
  if (at.known != PathKnown::no) return std::nullopt;
  std::string root = parts[0];
  if (root_parts == 2) root += "." + parts[1];
  std::string known;
  for (const std::string& name : at.names) known += (known.empty() ? "" : ", ") + name;
  const std::vector<std::string> near = nearest_names(tail.back(), at.names, 1);
  const std::string choice = !near.empty() ? near.front() : at.names.empty() ? std::string() : at.names.front();
  return BadPath{"the schema of " + root + " has no such property" + (known.empty() ? "" : "; it has: " + known),
                 choice.empty() ? root : root + "." + choice};
}

// `own` is the step whose output "output" means; null where "output" means nothing (in an instruction).
std::optional<BadPath> judge_path(const Design& design, const Step* own, std::string_view path) {
  const std::vector<std::string> parts = split_path(path);
  for (const std::string& part : parts) {
    if (part.empty()) return BadPath{"it has an empty part", "input.x"};
  }
  if (parts[0] == "input") return judge_tail(design.inputs, parts, 1);
  if (parts[0] == "output" && own != nullptr) return judge_tail(own->output, parts, 1);
  if (parts[0] != "steps" || parts.size() < 2) {
    return BadPath{
        own != nullptr ? "it must start with input., output. or steps.ID." : "it must start with input. or steps.ID.",
        "input." + parts.back()};
  }
  const Step* step = step_named(design, parts[1]);
  if (step != nullptr) return judge_tail(step->output, parts, 2);
  const std::vector<std::string> ids = step_ids(design);
  const std::vector<std::string> near = nearest_names(parts[1], ids, 1);
  std::string instead = "steps." + (near.empty() ? ids.front() : near.front());
  for (std::size_t i = 2; i < parts.size(); ++i) instead += "." + parts[i];
  return BadPath{"there is no step " + in_quotes(parts[1]), instead};
}

std::string pointer_of(const std::vector<std::string>& tokens) {
  std::string pointer;
  for (const std::string& token : tokens) pointer = pointer_child(pointer, token);
  return pointer;
}

std::optional<BadPath> judge_quote(const Step& step, const std::string& quote) {
  const Result<std::vector<std::string>> tokens = split_pointer(quote);
  if (!tokens) return BadPath{tokens.error().message, "/" + quote};
  if (tokens->empty()) return BadPath{"it points at the whole output, which is no text", "/quote"};
  if (!step.output) return BadPath{"the step has no output schema that it could point into", quote};
  const SchemaAtPath at = schema_at_path(*step.output, *tokens);
  if (at.known != PathKnown::no) return std::nullopt;
  std::vector<std::string> nearest = nearest_names(tokens->back(), at.names, 1);
  if (nearest.empty()) nearest = at.names;
  std::vector<std::string> mended(tokens->begin(), tokens->end() - 1);
  mended.push_back(nearest.empty() ? tokens->back() : nearest.front());
  return BadPath{"the output schema has nothing there", pointer_of(mended)};
}

}  // namespace

LintMistakes check_bindings(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    for (const std::string& path : binding_paths(subject.design.steps[i].instruction)) {
      const std::optional<BadPath> bad = judge_path(subject.design, nullptr, path);
      if (!bad) continue;
      mistakes.push_back({step_place(i, "instruction"),
                          "Binding {{" + path + "}} cannot be filled in: " + bad->why + ".",
                          "{{" + bad->instead + "}}"});
    }
  }
  return mistakes;
}

LintMistakes check_when_paths(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    for (std::size_t b = 0; b < step.branches.size(); ++b) {
      const std::string place = pointer_child(step_place(i, "branches"), b) + "/when";
      for (const auto& [path, schema] : step.branches[b].when) {
        const std::optional<BadPath> bad = judge_path(subject.design, &step, path);
        if (!bad) continue;
        mistakes.push_back({pointer_child(place, path), "Path " + in_quotes(path) + " leads nowhere: " + bad->why + ".",
                            "\"when\": {" + in_quotes(bad->instead) + ": " + dump_compact(schema) + "}"});
      }
    }
  }
  return mistakes;
}

LintMistakes check_quotes(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    for (std::size_t q = 0; q < step.quotes.size(); ++q) {
      const std::optional<BadPath> bad = judge_quote(step, step.quotes[q]);
      if (!bad) continue;
      mistakes.push_back({pointer_child(step_place(i, "quotes"), q),
                          "Quote " + in_quotes(step.quotes[q]) + " cannot be checked: " + bad->why + ".",
                          "\"quotes\": [" + in_quotes(bad->instead) + "]"});
    }
  }
  return mistakes;
}

}  // namespace pianola::workflow
