// What differs between two texts, for people. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace pianola {

enum class LongLines { cut, whole };

// The lines that differ, after "- " or "+ ", with two lines around them after "  ", and "@ line N" (of the old text) in
// front of each place. Of long lines the part is shown that differs, unless all is asked for. Empty where nothing does.
std::string line_diff(std::string_view before, std::string_view after, LongLines long_lines = LongLines::cut);

}  // namespace pianola
