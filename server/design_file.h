// Designs as files: what `workflow import` and `workflow lint --file` read, and what `workflow export` writes.
// Thread rule: plain functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "workflow/version.h"

namespace pianola::server {

// A file as a design.
struct DesignFile {
  Json design;
  std::string form;         // what it was: "a skill", ...; empty: a design
  bool is_foreign = false;  // written for others than Pianola: to be looked at before it is published
  std::vector<std::string> notices;
};

// Reads a design in JSON, or what import_file (workflow/imported_file.h) knows by its name, in whichever case it is
// written. A skill that `workflow
// export` wrote, with its references/workflow.json beside it, is the design that it was. `name`, where it is not empty,
// is the workflow's. Refuses what cannot be read; messages name the path.
Result<DesignFile> read_design_file(const std::string& path, const std::string& name);

// One file that a version is written as, and where below the folder it is looked for.
struct WrittenFile {
  std::string path;
  std::string text;
};
// A version in a form: "design", "skill", "claude-agent" or "claude-command". The first file says it all by itself.
std::vector<WrittenFile> written_as(const workflow::Version& version, const std::string& form);

// Writes them: to `path` itself the first one alone, where `path` ends as that file does (".md", ".json"); else below
// the folder `path`, which is made. Replaces what is there. Gives the paths written. Refuses ("bad_value") a path that
// ends as a file of another kind does, and ("other_skill") to replace a skill that is not of the workflow `name`.
// Throws Fault with the system's reason.
Result<std::vector<std::string>> write_files(const std::vector<WrittenFile>& files, const std::string& path,
                                             const workflow::WorkflowName& name);

}  // namespace pianola::server
