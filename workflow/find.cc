#include "workflow/find.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "workflow/task_fit.h"
#include "workflow/words.h"

namespace pianola::workflow {
namespace {

constexpr int kMostHits = 500;           // taken from the search index
constexpr std::size_t kMostJudged = 50;  // of these, best first, looked at word by word
constexpr int kListChunk = 100;
constexpr std::size_t kLongestTask = 4'000;  // bytes that are searched for

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

std::vector<SearchHit> all_hits(const Search& search) {
  return search.environment.store.versions().search(
      search.actor.workspace, search_words(std::string_view(search.request.task).substr(0, kLongestTask)), kMostHits);
}

// The workflows that fit, best first: by what they and the task say of each other; then in the order of the search.
std::vector<Candidate> fitting(const Search& search, const std::vector<SearchHit>& hits, WordRarity& rarity) {
  const std::vector<TaskWord> task = informative_words(search.request.task);
  std::vector<std::pair<double, Candidate>> ranked;
  std::size_t judged = 0;
  for (const SearchHit& hit : hits) {
    if (search.heartbeat) search.heartbeat(judged++, hits.size());
    const SharedVersion version =
        search.environment.store.versions().newest_published(search.actor.workspace, hit.workflow.name);
    if (!version) continue;
    TaskFit fit = judge_fit(task, version->design, rarity);
    if (!fit.fits) continue;
    ranked.push_back(
        {fit.score + fit.named, {hit.workflow, fit.score, std::move(fit.matched), version->design.when_not_to_use}});
  }
  std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Candidate> candidates;
  for (auto& [rank, candidate] : ranked) candidates.push_back(std::move(candidate));
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
                    "\" is none of this task's: take cursor of the page before, or leave it out.",
                "/cursor");
}

Result<FoundWorkflows> find_for_task(const Search& search) {
  const Result<std::size_t> offset = offset_of(search.request.cursor);
  if (!offset) return refuse(offset.error());
  std::vector<SearchHit> hits = all_hits(search);
  WordRarity rarity(hits, search.environment.store.versions().names(search.actor.workspace).size());
  std::erase_if(hits, [&](const SearchHit& hit) { return !has_tags(hit.workflow, search.request.tags); });
  if (hits.size() > kMostJudged) hits.erase(hits.begin() + kMostJudged, hits.end());
  std::vector<Candidate> candidates = fitting(search, hits, rarity);
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

Result<FoundWorkflows> find_workflows(Environment& environment, const Actor& actor, const FindRequest& request,
                                      const Heartbeat& heartbeat) {
  if (request.limit < 0 || request.limit > kMostFound) {
    return refuse("bad_value",
                  "limit is " + std::to_string(request.limit) + ": give 1 to " + std::to_string(kMostFound) + ".",
                  "/limit");
  }
  const int limit = request.limit == 0 ? kDefaultFound : request.limit;
  const Search search{environment, actor, request, static_cast<std::size_t>(limit), heartbeat};
  if (request.task.find_first_not_of(" \t\r\n") == std::string::npos) return list(search);
  return find_for_task(search);
}

}  // namespace pianola::workflow
