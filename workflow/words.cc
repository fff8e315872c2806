#include "workflow/words.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>

#include "base/fault.h"
#include "base/list_text.h"

namespace pianola::workflow {
namespace {

constexpr std::array<std::string_view, 78> kStopWords = {
    "a",    "about", "after", "all",  "also",  "am",     "an",    "and",    "any",   "are",  "as",    "at",   "be",
    "been", "being", "but",   "by",   "can",   "could",  "did",   "do",     "does",  "for",  "from",  "had",  "has",
    "have", "he",    "her",   "his",  "how",   "i",      "if",    "in",     "into",  "is",   "it",    "its",  "me",
    "my",   "of",    "on",    "or",   "our",   "please", "she",   "should", "so",    "some", "such",  "than", "that",
    "the",  "their", "them",  "then", "there", "these",  "they",  "this",   "those", "to",   "too",   "us",   "was",
    "we",   "were",  "what",  "when", "where", "which",  "while", "who",    "will",  "with", "would", "you",  "your"};

// Beside every word that ends with n't.
constexpr std::array<std::string_view, 16> kNegations = {"no",      "not",    "never", "none",    "without", "missing",
                                                         "absent",  "lacks",  "lack",  "lacking", "lacked",  "cannot",
                                                         "nothing", "nobody", "nor",   "neither"};

// Words of any task: they say little of which.
constexpr std::string_view kGenericWords =
    "workflow workflows task tasks job work thing things make do doing need needs want help use using get give write "
    "create new one every each handle process procedure run execute perform best way good correct correctly";

constexpr std::size_t kLongestWord = 64;  // bytes of a word that are looked at
constexpr std::size_t kShortestPart = 3;  // of a name such as KubeNodeNotReady: "PDFs" has no parts

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

bool is_capital(char letter) { return letter >= 'A' && letter <= 'Z'; }

// The small letter of a Greek or Cyrillic capital, or of one of Latin-1, in UTF-8; others stay as they are.
void lower_pair(char& first, char& second) {
  const int letter = (static_cast<unsigned char>(first) & 0x1f) << 6 | (static_cast<unsigned char>(second) & 0x3f);
  int small = letter;
  if ((letter >= 0xc0 && letter <= 0xde && letter != 0xd7) || (letter >= 0x391 && letter <= 0x3a9) ||
      (letter >= 0x410 && letter <= 0x42f)) {
    small = letter + 0x20;
  } else if (letter >= 0x400 && letter <= 0x40f) {
    small = letter + 0x50;
  }
  first = static_cast<char>(0xc0 | small >> 6);
  second = static_cast<char>(0x80 | (small & 0x3f));
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (std::size_t at = 0; at < lower.size(); ++at) {
    const bool pair = (static_cast<unsigned char>(lower[at]) & 0xe0) == 0xc0 && at + 1 < lower.size();
    if (is_capital(lower[at])) lower[at] = static_cast<char>(lower[at] - 'A' + 'a');
    if (pair) lower_pair(lower[at], lower[at + 1]);
    if (pair) ++at;
  }
  return lower;
}

// ASCII for a mark of typography (two or three bytes of UTF-8 from the front of `rest`), which is no part of a word:
// quotes, and a blank for dashes, spaces, arrows and the like. '\0' where there is none.
char plain_mark(std::string_view rest, std::size_t& length) {
  const auto byte = [&](std::size_t at) { return at < rest.size() ? static_cast<unsigned char>(rest[at]) : 0; };
  length = byte(0) == 0xC2 ? 2 : 3;
  const auto is_one_of = [](int last, std::initializer_list<int> marks) {
    return std::ranges::find(marks, last) != marks.end();
  };
  if (byte(0) == 0xC2 && is_one_of(byte(1), {0xAB, 0xBB})) return '"';
  if (byte(0) == 0xC2 && is_one_of(byte(1), {0xA0, 0xA1, 0xBF})) return ' ';
  if (byte(0) != 0xE2 || !is_one_of(byte(1), {0x80, 0x81, 0x86, 0x87})) return '\0';
  if (byte(1) == 0x80 && is_one_of(byte(2), {0x98, 0x99, 0x9A})) return '\'';
  if (byte(1) == 0x80 && is_one_of(byte(2), {0x9C, 0x9D, 0x9E})) return '"';
  const bool joins = byte(1) == 0x80 && is_one_of(byte(2), {0x8C, 0x8D});  // inside words of some scripts
  return joins ? '\0' : ' ';
}

std::string with_plain_marks(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 0;
    const char mark = plain_mark(text.substr(at), length);
    plain += mark == '\0' ? text[at] : mark;
    at += mark == '\0' ? 1 : length;
  }
  return plain;
}

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

// A stretch of a text: a word, or a quoted value as a whole.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_quoted = false;
};

// The words of a text in order, those of quoted values one by one, or where `fold_values` says so as one piece each.
std::vector<Piece> split(std::string_view text, bool fold_values) {
  std::vector<Piece> pieces;
  std::size_t quoted_until = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::optional<std::size_t> quoted = at >= quoted_until ? end_of_quoted(text, at) : std::nullopt;
    std::size_t end = at + 1;
    if (quoted && fold_values) {
      end = *quoted;
      pieces.push_back({at, end, true});
    } else if (quoted) {
      quoted_until = *quoted;
    } else if (const std::size_t length = unspaced_length(text, at); length != 0) {
      end = at + length;
      pieces.push_back({at, end, at < quoted_until});
    } else if (is_word_byte(text[at])) {
      end = end_of_word(text, at);
      pieces.push_back({at, end, at < quoted_until});
    }
    at = end;
  }
  return pieces;
}

