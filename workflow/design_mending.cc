#include "workflow/design_mending.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "base/ascii.h"
#include "base/list_text.h"
#include "workflow/design.h"
#include "workflow/design_slips.h"
#include "workflow/meant_value.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kLongestFix = 4'000;  // bytes

// A place with every list's index as `#`, and the names in a branch's `when` and in `compute` as `*`:
// "/steps/#/branches/#/when/*".
std::string shape_of(const std::vector<std::string>& tokens) {
  std::string shape;
  bool is_named = false;
  for (const std::string& token : tokens) {
    const bool index = !token.empty() && token.find_first_not_of("0123456789") == std::string::npos;
    shape += '/' + (is_named ? "*" : index ? "#" : token);
    is_named = !is_named && (shape.ends_with("/branches/#/when") || shape == "/steps/#/compute");
  }
  return shape;
}

std::string shape_of(std::string_view place) {
  const Result<std::vector<std::string>> tokens = split_pointer(place);
  return tokens ? shape_of(*tokens) : std::string();
}

std::string last_token(std::string_view place) {
  const Result<std::vector<std::string>> tokens = split_pointer(place);
  return tokens && !tokens->empty() ? tokens->back() : std::string();
}

std::string parent_of(std::string_view place) { return std::string(place.substr(0, place.rfind('/'))); }

std::string json_text(const Json& value) { return dump_compact(value); }

std::string member_text(std::string_view name, const Json& value) {
  return json_text(Json(name)) + ": " + json_text(value);
}

// The first name that the message proposes, else the first known one: they stand in quotes.
std::string enum_fix(const Refusal& finding, const Json& given) {
  const std::string field = last_token(finding.place);
  const Json* value = find_pointer(given, finding.place);
  const std::string written = value != nullptr && value->is_string() ? step_id_from(value->get<std::string>()) : "";
  const std::string_view meant = value_meant_by(field, written);
  if (!meant.empty()) return member_text(field, meant);
  if (field == "severity" && written.empty()) return member_text(field, "medium");  // a number may count either way
  // Right but for capitals or spaces.
  if (!written.empty() && finding.message.find('"' + written + "\", ") < finding.message.find("but is")) {
    return member_text(field, written);
  }
  const std::size_t near = finding.message.find("Did you mean \"");
  const std::size_t list = finding.message.find("one of \"");
  const std::size_t from = near != std::string::npos ? near + 14 : list + 8;
  if (near == std::string::npos && list == std::string::npos) return {};
  if (near == std::string::npos && field == "to") return member_text(field, "human");  // somebody's name or office
  return member_text(last_token(finding.place), finding.message.substr(from, finding.message.find('"', from) - from));
}

// What an object says of one of our fields, under its own name and under others that mean it: sentences together, so
// that no fix loses one; of anything else the field's own value, or the first.
std::optional<Json> said_of(const Json& holder, std::string_view object, std::string_view field) {
  std::vector<Json> said;
  if (const auto own = holder.find(field); own != holder.end()) said.push_back(*own);
  for (const auto& [name, value] : holder.items()) {
    if (field_meant_by(object, name) == field) said.push_back(value);
  }
  if (said.empty()) return std::nullopt;
  const std::string shape = std::string(object) + '/' + std::string(field);
  if (said.size() == 1 || !is_in_sentences(shape)) return said.front();
  std::vector<std::string> texts;
  for (const Json& value : said) {
    const Json text = value.is_string() ? value : mended_value(shape, value).value_or(Json(dump_compact(value)));
    texts.push_back(text.get<std::string>());
  }
  return Json(put_together(shape, texts));
}

// An id made of what a step or an edge case says; numbered where it says nothing.
std::string id_for(const Json& holder, std::string_view place) {
  const std::string shape = shape_of(place);
  for (const std::string_view field : {"title", "when", "instruction", "then"}) {
    const std::optional<Json> said = holder.is_object() ? said_of(holder, shape, field) : std::nullopt;
    if (said && said->is_string() && !said->get_ref<const std::string&>().empty()) {
      return id_from_words(said->get<std::string>());
    }
  }
  return "step-" + last_token(place);
}

