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

// What a word of a text may be.
enum class WordKind {
  plain,
  value,  // what varies between tasks of one kind: quoted, with a digit, or a name (a capital inside a sentence that is
          // no title)
  generic,  // of any task: "create", "new", "help"
  stop      // "the", "of"
};

// A word as it was written, in lower case, and its stem.
struct SpokenWord {
  std::string word;
  std::string stem;
  WordKind kind = WordKind::plain;
};

// All words of a text, sentence by sentence; a line's end ends a sentence. A name such as KubeNodeNotReady is followed
// by its parts.
std::vector<std::vector<SpokenWord>> spoken_sentences(std::string_view text);

}  // namespace pianola::workflow
