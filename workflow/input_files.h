// Inputs by reference: `input_files {property: path}`. The file's text is the property's value everywhere; path, size
// and hash are kept. Only files below the server's roots are read, links followed before that is judged. Thread rule:
// plain functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "workflow/environment.h"
#include "workflow/execution.h"

namespace pianola::workflow {

inline constexpr std::int64_t kLargestInputFile = std::int64_t{16} * 1024 * 1024;  // bytes

// Finds and hashes the files. Refuses: input_files_not_allowed, outside_roots, unreadable_file, too_large, not_text.
Result<std::vector<InputFile>> take_input_files(const Settings& settings,
                                                const std::map<std::string, std::string>& paths);

// `input` with the files' current texts as values. A file that is gone or changed since is told in `changed`; one that
// is gone, was replaced by a link, or is too large or no text any more has no value.
Json with_file_texts(const Json& input, const std::vector<InputFile>& files, std::vector<ChangedFile>& changed);

// The default roots: CLAUDE_PROJECT_DIR, else the working directory unless that is "/", the home folder or above it;
// then none, and why in `no_roots_reason`.
void set_default_roots(Settings& settings);

}  // namespace pianola::workflow
