#include "workflow/schema_path.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pianola::workflow {
namespace {

constexpr int kMaxReferences = 32;  // a chain of $ref longer than this is a circle

// Keywords that may allow properties or items which `properties` and `items` do not name.
constexpr std::array<std::string_view, 11> kOpenKeywords = {
    "$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "not", "const", "patternProperties", "dependentSchemas"};

const Json* resolve_references(const Json& root, const Json* schema) {
  for (int i = 0; i < kMaxReferences && schema != nullptr && schema->is_object() && schema->contains("$ref"); ++i) {
    const Json& reference = (*schema)["$ref"];
    if (!reference.is_string() || !reference.get_ref<const std::string&>().starts_with("#")) return schema;
    const std::string& text = reference.get_ref<const std::string&>();
    const Json* target = find_pointer(root, std::string_view(text).substr(1));
    if (target == nullptr) return schema;
    schema = target;
  }
  return schema;
}

bool has_open_keyword(const Json& schema) {
  return std::any_of(kOpenKeywords.begin(), kOpenKeywords.end(),
                     [&](std::string_view keyword) { return schema.contains(keyword); });
}

bool may_be(const Json& schema, std::string_view type) {
  const auto found = schema.find("type");
  if (found == schema.end()) return true;
  if (found->is_string()) return *found == type;
  return found->is_array() && std::find(found->begin(), found->end(), Json(type)) != found->end();
}

bool is_index(std::string_view token) {
  return token == "*" || (!token.empty() && token.find_first_not_of("0123456789") == std::string_view::npos);
}

// False too where other keywords may require it.
bool is_optional(const Json& schema, const std::string& property) {
  if (has_open_keyword(schema) || schema.contains("dependentRequired")) return false;
  const auto required = schema.find("required");
  if (required == schema.end() || !required->is_array()) return true;
  return std::find(required->begin(), required->end(), Json(property)) == required->end();
}

SchemaAtPath nothing_there(const Json& schema) {
  SchemaAtPath answer{has_open_keyword(schema) ? PathKnown::cannot_tell : PathKnown::no};
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return answer;
  for (const auto& [name, value] : properties->items()) answer.names.push_back(name);
  return answer;
}

SchemaAtPath step_into_property(const Json& schema, const std::string& token) {
  const auto properties = schema.find("properties");
  if (properties != schema.end() && properties->is_object()) {
    const auto found = properties->find(token);
    if (found != properties->end())
      return {PathKnown::yes, &*found, is_optional(schema, token) ? token : std::string()};
  }
  const auto additional = schema.find("additionalProperties");
  const bool closed = additional == schema.end() || (additional->is_boolean() && !additional->get<bool>());
  // An object that names no properties at all holds anything.
  const bool names_some = properties != schema.end() || (additional != schema.end() && closed);
  if (!closed || !names_some) return {};
  return nothing_there(schema);
}

SchemaAtPath step_into(const Json& schema, const std::string& token) {
  if (!schema.is_object()) return {};
  const bool array = may_be(schema, "array");
  if (is_index(token) && array) {
    const auto items = schema.find("items");
    if (items == schema.end() || schema.contains("prefixItems")) return {};
    return {PathKnown::yes, &*items};
  }
  if (may_be(schema, "object")) return step_into_property(schema, token);
  return nothing_there(schema);
}

}  // namespace

SchemaAtPath schema_at_path(const Json& schema, const std::vector<std::string>& tokens) {
  SchemaAtPath at{PathKnown::yes, resolve_references(schema, &schema)};
  for (const std::string& token : tokens) {
    const std::string not_required = at.not_required;
    at = step_into(*at.schema, token);
    if (at.known != PathKnown::yes) return at;
    at.schema = resolve_references(schema, at.schema);
    if (!not_required.empty()) at.not_required = not_required;
  }
  return at;
}

}  // namespace pianola::workflow
