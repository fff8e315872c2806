// Finds workflows for a task, or says that none fits: a wrong plan is worse than none. Without a task: the list.
// Thread rule: as the Environment: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "workflow/environment.h"
#include "workflow/heartbeat.h"

namespace pianola::workflow {

inline constexpr int kDefaultFound = 5;
inline constexpr int kMostFound = 50;
// A library of up to this many workflows is shown whole where none fits.
inline constexpr int kSmallLibrary = 20;

// What to find: a task in words, or the list.
struct FindRequest {
  std::string task;               // keywords; empty: the list
  std::vector<std::string> tags;  // all must be there
  int limit = 0;                  // 1 to kMostFound; 0: kDefaultFound
  std::string cursor;             // of the page before; empty: from the start
};

// A workflow that fits the task.
struct Candidate {
  WorkflowSummary workflow;
  double score = 0;                  // 0 to 1: TaskFit::score
  std::vector<std::string> matched;  // the task's words that it speaks of, as the task has them
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
