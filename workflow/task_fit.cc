#include "workflow/task_fit.h"

#include <algorithm>
#include <cmath>

#include "base/list_text.h"
#include "workflow/words.h"

namespace pianola::workflow {
namespace {

constexpr double kStepWeight = 0.5;           // a word that only a step's title speaks of
constexpr std::size_t kFewestMatched = 2;     // one word in common is chance, unless the task has no more
constexpr std::size_t kFullWords = 6;         // words of a task that count fully; of those behind, every other
constexpr std::size_t kShortestPrefix = 5;    // "categor" and "categori" are one word
constexpr std::size_t kMostLookedAt = 4'000;  // bytes that are looked at
constexpr double kLibrarySmoothing = 9;       // workflows
constexpr double kLeastRarity = 0.05;

// Where the line is drawn: chosen on tasks grouped by what they ask for, with libraries of 5, 20 and 60 of the groups
// (docs/architecture.md says what came out).
constexpr double kNearlyAll = 0.7;
constexpr double kEnoughOfTask = 0.3;
constexpr double kEnoughOfSentence = 0.5;

// Words of any task: they say nothing of which.
constexpr std::string_view kGenericWords =
    "workflow workflows task tasks job work thing things make do doing need needs want help use using get give write "
    "create new one every each handle process procedure run execute perform best way good correct correctly";

Stems stems_of(const std::string& text) {
  const std::vector<std::string> words = content_words(lines_of(search_words(text)));
  return {words.begin(), words.end()};
}

bool is_generic(const std::string& stem) {
  static const Stems kGeneric = stems_of(std::string(kGenericWords));
  return stem == kNumberWord || stem == kNegationWord || stem == kValueWord || kGeneric.contains(stem);
}

bool holds(const Stems& stems, const std::string& wanted) {
  if (stems.contains(wanted)) return true;
  return std::ranges::any_of(stems, [&](const std::string& stem) {
    if (std::min(stem.size(), wanted.size()) < kShortestPrefix) return false;
    return stem.starts_with(wanted) || wanted.starts_with(stem);
  });
}

// How many words a task of so many counts as: a long telling is not held against the workflow.
double counted_words(std::size_t words) {
  if (words <= kFullWords) return static_cast<double>(words);
  return static_cast<double>(kFullWords) + static_cast<double>(words - kFullWords) / 2;
}

// What a workflow says it is for, sentence by sentence.
std::vector<Stems> sentences_of(const Design& design) {
  std::vector<std::string> texts = {design.name, design.title, lines_of(design.tags)};
  texts.insert(texts.end(), design.when_to_use.begin(), design.when_to_use.end());
  for (std::string_view rest = design.description; !rest.empty();) {
    const std::size_t stop = std::min(rest.find(". "), rest.size());
    texts.emplace_back(rest.substr(0, stop));
    rest.remove_prefix(std::min(stop + 2, rest.size()));
  }
  std::vector<Stems> sentences;
  for (const std::string& text : texts) {
    Stems stems = stems_of(text);
    std::erase_if(stems, is_generic);
    if (!stems.empty()) sentences.push_back(std::move(stems));
  }
  return sentences;
}

// The share of a sentence, by rarity, that the task names.
double share_named(const Stems& sentence, const Stems& task, WordRarity& rarity) {
  double named = 0;
  double all = 0;
  for (const std::string& stem : sentence) {
    const double weight = rarity.of(stem);
    all += weight;
    if (holds(task, stem)) named += weight;
  }
  return named / all;
}

}  // namespace

std::vector<TaskWord> informative_words(std::string_view task) {
  std::vector<TaskWord> informative;
  Stems seen;
  for (const std::string& word : search_words(task.substr(0, kMostLookedAt))) {
    const std::vector<std::string> stems = content_words(word);
    if (stems.size() != 1 || is_generic(stems.front())) continue;
    if (seen.insert(stems.front()).second) informative.push_back({word, stems.front()});
  }
  return informative;
}

WordRarity::WordRarity(std::span<const SearchHit> hits, std::size_t library)
    : library_(static_cast<double>(std::max(library, hits.size()))) {
  for (const SearchHit& hit : hits) {
    const WorkflowSummary& workflow = hit.workflow;
    subjects_.push_back(stems_of(workflow.name.text() + "\n" + workflow.title + "\n" + workflow.description + "\n" +
                                 lines_of(workflow.tags)));
  }
}

double WordRarity::of(const std::string& stem) {
  if (const auto known = known_.find(stem); known != known_.end()) return known->second;
  const auto holding =
      static_cast<double>(std::ranges::count_if(subjects_, [&](const Stems& subject) { return holds(subject, stem); }));
  const double all = library_ + kLibrarySmoothing;
  const double rarity = std::max(kLeastRarity, std::log(all / (holding + 1)) / std::log(all));
  known_[stem] = rarity;
  return rarity;
}

TaskFit judge_fit(const std::vector<TaskWord>& task, const Design& design, WordRarity& rarity) {
  TaskFit fit;
  if (task.empty()) return fit;
  const std::vector<Stems> sentences = sentences_of(design);
  Stems subject;
  for (const Stems& sentence : sentences) subject.insert(sentence.begin(), sentence.end());
  std::string titles;
  for (const Step& step : design.steps) titles += step.title + "\n";
  const Stems steps = stems_of(titles);
  Stems asked;
  double all = 0;
  double met = 0;
  for (const TaskWord& word : task) {
    asked.insert(word.stem);
    const double weight = rarity.of(word.stem);
    all += weight;
    const bool in_subject = holds(subject, word.stem);
    if (!in_subject && !holds(steps, word.stem)) continue;
    met += in_subject ? weight : weight * kStepWeight;
    fit.matched.push_back(word.word);
  }
  const auto words = static_cast<double>(task.size());
  fit.score = std::min(1.0, met / (all * counted_words(task.size()) / words));
  for (const Stems& sentence : sentences) fit.named = std::max(fit.named, share_named(sentence, asked, rarity));
  const bool enough = fit.score >= kNearlyAll || (fit.score >= kEnoughOfTask && fit.named >= kEnoughOfSentence);
  fit.fits = enough && fit.matched.size() >= std::min(kFewestMatched, task.size());
  return fit;
}

}  // namespace pianola::workflow
