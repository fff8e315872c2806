#include "workflow/bindings.h"

#include <algorithm>
#include <cctype>

#include "base/ascii.h"

namespace pianola::workflow {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kNotGiven = "(not given)";
constexpr std::size_t kLongestDataName = 120;  // bytes

bool is_path_part(std::string_view part) {
  const auto is_wrong = [](unsigned char c) {
    return std::isspace(c) != 0 || c == '{' || c == '}' || c == '"' || c < 32;
  };
  return !part.empty() && std::none_of(part.begin(), part.end(), is_wrong);
}

std::vector<std::string> split_at_dots(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t dot = text.find('.', begin);
    parts.emplace_back(text.substr(begin, dot == std::string_view::npos ? dot : dot - begin));
    if (dot == std::string_view::npos) return parts;
    begin = dot + 1;
  }
}

// Why a text between braces is no binding, and what to write.
std::string problem_of(std::string_view text) {
  const std::string shown = "{{" + std::string(text.substr(0, 60)) + "}}";
  if (text.substr(0, text.find('.')) == "output") {
    return shown + " binds the output that the step is yet to write: bind {{input.NAME}} or {{steps.ID.NAME}}";
  }
  if (text == "steps") return shown + " names no step: write {{steps.ID}} or {{steps.ID.NAME}}";
  return shown + " is no binding: write {{input.NAME}}, {{steps.ID}} or {{steps.ID.NAME}}";
}

// Characters of UTF-8 text: every byte that continues none.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

const InputFile* find_file(const BindingScope& scope, std::string_view property) {
  const auto found = std::find_if(scope.input_files.begin(), scope.input_files.end(),
                                  [&](const InputFile& file) { return file.property == property; });
  return found == scope.input_files.end() ? nullptr : &*found;
}

std::string file_reference(const InputFile& file) {
  return "(the file " + file.path + ", " + std::to_string(file.size) + " bytes: open it with your own tools)";
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : dump_compact(value); }

// The input with long files replaced by references, for {{input}}.
std::string input_with_references(const BindingScope& scope) {
  Json shown = scope.input != nullptr ? *scope.input : Json::object();
  for (const InputFile& file : scope.input_files) refer_to_long_file(shown, file);
  return dump_compact(shown);
}

std::string too_long(const DataPath& path, std::string_view name, std::size_t characters) {
  const std::string from = path.root == PathRoot::steps ? "what step " + path.step + " handed in"
                                                        : "the input this execution was started with";
  return "(" + std::string(name) + " has " + std::to_string(characters) +
         " characters, too long to repeat here: take it from " + from + ")";
}

// What a binding shows, delimiters included; `is_first`: the text has not shown it yet.
std::string render(const DataPath& path, std::string_view name, const BindingScope& scope, bool is_first) {
  if (path.root == PathRoot::steps && scope.skipped.contains(path.step)) {
    return "(not available: step " + path.step + " was skipped)";
  }
  const bool is_whole_input = path.root == PathRoot::input && path.properties.empty();
  const InputFile* file =
      path.root == PathRoot::input && path.properties.size() == 1 ? find_file(scope, path.properties.front()) : nullptr;
  const Json* value = find_path(scope, path);
  const std::string_view shown_name = is_first ? name : std::string_view();
  if (value == nullptr && file != nullptr) return quote_as_data(shown_name, file_reference(*file));
  if (value == nullptr) return std::string(kNotGiven);
  const std::string text = is_whole_input ? input_with_references(scope) : text_of(*value);
  const std::size_t characters = count_characters(text);
  if (characters <= kLongestBoundText) return quote_as_data(shown_name, text);
  return file != nullptr ? quote_as_data(shown_name, file_reference(*file)) : too_long(path, name, characters);
}

char in_lower_case(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::size_t after_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])) != 0) ++at;
  return at;
}

// True where the text holds what a reader may take for the closing tag: in any case, with blanks between its parts.
bool holds_closing_tag(std::string_view text, std::string_view tag) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t slash = after_blanks(text, at + 1);
    if (slash >= text.size() || text[slash] != '/') continue;
    const std::string_view name = text.substr(after_blanks(text, slash + 1)).substr(0, tag.size());
    if (std::equal(name.begin(), name.end(), tag.begin(), tag.end(),
                   [](char a, char b) { return in_lower_case(a) == b; })) {
      return true;
    }
  }
  return false;
}

