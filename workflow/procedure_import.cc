#include "workflow/procedure_import.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <set>

#include "base/ascii.h"
#include "base/yaml.h"
#include "workflow/agent_files.h"
#include "workflow/design_mending.h"
#include "workflow/markdown_procedure.h"
#include "workflow/markdown_sections.h"

namespace pianola::workflow {
namespace {

constexpr std::string_view kDelimiter = "---";

Refusal no_text(const char* what) {
  return {"no_text",
          std::string("The ") + what + " has no text below its head: write what is to be done, step by step.", ""};
}

// A head of lines "key: text" alone that is no YAML, read as hosts read it: "argument-hint: [issue] [priority]",
// "description: Use when: ...". Nothing where a line is anything else, or a key stands twice.
std::optional<YamlDocument> read_plain_fields(std::string_view head) {
  static const RE2 field(R"(([A-Za-z][A-Za-z0-9_-]*):(?:[ \t]+([^|>&*\s].*?))?[ \t]*)");
  static const RE2 nothing(R"([ \t]*(?:#.*)?)");
  YamlDocument document{Json::object(), {}};
  for (std::size_t line = 1; !head.empty(); ++line) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string text(head.substr(0, end));
    head.remove_prefix(std::min(end + 1, head.size()));
    std::string key;
    std::string value;
    if (RE2::FullMatch(text, nothing)) continue;
    if (!RE2::FullMatch(text, field, &key, &value) || document.value.contains(key)) return std::nullopt;
    document.value[key] = value;
    document.members.push_back({key, line});
  }
  return document;
}

// The head's fields; an object, perhaps empty.
Result<YamlDocument> read_head(const MarkdownFile& file) {
  Result<YamlDocument> head = parse_yaml(file.head, 2);
  if (!head) {
    if (std::optional<YamlDocument> fields = read_plain_fields(file.head)) return *std::move(fields);
    return head;
  }
  if (head->value.is_null()) head->value = Json::object();
  if (!head->value.is_object()) {
    return refuse("bad_yaml", "line 2: the head is no mapping: write lines such as \"name: triage-mail\".");
  }
  return head;
}

// A field's text; what is no text as it would be written.
std::string head_text(const YamlDocument& head, const char* key) {
  const auto found = head.value.find(key);
  if (found == head.value.end() || found->is_null()) return {};
  return without_blank_edges(found->is_string() ? found->get<std::string>() : dump_compact(*found));
}

// "[issue] [priority]", which YAML takes for a list where it stands alone: "[issue]", "[issue, priority]".
std::string argument_hint(const YamlDocument& head) {
  const auto found = head.value.find("argument-hint");
  if (found == head.value.end() || !found->is_array()) return head_text(head, "argument-hint");
  std::string hint;
  for (const Json& name : *found) {
    hint += (hint.empty() ? "[" : " [") + (name.is_string() ? name.get<std::string>() : dump_compact(name)) + "]";
  }
  return hint;
}

// What the design does not say in a field of its own.
void keep_head(Design& design, const MarkdownFile& file, const YamlDocument& head,
               const std::vector<std::string>& said) {
  keep_as_written(design, "Head of the file", "yaml", lines_without(file.head, head, said));
}

// What stands for arguments in a text: $ARGUMENTS, $ARGUMENTS[0] or $1. "$100", "$5.00" and "$5K" are prices.
struct Placeholder {
  std::size_t begin = 0;
  std::size_t end = 0;
  int number = -1;          // of $1 and $ARGUMENTS[0]; -1: all of them
  bool is_indexed = false;  // $ARGUMENTS[0], which counts from 0
};

bool is_digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

std::optional<Placeholder> placeholder_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kAll = "$ARGUMENTS";
  if (text.substr(at).starts_with(kAll)) {
    const std::size_t end = at + kAll.size();
    const bool is_indexed = text.substr(end, 1) == "[" && is_digit_at(text, end + 1) && text.substr(end + 2, 1) == "]";
    if (is_indexed) return Placeholder{at, end + 3, text[end + 1] - '0', true};
    return Placeholder{at, end};
  }
  if (!is_digit_at(text, at + 1) || text[at + 1] == '0') return std::nullopt;
  const std::string_view rest = text.substr(at + 2);
  const bool is_longer = !rest.empty() && (std::isalnum(static_cast<unsigned char>(rest[0])) != 0 || rest[0] == '_');
  const bool is_price = (rest.starts_with('.') || rest.starts_with(',')) && is_digit_at(rest, 1);
  if (is_longer || is_price) return std::nullopt;
  return Placeholder{at, at + 2, text[at + 1] - '0'};
}

