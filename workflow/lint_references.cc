// What texts and branches point at: bindings, the paths of `when`, and quotes.
#include <re2/re2.h>

#include <optional>

#include "base/list_text.h"
#include "base/nearest_name.h"
#include "workflow/bindings.h"
#include "workflow/check_output.h"
#include "workflow/compute.h"
#include "workflow/design_mending.h"
#include "workflow/lint_rules.h"
#include "workflow/schema_path.h"

namespace pianola::workflow {
namespace {

constexpr std::string_view kBindWhatIsThere = "Bind {{input.NAME}} or an earlier step's {{steps.ID.NAME}}.";

const Step* step_named(const Design& design, std::string_view id) {
  for (const Step& step : design.steps) {
    if (step.id == id) return &step;
  }
  return nullptr;
}

// What is wrong with a path, and what to write instead: a path, or where none can be told a sentence.
struct BadPath {
  std::string why;
  std::string instead;
  std::string advice{};
};

std::optional<BadPath> judge_properties(const std::optional<Json>& schema, const std::string& root,
                                        const std::vector<std::string>& properties) {
  if (!schema) return std::nullopt;
  const SchemaAtPath at = schema_at_path(*schema, properties);
  if (at.known != PathKnown::no) return std::nullopt;
  std::string known;
  for (const std::string& name : at.names) known += (known.empty() ? "" : ", ") + name;
  BadPath bad{"the schema of " + root + " has no such property" + (known.empty() ? "" : "; it has: " + known), {}, {}};
  const std::vector<std::string> near = nearest_names(properties.back(), at.names, 1);
  if (!near.empty() || at.names.size() == 1) {
    bad.instead = root;
    for (std::size_t i = 0; i + 1 < properties.size(); ++i) bad.instead += "." + properties[i];
    bad.instead += "." + (near.empty() ? at.names.front() : near.front());
  } else {
    bad.advice = "Add " + in_quotes(properties.back()) + " to the schema of " + root + ", or name a property it has.";
  }
  return bad;
}

std::optional<BadPath> judge_unknown_step(const Design& design, const DataPath& path) {
  const std::vector<std::string> near = nearest_names(path.step, design.step_ids(), 1);
  BadPath bad{"there is no step " + in_quotes(path.step), {}, {}};
  if (near.empty()) {
    bad.advice = "Add a step " + in_quotes(path.step) + ", or name one of " + list_text(design.step_ids()) + ".";
    return bad;
  }
  bad.instead = "steps." + near.front();
  for (const std::string& property : path.properties) bad.instead += "." + property;
  return bad;
}

// What a step hands in, as its schema says, or where it has none, what is computed.
std::optional<Json> output_schema_of(const Step& step) {
  if (step.output || !step.is_computed()) return step.output;
  return schema_of_computations(step.compute);
}

// `own` is the step that the path stands in: "output" means its output.
std::optional<BadPath> judge_path(const Design& design, const Step& own, const DataPath& path) {
  switch (path.root) {
    case PathRoot::input:
      return judge_properties(design.inputs, "input", path.properties);
    case PathRoot::output:
      return judge_properties(output_schema_of(own), "output", path.properties);
    case PathRoot::steps:
      break;
  }
  const Step* step = step_named(design, path.step);
  if (step == nullptr) return judge_unknown_step(design, path);
  return judge_properties(output_schema_of(*step), "steps." + path.step, path.properties);
}

std::vector<std::string> path_parts(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : std::string(text) + '.') {
    if (c == '.' || c == '/') {
      if (!part.empty() && part != "$") parts.push_back(part);
      part.clear();
    } else if (c != ' ') {
      part += c;
    }
  }
  return parts;
}

std::string joined_path(const std::string& root, const std::vector<std::string>& parts, std::size_t from) {
  std::string path = root;
  for (std::size_t i = from; i < parts.size(); ++i) path += "." + parts[i];
  return path;
}

// Paths that a wrong one may have meant: steps.ID.output.x, ID.x, inputs.x, x alone, ID as it was before it was mended.
std::vector<std::string> likely_paths(const Design& design, const std::vector<std::string>& parts) {
  std::vector<std::string> likely;
  const std::size_t id_at = parts[0] == "steps" || parts[0] == "step" ? 1 : 0;
  if (id_at < parts.size()) {
    const std::size_t rest = id_at + 1 < parts.size() && (parts[id_at + 1] == "output" || parts[id_at + 1] == "outputs")
                                 ? id_at + 2
                                 : id_at + 1;
    for (const std::string& id : {parts[id_at], step_id_from(parts[id_at])}) {
      if (step_named(design, id) != nullptr) likely.push_back(joined_path("steps." + id, parts, rest));
    }
    for (const Step& step : design.steps) {
      const bool is_titled = !step.title.empty() && step_id_from(step.title) == step_id_from(parts[id_at]);
      if (is_titled) likely.push_back(joined_path("steps." + step.id, parts, rest));
    }
  }
  const bool names_root = parts.size() > 1 && (parts[0] == "inputs" || parts[0] == "input" || parts[0] == "context");
  const bool names_output = parts.size() > 1 && (parts[0] == "outputs" || parts[0] == "output" || parts[0] == "result");
  if (names_output) likely.push_back(joined_path("output", parts, 1));
  if (names_root) likely.push_back(joined_path("input", parts, 1));
  likely.push_back(joined_path("output", parts, parts.size() - 1));
  likely.push_back(joined_path("input", parts, parts.size() - 1));
  for (const Step& step : design.steps) likely.push_back(joined_path("steps." + step.id, parts, parts.size() - 1));
  return likely;
}

// True where the schemas of the design say that something is at the path.
bool surely_leads_somewhere(const Design& design, const Step& own, const DataPath& path) {
  const Step* step = path.root == PathRoot::steps ? step_named(design, path.step) : &own;
  if (step == nullptr) return false;
  const std::optional<Json> schema = path.root == PathRoot::input ? design.inputs : output_schema_of(*step);
  return schema && schema_at_path(*schema, path.properties).known == PathKnown::yes;
}

// The path that a wrong one meant, empty where that cannot be told. `with_output`: the step's own output may be named.
std::string meant_path(const Design& design, const Step& own, std::string_view text, bool with_output) {
  const std::vector<std::string> parts = path_parts(text);
  if (parts.empty()) return {};
  for (const std::string& likely : likely_paths(design, parts)) {
    const std::optional<DataPath> path = parse_data_path(likely);
    if (!path || likely == text || (path->root == PathRoot::output && !with_output)) continue;
    if (path->root == PathRoot::steps && path->step == own.id) continue;
    if (surely_leads_somewhere(design, own, *path)) return likely;
  }
  return {};
}

std::optional<BadPath> judge_binding(const Design& design, const Step& own, const Binding& binding) {
  std::optional<BadPath> bad = binding.path
                                   ? judge_path(design, own, *binding.path)
                                   : BadPath{binding.problem, {}, "Write {{input.NAME}} or {{steps.ID.NAME}}."};
  if (!bad) return bad;
  if (binding.path && binding.path->step == own.id) {
    *bad = {bad->why, {}, std::string(kBindWhatIsThere)};  // not what the step itself is yet to hand in
  }
  const std::string meant = meant_path(design, own, binding.text, false);
  if (!meant.empty()) bad->instead = meant;
  return bad;
}

std::optional<BadPath> judge_when(const Design& design, const Step& own, const std::string& text) {
  const std::optional<DataPath> path = parse_data_path(text);
  std::optional<BadPath> bad = path ? judge_path(design, own, *path)
                                    : BadPath{"a path is input, output or steps.ID, then dotted properties",
                                              {},
                                              "Write output.NAME, input.NAME or steps.ID.NAME."};
  if (!bad) return bad;
  const std::string meant = meant_path(design, own, text, true);
  if (!meant.empty()) bad->instead = meant;
  return bad;
}

std::string pointer_of(const std::vector<std::string>& tokens) {
  std::string pointer;
  for (const std::string& token : tokens) pointer = pointer_child(pointer, token);
  return pointer;
}

// False where a schema says that no value of it is a text.
bool may_be_text(const Json& schema) {
  const auto is_text = [](const Json& value) { return value.is_string(); };
  if (!schema.is_object()) return true;
  if (const auto one = schema.find("const"); one != schema.end()) return one->is_string();
  if (const auto list = schema.find("enum"); list != schema.end() && list->is_array()) {
    return std::any_of(list->begin(), list->end(), is_text);
  }
  const auto type = schema.find("type");
  if (type == schema.end()) return true;
  if (type->is_array()) return std::find(type->begin(), type->end(), "string") != type->end();
  return *type == "string";
}

bool leads_to_text(const Json& output, const std::vector<std::string>& parts) {
  const SchemaAtPath at = schema_at_path(output, parts);
  return at.known == PathKnown::yes && may_be_text(*at.schema);
}

// A quote that points at something that is no text, as a list is none: its elements may be meant.
BadPath quote_of_no_text(const Json& output, std::vector<std::string> parts) {
  BadPath bad{"what stands there is no text", {}, "Point at a text: no value there can be copied from the input."};
  parts.emplace_back("*");
  if (leads_to_text(output, parts)) bad.instead = pointer_of(parts);
  return bad;
}

// The path with `*` at each list that it goes through without saying so; empty where that leads to no text either.
std::string through_lists(const Json& output, const std::vector<std::string>& parts) {
  std::vector<std::string> path;
  for (const std::string& part : parts) {
    path.push_back("*");
    const bool is_list = schema_at_path(output, path).known == PathKnown::yes;
    if (!is_list || part == "*") path.pop_back();
    path.push_back(part);
  }
  return leads_to_text(output, path) ? pointer_of(path) : std::string();
}

std::optional<BadPath> judge_quote(const Step& step, const std::string& quote) {
  const Result<std::vector<std::string>> tokens = split_pointer(quote);
  if (tokens && tokens->empty()) {
    return BadPath{
        "it points at the whole output, which is no text", {}, "Point at one text in it, such as \"/quote\"."};
  }
  std::vector<std::string> parts = quote_tokens(quote);
  const std::string as_pointer = pointer_of(parts);
  const SchemaAtPath at = schema_at_path(*step.output, parts);
  if (at.known == PathKnown::yes && !may_be_text(*at.schema)) return quote_of_no_text(*step.output, parts);
  if (at.known != PathKnown::no) {
    return tokens ? std::nullopt : std::optional(BadPath{tokens.error().message, as_pointer, {}});
  }
  std::vector<std::string> nearest = nearest_names(parts.back(), at.names, 1);
  if (nearest.empty() && at.names.size() == 1) nearest = at.names;
  BadPath bad{
      "the output schema has nothing there", {}, "Add it to the output schema, or point at a text that it has."};
  bad.instead = through_lists(*step.output, parts);
  if (nearest.empty() || !bad.instead.empty()) return bad;
  parts.back() = nearest.front();
  if (leads_to_text(*step.output, parts)) bad.instead = pointer_of(parts);
  return bad;
}

// True where a text or a branch of a step reads the input's property, or the input as a whole.
bool reads_input(const Step& step, const std::string& property) {
  const auto reads = [&](const std::optional<DataPath>& path) {
    return path && path->root == PathRoot::input && (path->properties.empty() || path->properties.front() == property);
  };
  const std::vector<Binding> bindings = find_bindings(bound_text(step));
  if (std::any_of(bindings.begin(), bindings.end(), [&](const Binding& binding) { return reads(binding.path); })) {
    return true;
  }
  return std::any_of(step.branches.begin(), step.branches.end(), [&](const Branch& branch) {
    return std::any_of(branch.when.begin(), branch.when.end(),
                       [&](const auto& condition) { return reads(parse_data_path(condition.first)); });
  });
}

}  // namespace

