#include "workflow/agent_files.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <span>

#include "base/embedded_file.h"
#include "base/fault.h"
#include "base/list_text.h"
#include "base/yaml.h"
#include "workflow/markdown_sections.h"
#include "workflow/playbook.h"
#include "workflow/procedure_import.h"

namespace pianola::workflow {

std::span<const EmbeddedFile> embedded_files();

namespace {

constexpr std::size_t kLongestDescription = 1024;  // bytes; Agent Skills: characters
constexpr std::size_t kLongestWhen = 500;          // bytes of it for when to use the skill
constexpr std::string_view kRunHeading = "## How to run it with Pianola\n\n";
constexpr std::string_view kRunUntracked =
    "Where Pianola's tools (`execution_start` and the others) are not there, follow the steps as they stand: nothing "
    "is "
    "checked or recorded then.\n\n";

std::string_view embedded_text(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name == name) return file.text;
  }
  throw Fault(FaultKind::bug, std::string(name) + " is not compiled in");
}

// A text of manifests/texts with its slots filled.
std::string filled(std::string_view name, const std::vector<std::pair<std::string, std::string>>& slots) {
  std::string text(embedded_text(name));
  for (const auto& [slot, value] : slots) {
    const std::string mark = "{{" + slot + "}}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

const Json& claude_facts() {
  static const Json facts = parse_json(embedded_text("executor.json")).value();
  return facts;
}

std::string executor_text() { return filled("executor.md", {{"model", "your own model name"}}); }

std::string run_section() { return std::string(kRunHeading).append(kRunUntracked) + executor_text(); }

// On one line, with no angle brackets: skills' descriptions may hold no tags.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else {
      line += c == '<' ? "‹" : c == '>' ? "›" : std::string(1, c);
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

// "; " between situations, which may be sentences.
std::string situations(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& each : all) {
    std::string line = one_line(each);
    while (line.ends_with('.')) line.pop_back();
    if (!line.empty()) text += (text.empty() ? "" : "; ") + line;
  }
  return text;
}

// When to use the workflow, and when not to, as sentences.
std::string when_text(const Design& design) {
  std::string text;
  if (const std::string when = situations(design.when_to_use); !when.empty()) text += "Use when: " + when + ".";
  if (const std::string when = situations(design.when_not_to_use); !when.empty()) {
    text += (text.empty() ? "" : " ") + ("Do not use when: " + when + ".");
  }
  return cut(text, kLongestWhen);
}

std::string title_line(const Design& design) {
  const std::string title = one_line(design.title);
  return title.empty() ? design.name : title;
}

// `what`, as a sentence, and when to use it.
std::string described(const std::string& what, const Design& design) {
  const std::string when = when_text(design);
  const std::size_t room = kLongestDescription - (when.empty() ? 0 : when.size() + 1);
  const std::string sentence = cut(as_sentence(what), room - std::min<std::size_t>(room, 3));
  return when.empty() ? sentence : sentence + " " + when;
}

std::string markdown_file(const std::vector<std::pair<std::string, std::string>>& head, const std::string& body) {
  std::string text = "---\n";
  for (const auto& [key, value] : head) text += key + ": " + yaml_scalar(value) + "\n";
  return text + "---\n\n" + body;
}

// Claude Code runs !`commands` in a skill's text, puts arguments in place of $ARGUMENTS and $1, and files in place of
// @names: a word joiner, which nobody sees, keeps what an author wrote from that.
constexpr std::string_view kWordJoiner = "\u2060";

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

std::string kept_from_hosts(std::string_view text) {
  std::string kept;
  kept.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char before = i == 0 ? ' ' : text[i - 1];
    const std::string_view rest = text.substr(i + 1);
    if (text[i] == '!' && before == '`') kept += kWordJoiner;
    kept += text[i];
    const bool runs = text[i] == '!' && rest.starts_with('`');
    const bool takes_argument =
        text[i] == '$' && (rest.starts_with("ARGUMENTS") || (!rest.empty() && rest[0] >= '0' && rest[0] <= '9'));
    const bool names_file =
        text[i] == '@' && !is_word(before) && !rest.empty() && !std::isspace(static_cast<unsigned char>(rest[0]));
    if (runs || takes_argument || names_file) kept += kWordJoiner;
  }
  return kept;
}

// What kept_from_hosts was made of.
std::string as_written(std::string text) {
  for (std::size_t at = text.find(kWordJoiner); at != std::string::npos; at = text.find(kWordJoiner, at)) {
    const std::size_t end = at + kWordJoiner.size();
    const bool is_behind = at > 0 && std::string_view("!$@").find(text[at - 1]) != std::string_view::npos;
    if (is_behind || (end < text.size() && text[end] == '!')) {
      text.erase(at, kWordJoiner.size());
    } else {
      at = end;
    }
  }
  return text;
}

