#include "workflow/branch_expression.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"
#include "base/list_text.h"

namespace pianola::workflow {
namespace {

// A value as expressions write it: 'refund', "refund", 500, true, ['a', 'b'].
Json value_from_text(std::string_view text) {
  std::string value(trimmed(text, " "));
  if (value.starts_with('[')) std::replace(value.begin(), value.end(), '\'', '"');
  if (const Result<Json> parsed = parse_json(value)) return *parsed;
  return std::string(trimmed(value, " '\""));
}

// The schema that says what an operator and its right side say; null for none of ours.
Json schema_of_comparison(std::string_view sign, const Json& value) {
  if (is_one_of(sign, {"==", "===", "=", " is "})) return {{"const", value}};
  if (is_one_of(sign, {"!=", "!=="})) return {{"not", {{"const", value}}}};
  if (sign == " in ") return value.is_array() ? Json{{"enum", value}} : Json();
  if (!value.is_number()) return {};
  if (sign == ">=") return {{"minimum", value}};
  if (sign == "<=") return {{"maximum", value}};
  return sign == ">" ? Json{{"exclusiveMinimum", value}} : Json{{"exclusiveMaximum", value}};
}

bool is_path_text(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$") ==
             std::string_view::npos;
}

// Adds one comparison, "output.amount > 500" or "output.ok" alone, to `when`; false where it is none.
bool add_clause(std::string_view clause, Json& when) {
  constexpr std::string_view kSigns[] = {"===", "!==", "==", "!=", ">=", "<=", ">", "<", "=", " in ", " is "};
  for (const std::string_view sign : kSigns) {
    const std::size_t at = clause.find(sign);
    if (at == std::string_view::npos) continue;
    const std::string path(trimmed(clause.substr(0, at), " ({"));
    const Json schema = schema_of_comparison(sign, value_from_text(trimmed(clause.substr(at + sign.size()), " )}")));
    if (schema.is_null() || !is_path_text(path)) return false;
    when[path] = schema;
    return true;
  }
  std::string path(trimmed(clause, " (){}"));
  const bool negated = path.starts_with('!') || path.starts_with("not ");
  if (negated) path = std::string(trimmed(std::string_view(path).substr(path.starts_with('!') ? 1 : 4), " "));
  if (!is_path_text(path) || path.find('.') == std::string::npos) return false;
  when[path] = {{"const", !negated}};
  return true;
}

}  // namespace

Json when_from_text(std::string_view text) {
  if (is_one_of(trimmed(text, " '\"{}"), {"else", "default", "otherwise", "always", "true", ""})) return Json::object();
  Json form = {{"output.FIELD", {{"const", "VALUE"}}}};
  // One branch says "and" alone: "or" takes two of them.
  for (const std::string_view joint : {"||", " or ", " OR "}) {
    if (text.find(joint) != std::string_view::npos) return form;
  }
  Json when = Json::object();
  while (!text.empty()) {
    std::size_t stop = text.size();
    std::size_t length = 0;
    for (const std::string_view joint : {"&&", " and ", " AND "}) {
      const std::size_t at = text.find(joint);
      if (at < stop) {
        stop = at;
        length = joint.size();
      }
    }
    if (!add_clause(text.substr(0, stop), when)) return form;
    text.remove_prefix(std::min(stop + length, text.size()));
  }
  return when;
}

}  // namespace pianola::workflow
