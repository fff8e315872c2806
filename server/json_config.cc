// Settings in JSON, with comments and trailing commas where a host's file has them.
#include <algorithm>
#include <optional>
#include <utility>

#include "server/config_text.h"
#include "server/jsonc_scanner.h"

namespace pianola::server {
namespace {

// How the text around a place is written.
struct JsonStyle {
  bool in_one_line = false;
  bool has_blanks = true;  // {"a": 1, "b": 2}, not {"a":1,"b":2}
  std::string line_end;
  std::string indent;  // of the members of the container
  std::string unit;    // one level more
};

std::string literal(const OrderedJson& value) {
  return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

// `indent`: of the line that the value begins in.
void render(std::string& out, const OrderedJson& value, const JsonStyle& style, const std::string& indent) {
  if (!value.is_structured() || value.empty()) {
    out += literal(value);
    return;
  }
  const std::string inner = indent + style.unit;
  out += value.is_object() ? '{' : '[';
  bool is_first = true;
  for (const auto& [key, member] : value.items()) {
    if (!is_first) out += style.in_one_line && style.has_blanks ? ", " : ",";
    is_first = false;
    if (!style.in_one_line) out += style.line_end + inner;
    if (value.is_object()) out += literal(key) + (style.has_blanks ? ": " : ":");
    render(out, member, style, inner);
  }
  if (!style.in_one_line) out += style.line_end + indent;
  out += value.is_object() ? '}' : ']';
}

std::string member_text(const ConfigStep& step, const OrderedJson& value, const JsonStyle& style) {
  std::string out = step.is_element() ? "" : literal(step.name) + (style.has_blanks ? ": " : ":");
  render(out, value, style, style.indent);
  return out;
}

// How far a path leads: the containers that its steps look into, and the member that the last of them found.
struct JsonPlace {
  std::vector<JsoncContainer> containers;
  std::size_t steps_found = 0;
  std::size_t index = 0;  // of the member found last, in containers[steps_found - 1]

  const JsoncMember& member() const { return containers[steps_found - 1].members[index]; }
};

// True where the last of these blanks and comments is a comment that reaches to its line's end.
bool ends_in_line_comment(std::string_view trivia) {
  bool is_line_comment = false;
  for (std::size_t at = trivia.find('/'); at != trivia.npos; at = trivia.find('/', at)) {
    is_line_comment = trivia.substr(at).starts_with("//");
    at = is_line_comment ? next_line(trivia, at) : trivia.find("*/", at + 2) + 2;
  }
  return is_line_comment;
}

// One text that has been scanned whole.
class JsonDocument {
 public:
  static Result<JsonDocument> open(std::string_view text);
  bool is_empty() const { return root_ == kNowhere; }
  Result<JsonPlace> find(const ConfigPath& path);
  OrderedJson value_of(const JsoncMember& member) const { return scanner_.value_between(member.value, member.end); }
  JsonStyle style_of(const JsoncContainer& container);
  std::string with_member(const JsoncContainer& container, const ConfigStep& step, const OrderedJson& value);
  std::string without_member(const JsoncContainer& container, std::size_t index) const;

 private:
  JsonDocument(std::string_view text, JsoncScanner scanner, std::size_t root)
      : text_(text), scanner_(std::move(scanner)), root_(root) {}
  Result<std::optional<std::size_t>> look_up(const JsoncContainer& container, const ConfigStep& step);
  bool has_break(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin).find('\n') != text_.npos;
  }
  bool spreads(const JsoncContainer& container) const {
    return has_break(container.open, container.members.front().begin);
  }
  // Behind the last thing before `at` that is no blank.
  std::size_t end_of_text_before(std::size_t at) const { return text_.find_last_not_of(" \t\r\n", at - 1) + 1; }

  std::string_view text_;
  JsoncScanner scanner_;
  std::size_t root_;
};

Result<JsonDocument> JsonDocument::open(std::string_view text) {
  JsoncScanner scanner(text);
  const Result<std::size_t> root = scanner.root();
  if (!root) return refuse(root.error());
  return JsonDocument(text, std::move(scanner), *root);
}

// Which member of a container a step leads to. A name that stands twice is refused: hosts differ in which one counts.
Result<std::optional<std::size_t>> JsonDocument::look_up(const JsoncContainer& container, const ConfigStep& step) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < container.members.size(); ++i) {
    const JsoncMember& member = container.members[i];
    bool is_it = member.key == step.name;
    if (step.is_element()) {
      is_it = false;
      if (text_[member.value] == '{') {
        for (const JsoncMember& inner : scanner_.container_at(member.value).members) {
          is_it = is_it || (inner.key == step.name && value_of(inner) == step.value);
        }
      }
    }
    if (is_it && found) return refuse_config(text_, member.begin, literal(step.name) + " stands here a second time");
    if (is_it) found = i;
  }
  return found;
}

