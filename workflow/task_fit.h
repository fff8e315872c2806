// Does a workflow fit a task? Both are words; a word counts by how rare it is in the library, so that two nouns that
// half of the workflows speak of are no fit, and one that a single workflow speaks of is much. Thread rule: plain
// values and functions; WordRarity remembers what it has counted: one thread at a time.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/store.h"

namespace pianola::workflow {

using Stems = std::set<std::string, std::less<>>;

// A word of the task: as it was written, and its stem.
struct TaskWord {
  std::string word;
  std::string stem;
};

// The distinct words of a task that say what it is about: no numbers, nor words of any task ("please", "create"). Of
// the first 4,000 bytes.
std::vector<TaskWord> informative_words(std::string_view task);

// How rare words are in a library, counted on the workflows that a search for the task gave (the others hold none of
// its words): log((N + 9) / (n + 1)) / log(N + 9), for a word in n of N workflows; at least 0.05. The 9 keeps a small
// library from calling every word rare or common.
class WordRarity {
 public:
  // `library` is N, at least as many as there are hits.
  WordRarity(std::span<const SearchHit> hits, std::size_t library);
  // 0.05 to 1, of a stem.
  double of(const std::string& stem);

 private:
  std::vector<Stems> subjects_;
  double library_;
  std::map<std::string, double, std::less<>> known_;
};

// How a workflow meets a task.
struct TaskFit {
  bool fits = false;
  double score = 0;                  // 0 to 1: the share of the task that the workflow speaks of, by rarity
  double named = 0;                  // 0 to 1: the most that the task names of one of the workflow's own sentences
  std::vector<std::string> matched;  // the task's words that the workflow speaks of, as they were written
};

// Judges one workflow. It fits where it speaks of two words of the task (of the only one, where there is no more) that
// are 0.7 of what the task says, or that are 0.3 of it while the task names half of what one sentence of the workflow
// (its title, description, when_to_use, tags) says. Words that only steps' titles speak of count half, and in a long
// task the words behind the first six.
TaskFit judge_fit(const std::vector<TaskWord>& task, const Design& design, WordRarity& rarity);

}  // namespace pianola::workflow
