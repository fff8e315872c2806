// What the disk itself can do: the limit of anything that makes each answer durable before it gives it.
#pragma once

#include <string>

namespace pianola::bench {

// How many times a second 4 KB are written over and synced (fdatasync), one after the other, in a file of 4 MB in
// `folder`. Throws std::runtime_error where that fails.
double measure_disk_rate(const std::string& folder, int writes);

}  // namespace pianola::bench
