#include "schema/describe.h"

#include "base/ascii.h"
#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola::schema {

std::string describe_value(const Json& value) {
  constexpr std::size_t kMostDescribed = 80;
  switch (value.type()) {
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::null:
      return "null";
    default:
      break;
  }
  const std::string* whole = value.get_ptr<const std::string*>();
  const bool is_long = whole != nullptr && whole->size() > kMostDescribed;
  std::string text = dump_compact(is_long ? Json(whole->substr(0, kMostDescribed + 1)) : value);
  if (text.size() > kMostDescribed) {
    std::size_t cut = kMostDescribed;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
    text = text.substr(0, cut) + "...";
  }
  return text;
}

namespace {

// The text in a Markdown code fence, or the text itself.
std::string_view without_fence(std::string_view text) {
  constexpr std::string_view kFence = "```";
  text = trimmed(text);
  const std::size_t line_end = text.find('\n');
  if (!text.starts_with(kFence) || !text.ends_with(kFence) || line_end == std::string_view::npos) return text;
  return text.substr(line_end, text.size() - line_end - kFence.size());
}

}  // namespace

std::string describe_broken_json(const Json& value) {
  const std::string* whole = value.get_ptr<const std::string*>();
  if (whole == nullptr) return {};
  const std::string_view inner = trimmed(without_fence(*whole));
  if (!inner.starts_with('{') && !inner.starts_with('[')) return {};
  // Blanks before it, so that bytes are counted in the string as it was given.
  const std::string at_its_place = std::string(static_cast<std::size_t>(inner.data() - whole->data()), ' ');
  const Result<Json> parsed = parse_json(at_its_place + std::string(inner));
  return parsed ? std::string() : " The JSON in this string is broken: " + as_sentence(parsed.error().message);
}

namespace detail {
namespace {

std::string at(const std::string& place) { return place.empty() ? "this" : place; }

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "\"" : ", \"") + names[i] + '"';
  return text;
}

}  // namespace

void add_wrong_type(std::string_view expected, const Json& value, const std::string& place, Findings& findings) {
  const bool is_structure = expected == "an object" || expected == "an array";
  findings.push_back(Refusal{"wrong_type",
                             at(place) + " must be " + std::string(expected) + ", but is " + describe_value(value) +
                                 "." + (is_structure ? describe_broken_json(value) : std::string()),
                             place});
}

void add_bad_enum(const Json& value, const std::vector<std::string>& names, const std::string& place,
                  Findings& findings) {
  const std::string near = value.is_string() ? did_you_mean(value.get<std::string>(), names) : "";
  findings.push_back(Refusal{
      "bad_value",
      at(place) + " must be one of " + quoted_list(names) + ", but is " + describe_value(value) + "." + near, place});
}

void add_unknown_field(const std::string& name, const std::vector<std::string>& known, const std::string& place,
                       Findings& findings) {
  std::string hint = did_you_mean(name, known);
  if (hint.empty()) hint = " Known are " + quoted_list(known) + ".";
  findings.push_back(
      Refusal{"unknown_field",
              "There is no field \"" + name.substr(0, 100) + "\"" + (place.empty() ? "" : " in " + place) + "." + hint,
              pointer_child(place, name)});
}

void add_missing_field(const std::string& name, const std::string& description, const std::string& place,
                       Findings& findings) {
  findings.push_back(Refusal{"missing_field",
                             "\"" + name + "\" is missing" + (place.empty() ? "" : " in " + place) +
                                 (description.empty() ? "." : ": " + description),
                             place});
}

const Json& unwrap_text(const Json& value, Json::value_t wanted, Json& holder) {
  if (!value.is_string()) return value;
  Result<Json> parsed = parse_json(without_fence(value.get_ref<const std::string&>()));
  if (!parsed || parsed->type() != wanted) return value;
  holder = std::move(*parsed);
  return holder;
}

}  // namespace detail

Refusal merge_findings(const Findings& findings) {
  if (findings.size() == 1) return findings.front();
  Refusal merged{"bad_arguments", "", ""};
  OrderedJson places = OrderedJson::array();
  for (const Refusal& finding : findings) {
    if (!merged.message.empty()) merged.message += ' ';
    merged.message += finding.message;
    places.push_back(finding.place);
  }
  merged.data["places"] = std::move(places);
  return merged;
}

}  // namespace pianola::schema
