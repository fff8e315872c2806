#include "workflow/observed_schema.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace pianola::workflow {
namespace {

std::string type_of(const Json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "boolean";
  if (value.is_number_integer()) return "integer";
  return value.is_number() ? "number" : "null";
}

void add_properties(Json& schema, const std::vector<Json>& values) {
  std::map<std::string, std::vector<Json>> seen;
  std::size_t objects = 0;
  for (const Json& value : values) {
    if (!value.is_object()) continue;
    ++objects;
    for (const auto& [name, member] : value.items()) seen[name].push_back(member);
  }
  schema["properties"] = Json::object();
  for (const auto& [name, members] : seen) {
    schema["properties"][name] = observed_schema(members);
    if (members.size() == objects) schema["required"].push_back(name);
  }
}

void add_items(Json& schema, const std::vector<Json>& values) {
  std::vector<Json> items;
  for (const Json& value : values) {
    if (value.is_array()) items.insert(items.end(), value.begin(), value.end());
  }
  if (!items.empty()) schema["items"] = observed_schema(items);
}

}  // namespace

Json observed_schema(const std::vector<Json>& values) {
  std::set<std::string> types;
  for (const Json& value : values) types.insert(type_of(value));
  if (types.contains("number")) types.erase("integer");
  if (types.empty()) return Json::object();
  Json schema = {{"type", types.size() == 1 ? Json(*types.begin()) : Json(types)}};
  if (types.contains("object")) add_properties(schema, values);
  if (types.contains("array")) add_items(schema, values);
  const bool has_text = types.contains("string");
  const bool has_empty = std::ranges::find(values, Json("")) != values.end();
  if (has_text && !has_empty) schema["minLength"] = 1;
  return schema;
}

}  // namespace pianola::workflow
