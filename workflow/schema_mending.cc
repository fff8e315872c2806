#include "workflow/schema_mending.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "base/ascii.h"
#include "base/nearest_name.h"
#include "schema/schema.h"
#include "workflow/text_formats.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostMistakes = 20;
constexpr std::size_t kMostMends = 60;  // several may be told as one

struct Word {
  std::string_view written;
  std::string_view meant;
};

// Types as other languages and notations name them.
constexpr Word kTypes[] = {
    {"str", "string"},       {"text", "string"},     {"date", "string"},      {"datetime", "string"},
    {"uuid", "string"},      {"email", "string"},    {"url", "string"},       {"markdown", "string"},
    {"date-time", "string"}, {"time", "string"},     {"timestamp", "string"}, {"uri", "string"},
    {"duration", "string"},  {"hostname", "string"}, {"ipv4", "string"},      {"ipv6", "string"},
    {"file", "string"},      {"html", "string"},     {"int", "integer"},      {"long", "integer"},
    {"float", "number"},     {"double", "number"},   {"decimal", "number"},   {"numeric", "number"},
    {"bool", "boolean"},     {"list", "array"},      {"tuple", "array"},      {"string[]", "array"},
    {"dict", "object"},      {"map", "object"},      {"struct", "object"},    {"string", "string"},
    {"array", "array"},      {"object", "object"},   {"number", "number"},    {"null", "null"},
    {"boolean", "boolean"},  {"integer", "integer"}};

// Keywords under other names, where the nearest name is not what was meant.
constexpr Word kKeywords[] = {{"values", "enum"},
                              {"options", "enum"},
                              {"choices", "enum"},
                              {"allowed", "enum"},
                              {"allowed_values", "enum"},
                              {"one_of", "enum"},
                              {"min", "minimum"},
                              {"max", "maximum"},
                              {"regex", "pattern"},
                              {"fields", "properties"},
                              {"props", "properties"},
                              {"attributes", "properties"},
                              {"desc", "description"},
                              {"example", "examples"},
                              {"definitions", "$defs"},
                              {"element", "items"},
                              {"gte", "minimum"},
                              {"ge", "minimum"},
                              {"lte", "maximum"},
                              {"le", "maximum"},
                              {"gt", "exclusiveMinimum"},
                              {"lt", "exclusiveMaximum"},
                              {"eq", "const"},
                              {"equals", "const"},
                              {"in", "enum"},
                              {"elements", "items"},
                              {"$dynamicref", "$ref"},
                              {"$recursiveref", "$ref"}};
// Keywords of other drafts and of OpenAPI that hold schemas, and are no properties for that.
constexpr std::string_view kForeign[] = {"dependencies", "additionalItems", "discriminator", "nullable", "optional"};

template <std::size_t Size>
std::string meant_by(const Word (&words)[Size], std::string_view written) {
  for (const Word& word : words) {
    if (word.written == written) return std::string(word.meant);
  }
  return {};
}

// The parts of "a, b" or "a|b", trimmed.
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t stop = std::min(text.find_first_of(",|"), text.size());
    std::string_view part = text.substr(0, stop);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (stop == text.size()) return parts;
    text.remove_prefix(stop + 1);
  }
}

std::string type_named(const std::string& written) {
  std::string type = meant_by(kTypes, lower_case(written));
  if (!type.empty()) return type;
  const std::vector<std::string> known{"string", "number", "integer", "boolean", "array", "object", "null"};
  const std::vector<std::string> near = nearest_names(lower_case(written), known, 1);
  return near.empty() ? "" : near.front();
}

// The types meant by a wrong `type`; null where anything was.
std::optional<Json> mended_type(const Json& given) {
  std::vector<std::string> written;
  if (given.is_string()) written = parts_of(given.get<std::string>());
  for (const Json& one : given.is_array() ? given : Json::array())
    written.push_back(one.is_string() ? one.get<std::string>() : std::string());
  Json types = Json::array();
  for (const std::string& name : written) {
    if (lower_case(name) == "any") return Json();
    const std::string type = type_named(name);
    if (type.empty()) return std::nullopt;
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  }
  if (types.empty()) return std::nullopt;
  return types.size() == 1 ? types[0] : types;
}

