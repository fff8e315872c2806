// Bindings: {{input.x}} and {{steps.ID.x}} in an instruction, found and filled in, and the paths that branches look at.
// What was bound is data: quoted, delimited, unable to end its delimiter, and never expanded again.
// Thread rule: plain functions; a BindingScope points into what its maker keeps.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "workflow/execution.h"

namespace pianola::workflow {

inline constexpr std::size_t kLongestBoundText = 2'000;  // characters; beyond, a reference is shown instead

// What a path starts from.
enum class PathRoot { input, output, steps };

// A path into an execution's data: `input`, `output` or `steps.ID`, then dotted properties.
struct DataPath {
  PathRoot root = PathRoot::input;
  std::string step;                     // for PathRoot::steps
  std::vector<std::string> properties;  // may be empty: the whole value
  bool operator==(const DataPath&) const = default;
};

// The parts of a path, or nothing where the text is none: spaces, empty parts, or another root.
std::optional<DataPath> parse_data_path(std::string_view text);

// One {{...}} in a text. Without `path` it is malformed, and `problem` says in a sentence how to write it.
struct Binding {
  std::size_t begin = 0;  // byte offset of "{{"
  std::size_t end = 0;    // one past "}}", or past "{{" where nothing closes it
  std::string text;       // what stands between the braces, trimmed
  std::optional<DataPath> path;
  std::string problem;
};

// Every {{...}} of a text in order, malformed ones too, which may hold others: {{ {{input.x}} }}. `output` is for
// branches alone: bound, it is malformed.
std::vector<Binding> find_bindings(std::string_view text);

// What paths are looked up in. `input` holds the files' texts as values of their properties where those were read; a
// property that is only known as a file still renders as a reference to it.
struct BindingScope {
  const Json* input = nullptr;
  const Json* output = nullptr;                      // of the hand-in being judged: branches alone look at it
  std::map<std::string, Json, std::less<>> outputs;  // the latest visit's output, by step
  std::set<std::string, std::less<>> skipped;        // steps whose latest visit was skipped
  std::span<const InputFile> input_files;
};

// The value at a path ("output.x", "input.x", "steps.ID.x"), or null where there is none.
const Json* find_path(const BindingScope& scope, std::string_view path);
const Json* find_path(const BindingScope& scope, const DataPath& path);

// The text with every well-formed binding replaced by its value, quoted as data (quote_as_data), with its name where
// the text shows it first. No string: compact JSON; absent: "(not given)"; of a skipped step: "(not available: step X
// was skipped)"; longer than kLongestBoundText: a reference, for files with the path to open. Values are never expanded
// again; malformed bindings stay as written.
std::string fill_in(std::string_view text, const BindingScope& scope);

// Puts a reference ("the file PATH, N bytes: open it ...") in the place of a file's text in the input, where that is
// longer than kLongestBoundText or could not be read.
void refer_to_long_file(Json& input, const InputFile& file);

// Data between <data name="..."> and its closing tag; where the data holds such a closing tag, the tag's name is
// numbered (<data-2 ...>) until it does not, so that the data stays verbatim and cannot end its delimiter. Without a
// name the tag has none. In the name, which may be a property that an executor made up, quotes, angles and control
// characters become "_".
std::string quote_as_data(std::string_view name, std::string_view data);

}  // namespace pianola::workflow
