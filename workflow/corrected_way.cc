#include "workflow/corrected_way.h"

#include <algorithm>
#include <deque>
#include <set>

#include "workflow/hand_in.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostCorrections = 16;

VisitKey key_of(const HandIn& hand_in) { return {hand_in.step, hand_in.visit}; }

// The way as the executor had told it up to a hand-in, refused ones by what they said.
struct EarlierWay {
  int until = 0;  // seq of the last hand-in before the correction
  std::set<VisitKey> visits;
  bool complete = false;  // it led to an end
};

std::vector<EarlierWay> ways_before_corrections(const CompiledVersion& version, const Execution& execution,
                                                const Json& input) {
  std::vector<EarlierWay> ways;
  StandingVisits standing;
  bool was_correction = false;
  for (const HandIn& hand_in : execution.hand_ins) {
    const bool is_correction = hand_in.attempt > 1;
    if (is_correction && !was_correction && ways.size() < kMostCorrections) {
      Walk walk = walk_path(version, execution, input, standing);
      EarlierWay& way = ways.emplace_back(EarlierWay{hand_in.seq - 1, {}, version.graph().is_end(walk.end)});
      way.visits.insert(walk.visits.begin(), walk.visits.end());
    }
    was_correction = is_correction;
    if (hand_in.result != HandInResult::failed) standing[key_of(hand_in)] = &hand_in;
  }
  return ways;
}

// True where some way on from a node comes to a step.
bool leads_to(const StepGraph& graph, std::size_t from, std::string_view step) {
  std::set<std::size_t> seen;
  std::deque<std::size_t> queue{from};
  while (!queue.empty()) {
    const std::size_t node = queue.front();
    queue.pop_front();
    if (graph.is_end(node) || !seen.insert(node).second) continue;
    if (graph.id_of(node) == step) return true;
    for (const Edge& edge : graph.edges(node)) queue.push_back(edge.to);
  }
  return false;
}

bool is_superseded(const StepGraph& graph, const Walk& now, const std::vector<EarlierWay>& ways,
                   const HandIn& hand_in) {
  if (std::ranges::find(now.visits, key_of(hand_in)) != now.visits.end()) return false;
  if (leads_to(graph, now.end, hand_in.step)) return false;  // the way has not come so far yet
  const auto before = std::ranges::find_if(ways, [&](const EarlierWay& way) { return hand_in.seq <= way.until; });
  return before != ways.end() && before->visits.contains(key_of(hand_in));
}

// True where a way that was left led to an end without this step: nobody could have handed it in before.
bool is_late(const std::vector<EarlierWay>& ways, const HandIn& hand_in) {
  return hand_in.attempt == 1 && std::ranges::any_of(ways, [&](const EarlierWay& way) {
           return way.until < hand_in.seq && way.complete && !way.visits.contains(key_of(hand_in));
         });
}

// Puts what came late, and what the server computed once it could, behind the step that leads to it.
void put_in_place(const Walk& now, const std::vector<EarlierWay>& ways, std::vector<const HandIn*>& trace) {
  std::map<VisitKey, const HandIn*> late;
  for (const HandIn* hand_in : trace) {
    if (is_by_server(*hand_in) || is_late(ways, *hand_in)) late[key_of(*hand_in)] = hand_in;
  }
  for (std::size_t i = 0; i < now.visits.size(); ++i) {
    const auto moved = late.find(now.visits[i]);
    if (moved == late.end()) continue;
    std::erase(trace, moved->second);
    if (i == 0) {
      trace.insert(trace.begin(), moved->second);
      continue;
    }
    const auto before =
        std::ranges::find_if(trace, [&](const HandIn* each) { return key_of(*each) == now.visits[i - 1]; });
    trace.insert(before == trace.end() ? before : before + 1, moved->second);
  }
}

}  // namespace

CorrectedWay corrected_way(const CompiledVersion& version, const Execution& execution, const Json& input) {
  CorrectedWay corrected{trace_of(execution, true), {}};
  if (execution.mode == Mode::guided) return corrected;
  const std::vector<EarlierWay> ways = ways_before_corrections(version, execution, input);
  if (ways.empty() && !version.has_computed_steps()) return corrected;
  const Walk now = walk_path(version, execution, input);
  std::vector<const HandIn*> kept;
  for (const HandIn* hand_in : corrected.trace) {
    (is_superseded(version.graph(), now, ways, *hand_in) ? corrected.superseded : kept).push_back(hand_in);
  }
  corrected.trace = std::move(kept);
  put_in_place(now, ways, corrected.trace);
  return corrected;
}

}  // namespace pianola::workflow