std::vector<Placeholder> find_placeholders(std::string_view text) {
  std::vector<Placeholder> found;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    if (const auto placeholder = placeholder_at(text, at)) found.push_back(*placeholder);
  }
  return found;
}

// The inputs that a text with such placeholders asks for.
class CommandArguments {
 public:
  // `hint` is the head's argument-hint, "[issue] [priority]": names for $1 and $2 where it has as many. Where they are
  // not `counted`, $1 is text: a skill's scripts have it.
  CommandArguments(std::string_view text, const std::string& hint, bool counted) : hint_(hint), counted_(counted) {
    bool are_indexed = false;
    for (const Placeholder& each : find_placeholders(text)) {
      if (is_text(each)) continue;
      are_indexed = are_indexed || each.is_indexed;
      (each.number < 0 ? whole_ : counted_any_) = true;
      if (each.number >= 0) numbers_.insert(each.number);
    }
    if (counted_any_ && !are_indexed) read_names();
  }

  std::optional<Json> schema() const {
    if (!whole_ && !counted_any_) return std::nullopt;
    Json properties = Json::object();
    Json required = Json::array();
    const auto add = [&](const std::string& name, const std::string& description) {
      properties[name] = {{"type", "string"}, {"description", description}};
      required.push_back(name);
    };
    if (whole_) add("arguments", hint_.empty() ? "What the user wrote after the command." : hint_);
    for (const int number : numbers_) add(name_of(number), "Argument " + std::to_string(number) + " of the command.");
    return Json{{"type", "object"},
                {"properties", std::move(properties)},
                {"required", std::move(required)},
                {"additionalProperties", false}};
  }

  // The text with bindings in the places of placeholders.
  std::string bound(std::string_view text) const {
    std::string result;
    std::size_t at = 0;
    for (const Placeholder& each : find_placeholders(text)) {
      if (is_text(each)) continue;
      result.append(text.substr(at, each.begin - at));
      result += "{{input." + (each.number < 0 ? "arguments" : name_of(each.number)) + "}}";
      at = each.end;
    }
    return result.append(text.substr(at));
  }

 private:
  bool is_text(const Placeholder& each) const { return each.number >= 0 && !each.is_indexed && !counted_; }

  void read_names() {
    static const RE2 word(R"([\[<]?([A-Za-z][A-Za-z0-9_-]*)[\]>]?\s*)");
    re2::StringPiece rest(hint_);
    std::string name;
    while (RE2::Consume(&rest, word, &name)) names_.push_back(lower_case(name));
    const std::set<std::string> different(names_.begin(), names_.end());
    const bool are_names = rest.empty() && names_.size() >= static_cast<std::size_t>(*numbers_.rbegin()) &&
                           different.size() == names_.size() && !different.contains("arguments");
    if (!are_names) names_.clear();
  }

  std::string name_of(int number) const {
    const auto at = static_cast<std::size_t>(number);
    return at >= 1 && at <= names_.size() ? names_[at - 1] : "argument_" + std::to_string(number);
  }

  std::string hint_;
  bool counted_ = false;
  bool whole_ = false;
  bool counted_any_ = false;
  std::set<int> numbers_;
  std::vector<std::string> names_;
};

// Fills in what skills and commands have in common: description, arguments, steps, context.
void add_text(Design& design, const YamlDocument& head, std::string_view body, bool is_command) {
  design.description = head_text(head, "description");
  const std::string hint = argument_hint(head);
  const CommandArguments arguments(body, hint, is_command || !hint.empty());
  design.inputs = arguments.schema();
  add_procedure(design, body, [&](std::string_view text) { return arguments.bound(text); });
}

}  // namespace

