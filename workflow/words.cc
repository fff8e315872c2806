#include "workflow/words.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/fault.h"

namespace pianola::workflow {
namespace {

constexpr std::array<std::string_view, 78> kStopWords = {
    "a",    "about", "after", "all",  "also",  "am",     "an",    "and",    "any",   "are",  "as",    "at",   "be",
    "been", "being", "but",   "by",   "can",   "could",  "did",   "do",     "does",  "for",  "from",  "had",  "has",
    "have", "he",    "her",   "his",  "how",   "i",      "if",    "in",     "into",  "is",   "it",    "its",  "me",
    "my",   "of",    "on",    "or",   "our",   "please", "she",   "should", "so",    "some", "such",  "than", "that",
    "the",  "their", "them",  "then", "there", "these",  "they",  "this",   "those", "to",   "too",   "us",   "was",
    "we",   "were",  "what",  "when", "where", "which",  "while", "who",    "will",  "with", "would", "you",  "your"};

constexpr std::array<std::string_view, 21> kNegations = {
    "no",      "not",     "never", "none",  "without", "missing", "absent", "lacks", "lacking", "lack",  "cannot",
    "nothing", "neither", "nor",   "don't", "doesn't", "isn't",   "wasn't", "can't", "hasn't",  "didn't"};

struct DeleteStemmer {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

// One stemmer; made for one call, because it keeps its last word.
class Stemmer {
 public:
  Stemmer() : stemmer_(sb_stemmer_new("english", nullptr)) {
    if (!stemmer_) throw Fault(FaultKind::bug, "the English stemmer is missing");
  }
  std::string stem(const std::string& word) {
    const auto* letters = reinterpret_cast<const sb_symbol*>(word.data());
    const sb_symbol* stemmed = sb_stemmer_stem(stemmer_.get(), letters, static_cast<int>(word.size()));
    return {reinterpret_cast<const char*>(stemmed), static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
  }

 private:
  std::unique_ptr<sb_stemmer, DeleteStemmer> stemmer_;
};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool is_word_byte(char letter) {
  const bool ascii = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || is_digit(letter);
  return ascii || static_cast<unsigned char>(letter) >= 0x80;
}

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

// The three bytes of a character from U+2E80 on (Chinese, Japanese, Korean), or 0: such text has no spaces.
std::size_t unspaced_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const bool three_bytes = first >= 0xE2 && first <= 0xEF && at + 2 < text.size();
  if (!three_bytes) return 0;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  return first > 0xE2 || second >= 0xBA ? 3 : 0;
}

// The end of a value that is quoted from `at` on (just behind its closing quote), or nothing. An apostrophe opens a
// quote only at the start of a word, and no quote goes on over a line's end.
std::optional<std::size_t> end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  if (quote != '"' && quote != '\'' && quote != '`') return std::nullopt;
  if (at > 0 && is_word_byte(text[at - 1])) return std::nullopt;
  const std::size_t closing = text.find_first_of(std::string{quote, '\n'}, at + 1);
  if (closing == std::string_view::npos || text[closing] == '\n' || closing == at + 1) return std::nullopt;
  const bool ends_word = closing + 1 >= text.size() || !is_word_byte(text[closing + 1]);
  return ends_word ? std::optional(closing + 1) : std::nullopt;
}

// The end of the word that begins at `at`; apostrophes inside belong to it.
std::size_t end_of_word(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size()) {
    const bool inner_apostrophe = text[end] == '\'' && end > at && end + 1 < text.size() && is_word_byte(text[end + 1]);
    if (!is_word_byte(text[end]) && !inner_apostrophe) break;
    if (unspaced_length(text, end) != 0) break;
    ++end;
  }
  return end;
}

// The raw words in lower case; quoted values become kValueWord where `fold_values` says so.
std::vector<std::string> split_words(std::string_view text, bool fold_values) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::optional<std::size_t> quoted = fold_values ? end_of_quoted(text, at) : std::nullopt;
    if (quoted) {
      words.emplace_back(kValueWord);
      at = *quoted;
    } else if (const std::size_t length = unspaced_length(text, at); length != 0) {
      words.emplace_back(text.substr(at, length));
      at += length;
    } else if (is_word_byte(text[at])) {
      const std::size_t end = end_of_word(text, at);
      std::string& word = words.emplace_back(text.substr(at, end - at));
      std::ranges::transform(word, word.begin(), lower);
      at = end;
    } else {
      ++at;
    }
  }
  return words;
}

bool is_stop_word(const std::string& word) { return std::ranges::find(kStopWords, word) != kStopWords.end(); }

}  // namespace

std::vector<std::string> content_words(std::string_view text) {
  Stemmer stemmer;
  std::vector<std::string> words;
  for (std::string& word : split_words(text, true)) {
    if (word == kValueWord) {
      words.push_back(std::move(word));
    } else if (std::ranges::any_of(word, is_digit)) {
      words.emplace_back(kNumberWord);
    } else if (std::ranges::find(kNegations, word) != kNegations.end()) {
      words.emplace_back(kNegationWord);
    } else if (!is_stop_word(word)) {
      words.push_back(stemmer.stem(word));
    }
  }
  return words;
}

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  for (std::string& word : split_words(text, false)) {
    if (is_stop_word(word) || std::ranges::find(words, word) != words.end()) continue;
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace pianola::workflow