// [{"name": "x", "type": "string"}] or ["x"] as {"x": {"type": "string"}}.
std::optional<Json> properties_from_list(const Json& list) {
  Json properties = Json::object();
  for (const Json& item : list) {
    if (item.is_string()) {
      properties[item.get<std::string>()] = {{"type", "string"}};
      continue;
    }
    if (!item.is_object() || !item.contains("name") || !item["name"].is_string()) return std::nullopt;
    Json schema = item;
    schema.erase("name");
    properties[item["name"].get<std::string>()] = std::move(schema);
  }
  return properties;
}

// A keyword's value in the form that it must have, where that can be told.
std::optional<Json> mended_keyword(const std::string& keyword, const Json& value) {
  static const std::set<std::string, std::less<>> kNumbers = {
      "minimum",  "maximum",  "minLength",     "maxLength",     "exclusiveMinimum", "exclusiveMaximum",
      "minItems", "maxItems", "minProperties", "maxProperties", "multipleOf"};
  if (keyword == "type") return mended_type(value);
  if (keyword == "$schema") return Json(std::string(schema::kDialect));
  if (keyword == "properties" && value.is_array()) return properties_from_list(value);
  if (keyword == "enum" && value.is_string()) return Json(parts_of(value.get<std::string>()));
  if (keyword == "enum" && value.is_object()) {
    Json names = Json::array();
    for (const auto& [name, meaning] : value.items()) names.push_back(name);
    return names;
  }
  if (keyword == "required" && value.is_string()) return Json(parts_of(value.get<std::string>()));
  if (value.is_string() && (kNumbers.contains(keyword) || keyword == "uniqueItems")) {
    const Result<Json> parsed = parse_json(value.get<std::string>());
    if (parsed && (parsed->is_number() || parsed->is_boolean())) return *parsed;
  }
  if (keyword == "items" && value.is_array() && value.size() == 1) return value[0];
  return std::nullopt;
}

std::string member(std::string_view name, const Json& value) {
  return dump_compact(Json(std::string(name))) + ": " + dump_compact(value);
}

// Mends one schema in place, telling each mistake.
class Mender {
 public:
  explicit Mender(const Json& given) : schema_(given) {}

  MendedSchema run() {
    for (std::size_t mends = 0; mends < kMostMends && mistakes_.size() < kMostMistakes; ++mends) {
      const Result<schema::Schema> compiled = schema::Schema::compile(schema_);
      if (compiled) break;
      if (!mend(compiled.error())) break;
    }
    // What was taken apart shows as it is once everything in it is mended.
    for (Told& told : mistakes_) {
      if (!told.whole) continue;
      const Json* now = find_pointer(schema_, told.mistake.place);
      if (now != nullptr) told.mistake.fix = dump_compact(*now);
    }
    MendedSchema mended{std::move(schema_), {}};
    for (Told& told : mistakes_) mended.mistakes.push_back(std::move(told.mistake));
    return mended;
  }

 private:
  struct Told {
    SchemaMistake mistake;
    bool whole;  // the fix is the whole subschema at the place
  };

  // Mends what compiling refused; false where nothing more can be done.
  bool mend(const Refusal& why) {
    const Result<std::vector<std::string>> tokens = split_pointer(why.place);
    if (!tokens || tokens->empty()) {
      tell(why, why.place, "Write a smaller JSON Schema 2020-12 of an object.");
      return false;
    }
    const std::string keyword = tokens->back();
    const std::string holder_place = why.place.substr(0, why.place.rfind('/'));
    Json* holder = at(holder_place);
    if (holder == nullptr) return false;
    if (holder->is_array()) {
      Json& element = (*holder)[std::stoul(keyword)];
      element = schema_meant_by(element);
      tell(why, why.place, dump_compact(element));
      return true;
    }
    if (!holder->contains(keyword)) return false;
    mend_member(why, holder_place, *holder, keyword);
    return true;
  }

