#include "schema/evaluate.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/list_text.h"
#include "base/nearest_name.h"
#include "schema/schema.h"

namespace pianola::schema {
namespace {

using SchemaFindings = std::vector<SchemaFinding>;

// Which members and items of one value subschemas have looked at: for unevaluatedProperties and unevaluatedItems.
struct Notes {
  std::set<const std::string*> members;  // the value's own keys, by address: comparing long names would cost time
  std::set<std::size_t> items;

  void add(const Notes& other) {
    members.insert(other.members.begin(), other.members.end());
    items.insert(other.items.begin(), other.items.end());
  }
  std::int64_t size() const { return static_cast<std::int64_t>(members.size() + items.size()); }
};

// Runs a program on one value. Findings go to a sink; without a sink the first broken rule ends the subschema.
class Evaluator {
 public:
  Evaluator(const Program& program, const CheckLimits& limits) : program_(program), limits_(limits), budget_(limits) {}

  SchemaFindings run(const Json& value) {
    SchemaFindings findings;
    const bool valid = check(program_.root, Spot{value}, nullptr, &findings);
    if (budget_.is_spent()) {
      return {{"", "is too large or too deep for this schema to be checked: hand in less", "limit"}};
    }
    if (!valid && findings.empty()) findings.push_back({"", "does not fit the schema", "false"});
    if (findings.size() > limits_.findings) findings.resize(limits_.findings);
    return findings;
  }

 private:
  // True where the value fits the subschema. Notes are added only then.
  bool check(NodeId id, const Spot& at, Notes* notes, SchemaFindings* sink) {
    const Node& node = program_.nodes[id];
    if (node.never) return report(at, sink, "false", "is not allowed here");
    if (node.rules.empty()) return budget_.spend(1);
    if (!budget_.spend(1) || !budget_.enter()) return false;
    Notes own;
    Notes* const taken = notes != nullptr || node.takes_notes ? &own : nullptr;
    const bool valid = check_rules(node, at, taken, sink);
    budget_.leave();
    if (valid && notes != nullptr) merge(*notes, own);
    return valid;
  }

  bool check_rules(const Node& node, const Spot& at, Notes* notes, SchemaFindings* sink) {
    bool valid = true;
    for (const Rule& rule : node.rules) {
      // After a broken rule the notes are not whole, and would call known members unknown.
      if (!valid && rule.kind >= RuleKind::unevaluated_items) break;
      if (check_rule(rule, at, notes, sink)) continue;
      valid = false;
      if (!is_open(sink) || budget_.is_spent()) break;
    }
    return valid;
  }

  bool check_rule(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    if (is_assertion(rule.kind)) {
      const std::string broken = broken_assertion(rule, at, budget_, is_open(sink) ? Telling::words : Telling::nothing);
      return broken.empty() || report(at, sink, keyword_of(rule.kind), broken);
    }
    switch (rule.kind) {
      case RuleKind::property_names:
        return check_names(rule, at, sink);
      case RuleKind::members:
        return !at.value.is_object() || check_members(rule, at, notes, sink);
      case RuleKind::elements:
        return !at.value.is_array() || check_elements(rule, at, notes, sink);
      case RuleKind::contains:
        return !at.value.is_array() || check_contains(rule, at, notes, sink);
      case RuleKind::any_of:
        return check_any(rule, at, notes, sink);
      case RuleKind::one_of:
        return check_one(rule, at, notes, sink);
      case RuleKind::negation:
        return !check(rule.nodes.front(), at, nullptr, nullptr) ||
               report(at, sink, "not", "must not fit " + rule.shown);
      case RuleKind::condition:
        return check_condition(rule, at, notes, sink);
      case RuleKind::dependent_schemas:
        return !at.value.is_object() || check_dependents(rule, at, notes, sink);
      case RuleKind::unevaluated_items:
        return !at.value.is_array() || check_other_items(rule, at, *notes, sink);
      case RuleKind::unevaluated_properties:
        return !at.value.is_object() || check_other_members(rule, at, *notes, sink);
      default:
        return check_all(rule, at, notes, sink);  // allOf, and $ref, which has one
    }
  }

  bool check_all(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    bool valid = true;
    for (const NodeId id : rule.nodes) {
      valid = check(id, at, notes, sink) && valid;
      if (!valid && !is_open(sink)) return false;
    }
    return valid;
  }

