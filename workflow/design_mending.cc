#include "workflow/design_mending.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "base/list_text.h"
#include "workflow/branch_expression.h"
#include "workflow/design.h"
#include "workflow/schema_samples.h"

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

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_schema_place(std::string_view shape) {
  return is_one_of(shape, {"/inputs", "/outputs", "/steps/#/output", "/steps/#/branches/#/when/*", "/cases/#/checks"});
}

bool is_text_list(std::string_view shape) {
  return is_one_of(
      shape, {"/when_to_use", "/when_not_to_use", "/tags", "/steps/#/quotes", "/steps/#/tools", "/escalation/when"});
}

// Names that designers use for a field of ours, by the shape of the place they stand in.
struct Slip {
  std::string_view object;  // shape of the object that holds the field
  std::string_view written;
  std::string_view meant;
};

constexpr Slip kSlips[] = {
    {"/steps/#/branches/#", "next", "goto"},
    {"/steps/#/branches/#", "next_step", "goto"},
    {"/steps/#/branches/#", "to", "goto"},
    {"/steps/#/branches/#", "then", "goto"},
    {"/steps/#/branches/#", "target", "goto"},
    {"/steps/#/branches/#", "go_to", "goto"},
    {"/steps/#/branches/#", "step", "goto"},
    {"/steps/#/branches/#", "else", "goto"},
    {"/steps/#/branches/#", "otherwise", "goto"},
    {"/steps/#/branches/#", "default", "goto"},
    {"/steps/#/branches/#", "if", "when"},
    {"/steps/#/branches/#", "condition", "when"},
    {"/steps/#/branches/#", "description", "label"},
    {"/steps/#/branches/#", "name", "label"},
    {"/steps/#", "name", "title"},
    {"/steps/#", "description", "instruction"},
    {"/steps/#", "prompt", "instruction"},
    {"/steps/#", "action", "instruction"},
    {"/steps/#", "instructions", "instruction"},
    {"/steps/#", "schema", "output"},
    {"/steps/#", "output_schema", "output"},
    {"/steps/#", "outputs", "output"},
    {"/steps/#", "branch", "branches"},
    {"/steps/#", "computed", "compute"},
    {"/steps/#", "calculate", "compute"},
    {"/steps/#/compute/*", "expression", "number"},
    {"/steps/#/compute/*", "expr", "number"},
    {"/steps/#/compute/*", "formula", "number"},
    {"/steps/#/compute/*", "value", "number"},
    {"/steps/#/compute/*", "condition", "is"},
    {"/steps/#/compute/*", "compare", "is"},
    {"/steps/#/compute/*", "if", "is"},
    {"/steps/#/compute/*", "template", "text"},
    {"/steps/#/compute/*", "lookup", "look_up"},
    {"/steps/#/compute/*", "key", "look_up"},
    {"/steps/#/compute/*", "table", "in"},
    {"/steps/#/compute/*", "map", "in"},
    {"/steps/#/compute/*", "default", "else"},
    {"/steps/#/compute/*", "otherwise", "else"},
    {"/edge_cases/#", "situation", "when"},
    {"/edge_cases/#", "condition", "when"},
    {"/edge_cases/#", "trigger", "when"},
    {"/edge_cases/#", "description", "when"},
    {"/edge_cases/#", "handling", "then"},
    {"/edge_cases/#", "action", "then"},
    {"/edge_cases/#", "do", "then"},
    {"/edge_cases/#", "level", "severity"},
    {"", "input", "inputs"},
    {"", "input_schema", "inputs"},
    {"", "output", "outputs"},
    {"", "output_schema", "outputs"},
    {"", "model", "executor"},
    {"", "edgecases", "edge_cases"},
    {"", "edge_case", "edge_cases"},
    {"", "summary", "description"},
    {"", "instructions", "context"},
};

const Slip* find_slip(std::string_view object, std::string_view written) {
  for (const Slip& slip : kSlips) {
    if (slip.object == object && slip.written == written) return &slip;
  }
  return nullptr;
}

