// One description of a struct gives its JSON Schema, its decoder and its encoder, so that they cannot drift apart.
//
//     struct Point { int x = 0; std::optional<std::string> label; };
//     const schema::Description<Point>& describe(schema::Of<Point>) {   // in Point's namespace
//       static const auto description = schema::Description<Point>()
//           .required("x", &Point::x, "Steps to the right.")
//           .optional("label", &Point::label, "What it is called.");
//       return description;
//     }
//     schema::Decoded<Point> decoded = schema::decode<Point>(json);     // every finding at once
//
// Members may be std::string, bool, int, std::int64_t, double, Json, enums (with enum_names), other described structs,
// types made from text (static parse, text()), and optional, vector or map of these. A string that holds the JSON of an
// expected object or array is parsed: several hosts' models send it so.
// Thread rule: descriptions are built once and then only read.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "schema/codec.h"

namespace pianola::schema {

// The description of struct T: its fields in order.
template <class T>
class Description {
 public:
  // A field that must be there, and is always written.
  template <class Member>
  Description& required(std::string name, Member T::*member, std::string text, Shown shown = Shown::fully) {
    add(std::move(name), member, std::move(text), true, shown);
    return *this;
  }

  // A field that may be left out, and is left out where it equals that of a default T.
  template <class Member>
  Description& optional(std::string name, Member T::*member, std::string text, Shown shown = Shown::fully) {
    add(std::move(name), member, std::move(text), false, shown);
    return *this;
  }

  // A field that is known by name only, to be refused with this message.
  Description& not_built_yet(std::string name, std::string message) {
    refused_[std::move(name)] = std::move(message);
    return *this;
  }

  // A field that hosts add on their own.
  Description& ignored(std::string name) {
    ignored_.push_back(std::move(name));
    return *this;
  }

  // Reads `given` into `out`: what is right is read, and everything wrong is added to `findings`, with places below
  // `place`.
  void decode(const Json& given, const std::string& place, Findings& findings, T& out) const {
    Json holder;
    const Json& object = detail::unwrap_text(given, Json::value_t::object, holder);
    if (!object.is_object()) return detail::add_wrong_type("an object", object, place, findings);
    for (const Field& field : fields_) {
      const auto found = object.find(field.name);
      if (found != object.end()) {
        field.decode(*found, pointer_child(place, field.name), findings, out);
      } else if (field.required) {
        detail::add_missing_field(field.name, field.text, place, findings);
      }
    }
    for (auto it = object.begin(); it != object.end(); ++it) check_known(it.key(), place, findings);
  }

  // The JSON of a value: fields in the order described, optional ones left out where they equal the default.
  OrderedJson encode(const T& value) const {
    OrderedJson object = OrderedJson::object();
    for (const Field& field : fields_) {
      if (std::optional<OrderedJson> member = field.encode(value)) object[field.name] = std::move(*member);
    }
    return object;
  }

  // The JSON Schema of such objects; nothing but the fields described is allowed.
  OrderedJson schema() const {
    OrderedJson properties = OrderedJson::object();
    OrderedJson required = OrderedJson::array();
    for (const Field& field : fields_) {
      OrderedJson property = field.schema();
      if (!field.text.empty()) property["description"] = field.text;
      properties[field.name] = std::move(property);
      if (field.required) required.push_back(field.name);
    }
    OrderedJson schema = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    schema["additionalProperties"] = false;
    return schema;
  }

  // The fields' names in order.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Field& field : fields_) names.push_back(field.name);
    return names;
  }

 private:
  struct Field {
    std::string name;
    std::string text;
    bool required;
    std::function<void(const Json&, const std::string&, Findings&, T&)> decode;
    std::function<std::optional<OrderedJson>(const T&)> encode;
    std::function<OrderedJson()> schema;
  };

  template <class Member>
  void add(std::string name, Member T::*member, std::string text, bool required, Shown shown) {
    Field field{std::move(name), std::move(text), required, {}, {}, {}};
    field.decode = [member](const Json& json, const std::string& place, Findings& findings, T& out) {
      Codec<Member>::decode(json, place, findings, out.*member);
    };
    field.encode = [member, required](const T& value) -> std::optional<OrderedJson> {
      if (!required && is_default(value, member)) return std::nullopt;
      return Codec<Member>::encode(value.*member);
    };
    field.schema = [shown] { return shown == Shown::fully ? Codec<Member>::schema() : Codec<Member>::outer_schema(); };
    fields_.push_back(std::move(field));
  }

  template <class Member>
  static bool is_default(const T& value, Member T::*member) {
    if constexpr (std::is_default_constructible_v<T>) {
      static const T kDefault{};
      return value.*member == kDefault.*member;
    } else {
      return false;
    }
  }

  void check_known(const std::string& name, const std::string& place, Findings& findings) const {
    for (const Field& field : fields_) {
      if (field.name == name) return;
    }
    for (const std::string& ignored : ignored_) {
      if (ignored == name) return;
    }
    if (const auto refused = refused_.find(name); refused != refused_.end()) {
      findings.push_back(Refusal{"not_built_yet", refused->second, pointer_child(place, name)});
      return;
    }
    detail::add_unknown_field(name, names(), place, findings);
  }

  std::vector<Field> fields_;
  std::vector<std::string> ignored_;
  std::map<std::string, std::string> refused_;
};

// A struct that has a description, by describe(Of<T>{}).
template <class T>
concept DescribedStruct = requires {
  { describe(Of<T>{}) } -> std::convertible_to<const Description<T>&>;
};

// A described struct: as its description says.
template <DescribedStruct T>
struct Codec<T> {
  // Refuses, by a finding: an object with wrong fields, each at its place.
  static void decode(const Json& json, const std::string& place, Findings& findings, T& out) {
    describe(Of<T>{}).decode(json, place, findings, out);
  }
  // Gives its fields in order.
  static OrderedJson encode(const T& value) { return describe(Of<T>{}).encode(value); }
  // The JSON Schema of such values.
  static OrderedJson schema() { return describe(Of<T>{}).schema(); }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return {{"type", "object"}}; }
};

// A decoded value, as far as it could be read, and everything wrong with it.
template <class T>
struct Decoded {
  T value;
  Findings findings;
};

// Decodes `json`; places are relative to `place`.
template <class T>
Decoded<T> decode(const Json& json, const std::string& place = {}) {
  Decoded<T> decoded{};
  Codec<T>::decode(json, place, decoded.findings, decoded.value);
  return decoded;
}

// One refusal that tells all findings.
Refusal merge_findings(const Findings& findings);

// Decodes or refuses: with the finding where there is one, with code "bad_arguments" and all of them where there are
// more.
template <class T>
Result<T> decode_or_refuse(const Json& json) {
  Decoded<T> decoded = decode<T>(json);
  if (!decoded.findings.empty()) return refuse(merge_findings(decoded.findings));
  return std::move(decoded.value);
}

// The JSON of a value: fields in order, defaults left out.
template <class T>
OrderedJson encode(const T& value) {
  return Codec<T>::encode(value);
}

// The JSON Schema of a struct.
template <class T>
OrderedJson schema_of() {
  return Codec<T>::schema();
}

}  // namespace pianola::schema