  void mend_member(const Refusal& why, const std::string& holder_place, Json& holder, const std::string& keyword) {
    const Json value = holder[keyword];
    if (const std::string fix = why.data.value("fix", ""); !fix.empty()) {
      holder.erase(keyword);
      return tell(why, why.place, fix);
    }
    if (is_map_of_schemas(holder_place)) {
      holder[keyword] = schema_meant_by(value);
      return tell(why, why.place, member(keyword, holder[keyword]));
    }
    if (keyword == "required" && value.is_boolean()) return move_required(why, holder_place, value);
    const bool is_property = keyword == "type" && value.is_object();
    if (is_property || why.message.find("is no keyword") != std::string::npos)
      return mend_name(why, holder_place, holder, keyword);
    if (const std::optional<Json> mended = mended_keyword(keyword, value)) {
      // A format in a type's place: a pattern checks it.
      const std::string form =
          keyword == "type" && value.is_string() ? pattern_of_format(value.get<std::string>()) : "";
      if (!form.empty() && !holder.contains("pattern")) {
        holder[keyword] = *mended;
        holder["pattern"] = form;
        return tell_whole(why, holder_place);
      }
      if (mended->is_null()) {
        holder.erase(keyword);
        return tell_whole(why, holder_place);
      }
      holder[keyword] = *mended;
      return tell(why, why.place, member(keyword, *mended));
    }
    if (!value.is_object() && (keyword == "items" || keyword == "contains" || keyword == "additionalProperties")) {
      holder[keyword] = schema_meant_by(value);
      return tell(why, why.place, member(keyword, holder[keyword]));
    }
    holder.erase(keyword);
    tell(why, why.place, "Write \"" + keyword.substr(0, 60) + "\" as JSON Schema 2020-12 has it, or leave it out.");
  }

  // A name that is no keyword: another name of one, or a property that stands beside "properties".
  void mend_name(const Refusal& why, const std::string& holder_place, Json& holder, const std::string& name) {
    const Json value = holder[name];
    const std::string keyword = keyword_meant_by(name, value);
    holder.erase(name);
    if (!keyword.empty() && !holder.contains(keyword)) {
      holder[keyword] = value;
      return tell(why, why.place, member(keyword, value));
    }
    if (name == "nullable" && value == true && holder.contains("type") && holder["type"].is_string()) {
      holder["type"] = {holder["type"], "null"};
    } else if (!name.starts_with('$') && std::ranges::find(kForeign, name) == std::end(kForeign) &&
               (value.is_object() || value.is_string()) &&
               (!holder.contains("properties") || holder["properties"].is_object())) {
      take_in_property(holder_place, holder, name, value);
    }
    tell_whole(why, holder_place);
  }

  // Puts a property that stood beside "properties" into it, and with it those whose names are keywords too
  // ("title": {"type": "string"}). Where there was no "properties", all are required: so samples mean it.
  void take_in_property(const std::string& holder_place, Json& holder, const std::string& name, const Json& value) {
    if (!holder.contains("properties")) bare_.insert(holder_place);
    std::vector<std::string> names{name};
    for (const char* text : {"title", "description", "format", "pattern", "default", "examples", "type"}) {
      if (holder.contains(text) && holder[text].is_object()) names.emplace_back(text);
    }
    for (const std::string& moved : names) {
      const Json schema = moved == name ? value : holder[moved];
      holder.erase(moved);
      holder["properties"][moved] = schema;
      if (bare_.contains(holder_place)) holder["required"].push_back(moved);
    }
    holder["type"] = "object";
  }

  // `required: true` inside a property means the list of the object around it.
  void move_required(const Refusal& why, const std::string& property_place, const Json& value) {
    Json* property = at(property_place);
    property->erase("required");
    const std::string map_place = property_place.substr(0, property_place.rfind('/'));
    const std::string object_place = map_place.substr(0, std::min(map_place.rfind('/'), map_place.size()));
    Json* object = at(object_place);
    const bool inside = map_place.ends_with("/properties") && object != nullptr && object->is_object();
    if (!inside) return tell_whole(why, property_place);
    const Result<std::vector<std::string>> tokens = split_pointer(property_place);
    Json& required = (*object)["required"];
    if (!required.is_array()) required = Json::array();
    const Json name = tokens->back();
    const bool known = std::find(required.begin(), required.end(), name) != required.end();
    if (value == true && !known) required.push_back(name);
    if (required.empty()) object->erase("required");
    tell_whole(why, object_place);
  }

