#include "workflow/diff.h"

#include <algorithm>
#include <set>

#include "base/line_diff.h"
#include "base/list_text.h"
#include "base/text_lines.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostShown = 120;   // bytes of a text on each side of "->"
constexpr std::size_t kShownBefore = 30;  // of what is equal before the first difference
constexpr std::size_t kMostSchemaLines = 20;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The part of `text` around `from`, cut between characters, with "..." where something was left out; as JSON string.
std::string excerpt(const std::string& text, std::size_t from) {
  std::size_t begin = from > kShownBefore && text.size() > kMostShown ? from - kShownBefore : 0;
  while (begin > 0 && begin < text.size() && continues_character(text[begin])) --begin;
  std::size_t end = std::min(text.size(), begin + kMostShown);
  while (end < text.size() && end > begin && continues_character(text[end])) --end;
  const std::string shown =
      (begin > 0 ? "..." : "") + text.substr(begin, end - begin) + (end < text.size() ? "..." : "");
  return dump_compact(Json(shown));
}

// "a" -> "b", both cut around their first difference.
std::string from_to(const std::string& base, const std::string& next) {
  const auto [at, unused] = std::mismatch(base.begin(), base.end(), next.begin(), next.end());
  const auto from = static_cast<std::size_t>(at - base.begin());
  return excerpt(base, from) + " -> " + excerpt(next, from);
}

// Collects lines, each opened by what it is about.
class Changes {
 public:
  explicit Changes(std::vector<std::string>& lines, std::string about = {}) : lines_(lines), about_(std::move(about)) {}

  Changes inside(const std::string& about) const { return Changes(lines_, about_ + about + ": "); }
  void say(const std::string& line) { lines_.push_back(about_ + line); }

  void text(const std::string& field, const std::string& base, const std::string& next) {
    if (base == next) return;
    if (base.empty()) return say(field + " added: " + excerpt(next, 0));
    if (next.empty()) return say(field + " removed: " + excerpt(base, 0));
    say(field + " changed: " + from_to(base, next));
  }
  template <class Number>
  void number(const std::string& field, Number base, Number next) {
    if (base != next) say(field + " changed: " + dump_compact(Json(base)) + " -> " + dump_compact(Json(next)));
  }
  void words(const std::string& field, const std::vector<std::string>& base, const std::vector<std::string>& next);
  void schema(const std::string& field, const std::optional<Json>& base, const std::optional<Json>& next);

 private:
  std::vector<std::string>& lines_;
  std::string about_;
};

