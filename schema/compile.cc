#include "schema/compile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "base/list_text.h"
#include "base/nearest_name.h"
#include "schema/equality.h"
#include "schema/evaluate.h"
#include "schema/reference.h"

namespace pianola::schema {
namespace {

constexpr int kMaxSchemaDepth = 2 * kMaxJsonDepth;

struct TypeName {
  std::string_view name;
  unsigned bit;
};
constexpr TypeName kTypes[] = {{"null", kNullType},    {"boolean", kBooleanType}, {"object", kObjectType},
                               {"array", kArrayType},  {"number", kNumberType},   {"integer", kIntegerType},
                               {"string", kStringType}};

struct Hint {
  std::string_view name;
  std::string_view hint;
};
// Words of other drafts and dialects, and what to write instead.
constexpr Hint kHints[] = {
    {"dependencies", "Write \"dependentRequired\" or \"dependentSchemas\"."},
    {"additionalItems", "Write \"items\" beside \"prefixItems\"."},
    {"nullable", "Write \"type\": [\"string\", \"null\"] and the like."},
    {"optional", "A property is optional unless its parent's \"required\" names it."},
    {"values", "Write \"enum\"."},
    {"id", "Write \"$id\"."},
    {"$dynamicRef", "Write \"$ref\"."},
    {"$dynamicAnchor", "Write \"$anchor\"."},
    {"$recursiveRef", "Write \"$ref\"."},
    {"$recursiveAnchor", "Write \"$anchor\"."},
    {"$vocabulary", "Leave it out: the vocabularies of 2020-12 are known."},
    {"discriminator", "Write \"oneOf\" with a \"const\" in each."},
};

// What of a pattern is good JSON Schema, but not RE2's; empty where it is no regular expression at all.
std::string unsupported_in(const RE2& regex) {
  const std::string& part = regex.error_arg();
  switch (regex.error_code()) {
    case RE2::ErrorBadPerlOp:
      if (part == "(?=" || part == "(?!") return "the look-ahead " + in_quotes(part);
      return part == "(?<" ? "the look-behind or named group \"(?<\"" : "the group " + in_quotes(part);
    case RE2::ErrorBadEscape:
      return (part == "\\k" || part.find_first_of("123456789") == 1 ? "the back reference " : "the escape ") +
             in_quotes(part);
    case RE2::ErrorBadCharRange:
      return part.starts_with("\\p") || part.starts_with("\\P") ? "the name " + in_quotes(part) : std::string();
    case RE2::ErrorRepeatSize:
      return "so large a repetition as " + in_quotes(part);
    case RE2::ErrorPatternTooLarge:
      return "so much repetition";
    default:
      return {};
  }
}

// The code unit of the \uXXXX that a pattern has at `at`, or nothing.
std::optional<std::uint32_t> code_unit(std::string_view pattern, std::size_t at) {
  constexpr std::size_t kDigits = 4;
  std::uint32_t unit = 0;
  if (!pattern.substr(at).starts_with("\\u") || at + 2 + kDigits > pattern.size()) return std::nullopt;
  const char* const digits = pattern.data() + at + 2;
  const auto [end, error] = std::from_chars(digits, digits + kDigits, unit, 16);
  if (error != std::errc() || end != digits + kDigits) return std::nullopt;
  return unit;
}

// ECMA-262 knows \uXXXX, two of them for a character beyond U+FFFF, and \u{X}; RE2 writes \x{X}. Nothing where one
// stands for half a character: no text in UTF-8 has such.
std::optional<std::string> for_re2(const std::string& pattern) {
  constexpr std::size_t kUnit = 6;
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::optional<std::uint32_t> unit = code_unit(pattern, i);
    if (unit) {
      std::uint32_t character = *unit;
      i += kUnit - 1;
      if ((*unit & 0xF800U) == 0xD800U) {
        const std::optional<std::uint32_t> low = code_unit(pattern, i + 1);
        if (*unit >= 0xDC00U || !low || (*low & 0xFC00U) != 0xDC00U) return std::nullopt;
        character = 0x10000U + ((*unit & 0x3FFU) << 10U) + (*low & 0x3FFU);
        i += kUnit;
      }
      std::array<char, 8> digits{};
      const auto end = std::to_chars(digits.begin(), digits.end(), character, 16).ptr;
      out += "\\x{" + std::string(digits.begin(), end) + "}";
    } else if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      const bool is_braced = pattern[i + 1] == 'u' && i + 2 < pattern.size() && pattern[i + 2] == '{';
      out += pattern[i++];
      out += is_braced ? 'x' : pattern[i];
    } else {
      out += pattern[i];
    }
  }
  return out;
}