std::string binding_instead_of_own(const Design& design, const Step& own, std::string_view text) {
  const std::string meant = meant_path(design, own, text, false);
  return meant.empty() ? std::string(kBindWhatIsThere) : "{{" + meant + "}}";
}

std::optional<DataPath> binding_meant(const Design& design, const Step& own, const Binding& binding) {
  const std::optional<BadPath> bad = judge_binding(design, own, binding);
  return bad ? parse_data_path(bad->instead) : binding.path;
}

std::optional<DataPath> condition_meant(const Design& design, const Step& own, const std::string& text) {
  const std::optional<BadPath> bad = judge_when(design, own, text);
  return parse_data_path(bad ? bad->instead : text);
}

std::vector<std::string> quote_tokens(const std::string& quote) {
  const Result<std::vector<std::string>> tokens = split_pointer(quote);
  if (tokens) return *tokens;
  static const re2::RE2 kElement(R"(\[(\d*|\*)\])");
  std::string with_stars = quote;
  re2::RE2::GlobalReplace(&with_stars, kElement, ".*");
  std::vector<std::string> parts = path_parts(with_stars);
  if (parts.size() > 1 && parts[0] == "output") parts.erase(parts.begin());
  return parts;
}

LintMistakes check_input_read(const LintSubject& subject) {
  const Design& design = subject.design;
  const Json* required = design.inputs ? find_pointer(*design.inputs, "/required") : nullptr;
  if (required == nullptr || !required->is_array() || design.steps.empty()) return {};
  LintMistakes mistakes;
  for (const Json& name : *required) {
    if (!name.is_string()) continue;
    const std::string property = name.get<std::string>();
    const bool read = std::any_of(design.steps.begin(), design.steps.end(),
                                  [&](const Step& step) { return reads_input(step, property); });
    if (read) continue;
    mistakes.push_back({step_place(0, "instruction"),
                        "No step reads input." + property +
                            ", which `inputs` requires: a step handed out alone shows "
                            "only what its instruction binds.",
                        "Write {{input." + property + "}} into the instruction of the step that needs it."});
  }
  return mistakes;
}

