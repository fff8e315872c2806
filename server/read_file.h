// A file that the command line names, read whole.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace pianola::server {

inline constexpr std::size_t kMostFileBytes = std::size_t{64} * 1024 * 1024;

// The text of a file; "-" is standard input. Refuses ("unreadable_file") with the system's reason, and what is larger
// than `most` bytes.
Result<std::string> read_text_file(const std::string& path, std::size_t most = kMostFileBytes);

}  // namespace pianola::server
