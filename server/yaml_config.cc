// Settings in YAML (Goose, Continue). yaml-cpp says whether a text is YAML, what its values are, and in which line and
// column each begins; where one ends follows from the indentation.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "server/config_text.h"

namespace pianola::server {
namespace {

// The core schema's meaning of a plain scalar.
OrderedJson json_of_plain(const std::string& text) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
  };
  if (is_one_of({"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of({"true", "True", "TRUE"})) return true;
  if (is_one_of({"false", "False", "FALSE"})) return false;
  if (text.find_first_not_of("+-.0123456789eE") == text.npos) {
    OrderedJson number = OrderedJson::parse(text, nullptr, false);
    if (number.is_number()) return number;
  }
  return text;
}

OrderedJson json_of(const YAML::Node& node) {
  if (node.IsScalar()) return node.Tag() == "?" ? json_of_plain(node.Scalar()) : OrderedJson(node.Scalar());
  if (node.IsSequence()) {
    OrderedJson json = OrderedJson::array();
    for (const YAML::Node& element : node) json.push_back(json_of(element));
    return json;
  }
  if (!node.IsMap()) return nullptr;
  OrderedJson::object_t json;  // by itself it would look for each key among all before
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& member : node) {
    const std::string key = member.first.IsScalar() ? member.first.Scalar() : YAML::Dump(member.first);
    const auto [place, is_new] = places.emplace(key, json.size());
    if (is_new) json.emplace_back(key, OrderedJson());
    (json.begin() + static_cast<std::ptrdiff_t>(place->second))->second = json_of(member.second);
  }
  return OrderedJson(std::move(json));
}

// Whether a value has an end, which aliases can take from it, and a bearable size.
bool is_bounded(const YAML::Node& node, int depth, std::size_t& nodes) {
  constexpr std::size_t kMostNodes = 1'000'000;
  if (depth > kMostConfigDepth || ++nodes > kMostNodes) return false;
  if (node.IsScalar() || node.IsNull()) return true;
  for (const auto& member : node) {
    const bool is_map = node.IsMap();
    if (is_map && !is_bounded(member.first, depth + 1, nodes)) return false;
    if (!is_bounded(is_map ? member.second : YAML::Node(member), depth + 1, nodes)) return false;
  }
  return true;
}

// Where a document's value begins; what it says does not matter.
class YamlBeginning final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override { line_.reset(); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override { note(mark); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnMapEnd() override {}
  // Counted from 1.
  std::size_t line() const { return static_cast<std::size_t>(std::max(line_.value_or(0), 0)) + 1; }

 private:
  void note(const YAML::Mark& mark) {
    if (!line_) line_ = mark.line;
  }
  std::optional<int> line_;
};

Result<YAML::Node> parse_yaml(std::string_view text) {
  // yaml-cpp's own exceptions end here.
  try {
    // Of some texts that are no YAML (a scalar with more behind it) yaml-cpp makes documents without an end.
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    YamlBeginning beginning;
    if (parser.HandleNextDocument(beginning) && parser.HandleNextDocument(beginning)) {
      return refuse_config_line(beginning.line(), "a second document begins");
    }
    const YAML::Node root = YAML::Load(std::string(text));
    std::size_t nodes = 0;
    if (!is_bounded(root, 0, nodes)) {
      return refuse_config_line(1, "it is nested too deep, or its aliases make too much of it");
    }
    return root;
  } catch (const YAML::Exception& error) {
    return refuse_config_line(static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1, error.msg);
  }
}

// Words that readers of YAML 1.1 take for something else than a text.
bool is_plain_text(const std::string& text) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/";
  constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  if (text.empty() || text.ends_with(' ') || kFirst.find(text.front()) == kFirst.npos) return false;
  if (text.find_first_not_of(std::string(kFirst) + "0123456789. ()-") != text.npos) return false;
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kWords, lower) == std::end(kWords);
}

// Blocks of YAML, each line ended; `unit` is one level of indentation.
class YamlWriter {
 public:
  YamlWriter(std::string_view line_end, std::string unit) : line_end_(line_end), unit_(std::move(unit)) {}

  // A member or an element, as `step` leads to it.
  std::string block(const ConfigStep& step, const OrderedJson& value, const std::string& indent) const {
    return step.is_element() ? element(value, indent) : member(step.name, value, indent);
  }
  // All members of an object.
  std::string members(const OrderedJson& object, const std::string& indent) const {
    std::string out;
    for (const auto& [key, value] : object.items()) out += member(key, value, indent);
    return out;
  }