// {"parse": {...}} as [{"id": "parse", ...}]: what was meant where a list of things with ids was given as an object.
Json listed_by_id(const Json& object) {
  if (object.contains("id")) return Json::array({object});
  Json list = Json::array();
  for (const auto& [id, value] : object.items()) {
    Json item = value.is_object() ? value : Json{{"instruction", value}};
    item["id"] = step_id_from(id);
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

// "No sum: ask the customer." as an edge case.
Json edge_case_from_text(const std::string& text) {
  const std::size_t colon = text.find(": ");
  const std::string when = text.substr(0, colon);
  const std::string then = colon == std::string::npos ? "What to do." : text.substr(colon + 2);
  constexpr std::size_t kLongestId = 24;
  return {{"id", step_id_from(when.substr(0, kLongestId))}, {"when", when}, {"then", then}};
}

Json schema_from_other(const Json& value) {
  Json sample = Json::object();
  if (value.is_array()) {
    for (const Json& name : value) {
      if (name.is_string()) sample[name.get<std::string>()] = "string";
    }
  } else {
    sample["NAME"] = "string";
  }
  return schema_of_sample(sample);
}

// The value that was meant in place of one of the wrong type, where that can be told.
std::optional<Json> mended_value(const std::string& shape, const Json& value) {
  if (is_one_of(shape, {"/steps", "/edge_cases"}) && value.is_object()) return listed_by_id(value);
  if (is_text_list(shape)) return value.is_string() ? Json::array({value}) : Json::array({"..."});
  if (shape == "/steps/#/branches" && value.is_object()) return listed_branches(value);
  if (is_one_of(shape, {"/steps/#/examples", "/cases"}) && value.is_object()) return Json::array({value});
  if (shape == "/edge_cases/#" && value.is_string()) return edge_case_from_text(value.get<std::string>());
  if (shape == "/steps/#" && value.is_string()) {
    const std::string text = value.get<std::string>();
    return Json{{"id", step_id_from(text.substr(0, 24))}, {"title", text.substr(0, 60)}, {"instruction", text}};
  }
  if (shape == "/steps/#/compute" && value.is_string()) return Json{{"result", {{"number", value}}}};
  if (shape == "/steps/#/compute/*") {
    return Json{{"number", value.is_string() ? value : Json(dump_compact(value))}};
  }
  if (is_one_of(shape, {"/steps/#/compute/*/number", "/steps/#/compute/*/is", "/steps/#/compute/*/look_up"}) &&
      value.is_primitive()) {
    return Json(dump_compact(value));
  }
  if (shape == "/steps/#/branches/#/when") {
    return value.is_string() ? when_from_text(value.get<std::string>()) : when_from_text("?");
  }
  if (shape == "/steps/#/branches/#/when/*") {
    return value.is_array() ? Json{{"enum", value}} : Json{{"const", value}};
  }
  if (is_schema_place(shape)) return schema_from_other(value);
  if (shape == "/steps/#/on_failure") {
    const bool known = value.is_string() && is_one_of(value.get<std::string>(), {"escalate", "skip", "fail"});
    return Json{{"retries", kDefaultRetries}, {"then", known ? value : Json("escalate")}};
  }
  if (shape == "/escalation") {
    return Json{{"when", Json::array({value.is_string() ? value : Json("...")})}, {"to", "designer"}};
  }
  if (is_one_of(shape, {"/steps/#/on_failure/retries", "/steps/#/max_visits", "/tolerance"}) && value.is_string()) {
    const Result<Json> number = parse_json(value.get<std::string>());
    if (number && number->is_number()) return *number;
  }
  return std::nullopt;
}

// Values that designers write for one of ours.
struct ValueSlip {
  std::string_view field;
  std::string_view written;
  std::string_view meant;
};

constexpr ValueSlip kValueSlips[] = {{"severity", "critical", "high"},
                                     {"severity", "severe", "high"},
                                     {"severity", "blocker", "high"},
                                     {"severity", "urgent", "high"},
                                     {"severity", "major", "high"},
                                     {"severity", "error", "high"},
                                     {"severity", "normal", "medium"},
                                     {"severity", "moderate", "medium"},
                                     {"severity", "warning", "medium"},
                                     {"severity", "minor", "low"},
                                     {"severity", "info", "low"},
                                     {"severity", "trivial", "low"},
                                     {"then", "stop", "fail"},
                                     {"then", "abort", "fail"},
                                     {"then", "error", "fail"},
                                     {"then", "continue", "skip"},
                                     {"then", "next", "skip"},
                                     {"then", "ignore", "skip"},
                                     {"then", "retry", "escalate"},
                                     {"then", "handoff", "escalate"},
                                     {"then", "human", "escalate"},
                                     {"to", "person", "human"},
                                     {"to", "user", "human"},
                                     {"to", "manager", "human"},
                                     {"to", "supervisor", "human"},
                                     {"to", "operator", "human"},
                                     {"to", "team-lead", "human"},
                                     {"to", "lead", "human"},
                                     {"to", "team", "human"},
                                     {"to", "support", "human"},
                                     {"to", "model", "designer"},
                                     {"to", "llm", "designer"},
                                     {"to", "architect", "designer"},
                                     {"to", "strong-model", "designer"},
                                     {"intelligence_level", "strong", "high"},
                                     {"intelligence_level", "frontier", "high"},
                                     {"intelligence_level", "mid", "medium"},
                                     {"intelligence_level", "middle", "medium"},
                                     {"intelligence_level", "average", "medium"},
                                     {"intelligence_level", "standard", "medium"},
                                     {"intelligence_level", "weak", "low"}};

std::string value_meant_by(std::string_view field, std::string_view written) {
  for (const ValueSlip& slip : kValueSlips) {
    if (slip.field == field && slip.written == written) return std::string(slip.meant);
  }
  return {};
}

// The first name that the message proposes, else the first known one: they stand in quotes.
std::string enum_fix(const Refusal& finding, const Json& given) {
  const std::string field = last_token(finding.place);
  const Json* value = find_pointer(given, finding.place);
  const std::string written = value != nullptr && value->is_string() ? step_id_from(value->get<std::string>()) : "";
  const std::string meant = value_meant_by(field, written);
  if (!meant.empty()) return member_text(field, meant);
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

std::string missing_fix(const Refusal& finding, const Json& given) {
  const std::string shape = shape_of(finding.place);
  const std::string name = finding.message.substr(1, finding.message.find('"', 1) - 1);
  if (name == "goto") return R"("goto": "end")";
  if (name == "id") {
    const Json* holder = find_pointer(given, finding.place);
    const bool titled =
        holder != nullptr && holder->is_object() && holder->contains("title") && holder->at("title").is_string();
    const std::string title = titled ? holder->at("title").get<std::string>() : last_token(finding.place);
    return member_text("id", step_id_from(titled ? title : "step-" + title));
  }
  if (name == "name") {
    const Json* title = find_pointer(given, "/title");
    return member_text("name", title != nullptr && title->is_string() ? slug_from(title->get<std::string>())
                                                                      : std::string("what-it-does"));
  }
  if (shape == "/edge_cases/#") return member_text(name, name == "when" ? "The situation." : "What to do.");
  return {};
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
  if (const Slip* slip = find_slip(object, written)) {
    const std::string place = parent_of(finding.place) + '/' + std::string(slip->meant);
    const std::optional<Json> mended = slip->meant == "when" && object == "/steps/#/branches/#" && !value->is_object()
                                           ? mended_value(shape_of(place), *value)
                                           : std::nullopt;
    return member_text(slip->meant, mended ? *mended : *value);
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

// An example written without `output` around it: one finding in place of one a field.
void join_bare_examples(const Json& given, std::vector<Refusal>& findings) {
  std::set<std::string> bare;
  const auto is_of_bare_example = [&](const Refusal& finding) {
    const std::string place = finding.code == "unknown_field" ? parent_of(finding.place) : finding.place;
    if (shape_of(place) != "/steps/#/examples/#") return false;
    const Json* example = find_pointer(given, place);
    if (example == nullptr || !example->is_object() || example->contains("input") || example->contains("output")) {
      return false;
    }
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
      const Slip* slip = find_slip(shape_of(missing.place), last_token(other.place));
      return slip != nullptr && slip->meant == name;
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
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
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