// The inputs' names, with nothing in them that a host would expand.
std::vector<std::string> plain_input_names(const Design& design) {
  std::vector<std::string> names;
  const Json* properties = design.inputs ? find_pointer(*design.inputs, "/properties") : nullptr;
  if (properties == nullptr || !properties->is_object()) return names;
  for (const auto& [name, schema] : properties->items()) {
    std::string plain = cut(name, 60);
    for (char& c : plain) {
      const bool is_safe = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
      if (!is_safe && static_cast<unsigned char>(c) < 0x80) c = '_';
    }
    names.push_back(std::move(plain));
  }
  return names;
}

std::string skill_description(const Design& design) {
  const std::string description = one_line(design.description);
  return described(description.empty() ? title_line(design) : description, design);
}

}  // namespace

std::string skill_name(const WorkflowName& name) {
  std::string text;
  for (const char c : name.text()) {
    if (c != '-' || (!text.empty() && text.back() != '-')) text += c;
  }
  while (text.ends_with('-')) text.pop_back();
  return text;
}

SkillHead skill_head(const Version& version) { return {skill_name(version.name), skill_description(version.design)}; }

std::vector<SkillFile> render_skill(const Version& version) {
  const SkillHead head = skill_head(version);
  Design design = version.design;
  design.cases.clear();
  std::string skill = markdown_file({{"name", head.name}, {"description", head.description}},
                                    kept_from_hosts(render_playbook(version)) + "\n" + run_section());
  return {{kSkillPaths[0], "text/markdown", std::move(skill)},
          {kSkillPaths[1], "application/json", encode_design(design).dump(2) + "\n"}};
}

std::string render_claude_agent(const Version& version) {
  const Json& facts = claude_facts();
  std::string tools;
  for (const Json& prefix : facts["claude"]["prefixes"]) {
    for (const Json& tool : facts["tools"]) {
      tools += (tools.empty() ? "" : ", ") + prefix.get<std::string>() + tool.get<std::string>();
    }
  }
  for (const Json& tool : facts["claude"]["own_tools"]) tools += ", " + tool.get<std::string>();
  const Design& design = version.design;
  const std::string what = "Executes the Pianola workflow " + version.name.text() + " (" + title_line(design) +
                           ") on one input, step by step, on a cheap model. Hand it the input";
  std::string body = "The workflow is `" + version.name.text() + "`: " + as_sentence(title_line(design)) + "\n\n";
  if (design.inputs) body += "The input is " + render_schema(*design.inputs) + "\n";
  return markdown_file({{"name", skill_name(version.name)},
                        {"description", described(what, design)},
                        {"model", facts["claude"]["model"].get<std::string>()},
                        {"tools", tools}},
                       body + executor_text());
}

std::string render_claude_command(const Version& version) {
  const std::string agent = skill_name(version.name);
  const std::vector<std::string> names = plain_input_names(version.design);
  std::string hint;
  for (const std::string& name : names) hint += (hint.empty() ? "[" : " [") + name + "]";
  std::string arguments = "`" + version.name.text() + "`; what follows is the input";
  if (!names.empty()) arguments += ", " + list_text(names, "`");
  arguments += ":\n\n$ARGUMENTS";
  const std::string delegate = "Hand it to the subagent `" + agent + "`, else `" +
                               claude_facts()["claude"]["agent"].get<std::string>() +
                               "`, which runs on a cheap model; only where there is neither, execute it with Pianola's "
                               "tools, one step after another.";
  std::vector<std::pair<std::string, std::string>> head = {
      {"description", described("Runs the Pianola workflow " + version.name.text() + ": " + title_line(version.design),
                                version.design)}};
  if (!hint.empty()) head.emplace_back("argument-hint", hint);
  return markdown_file(head, filled("run.md", {{"delegate", delegate}, {"arguments", arguments}}));
}

namespace {

// What stands behind the two lines that say how to start the workflow.
std::string_view without_opening(std::string_view body) {
  static const RE2 opening(
      R"(\s*To run this, call execution_start with name "[^"\n]*"\.\nVersion [0-9.]+, hash [0-9a-f]+\.\n\n)");
  re2::StringPiece rest(body.data(), body.size());
  RE2::Consume(&rest, opening);
  return {rest.data(), rest.size()};
}

}  // namespace

std::string without_run_instructions(std::string_view skill_body) {
  std::string text(without_opening(skill_body));
  const std::string section = "\n" + run_section();
  if (const std::size_t at = text.rfind(section); at != std::string::npos) text.erase(at, section.size());
  return as_written(std::move(text));
}

bool tells_of(std::string_view skill, const Design& design) {
  const MarkdownFile file = split_head(skill);
  const Result<WorkflowName> name = WorkflowName::parse(design.name);
  const Result<YamlDocument> head = parse_yaml(file.head);
  if (!name || !head) return false;
  if (head->value != Json{{"name", skill_name(*name)}, {"description", skill_description(design)}}) return false;
  const std::string expected = kept_from_hosts(render_procedure(design)) + "\n" + run_section();
  return without_blank_edges(without_opening(file.body)) == without_blank_edges(expected);
}

}  // namespace pianola::workflow
