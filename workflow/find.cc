#include "workflow/find.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/list_text.h"
#include "workflow/words.h"

namespace pianola::workflow {
namespace {

constexpr int kMostHits = 500;           // taken from the search index
constexpr std::size_t kMostJudged = 50;  // of these, best first, looked at word by word
constexpr int kListChunk = 100;
constexpr double kStepWeight = 0.5;          // a word that only a step's title speaks of
constexpr std::size_t kFewestMatched = 2;    // one word in common is chance, unless the task has no more
constexpr std::size_t kFullWords = 6;        // words of a task that count fully; of those behind, every other
constexpr std::size_t kShortestPrefix = 5;   // "categor" and "categori" are one word
constexpr std::size_t kLongestTask = 4'000;  // bytes that are looked at

// Words of any task: they say nothing of which.
constexpr std::string_view kGenericWords =
    "workflow workflows task tasks job work thing things make do doing need needs want help use using get give write "
    "create new one every each handle process procedure run execute perform best way good correct correctly";

// A word of the task: as it was written, and its stem.
struct TaskWord {
  std::string word;
  std::string stem;
};

using Stems = std::set<std::string, std::less<>>;

Stems stems_of(const std::string& text) {
  const std::vector<std::string> words = content_words(lines_of(search_words(text)));
  return {words.begin(), words.end()};
}

// The distinct words of a task that say what it is about.
std::vector<TaskWord> informative_words(std::string_view task) {
  static const Stems kGeneric = stems_of(std::string(kGenericWords));
  std::vector<TaskWord> informative;
  Stems seen;
  for (const std::string& word : search_words(task.substr(0, kLongestTask))) {
    const std::vector<std::string> stems = content_words(word);
    if (stems.size() != 1) continue;
    const std::string& stem = stems.front();
    if (stem == kNumberWord || stem == kNegationWord || kGeneric.contains(stem)) continue;
    if (seen.insert(stem).second) informative.push_back({word, stem});
  }
  return informative;
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

// What a workflow is about, and, apart, what its steps' titles speak of.
std::pair<Stems, Stems> subject_of(const Design& design) {
  std::string steps;
  for (const Step& step : design.steps) steps += step.title + "\n";
  const std::string subject = design.name + "\n" + design.title + "\n" + design.description + "\n" +
                              lines_of(design.when_to_use) + lines_of(design.tags);
  return {stems_of(subject), stems_of(steps)};
}

Candidate judge(const std::vector<TaskWord>& task, WorkflowSummary workflow, const Design& design) {
  Candidate candidate{.workflow = std::move(workflow), .matched = {}, .not_for = design.when_not_to_use};
  const auto [subject, steps] = subject_of(design);
  double weight = 0;
  for (const TaskWord& word : task) {
    const bool in_subject = holds(subject, word.stem);
    if (!in_subject && !holds(steps, word.stem)) continue;
    weight += in_subject ? 1 : kStepWeight;
    candidate.matched.push_back(word.word);
  }
  candidate.score = std::min(1.0, weight / counted_words(task.size()));
  return candidate;
}

bool fits(const Candidate& candidate, std::size_t task_words) {
  return candidate.score >= kFittingShare && candidate.matched.size() >= std::min(kFewestMatched, task_words);
}

bool has_tags(const WorkflowSummary& workflow, const std::vector<std::string>& tags) {
  return std::ranges::all_of(
      tags, [&](const std::string& tag) { return std::ranges::find(workflow.tags, tag) != workflow.tags.end(); });
}

// Who asks for what, for the functions below.
struct Search {
  Environment& environment;
  const Actor& actor;
  const FindRequest& request;
  std::size_t limit;
};

// Up to `most` workflows with the wanted tags, by name, after `after`.
std::vector<WorkflowSummary> list_tagged(const Search& search, std::string after, std::size_t most, bool with_drafts) {
  std::vector<WorkflowSummary> listed;
  while (listed.size() < most) {
    std::vector<WorkflowSummary> chunk =
        search.environment.store.versions().list(search.actor.workspace, after, kListChunk, with_drafts);
    if (chunk.empty()) break;
    after = chunk.back().name.text();
    for (WorkflowSummary& workflow : chunk) {
      if (listed.size() < most && has_tags(workflow, search.request.tags)) listed.push_back(std::move(workflow));
    }
  }
  return listed;
}

FoundWorkflows list(const Search& search) {
  FoundWorkflows found;
  found.library = list_tagged(search, search.request.cursor, search.limit + 1, !search.actor.executor_role);
  if (found.library.size() > search.limit) {
    found.library.pop_back();
    found.next_cursor = found.library.back().name.text();
  }
  found.whole_library = search.request.cursor.empty() && found.next_cursor.empty();
  return found;
}

std::vector<SearchHit> tagged_hits(const Search& search) {
  std::vector<SearchHit> hits = search.environment.store.versions().search(
      search.actor.workspace, search_words(std::string_view(search.request.task).substr(0, kLongestTask)), kMostHits);
  std::erase_if(hits, [&](const SearchHit& hit) { return !has_tags(hit.workflow, search.request.tags); });
  if (hits.size() > kMostJudged) hits.erase(hits.begin() + kMostJudged, hits.end());
  return hits;
}

// The workflows that fit, best first; where they speak of equally many words, in the order of the search.
std::vector<Candidate> fitting(const Search& search, const std::vector<SearchHit>& hits) {
  const std::vector<TaskWord> task = informative_words(search.request.task);
  std::vector<Candidate> candidates;
  if (task.empty()) return candidates;
  for (const SearchHit& hit : hits) {
    const std::optional<Version> version =
        search.environment.store.versions().newest_published(search.actor.workspace, hit.workflow.name);
    if (!version) continue;
    Candidate candidate = judge(task, hit.workflow, version->design);
    if (fits(candidate, task.size())) candidates.push_back(std::move(candidate));
  }
  std::ranges::stable_sort(candidates, [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return candidates;
}

// What to look at where nothing fits: everything, where that is little, else what the search found nearest.
FoundWorkflows nothing_fits(const Search& search, const std::vector<SearchHit>& hits) {
  FoundWorkflows found;
  found.library = list_tagged(search, "", kSmallLibrary + 1, false);
  found.whole_library = found.library.size() <= kSmallLibrary;
  if (found.whole_library) return found;
  found.library.clear();
  for (const SearchHit& hit : hits) {
    if (found.library.size() < search.limit) found.library.push_back(hit.workflow);
  }
  return found;
}

Result<std::size_t> offset_of(const std::string& cursor) {
  std::size_t offset = 0;
  const char* end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, offset);
  if (cursor.empty() || (error == std::errc() && stop == end)) return offset;
  return refuse("bad_cursor",
                "cursor \"" + cursor.substr(0, 80) +
                    "\" is none of this task's: take next_cursor of the page before, or leave it out.",
                "/cursor");
}

Result<FoundWorkflows> find_for_task(const Search& search) {
  const Result<std::size_t> offset = offset_of(search.request.cursor);
  if (!offset) return refuse(offset.error());
  const std::vector<SearchHit> hits = tagged_hits(search);
  std::vector<Candidate> candidates = fitting(search, hits);
  if (candidates.empty()) return nothing_fits(search, hits);
  FoundWorkflows found;
  found.fits = true;
  for (std::size_t i = *offset; i < candidates.size() && found.candidates.size() < search.limit; ++i) {
    found.candidates.push_back(std::move(candidates[i]));
  }
  const std::size_t next = *offset + found.candidates.size();
  if (!found.candidates.empty() && next < candidates.size()) found.next_cursor = std::to_string(next);
  return found;
}

}  // namespace

Result<FoundWorkflows> find_workflows(Environment& environment, const Actor& actor, const FindRequest& request) {
  if (request.limit < 0 || request.limit > kMostFound) {
    return refuse("bad_value",
                  "limit is " + std::to_string(request.limit) + ": give 1 to " + std::to_string(kMostFound) + ".",
                  "/limit");
  }
  const int limit = request.limit == 0 ? kDefaultFound : request.limit;
  const Search search{environment, actor, request, static_cast<std::size_t>(limit)};
  if (request.task.find_first_not_of(" \t\r\n") == std::string::npos) return list(search);
  return find_for_task(search);
}

}  // namespace pianola::workflow