  static bool is_map_of_schemas(const std::string& place) {
    for (const char* map : {"/properties", "/$defs", "/patternProperties", "/dependentSchemas"}) {
      if (!place.ends_with(map)) continue;
      // A property may itself be called "properties".
      const std::string above = place.substr(0, place.size() - std::string_view(map).size());
      return !is_map_of_schemas(above);
    }
    return false;
  }

  Json* at(const std::string& place) { return const_cast<Json*>(find_pointer(schema_, place)); }

  void tell(const Refusal& why, const std::string& place, std::string fix) {
    if (is_inside_whole(place)) return note_inside(why);
    mistakes_.push_back({{place, why.message, std::move(fix)}, false});
  }

  void tell_whole(const Refusal& why, const std::string& place) {
    if (is_inside_whole(place)) return note_inside(why);
    // One answer for what was told of parts of it before.
    std::string message;
    for (const Told& told : mistakes_) {
      if (is_below(told.mistake.place, place)) message += told.mistake.message + ' ';
    }
    std::erase_if(mistakes_, [&](const Told& told) { return is_below(told.mistake.place, place); });
    mistakes_.push_back({{place, message + why.message, {}}, true});
  }

  static bool is_below(const std::string& place, const std::string& above) {
    return place.starts_with(above) && (place.size() == above.size() || place[above.size()] == '/');
  }
  bool is_inside_whole(const std::string& place) const {
    return std::any_of(mistakes_.begin(), mistakes_.end(),
                       [&](const Told& told) { return told.whole && is_below(place, told.mistake.place); });
  }
  void note_inside(const Refusal& why) {
    for (Told& told : mistakes_) {
      if (!told.whole || !is_below(why.place, told.mistake.place)) continue;
      told.mistake.message += ' ' + why.message;
      return;
    }
  }

  Json schema_;
  std::vector<Told> mistakes_;
  std::set<std::string> bare_;  // places of objects that had no "properties"
};

}  // namespace

Json schema_meant_by(const Json& given) {
  if (given.is_array()) return {{"enum", given}};
  if (!given.is_string()) return {{"const", given}};
  if (const std::optional<Json> type = mended_type(given)) {
    return type->is_null() ? Json::object() : Json{{"type", *type}};
  }
  const std::vector<std::string> values = parts_of(given.get<std::string>());
  if (values.size() > 1 && given.get<std::string>().find('|') != std::string::npos) return {{"enum", values}};
  return {{"type", "string"}, {"description", given}};
}

std::string keyword_meant_by(const std::string& name, const Json& value) {
  if (name == "nullable" || name == "optional") return {};
  std::string keyword = meant_by(kKeywords, lower_case(name));
  // A list alone is a list of values; a number alone is a limit.
  if (keyword == "enum" && !value.is_array()) keyword.clear();
  const bool is_limit = keyword.ends_with("inimum") || keyword.ends_with("aximum");
  if (is_limit && !value.is_number()) keyword.clear();
  if (!keyword.empty() || name.starts_with("$")) return keyword;
  // A schema under an unknown name is a property, unless only one letter or so is wrong.
  const std::vector<std::string> near = nearest_names(name, schema::keywords(), 1);
  const bool is_slip = !near.empty() && edit_distance(name, near.front()) <= 3;
  return is_slip && (!value.is_object() || near.front() == "properties") ? near.front() : "";
}

std::optional<Json> object_schema_of_list(const Json& list) {
  std::optional<Json> properties = properties_from_list(list);
  if (!properties) return std::nullopt;
  Json required = Json::array();
  for (auto& [name, schema] : properties->items()) {
    const auto told = schema.find("required");
    const bool is_flag = told != schema.end() && told->is_boolean();
    if (!is_flag || told->get<bool>()) required.push_back(name);
    if (is_flag) schema.erase(told);
  }
  return Json{{"type", "object"}, {"properties", *std::move(properties)}, {"required", std::move(required)}};
}

MendedSchema mend_schema(const Json& given) { return Mender(given).run(); }

}  // namespace pianola::workflow