LintMistakes check_example_quotes(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    for (std::size_t e = 0; e < step.examples.size(); ++e) {
      const Example& example = step.examples[e];
      if (example.input.empty()) continue;
      for (const BrokenRule& rule : workflow::check_quotes(step.quotes, example.output, example.input)) {
        mistakes.push_back({pointer_child(step_place(i, "examples"), e) + "/output" + rule.place,
                            "This example would be refused: it " + rule.rule + ".", "Quote the example's own input."});
      }
    }
  }
  return mistakes;
}

LintMistakes check_bindings(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    for (const BoundText& bound : bound_texts(subject.design, i)) {
      for (const Binding& binding : find_bindings(bound.text)) {
        const std::optional<BadPath> bad = judge_binding(subject.design, step, binding);
        if (!bad) continue;
        mistakes.push_back({bound.place, "Binding {{" + binding.text + "}} cannot be filled in: " + bad->why + ".",
                            bad->instead.empty() ? bad->advice : "{{" + bad->instead + "}}"});
      }
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
        mistakes.push_back(
            {pointer_child(place, path), "Path " + in_quotes(path) + " leads nowhere: " + bad->why + ".",
             bad->instead.empty() ? bad->advice : in_quotes(bad->instead) + ": " + dump_compact(schema)});
      }
    }
  }
  return mistakes;
}

LintMistakes check_quotes(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    if (!step.output && !step.quotes.empty()) {
      mistakes.push_back(
          {step_place(i, "output"),
           "Step " + in_quotes(step.id) + " has quotes, and no output schema that they could point into.",
           fix_for_missing_output(subject, i)});
      continue;
    }
    for (std::size_t q = 0; q < step.quotes.size(); ++q) {
      const std::optional<BadPath> bad = judge_quote(step, step.quotes[q]);
      if (!bad) continue;
      mistakes.push_back({pointer_child(step_place(i, "quotes"), q),
                          "Quote " + in_quotes(step.quotes[q]) + " cannot be checked: " + bad->why + ".",
                          bad->instead.empty() ? bad->advice : in_quotes(bad->instead)});
    }
  }
  return mistakes;
}

}  // namespace pianola::workflow
