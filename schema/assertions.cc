#include <algorithm>
#include <utility>

#include "base/counted.h"
#include "schema/describe.h"
#include "schema/equality.h"
#include "schema/evaluate.h"

namespace pianola::schema {
namespace {

constexpr std::size_t kMostShown = 300;

unsigned types_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return kNullType;
    case Json::value_t::boolean:
      return kBooleanType;
    case Json::value_t::object:
      return kObjectType;
    case Json::value_t::array:
      return kArrayType;
    case Json::value_t::string:
      return kStringType;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return is_whole_number(value) ? kNumberType | kIntegerType : kNumberType;
    case Json::value_t::binary:
    case Json::value_t::discarded:
      return 0;
  }
  return 0;
}

std::string type_words(const Json& types) {
  if (types.is_string()) {
    auto name = types.get<std::string>();
    if (name == "null") return name;
    if (name == "boolean") return "true or false";
    return (name.find_first_of("aio") == 0 ? "an " : "a ") + name;
  }
  std::string words;
  for (const Json& type : types) words += (words.empty() ? "" : " or ") + type_words(type);
  return words;
}

// What stands for words that nobody reads: whether an alternative fits is asked far more often than why not.
constexpr std::string_view kBroken = "is not allowed";

template <class Words>
std::string say(Telling telling, const Words& words) {
  return telling == Telling::words ? words() : std::string(kBroken);
}

std::string check_type(const Rule& rule, const Json& value, Telling telling) {
  if ((types_of(value) & rule.types) != 0) return {};
  return say(telling, [&] { return "must be " + type_words(rule.operand) + ", but is " + describe_value(value); });
}

bool equal(const Json& a, const Json& b, Budget& budget) {
  std::int64_t steps = 0;
  const bool same = compare_values(a, b, steps) == 0;
  return budget.spend(steps) && same;
}

std::string check_values(const Rule& rule, const Json& value, Budget& budget, Telling telling) {
  if (rule.kind == RuleKind::constant) {
    return equal(rule.operand, value, budget) ? "" : "must be " + rule.shown;
  }
  for (const Json& allowed : rule.operand) {
    if (equal(allowed, value, budget)) return {};
    if (budget.is_spent()) break;
  }
  return say(telling, [&] { return "must be one of " + rule.shown + ", but is " + describe_value(value); });
}

bool fits_number(const Rule& rule, const Json& value, Budget& budget) {
  switch (rule.kind) {
    case RuleKind::minimum:
      return compare_numbers(value, rule.operand) >= 0;
    case RuleKind::maximum:
      return compare_numbers(value, rule.operand) <= 0;
    case RuleKind::exclusive_minimum:
      return compare_numbers(value, rule.operand) > 0;
    case RuleKind::exclusive_maximum:
      return compare_numbers(value, rule.operand) < 0;
    default: {
      std::int64_t steps = 0;
      const bool fits = is_multiple_of(value, rule.operand, steps);
      return budget.spend(steps) && fits;
    }
  }
}

std::string_view number_words(RuleKind kind) {
  switch (kind) {
    case RuleKind::minimum:
      return "must be at least ";
    case RuleKind::maximum:
      return "must be at most ";
    case RuleKind::exclusive_minimum:
      return "must be more than ";
    case RuleKind::exclusive_maximum:
      return "must be less than ";
    default:
      return "must be a multiple of ";
  }
}

std::string check_number(const Rule& rule, const Json& value, Budget& budget, Telling telling) {
  if (!value.is_number() || fits_number(rule, value, budget)) return {};
  return say(telling, [&] {
    return std::string(number_words(rule.kind)) + ecmascript_number(rule.operand.get<double>()) + ", but is " +
           describe_value(value);
  });
}

std::string check_size(const Rule& rule, std::size_t size, const std::string& one, const std::string& many) {
  const bool least =
      rule.kind == RuleKind::min_length || rule.kind == RuleKind::min_items || rule.kind == RuleKind::min_properties;
  if (least ? size >= rule.count : size <= rule.count) return {};
  return std::string(least ? "must have at least " : "must have at most ") +
         counted(static_cast<std::int64_t>(rule.count), one, many) + ", but has " + std::to_string(size);
}

std::string check_length(const Rule& rule, const Json& value, Budget& budget) {
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  if (!budget.spend(steps_of_text(text))) return {};
  const auto points =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return check_size(rule, static_cast<std::size_t>(points), "character", "characters");
}

std::string check_pattern(const Rule& rule, const Json& value, Budget& budget, Telling telling) {
  if (!value.is_string()) return {};
  const Pattern& pattern = rule.patterns.front();
  if (finds(pattern, value.get_ref<const std::string&>(), budget)) return {};
  return say(telling,
             [&] { return "must match the regular expression " + rule.shown + ", but is " + describe_value(value); });
}

std::string check_unique(const Json& value, Budget& budget) {
  if (!value.is_array()) return {};
  std::vector<std::size_t> order(value.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  // Once the budget is spent every comparison says "not below": the sort ends, and the answer no longer counts.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    std::int64_t steps = 0;
    if (budget.is_spent()) return false;
    const bool below = compare_values(value[a], value[b], steps) < 0;
    budget.spend(steps);
    return below;
  });
  for (std::size_t i = 1; i < order.size() && !budget.is_spent(); ++i) {
    if (equal(value[order[i - 1]], value[order[i]], budget)) {
      return "must have no two equal items, but items " + std::to_string(order[i - 1]) + " and " +
             std::to_string(order[i]) + " are equal";
    }
  }
  return {};
}

