// How names are written in messages: in quotation marks, and several in a row. Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pianola {

// "text" in quotation marks, cut to 80 bytes: a caller may have sent a page where a name belongs.
std::string in_quotes(std::string_view text);

// `a, b` with `mark` on both sides of each name; beyond `most` names it ends with how many more there are.
std::string list_text(const std::vector<std::string>& names, std::string_view mark = "",
                      std::size_t most = std::numeric_limits<std::size_t>::max());

// Each text on a line of its own.
std::string lines_of(const std::vector<std::string>& texts);

}  // namespace pianola