 private:
  static std::string scalar(const OrderedJson& value) {
    const bool is_plain = value.is_string() && is_plain_text(value.get_ref<const std::string&>());
    return is_plain ? value.get<std::string>() : value.dump();
  }
  std::string member(const std::string& name, const OrderedJson& value, const std::string& indent) const {
    std::string out = indent + scalar(name) + ":";
    if (!value.is_structured() || value.empty()) return out + " " + scalar(value) + line_end_;
    out += line_end_;
    if (value.is_object()) return out + members(value, indent + unit_);
    for (const OrderedJson& each : value) out += element(each, indent + unit_);
    return out;
  }
  std::string element(const OrderedJson& value, const std::string& indent) const {
    if (!value.is_object() || value.empty()) return indent + "- " + scalar(value) + line_end_;
    return indent + "- " + members(value, indent + "  ").substr(indent.size() + 2);
  }

  std::string line_end_;
  std::string unit_;
};

// A member or element that a step leads to.
struct YamlChild {
  YAML::Node value;
  std::size_t begin = 0;  // of its key, or of its hyphen
  std::size_t column = 0;
};

// How far a path leads.
struct YamlPlace {
  std::vector<YAML::Node> holders;  // in which each step is looked up
  std::vector<YamlChild> found;
};

class YamlDocument {
 public:
  YamlDocument(std::string_view text, const YAML::Node& root);
  Result<YamlPlace> find(const ConfigPath& path) const;
  Result<std::string> with_child(const ConfigPath& path, const YamlPlace& place, const OrderedJson& value) const;
  std::string with_value(const ConfigStep& step, const YamlChild& child, const OrderedJson& value) const;
  std::string without_last(const YamlPlace& place) const;

 private:
  std::size_t offset_of(const YAML::Mark& mark) const {
    return line_begins_[static_cast<std::size_t>(mark.line)] + static_cast<std::size_t>(mark.column);
  }
  Result<std::vector<YamlChild>> children_of(const YAML::Node& holder) const;
  std::size_t end_of_block(const YamlChild& child) const;
  std::string unit() const;
  std::string inserted(std::size_t at, std::string block) const;
  Result<std::string> with_first_child(const ConfigPath& path, const YamlPlace& place, const OrderedJson& value) const;