// A name as an attribute's value: it may be a property that an executor made up.
std::string attribute_of(std::string_view name) {
  std::string value(name.substr(0, kLongestDataName));
  while (!is_utf8(value)) value.pop_back();
  for (char& c : value) {
    if (c == '"' || c == '<' || c == '>' || static_cast<unsigned char>(c) < 32) c = '_';
  }
  return value;
}

}  // namespace

std::optional<DataPath> parse_data_path(std::string_view text) {
  std::vector<std::string> parts = split_at_dots(text);
  if (!std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return is_path_part(part); })) return {};
  DataPath path;
  std::size_t used = 1;
  if (parts.front() == "input") {
    path.root = PathRoot::input;
  } else if (parts.front() == "output") {
    path.root = PathRoot::output;
  } else if (parts.front() == "steps" && parts.size() > 1) {
    path.root = PathRoot::steps;
    path.step = parts[1];
    used = 2;
  } else {
    return {};
  }
  path.properties.assign(parts.begin() + static_cast<std::ptrdiff_t>(used), parts.end());
  return path;
}

std::vector<Binding> find_bindings(std::string_view text) {
  std::vector<Binding> bindings;
  std::size_t from = 0;
  while ((from = text.find(kOpen, from)) != std::string_view::npos) {
    Binding binding;
    binding.begin = from;
    const std::size_t inside = from + kOpen.size();
    const std::size_t close = text.find(kClose, inside);
    if (close == std::string_view::npos) {
      binding.end = inside;
      binding.problem = "{{ is not closed: write {{input.NAME}} or {{steps.ID.NAME}}";
    } else {
      binding.end = close + kClose.size();
      binding.text = trimmed(text.substr(inside, close - inside));
      binding.path = parse_data_path(binding.text);
      if (binding.path && binding.path->root == PathRoot::output) binding.path.reset();
      if (!binding.path) binding.problem = problem_of(binding.text);
    }
    // What is no binding may hold one: {{ {{input.x}} }}.
    from = binding.path ? binding.end : inside;
    bindings.push_back(std::move(binding));
  }
  return bindings;
}

const Json* find_path(const BindingScope& scope, std::string_view path) {
  const std::optional<DataPath> parsed = parse_data_path(path);
  return parsed ? find_path(scope, *parsed) : nullptr;
}

const Json* find_path(const BindingScope& scope, const DataPath& path) {
  const Json* value = nullptr;
  switch (path.root) {
    case PathRoot::input:
      value = scope.input;
      break;
    case PathRoot::output:
      value = scope.output;
      break;
    case PathRoot::steps: {
      const auto found = scope.outputs.find(path.step);
      value = found == scope.outputs.end() || scope.skipped.contains(path.step) ? nullptr : &found->second;
      break;
    }
  }
  for (const std::string& property : path.properties) {
    if (value == nullptr || !value->is_object()) return nullptr;
    const auto member = value->find(property);
    value = member == value->end() ? nullptr : &*member;
  }
  return value;
}

std::string fill_in(std::string_view text, const BindingScope& scope) {
  std::string filled;
  std::size_t copied = 0;
  std::set<std::string_view> named;
  const std::vector<Binding> bindings = find_bindings(text);
  for (const Binding& binding : bindings) {
    if (!binding.path) continue;
    filled += text.substr(copied, binding.begin - copied);
    filled += render(*binding.path, binding.text, scope, named.insert(binding.text).second);
    copied = binding.end;
  }
  filled += text.substr(copied);
  return filled;
}

void refer_to_long_file(Json& input, const InputFile& file) {
  const auto text = input.find(file.property);
  const bool is_long = text == input.end() || count_characters(text_of(*text)) > kLongestBoundText;
  if (is_long) input[file.property] = file_reference(file);
}

std::string quote_as_data(std::string_view name, std::string_view data) {
  std::string tag = "data";
  for (int n = 2; holds_closing_tag(data, tag); ++n) tag = "data-" + std::to_string(n);
  const bool has_lines = data.find('\n') != std::string_view::npos;
  std::string quoted = "<" + tag + (name.empty() ? ">" : " name=\"" + attribute_of(name) + "\">");
  if (has_lines) quoted += '\n';
  quoted += data;
  if (has_lines && !data.ends_with('\n')) quoted += '\n';
  return quoted + "</" + tag + ">";
}

}  // namespace pianola::workflow