  bool check_any(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    bool valid = false;
    for (const NodeId id : rule.nodes) {
      valid = check(id, at, notes, nullptr) || valid;
      // All that fit take notes; without notes one is enough.
      if (valid && notes == nullptr) return true;
    }
    return valid || report(at, sink, "anyOf", !is_open(sink) ? "" : alternatives(rule, at, "must fit one of "));
  }

  bool check_one(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < rule.nodes.size() && fitting.size() < 2; ++i) {
      if (check(rule.nodes[i], at, notes, nullptr)) fitting.push_back(i + 1);
    }
    if (fitting.size() == 1) return true;
    if (!is_open(sink)) return false;
    if (fitting.empty()) return report(at, sink, "oneOf", alternatives(rule, at, "must fit exactly one of "));
    return report(at, sink, "oneOf",
                  "must fit exactly one of " + std::to_string(rule.nodes.size()) + " alternatives, but fits numbers " +
                      std::to_string(fitting[0]) + " and " + std::to_string(fitting[1]));
  }

  // Why each alternative does not fit, in one line.
  std::string alternatives(const Rule& rule, const Spot& at, const std::string& start) {
    constexpr std::size_t kMostAlternatives = 5;
    std::string text = start + std::to_string(rule.nodes.size()) + " alternatives";
    for (std::size_t i = 0; i < rule.nodes.size() && i < kMostAlternatives && explaining_ < 2; ++i) {
      SchemaFindings why;
      ++explaining_;
      check(rule.nodes[i], at, nullptr, &why);
      --explaining_;
      if (why.empty()) continue;
      const std::string place = why.front().place.substr(at.pointer().size());
      text += (i == 0 ? ": (" : "; (") + std::to_string(i + 1) + ") " + (place.empty() ? "" : place + " ") +
              why.front().rule.substr(0, 400);
    }
    return text;
  }

  bool check_condition(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    const NodeId next = check(rule.nodes[0], at, notes, nullptr) ? rule.nodes[1] : rule.nodes[2];
    return next == kNoNode || check(next, at, notes, sink);
  }

  bool check_dependents(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    bool valid = true;
    for (const auto& [name, id] : rule.named) {
      if (!budget_.spend(1 + steps_of_text(name))) return false;
      if (at.value.contains(name)) valid = check(id, at, notes, sink) && valid;
      if (!valid && !is_open(sink)) return false;
    }
    return valid;
  }

  bool check_names(const Rule& rule, const Spot& at, SchemaFindings* sink) {
    bool valid = true;
    if (!at.value.is_object()) return true;
    for (auto it = at.value.begin(); it != at.value.end(); ++it) {
      if (!budget_.spend(steps_of_text(it.key()))) return false;
      const Json name = it.key();
      SchemaFindings why;
      if (check(rule.nodes.front(), Spot{name}, nullptr, is_open(sink) ? &why : nullptr)) continue;
      if (!is_open(sink)) return false;
      valid = report(at, sink, "propertyNames",
                     "has the property " + listed(Json::array({name})) + ", whose name " +
                         (why.empty() ? "is not allowed" : why.front().rule));
    }
    return valid;
  }

  bool check_members(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    bool valid = true;
    for (auto it = at.value.begin(); it != at.value.end() && !budget_.is_spent(); ++it) {
      const Spot member{*it, &at, &it.key()};
      valid = check_member(rule, member, notes, sink) && valid;
      if (!valid && !is_open(sink)) return false;
    }
    return valid && !budget_.is_spent();
  }

  bool check_member(const Rule& rule, const Spot& member, Notes* notes, SchemaFindings* sink) {
    bool valid = true;
    bool known = false;
    const std::int64_t looked_up = rule.named.empty() ? 0 : steps_of_text(*member.name);
    if (!budget_.spend((notes == nullptr ? 1 : 4) + looked_up)) return false;
    if (const auto named = rule.named.find(*member.name); named != rule.named.end()) {
      known = true;
      valid = check(named->second, member, nullptr, sink);
    }
    for (const Pattern& pattern : rule.patterns) {
      if (!finds(pattern, *member.name, budget_)) continue;
      known = true;
      valid = check(pattern.node, member, nullptr, sink) && valid;
    }
    if (!known && rule.rest != kNoNode) {
      known = true;
      if (program_.nodes[rule.rest].never) return report_unknown(rule, member, sink);
      valid = check(rule.rest, member, nullptr, sink);
    }
    if (known && notes != nullptr) notes->members.insert(member.name);
    return valid;
  }

