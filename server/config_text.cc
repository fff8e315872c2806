#include "server/config_text.h"

#include <algorithm>

namespace pianola::server {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\r\n";

// What one step leads to, or null. `Value`: OrderedJson, const or not.
template <class Value>
Value* child_of(Value& holder, const ConfigStep& step) {
  if (!step.is_element()) {
    const auto member = holder.is_object() ? holder.find(step.name) : holder.end();
    return member == holder.end() ? nullptr : &*member;
  }
  if (!holder.is_array()) return nullptr;
  const auto found = std::find_if(holder.begin(), holder.end(), [&](const auto& element) {
    return element.is_object() && element.contains(step.name) && element[step.name] == step.value;
  });
  return found == holder.end() ? nullptr : &*found;
}

// The document without what `path` leads to, and without what then is empty on the way there.
OrderedJson without(OrderedJson document, const ConfigPath& path) {
  std::vector<OrderedJson*> holders = {&document};
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    OrderedJson* next = child_of(*holders.back(), path[i]);
    if (next == nullptr) break;
    holders.push_back(next);
  }
  for (std::size_t i = holders.size(); i > 0; --i) {
    OrderedJson& holder = *holders[i - 1];
    const OrderedJson* child = child_of(holder, path[i - 1]);
    if (child == nullptr || (i < path.size() && !child->empty())) continue;
    if (holder.is_object()) {
      holder.erase(path[i - 1].name);
    } else {
      holder.erase(static_cast<std::size_t>(child - &holder[0]));
    }
  }
  return document;
}

}  // namespace

const ConfigText& config_text(ConfigFormat format) {
  switch (format) {
    case ConfigFormat::toml:
      return toml_config();
    case ConfigFormat::yaml:
      return yaml_config();
    case ConfigFormat::json:
      break;
  }
  return json_config();
}

tl::unexpected<Refusal> refuse_config_line(std::size_t line, const std::string& why) {
  const std::string number = std::to_string(line);
  return refuse("bad_config", "line " + number + ": " + why, number);
}

tl::unexpected<Refusal> refuse_config(std::string_view text, std::size_t at, const std::string& why) {
  const auto before = text.substr(0, std::min(at, text.size()));
  return refuse_config_line(static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1, why);
}

tl::unexpected<Refusal> refuse_unsafe_change() {
  return refuse_config_line(1, "the file cannot be changed without changing something else in it");
}

void drop_line_end(std::string& text) {
  if (text.ends_with('\n')) text.resize(text.size() - (text.ends_with("\r\n") ? 2 : 1));
}

std::size_t mark_bytes(std::string_view text) { return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; }

std::string_view line_end_of(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end != text.npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? text.npos : text.rfind('\n', at - 1);
  return before == text.npos ? mark_bytes(text) : before + 1;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == text.npos ? text.size() : end + 1;
}

std::string_view indent_at(std::string_view text, std::size_t at) {
  const std::string_view line = text.substr(line_begin(text, at));
  return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

bool is_blank(std::string_view text) { return text.find_first_not_of(kBlanks) == text.npos; }

OrderedJson wrapped(const ConfigPath& path, std::size_t first, OrderedJson value) {
  for (std::size_t i = path.size(); i > first; --i) {
    OrderedJson holder = path[i - 1].is_element() ? OrderedJson::array() : OrderedJson::object();
    if (holder.is_array()) {
      holder.push_back(std::move(value));
    } else {
      holder[path[i - 1].name] = std::move(value);
    }
    value = std::move(holder);
  }
  return value;
}

const OrderedJson* find_in(const OrderedJson& document, const ConfigPath& path) {
  const OrderedJson* at = &document;
  for (const ConfigStep& step : path) {
    at = child_of(*at, step);
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool is_same(const OrderedJson& one, const OrderedJson& other) { return Json(one) == Json(other); }

bool is_same_but_for(const OrderedJson& one, const OrderedJson& other, const ConfigPath& path) {
  const OrderedJson left = without(one, path);
  const OrderedJson right = without(other, path);
  return is_same(left, right) || (left.empty() && right.empty());
}

}  // namespace pianola::server
