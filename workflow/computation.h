// How the server makes one property of a computed step's output: what a design writes under `compute`. What is read
// from an execution stands in {{...}}, as in instructions. Evaluated by workflow/compute.h. Thread rule: plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "schema/describe.h"

namespace pianola::workflow {

// Any JSON value, where a Json member of a described struct stands for an object.
struct AnyJson {
  Json value;
  bool operator==(const AnyJson&) const = default;
};

// Exactly one of these ways, each with what belongs to it; which one is told by way_of.
struct Computation {
  std::optional<std::string> number;   // arithmetic (workflow/expression.h): a number
  std::optional<std::string> is;       // a comparison: true or false
  std::optional<std::string> text;     // with {{...}}: a text
  std::optional<std::string> look_up;  // a text with {{...}}: the key
  std::optional<Json> in;              // look_up: {key: value}
  std::optional<AnyJson> otherwise;    // look_up, JSON name "else": where the table has no such key
  std::vector<std::string> days_between;
  std::vector<std::string> hours_between;
  std::vector<std::string> minutes_between;  // two texts each: from, to
  bool operator==(const Computation&) const = default;
};

// By the output's properties.
using Computations = std::map<std::string, Computation>;

}  // namespace pianola::workflow

namespace pianola::schema {

template <>
struct Codec<workflow::AnyJson> {
  // Refuses nothing.
  static void decode(const Json& json, const std::string&, Findings&, workflow::AnyJson& out) { out.value = json; }
  // Gives the value as it is.
  static OrderedJson encode(const workflow::AnyJson& any) { return OrderedJson(any.value); }
  // The JSON Schema of such values.
  static OrderedJson schema() { return OrderedJson::object(); }
  // The same without what stands inside, for small budgets.
  static OrderedJson outer_schema() { return schema(); }
};

}  // namespace pianola::schema
