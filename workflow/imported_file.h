// What a file is that tells how something is done, by its name and its text, and the design it becomes: SOPs, skills,
// slash commands, Goose recipes. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

#include "workflow/design.h"

namespace pianola::workflow {

// The design of a file, and what the file was: "an SOP", "a skill", "a slash command", "a Goose recipe".
struct ImportedFile {
  Design design;
  const char* form = "";
};

// `file_name` is without folders: *.sop.md is an SOP; *.yaml and *.yml are recipes; SKILL.md, and Markdown whose head
// has a `name`, is a skill; Markdown with another head, or with $ARGUMENTS or $1, a slash command, named by its file;
// without either an SOP where it has an SOP's title and steps, else a slash command where it has steps. `name` is the
// workflow's; empty: as the form says. Refuses as import_sop, import_skill, import_command and import_recipe do.
Result<ImportedFile> import_file(const std::string& file_name, std::string_view text, const std::string& name = {});

}  // namespace pianola::workflow
