// What steps hand in, and whether it holds what other steps and branches read of it.
#include <algorithm>
#include <span>
#include <string>

#include "workflow/bindings.h"
#include "workflow/compute.h"
#include "workflow/lint_rules.h"
#include "workflow/schema_path.h"

namespace pianola::workflow {
namespace {

std::optional<std::size_t> source_of(const Design& design, std::size_t reader, const DataPath& path) {
  if (path.root == PathRoot::output) return reader;
  if (path.root == PathRoot::input) return std::nullopt;
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    if (design.steps[i].id == path.step) return i;
  }
  return std::nullopt;
}

Json text_schema() { return {{"type", "string"}, {"minLength", 1}}; }

// The schema of a value that is read: a text, unless a branch's condition tells another type.
Json schema_to_read(const Json* condition) {
  if (condition == nullptr) return text_schema();
  if (const Json* type = find_pointer(*condition, "/type")) return {{"type", *type}};
  const Json* value = find_pointer(*condition, "/const");
  if (value == nullptr) value = find_pointer(*condition, "/enum/0");
  if (value != nullptr && value->is_string()) return text_schema();
  if (value != nullptr && value->is_boolean()) return {{"type", "boolean"}};
  const bool has_bound = condition->contains("minimum") || condition->contains("maximum") ||
                         condition->contains("exclusiveMinimum") || condition->contains("exclusiveMaximum");
  if (has_bound || (value != nullptr && value->is_number())) return {{"type", "number"}};
  return Json::object();
}

// Makes `schema` require a value at a path of property names, `*` for every element; what is there already stays.
void require_at(Json& schema, std::span<const std::string> path, const Json& value) {
  if (path.empty()) {
    if (schema.empty()) schema = value;
    return;
  }
  if (path.front() == "*") {
    schema["type"] = "array";
    return require_at(schema["items"], path.subspan(1), value);
  }
  schema["type"] = "object";
  Json& property = schema["properties"][path.front()];
  if (property.is_null()) {
    property = Json::object();
    schema["required"].push_back(path.front());
  }
  require_at(property, path.subspan(1), value);
}

// The first reading of each step without an output: of bindings, or of conditions.
std::vector<const OutputReading*> first_of_missing_outputs(const LintSubject& subject, bool conditions) {
  std::vector<const OutputReading*> first;
  for (const OutputReading& reading : subject.readings) {
    const Step& source = subject.design.steps[reading.source];
    const bool is_missing = !source.output && !source.is_computed();
    if (!is_missing || (reading.condition != nullptr) != conditions) continue;
    const bool is_told = std::ranges::any_of(first, [&](const auto* told) { return told->source == reading.source; });
    if (!is_told) first.push_back(&reading);
  }
  return first;
}

// A mistake of each step without an output that is read, told of the first who does; `said` is what is wrong, from the
// reading and its reader's name.
template <class Said>
LintMistakes missing_outputs(const LintSubject& subject, bool conditions, const Said& said) {
  LintMistakes mistakes;
  const std::vector<Step>& steps = subject.design.steps;
  for (const OutputReading* reading : first_of_missing_outputs(subject, conditions)) {
    mistakes.push_back({step_place(reading->source, "output"),
                        said(*reading, in_quotes(steps[reading->reader].id)) + ": step " +
                            in_quotes(steps[reading->source].id) + " has no output.",
                        fix_for_missing_output(subject, reading->source)});
  }
  return mistakes;
}

}  // namespace

std::vector<OutputReading> output_readings(const Design& design) {
  std::vector<OutputReading> readings;
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    const Step& step = design.steps[i];
    const auto note = [&](const std::string& text, const std::optional<DataPath>& meant, const Json* condition) {
      const std::optional<std::size_t> source = meant ? source_of(design, i, *meant) : std::nullopt;
      if (source) readings.push_back({*source, i, text, *meant, condition});
    };
    for (const Binding& binding : find_bindings(bound_text(step))) {
      note(binding.text, binding_meant(design, step, binding), nullptr);
    }
    for (const Branch& branch : step.branches) {
      for (const auto& [text, condition] : branch.when) note(text, condition_meant(design, step, text), &condition);
    }
  }
  return readings;
}

std::string fix_for_missing_output(const LintSubject& subject, std::size_t step) {
  if (const Step& computed = subject.design.steps[step]; computed.is_computed()) {
    return "\"output\": " + dump_compact(schema_of_computations(computed.compute));
  }
  Json schema = Json::object();
  for (const bool conditions : {true, false}) {  // a condition knows more of the type than a binding
    for (const OutputReading& reading : subject.readings) {
      if (reading.source != step || (reading.condition != nullptr) != conditions) continue;
      if (!reading.path.properties.empty()) {
        require_at(schema, reading.path.properties, schema_to_read(reading.condition));
      }
    }
  }
  for (const std::string& quote : subject.design.steps[step].quotes) {
    const std::vector<std::string> tokens = quote_tokens(quote);
    if (!tokens.empty()) require_at(schema, tokens, text_schema());
  }
  if (schema.empty()) {
    require_at(schema, std::vector<std::string>{"result"}, text_schema());
    schema["additionalProperties"] = false;
  }
  return "\"output\": " + dump_compact(schema);
}

LintMistakes check_bindings_to_missing_outputs(const LintSubject& subject) {
  return missing_outputs(subject, false, [](const OutputReading& reading, const std::string& reader) {
    return "Binding {{" + reading.text + "}} of step " + reader + " cannot be filled in";
  });
}

LintMistakes check_conditions_on_missing_outputs(const LintSubject& subject) {
  return missing_outputs(subject, true, [](const OutputReading& reading, const std::string& reader) {
    return "Path " + in_quotes(reading.text) + " of a branch of step " + reader + " leads nowhere";
  });
}

LintMistakes check_bindings_to_optional(const LintSubject& subject) {
  LintMistakes mistakes;
  const std::vector<Step>& steps = subject.design.steps;
  for (const OutputReading& reading : subject.readings) {
    const std::optional<Json>& output = steps[reading.source].output;
    if (!output || reading.condition != nullptr) continue;
    const std::string property = schema_at_path(*output, reading.path.properties).not_required;
    if (property.empty()) continue;
    if (steps[reading.reader].is_computed()) {
      mistakes.push_back({step_place(reading.reader, "compute"),
                          "{{" + reading.text +
                              "}} may be absent, and then it cannot be computed: the output of step " +
                              in_quotes(steps[reading.source].id) + " does not require " + in_quotes(property) + ".",
                          "Put " + in_quotes(property) + " into \"required\" of that output, or write {{" +
                              reading.text + "}} or 0."});
      continue;
    }
    mistakes.push_back({step_place(reading.reader, "instruction"),
                        "{{" + reading.text + "}} may read \"(not given)\": the output of step " +
                            in_quotes(steps[reading.source].id) + " does not require " + in_quotes(property) + ".",
                        "Put " + in_quotes(property) +
                            " into \"required\" of that output, or say here what to do where it is not given."});
  }
  return mistakes;
}

}  // namespace pianola::workflow
