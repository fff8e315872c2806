#include "workflow/partial_save.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "base/list_text.h"
#include "base/nearest_name.h"
#include "schema/describe.h"
#include "workflow/design_mending.h"

namespace pianola::workflow {
namespace {

using Findings = std::vector<Refusal>;

constexpr std::size_t kMostIdsListed = 12;  // ids in a message
constexpr std::string_view kListsById[] = {"steps", "edge_cases"};

bool is_list_by_id(std::string_view name) {
  return std::find(std::begin(kListsById), std::end(kListsById), name) != std::end(kListsById);
}

// The id of an item, or nothing where it has none (decoding will say so).
std::optional<std::string> id_of(const Json& item) {
  if (!item.is_object()) return std::nullopt;
  const auto id = item.find("id");
  if (id == item.end() || !id->is_string()) return std::nullopt;
  return id->get<std::string>();
}

std::optional<std::size_t> index_of(const Json& list, std::string_view id) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (id_of(list[i]) == id) return i;
  }
  return std::nullopt;
}

std::vector<std::string> ids_of(const Json& list) {
  std::vector<std::string> ids;
  for (const Json& item : list) ids.push_back(id_of(item).value_or(""));
  return ids;
}

void refuse_null(const Json& object, const std::string& place, const std::string& pointer, Findings& findings) {
  for (const auto& [name, value] : object.items()) {
    if (!value.is_null()) continue;
    const std::string target = pointer_child(pointer, name);
    Refusal finding{"null_is_no_removal",
                    pointer_child(place, name) +
                        " is null, which deletes nothing: leave it out to keep what is there, " +
                        "or delete it with \"remove\": [\"" + target + "\"].",
                    pointer_child(place, name)};
    finding.data["fix"] = "\"remove\": [\"" + target + "\"]";
    findings.push_back(std::move(finding));
  }
}

// A string that holds the JSON of a list is that list: several hosts' models send it so.
Json unwrapped(const Json& given, Json::value_t wanted) {
  Json holder;
  return schema::detail::unwrap_text(given, wanted, holder);
}

// Merging of one list by id: known items are changed where they stand; then new ones find their place.
class ListMerge {
 public:
  ListMerge(std::string name, Json base, Findings& findings)
      : name_(std::move(name)), list_(std::move(base)), findings_(findings) {}

  Json merge(const Json& given) {
    tell_repeated_apart(given);
    std::string before;
    for (std::size_t i = 0; i < given.size(); ++i) {
      place(given[i], pointer_child('/' + name_, i), before, i == 0);
      before = id_of(given[i]).value_or("");
    }
    reorder(ids_of(given));
    return std::move(list_);
  }

 private:
  // A draft may hold one id twice. Lint proposes a fresh id for the second: an item given under it means that one.
  void tell_repeated_apart(const Json& given) {
    const std::vector<std::string> ids = ids_of(list_);
    std::set<std::string> taken(ids.begin(), ids.end());
    std::set<std::string> seen;
    for (Json& item : list_) {
      const std::optional<std::string> id = id_of(item);
      if (!id || seen.insert(*id).second) continue;
      const std::string fresh = fresh_id(*id, taken);
      taken.insert(fresh);
      if (index_of(given, fresh)) item["id"] = fresh;
    }
  }

  void place(const Json& item, const std::string& at, const std::string& before, bool first) {
    const std::optional<std::string> id = id_of(item);
    if (item.is_object()) refuse_null(item, at, '/' + name_ + '/' + id.value_or("ID"), findings_);
    const std::optional<std::size_t> known = id ? index_of(list_, *id) : std::nullopt;
    if (known && named_.contains(*id)) {
      findings_.push_back({"duplicate_id", at + "/id is \"" + *id + "\", which is listed twice.", at + "/id"});
    } else if (known) {
      list_[*known].update(item);
    } else {
      insert(item, first ? std::nullopt : index_of(list_, before));
    }
    if (id) named_.insert(*id);
  }

  void insert(const Json& item, const std::optional<std::size_t>& after) {
    if (after) {
      list_.insert(list_.begin() + static_cast<std::ptrdiff_t>(*after) + 1, item);
    } else {
      list_.push_back(item);
    }
  }

