#include "workflow/schema_samples.h"

#include <algorithm>
#include <string_view>

#include "schema/schema.h"
#include "workflow/schema_mending.h"

namespace pianola::workflow {
namespace {

// A keyword of JSON Schema, of this draft or an earlier one. Data has no names that begin with "$" or "x-".
bool is_schema_word(const std::string& name) {
  if (name.starts_with('$') || name.starts_with("x-") || name == "additionalItems" || name == "dependencies") {
    return true;
  }
  return std::ranges::find(schema::keywords(), name) != schema::keywords().end();
}

// `"output": {...}`: the member of that place with another value.
std::string fix_text(std::string_view place, const Json& value) {
  const Result<std::vector<std::string>> tokens = split_pointer(place);
  return dump_compact(Json(tokens && !tokens->empty() ? tokens->back() : "")) + ": " + dump_compact(value);
}

// An object none of whose members is a keyword: a sample of the data, or its fields without "properties" around.
bool is_sample(const Json& value) {
  if (!value.is_object() || value.empty()) return false;
  for (const auto& [name, member] : value.items()) {
    if (is_schema_word(name)) return false;
  }
  return true;
}

void add_if_sample(const Json* value, const std::string& place, std::vector<Refusal>& findings) {
  if (value == nullptr || !is_sample(*value)) return;
  Refusal finding{"not_a_schema", place + " is a sample of the data; a JSON Schema of it is asked for.", place};
  finding.data["fix"] = fix_text(place, schema_of_sample(*value));
  findings.push_back(std::move(finding));
}

void add_samples_of_step(const Json& step, const std::string& place, std::vector<Refusal>& findings) {
  add_if_sample(find_pointer(step, "/output"), place + "/output", findings);
  const Json* branches = find_pointer(step, "/branches");
  if (branches == nullptr || !branches->is_array()) return;
  for (std::size_t i = 0; i < branches->size(); ++i) {
    const Json* when = find_pointer((*branches)[i], "/when");
    if (when == nullptr || !when->is_object()) continue;
    const std::string at = pointer_child(place + "/branches", i) + "/when";
    for (const auto& [path, schema] : when->items()) {
      // {"max": 200} is a keyword by another name, which mending a schema knows.
      const bool is_keyword = schema.is_object() && schema.size() == 1 &&
                              !keyword_meant_by(schema.begin().key(), schema.begin().value()).empty();
      if (!is_keyword) add_if_sample(&schema, pointer_child(at, path), findings);
    }
  }
}

// What `checks` say as a sample, they ask for: {"verdict": "bug"} is a schema whose verdict is "bug".
void add_samples_of_cases(const Json& given, std::vector<Refusal>& findings) {
  const Json* cases = find_pointer(given, "/cases");
  if (cases == nullptr || !cases->is_array()) return;
  for (std::size_t i = 0; i < cases->size(); ++i) {
    const Json* checks = find_pointer((*cases)[i], "/checks");
    if (checks == nullptr || !is_sample(*checks)) continue;
    Json schema = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
    for (const auto& [name, value] : checks->items()) {
      schema["properties"][name] = {{"const", value}};
      schema["required"].push_back(name);
    }
    const std::string place = pointer_child("/cases", i) + "/checks";
    Refusal finding{"not_a_schema", place + " is a sample of the data; a JSON Schema of it is asked for.", place};
    finding.data["fix"] = fix_text(place, schema);
    findings.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<Refusal> find_samples(const Json& given) {
  std::vector<Refusal> findings;
  if (!given.is_object()) return findings;
  add_if_sample(find_pointer(given, "/inputs"), "/inputs", findings);
  add_if_sample(find_pointer(given, "/outputs"), "/outputs", findings);
  add_samples_of_cases(given, findings);
  const Json* steps = find_pointer(given, "/steps");
  if (steps == nullptr || !steps->is_array()) return findings;
  for (std::size_t i = 0; i < steps->size(); ++i) {
    add_samples_of_step((*steps)[i], pointer_child("/steps", i), findings);
  }
  return findings;
}

Json schema_of_sample(const Json& sample) {
  if (sample.is_object()) {
    if (!is_sample(sample) && !sample.empty()) return sample;  // already a schema, inside a sample
    Json schema = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
    for (const auto& [name, value] : sample.items()) {
      schema["properties"][name] = schema_of_sample(value);
      schema["required"].push_back(name);
    }
    return schema;
  }
  if (sample.is_array()) return {{"type", "array"}, {"items", schema_of_sample(sample.empty() ? Json("") : sample[0])}};
  if (sample.is_boolean()) return {{"type", "boolean"}};
  if (sample.is_number_integer()) return {{"type", "integer"}};
  if (sample.is_number()) return {{"type", "number"}};
  if (!sample.is_string()) return {{"type", "string"}};
  Json schema = schema_meant_by(sample);
  schema.erase("description");  // of data it is an example
  return schema;
}

}  // namespace pianola::workflow