std::string missing_fix(const Refusal& finding, const Json& given) {
  const std::string shape = shape_of(finding.place);
  const std::string name = finding.message.substr(1, finding.message.find('"', 1) - 1);
  if (name == "goto") return R"("goto": "end")";
  if (name == "id") {
    const Json* holder = find_pointer(given, finding.place);
    return holder != nullptr ? member_text("id", id_for(*holder, finding.place)) : std::string();
  }
  if (name == "name") {
    const Json* title = find_pointer(given, "/title");
    return member_text("name", title != nullptr && title->is_string() ? slug_from(title->get<std::string>())
                                                                      : std::string("what-it-does"));
  }
  // No words of ours stand for what only the designer knows.
  if (shape == "/edge_cases/#" && name == "when") return R"(Say in "when" what the situation is.)";
  if (shape == "/edge_cases/#" && name == "then") return R"(Say in "then" what to do about it.)";
  return {};
}

// True where a branch has its way under another name, so that `written` ("else") is the way of a branch of its own.
bool is_second_way(const Json& branch, std::string_view written) {
  constexpr std::string_view kElse[] = {"else", "otherwise", "default"};
  const auto is_else = [&](std::string_view name) { return std::ranges::find(kElse, name) != std::end(kElse); };
  if (!is_else(written)) return false;
  return std::ranges::any_of(branch.items(), [&](const auto& member) {
    return !is_else(member.key()) &&
           (member.key() == "goto" || field_meant_by("/steps/#/branches/#", member.key()) == "goto");
  });
}

// A text as the field takes it: an id is made of it, one of a choice of words is meant by it.
std::string word_meant(std::string_view field, const std::string& text) {
  if (field == "id") return id_from_words(text);
  const std::string word = step_id_from(text);
  if (field == "to" && word != "designer" && value_meant_by(field, word).empty())
    return "human";  // a name or an office
  const std::string_view meant = value_meant_by(field, word);
  return meant.empty() ? text : std::string(meant);
}

// What to write for a field that has another name with us.
std::string renamed_fix(const Json& holder, std::string_view object, const std::string& written,
                        std::string_view meant) {
  const bool is_branch = object == "/steps/#/branches/#";
  if (is_branch && is_second_way(holder, written)) {
    return "Add after this branch " + json_text({{"when", Json::object()}, {"goto", holder.at(written)}}) + ".";
  }
  const std::string shape = std::string(object) + '/' + std::string(meant);
  const bool is_said_elsewhere = is_in_sentences(shape) || holder.contains(meant);
  Json value = is_said_elsewhere ? said_of(holder, object, meant).value() : holder.at(written);
  if (value.is_string()) value = word_meant(meant, value.get<std::string>());
  const bool is_as_it_is = is_branch                ? meant != "when" || value.is_object()
                           : is_in_sentences(shape) ? value.is_string()
                                                    : !is_text_list(shape) || value.is_array();
  return member_text(meant, is_as_it_is ? value : mended_value(shape, value).value_or(value));
}

std::string unknown_fix(const Refusal& finding, const Json& given) {
  const std::string written = last_token(finding.place);
  const std::string object = shape_of(parent_of(finding.place));
  const Json* value = find_pointer(given, finding.place);
  if (value == nullptr) return {};
  if (object == "/steps/#" && is_one_of(written, {"retries", "then"})) {
    return "\"on_failure\": {" + member_text(written, *value) + "}";
  }
  if (object == "/steps/#" && is_one_of(written, {"next", "goto"}) && value->is_string()) {
    return "\"branches\": [{\"when\": {}, " + member_text("goto", *value) + "}]";
  }
  if (const std::string_view meant = field_meant_by(object, written); !meant.empty()) {
    const Json* holder = find_pointer(given, parent_of(finding.place));
    return renamed_fix(*holder, object, written, meant);
  }
  const std::size_t near = finding.message.find("Did you mean \"");
  if (near == std::string::npos) return "Leave it out, or say it in a text that there is a field for.";
  const std::size_t from = near + 14;
  return member_text(finding.message.substr(from, finding.message.find('"', from) - from), *value);
}

// The corrected fragment; empty where none can be told.
std::string fix_for(const Refusal& finding, const Json& given) {
  if (finding.code == "missing_field") return missing_fix(finding, given);
  if (finding.code == "unknown_field") return unknown_fix(finding, given);
  if (finding.code == "bad_value") return enum_fix(finding, given);
  if (finding.code != "wrong_type") return {};
  const Json* value = find_pointer(given, finding.place);
  if (value == nullptr || value->is_null()) return {};
  const std::string name = last_token(finding.place);
  const std::optional<Json> mended = mended_value(shape_of(finding.place), *value);
  if (!mended) return {};
  const bool in_list = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
  return in_list ? json_text(*mended) : member_text(name, *mended);
}

