// Does a workflow fit a task? Both are words; a word counts by how rare it is in the library. A workflow fits where it
// speaks of much of the task and the task names much of one sentence that the workflow says of itself; what varies
// between tasks of one kind (names, numbers, what is quoted) is held against neither.
// Thread rule: plain values and functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/search_text.h"

namespace pianola::workflow {

// A fit of at least this is offered. Chosen on one half of the task groups of docs/evaluations.md, so that 0.1 of the
// tasks whose workflow is in the library are told that none fits; the other half was looked at afterwards.
inline constexpr double kLeastFit = 0.44;

// A word of the task: as it was written, its stem, and how rare it is.
struct TaskWord {
  std::string word;
  std::string stem;
  WordKind kind = WordKind::plain;
  double rarity = 1;
};

// A task as it was told, and other words for it that who asks has given.
struct Task {
  std::vector<TaskWord> words;     // each stem once
  std::vector<TaskWord> keywords;  // those that are not among the words
};

// Of the task the first 4,000 bytes and 100 distinct words, of the keywords as much again. Rarities are left at 1.
Task read_task(std::string_view task, const std::vector<std::string>& keywords = {});

// How rare a word is that n of N workflows speak of: log((N + 9) / (n + 1 + usual)) / log(N + 9), at least 0.05. The 9
// are imagined workflows, of which 6 speak of a stop word and 3 of a generic one (`usual`): they keep a small library
// from calling every word rare or common.
double rarity_of(WordKind kind, std::int64_t speaking, std::int64_t workflows);

// How a workflow meets a task.
struct TaskFit {
  double score = 0;                  // 0 to 1
  std::vector<std::string> matched;  // the task's words and keywords that the workflow speaks of, as they were written
};

// Judges one workflow of a library of `workflows`. With r the rarity of a word, and m its sum over words that both
// have:
//
//   asked  = m / (sum of r over the task's words), at most 1: how much of the task the workflow speaks of. A value that
//            it does not speak of counts 0.3; words of steps' titles and examples count half; a task of w > 6 words
//            counts as 6 + (w - 6) / 2 of them; keywords count where they are met, and nowhere else.
//   named  = the largest m / (sum of r over a sentence's words): how much of one of its own sentences the task names. A
//            value that the task does not name counts 0.3, and a word as if one workflow spoke of it.
//   barred = the same of a sentence of when_not_to_use, over the words that the workflow says only there.
//   score  = sqrt(asked x named) x (1 - barred / 2)
//
// sqrt(asked x named) is the cosine of two sets of weighted words (Salton and McGill, "Introduction to Modern
// Information Retrieval", 1983) with the weights r. Tags count for `asked` alone: they name subjects, no task. Nothing
// is matched where the two have only stop words and words of any task in common: that is chance.
TaskFit judge_fit(const Task& task, const SaidOfWorkflow& said, std::int64_t workflows);

}  // namespace pianola::workflow
