// What a schema is compiled to: nodes (subschemas) with rules in the order they are checked. Known to compile.cc and
// evaluate.cc alone.
// Thread rule: built by one thread, then only read.
#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::schema {

using NodeId = std::size_t;

// The rules, in the order they are checked: cheap ones first, those that need the others' notes last.
enum class RuleKind {
  type,
  constant,
  one_of_values,
  minimum,
  maximum,
  exclusive_minimum,
  exclusive_maximum,
  multiple_of,
  min_length,
  max_length,
  pattern,
  min_items,
  max_items,
  unique_items,
  min_properties,
  max_properties,
  required,
  dependent_required,
  property_names,
  members,   // properties, patternProperties and additionalProperties together
  elements,  // prefixItems and items together
  contains,  // with minContains and maxContains
  reference,
  all_of,
  any_of,
  one_of,
  negation,
  condition,  // if, then and else together
  dependent_schemas,
  unevaluated_items,
  unevaluated_properties,
};

// The types of JSON Schema as bits; an integer is also a number.
enum TypeBit : unsigned {
  kNullType = 1,
  kBooleanType = 2,
  kObjectType = 4,
  kArrayType = 8,
  kNumberType = 16,
  kIntegerType = 32,
  kStringType = 64,
};

inline constexpr NodeId kNoNode = static_cast<NodeId>(-1);

// One regular expression and the subschema it leads to (kNoNode for `pattern`).
struct Pattern {
  std::string text;  // as written
  std::unique_ptr<const RE2> regex;
  NodeId node = kNoNode;
};

// One rule of a subschema; each kind uses the few fields it needs.
struct Rule {
  RuleKind kind;
  Json operand;                                                // the keyword's value, where a comparison needs it
  std::string shown;                                           // the keyword's value for a message, cut short
  std::size_t count = 0;                                       // minLength and its like; minContains
  std::size_t most = 0;                                        // maxContains
  unsigned types = 0;                                          // TypeBits
  std::vector<NodeId> nodes;                                   // subschemas; for condition: if, then, else
  NodeId rest = kNoNode;                                       // additionalProperties, items
  std::map<std::string, NodeId> named;                         // properties, dependentSchemas
  std::vector<Pattern> patterns;                               // pattern, patternProperties
  std::vector<std::string> names;                              // required
  std::map<std::string, std::vector<std::string>> dependents;  // dependentRequired
};

// One subschema.
struct Node {
  bool never = false;        // the schema `false`
  bool takes_notes = false;  // has unevaluatedItems or unevaluatedProperties
  std::vector<Rule> rules;
};

// A compiled schema: nodes refer to one another by index.
struct Program {
  std::vector<Node> nodes;
  NodeId root = 0;
};

}  // namespace pianola::schema
