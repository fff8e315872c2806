// A JSON Schema for a reader: a list of fields, and sentences of its conditions, where that loses nothing, else compact
// JSON.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "workflow/playbook.h"

namespace pianola::workflow {
namespace {

constexpr int kDeepestList = 4;  // deeper nesting reads better as JSON

constexpr std::array<std::string_view, 22> kKnownKeywords = {"type",
                                                             "enum",
                                                             "const",
                                                             "description",
                                                             "title",
                                                             "minLength",
                                                             "maxLength",
                                                             "pattern",
                                                             "format",
                                                             "minimum",
                                                             "maximum",
                                                             "exclusiveMinimum",
                                                             "exclusiveMaximum",
                                                             "multipleOf",
                                                             "minItems",
                                                             "maxItems",
                                                             "items",
                                                             "properties",
                                                             "required",
                                                             "additionalProperties",
                                                             "uniqueItems",
                                                             "default"};

// Limits of numbers that are told as they are.
constexpr std::array<std::pair<const char*, std::string_view>, 3> kLimits = {
    {{"exclusiveMinimum", ", over "}, {"exclusiveMaximum", ", under "}, {"multipleOf", ", a multiple of "}}};

bool is_known(std::string_view keyword) {
  return std::find(kKnownKeywords.begin(), kKnownKeywords.end(), keyword) != kKnownKeywords.end();
}

// "3 to 5 items", "at least 1 item", "at most 5 items", or nothing; with a comma before.
std::string range(const Json& schema, const char* least, const char* most, const std::string& unit) {
  const bool has_least = schema.contains(least);
  const bool has_most = schema.contains(most);
  if (!has_least && !has_most) return {};
  const Json& bound = schema[has_most ? most : least];
  const std::string after = unit.empty() ? "" : " " + unit + (bound == 1 ? "" : "s");
  if (!has_most) return ", at least " + dump_compact(bound) + after;
  if (!has_least) return ", at most " + dump_compact(bound) + after;
  return ", " + dump_compact(schema[least]) + " to " + dump_compact(bound) + after;
}

std::string type_words(const Json& type) {
  if (type.is_string()) return type == "array" ? "list" : type.get<std::string>();
  std::string words;
  for (const Json& one : type)
    words += (words.empty() ? "" : " or ") + (one.is_string() ? one.get<std::string>() : "?");
  return words;
}

std::string value_list(const Json& values) {
  std::string text;
  for (const Json& value : values) text += (text.empty() ? "" : ", ") + dump_compact(value);
  return text;
}

// What a value must be, in a few words; `items` of a list are told by the caller.
std::string constraint_words(const Json& schema) {
  std::string words;
  if (schema.contains("const")) {
    words = dump_compact(schema["const"]);
  } else if (schema.contains("enum") && schema["enum"].is_array()) {
    words = "one of " + value_list(schema["enum"]);
  } else {
    words = schema.contains("type") ? type_words(schema["type"]) : "any";
  }
  words += range(schema, "minLength", "maxLength", "character");
  words += range(schema, "minimum", "maximum", "");
  for (const auto& [keyword, says] : kLimits) {
    if (schema.contains(keyword)) words += std::string(says) + dump_compact(schema[keyword]);
  }
  words += range(schema, "minItems", "maxItems", "item");
  if (schema.contains("pattern")) words += ", pattern " + dump_compact(schema["pattern"]);
  if (schema.contains("format")) words += ", format " + dump_compact(schema["format"]);
  if (schema.value("uniqueItems", false)) words += ", no repeats";
  if (schema.contains("default")) words += ", default " + dump_compact(schema["default"]);
  return words;
}

// True where the list below says all that the schema says; one level, without its children.
bool is_simple(const Json& schema) {
  if (!schema.is_object()) return false;
  for (const auto& [keyword, value] : schema.items()) {
    if (!is_known(keyword)) return false;
  }
  const bool object = schema.contains("properties");
  const Json type = schema.value("type", Json());
  if (object && type != "object") return false;
  if (schema.contains("items") && type != "array") return false;
  if (!object && (schema.contains("required") || schema.contains("additionalProperties"))) return false;
  if (schema.contains("enum") && !schema["enum"].is_array()) return false;
  if (schema.contains("type") && (schema.contains("enum") || schema.contains("const"))) {
    const Json& values = schema.contains("const") ? Json::array({schema["const"]}) : schema["enum"];
    const bool strings = std::all_of(values.begin(), values.end(), [](const Json& value) { return value.is_string(); });
    if (type != "string" || !strings) return type == "boolean" || type == "integer" || type == "number";
  }
  const bool closed = !schema.contains("additionalProperties") || schema["additionalProperties"] == false;
  return closed && (!schema.contains("uniqueItems") || schema["uniqueItems"].is_boolean());
}

bool is_required(const Json& object, const std::string& name) {
  const auto required = object.find("required");
  if (required == object.end() || !required->is_array()) return false;
  return std::find(required->begin(), required->end(), Json(name)) != required->end();
}

// Every required name is a property: otherwise the list would hide one.
bool names_what_it_requires(const Json& object) {
  const auto required = object.find("required");
  if (required == object.end()) return true;
  return required->is_array() && std::all_of(required->begin(), required->end(), [&](const Json& name) {
           return name.is_string() && object["properties"].contains(name.get<std::string>());
         });
}

std::optional<std::string> fields(const Json& object, int depth);

std::string note(const Json& schema, const char* keyword) {
  if (!schema.contains(keyword) || !schema[keyword].is_string()) return {};
  std::string text = schema[keyword].get<std::string>();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return ". " + text;
}

// The words of one value and, on the lines below it, its fields.
std::optional<std::string> value_words(const Json& schema, int depth) {
  if (!is_simple(schema)) return std::nullopt;
  std::string words = constraint_words(schema);
  const std::string notes = note(schema, "title") + note(schema, "description");
  if (schema.contains("properties")) {
    std::optional<std::string> below = fields(schema, depth + 1);
    if (!below) return std::nullopt;
    const bool closed = schema.contains("additionalProperties");
    return words + (closed ? ", no other fields" : "") + notes + "\n" + *below;
  }
  if (!schema.contains("items")) return words + notes + "\n";
  std::optional<std::string> item = value_words(schema["items"], depth);
  if (!item) return std::nullopt;
  const std::size_t line = item->find('\n');
  return words + ", each: " + item->substr(0, line) + notes + item->substr(line);
}

// "`a` is "x" and `b` is at least 5": what a part of a condition says of fields of `object`. A rule on a field holds
// where the field is given, so `always` asks for those that are.
std::optional<std::string> clause(const Json& part, const Json& object, bool always) {
  if (!part.is_object() || !part.contains("properties") || !part["properties"].is_object()) return std::nullopt;
  for (const auto& [keyword, value] : part.items()) {
    if (keyword != "properties" && keyword != "required" && (keyword != "type" || value != "object"))
      return std::nullopt;
  }
  const Json& rules = part["properties"];
  for (const Json& name : part.value("required", Json::array())) {
    if (!name.is_string() || !rules.contains(name.get<std::string>())) return std::nullopt;
  }
  std::string text;
  for (const auto& [name, rule] : rules.items()) {
    const bool is_given = is_required(object, name) || is_required(part, name);
    const bool is_plain = is_simple(rule) && !rule.empty() && !rule.contains("properties") && !rule.contains("items") &&
                          !rule.contains("title") && !rule.contains("description") && !rule.contains("default");
    if (!is_plain || !object["properties"].contains(name) || (always && !is_given)) return std::nullopt;
    constexpr std::string_view kAny = "any, ";
    std::string words = constraint_words(rule);
    if (words.starts_with(kAny)) words.erase(0, kAny.size());
    text += (text.empty() ? "`" : " and `") + name + "`" + (is_given ? " is " : ", if given, is ") + words;
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

// "If `a` is "x", `b` is "y"; else `b` is "z".": an if, then and else on the fields of `object`.
std::optional<std::string> condition_line(const Json& condition, const Json& object) {
  if (!condition.contains("if") || !condition.contains("then")) return std::nullopt;
  const bool has_else = condition.contains("else");
  if (condition.size() != (has_else ? 3U : 2U)) return std::nullopt;
  const auto when = clause(condition["if"], object, true);
  const auto then = clause(condition["then"], object, false);
  const auto otherwise = has_else ? clause(condition["else"], object, false) : std::optional<std::string>("");
  if (!when || !then || !otherwise) return std::nullopt;
  return "If " + *when + ", " + *then + (has_else ? "; else " + *otherwise : "") + ".\n";
}

// Takes the conditions (`allOf`, `if`) out of an object's schema and gives them as sentences, one a line.
std::optional<std::string> take_conditions(Json& object) {
  Json conditions = object.value("allOf", Json::array());
  if (!conditions.is_array() || !object["properties"].is_object()) return std::nullopt;
  object.erase("allOf");
  Json own = Json::object();
  for (const char* keyword : {"if", "then", "else"}) {
    if (!object.contains(keyword)) continue;
    own[keyword] = object[keyword];
    object.erase(keyword);
  }
  if (!own.empty()) conditions.push_back(std::move(own));
  std::string lines;
  for (const Json& condition : conditions) {
    const auto line = condition.is_object() ? condition_line(condition, object) : std::nullopt;
    if (!line) return std::nullopt;
    lines += *line;
  }
  return lines;
}

std::optional<std::string> fields(const Json& object, int depth) {
  if (depth > kDeepestList || !object["properties"].is_object() || !names_what_it_requires(object)) return std::nullopt;
  std::string list;
  for (const auto& [name, schema] : object["properties"].items()) {
    std::optional<std::string> words = value_words(schema, depth);
    if (!words) return std::nullopt;
    list += std::string(static_cast<std::size_t>(depth) * 2, ' ') + "- `" + name + "`" +
            (is_required(object, name) ? "" : " (optional)") + ": " + *words;
  }
  return list;
}

}  // namespace

std::string render_schema(const Json& schema) {
  const bool has_fields = schema.is_object() && schema.contains("properties") && !schema["properties"].empty();
  Json plain = has_fields ? schema : Json();
  const std::optional<std::string> conditions = has_fields ? take_conditions(plain) : std::nullopt;
  const std::optional<std::string> list = conditions && is_simple(plain) ? fields(plain, 0) : std::nullopt;
  if (!list) return "JSON that passes this JSON Schema:\n```json\n" + dump_compact(schema) + "\n```\n";
  const bool closed = schema.contains("additionalProperties");
  const std::string notes = note(schema, "title") + note(schema, "description");
  return "JSON with these fields" + std::string(closed ? " alone" : "") + notes + ":\n" + *list + *conditions;
}

}  // namespace pianola::workflow