class Compiler {
 public:
  explicit Compiler(const CompileLimits& limits) : limits_(limits) {}

  Result<std::shared_ptr<const Program>> run(const Json& schema) {
    document_.resources[""] = &schema;
    program_->root = subschema(schema, "");
    if (!refusal_) refusal_ = link_references(*program_, document_);
    if (!refusal_) refusal_ = find_loop(*program_, document_, limits_.references);
    if (refusal_) return refuse(std::move(*refusal_));
    return std::shared_ptr<const Program>(std::move(program_));
  }

  static std::vector<std::string> keyword_names() {
    std::vector<std::string> names;
    for (const Keyword& keyword : keywords()) names.emplace_back(keyword.name);
    return names;
  }

 private:
  // One keyword where it stands.
  struct Site {
    const Json& value;
    const std::string& keyword;
    const std::string& place;  // of the keyword
    RuleKind kind;
    NodeId id;
    Node& node;
  };
  struct Keyword {
    std::string_view name;
    void (Compiler::*read)(const Site&);
    RuleKind kind;
  };

  static const std::vector<Keyword>& keywords();

  void fail(const std::string& place, const std::string& message) {
    if (!refusal_) refusal_ = Refusal{"bad_schema", message, place};
  }

  void expect(const Site& at, const std::string& what, const std::string& hint = "") {
    fail(at.place, "\"" + at.keyword + "\" at " + at.place + " must be " + what + "." + hint);
  }

  NodeId subschema(const Json& schema, const std::string& place) {
    const NodeId id = program_->nodes.size();
    program_->nodes.emplace_back();
    if (place.size() > limits_.place_bytes) {
      const std::string start(first_bytes(place, 100));
      fail(start, "The way to a subschema below \"" + start + "\" is longer than " +
                      std::to_string(limits_.place_bytes) + " bytes: give its properties shorter names.");
      return id;
    }
    document_.sites.push_back({place, base_});
    document_.nodes[&schema] = id;
    if (id >= limits_.subschemas) {
      fail(place, "The schema has more than " + std::to_string(limits_.subschemas) + " subschemas: make it smaller.");
    } else if (schema.is_boolean()) {
      program_->nodes[id].never = !schema.get<bool>();
    } else if (!schema.is_object()) {
      fail(place, "The schema at \"" + place + "\" must be an object, true or false.");
    } else if (depth_ >= kMaxSchemaDepth) {
      fail(place, "The schema is nested too deep at \"" + place + "\".");
    }
    if (refusal_ || schema.is_boolean()) return id;
    ++depth_;
    const std::string outer_base = base_;
    Node node = rules_of(schema, place, id);
    program_->nodes[id] = std::move(node);
    base_ = outer_base;
    --depth_;
    return id;
  }

  Node rules_of(const Json& schema, const std::string& place, NodeId id) {
    Node node;
    if (const auto own = schema.find("$id"); own != schema.end()) enter_resource(schema, *own, place);
    for (auto it = schema.begin(); it != schema.end() && !refusal_; ++it) {
      const std::string keyword_place = pointer_child(place, it.key());
      const Keyword* keyword = find_keyword(it.key());
      if (keyword == nullptr) {
        refuse_unknown(it.key(), keyword_place);
      } else {
        (this->*keyword->read)({*it, it.key(), keyword_place, keyword->kind, id, node});
      }
    }
    // Words that mean nothing without their partner.
    std::erase_if(node.rules, [](const Rule& rule) {
      return (rule.kind == RuleKind::condition || rule.kind == RuleKind::contains) && rule.nodes.front() == kNoNode;
    });
    std::stable_sort(node.rules.begin(), node.rules.end(),
                     [](const Rule& a, const Rule& b) { return a.kind < b.kind; });
    return node;
  }

  static const Keyword* find_keyword(const std::string& name) {
    static constexpr Keyword kExtension{"x-", &Compiler::annotation, RuleKind::type};
    if (name.starts_with("x-")) return &kExtension;
    for (const Keyword& keyword : keywords()) {
      if (keyword.name == name) return &keyword;
    }
    return nullptr;
  }

  void refuse_unknown(const std::string& name, const std::string& place) {
    std::string hint;
    for (const Hint& known : kHints) {
      if (known.name == name) hint = " " + std::string(known.hint);
    }
    if (hint.empty()) hint = did_you_mean(name, schema::keywords());
    if (hint.empty()) hint = " A property's name belongs under \"properties\"; words of your own start with \"x-\".";
    fail(place, "\"" + name.substr(0, 100) + "\" at " + place + " is no keyword that is checked here." + hint);
  }

