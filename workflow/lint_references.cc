// What texts and branches point at: bindings, the paths of `when`, and quotes.
#include <optional>

#include "base/nearest_name.h"
#include "workflow/bindings.h"
#include "workflow/lint_rules.h"
#include "workflow/schema_path.h"

namespace pianola::workflow {
namespace {

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

std::optional<BadPath> judge_properties(const std::optional<Json>& schema, const std::string& root,
                                        const std::vector<std::string>& properties) {
  if (!schema) return std::nullopt;
  const SchemaAtPath at = schema_at_path(*schema, properties);
  if (at.known != PathKnown::no) return std::nullopt;
  std::string known;
  for (const std::string& name : at.names) known += (known.empty() ? "" : ", ") + name;
  const std::vector<std::string> near = nearest_names(properties.back(), at.names, 1);
  const std::string choice = !near.empty() ? near.front() : at.names.empty() ? std::string() : at.names.front();
  return BadPath{"the schema of " + root + " has no such property" + (known.empty() ? "" : "; it has: " + known),
                 choice.empty() ? root : root + "." + choice};
}

std::optional<BadPath> judge_unknown_step(const Design& design, const DataPath& path) {
  const std::vector<std::string> ids = design.step_ids();
  const std::vector<std::string> near = nearest_names(path.step, ids, 1);
  std::string instead = "steps." + (near.empty() ? ids.front() : near.front());
  for (const std::string& property : path.properties) instead += "." + property;
  return BadPath{"there is no step " + in_quotes(path.step), instead};
}

// `own` is the step that the path stands in: "output" means its output.
std::optional<BadPath> judge_path(const Design& design, const Step& own, const DataPath& path) {
  switch (path.root) {
    case PathRoot::input:
      return judge_properties(design.inputs, "input", path.properties);
    case PathRoot::output:
      return judge_properties(own.output, "output", path.properties);
    case PathRoot::steps:
      break;
  }
  const Step* step = step_named(design, path.step);
  if (step == nullptr) return judge_unknown_step(design, path);
  return judge_properties(step->output, "steps." + path.step, path.properties);
}

std::optional<BadPath> judge_when(const Design& design, const Step& own, const std::string& text) {
  const std::optional<DataPath> path = parse_data_path(text);
  if (!path) return BadPath{"a path is input, output or steps.ID, then dotted properties", "output.x"};
  return judge_path(design, own, *path);
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
    const Step& step = subject.design.steps[i];
    for (const Binding& binding : find_bindings(step.instruction)) {
      const std::string shown = "Binding {{" + binding.text + "}} cannot be filled in: ";
      if (!binding.path) {
        mistakes.push_back({step_place(i, "instruction"), shown + binding.problem, "{{input.x}} or {{steps.ID.x}}"});
        continue;
      }
      const std::optional<BadPath> bad = judge_path(subject.design, step, *binding.path);
      if (bad) mistakes.push_back({step_place(i, "instruction"), shown + bad->why + ".", "{{" + bad->instead + "}}"});
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
        const std::optional<BadPath> bad = judge_when(subject.design, step, path);
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
