// The words of a text that carry its meaning, stemmed (Snowball's English stemmer), so that two tellings of one thing
// can be compared and a task can be matched with a workflow. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pianola::workflow {

// What "no", "not", "without", "missing" and the like become: they are one word for "it is not so".
inline constexpr std::string_view kNegationWord = "<no>";
// What every number (anything with a digit in it) and every quoted value become.
inline constexpr std::string_view kNumberWord = "<number>";
inline constexpr std::string_view kValueWord = "<value>";

// The words in order: lower case, stemmed, without stop words; numbers and quoted values as one token each. Characters
// of scripts that are written without spaces are a word each.
std::vector<std::string> content_words(std::string_view text);

// Plain words for a search: lower case, without stop words, each once, not stemmed; numbers stay as they are.
std::vector<std::string> search_words(std::string_view text);

}  // namespace pianola::workflow
