// What people wrote for agents' hosts, as a design: the SKILL.md of an Agent Skill
// (https://agentskills.io/specification) and Claude Code's slash commands
// (https://code.claude.com/docs/en/slash-commands). Nothing of their text is lost: what is no step's is in the design's
// context, the head's other fields included. Thread rule: plain functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "workflow/design.h"

namespace pianola::workflow {

// A text without a byte order mark and with lines that end with "\n" alone.
std::string plain_text_of(std::string_view text);

// A Markdown file's head (YAML between two lines "---") and what follows it.
struct MarkdownFile {
  std::string_view head;  // without the lines that delimit it
  std::string_view body;
  bool has_head = false;
};
// Takes a file apart; without a line that closes the head there is none. The parts point into `text`.
MarkdownFile split_head(std::string_view text);

// Whether a text has what a slash command's arguments take the place of: $ARGUMENTS, $ARGUMENTS[0] or $1 to $9.
bool has_arguments(std::string_view text);

// Heads are YAML; where one is none, lines "key: text" alone are read as hosts do.
// A skill: head with `name` and `description`. `name` is the workflow's; empty: the skill's. Refuses: not_utf8,
// bad_yaml (with the line), no_head, no_title (the head names no skill), no_text, bad_name.
Result<Design> import_skill(std::string_view markdown, const std::string& name = {});

// A slash command, with a head or without; $ARGUMENTS and $1 become inputs. `name` is the workflow's and must be given:
// a command is named by its file. Refuses: not_utf8, bad_yaml, no_text, bad_name.
Result<Design> import_command(std::string_view markdown, const std::string& name);

// For recipes too: the steps and the context of a text that tells how something is done, put into a design; where it
// has no steps, all of it is the one step. Placeholders become bindings by `bound`.
void add_procedure(Design& design, std::string_view markdown,
                   const std::function<std::string(std::string_view)>& bound);

// A text that is kept as it was: appended to the context under a heading, in a code block of that language.
void keep_as_written(Design& design, const std::string& heading, const std::string& language, const std::string& text);

}  // namespace pianola::workflow
