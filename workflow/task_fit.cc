#include "workflow/task_fit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/list_text.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostLookedAt = 4'000;  // bytes
constexpr std::size_t kMostWords = 100;
constexpr std::size_t kFullWords = 6;  // words of a task that count fully; of those behind, every other

constexpr double kUnmatchedValue = 0.3;
constexpr double kSaidInPassing = 0.5;
constexpr double kBarred = 0.5;

constexpr double kImagined = 9;  // workflows
constexpr double kLeastRarity = 0.05;

bool is_informative_kind(WordKind kind) { return kind == WordKind::plain || kind == WordKind::value; }

double imagined_speaking(WordKind kind) {
  if (kind == WordKind::stop) return 6;
  return kind == WordKind::generic ? 3 : 0;
}

// Adds words that are not there yet.
void add_words(std::string_view text, std::set<std::string, std::less<>>& seen, std::vector<TaskWord>& words) {
  for (std::vector<SpokenWord>& sentence : spoken_sentences(first_bytes(text, kMostLookedAt))) {
    for (SpokenWord& word : sentence) {
      if (words.size() >= kMostWords) return;
      if (!seen.insert(word.stem).second) continue;
      words.push_back({std::move(word.word), std::move(word.stem), word.kind});
    }
  }
}

// One workflow against one task.
class Judge {
 public:
  Judge(const Task& task, const SaidOfWorkflow& said, std::int64_t workflows) : task_(task), said_(said) {
    for (const auto* words : {&task.words, &task.keywords}) {
      for (const TaskWord& word : *words) rarities_.emplace(word.stem, word.rarity);
    }
    for (const WordKind kind : {WordKind::plain, WordKind::value, WordKind::generic, WordKind::stop}) {
      const double weight = kind == WordKind::value ? kUnmatchedValue : 1;
      unmatched_[static_cast<std::size_t>(kind)] = weight * rarity_of(kind, 1, workflows);
    }
    note(said.name, 1);
    note(said.title, 1);
    note(said.tags, 1);
    for (const SaidSentence& sentence : said.purposes) note(sentence, 1);
    note(said.in_passing, kSaidInPassing);
  }

  TaskFit judge() {
    TaskFit fit;
    const double asked = share_asked(fit);
    if (asked == 0) return fit;
    fit.score = std::sqrt(asked * share_named()) * (1 - kBarred * share_barred());
    return fit;
  }

 private:
  // Remembers what the workflow speaks of, and how fully that counts.
  void note(const SaidSentence& sentence, double weight) {
    for (const SaidWord& word : sentence) said_weights_.emplace(word.stem, weight);
  }
  double said_weight(const std::string& stem) const {
    const auto known = said_weights_.find(stem);
    return known == said_weights_.end() ? 0 : known->second;
  }

  double share_asked(TaskFit& fit) const {
    double met = 0;
    double all = 0;
    std::size_t counted = 0;
    for (const TaskWord& word : task_.words) {
      const double weight = said_weight(word.stem);
      met += weight * word.rarity;
      all += word.rarity * (weight == 0 && word.kind == WordKind::value ? kUnmatchedValue : 1);
      if (word.kind != WordKind::stop) ++counted;
      if (weight > 0 && is_informative_kind(word.kind)) fit.matched.push_back(word.word);
    }
    if (counted > kFullWords) {
      const auto words = static_cast<double>(counted);
      all *= (static_cast<double>(kFullWords) + (words - static_cast<double>(kFullWords)) / 2) / words;
    }
    for (const TaskWord& word : task_.keywords) {
      const double weight = said_weight(word.stem);
      met += weight * word.rarity;
      all += weight * word.rarity;
      if (weight > 0 && is_informative_kind(word.kind)) fit.matched.push_back(word.word);
    }
    return all == 0 ? 0 : std::min(1.0, met / all);
  }

  // The share of a sentence, by rarity, that the task names; of its words that `counts` lets through.
  template <class Counts>
  double share_of(const SaidSentence& sentence, Counts counts) const {
    double named = 0;
    double all = 0;
    for (const SaidWord& word : sentence) {
      if (!counts(word)) continue;
      const auto asked = rarities_.find(word.stem);
      if (asked != rarities_.end()) named += asked->second;
      all += asked != rarities_.end() ? asked->second : unmatched_[static_cast<std::size_t>(word.kind)];
    }
    return all == 0 ? 0 : named / all;
  }

  double share_named() const {
    const auto every = [](const SaidWord&) { return true; };
    double most = std::max(share_of(said_.name, every), share_of(said_.title, every));
    for (const SaidSentence& sentence : said_.purposes) most = std::max(most, share_of(sentence, every));
    return most;
  }

  double share_barred() const {
    const auto only_there = [&](const SaidWord& word) {
      return is_informative_kind(word.kind) && said_weight(word.stem) == 0;
    };
    double most = 0;
    for (const SaidSentence& sentence : said_.exclusions) most = std::max(most, share_of(sentence, only_there));
    return most;
  }

  const Task& task_;
  const SaidOfWorkflow& said_;
  std::map<std::string_view, double> rarities_;      // of the task's words and keywords
  std::map<std::string_view, double> said_weights_;  // of the workflow's
  double unmatched_[4] = {};                         // of a workflow's word that the task does not name, by WordKind
};

}  // namespace

Task read_task(std::string_view task, const std::vector<std::string>& keywords) {
  Task read;
  std::set<std::string, std::less<>> seen;
  add_words(task, seen, read.words);
  add_words(lines_of(keywords), seen, read.keywords);
  return read;
}

double rarity_of(WordKind kind, std::int64_t speaking, std::int64_t workflows) {
  const double all = static_cast<double>(std::max(workflows, speaking)) + kImagined;
  const double with_word = static_cast<double>(speaking) + 1 + imagined_speaking(kind);
  return std::max(kLeastRarity, std::log(all / with_word) / std::log(all));
}

TaskFit judge_fit(const Task& task, const SaidOfWorkflow& said, std::int64_t workflows) {
  return Judge(task, said, workflows).judge();
}

}  // namespace pianola::workflow