std::string missing(const std::vector<std::string>& names, const Json& value, Budget& budget, Telling telling,
                    const std::string& why) {
  constexpr std::size_t kMostNamed = kMostShown / 3;
  Json absent = Json::array();
  for (const std::string& name : names) {
    if (!budget.spend(2 + steps_of_text(name)) || absent.size() == kMostNamed) break;
    if (value.contains(name)) continue;
    if (telling == Telling::nothing) return std::string(kBroken);
    absent.push_back(name);
  }
  return absent.empty() ? "" : "lacks the required " + listed(absent) + why;
}

std::string check_required(const Rule& rule, const Json& value, Budget& budget, Telling telling) {
  if (!value.is_object()) return {};
  if (rule.kind == RuleKind::required) return missing(rule.names, value, budget, telling, "");
  for (const auto& [name, needed] : rule.dependents) {
    if (!budget.spend(2 + steps_of_text(name))) break;
    if (!value.contains(name)) continue;
    std::string wrong =
        missing(needed, value, budget, telling, " because " + listed(Json::array({name})) + " is there");
    if (!wrong.empty()) return wrong;
  }
  return {};
}

// Compact JSON, up to a little more than what is shown of it: a large value is not written out to be cut.
void write_some(const Json& value, std::string& text) {
  if (!value.is_structured()) {
    const std::string* whole = value.get_ptr<const std::string*>();
    const bool is_long = whole != nullptr && whole->size() > 2 * kMostShown;
    text += dump_compact(is_long ? Json(whole->substr(0, 2 * kMostShown)) : value);
    return;
  }
  text += value.is_array() ? '[' : '{';
  bool is_first = true;
  for (auto it = value.begin(); it != value.end() && text.size() <= 2 * kMostShown; ++it) {
    if (!is_first) text += ',';
    is_first = false;
    if (value.is_object()) {
      write_some(Json(it.key()), text);
      text += ':';
    }
    write_some(*it, text);
  }
  text += value.is_array() ? ']' : '}';
}

std::string cut(std::string text) {
  if (text.size() <= kMostShown) return text;
  std::size_t end = kMostShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

std::string shown(const Json& value) {
  std::string text;
  write_some(value, text);
  return cut(std::move(text));
}

std::string listed(const Json& values) {
  std::string text;
  for (auto value = values.begin(); value != values.end() && text.size() <= kMostShown; ++value) {
    if (value != values.begin()) text += ", ";
    write_some(*value, text);
  }
  return cut(std::move(text));
}

bool finds(const Pattern& pattern, std::string_view text, Budget& budget) {
  // RE2 is linear in the text, and at worst in the program too.
  const auto program = static_cast<std::size_t>(std::max(1, pattern.regex->ProgramSize()));
  if (!budget.spend(static_cast<std::int64_t>(2 + text.size() * program / 64))) return false;
  return RE2::PartialMatch(text, *pattern.regex);
}

bool is_assertion(RuleKind kind) { return kind < RuleKind::property_names; }

std::string broken_assertion(const Rule& rule, const Spot& at, Budget& budget, Telling telling) {
  const Json& value = at.value;
  switch (rule.kind) {
    case RuleKind::type:
      return check_type(rule, value, telling);
    case RuleKind::constant:
    case RuleKind::one_of_values:
      return check_values(rule, value, budget, telling);
    case RuleKind::minimum:
    case RuleKind::maximum:
    case RuleKind::exclusive_minimum:
    case RuleKind::exclusive_maximum:
    case RuleKind::multiple_of:
      return check_number(rule, value, budget, telling);
    case RuleKind::min_length:
    case RuleKind::max_length:
      return check_length(rule, value, budget);
    case RuleKind::pattern:
      return check_pattern(rule, value, budget, telling);
    case RuleKind::min_items:
    case RuleKind::max_items:
      return value.is_array() ? check_size(rule, value.size(), "item", "items") : "";
    case RuleKind::unique_items:
      return check_unique(value, budget);
    case RuleKind::min_properties:
    case RuleKind::max_properties:
      return value.is_object() ? check_size(rule, value.size(), "property", "properties") : "";
    case RuleKind::required:
    case RuleKind::dependent_required:
      return check_required(rule, value, budget, telling);
    default:
      return {};
  }
}

std::string_view keyword_of(RuleKind kind) {
  static constexpr std::string_view kNames[] = {"type",
                                                "const",
                                                "enum",
                                                "minimum",
                                                "maximum",
                                                "exclusiveMinimum",
                                                "exclusiveMaximum",
                                                "multipleOf",
                                                "minLength",
                                                "maxLength",
                                                "pattern",
                                                "minItems",
                                                "maxItems",
                                                "uniqueItems",
                                                "minProperties",
                                                "maxProperties",
                                                "required",
                                                "dependentRequired",
                                                "propertyNames",
                                                "properties",
                                                "items",
                                                "contains",
                                                "$ref",
                                                "allOf",
                                                "anyOf",
                                                "oneOf",
                                                "not",
                                                "if",
                                                "dependentSchemas",
                                                "unevaluatedItems",
                                                "unevaluatedProperties"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(RuleKind::unevaluated_properties) + 1);
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace pianola::schema
