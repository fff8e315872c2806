// Configuration files of other programs as texts: one value is looked up, put in or taken out by its place, and every
// other byte stays: entries, comments, order, indentation, line ends, a byte order mark. A file is changed at offsets,
// never parsed and written anew. What is put in follows the style of what stands around it.
// One implementation a format: json_config.cc (with comments and trailing commas), toml_config.cc, yaml_config.cc.
// Thread rule: plain functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace pianola::server {

// One step into a document: the member of that name; or, with `value`, the element of a list whose member `name` has
// this value (Continue: {"name": "pianola"}). Only the last step of a path may be one into a list.
struct ConfigStep {
  std::string name;
  std::string value;
  bool is_element() const { return !value.empty(); }
};
using ConfigPath = std::vector<ConfigStep>;

// How deep a file may be nested.
inline constexpr int kMostConfigDepth = 500;

// A format. Every function refuses, code bad_config with the line in `place`, a text that is not of this format, or
// where the path leads through something that holds no such members; the message then begins with "line N: ".
class ConfigText {
 public:
  virtual ~ConfigText() = default;
  // The value at `path`, or nothing. A text of blanks and comments alone holds nothing.
  virtual Result<std::optional<OrderedJson>> read(std::string_view text, const ConfigPath& path) const = 0;
  // The text with `value` at `path`: the same text where it is there already, else the value in the old one's place, or
  // as the last of its siblings. What holds it is made where it is missing. `path` has at least one step.
  virtual Result<std::string> put(std::string_view text, const ConfigPath& path, const OrderedJson& value) const = 0;
  // The text without what `path` leads to: what put() gave for a text without it becomes that text again where what
  // holds the value was there; if it was not, it stays, empty.
  virtual Result<std::string> take(std::string_view text, const ConfigPath& path) const = 0;
};

enum class ConfigFormat { json, toml, yaml };

// The one of that format; lives as long as the program.
const ConfigText& config_text(ConfigFormat format);
const ConfigText& json_config();
const ConfigText& toml_config();
const ConfigText& yaml_config();

// What the formats share.

// The refusal of a text, at an offset of it.
tl::unexpected<Refusal> refuse_config(std::string_view text, std::size_t at, const std::string& why);
// The same at a line, counted from 1.
tl::unexpected<Refusal> refuse_config_line(std::size_t line, const std::string& why);
// The same of a text that would not be read as meant once it was changed.
tl::unexpected<Refusal> refuse_unsafe_change();
// How many bytes of a byte order mark the text begins with.
std::size_t mark_bytes(std::string_view text);
// What ends the text's first line; "\n" where it has only one.
std::string_view line_end_of(std::string_view text);
// Takes the text's last line end off, where it has one.
void drop_line_end(std::string& text);
// Where the line of `at` begins, and where the next one does (or the text ends).
std::size_t line_begin(std::string_view text, std::size_t at);
std::size_t next_line(std::string_view text, std::size_t at);
// The blanks that the line of `at` begins with.
std::string_view indent_at(std::string_view text, std::size_t at);
// True for blanks and line ends alone.
bool is_blank(std::string_view text);
// Whether two values say the same, in whatever order their members stand.
bool is_same(const OrderedJson& one, const OrderedJson& other);
// `value` inside of what the steps from `first` on lead through.
OrderedJson wrapped(const ConfigPath& path, std::size_t first, OrderedJson value);
// The value at `path` of a whole document, or null.
const OrderedJson* find_in(const OrderedJson& document, const ConfigPath& path);
// Whether two documents say the same but for what `path` leads to, and for what holds it where that is empty.
bool is_same_but_for(const OrderedJson& one, const OrderedJson& other, const ConfigPath& path);

}  // namespace pianola::server
