// How values of the basic types go to JSON and back: texts, numbers, enums, types made from text, and optional, vector
// or map of these. schema/describe.h builds described structs from them; include that one.
// Thread rule: plain functions.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"

namespace pianola::schema {

// Names a type, so that describe() and enum_names() are found in that type's namespace.
template <class T>
struct Of {};

// Everything wrong with one value: codes missing_field, wrong_type, unknown_field, bad_value, or a parse()'s own.
using Findings = std::vector<Refusal>;

// One value of an enum and its JSON name.
template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

// What a field's schema shows: everything, or only its outer type, where the token budget is small.
enum class Shown { fully, outer_type };

// An enum whose JSON names are written down, by enum_names(Of<E>{}).
template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires {
  enum_names(Of<T>{});
};
// A type that is made from valid text alone, by a static parse(), and gives it back by text().
template <class T>
concept MadeFromText = requires(const T& value) {
  T::parse(std::string_view());
  { value.text() } -> std::convertible_to<std::string>;
};

// "an object", "the string \"x\"", ... for messages.
std::string describe_value(const Json& value);
// Where a string that was to hold an object or array, in a code fence or not, is no JSON, as a sentence with a blank
// before it; empty of all other values.
std::string describe_broken_json(const Json& value);

namespace detail {

// Each adds one finding about the value at `place`, in words that say what belongs there.
void add_wrong_type(std::string_view expected, const Json& value, const std::string& place, Findings& findings);
void add_bad_enum(const Json& value, const std::vector<std::string>& names, const std::string& place,
                  Findings& findings);
void add_unknown_field(const std::string& name, const std::vector<std::string>& known, const std::string& place,
                       Findings& findings);
void add_missing_field(const std::string& name, const std::string& description, const std::string& place,
                       Findings& findings);

// `value`, or what the JSON text in it holds, in a code fence or not, where that is of the wanted type.
const Json& unwrap_text(const Json& value, Json::value_t wanted, Json& holder);

}  // namespace detail

// How one type is decoded, encoded and shown in a schema. Structs that are described have theirs in schema/describe.h.
template <class T>
struct Codec;

// A string.
template <>
struct Codec<std::string> {
  // Refuses, by a finding: what is no string (wrong_type).
  static void decode(const Json& json, const std::string& place, Findings& findings, std::string& out) {
    if (!json.is_string()) return detail::add_wrong_type("a string", json, place, findings);
    out = json.get_ref<const std::string&>();
  }
  // Gives the text.
  static OrderedJson encode(const std::string& value) { return value; }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "string"}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

// true or false; no other value is read as one.
template <>
struct Codec<bool> {
  // Refuses, by a finding: what is neither (wrong_type).
  static void decode(const Json& json, const std::string& place, Findings& findings, bool& out) {
    if (!json.is_boolean()) return detail::add_wrong_type("true or false", json, place, findings);
    out = json.get<bool>();
  }
  // Gives true or false.
  static OrderedJson encode(bool value) { return value; }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "boolean"}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

// A whole number, 3.0 included; refused beyond 2^53-1 and beyond T.
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) struct Codec<T> {
  // Refuses, by a finding: what is no whole number in range (wrong_type).
  static void decode(const Json& json, const std::string& place, Findings& findings, T& out) {
    const double number = json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
    // 3.0 is an integer in JSON Schema; beyond 2^53 a double is no exact count.
    const bool fits =
        std::abs(number) <= std::min(9007199254740991.0, static_cast<double>(std::numeric_limits<T>::max()));
    if (!fits || number != std::floor(number)) return detail::add_wrong_type("an integer", json, place, findings);
    out = static_cast<T>(number);
  }
  // Gives the number.
  static OrderedJson encode(T value) { return value; }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "integer"}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

// Any number.
template <>
struct Codec<double> {
  // Refuses, by a finding: what is no number (wrong_type).
  static void decode(const Json& json, const std::string& place, Findings& findings, double& out) {
    if (!json.is_number()) return detail::add_wrong_type("a number", json, place, findings);
    out = json.get<double>();
  }
  // Gives the number.
  static OrderedJson encode(double value) { return value; }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "number"}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

// Any object: what a Json member is for, input and schemas alike.
template <>
struct Codec<Json> {
  // Refuses, by a finding: what is no object (wrong_type).
  static void decode(const Json& given, const std::string& place, Findings& findings, Json& out) {
    Json holder;
    const Json& json = detail::unwrap_text(given, Json::value_t::object, holder);
    if (!json.is_object()) return detail::add_wrong_type("an object", json, place, findings);
    out = json;
  }
  // Gives the object as it is.
  static OrderedJson encode(const Json& value) { return OrderedJson(value); }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "object"}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

