#include "workflow/value_mending.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/nearest_name.h"
#include "schema/schema.h"

namespace pianola::workflow {
namespace {

// The nearest of some values to a given one.
Json nearest_value(const Json& values, const Json& given) {
  if (values.empty() || std::find(values.begin(), values.end(), given) != values.end()) return given;
  std::vector<std::string> texts;
  for (const Json& value : values) texts.push_back(value.is_string() ? value.get<std::string>() : "");
  const auto near = given.is_string() ? nearest_names(given.get<std::string>(), texts, 1) : std::vector<std::string>();
  return near.empty() ? values[0] : Json(near.front());
}

Json fitted(const Json& schema, const Json& given);

std::string type_of(const Json& schema) {
  if (schema.contains("properties")) return "object";
  const Json type = schema.value("type", Json());
  return type.is_string() ? type.get<std::string>() : std::string();
}

Json fitted_object(const Json& schema, const Json& given) {
  Json object = Json::object();
  Json left = given.is_object() ? given : Json::object();
  const Json properties = schema.value("properties", Json::object());
  const Json required = schema.value("required", Json::array());
  for (const auto& [name, property] : properties.items()) {
    if (!left.contains(name)) continue;
    object[name] = fitted(property, left[name]);
    left.erase(name);
  }
  for (const Json& name : required) {
    if (!name.is_string() || object.contains(name)) continue;
    std::vector<std::string> written;
    for (const auto& [other, value] : left.items()) written.push_back(other);
    const std::vector<std::string> near = nearest_names(name.get<std::string>(), written, 1);
    const Json was = near.empty() ? Json() : left[near.front()];
    if (!near.empty()) left.erase(near.front());
    object[name.get<std::string>()] = fitted(properties.value(name.get<std::string>(), Json::object()), was);
  }
  if (schema.value("additionalProperties", Json(true)) != false) object.update(left);
  return object;
}

Json fitted_array(const Json& schema, const Json& given) {
  Json array = Json::array();
  const Json items = schema.value("items", Json::object());
  for (const Json& item : given.is_array() ? given : given.is_null() ? Json::array() : Json::array({given})) {
    array.push_back(fitted(items, item));
  }
  const Json least = schema.value("minItems", Json(0));
  constexpr std::size_t kMostAdded = 8;
  while (least.is_number_unsigned() && array.size() < std::min(least.get<std::size_t>(), kMostAdded)) {
    array.push_back(fitted(items, nullptr));
  }
  return array;
}

Json fitted_string(const Json& schema, const Json& given) {
  std::string text = given.is_string() ? given.get<std::string>() : given.is_null() ? "..." : dump_compact(given);
  const Json least = schema.value("minLength", Json(0));
  constexpr std::size_t kMostAdded = 400;
  if (least.is_number_unsigned()) {
    while (text.size() < std::min(least.get<std::size_t>(), kMostAdded)) text += '.';
  }
  return text;
}

Json fitted_number(const Json& schema, const Json& given) {
  Json number = given;
  if (given.is_string()) number = parse_json(given.get<std::string>()).value_or(Json());
  if (!number.is_number()) number = schema.value("minimum", Json(1));
  for (const char* limit : {"minimum", "maximum"}) {
    if (!schema.contains(limit) || !schema[limit].is_number()) continue;
    const bool is_least = std::string_view(limit) == "minimum";
    if (is_least ? number < schema[limit] : number > schema[limit]) number = schema[limit];
  }
  return number;
}

Json fitted(const Json& schema, const Json& given) {
  if (!schema.is_object()) return given;
  if (schema.contains("const")) return schema["const"];
  if (schema.contains("enum") && schema["enum"].is_array()) return nearest_value(schema["enum"], given);
  const std::string type = type_of(schema);
  if (type == "object") return fitted_object(schema, given);
  if (type == "array") return fitted_array(schema, given);
  if (type == "string") return fitted_string(schema, given);
  if (type == "boolean") return given.is_boolean() ? given : Json(given == "true");
  if (type == "number" || type == "integer") return fitted_number(schema, given);
  return given;
}

}  // namespace

std::optional<Json> value_that_passes(const Json& schema, const Json& given) {
  const Result<schema::Schema> compiled = schema::Schema::compile(schema);
  if (!compiled) return std::nullopt;
  Json value = fitted(schema, given);
  if (!compiled->check(value).empty()) return std::nullopt;
  return value;
}

}  // namespace pianola::workflow
