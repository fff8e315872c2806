#include "workflow/schema_change.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/list_text.h"

namespace pianola::workflow {
namespace {

bool is_wording(std::string_view keyword) {
  return is_one_of(keyword, {"title", "description", "examples", "$comment", "default", "deprecated", "readOnly",
                             "writeOnly", "format", "contentEncoding", "contentMediaType", "contentSchema"}) ||
         keyword.starts_with("x-");
}

bool maps_names(std::string_view keyword) {
  return is_one_of(keyword, {"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"});
}

// A schema without the words that check nothing.
Json without_wording(const Json& schema) {
  if (schema.is_array()) {
    Json list = Json::array();
    for (const Json& one : schema) list.push_back(without_wording(one));
    return list;
  }
  if (!schema.is_object()) return schema;
  Json left = Json::object();
  for (const auto& [keyword, value] : schema.items()) {
    if (is_wording(keyword)) continue;
    const bool is_value = keyword == "enum" || keyword == "const";
    left[keyword] = is_value ? value : without_wording(value);
    if (!maps_names(keyword) || !value.is_object()) continue;
    // Here names are properties', "title" too.
    for (const auto& [name, property] : value.items()) left[keyword][name] = without_wording(property);
  }
  return left;
}

SchemaChange compare_as_whole(const Json& base, const Json& next) {
  return without_wording(base) == without_wording(next) ? SchemaChange::wording : SchemaChange::changes;
}

bool holds_all(const Json& list, const Json& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const Json& one) { return std::find(list.begin(), list.end(), one) != list.end(); });
}

// Of two lists that are sets: `more` where the next has all of the base and others, `less` the other way round.
SchemaChange compare_sets(const Json& base, const Json& next, SchemaChange more, SchemaChange less) {
  const bool keeps = holds_all(next, base);
  const bool is_new = !holds_all(base, next);
  if (keeps) return is_new ? more : SchemaChange::wording;
  return is_new ? SchemaChange::changes : less;
}

// The member as a list of its own; nothing where there is none or it is no list of that kind.
std::optional<Json> list_at(const Json& schema, const char* keyword) {
  const auto found = schema.find(keyword);
  if (found == schema.end()) return std::nullopt;
  return found->is_array() ? *found : Json::array({*found});
}

// `enum` and `const` say one thing.
std::optional<Json> values_of(const Json& schema) {
  return schema.contains("const") ? Json::array({schema["const"]}) : list_at(schema, "enum");
}

SchemaChange compare_values(const std::optional<Json>& base, const std::optional<Json>& next) {
  if (!base || !next) return base ? SchemaChange::widens : SchemaChange::changes;
  return compare_sets(*base, *next, SchemaChange::adds, SchemaChange::changes);
}

SchemaChange compare_types(std::optional<Json> base, std::optional<Json> next) {
  if (!base || !next) return base ? SchemaChange::widens : SchemaChange::changes;
  // Every integer is a number.
  if (holds_all(*next, Json::array({"number"})) && holds_all(*base, Json::array({"integer"})))
    next->push_back("integer");
  return compare_sets(*base, *next, SchemaChange::widens, SchemaChange::changes);
}

SchemaChange compare_properties(const Json& base, const Json& next) {
  if (!base.is_object() || !next.is_object()) return SchemaChange::changes;
  SchemaChange change = SchemaChange::wording;
  for (const auto& [name, property] : base.items()) {
    const auto now = next.find(name);
    change = std::max(change, now == next.end() ? SchemaChange::changes : compare_schemas(property, *now));
  }
  for (const auto& [name, property] : next.items()) {
    if (!base.contains(name)) change = std::max(change, SchemaChange::adds);
  }
  return change;
}

// `sign` is 1 for a limit from below, -1 for one from above.
SchemaChange compare_limits(const Json* base, const Json* next, int sign) {
  if (base == nullptr || next == nullptr) return base != nullptr ? SchemaChange::widens : SchemaChange::changes;
  if (!base->is_number() || !next->is_number()) return SchemaChange::changes;
  const double moved = (next->get<double>() - base->get<double>()) * sign;
  return moved <= 0 ? SchemaChange::widens : SchemaChange::changes;
}

const Json* member(const Json& schema, const std::string& keyword) {
  const auto found = schema.find(keyword);
  return found == schema.end() ? nullptr : &*found;
}

// What one keyword changes that the two schemas do not share.
SchemaChange compare_keyword(const std::string& keyword, const Json& base, const Json& next) {
  static const Json kAnything = true;
  static const Json kNone = Json::object();
  const Json* was = member(base, keyword);
  const Json* is = member(next, keyword);
  if (is_wording(keyword)) return SchemaChange::wording;
  if (keyword == "enum" || keyword == "const") return compare_values(values_of(base), values_of(next));
  if (keyword == "type") return compare_types(list_at(base, "type"), list_at(next, "type"));
  if (keyword == "properties") return compare_properties(was ? *was : kNone, is ? *is : kNone);
  if (keyword == "required") {
    return compare_sets(was ? *was : Json::array(), is ? *is : Json::array(), SchemaChange::changes,
                        SchemaChange::widens);
  }
  const bool lists_items = keyword == "items" && (base.contains("prefixItems") || next.contains("prefixItems"));
  if (keyword == "additionalProperties" || (keyword == "items" && !lists_items)) {
    return compare_schemas(was ? *was : kAnything, is ? *is : kAnything);
  }
  if (is_one_of(keyword, {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})) {
    return compare_limits(was, is, 1);
  }
  if (is_one_of(keyword, {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})) {
    return compare_limits(was, is, -1);
  }
  if (was != nullptr && is != nullptr) return compare_as_whole(*was, *is);
  const bool only_checks = is_one_of(keyword, {"pattern", "multipleOf", "uniqueItems", "allOf", "anyOf", "oneOf", "not",
                                               "propertyNames", "dependentRequired", "dependentSchemas"});
  return was != nullptr && only_checks ? SchemaChange::widens : SchemaChange::changes;
}

bool mentions_unevaluated(const Json& schema) {
  return dump_compact(schema).find("\"unevaluated") != std::string::npos;
}

}  // namespace

SchemaChange compare_schemas(const Json& base, const Json& next) {
  if (base == next) return SchemaChange::none;
  if (next == true || next == Json::object() || base == false) return SchemaChange::widens;
  if (base == true) return compare_schemas(Json::object(), next);
  if (!base.is_object() || !next.is_object()) return SchemaChange::changes;
  if (mentions_unevaluated(base) || mentions_unevaluated(next)) return compare_as_whole(base, next);
  std::set<std::string> keywords;
  for (const auto& [keyword, value] : base.items()) keywords.insert(keyword);
  for (const auto& [keyword, value] : next.items()) keywords.insert(keyword);
  SchemaChange change = SchemaChange::none;
  for (const std::string& keyword : keywords) {
    const Json* was = member(base, keyword);
    const Json* is = member(next, keyword);
    if (was != nullptr && is != nullptr && *was == *is) continue;
    change = std::max(change, compare_keyword(keyword, base, next));
  }
  return change;
}

}  // namespace pianola::workflow