template <class T>
bool holds(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void Changes::words(const std::string& field, const std::vector<std::string>& base,
                    const std::vector<std::string>& next) {
  bool same_words = true;
  for (const std::string& word : next) {
    if (holds(base, word)) continue;
    say(field + ": added " + excerpt(word, 0));
    same_words = false;
  }
  for (const std::string& word : base) {
    if (holds(next, word)) continue;
    say(field + ": removed " + excerpt(word, 0));
    same_words = false;
  }
  if (same_words && base != next) say(field + ": order or repetition changed");
}

// What changed between two schemas, by pointer.
class SchemaChanges {
 public:
  std::vector<std::string> lines;

  void compare(const std::string& place, const Json& base, const Json& next) {
    if (base == next) return;
    if (!base.is_object() || !next.is_object()) return changed(place, base, next);
    for (const auto& [key, value] : base.items()) {
      const std::string at = pointer_child(place, key);
      const auto found = next.find(key);
      if (found == next.end()) {
        lines.push_back(removed(place, at, value));
      } else if (key == "required" || key == "enum") {
        if (value != *found) compare_lists(place, key, value, *found);
      } else {
        compare(at, value, *found);
      }
    }
    for (const auto& [key, value] : next.items()) {
      if (!base.contains(key)) lines.push_back(added(place, pointer_child(place, key), value));
    }
  }

 private:
  static bool names_properties(const std::string& place) {
    return place.ends_with("/properties") || place.ends_with("/$defs") || place.ends_with("/patternProperties");
  }
  static std::string shown(const Json& value) { return cut(dump_compact(value), kMostShown); }
  static std::string removed(const std::string& place, const std::string& at, const Json& value) {
    return names_properties(place) ? "property \"" + at + "\" removed"
                                   : "\"" + at + "\" removed (was " + shown(value) + ")";
  }
  static std::string added(const std::string& place, const std::string& at, const Json& value) {
    return (names_properties(place) ? "property \"" : "\"") + at + "\" added: " + shown(value);
  }
  void changed(const std::string& place, const Json& base, const Json& next) {
    lines.push_back("\"" + (place.empty() ? "/" : place) + "\" changed: " + shown(base) + " -> " + shown(next));
  }
  void compare_lists(const std::string& place, const std::string& key, const Json& base, const Json& next) {
    if (!base.is_array() || !next.is_array()) return changed(pointer_child(place, key), base, next);
    const std::string what = key == "enum" ? "enum value " : "required ";
    const std::string where = place.empty() ? "" : " at \"" + place + "\"";
    const std::size_t before = lines.size();
    for (const Json& value : next) {
      if (std::find(base.begin(), base.end(), value) == base.end())
        lines.push_back(what + shown(value) + " added" + where);
    }
    for (const Json& value : base) {
      if (std::find(next.begin(), next.end(), value) == next.end()) {
        lines.push_back(what + shown(value) + " removed" + where);
      }
    }
    if (lines.size() == before) lines.push_back(what + "order changed" + where);
  }
};

void Changes::schema(const std::string& field, const std::optional<Json>& base, const std::optional<Json>& next) {
  if (base == next) return;
  if (!base) return say(field + " schema added");
  if (!next) return say(field + " schema removed");
  SchemaChanges changes;
  changes.compare("", *base, *next);
  for (std::size_t i = 0; i < changes.lines.size() && i < kMostSchemaLines; ++i) say(field + ": " + changes.lines[i]);
  if (changes.lines.size() > kMostSchemaLines) {
    say(field + ": " + std::to_string(changes.lines.size() - kMostSchemaLines) + " more changes");
  }
}

std::string named(std::string_view what, const std::string& id) {
  return std::string(what) + " " + dump_compact(Json(id));
}

std::string branch_in_words(const Branch& branch) {
  std::string when;
  for (const auto& [path, schema] : branch.when)
    when += (when.empty() ? "" : " and ") + path + " " + dump_compact(schema);
  return (when.empty() ? std::string("else") : "when " + when) + " -> " + branch.go_to;
}

void compare_branches(Changes& changes, const Step& base, const Step& next) {
  if (base.branches == next.branches) return;
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (const Branch& branch : base.branches) before.push_back(branch_in_words(branch));
  for (const Branch& branch : next.branches) after.push_back(branch_in_words(branch));
  if (before == after) return changes.say("branches: labels changed");
  changes.words("branches", before, after);
}

std::string text_of(const Computations& computations, const std::string& property) {
  const auto found = computations.find(property);
  return found == computations.end() ? std::string() : dump_compact(Json(schema::encode(found->second)));
}

void compare_computations(Changes& changes, const Computations& base, const Computations& next) {
  for (const auto& [property, computation] : base) {
    changes.text("compute " + property, text_of(base, property), text_of(next, property));
  }
  for (const auto& [property, computation] : next) {
    if (!base.contains(property)) changes.text("compute " + property, "", text_of(next, property));
  }
}

template <class Item>
void compare_lists(Changes& changes, const std::string& field, const std::vector<Item>& base,
                   const std::vector<Item>& next) {
  if (base == next) return;
  const auto added = std::count_if(next.begin(), next.end(), [&](const Item& item) { return !holds(base, item); });
  const auto removed = std::count_if(base.begin(), base.end(), [&](const Item& item) { return !holds(next, item); });
  if (added == 0 && removed == 0) return changes.say(field + ": order or repetition changed");
  std::string line = field + ":";
  if (added > 0) line += " " + std::to_string(added) + " added";
  if (removed > 0) line += std::string(added > 0 ? "," : "") + " " + std::to_string(removed) + " removed";
  changes.say(line);
}

void compare_item(Changes changes, const Step& base, const Step& next) {
  changes.text("title", base.title, next.title);
  changes.text("instruction", base.instruction, next.instruction);
  compare_computations(changes, base.compute, next.compute);
  changes.schema("output", base.output, next.output);
  changes.words("quotes", base.quotes, next.quotes);
  compare_branches(changes, base, next);
  changes.number("retries", base.on_failure.retries, next.on_failure.retries);
  changes.text("on_failure", std::string(to_string(base.on_failure.then)),
               std::string(to_string(next.on_failure.then)));
  changes.number("max_visits", base.max_visits, next.max_visits);
  compare_lists(changes, "examples", base.examples, next.examples);
  changes.words("tools", base.tools, next.tools);
}

void compare_item(Changes changes, const EdgeCase& base, const EdgeCase& next) {
  changes.text("when", base.when, next.when);
  changes.text("then", base.then, next.then);
  changes.text("severity", std::string(to_string(base.severity)), std::string(to_string(next.severity)));
  changes.text("example", base.example, next.example);
}

template <class Item>
const Item* find_item(const std::vector<Item>& items, const std::string& id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

// The ids that both lists have, in the order of `items`.
template <class Item>
std::vector<std::string> kept_ids(const std::vector<Item>& items, const std::vector<Item>& others) {
  std::vector<std::string> ids;
  for (const Item& item : items) {
    if (find_item(others, item.id) != nullptr) ids.push_back(item.id);
  }
  return ids;
}

// Steps or edge cases, by id: added, changed, removed, reordered.
template <class Item>
void compare_by_id(Changes& changes, const std::string& what, const std::vector<Item>& base,
                   const std::vector<Item>& next) {
  std::string before = "first";
  for (const Item& item : next) {
    const Item* was = find_item(base, item.id);
    if (was == nullptr) {
      changes.say(named(what, item.id) + " added" + (before == "first" ? ", first" : ", after " + before));
    } else if (!(*was == item)) {
      compare_item(changes.inside(named(what, item.id)), *was, item);
    }
    before = dump_compact(Json(item.id));
  }
  for (const Item& item : base) {
    if (find_item(next, item.id) == nullptr) changes.say(named(what, item.id) + " removed");
  }
  const std::vector<std::string> old_order = kept_ids(base, next);
  const std::vector<std::string> new_order = kept_ids(next, base);
  if (old_order != new_order) {
    changes.say("order of " + what + "s changed: " + list_text(old_order) + " -> " + list_text(new_order));
  }
}

void compare_escalation(Changes& changes, const std::optional<Escalation>& base,
                        const std::optional<Escalation>& next) {
  if (base == next) return;
  if (!base) return changes.say("escalation added");
  if (!next) return changes.say("escalation removed");
  Changes inside = changes.inside("escalation");
  inside.words("when", base->when, next->when);
  inside.text("to", std::string(to_string(base->to)), std::string(to_string(next->to)));
  inside.text("message", base->message, next->message);
}

std::string readable(const Design& design) {
  return show_hidden(encode_design(design).dump(2, ' ', false, OrderedJson::error_handler_t::replace)) + "\n";
}

std::string level_text(const std::optional<Level>& level) { return level ? std::string(to_string(*level)) : ""; }

}  // namespace

std::vector<std::string> describe_changes(const Design& base, const Design& next) {
  std::vector<std::string> lines;
  Changes changes(lines);
  changes.text("name", base.name, next.name);
  changes.text("title", base.title, next.title);
  changes.text("description", base.description, next.description);
  changes.words("when_to_use", base.when_to_use, next.when_to_use);
  changes.words("when_not_to_use", base.when_not_to_use, next.when_not_to_use);
  changes.text("designed_by", base.designed_by, next.designed_by);
  changes.text("intelligence_level", level_text(base.intelligence_level), level_text(next.intelligence_level));
  changes.text("executor", base.executor, next.executor);
  changes.schema("inputs", base.inputs, next.inputs);
  changes.schema("outputs", base.outputs, next.outputs);
  changes.text("context", base.context, next.context);
  compare_by_id(changes, "step", base.steps, next.steps);
  compare_by_id(changes, "edge case", base.edge_cases, next.edge_cases);
  compare_escalation(changes, base.escalation, next.escalation);
  changes.number("tolerance", base.tolerance, next.tolerance);
  compare_lists(changes, "cases", base.cases, next.cases);
  changes.words("tags", base.tags, next.tags);
  return lines;
}

std::string show_all_changes(const Design* base, const Design& next) {
  return base == nullptr ? readable(next) : line_diff(readable(*base), readable(next), LongLines::whole);
}

}  // namespace pianola::workflow
