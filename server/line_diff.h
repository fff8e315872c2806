// What differs between two texts, for people.
#pragma once

#include <string>
#include <string_view>

namespace pianola::server {

// The lines that differ, after "- " or "+ ", with two lines around them after "  ", and "@ line N" (of the old text) in
// front of each place. Of long lines the part is shown that differs. Empty where nothing does.
std::string line_diff(std::string_view before, std::string_view after);

}  // namespace pianola::server