Result<JsonPlace> JsonDocument::find(const ConfigPath& path) {
  JsonPlace place;
  std::size_t at = root_;
  for (const ConfigStep& step : path) {
    if (text_[at] != (step.is_element() ? '[' : '{')) {
      return refuse_config(text_, at,
                           std::string(step.is_element() ? "a list [...]" : "an object {...}") + " belongs here" +
                               (place.steps_found == 0 ? "" : ", as " + literal(place.member().key)));
    }
    place.containers.push_back(scanner_.container_at(at));
    Result<std::optional<std::size_t>> found = look_up(place.containers.back(), step);
    if (!found) return refuse(found.error());
    if (!*found) break;
    place.index = **found;
    ++place.steps_found;
    at = place.member().value;
  }
  return place;
}

// A container with members shows its own style; an empty one is written as the document is.
JsonStyle JsonDocument::style_of(const JsoncContainer& container) {
  JsonStyle style;
  style.line_end = line_end_of(text_);
  const JsoncContainer whole = scanner_.container_at(root_);
  const bool whole_spreads = whole.members.empty() || spreads(whole);
  std::string unit = "  ";
  if (!whole.members.empty()) {
    style.has_blanks = text_[whole.members.front().value - 1] != ':';
    const std::string_view indent = indent_at(text_, whole.members.front().begin);
    if (whole_spreads && !indent.empty()) unit = indent;
  }
  const std::string outer(indent_at(text_, container.open));
  style.indent = outer + unit;
  style.in_one_line = !whole_spreads;
  if (!container.members.empty()) {
    style.in_one_line = !spreads(container);
    if (!style.in_one_line) style.indent = indent_at(text_, container.members.front().begin);
  }
  style.unit =
      style.indent.size() > outer.size() && style.indent.starts_with(outer) ? style.indent.substr(outer.size()) : unit;
  return style;
}

std::string JsonDocument::with_member(const JsoncContainer& container, const ConfigStep& step,
                                      const OrderedJson& value) {
  const JsonStyle style = style_of(container);
  const std::string member = member_text(step, value, style);
  std::string out(text_);
  const bool is_empty = container.members.empty();
  const std::size_t comma = is_empty ? kNowhere : container.members.back().comma;
  if (style.in_one_line) {
    // At once behind the last member: a comment may follow that reaches to the end of the line.
    const std::string blank = style.has_blanks ? " " : "";
    if (is_empty) return out.insert(container.open + 1, member);
    if (comma != kNowhere) return out.insert(comma + 1, blank + member + ",");
    return out.insert(container.members.back().end, "," + blank + member);
  }
  const std::size_t at = end_of_text_before(container.close);
  std::string added = style.line_end + style.indent + member;
  if (comma != kNowhere) added += ',';
  std::size_t behind = at;
  if (is_empty && !has_break(at, container.close)) {
    added += style.line_end + std::string(indent_at(text_, container.open));
    behind = container.close;
  }
  out.replace(at, behind - at, added);
  if (!is_empty && comma == kNowhere) out.insert(container.members.back().end, ",");
  return out;
}

