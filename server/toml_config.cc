// Settings in TOML (Codex). toml++ says whether a text is TOML and what its values are; where a statement begins and
// ends, which it does not tell, is scanned here, in texts that it has read.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "server/config_text.h"

namespace pianola::server {
namespace {

using TomlKey = std::vector<std::string>;

OrderedJson json_of(const toml::node& node);

// In the order in which they are written.
OrderedJson json_of_table(const toml::table& table) {
  std::vector<std::pair<std::string, const toml::node*>> members;
  for (const auto& [key, value] : table) members.emplace_back(key.str(), &value);
  std::ranges::stable_sort(members, [](const auto& one, const auto& other) {
    const toml::source_position a = one.second->source().begin;
    const toml::source_position b = other.second->source().begin;
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  OrderedJson json = OrderedJson::object();
  for (const auto& [key, value] : members) json[key] = json_of(*value);
  return json;
}

OrderedJson json_of(const toml::node& node) {
  if (const toml::table* table = node.as_table()) return json_of_table(*table);
  if (const toml::array* array = node.as_array()) {
    OrderedJson json = OrderedJson::array();
    for (const toml::node& element : *array) json.push_back(json_of(element));
    return json;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  // Dates and times, as they are written.
  return node.value<std::string>().value_or("date");
}

Result<OrderedJson> parse_toml(std::string_view text) {
  const toml::parse_result parsed = toml::parse(text.substr(mark_bytes(text)));
  if (parsed) return json_of_table(parsed.table());
  return refuse_config_line(parsed.error().source().begin.line, std::string(parsed.error().description()));
}

// A header with what it is of, or a key with its value: whole lines.
struct TomlStatement {
  bool is_header = false;
  TomlKey key;  // from the root on
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Scans a text that is TOML.
class TomlStatements {
 public:
  explicit TomlStatements(std::string_view text) : text_(text), at_(mark_bytes(text)) {}
  std::vector<TomlStatement> scan();

 private:
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }
  TomlKey key();
  std::string key_part();
  void skip_string();
  void skip_value();

  std::string_view text_;
  std::size_t at_;
};

std::vector<TomlStatement> TomlStatements::scan() {
  std::vector<TomlStatement> statements;
  TomlKey header;
  while (at_ < text_.size()) {
    const std::size_t begin = at_;
    skip_blanks();
    const char c = at_ < text_.size() ? text_[at_] : '\n';
    if (c == '\n' || c == '\r' || c == '#') {
      at_ = next_line(text_, at_);
      continue;
    }
    TomlStatement statement{.is_header = c == '[', .begin = begin};
    if (statement.is_header) {
      at_ = text_.find_first_not_of('[', at_);
      header = statement.key = key();
    } else {
      statement.key = header;
      for (std::string& part : key()) statement.key.push_back(std::move(part));
      skip_value();
    }
    statement.end = at_ = next_line(text_, at_);
    statements.push_back(std::move(statement));
  }
  return statements;
}

// a."b c".d, up to what follows it.
TomlKey TomlStatements::key() {
  TomlKey parts;
  do {
    if (!parts.empty()) ++at_;
    skip_blanks();
    parts.push_back(key_part());
    skip_blanks();
  } while (at_ < text_.size() && text_[at_] == '.');
  return parts;
}

std::string TomlStatements::key_part() {
  const std::size_t begin = at_;
  const char quote = text_[at_];
  if (quote != '"' && quote != '\'') {
    at_ = std::min(text_.find_first_of(" \t.=]", at_), text_.size());
    return std::string(text_.substr(begin, at_ - begin));
  }
  skip_string();
  const std::string_view written = text_.substr(begin, at_ - begin);
  std::string inner(written.substr(1, written.size() - 2));
  if (quote == '\'') return inner;
  const OrderedJson text = OrderedJson::parse(written, nullptr, false);
  return text.is_string() ? text.get<std::string>() : inner;
}

// One of the four kinds, from its first quotation mark on.
void TomlStatements::skip_string() {
  const char quote = text_[at_];
  const std::string thrice(3, quote);
  const std::string end = text_.substr(at_).starts_with(thrice) ? thrice : std::string(1, quote);
  at_ += end.size();
  while (at_ < text_.size() && !text_.substr(at_).starts_with(end)) at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
  at_ += end.size();
  // Up to two more belong to the text.
  while (end.size() == 3 && at_ < text_.size() && text_[at_] == quote) ++at_;
  at_ = std::min(at_, text_.size());
}

// Up to the end of the line that the value ends in.
void TomlStatements::skip_value() {
  int depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (depth == 0 && (c == '\n' || c == '#')) return;
    if (c == '"' || c == '\'') {
      skip_string();
      continue;
    }
    if (c == '#') {
      at_ = next_line(text_, at_);
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    ++at_;
  }
}

std::string toml_key(const std::string& name) {
  constexpr std::string_view kBare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.find_first_not_of(kBare) == name.npos ? name : OrderedJson(name).dump();
}

// In one line. A JSON text is one of TOML.
std::string toml_value(const OrderedJson& value) {
  if (!value.is_structured()) return value.dump();
  std::string out;
  for (const auto& [key, member] : value.items()) {
    if (!out.empty()) out += ", ";
    out += value.is_object() ? toml_key(key) + " = " + toml_value(member) : toml_value(member);
  }
  if (value.is_array()) return "[" + out + "]";
  return out.empty() ? "{}" : "{ " + out + " }";
}

// A table, and the tables in it below.
std::string toml_table(const std::string& name, const OrderedJson& table, std::string_view line_end) {
  std::string out = "[" + name + "]" + std::string(line_end);
  for (const auto& [key, value] : table.items()) {
    if (!value.is_object()) out.append(toml_key(key) + " = " + toml_value(value)).append(line_end);
  }
  for (const auto& [key, value] : table.items()) {
    if (value.is_object()) out.append(line_end).append(toml_table(name + "." + toml_key(key), value, line_end));
  }
  return out;
}

bool begins_with(const TomlKey& key, const ConfigPath& path) {
  return key.size() >= path.size() &&
         std::ranges::equal(path, std::span(key).first(path.size()), {}, &ConfigStep::name);
}

struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The lines that say what `path` leads to; what stands between two of its statements belongs to them.
std::vector<TextRange> ranges_of(const std::vector<TomlStatement>& statements, const ConfigPath& path) {
  std::vector<TextRange> ranges;
  bool goes_on = false;
  for (const TomlStatement& statement : statements) {
    const bool is_own = begins_with(statement.key, path);
    if (is_own && goes_on) ranges.back().end = statement.end;
    if (is_own && !goes_on) ranges.push_back({statement.begin, statement.end});
    goes_on = is_own;
  }
  return ranges;
}

// Without these lines, and the empty line that divides each from the text before it, or behind it at the beginning.
std::string without_ranges(std::string_view text, const std::vector<TextRange>& ranges) {
  std::string out(text);
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    std::size_t begin = range->begin;
    std::size_t end = range->end;
    const bool ends_text = end == text.size() && !text.ends_with('\n');
    if (begin > mark_bytes(text)) {
      const std::size_t before = line_begin(text, begin - 1);
      if (is_blank(text.substr(before, begin - before))) begin = before;
    } else if (is_blank(text.substr(end, next_line(text, end) - end))) {
      end = next_line(text, end);
    }
    out.erase(begin, end - begin);
    // What was put behind a text without a last line end had none either.
    if (ends_text) drop_line_end(out);
  }
  return out;
}

// At the end, behind an empty line.
std::string with_table(std::string_view text, std::string table) {
  const std::string line_end(line_end_of(text));
  if (is_blank(text.substr(mark_bytes(text)))) return std::string(text.substr(0, mark_bytes(text))) + table;
  if (text.ends_with('\n')) return std::string(text) + line_end + table;
  table.resize(table.size() - line_end.size());
  return std::string(text) + line_end + line_end + table;
}

class TomlConfig final : public ConfigText {
 public:
  Result<std::optional<OrderedJson>> read(std::string_view text, const ConfigPath& path) const override {
    const Result<OrderedJson> document = parse_toml(text);
    if (!document) return refuse(document.error());
    const OrderedJson* found = find_in(*document, path);
    return found == nullptr ? std::optional<OrderedJson>() : std::optional<OrderedJson>(*found);
  }

  Result<std::string> put(std::string_view text, const ConfigPath& path, const OrderedJson& value) const override {
    const Result<OrderedJson> document = parse_toml(text);
    if (!document) return refuse(document.error());
    const OrderedJson* found = find_in(*document, path);
    if (found != nullptr && is_same(*found, value)) return std::string(text);
    const std::vector<TomlStatement> statements = TomlStatements(text).scan();
    std::string name;
    for (const ConfigStep& step : path) name += (name.empty() ? "" : ".") + toml_key(step.name);
    const std::string table = toml_table(name, value, line_end_of(text));
    const std::vector<TextRange> ranges = ranges_of(statements, path);
    const bool is_table = !ranges.empty() && std::ranges::any_of(statements, [&](const TomlStatement& statement) {
      return statement.begin == ranges.front().begin && statement.is_header;
    });
    // Keys of another table are no place for a table of our own.
    std::string out = is_table ? in_place_of(text, ranges, table) : with_table(without_ranges(text, ranges), table);
    return checked(text, *document, std::move(out), path, statements);
  }

  Result<std::string> take(std::string_view text, const ConfigPath& path) const override {
    const Result<OrderedJson> document = parse_toml(text);
    if (!document) return refuse(document.error());
    if (find_in(*document, path) == nullptr) return std::string(text);
    const std::vector<TomlStatement> statements = TomlStatements(text).scan();
    return checked(text, *document, without_ranges(text, ranges_of(statements, path)), path, statements);
  }

 private:
  static std::string in_place_of(std::string_view text, const std::vector<TextRange>& ranges, std::string table) {
    if (ranges.front().end == text.size() && !text.ends_with('\n')) {
      table.resize(table.size() - line_end_of(text).size());
    }
    std::string out = without_ranges(text.substr(0), {ranges.begin() + 1, ranges.end()});
    return out.replace(ranges.front().begin, ranges.front().end - ranges.front().begin, table);
  }

  // The changed text, if it says the same of all else: not so where a table is written in one line.
  static Result<std::string> checked(std::string_view text, const OrderedJson& before, std::string out,
                                     const ConfigPath& path, const std::vector<TomlStatement>& statements) {
    const Result<OrderedJson> after = parse_toml(out);
    const bool has_changed = after && !is_same(*after, before);
    if (has_changed && is_same_but_for(*after, before, path)) return out;
    for (const TomlStatement& statement : statements) {
      if (statement.key.front() == path.front().name) {
        return refuse_config(text, statement.begin,
                             "\"" + path.front().name + "\" is written in one line here: write it as tables, [" +
                                 path.front().name + ".NAME]");
      }
    }
    return refuse_unsafe_change();
  }
};

}  // namespace

const ConfigText& toml_config() {
  static const TomlConfig config;
  return config;
}

}  // namespace pianola::server
