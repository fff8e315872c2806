#include "workflow/meant_value.h"

#include <algorithm>
#include <sstream>

#include "base/ascii.h"
#include "base/list_text.h"
#include "workflow/branch_expression.h"
#include "workflow/design.h"
#include "workflow/design_mending.h"
#include "workflow/design_slips.h"
#include "workflow/schema_mending.h"
#include "workflow/schema_samples.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kLongestMadeTitle = 60;  // bytes

bool is_schema_place(std::string_view shape) {
  return is_one_of(shape, {"/inputs", "/outputs", "/steps/#/output", "/steps/#/branches/#/when/*", "/cases/#/checks"});
}

// {"parse": {...}} as [{"id": "parse", ...}]: what was meant where a list of steps or of edge cases was given as an
// object. An edge case in words has its situation as name: {"No signature": "Ask for one."}.
Json listed_by_id(std::string_view shape, const Json& object) {
  if (object.contains("id")) return Json::array({object});
  Json list = Json::array();
  for (const auto& [name, value] : object.items()) {
    Json item = value;
    if (!value.is_object()) {
      item = shape == "/edge_cases" ? Json{{"when", name}, {"then", value}} : Json{{"instruction", value}};
    }
    item["id"] = id_from_words(name);
    list.push_back(std::move(item));
  }
  return list;
}

// {"output.kind == 'bug'": "reply", "else": "end"} as branches, the one for everything else last.
Json listed_branches(const Json& object) {
  const bool is_one_branch = object.contains("when") || object.contains("goto");
  if (is_one_branch) return Json::array({object});
  Json branches = Json::array();
  Json others = Json::array();
  for (const auto& [condition, value] : object.items()) {
    const Json when = when_from_text(condition);
    Json branch = value.is_object() ? value : Json{{"goto", value}};
    branch["when"] = when;
    (when.empty() ? others : branches).push_back(std::move(branch));
  }
  branches.insert(branches.end(), others.begin(), others.end());
  return branches;
}

// "No sum: ask the customer." as an edge case. Where nothing parts the situation from what to do, both are the text.
Json edge_case_from_text(const std::string& text) {
  for (const std::string_view between : {": ", " -> ", " => ", " \xE2\x86\x92 ", ", then ", ", "}) {
    const std::size_t at = text.find(between);
    const bool is_condition = text.starts_with("If ") || text.starts_with("When ");
    if (at == std::string::npos || (between == ", " && !is_condition)) continue;
    const std::string when = text.substr(0, at);
    return {{"id", id_from_words(when)}, {"when", when}, {"then", text.substr(at + between.size())}};
  }
  return {{"id", id_from_words(text)}, {"when", text}, {"then", text}};
}

bool is_list_of_texts(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
}

Json schema_from_other(const Json& value) {
  const std::optional<Json> listed = value.is_array() ? object_schema_of_list(value) : std::nullopt;
  return listed ? *listed : schema_of_sample({{"NAME", "string"}});
}

// "retry 3 times, then fail", "skip", 3: how often, and what then.
Json on_failure_from(const Json& value) {
  Json meant = {{"retries", kDefaultRetries}, {"then", "escalate"}};
  if (value.is_number()) meant["retries"] = value;
  std::istringstream words(value.is_string() ? value.get<std::string>() : "");
  for (std::string word; words >> word;) {
    word = step_id_from(word);
    const bool is_number = word.find_first_not_of("0123456789") == std::string::npos;
    if (is_number && word.size() <= 2) meant["retries"] = std::stoi(word);
    const bool is_ours = is_one_of(word, {"escalate", "skip", "fail"});
    const std::string_view then = is_ours ? std::string_view(word) : value_meant_by("then", word);
    if (!then.empty() && word != "retry" && word != "next") meant["then"] = then;
  }
  return meant;
}

// One text, number or switch as a list; members of an object as "name: value".
Json list_of_texts(const Json& value) {
  if (value.is_string()) return Json::array({value});
  if (!value.is_object()) return Json::array({dump_compact(value)});
  Json texts = Json::array();
  for (const auto& [name, member] : value.items()) {
    texts.push_back(name + ": " + (member.is_string() ? member.get<std::string>() : dump_compact(member)));
  }
  return texts;
}