  // Where every item is listed, the listed order is the order.
  void reorder(const std::vector<std::string>& order) {
    if (order.size() != list_.size()) return;
    Json sorted = Json::array();
    for (const std::string& id : order) {
      const std::optional<std::size_t> at = index_of(list_, id);
      if (!at) return;
      sorted.push_back(list_[*at]);
    }
    list_ = std::move(sorted);
  }

  std::string name_;
  Json list_;
  Findings& findings_;
  std::set<std::string> named_;
};

// A pointer with ids, as one with indices into `base`; nothing where it points at nothing.
std::optional<std::vector<std::string>> resolve(const Json& base, std::vector<std::string> tokens) {
  if (tokens.size() >= 2 && is_list_by_id(tokens[0]) && base.contains(tokens[0])) {
    if (const auto at = index_of(base[tokens[0]], tokens[1])) tokens[1] = std::to_string(*at);
  }
  std::string pointer;
  for (const std::string& token : tokens) pointer = pointer_child(pointer, token);
  if (tokens.empty() || find_pointer(base, pointer) == nullptr) return std::nullopt;
  return tokens;
}

Refusal unknown_removal(const Json& base, const std::string& pointer, std::size_t index) {
  const Result<std::vector<std::string>> tokens = split_pointer(pointer);
  std::string hint = " Pointers start with a field of the design, for example \"/steps/ID\" or \"/tags\".";
  if (tokens && tokens->size() >= 2 && is_list_by_id((*tokens)[0]) && base.contains((*tokens)[0]) &&
      !index_of(base[(*tokens)[0]], (*tokens)[1])) {
    const std::vector<std::string> ids = ids_of(base[(*tokens)[0]]);
    const std::string near = did_you_mean((*tokens)[1], ids);
    hint = near.empty() ? " Known ids are " + list_text(ids, "", kMostIdsListed) + "." : near;
  } else if (tokens && !tokens->empty()) {
    std::vector<std::string> fields;
    for (const auto& [name, value] : base.items()) fields.push_back(name);
    const std::string near = did_you_mean((*tokens)[0], fields);
    if (!near.empty()) hint = near;
  }
  return {"unknown_removal", "There is nothing at \"" + pointer.substr(0, 200) + "\" in the base to remove." + hint,
          pointer_child("/remove", index)};
}

// Takes one resolved pointer out of `design`.
void take_out(Json& design, const std::vector<std::string>& tokens) {
  Json* holder = &design;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    holder = holder->is_array() ? &(*holder)[std::stoul(tokens[i])] : &(*holder)[tokens[i]];
  }
  if (holder->is_array()) {
    holder->erase(std::stoul(tokens.back()));
  } else {
    holder->erase(tokens.back());
  }
}

// Indices of an array are taken out from behind, so that the ones before keep theirs.
bool comes_later(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    const auto is_index = [](const std::string& token) {
      return !token.empty() && token.find_first_not_of("0123456789") == std::string::npos;
    };
    if (is_index(a[i]) && is_index(b[i])) return std::stoul(a[i]) > std::stoul(b[i]);
    return a[i] > b[i];
  }
  return a.size() > b.size();  // what lies inside goes before what holds it
}

// True where `given` sets the very thing that `tokens` (as written, with ids) removes.
bool is_given(const Json& given, const std::vector<std::string>& tokens) {
  if (!given.contains(tokens[0])) return false;
  if (tokens.size() == 1) return true;
  if (!is_list_by_id(tokens[0]) || !given[tokens[0]].is_array()) return false;
  const std::optional<std::size_t> at = index_of(given[tokens[0]], tokens[1]);
  if (!at) return false;
  return tokens.size() == 2 || (tokens.size() == 3 && given[tokens[0]][*at].contains(tokens[2]));
}

