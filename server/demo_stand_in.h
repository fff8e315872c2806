// The demo's scripted stand-in for an executor's model. No model is called: it follows the written rules of a step (a
// choice by words, a sentence to copy, lines to find, a text to fill in) on the data that the server bound into it. It
// knows no workflow, no step and no e-mail beforehand; another text gives another answer.
// Like weak models it has habits, which the server's checks catch: it straightens typographic apostrophes in a quote,
// cuts a long quote with "...", opens a reply with thanks that make it too long, and skips a look-up where an article
// already matches. After a refusal it works by the letter. Thread rule: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "server/demo_reading.h"

namespace pianola::server {

// A situation that no handed-out edge case covers, in the words of a report.
struct UncoveredSituation {
  std::string situation;
  std::string what_was_done;
  std::string suggestion;
};

// A scripted executor: it does what the handed-out rules say, and errs where weak models do.
class StandIn {
 public:
  // What it is good and bad at.
  struct Character {
    bool has_habits = true;
    bool knows_german = false;
  };

  // `help_desk` holds what the host tools look up: {"status_page": {...}, "accounts": {...}}.
  StandIn(Character character, const Json& help_desk) : character_(character), help_desk_(help_desk) {}

  // Reads a text that the server handed out: the knowledge base and the edge cases in it are known from then on.
  void hear(std::string_view text);

  // Could it do the step at all? Not where words decide and the text is in a language that it cannot read.
  bool can_do(const StepReading& step) const;

  // The step's output by its rules; `careful`: without habits, as after a refusal.
  Json answer(const StepReading& step, bool careful);

  // An output that was accepted: its fields are known by their names from then on.
  void remember(const Json& output);

  // Does a condition of a rule, a way on or an edge case hold?
  bool holds(const StepReading& step, std::string_view condition) const;

  // What it knows by sight and the edge cases that it heard do not cover, in the step's texts.
  std::optional<UncoveredSituation> uncovered(const StepReading& step) const;

 private:
  struct Writing;

  Json apply(Writing& writing, const WrittenRule& written);
  Json choose(Writing& writing, const std::string& property, std::string_view rule);
  Json value(const Writing& writing, std::string_view text) const;
  Json copy_sentence(const Writing& writing, const std::string& rule) const;
  Json find_lines(const Writing& writing, const std::string& rule) const;
  Json count(const Writing& writing, const std::string& rule) const;
  Json fill_in(const Writing& writing, const std::string& rule) const;
  Json best_article(const Writing& writing, bool wants_share) const;
  Json matching_edge_cases(const Writing& writing) const;
  std::string use_tool(const std::string& name, const std::string& argument) const;
  std::optional<std::string> subject_of(const Writing& writing, std::string_view subject) const;
  bool holds(Writing& writing, std::string_view condition, const std::string& property) const;
  void note_deciding(Writing& writing, const std::string& property, const std::string& word) const;
  bool has_word(std::string_view text, const std::string& word) const;
  std::string filled(const Writing& writing, const std::string& pattern, const std::string& rule) const;
  std::string placeholder(const Writing& writing, const std::string& name, const std::string& rule) const;

  Character character_;
  const Json& help_desk_;
  std::vector<Article> articles_;
  std::vector<ReadEdgeCase> edge_cases_;
  std::map<std::string, std::string> remembered_;  // fields of accepted outputs
  std::vector<std::string> texts_;                 // the inputs seen so far
};

}  // namespace pianola::server
