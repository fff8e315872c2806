#include "workflow/find.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace pianola::workflow {
namespace {

constexpr std::int64_t kMostPlaces = 1'000;  // read from the search index
constexpr std::size_t kMostJudged = 50;      // workflows that are looked at word by word
constexpr std::size_t kMostRead = 200;       // looked at for the wanted tags
constexpr std::int64_t kMostTagged = 1'000;  // workflows of a library that is searched for tags alone
constexpr int kListChunk = 100;

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
  const Heartbeat& heartbeat;
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

// The task with how rare its words are in the library, and how many workflows say them.
struct Asked {
  Task task;
  std::int64_t workflows = 0;
  std::vector<std::pair<std::int64_t, const TaskWord*>> sought;  // the words that find workflows, rarest first
};

void weigh(const Search& search, Asked& asked) {
  std::vector<TaskWord*> words;
  for (auto* some : {&asked.task.words, &asked.task.keywords}) {
    for (TaskWord& word : *some) words.push_back(&word);
  }
  std::vector<std::string> stems;
  for (const TaskWord* word : words) stems.push_back(word->stem);
  const WordCounts counts = search.environment.store.versions().count_words(search.actor.workspace, stems);
  asked.workflows = counts.workflows;
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i]->rarity = rarity_of(words[i]->kind, counts.speaking[i], counts.workflows);
    if (counts.speaking[i] > 0 && words[i]->kind != WordKind::stop)
      asked.sought.push_back({counts.speaking[i], words[i]});
  }
  std::ranges::stable_sort(asked.sought, {}, [](const auto& word) { return word.first; });
}

// The numbers of the workflows in which the words weigh most, best first.
std::vector<std::int64_t> nearest(const Search& search, const Asked& asked) {
  std::map<std::int64_t, double> scores;
  std::int64_t left = kMostPlaces;
  for (std::size_t i = 0; i < asked.sought.size(); ++i) {
    const auto& [speaking, word] = asked.sought[i];
    const std::int64_t share = std::max<std::int64_t>(1, left / static_cast<std::int64_t>(asked.sought.size() - i));
    const std::vector<WordPlace> places = search.environment.store.versions().places(
        search.actor.workspace, word->stem, static_cast<int>(std::min(share, speaking)));
    for (const WordPlace& place : places) scores[place.number] += word->rarity * static_cast<double>(place.weight);
    left -= static_cast<std::int64_t>(places.size());
  }
  std::vector<std::pair<double, std::int64_t>> ranked;
  for (const auto& [number, score] : scores) ranked.push_back({score, number});
  const std::size_t most = std::min(search.request.tags.empty() ? kMostJudged : kMostRead, ranked.size());
  std::ranges::partial_sort(ranked, ranked.begin() + static_cast<std::ptrdiff_t>(most), std::greater());
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < most; ++i) numbers.push_back(ranked[i].second);
  return numbers;
}

std::vector<SearchedWorkflow> candidates_of(const Search& search, const Asked& asked) {
  std::vector<SearchedWorkflow> candidates;
  for (const std::int64_t number : nearest(search, asked)) {
    std::optional<SearchedWorkflow> found =
        search.environment.store.versions().searched(search.actor.workspace, number);
    if (found && has_tags(found->workflow, search.request.tags)) candidates.push_back(*std::move(found));
    if (candidates.size() == kMostJudged) break;
  }
  return candidates;
}

// A workflow, and how it meets the task.
struct JudgedWorkflow {
  WorkflowSummary workflow;
  TaskFit fit;
};

// Best first; equal ones in the order of the search.
std::vector<JudgedWorkflow> judge(const Search& search, const Asked& asked) {
  std::vector<SearchedWorkflow> candidates = candidates_of(search, asked);
  std::vector<JudgedWorkflow> judged;
  for (SearchedWorkflow& each : candidates) {
    if (search.heartbeat) search.heartbeat(judged.size(), candidates.size());
    judged.push_back({std::move(each.workflow), judge_fit(asked.task, each.said, asked.workflows)});
  }
  std::ranges::stable_sort(judged, std::greater(), [](const JudgedWorkflow& each) { return each.fit.score; });
  return judged;
}

bool fits(const Search& search, const TaskFit& fit) {
  return !fit.matched.empty() && fit.score >= search.request.least_fit;
}

// A workflow that fits, with what its newest version says it is not for.
Candidate candidate_of(const Search& search, JudgedWorkflow judged) {
  const SharedVersion version =
      search.environment.store.versions().newest_published(search.actor.workspace, judged.workflow.name);
  return {std::move(judged.workflow), judged.fit.score, std::move(judged.fit.matched),
          version ? version->design.when_not_to_use : std::vector<std::string>()};
}

// What to look at where nothing fits: everything, where that is little, else what comes nearest.
FoundWorkflows nothing_fits(const Search& search, const Asked& asked, std::vector<JudgedWorkflow> judged) {
  FoundWorkflows found;
  if (asked.workflows <= kMostTagged) found.library = list_tagged(search, "", kSmallLibrary + 1, false);
  found.whole_library = asked.workflows <= kMostTagged && found.library.size() <= kSmallLibrary;
  if (found.whole_library) return found;
  found.library.clear();
  for (JudgedWorkflow& each : judged) {
    if (found.library.size() < search.limit) found.library.push_back(std::move(each.workflow));
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
                    "\" is none of this task's: take cursor of the page before, or leave it out.",
                "/cursor");
}

Result<FoundWorkflows> find_for_task(const Search& search) {
  const Result<std::size_t> offset = offset_of(search.request.cursor);
  if (!offset) return refuse(offset.error());
  Asked asked{.task = read_task(search.request.task, search.request.keywords), .sought = {}};
  if (asked.task.words.empty()) std::swap(asked.task.words, asked.task.keywords);
  weigh(search, asked);
  std::vector<JudgedWorkflow> judged = judge(search, asked);
  const auto unfit = [&](const JudgedWorkflow& each) { return !fits(search, each.fit); };
  if (std::ranges::all_of(judged, unfit)) return nothing_fits(search, asked, std::move(judged));
  std::erase_if(judged, unfit);
  FoundWorkflows found;
  found.fits = true;
  for (std::size_t i = *offset; i < judged.size() && found.candidates.size() < search.limit; ++i) {
    found.candidates.push_back(candidate_of(search, std::move(judged[i])));
  }
  const std::size_t next = *offset + found.candidates.size();
  if (!found.candidates.empty() && next < judged.size()) found.next_cursor = std::to_string(next);
  return found;
}

}  // namespace

Result<FoundWorkflows> find_workflows(Environment& environment, const Actor& actor, const FindRequest& request,
                                      const Heartbeat& heartbeat) {
  if (request.limit < 0 || request.limit > kMostFound) {
    return refuse("bad_value",
                  "limit is " + std::to_string(request.limit) + ": give 1 to " + std::to_string(kMostFound) + ".",
                  "/limit");
  }
  const int limit = request.limit == 0 ? kDefaultFound : request.limit;
  const Search search{environment, actor, request, static_cast<std::size_t>(limit), heartbeat};
  const auto is_blank = [](const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; };
  if (is_blank(request.task) && std::ranges::all_of(request.keywords, is_blank)) return list(search);
  return find_for_task(search);
}

}  // namespace pianola::workflow
