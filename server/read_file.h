// A file that the command line names, read whole.
// Thread rule: plain functions.
#pragma once

#include <string>

#include "base/result.h"

namespace pianola::server {

// The text of a file; "-" is standard input. Refuses ("unreadable_file") with the system's reason, and what is larger
// than 64 MB.
Result<std::string> read_text_file(const std::string& path);

}  // namespace pianola::server