bool is_stop_word(const std::string& word) { return std::ranges::find(kStopWords, word) != kStopWords.end(); }

bool is_negation(const std::string& word) {
  return word.ends_with("n't") || std::ranges::find(kNegations, word) != kNegations.end();
}

bool is_generic(const std::string& stem) {
  static const std::set<std::string, std::less<>> kStems = [] {
    Stemmer stemmer;
    std::set<std::string, std::less<>> stems;
    for (const Piece& piece : split(kGenericWords, false)) {
      stems.insert(stemmer.stem(std::string(kGenericWords.substr(piece.begin, piece.end - piece.begin))));
    }
    return stems;
  }();
  return kStems.contains(stem);
}

// "KubeAPIDown" is Kube, API, Down; nothing where a word has no such parts.
std::vector<std::string_view> parts_of_name(std::string_view word) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t at = 1; at < word.size(); ++at) {
    const bool small_follows = at + 1 < word.size() && !is_capital(word[at + 1]);
    if (!is_capital(word[at]) || (is_capital(word[at - 1]) && !small_follows)) continue;
    if (at - begin < kShortestPart) return {};
    parts.push_back(word.substr(begin, at - begin));
    begin = at;
  }
  if (parts.empty() || word.size() - begin < kShortestPart) return {};
  parts.push_back(word.substr(begin));
  return parts;
}

// Gathers the words of a text into sentences.
class Speech {
 public:
  explicit Speech(std::string_view text) : text_(text) {}
  void add(const Piece& piece) {
    const std::string_view between = text_.substr(last_, piece.begin - last_);
    const std::size_t stop = between.find_first_of(".?!");
    const bool ends = stop != between.npos && between.find_first_of(" \t", stop) != between.npos;
    if (ends || between.find('\n') != between.npos) end_sentence();
    const std::string_view written = first_bytes(text_.substr(piece.begin, piece.end - piece.begin), kLongestWord);
    const bool begins = sentence_.empty() || between.find_first_of(".?!:") != between.npos;
    add_word(written, piece.is_quoted, begins);
    for (const std::string_view part : parts_of_name(written)) add_word(part, piece.is_quoted, begins);
    last_ = piece.end;
  }
  std::vector<std::vector<SpokenWord>> take() {
    end_sentence();
    return std::move(sentences_);
  }

 private:
  void add_word(std::string_view written, bool is_quoted, bool begins) {
    SpokenWord word{.word = lower_case(written), .stem = {}};
    word.stem = stemmer_.stem(word.word);
    const bool is_name = is_capital(written.front()) && !begins;
    if (is_stop_word(word.word)) {
      word.kind = WordKind::stop;
    } else if (is_quoted || std::ranges::any_of(written, is_digit)) {
      word.kind = WordKind::value;
    } else if (is_generic(word.stem)) {
      word.kind = WordKind::generic;
    }
    if (is_name && word.kind != WordKind::stop && word.kind != WordKind::value) names_.push_back(sentence_.size());
    if (!begins && !is_capital(written.front()) && !is_digit(written.front()) && word.kind != WordKind::stop) {
      is_title_ = false;
    }
    sentence_.push_back(std::move(word));
  }
  // In a title every word has a capital: there it tells nothing.
  void end_sentence() {
    for (const std::size_t name : names_) {
      if (!is_title_) sentence_[name].kind = WordKind::value;
    }
    if (!sentence_.empty()) sentences_.push_back(std::move(sentence_));
    sentence_.clear();
    names_.clear();
    is_title_ = true;
  }

  std::string_view text_;
  Stemmer stemmer_;
  std::size_t last_ = 0;
  std::vector<std::vector<SpokenWord>> sentences_;
  std::vector<SpokenWord> sentence_;
  std::vector<std::size_t> names_;  // places of words with a capital in sentence_
  bool is_title_ = true;
};

}  // namespace

std::vector<std::string> content_words(std::string_view written) {
  const std::string plain = with_plain_marks(written);
  const std::string_view text = plain;
  Stemmer stemmer;
  std::vector<std::string> words;
  for (const Piece& piece : split(text, true)) {
    const std::string word = lower_case(text.substr(piece.begin, piece.end - piece.begin));
    if (piece.is_quoted) {
      words.emplace_back(kValueWord);
    } else if (std::ranges::any_of(word, is_digit)) {
      words.emplace_back(kNumberWord);
    } else if (is_negation(word)) {
      words.emplace_back(kNegationWord);
    } else if (!is_stop_word(word)) {
      words.push_back(stemmer.stem(word));
    }
  }
  return words;
}

std::vector<std::vector<SpokenWord>> spoken_sentences(std::string_view written) {
  const std::string text = with_plain_marks(written);
  Speech speech(text);
  for (const Piece& piece : split(text, false)) speech.add(piece);
  return speech.take();
}

}  // namespace pianola::workflow