std::string plain_text_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string plain(text);
  std::erase(plain, '\r');
  return plain;
}

MarkdownFile split_head(std::string_view text) {
  MarkdownFile file{{}, text};
  if (!text.starts_with("---\n")) return file;
  for (std::size_t at = 4; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (trimmed(text.substr(at, end - at), " \t") == kDelimiter && text[at] == '-') {
      return {text.substr(4, at - 4), text.substr(std::min(end + 1, text.size())), true};
    }
    at = end + 1;
  }
  return file;
}

bool has_arguments(std::string_view text) { return !find_placeholders(text).empty(); }

void keep_as_written(Design& design, const std::string& heading, const std::string& language, const std::string& text) {
  if (without_blank_edges(text).empty()) return;
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  design.context += (design.context.empty() ? "" : "\n\n") + ("## " + heading) + "\n\n" + fence + language + "\n" +
                    without_blank_edges(text) + "\n" + fence;
}

void add_procedure(Design& design, std::string_view markdown,
                   const std::function<std::string(std::string_view)>& bound) {
  MarkdownProcedure procedure = read_procedure(markdown);
  if (design.title.empty()) {
    design.title = procedure.title;
  } else if (!procedure.title.empty() && procedure.title != design.title) {
    procedure.rest = "# " + procedure.title + "\n\n" + procedure.rest;
  }
  if (procedure.steps.empty()) {
    const std::string heading = design.title.empty() ? design.name : design.title;
    procedure.steps.push_back({heading, {}, procedure.rest, {}});
    procedure.rest.clear();
  }
  design.steps = design_steps(procedure.steps, bound);
  add_paragraph(design.context, bound(procedure.rest));
}

Result<Design> import_skill(std::string_view markdown, const std::string& name) {
  if (!is_utf8(markdown)) return refuse("not_utf8", "The file is not UTF-8 text: convert it, then import it again.");
  const std::string text = plain_text_of(markdown);
  const MarkdownFile file = split_head(text);
  if (!file.has_head) {
    return refuse("no_head",
                  "line 1: a SKILL.md opens with a line \"---\", the fields name and description, and another line "
                  "\"---\".");
  }
  const Result<YamlDocument> head = read_head(file);
  if (!head) return refuse(head.error());
  const std::string skill = head_text(*head, "name");
  if (skill.empty() && name.empty()) {
    return refuse("no_title", "line 2: the head has no name: write \"name: triage-mail\", or give --name.");
  }
  const std::string body = without_run_instructions(file.body);
  if (without_blank_edges(body).empty()) return refuse(no_text("skill"));
  const Result<WorkflowName> parsed = imported_name(name, skill);
  if (!parsed) return refuse(parsed.error());
  Design design;
  design.name = parsed->text();
  add_text(design, *head, body, false);
  const bool says_name = parsed->text() == skill || design.title == skill;
  keep_head(design, file, *head,
            says_name ? std::vector<std::string>{"name", "description"} : std::vector<std::string>{"description"});
  design.tags = {"skill"};
  return design;
}

Result<Design> import_command(std::string_view markdown, const std::string& name) {
  if (!is_utf8(markdown)) return refuse("not_utf8", "The file is not UTF-8 text: convert it, then import it again.");
  const std::string text = plain_text_of(markdown);
  const MarkdownFile file = split_head(text);
  const Result<YamlDocument> head = read_head(file);
  if (!head) return refuse(head.error());
  if (without_blank_edges(file.body).empty()) return refuse(no_text("command"));
  const Result<WorkflowName> parsed = WorkflowName::parse(name);
  if (!parsed) return refuse(parsed.error());
  Design design;
  design.name = parsed->text();
  add_text(design, *head, file.body, true);
  keep_head(design, file, *head, {"description"});
  design.tags = {"slash-command"};
  return design;
}

}  // namespace pianola::workflow