// One of the enum's names.
template <DescribedEnum T>
struct Codec<T> {
  // Refuses, by a finding: what is none of the names, with the nearest (bad_value).
  static void decode(const Json& json, const std::string& place, Findings& findings, T& out) {
    for (const EnumName<T>& known : enum_names(Of<T>{})) {
      if (json.is_string() && json.get_ref<const std::string&>() == known.name) {
        out = known.value;
        return;
      }
    }
    detail::add_bad_enum(json, names(), place, findings);
  }
  // Gives the name.
  static OrderedJson encode(T value) {
    for (const EnumName<T>& known : enum_names(Of<T>{})) {
      if (known.value == value) return known.name;
    }
    return nullptr;
  }
  // The JSON Schema of such values: the names in the order of the enum.
  static OrderedJson schema() { return {{"type", "string"}, {"enum", names()}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
  // The names that are taken, in the order of the enum.
  static std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const EnumName<T>& known : enum_names(Of<T>{})) names.emplace_back(known.name);
    return names;
  }
};

// Out is the type itself, or an optional of it where the type has no default.
template <MadeFromText T>
struct Codec<T> {
  // Refuses, by a finding: what is no string (wrong_type), and what parse() refuses, with its code.
  template <class Out>
  static void decode(const Json& json, const std::string& place, Findings& findings, Out& out) {
    if (!json.is_string()) return detail::add_wrong_type("a string", json, place, findings);
    auto made = T::parse(json.get_ref<const std::string&>());
    if (made) {
      out = std::move(*made);
    } else {
      made.error().place = place;
      findings.push_back(made.error());
    }
  }
  // Gives the text.
  static OrderedJson encode(const T& value) { return OrderedJson(value.text()); }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "string"}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

// A value that may be absent; `null` is no absence.
template <class T>
struct Codec<std::optional<T>> {
  // Refuses, by a finding: what T refuses.
  static void decode(const Json& json, const std::string& place, Findings& findings, std::optional<T>& out) {
    if constexpr (MadeFromText<T>) {
      Codec<T>::decode(json, place, findings, out);
    } else {
      Codec<T>::decode(json, place, findings, out.emplace());
    }
  }
  // Gives T's JSON, null where absent.
  static OrderedJson encode(const std::optional<T>& value) { return value ? Codec<T>::encode(*value) : OrderedJson(); }
  // The JSON Schema of such values.
  static OrderedJson schema() { return Codec<T>::schema(); }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return Codec<T>::outer_schema(); }
};

// A list; each element is decoded at its own place.
template <class T>
struct Codec<std::vector<T>> {
  // Refuses, by a finding: what T refuses.
  static void decode(const Json& given, const std::string& place, Findings& findings, std::vector<T>& out) {
    Json holder;
    const Json& json = detail::unwrap_text(given, Json::value_t::array, holder);
    if (!json.is_array()) return detail::add_wrong_type("an array", json, place, findings);
    out.clear();
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string item_place = pointer_child(place, i);
      if constexpr (std::is_default_constructible_v<T>) {
        T item{};
        Codec<T>::decode(json[i], item_place, findings, item);
        out.push_back(std::move(item));
      } else {
        std::optional<T> item;
        Codec<std::optional<T>>::decode(json[i], item_place, findings, item);
        if (item) out.push_back(std::move(*item));
      }
    }
  }
  // Gives a list of T's JSON.
  static OrderedJson encode(const std::vector<T>& values) {
    OrderedJson array = OrderedJson::array();
    for (const T& value : values) array.push_back(Codec<T>::encode(value));
    return array;
  }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "array"}, {"items", Codec<T>::schema()}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return {{"type", "array"}, {"items", Codec<T>::outer_schema()}}; }
};

// An object with any names, each value decoded at its own place.
template <class T>
struct Codec<std::map<std::string, T>> {
  // Refuses, by a finding: what is no object (wrong_type), and what T refuses of each value.
  static void decode(const Json& given, const std::string& place, Findings& findings, std::map<std::string, T>& out) {
    Json holder;
    const Json& json = detail::unwrap_text(given, Json::value_t::object, holder);
    if (!json.is_object()) return detail::add_wrong_type("an object", json, place, findings);
    out.clear();
    for (auto it = json.begin(); it != json.end(); ++it) {
      Codec<T>::decode(it.value(), pointer_child(place, it.key()), findings, out[it.key()]);
    }
  }
  // Gives an object of T's JSON.
  static OrderedJson encode(const std::map<std::string, T>& values) {
    OrderedJson object = OrderedJson::object();
    for (const auto& [key, value] : values) object[key] = Codec<T>::encode(value);
    return object;
  }
  // The JSON Schema of such values.
  static OrderedJson schema() { return {{"type", "object"}}; }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

}  // namespace pianola::schema