// "95 %" as 0.95, "3" as 3.
std::optional<Json> number_in(const std::string& text) {
  const bool is_percentage = text.ends_with('%');
  const Result<Json> number =
      parse_json(trimmed(std::string_view(text).substr(0, text.size() - (is_percentage ? 1 : 0))));
  if (!number || !number->is_number()) return std::nullopt;
  return is_percentage ? Json(number->get<double>() / 100) : *number;
}

// What was meant inside of a step's `compute`.
std::optional<Json> mended_computation(const std::string& shape, const Json& value) {
  if (shape == "/steps/#/compute") {
    return value.is_string() ? std::optional<Json>(Json{{"result", {{"number", value}}}}) : std::nullopt;
  }
  if (shape == "/steps/#/compute/*") {
    return Json{{"number", value.is_string() ? value : Json(dump_compact(value))}};
  }
  return value.is_primitive() ? std::optional<Json>(Json(dump_compact(value))) : std::nullopt;
}

// What was meant by a text, list or object in the place of one or more steps, branches, examples or edge cases.
std::optional<Json> mended_part(const std::string& shape, const Json& value) {
  if (is_one_of(shape, {"/steps", "/edge_cases"}) && value.is_object()) return listed_by_id(shape, value);
  if (shape == "/steps/#/branches" && value.is_object()) return listed_branches(value);
  if (is_one_of(shape, {"/steps/#/examples", "/cases"}) && value.is_object()) return Json::array({value});
  if (shape == "/edge_cases/#" && value.is_string()) return edge_case_from_text(value.get<std::string>());
  if (shape == "/steps/#" && value.is_string()) {
    const std::string text = value.get<std::string>();
    return Json{{"id", id_from_words(text)}, {"title", cut(text, kLongestMadeTitle)}, {"instruction", text}};
  }
  if (shape == "/escalation") {
    return Json{{"when", value.is_array() ? value : list_of_texts(value)}, {"to", "designer"}};
  }
  return std::nullopt;
}

}  // namespace

bool is_text_list(std::string_view shape) {
  return is_one_of(
      shape, {"/when_to_use", "/when_not_to_use", "/tags", "/steps/#/quotes", "/steps/#/tools", "/escalation/when"});
}

bool is_in_sentences(std::string_view shape) {
  return is_one_of(shape,
                   {"/description", "/context", "/steps/#/instruction", "/edge_cases/#/when", "/edge_cases/#/then"});
}

std::string put_together(std::string_view shape, const std::vector<std::string>& texts) {
  const bool in_paragraphs = is_one_of(shape, {"/context", "/steps/#/instruction"});
  std::string whole;
  for (const std::string& text : texts) {
    const bool ends_sentence = whole.empty() || std::string_view(".!?:;").find(whole.back()) != std::string_view::npos;
    if (!whole.empty()) whole += in_paragraphs ? "\n\n" : ends_sentence ? " " : ". ";
    whole += text;
  }
  return whole;
}

std::string id_from_words(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  std::string id = step_id_from(text);
  if (id.size() <= kLongest) return id;
  const std::size_t end = id.rfind('-', kLongest);
  return id.substr(0, end == std::string::npos ? kLongest : end);
}

std::optional<Json> mended_value(const std::string& shape, const Json& value) {
  if (is_in_sentences(shape) && is_list_of_texts(value)) {
    return Json(put_together(shape, value.get<std::vector<std::string>>()));
  }
  if (is_text_list(shape)) return list_of_texts(value);
  if (shape == "/steps/#/branches/#/when") return when_from_text(value.is_string() ? value.get<std::string>() : "?");
  if (shape == "/steps/#/branches/#/when/*") return value.is_array() ? Json{{"enum", value}} : Json{{"const", value}};
  if (is_schema_place(shape)) return schema_from_other(value);
  if (shape == "/steps/#/on_failure") return on_failure_from(value);
  if (shape.starts_with("/steps/#/compute")) return mended_computation(shape, value);
  if (is_one_of(shape, {"/steps/#/id", "/edge_cases/#/id", "/steps/#/branches/#/goto"}) && value.is_number_integer()) {
    return Json(dump_compact(value));
  }
  if (is_one_of(shape, {"/steps/#/on_failure/retries", "/steps/#/max_visits", "/tolerance"})) {
    return value.is_string() ? number_in(value.get<std::string>()) : std::nullopt;
  }
  return mended_part(shape, value);
}

}  // namespace pianola::workflow
