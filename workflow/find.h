// Finds workflows for a task, or says that none fits: a wrong plan is worse than none. Without a task: the list.
//
// Candidates are the 50 workflows of the highest BM25 (search_text.h) over the places that are read: at most 1,000 of
// them, in which the words weigh most, the rarest words first, each word its share of what is left. So the time of a
// search does not grow with the library. Which candidates fit, and in which order, task_fit.h says.
//
// Thread rule: as the Environment: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "workflow/environment.h"
#include "workflow/heartbeat.h"
#include "workflow/task_fit.h"

namespace pianola::workflow {

inline constexpr int kDefaultFound = 5;
inline constexpr int kMostFound = 50;
// A library of up to this many workflows is shown whole where none fits.
inline constexpr int kSmallLibrary = 20;

// What to find: a task in words, or the list.
struct FindRequest {
  std::string task;                   // as it was asked; empty: the keywords; none either: the list
  std::vector<std::string> tags;      // all must be there
  int limit = 0;                      // 1 to kMostFound; 0: kDefaultFound
  std::string cursor;                 // of the page before; empty: from the start
  std::vector<std::string> keywords;  // other words for it: one that no workflow speaks of is held against none
  double least_fit = kLeastFit;       // TaskFit::score of what is offered; evaluations ask for others
};

// A workflow that fits the task.
struct Candidate {
  WorkflowSummary workflow;
  double score = 0;                  // 0 to 1: TaskFit::score
  std::vector<std::string> matched;  // the task's words and keywords that it speaks of, as they were written
  std::vector<std::string> not_for;  // its when_not_to_use
};

// What was found, one page of it.
struct FoundWorkflows {
  bool fits = false;                     // with a task: whether any fits
  std::vector<Candidate> candidates;     // best first; empty where none fits
  std::vector<WorkflowSummary> library;  // the list; where none fits: all (small library) or the nearest
  bool whole_library = false;            // `library` is all there is
  std::string next_cursor;               // empty: that was all
};

// Finds among published workflows; the list shows designers drafts too. Refuses: bad_value (limit), bad_cursor.
// `heartbeat` is called between the workflows that are judged.
Result<FoundWorkflows> find_workflows(Environment& environment, const Actor& actor, const FindRequest& request,
                                      const Heartbeat& heartbeat = {});

}  // namespace pianola::workflow