  void enter_resource(const Json& schema, const Json& own, const std::string& place) {
    const std::string id_place = pointer_child(place, "$id");
    if (!own.is_string() || !fragment_of(own.get_ref<const std::string&>()).empty()) {
      return fail(id_place, "\"$id\" at " + id_place + " must be a URI without \"#\".");
    }
    base_ = without_fragment(resolve_reference(base_, own.get_ref<const std::string&>()));
    if (base_.size() > limits_.place_bytes) {
      return fail(id_place, "\"$id\" at " + id_place + " is longer than " + std::to_string(limits_.place_bytes) +
                                " bytes: make it shorter.");
    }
    if (!document_.resources.emplace(base_, &schema).second && document_.resources[base_] != &schema) {
      fail(id_place, "\"$id\" at " + id_place + " is that of another subschema too: give each its own.");
    }
  }

  static Rule& rule_of(Node& node, RuleKind kind) {
    for (Rule& rule : node.rules) {
      if (rule.kind == kind) return rule;
    }
    Rule& rule = node.rules.emplace_back();
    rule.kind = kind;
    if (kind == RuleKind::condition) rule.nodes.assign(3, kNoNode);
    if (kind == RuleKind::contains) {
      rule.nodes.assign(1, kNoNode);
      rule.count = 1;
      rule.most = std::numeric_limits<std::size_t>::max();
    }
    return rule;
  }

  // One handler a kind of keyword.

  void annotation(const Site&) {}

  void dialect(const Site& at) {
    const bool known = at.value.is_string() && without_fragment(at.value.get_ref<const std::string&>()) == kDialect;
    if (!known) expect(at, "\"" + std::string(kDialect) + "\", or left out");
  }

  void anchor(const Site& at) {
    if (!at.value.is_string() || at.value.get_ref<const std::string&>().empty()) return expect(at, "a name");
    const std::string uri = base_ + "#" + at.value.get_ref<const std::string&>();
    if (!document_.anchors.emplace(uri, at.id).second) expect(at, "a name that no other subschema has");
  }

  void reference(const Site& at) {
    if (!at.value.is_string()) return expect(at, "a string such as \"#/$defs/NAME\"");
    const auto& text = at.value.get_ref<const std::string&>();
    rule_of(at.node, RuleKind::reference);
    document_.references.push_back({at.id, resolve_reference(base_, text), text, at.place});
  }

  void definitions(const Site& at) {
    if (!at.value.is_object()) return expect(at, "an object of schemas");
    for (auto it = at.value.begin(); it != at.value.end(); ++it) subschema(*it, pointer_child(at.place, it.key()));
  }