// {"input": ..., "output": ...}, or all of it in other words: {"in": ..., "out": ...}.
bool is_example_by_other_names(const Json& example) {
  if (example.contains("input") || example.contains("output")) return true;
  return std::ranges::all_of(
      example.items(), [](const auto& member) { return !field_meant_by("/steps/#/examples/#", member.key()).empty(); });
}

// An example written without `output` around it: one finding in place of one a field.
void join_bare_examples(const Json& given, std::vector<Refusal>& findings) {
  std::set<std::string> bare;
  const auto is_of_bare_example = [&](const Refusal& finding) {
    const std::string place = finding.code == "unknown_field" ? parent_of(finding.place) : finding.place;
    if (shape_of(place) != "/steps/#/examples/#") return false;
    const Json* example = find_pointer(given, place);
    if (example == nullptr || !example->is_object() || is_example_by_other_names(*example)) return false;
    bare.insert(place);
    return true;
  };
  std::erase_if(findings, is_of_bare_example);
  for (const std::string& place : bare) {
    Refusal finding{"wrong_type", place + R"( is no {"input": ..., "output": ...}.)", place};
    finding.data["fix"] = json_text({{"output", *find_pointer(given, place)}});
    findings.push_back(std::move(finding));
  }
}

// Drops "goto is missing" where the same branch has it under another name.
void join_slips(std::vector<Refusal>& findings) {
  const auto is_renamed = [&](const Refusal& missing) {
    if (missing.code != "missing_field") return false;
    const std::string name = missing.message.substr(1, missing.message.find('"', 1) - 1);
    return std::any_of(findings.begin(), findings.end(), [&](const Refusal& other) {
      if (other.code != "unknown_field" || parent_of(other.place) != missing.place) return false;
      return field_meant_by(shape_of(missing.place), last_token(other.place)) == name;
    });
  };
  std::vector<Refusal> kept;
  for (const Refusal& finding : findings) {
    if (!is_renamed(finding)) kept.push_back(finding);
  }
  findings = std::move(kept);
}

}  // namespace

void add_fixes(const Json& given, std::vector<Refusal>& findings) {
  join_slips(findings);
  join_bare_examples(given, findings);
  for (Refusal& finding : findings) {
    if (finding.data.contains("fix")) continue;
    const std::string fix = fix_for(finding, given);
    if (!fix.empty()) finding.data["fix"] = fix;
  }
}

void shorten_fixes(std::vector<Refusal>& findings) {
  for (Refusal& finding : findings) {
    const std::string fix = finding.data.value("fix", "");
    if (fix.size() > kLongestFix) finding.data["fix"] = cut(fix, kLongestFix);
  }
}

bool apply_fix(Json& design, const Refusal& finding) {
  const std::string fix = finding.data.value("fix", "");
  if (fix.empty()) return false;
  Json* at = const_cast<Json*>(find_pointer(design, finding.place));
  if (at == nullptr) return false;
  if (const Result<Json> value = parse_json(fix)) {
    *at = *value;
    return true;
  }
  const Result<Json> member = parse_json("{" + fix + "}");
  if (!member || member->size() != 1) return false;
  const std::string& name = member->begin().key();
  const Json& value = member->begin().value();
  if (finding.code == "missing_field") {
    if (!at->is_object()) return false;
    (*at)[name] = value;
    return true;
  }
  Json* holder = const_cast<Json*>(find_pointer(design, parent_of(finding.place)));
  if (holder == nullptr || !holder->is_object()) return false;
  holder->erase(last_token(finding.place));
  // Two slips may be about one field: {"retries": 3} and {"then": "skip"} are both of on_failure.
  Json& member_now = (*holder)[name];
  if (member_now.is_object() && value.is_object()) {
    member_now.update(value);
  } else {
    member_now = value;
  }
  return true;
}

std::string step_id_from(std::string_view text) {
  constexpr std::size_t kLongest = 59;
  std::string id;
  for (const char lower : lower_case(without_accents(text))) {
    const bool keep = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || (lower == '_' && !id.empty());
    if (keep) {
      id += lower;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
    if (id.size() == kLongest) break;
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  if (is_step_id(id)) return id;
  return id.empty() ? "step" : "step-" + id;
}

std::string fresh_id(const std::string& id, const std::set<std::string>& taken) {
  int number = 2;
  while (taken.contains(id + "-" + std::to_string(number))) ++number;
  return id + "-" + std::to_string(number);
}

std::string slug_from(std::string_view text) {
  std::string slug = step_id_from(text);
  std::replace(slug.begin(), slug.end(), '_', '-');
  return slug;
}

}  // namespace pianola::workflow
