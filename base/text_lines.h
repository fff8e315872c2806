// The lines of a text that somebody else wrote, whatever ends them. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pianola {

// Lines end at \n, \r, \r\n, \v, \f, U+0085, U+2028 and U+2029: whatever some reader takes for an end.
std::vector<std::string> split_lines(std::string_view text);

// Lines end at \n alone, as those of JSON lines do; the last need not end. Without their ends.
std::vector<std::string_view> newline_lines(std::string_view text);

// A blank for each character that a terminal obeys, or that nobody sees: controls but \n and \t, marks that turn the
// direction of writing, of no width, tags. Bytes that are no UTF-8 become U+FFFD.
std::string without_controls(std::string_view text);

// The same on one line, with a blank where one ended or a tab stood.
std::string on_one_line(std::string_view text);

// A JSON text with the characters that nobody sees (controls, marks that turn the direction of writing, of no width,
// tags) as the escapes that JSON has for them: the same value, and what is read is what is there.
std::string show_hidden(std::string_view json);

}  // namespace pianola
