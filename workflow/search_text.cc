#include "workflow/search_text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/list_text.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostOfField = 4'000;  // bytes

constexpr double kSaturation = 1.2;    // BM25's k
constexpr double kLengthShare = 0.75;  // BM25's b
constexpr double kUsualLength = 40;    // words
constexpr double kOfName = 2;
constexpr double kInPassing = 0.5;

constexpr std::pair<char, WordKind> kMarks[] = {
    {'=', WordKind::value}, {'~', WordKind::generic}, {'.', WordKind::stop}};

// Adds a word; one that is a value in one place and plain in another is plain.
void add_word(SaidSentence& sentence, SpokenWord word) {
  const auto known = std::ranges::find(sentence, word.stem, &SaidWord::stem);
  if (known == sentence.end()) {
    sentence.push_back({std::move(word.stem), word.kind});
  } else if (known->kind == WordKind::value) {
    known->kind = word.kind;
  }
}

std::vector<SaidSentence> sentences_of(std::string_view text) {
  std::vector<SaidSentence> sentences;
  for (std::vector<SpokenWord>& spoken : spoken_sentences(first_bytes(text, kMostOfField))) {
    SaidSentence& sentence = sentences.emplace_back();
    for (SpokenWord& word : spoken) add_word(sentence, std::move(word));
  }
  return sentences;
}

SaidSentence one_sentence(std::string_view text) {
  SaidSentence all;
  for (std::vector<SpokenWord>& spoken : spoken_sentences(first_bytes(text, kMostOfField))) {
    for (SpokenWord& word : spoken) add_word(all, std::move(word));
  }
  return all;
}

void add_strings(const Json& value, std::string& text) {
  if (value.is_string()) text.append(value.get_ref<const std::string&>()).append("\n");
  if (!value.is_structured() || text.size() > kMostOfField) return;
  for (const Json& member : value) add_strings(member, text);
}

void write_line(char purpose, const SaidSentence& sentence, std::string& text) {
  if (sentence.empty()) return;
  text += purpose;
  for (const SaidWord& word : sentence) {
    text += ' ';
    for (const auto& [mark, kind] : kMarks) {
      if (kind == word.kind) text += mark;
    }
    text += word.stem;
  }
  text += '\n';
}

SaidWord read_word(std::string_view text) {
  for (const auto& [mark, kind] : kMarks) {
    if (text.front() == mark) return {std::string(text.substr(1)), kind};
  }
  return {std::string(text), WordKind::plain};
}

SaidSentence read_words(std::string_view line) {
  SaidSentence sentence;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) sentence.push_back(read_word(line.substr(0, end)));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return sentence;
}

}  // namespace

SaidOfWorkflow said_of(const Design& design) {
  std::string in_passing;
  for (const Step& step : design.steps) in_passing += step.title + "\n";
  for (const Step& step : design.steps) {
    for (const Example& example : step.examples) add_strings(example.input, in_passing);
  }
  return {.name = one_sentence(design.name),
          .title = one_sentence(design.title),
          .tags = one_sentence(lines_of(design.tags)),
          .purposes = sentences_of(design.description + "\n" + lines_of(design.when_to_use)),
          .in_passing = one_sentence(in_passing),
          .exclusions = sentences_of(lines_of(design.when_not_to_use))};
}

std::string search_text(const SaidOfWorkflow& said) {
  std::string text;
  write_line('n', said.name, text);
  write_line('t', said.title, text);
  write_line('g', said.tags, text);
  for (const SaidSentence& sentence : said.purposes) write_line('p', sentence, text);
  write_line('s', said.in_passing, text);
  for (const SaidSentence& sentence : said.exclusions) write_line('x', sentence, text);
  return text;
}

SaidOfWorkflow read_search_text(std::string_view text) {
  SaidOfWorkflow said;
  while (text.size() > 2) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    SaidSentence sentence = read_words(text.substr(2, std::max<std::size_t>(end, 2) - 2));
    switch (text.front()) {
      case 'n':
        said.name = std::move(sentence);
        break;
      case 't':
        said.title = std::move(sentence);
        break;
      case 'g':
        said.tags = std::move(sentence);
        break;
      case 'p':
        said.purposes.push_back(std::move(sentence));
        break;
      case 's':
        said.in_passing = std::move(sentence);
        break;
      case 'x':
        said.exclusions.push_back(std::move(sentence));
        break;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return said;
}

std::vector<WordWeight> word_weights(const SaidOfWorkflow& said) {
  std::map<std::string, double, std::less<>> counted;
  double length = 0;
  const auto count = [&](const SaidSentence& sentence, double each) {
    for (const SaidWord& word : sentence) {
      double& frequency = counted[word.stem];
      if (word.kind == WordKind::stop) continue;
      frequency += each;
      length += each;
    }
  };
  count(said.name, kOfName);
  count(said.title, kOfName);
  count(said.tags, 1);
  for (const SaidSentence& sentence : said.purposes) count(sentence, 1);
  count(said.in_passing, kInPassing);
  const double slowness = kSaturation * (1 - kLengthShare + kLengthShare * length / kUsualLength);
  std::vector<WordWeight> weights;
  for (const auto& [stem, frequency] : counted) {
    const double factor = frequency * (kSaturation + 1) / (frequency + slowness);
    const std::int64_t weight = frequency == 0 ? 0 : std::max<std::int64_t>(1, std::llround(1000 * factor));
    weights.push_back({stem, weight});
  }
  return weights;
}

}  // namespace pianola::workflow