  void type(const Site& at) {
    Rule& rule = rule_of(at.node, RuleKind::type);
    rule.operand = at.value;
    const Json names = at.value.is_array() ? at.value : Json::array({at.value});
    std::vector<std::string> known;
    for (const TypeName& type : kTypes) known.emplace_back(type.name);
    if (names.empty()) return expect(at, "a type or a list of types");
    for (const Json& name : names) {
      const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& type) {
        return name.is_string() && name.get_ref<const std::string&>() == type.name;
      });
      if (found == std::end(kTypes)) {
        const std::string near = name.is_string() ? did_you_mean(name.get<std::string>(), known) : "";
        return expect(at, "null, boolean, object, array, number, integer, string or a list of these", near);
      }
      rule.types |= found->bit;
    }
  }

  // Counts what an operand is made of. False, and refused, where the schema holds too much of it.
  bool take_operands(const Site& at, const Json& operand) {
    if (++operands_ > limits_.operands) {
      fail(at.place, "The schema lists more than " + std::to_string(limits_.operands) + " values and names, at \"" +
                         at.keyword + "\": make the lists shorter.");
      return false;
    }
    if (!operand.is_structured()) return true;
    return std::ranges::all_of(operand, [&](const Json& inner) { return take_operands(at, inner); });
  }

  void value(const Site& at) {
    if (at.kind == RuleKind::one_of_values && !at.value.is_array()) return expect(at, "a list of values");
    if (!take_operands(at, at.value)) return;
    Rule& rule = rule_of(at.node, at.kind);
    rule.operand = at.value;
    rule.shown = at.kind == RuleKind::constant ? shown(at.value) : listed(at.value);
  }

  void number(const Site& at) {
    if (!at.value.is_number()) return expect(at, "a number");
    if (at.kind == RuleKind::multiple_of && compare_numbers(at.value, Json(0)) <= 0) return expect(at, "above 0");
    rule_of(at.node, at.kind).operand = at.value;
  }

  std::optional<std::size_t> count_of(const Site& at) {
    constexpr double kMost = 9007199254740991.0;
    if (is_whole_number(at.value) && at.value.get<double>() >= 0 && at.value.get<double>() <= kMost) {
      return static_cast<std::size_t>(at.value.get<double>());
    }
    expect(at, "a whole number, 0 or more");
    return std::nullopt;
  }

  void count(const Site& at) {
    if (const auto count = count_of(at)) rule_of(at.node, at.kind).count = *count;
  }

  void most(const Site& at) {
    if (const auto count = count_of(at)) rule_of(at.node, at.kind).most = *count;
  }

  void flag(const Site& at) {
    if (!at.value.is_boolean()) return expect(at, "true or false");
    if (at.value.get<bool>()) rule_of(at.node, at.kind);
  }

  std::vector<std::string> names_in(const Site& at, const Json& value) {
    std::vector<std::string> names;
    for (const Json& name : value.is_array() ? value : Json::array({nullptr})) {
      if (name.is_string()) {
        names.push_back(name.get<std::string>());
      } else {
        expect(at, at.keyword == "required" ? "a list of property names, beside \"properties\"" : "lists of names");
      }
    }
    return names;
  }

  void required(const Site& at) {
    if (take_operands(at, at.value)) rule_of(at.node, at.kind).names = names_in(at, at.value);
  }

  void dependent_required(const Site& at) {
    if (!at.value.is_object()) return expect(at, "an object of lists of names");
    if (!take_operands(at, at.value)) return;
    Rule& rule = rule_of(at.node, at.kind);
    for (auto it = at.value.begin(); it != at.value.end(); ++it) rule.dependents[it.key()] = names_in(at, *it);
  }

  std::unique_ptr<const RE2> regex(const std::string& text, const std::string& place) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(limits_.pattern_bytes);
    if (++patterns_ > limits_.patterns) fail(place, "The schema has too many patterns: make it smaller.");
    const std::optional<std::string> translated = for_re2(text);
    if (!translated) {
      fail(place, "The pattern \"" + text.substr(0, 200) + "\" at " + place +
                      " names half a character: write both halves (\\uD83D\\uDE00), or the character itself.");
      return nullptr;
    }
    auto compiled = std::make_unique<const RE2>(*translated, options);
    pattern_states_ += std::max(0, compiled->ProgramSize());
    if (pattern_states_ > limits_.pattern_states)
      fail(place, "The schema's patterns are too large: make them smaller.");
    if (!compiled->ok() && !refusal_) {
      const std::string unsupported = unsupported_in(*compiled);
      fail(place, "The pattern \"" + text.substr(0, 200) + "\" at " + place + " cannot be used: " +
                      (unsupported.empty() ? in_quotes(compiled->error()) : unsupported + " is not supported") + ".");
      refusal_->data["fix"] = unsupported.empty() ? "Mend the pattern, or leave it out."
                                                  : "Rewrite the pattern without " + unsupported + ", or leave it out.";
    }
    return compiled;
  }

  void pattern(const Site& at) {
    if (!at.value.is_string()) return expect(at, "a regular expression in a string");
    Rule& rule = rule_of(at.node, at.kind);
    const auto text = at.value.get<std::string>();
    rule.patterns.push_back({text, regex(text, at.place), kNoNode});
    rule.shown = shown(at.value);
  }

  void pattern_properties(const Site& at) {
    if (!at.value.is_object()) return expect(at, "an object of schemas");
    for (auto it = at.value.begin(); it != at.value.end() && !refusal_; ++it) {
      const std::string place = pointer_child(at.place, it.key());
      Pattern made{it.key(), regex(it.key(), place), kNoNode};
      made.node = subschema(*it, place);
      rule_of(at.node, RuleKind::members).patterns.push_back(std::move(made));
    }
  }

  void named_schemas(const Site& at) {
    if (!at.value.is_object()) return expect(at, "an object of schemas");
    Rule& rule = rule_of(at.node, at.kind);
    for (auto it = at.value.begin(); it != at.value.end() && !refusal_; ++it) {
      rule.named[it.key()] = subschema(*it, pointer_child(at.place, it.key()));
    }
  }

  void listed_schemas(const Site& at) {
    if (!at.value.is_array() || at.value.empty()) return expect(at, "a list of schemas, not empty");
    Rule& rule = rule_of(at.node, at.kind);
    for (std::size_t i = 0; i < at.value.size() && !refusal_; ++i) {
      rule.nodes.push_back(subschema(at.value[i], pointer_child(at.place, i)));
    }
  }

  void rest_schema(const Site& at) {
    if (at.value.is_array()) return expect(at, "one schema; for a list of them write \"prefixItems\"");
    const NodeId id = subschema(at.value, at.place);
    rule_of(at.node, at.kind).rest = id;
  }

  void one_schema(const Site& at) {
    const NodeId id = subschema(at.value, at.place);
    Rule& rule = rule_of(at.node, at.kind);
    rule.nodes.assign(1, id);
    if (at.kind == RuleKind::negation) rule.shown = shown(at.value);
    if (at.kind == RuleKind::unevaluated_items || at.kind == RuleKind::unevaluated_properties) {
      at.node.takes_notes = true;
    }
  }

  void condition(const Site& at) {
    const std::size_t index = at.keyword == "if" ? 0 : at.keyword == "then" ? 1 : 2;
    const NodeId id = subschema(at.value, at.place);
    rule_of(at.node, at.kind).nodes[index] = id;
  }

  CompileLimits limits_;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
  Document document_;
  std::string base_;
  int depth_ = 0;
  std::size_t patterns_ = 0;
  int pattern_states_ = 0;
  std::size_t operands_ = 0;
  std::optional<Refusal> refusal_;
};

