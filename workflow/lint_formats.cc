// What schemas say of texts and no check looks at: format and content keywords are annotations.
#include <algorithm>
#include <span>

#include "workflow/lint_rules.h"
#include "workflow/text_formats.h"

namespace pianola::workflow {
namespace {

constexpr std::string_view kMapsOfSchemas[] = {"properties", "$defs", "definitions", "patternProperties",
                                               "dependentSchemas"};
constexpr std::string_view kListsOfSchemas[] = {"allOf", "anyOf", "oneOf", "prefixItems"};
constexpr std::string_view kSchemas[] = {"items",
                                         "contains",
                                         "additionalProperties",
                                         "unevaluatedProperties",
                                         "unevaluatedItems",
                                         "propertyNames",
                                         "not",
                                         "if",
                                         "then",
                                         "else"};

bool is_listed(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// True where what may stand there is no text, or is checked otherwise.
bool needs_no_format(const Json& schema) {
  if (schema.contains("pattern") || schema.contains("enum") || schema.contains("const")) return true;
  const auto type = schema.find("type");
  if (type == schema.end()) return false;
  return *type != "string" && (!type->is_array() || std::ranges::find(*type, "string") == type->end());
}

// `"pattern": ...` to stand in the keyword's place, or a sentence where no pattern says the same.
std::string fix_for_format(std::string_view keyword, const std::string& value) {
  const std::string pattern = keyword == "format"            ? pattern_of_format(value)
                              : keyword == "contentEncoding" ? pattern_of_encoding(value)
                                                             : std::string();
  if (!pattern.empty()) return "\"pattern\": " + dump_compact(Json(pattern));
  if (keyword == "contentMediaType" && value.ends_with("json")) {
    return "Ask for the object itself, with its properties, instead of a text that holds it.";
  }
  return "Write a pattern that says what the text must look like, or say it in the description and leave this out.";
}

void find_formats(const Json& schema, const std::string& place, LintMistakes& mistakes) {
  if (!schema.is_object()) return;
  for (const auto& [keyword, value] : schema.items()) {
    const std::string at = pointer_child(place, keyword);
    if (is_listed(kMapsOfSchemas, keyword) && value.is_object()) {
      for (const auto& [name, inner] : value.items()) find_formats(inner, pointer_child(at, name), mistakes);
    } else if (is_listed(kListsOfSchemas, keyword) && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) find_formats(value[i], pointer_child(at, i), mistakes);
    } else if (is_listed(kSchemas, keyword)) {
      find_formats(value, at, mistakes);
    }
  }
  if (needs_no_format(schema)) return;
  // One keyword is told: what is written for it is what checks the text from then on.
  for (const char* keyword : {"format", "contentEncoding", "contentMediaType"}) {
    const auto value = schema.find(keyword);
    if (value == schema.end() || !value->is_string()) continue;
    const std::string text = value->get<std::string>();
    mistakes.push_back(
        {pointer_child(place, keyword),
         "\"" + std::string(keyword) + "\": " + in_quotes(text, 60) + " checks nothing: any text passes.",
         fix_for_format(keyword, text)});
    return;
  }
}

}  // namespace

LintMistakes check_formats(const LintSubject& subject) {
  LintMistakes mistakes;
  for (const LintedSchema& schema : subject.schemas) find_formats(*schema.schema, schema.place, mistakes);
  return mistakes;
}

}  // namespace pianola::workflow