  std::string_view text_;
  YAML::Node root_;
  std::vector<std::size_t> line_begins_;
};

YamlDocument::YamlDocument(std::string_view text, const YAML::Node& root) : text_(text), root_(root) {
  for (std::size_t at = mark_bytes(text); at < text.size(); at = next_line(text, at)) line_begins_.push_back(at);
  line_begins_.push_back(text.size());
}

// In the order in which they are written. Refuses where they do not stand in lines of their own.
Result<std::vector<YamlChild>> YamlDocument::children_of(const YAML::Node& holder) const {
  std::vector<YamlChild> children;
  for (const auto& each : holder) {
    const YAML::Node& first = holder.IsMap() ? each.first : each;
    const std::size_t at = offset_of(first.Mark());
    const std::size_t line = line_begin(text_, at);
    const std::size_t begin = line + indent_at(text_, at).size();
    const std::string_view before = text_.substr(begin, at - begin);
    const bool is_element = before.starts_with('-') && is_blank(before.substr(1));
    if (holder.Style() == YAML::EmitterStyle::Flow || (holder.IsMap() ? begin != at : !is_element)) {
      return refuse_config(text_, at, "this is written in one line: give each a line of its own");
    }
    children.push_back({holder.IsMap() ? each.second : YAML::Node(each), begin, begin - line});
  }
  return children;
}

Result<YamlPlace> YamlDocument::find(const ConfigPath& path) const {
  YamlPlace place;
  YAML::Node at = root_;
  for (const ConfigStep& step : path) {
    place.holders.push_back(at);
    const bool fits = step.is_element() ? at.IsSequence() : at.IsMap();
    if (!fits && !at.IsNull() && at.size() > 0) {
      return refuse_config(text_, offset_of(at.Mark()),
                           step.is_element() ? "a list belongs here" : "a map belongs here");
    }
    if (!fits && at.IsScalar()) return refuse_config(text_, offset_of(at.Mark()), "a map or a list belongs here");
    if (at.size() == 0) break;
    const Result<std::vector<YamlChild>> children = children_of(at);
    if (!children) return refuse(children.error());
    const auto leads_to = [&](const YamlChild& child, const YAML::Node& key) {
      if (!step.is_element()) return key.IsScalar() && key.Scalar() == step.name;
      const OrderedJson value = json_of(child.value);
      return value.is_object() && value.contains(step.name) && value[step.name] == step.value;
    };
    std::optional<YamlChild> found;
    std::size_t i = 0;
    for (const auto& each : at) {
      const YamlChild& child = (*children)[i++];
      if (!leads_to(child, at.IsMap() ? each.first : each)) continue;
      if (found) return refuse_config(text_, child.begin, "\"" + step.name + "\" stands here a second time");
      found = child;
    }
    if (!found) break;
    place.found.push_back(*found);
    at.reset(found->value);  // an assignment would change the document
  }
  return place;
}

// Behind the last line that is indented deeper: comments in between may stand anywhere.
std::size_t YamlDocument::end_of_block(const YamlChild& child) const {
  std::size_t end = next_line(text_, child.begin);
  for (std::size_t line = end; line < text_.size(); line = next_line(text_, line)) {
    const std::size_t indent = indent_at(text_, line).size();
    const std::size_t at = line + indent;
    if (is_blank(text_.substr(at, next_line(text_, at) - at))) continue;
    if (indent > child.column) {
      end = next_line(text_, line);
    } else if (text_[at] != '#') {
      break;
    }
  }
  return end;
}

// As the first members below the root's are indented.
std::string YamlDocument::unit() const {
  if (root_.IsMap()) {
    for (const auto& member : root_) {
      if (!member.second.IsMap() || member.second.size() == 0) continue;
      const YAML::Mark mark = member.second.begin()->first.Mark();
      if (mark.column > 0 && member.second.Style() != YAML::EmitterStyle::Flow) {
        return std::string(static_cast<std::size_t>(mark.column), ' ');
      }
    }
  }
  return "  ";
}

// A block of whole lines put between two lines; a text without a last line end keeps having none.
std::string YamlDocument::inserted(std::size_t at, std::string block) const {
  const std::string line_end(line_end_of(text_));
  std::string out(text_);
  if (at > mark_bytes(text_) && text_[at - 1] != '\n') {
    block = line_end + block.substr(0, block.size() - line_end.size());
  }
  return out.insert(at, block);
}

std::string YamlDocument::with_value(const ConfigStep& step, const YamlChild& child, const OrderedJson& value) const {
  const std::string line_end(line_end_of(text_));
  const std::size_t begin = line_begin(text_, child.begin);
  const std::size_t end = end_of_block(child);
  std::string block = YamlWriter(line_end, unit()).block(step, value, std::string(child.column, ' '));
  if (!text_.substr(0, end).ends_with('\n')) block.resize(block.size() - line_end.size());
  return std::string(text_).replace(begin, end - begin, block);
}

Result<std::string> YamlDocument::with_child(const ConfigPath& path, const YamlPlace& place,
                                             const OrderedJson& value) const {
  const std::size_t steps = place.found.size();
  const YAML::Node& holder = place.holders[steps];
  if (holder.size() == 0) return with_first_child(path, place, value);
  const Result<std::vector<YamlChild>> children = children_of(holder);
  if (!children) return refuse(children.error());
  const YamlChild& last = children->back();
  const YamlWriter writer(line_end_of(text_), unit());
  return inserted(end_of_block(last),
                  writer.block(path[steps], wrapped(path, steps + 1, value), std::string(last.column, ' ')));
}

// The first of a holder that is empty: {}, [] or nothing behind its colon.
Result<std::string> YamlDocument::with_first_child(const ConfigPath& path, const YamlPlace& place,
                                                   const OrderedJson& value) const {
  const std::size_t steps = place.found.size();
  const YamlWriter writer(line_end_of(text_), unit());
  if (steps == 0) {
    const std::string members = writer.members(wrapped(path, 0, value), "");
    if (!root_.IsNull()) return refuse_config(text_, offset_of(root_.Mark()), "this is empty: remove it");
    const std::string_view kept =
        text_.substr(0, is_blank(text_.substr(mark_bytes(text_))) ? mark_bytes(text_) : text_.size());
    return YamlDocument(kept, root_).inserted(kept.size(), members);
  }
  const YamlChild& holder = place.found.back();
  const std::size_t colon = text_.find(':', holder.begin);
  const std::size_t line_end = std::min(text_.find_first_of("\r\n", colon), text_.size());
  const std::size_t begin = std::min(text_.find_first_not_of(" \t", colon + 1), line_end);
  std::string_view rest = text_.substr(begin, line_end - begin);
  for (const std::string_view empty : {"{}", "[]", "null", "~"}) {
    if (!rest.starts_with(empty)) continue;
    rest.remove_prefix(empty.size());
    std::string out(text_);
    out.erase(colon + 1, begin + empty.size() - colon - 1);
    const Result<YAML::Node> root = parse_yaml(out);
    if (!root) return refuse(root.error());
    const YamlDocument emptied(out, *root);
    const Result<YamlPlace> again = emptied.find(path);
    if (!again) return refuse(again.error());
    return emptied.with_first_child(path, *again, value);
  }
  if (!rest.empty() && !rest.starts_with('#')) {
    return refuse_config(text_, holder.begin, "what stands behind the colon is empty: remove it");
  }
  const std::string indent = std::string(holder.column, ' ') + unit();
  return inserted(next_line(text_, holder.begin), writer.block(path[steps], wrapped(path, steps + 1, value), indent));
}

std::string YamlDocument::without_last(const YamlPlace& place) const {
  const YamlChild& child = place.found.back();
  const std::size_t begin = line_begin(text_, child.begin);
  const std::size_t end = end_of_block(child);
  std::string out(text_);
  out.erase(begin, end - begin);
  if (end == text_.size() && !text_.ends_with('\n')) drop_line_end(out);
  if (place.holders.back().size() == 1 && place.found.size() > 1) {
    const std::size_t colon = text_.find(':', place.found[place.found.size() - 2].begin);
    out.insert(colon + 1, place.holders.back().IsSequence() ? " []" : " {}");
  }
  return out;
}

class YamlConfig final : public ConfigText {
 public:
  Result<std::optional<OrderedJson>> read(std::string_view text, const ConfigPath& path) const override {
    const Result<YAML::Node> root = parse_yaml(text);
    if (!root) return refuse(root.error());
    const OrderedJson document = json_of(*root);
    const OrderedJson* found = find_in(document, path);
    return found == nullptr ? std::optional<OrderedJson>() : std::optional<OrderedJson>(*found);
  }