const std::vector<Compiler::Keyword>& Compiler::keywords() {
  using C = Compiler;
  using K = RuleKind;
  static const std::vector<Keyword> keywords = {
      {"type", &C::type, K::type},
      {"const", &C::value, K::constant},
      {"enum", &C::value, K::one_of_values},
      {"minimum", &C::number, K::minimum},
      {"maximum", &C::number, K::maximum},
      {"exclusiveMinimum", &C::number, K::exclusive_minimum},
      {"exclusiveMaximum", &C::number, K::exclusive_maximum},
      {"multipleOf", &C::number, K::multiple_of},
      {"minLength", &C::count, K::min_length},
      {"maxLength", &C::count, K::max_length},
      {"pattern", &C::pattern, K::pattern},
      {"minItems", &C::count, K::min_items},
      {"maxItems", &C::count, K::max_items},
      {"uniqueItems", &C::flag, K::unique_items},
      {"minProperties", &C::count, K::min_properties},
      {"maxProperties", &C::count, K::max_properties},
      {"required", &C::required, K::required},
      {"dependentRequired", &C::dependent_required, K::dependent_required},
      {"propertyNames", &C::one_schema, K::property_names},
      {"properties", &C::named_schemas, K::members},
      {"patternProperties", &C::pattern_properties, K::members},
      {"additionalProperties", &C::rest_schema, K::members},
      {"prefixItems", &C::listed_schemas, K::elements},
      {"items", &C::rest_schema, K::elements},
      {"contains", &C::one_schema, K::contains},
      {"minContains", &C::count, K::contains},
      {"maxContains", &C::most, K::contains},
      {"$ref", &C::reference, K::reference},
      {"allOf", &C::listed_schemas, K::all_of},
      {"anyOf", &C::listed_schemas, K::any_of},
      {"oneOf", &C::listed_schemas, K::one_of},
      {"not", &C::one_schema, K::negation},
      {"if", &C::condition, K::condition},
      {"then", &C::condition, K::condition},
      {"else", &C::condition, K::condition},
      {"dependentSchemas", &C::named_schemas, K::dependent_schemas},
      {"unevaluatedItems", &C::one_schema, K::unevaluated_items},
      {"unevaluatedProperties", &C::one_schema, K::unevaluated_properties},
      {"$schema", &C::dialect, K::type},
      {"$anchor", &C::anchor, K::type},
      {"$defs", &C::definitions, K::type},
      {"definitions", &C::definitions, K::type},
  };
  static const std::vector<Keyword> all = [] {
    std::vector<Keyword> every = keywords;
    for (const std::string_view name :
         {"$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
          "format", "contentEncoding", "contentMediaType", "contentSchema"}) {
      every.push_back({name, &C::annotation, K::type});
    }
    return every;
  }();
  return all;
}

}  // namespace

Result<Schema> Schema::compile(const Json& schema, const CompileLimits& limits) {
  auto program = Compiler(limits).run(schema);
  if (!program) return refuse(std::move(program.error()));
  return Schema(std::move(*program));
}

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> kNames = Compiler::keyword_names();
  return kNames;
}

}  // namespace pianola::schema