std::string JsonDocument::without_member(const JsoncContainer& container, std::size_t index) const {
  const JsoncMember& member = container.members[index];
  std::string out(text_);
  std::size_t from = end_of_text_before(member.begin);
  std::size_t to = member.end;
  if (member.comma != kNowhere) {
    if (is_blank(text_.substr(to, member.comma - to))) {
      to = member.comma + 1;
      // The first of several in one line.
      if (from == container.open + 1 && !has_break(from, member.begin)) {
        to = std::min(text_.find_first_not_of(' ', to), text_.size());
      }
    } else {
      out.erase(member.comma, 1);
    }
  }
  // Of what follows in the same line the brace that closes all comes back to where it was; the rest stays in this line,
  // as all must that would come behind a comment which reaches to its line's end.
  const bool ends_line = is_blank(text_.substr(to, next_line(text_, to) - to));
  const bool is_last = text_.find_first_not_of(" \t", to) == container.close;
  const std::size_t before = index == 0 ? container.open + 1 : container.members[index - 1].comma + 1;
  const bool may_join = is_last && !ends_in_line_comment(text_.substr(before, member.begin - before));
  if (!ends_line && has_break(from, member.begin) && !may_join) {
    from = member.begin;
    to = std::min(text_.find_first_not_of(" \t", to), text_.size());
  }
  out.erase(from, to - from);
  if (member.comma == kNowhere && index > 0) out.erase(container.members[index - 1].comma, 1);
  if (container.members.size() == 1) {
    const std::size_t close = container.close - (text_.size() - out.size());
    const std::size_t inner = container.open + 1;
    if (is_blank(std::string_view(out).substr(inner, close - inner))) out.erase(inner, close - inner);
  }
  return out;
}

class JsonConfig final : public ConfigText {
 public:
  Result<std::optional<OrderedJson>> read(std::string_view text, const ConfigPath& path) const override {
    Result<JsonDocument> document = JsonDocument::open(text);
    if (!document) return refuse(document.error());
    if (document->is_empty()) return std::optional<OrderedJson>();
    const Result<JsonPlace> place = document->find(path);
    if (!place) return refuse(place.error());
    if (place->steps_found < path.size()) return std::optional<OrderedJson>();
    return std::optional<OrderedJson>(document->value_of(place->member()));
  }

  Result<std::string> put(std::string_view text, const ConfigPath& path, const OrderedJson& value) const override {
    Result<JsonDocument> document = JsonDocument::open(text);
    if (!document) return refuse(document.error());
    if (document->is_empty()) return first(text, path, value);
    const Result<JsonPlace> place = document->find(path);
    if (!place) return refuse(place.error());
    const std::size_t steps = place->steps_found;
    if (steps < path.size()) {
      return checked(document->with_member(place->containers[steps], path[steps], wrapped(path, steps + 1, value)),
                     path, value);
    }
    if (is_same(document->value_of(place->member()), value)) return std::string(text);
    std::string written;
    const JsonStyle style = document->style_of(place->containers[steps - 1]);
    render(written, value, style, style.indent);
    return std::string(text).replace(place->member().value, place->member().end - place->member().value, written);
  }

  Result<std::string> take(std::string_view text, const ConfigPath& path) const override {
    Result<JsonDocument> document = JsonDocument::open(text);
    if (!document) return refuse(document.error());
    if (document->is_empty()) return std::string(text);
    const Result<JsonPlace> place = document->find(path);
    if (!place) return refuse(place.error());
    if (place->steps_found < path.size()) return std::string(text);
    return checked(document->without_member(place->containers.back(), place->index), path, std::nullopt);
  }

 private:
  // The changed text, if it is read as it was meant.
  Result<std::string> checked(std::string out, const ConfigPath& path, const std::optional<OrderedJson>& value) const {
    const Result<std::optional<OrderedJson>> found = read(out, path);
    if (found && found->has_value() == value.has_value() && (!value || is_same(**found, *value))) return out;
    return refuse_unsafe_change();
  }

  // Comments stay; blanks alone do not.
  static std::string first(std::string_view text, const ConfigPath& path, const OrderedJson& value) {
    JsonStyle style;
    style.unit = "  ";
    style.line_end = line_end_of(text);
    std::string out(text.substr(0, is_blank(text.substr(mark_bytes(text))) ? mark_bytes(text) : text.size()));
    if (out.size() > mark_bytes(text) && !out.ends_with('\n')) out += style.line_end;
    render(out, wrapped(path, 0, value), style, "");
    return out + style.line_end;
  }
};

}  // namespace

const ConfigText& json_config() {
  static const JsonConfig config;
  return config;
}

}  // namespace pianola::server