Json without_removed(const Json& base, const Json& given, const std::vector<std::string>& remove, Findings& findings) {
  std::vector<std::vector<std::string>> targets;
  for (std::size_t i = 0; i < remove.size(); ++i) {
    const Result<std::vector<std::string>> tokens = split_pointer(remove[i]);
    const auto target = tokens ? resolve(base, *tokens) : std::nullopt;
    if (!target) {
      findings.push_back(unknown_removal(base, remove[i], i));
    } else if (is_given(given, *tokens)) {
      findings.push_back({"given_and_removed",
                          "\"" + remove[i] + "\" is both given in workflow and listed in remove: keep one of them.",
                          pointer_child("/remove", i)});
    } else {
      targets.push_back(*target);
    }
  }
  std::sort(targets.begin(), targets.end(), comes_later);
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  Json design = base;
  for (const std::vector<std::string>& target : targets) take_out(design, target);
  return design;
}

void say_what_stayed(const std::string& what, const Json& list, const std::set<std::string>& named,
                     std::vector<std::string>& stayed) {
  std::vector<std::string> ids;
  for (const std::string& id : ids_of(list)) {
    if (!named.contains(id)) ids.push_back(id);
  }
  if (!ids.empty()) stayed.push_back(what + " kept as they were: " + list_text(ids, "", kMostIdsListed));
}

// An item whose id is nearly one of the base's may be that one misspelled; an empty list deletes nothing.
void say_what_is_new(std::string_view list, const Json& base, const Json& given, std::vector<std::string>& doubts) {
  const std::string what = list == "steps" ? "step" : "edge case";
  const auto items = given.find(list);
  const auto before = base.find(list);
  if (items == given.end() || !items->is_array() || before == base.end()) return;
  const std::vector<std::string> ids = ids_of(*before);
  if (items->empty() && !ids.empty()) {
    doubts.push_back("an empty list deletes nothing: \"remove\": [\"/" + std::string(list) + "/" + ids.front() +
                     "\"] deletes one " + what);
  }
  for (const std::string& id : ids_of(*items)) {
    if (id.empty() || index_of(*before, id)) continue;
    const std::vector<std::string> near = nearest_names(id, ids, 1);
    const bool is_left_out = !near.empty() && !index_of(*items, near.front());
    if (is_left_out) doubts.push_back("new " + what + " \"" + id + "\"; did you mean \"" + near.front() + "\"?");
  }
}

}  // namespace

Result<MergedDesign> merge_partial(const Json& base, const Json& given, const std::vector<std::string>& remove) {
  Findings findings;
  MergedDesign merged;
  if (!given.is_object()) {
    return refuse("wrong_type", "workflow must be an object, but is " + schema::describe_value(given) + "." +
                                    schema::describe_broken_json(given));
  }
  Json given_lists = given;
  for (const std::string_view name : kListsById) {
    const auto list = given_lists.find(name);
    if (list != given_lists.end()) *list = unwrapped(*list, Json::value_t::array);
  }
  refuse_null(given, "", "", findings);
  merged.design = without_removed(base, given_lists, remove, findings);
  std::vector<std::string> fields;
  for (const auto& [name, value] : merged.design.items()) {
    if (!given.contains(name) && !is_list_by_id(name)) fields.push_back(name);
  }
  for (const auto& [name, value] : given_lists.items()) {
    if (value.is_null()) continue;
    const bool merges = is_list_by_id(name) && value.is_array();
    if (!merges) {
      merged.design[name] = value;
      continue;
    }
    ListMerge list(name, merged.design.value(name, Json::array()), findings);
    merged.design[name] = list.merge(value);
  }
  if (!findings.empty()) return refuse(schema::merge_findings(findings));
  for (const std::string_view name : kListsById) {
    say_what_is_new(name, base, given_lists, merged.doubts);
    std::set<std::string> named;
    const auto list = given_lists.find(name);
    if (list != given_lists.end() && list->is_array()) {
      for (const std::string& id : ids_of(*list)) named.insert(id);
    }
    const std::string what = name == "steps" ? "steps" : "edge cases";
    say_what_stayed(what, merged.design.value(std::string(name), Json::array()), named, merged.stayed);
  }
  if (!fields.empty()) merged.stayed.push_back("fields kept as they were: " + list_text(fields, "", 20));
  return merged;
}

}  // namespace pianola::workflow