  Result<std::string> put(std::string_view text, const ConfigPath& path, const OrderedJson& value) const override {
    const Result<YAML::Node> root = parse_yaml(text);
    if (!root) return refuse(root.error());
    const OrderedJson before = json_of(*root);
    const OrderedJson* found = find_in(before, path);
    if (found != nullptr && is_same(*found, value)) return std::string(text);
    const YamlDocument document(text, *root);
    const Result<YamlPlace> place = document.find(path);
    if (!place) return refuse(place.error());
    if (place->found.size() == path.size()) {
      return checked(before, document.with_value(path.back(), place->found.back(), value), path, &value);
    }
    Result<std::string> out = document.with_child(path, *place, value);
    if (!out) return refuse(out.error());
    return checked(before, *std::move(out), path, &value);
  }

  Result<std::string> take(std::string_view text, const ConfigPath& path) const override {
    const Result<YAML::Node> root = parse_yaml(text);
    if (!root) return refuse(root.error());
    const OrderedJson before = json_of(*root);
    if (find_in(before, path) == nullptr) return std::string(text);
    const YamlDocument document(text, *root);
    const Result<YamlPlace> place = document.find(path);
    if (!place) return refuse(place.error());
    return checked(before, document.without_last(*place), path, nullptr);
  }

 private:
  // The changed text, if it says what was meant and the same of all else: YAML has more ways to be written than are
  // looked for.
  static Result<std::string> checked(const OrderedJson& before, std::string out, const ConfigPath& path,
                                     const OrderedJson* value) {
    const Result<YAML::Node> after = parse_yaml(out);
    if (!after) return refuse_unsafe_change();
    const OrderedJson document = json_of(*after);
    const OrderedJson* found = find_in(document, path);
    const bool is_as_meant = value == nullptr ? found == nullptr : found != nullptr && is_same(*found, *value);
    if (is_as_meant && is_same_but_for(document, before, path)) return out;
    return refuse_unsafe_change();
  }
};

}  // namespace

const ConfigText& yaml_config() {
  static const YamlConfig config;
  return config;
}

}  // namespace pianola::server
