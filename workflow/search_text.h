// What a workflow says it is for, in words that a task's can be compared with: made from a design when it is published,
// kept by the store as a text, read back by a search. Thread rule: plain values and functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/design.h"
#include "workflow/words.h"

namespace pianola::workflow {

struct SaidWord {
  std::string stem;
  WordKind kind = WordKind::plain;
};

// A sentence's words, each stem once.
using SaidSentence = std::vector<SaidWord>;

// What a design says, by what it says it for.
struct SaidOfWorkflow {
  SaidSentence name;
  SaidSentence title;
  SaidSentence tags;
  std::vector<SaidSentence> purposes;    // the sentences of description and when_to_use
  SaidSentence in_passing;               // titles of steps, inputs of their examples
  std::vector<SaidSentence> exclusions;  // of when_not_to_use
};

// Of a long design the first 4,000 bytes of each field.
SaidOfWorkflow said_of(const Design& design);

// The form that is stored: a line a sentence, "n check invoic"; the letter says what for, and a word that is no plain
// one has a mark in front ("=" value, "~" generic, "." stop).
std::string search_text(const SaidOfWorkflow& said);
// Lines of another form are left out.
SaidOfWorkflow read_search_text(std::string_view text);

// A word of a workflow, and how much it weighs there.
struct WordWeight {
  std::string stem;
  std::int64_t weight = 0;  // 1 to 2,200: thousandths of BM25's factor of the word's frequency; a stop word: 0
};

// The distinct words of a workflow. BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
// Beyond", 2009): f (k + 1) / (f + k (1 - b + b length / usual)) with k = 1.2 and b = 0.75, where f counts a word of
// the name or the title twice and one in passing half. The usual length is taken as 40 words, not as the library's
// mean: so a weight stays what it is when other workflows come and go.
std::vector<WordWeight> word_weights(const SaidOfWorkflow& said);

}  // namespace pianola::workflow
