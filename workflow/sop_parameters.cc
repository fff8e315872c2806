#include "workflow/sop_parameters.h"

#include <re2/re2.h>

#include <algorithm>

#include "workflow/markdown_sections.h"

namespace pianola::workflow {
namespace {

// "x", `x`, true or 12 as the value it is; other texts describe a default and are none.
std::optional<Json> literal_value(const std::string& text) {
  if (text == "true" || text == "false") return Json(text == "true");
  if (RE2::FullMatch(text, R"(-?\d{1,15})")) return Json(std::stoll(text));
  std::string inside;
  if (RE2::FullMatch(text, R"re("([^"]*)")re", &inside) || RE2::FullMatch(text, R"(`([^`]*)`)", &inside) ||
      RE2::FullMatch(text, R"('([^']*)')", &inside)) {
    return Json(inside);
  }
  return std::nullopt;
}

}  // namespace

SopParameters::Parameter SopParameters::made_from(const std::string& name, const std::string& details,
                                                  const std::string& text) {
  Parameter parameter{name, {}, false, {}};
  std::string rest = details;
  std::string after;
  if (RE2::FullMatch(rest, R"((?i)(?:required)\s*,?\s*(.*))", &after)) {
    parameter.required = true;
    rest = after;
  } else if (RE2::FullMatch(rest, R"((?i)(?:optional)\s*,?\s*(.*))", &after)) {
    rest = after;
  }
  std::string given;
  if (RE2::FullMatch(rest, R"((?i)default:?\s*(.+))", &given)) parameter.default_value = literal_value(given);
  if (parameter.default_value) rest.clear();
  parameter.description = without_blank_edges(text);
  if (!rest.empty()) parameter.description += (parameter.description.empty() ? "(" : " (") + rest + ")";
  return parameter;
}

std::string SopParameters::read(std::string_view body) {
  static const RE2 item(R"([-*+]\s+\*\*([A-Za-z][A-Za-z0-9_-]*)(:?)\*\*\s*(?:\(([^)]*)\))?\s*(:?)\s*(.*))");
  struct Item {
    std::string name, details, text;
  };
  std::vector<Item> items;
  std::string rest;
  bool in_item = false;
  bool list_is_over = false;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string line(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
    std::string name, colon, details, late_colon, text;
    const bool is_item = !list_is_over && RE2::FullMatch(line, item, &name, &colon, &details, &late_colon, &text) &&
                         (!colon.empty() || !late_colon.empty() || !details.empty()) &&
                         std::none_of(items.begin(), items.end(), [&](const Item& one) { return one.name == name; });
    if (is_item) {
      items.push_back({name, details, text});
      in_item = true;
    } else if (in_item && (line.empty() || line[0] == ' ' || line[0] == '\t')) {
      items.back().text += "\n" + line;
    } else {
      list_is_over = !items.empty();
      in_item = false;
      rest += line + "\n";
    }
  }
  for (Item& each : items) parameters_.push_back(made_from(each.name, each.details, each.text));
  return rest;
}

std::optional<Json> SopParameters::schema() const {
  if (parameters_.empty()) return std::nullopt;
  Json properties = Json::object();
  Json required = Json::array();
  for (const Parameter& parameter : parameters_) {
    Json& property = properties[parameter.name];
    property["type"] = "string";
    if (parameter.default_value) {
      if (parameter.default_value->is_boolean()) property["type"] = "boolean";
      if (parameter.default_value->is_number()) property["type"] = "integer";
      property["default"] = *parameter.default_value;
    }
    if (!parameter.description.empty()) property["description"] = parameter.description;
    if (parameter.required) required.push_back(parameter.name);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

std::string SopParameters::bound(std::string_view text) const {
  std::string result(text);
  for (const Parameter& parameter : parameters_) {
    RE2::GlobalReplace(&result, R"(\{\{\s*)" + RE2::QuoteMeta(parameter.name) + R"(\s*\}\})",
                       "{{input." + parameter.name + "}}");
  }
  return result;
}

std::string SopParameters::note_on_use() const {
  std::string defaults;
  for (const Parameter& parameter : parameters_) {
    if (!parameter.default_value) continue;
    defaults += (defaults.empty() ? "" : ", ") + parameter.name + " " + dump_compact(*parameter.default_value);
  }
  if (parameters_.empty()) return {};
  std::string note =
      "A parameter's name in braces, such as `{" + parameters_.front().name + "}`, stands for the input of that name";
  note += defaults.empty() ? "." : "; where it is not given: " + defaults + ".";
  return note;
}

}  // namespace pianola::workflow
