#include "base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>

namespace pianola {
namespace {

// A number as JSON writes it. YAML's octal, hexadecimal, .inf and .nan stay texts: nobody writes them here.
std::optional<Json> number_of(const std::string& text) {
  const bool starts_as_one = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
  const bool has_leading_zero = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
  if (!starts_as_one || has_leading_zero || text.find_first_not_of("0123456789+-.eE") != std::string::npos) {
    return std::nullopt;
  }
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc() && read.ptr == end) {
    return Json(whole);
  }
  double real = 0;
  const auto read = std::from_chars(text.data(), end, real);
  if (read.ec == std::errc() && read.ptr == end) return Json(real);
  return std::nullopt;
}

// An unquoted scalar by the core schema.
Json plain_value(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return number_of(text).value_or(Json(text));
}

// Builds a value from the parser's events.
class YamlBuilder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, anchor, nullptr, ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "aliases are not taken: write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    // The parser gives "?" for plain scalars and "!" for quoted ones.
    scalar(mark, anchor, tag == "?" || tag.empty() ? plain_value(text) : Json(text), text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::array());
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::object());
  }
  void OnMapEnd() override { open_.pop_back(); }

  YamlDocument document;
  bool has_refused = false;  // what is YAML, but not taken

 private:
  // One sequence or mapping that is not closed yet.
  struct Level {
    Json* value;
    std::optional<std::string> key;  // of a mapping: read, its value to come
  };

  static std::size_t line_of(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(0, mark.line)) + 1; }

  // The way in which the parser itself stops.
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& why) {
    has_refused = true;
    throw YAML::ParserException(mark, why);
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) fail(mark, "anchors are not taken: write the value out");
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Json value, const std::string& text) {
    refuse_anchor(mark, anchor);
    if (open_.empty() || !open_.back().value->is_object() || open_.back().key) {
      place(std::move(value));
    } else {
      begin_member(mark, text);
    }
  }

  void begin_member(const YAML::Mark& mark, const std::string& key) {
    if (open_.back().value->contains(key)) {
      fail(mark, "\"" + key.substr(0, 100) + "\" stands twice in one mapping");
    }
    if (open_.size() == 1) document.members.push_back({key, line_of(mark)});
    open_.back().key = key;
  }

  Json* place(Json value) {
    if (open_.empty()) {
      document.value = std::move(value);
      return &document.value;
    }
    Level& level = open_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    Json& member = (*level.value)[*level.key];
    member = std::move(value);
    level.key.reset();
    return &member;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Json value) {
    refuse_anchor(mark, anchor);
    if (open_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) fail(mark, "it is nested too deep");
    if (!open_.empty() && open_.back().value->is_object() && !open_.back().key) {
      fail(mark, "a key must be a text");
    }
    open_.push_back({place(std::move(value)), std::nullopt});
  }

  std::vector<Level> open_;
};

tl::unexpected<Refusal> bad_yaml(std::size_t line, const std::string& why) {
  return refuse("bad_yaml", "line " + std::to_string(line) + ": " + why + ".");
}

// Whether a line of a member holds a comment, which is not in its value: text of several lines is indented, and "#" in
// it is text.
bool holds_comment(std::string_view line, const Json& value) {
  if (line.starts_with('#')) return true;
  const std::size_t first = line.find_first_not_of(" \t");
  const bool is_only_comment = first != std::string_view::npos && line[first] == '#';
  if (value.is_string() && (is_only_comment || value.get_ref<const std::string&>().find('#') != std::string::npos)) {
    return false;
  }
  return is_only_comment || line.find(" #") != std::string_view::npos;
}

bool is_plain(std::string_view text) {
  constexpr std::array<std::string_view, 9> kOthers = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
  if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string_view::npos) return false;
  return std::find(kOthers.begin(), kOthers.end(), text) == kOthers.end();
}

}  // namespace

Result<YamlDocument> parse_yaml(std::string_view text, std::size_t first_line) {
  if (!is_utf8(text)) return refuse("not_utf8", "The file is not UTF-8 text: convert it, then import it again.");
  YamlBuilder builder;
  YamlBuilder rest;
  std::istringstream stream{std::string(text)};
  // yaml-cpp and the builder, which it calls, have no other way out.
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (parser.HandleNextDocument(rest)) return bad_yaml(first_line, "it has more than one document");
  } catch (const YAML::ParserException& bad) {
    const std::size_t line = static_cast<std::size_t>(std::max(0, bad.mark.line));
    return bad_yaml(first_line + line, (builder.has_refused || rest.has_refused ? "" : "no YAML: ") + bad.msg);
  }
  return std::move(builder.document);
}

std::string lines_without(std::string_view text, const YamlDocument& document, const std::vector<std::string>& keys) {
  std::vector<const Json*> left_out;  // by line: the value that it is a part of; null: it is kept
  const auto& members = document.members;
  bool share_lines = false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const bool is_last = i + 1 == members.size();
    share_lines = share_lines || (!is_last && members[i + 1].line == members[i].line);
    const bool is_wanted = std::find(keys.begin(), keys.end(), members[i].key) != keys.end();
    left_out.resize(members[i].line - 1, left_out.empty() ? nullptr : left_out.back());
    left_out.push_back(is_wanted ? &document.value[members[i].key] : nullptr);
  }
  std::string kept;
  for (std::size_t line = 0; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const Json* const value = left_out.empty() ? nullptr : left_out[std::min(line, left_out.size() - 1)];
    if (share_lines || value == nullptr || holds_comment(text.substr(0, end), *value)) kept += text.substr(0, end);
    text.remove_prefix(end);
  }
  return kept;
}

std::string yaml_scalar(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string quoted;
  append_json_string(quoted, text);
  // What JSON leaves as it is, and YAML 1.1 takes for a line break or refuses: DEL, NEL, LS, PS, BOM and the C1
  // controls.
  std::string escaped;
  for (std::size_t at = 0; at < quoted.size(); ++at) {
    const std::string_view rest = std::string_view(quoted).substr(at);
    const auto second = rest.size() > 1 ? static_cast<unsigned char>(rest[1]) : 0;
    if (rest[0] == '\x7f') {
      escaped += "\\x7f";
    } else if (rest[0] == '\xc2' && second >= 0x80 && second <= 0x9f) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      escaped.append("\\x").append(1, kDigits[second >> 4]).append(1, kDigits[second & 15]);
      ++at;
    } else if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) {
      escaped += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
      at += 2;
    } else if (rest.starts_with("\xef\xbb\xbf")) {
      escaped += "\\ufeff";
      at += 2;
    } else {
      escaped += rest[0];
    }
  }
  return escaped;
}

}  // namespace pianola