  bool report_unknown(const Rule& rule, const Spot& member, SchemaFindings* sink) {
    if (!is_open(sink)) return false;
    constexpr std::size_t kMostCompared = 200;  // names that are looked through for a near one
    std::vector<std::string> names;
    for (const auto& [name, id] : rule.named) names.push_back(name);
    std::string text = "is not a known property";
    if (!names.empty()) text += ": known are " + listed(names) + ".";
    if (names.size() <= kMostCompared) text += did_you_mean(*member.name, names);
    return report(member, sink, "additionalProperties", text);
  }

  bool check_elements(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    bool valid = true;
    const std::size_t end = rule.rest == kNoNode ? std::min(rule.nodes.size(), at.value.size()) : at.value.size();
    for (std::size_t i = 0; i < end && !budget_.is_spent(); ++i) {
      const NodeId id = i < rule.nodes.size() ? rule.nodes[i] : rule.rest;
      valid = check(id, Spot{at.value[i], &at, nullptr, i}, nullptr, sink) && valid;
      if (!valid && !is_open(sink)) return false;
      if (notes != nullptr) notes->items.insert(i);
    }
    return valid && !budget_.is_spent();
  }

  bool check_contains(const Rule& rule, const Spot& at, Notes* notes, SchemaFindings* sink) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < at.value.size() && !budget_.is_spent(); ++i) {
      if (!check(rule.nodes.front(), Spot{at.value[i], &at, nullptr, i}, nullptr, nullptr)) continue;
      ++found;
      if (notes != nullptr) notes->items.insert(i);
    }
    if (found >= rule.count && found <= rule.most) return true;
    const bool few = found < rule.count;
    return report(at, sink, few ? "contains" : "maxContains",
                  std::string("must have at ") + (few ? "least " : "most ") +
                      std::to_string(few ? rule.count : rule.most) + " items that fit \"contains\", but has " +
                      std::to_string(found));
  }

  bool check_other_items(const Rule& rule, const Spot& at, Notes& notes, SchemaFindings* sink) {
    bool valid = true;
    for (std::size_t i = 0; i < at.value.size() && !budget_.is_spent(); ++i) {
      if (!notes.items.insert(i).second) continue;
      valid = check(rule.nodes.front(), Spot{at.value[i], &at, nullptr, i}, nullptr, sink) && valid;
      if (!valid && !is_open(sink)) return false;
    }
    return valid;
  }

  bool check_other_members(const Rule& rule, const Spot& at, Notes& notes, SchemaFindings* sink) {
    bool valid = true;
    for (auto it = at.value.begin(); it != at.value.end() && !budget_.is_spent(); ++it) {
      if (!notes.members.insert(&it.key()).second) continue;
      valid = check(rule.nodes.front(), Spot{*it, &at, &it.key()}, nullptr, sink) && valid;
      if (!valid && !is_open(sink)) return false;
    }
    return valid;
  }

  // False where nobody wants to know more: not why an alternative does not fit, and not of ever more findings.
  bool is_open(const SchemaFindings* sink) const { return sink != nullptr && sink->size() < limits_.findings; }

  void merge(Notes& into, const Notes& own) {
    if (budget_.spend(6 * own.size())) into.add(own);
  }

  // Always false, so that a rule can end with it.
  bool report(const Spot& at, SchemaFindings* sink, std::string_view keyword, const std::string& text) const {
    if (is_open(sink)) {
      sink->push_back({at.pointer(), text, std::string(keyword)});
    }
    return false;
  }

  const Program& program_;
  const CheckLimits& limits_;
  Budget budget_;
  int explaining_ = 0;
};

}  // namespace

std::string Spot::pointer() const {
  if (parent == nullptr) return {};
  constexpr std::size_t kMostOfAName = 200;  // bytes: a place is for reading, and there may be many
  if (name == nullptr) return pointer_child(parent->pointer(), index);
  return pointer_child(parent->pointer(), std::string(first_bytes(*name, kMostOfAName)));
}

std::vector<SchemaFinding> Schema::check(const Json& value, const CheckLimits& limits) const {
  return Evaluator(*program_, limits).run(value);
}

}  // namespace pianola::schema
