// How names and texts of others are written in messages: cut, in quotation marks, several in a row, as a sentence.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pianola {

// At most the first `most` bytes of a UTF-8 text, ended between two characters.
std::string_view first_bytes(std::string_view text, std::size_t most);

// The same, with "..." behind it where something was left out.
std::string cut(std::string_view text, std::size_t most);

// The text as a JSON string, cut to `most` bytes: a caller may have sent a page where a name belongs.
std::string in_quotes(std::string_view text, std::size_t most = 200);

// `a, b` with `mark` on both sides of each name; beyond `most` names it ends with how many more there are.
std::string list_text(const std::vector<std::string>& names, std::string_view mark = "",
                      std::size_t most = std::numeric_limits<std::size_t>::max());

// The text with a period at its end, unless it ends a sentence already: a list of hints may end with a question.
std::string as_sentence(std::string text);

// Each text on a line of its own.
std::string lines_of(const std::vector<std::string>& texts);

// True where the text is one of these.
bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list);

}  // namespace pianola
