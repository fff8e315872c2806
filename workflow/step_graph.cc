#include "workflow/step_graph.h"

#include <deque>

namespace pianola::workflow {

StepGraph::StepGraph(const Design& design) {
  for (const Step& step : design.steps) {
    index_.try_emplace(step.id, ids_.size());
    ids_.push_back(step.id);
  }
  edges_.resize(size());
  has_default_edge_.assign(size(), true);
  for (std::size_t step = 0; step < size(); ++step) add_edges(design, step);
  mark_reachable();
  measure_distances();
}

std::optional<std::size_t> StepGraph::index_of(std::string_view id) const {
  if (id == kGotoEnd) return end();
  if (id == kGotoEscalate) return escalate();
  // A step may be called "fail": it goes before the end of that name, which no goto can lead to.
  const auto found = index_.find(id);
  if (found != index_.end()) return found->second;
  return id == kGotoFail ? std::optional(fail()) : std::nullopt;
}

std::string_view StepGraph::id_of(std::size_t node) const {
  if (node < size()) return ids_[node];
  if (node == end()) return kGotoEnd;
  return node == escalate() ? kGotoEscalate : kGotoFail;
}

void StepGraph::add_edges(const Design& design, std::size_t step) {
  const Step& described = design.steps[step];
  for (std::size_t branch = 0; branch < described.branches.size() && has_default_edge_[step]; ++branch) {
    const Branch& way = described.branches[branch];
    const std::optional<std::size_t> to = index_of(way.go_to);
    has_default_edge_[step] = !way.when.empty();
    if (to && *to != fail()) {
      edges_[step].push_back({*to, EdgeKind::branch, branch});
    } else {
      dangling_.emplace_back(step, branch);
    }
  }
  if (has_default_edge_[step]) edges_[step].push_back({next_in_order(step), EdgeKind::next, {}});
  switch (described.on_failure.then) {
    case FailureThen::escalate:
      edges_[step].push_back({escalate(), EdgeKind::escalate, {}});
      break;
    case FailureThen::skip:
      edges_[step].push_back({next_in_order(step), EdgeKind::skip, {}});
      break;
    case FailureThen::fail:
      edges_[step].push_back({fail(), EdgeKind::fail, {}});
      break;
  }
}

void StepGraph::mark_reachable() {
  reachable_.assign(size(), false);
  std::deque<std::size_t> open;
  const auto visit = [&](std::size_t node) {
    if (is_end(node) || reachable_[node]) return;
    reachable_[node] = true;
    open.push_back(node);
  };
  if (size() > 0) visit(0);
  while (!open.empty()) {
    const std::size_t step = open.front();
    open.pop_front();
    for (const Edge& edge : edges_[step]) visit(edge.to);
  }
}

// Breadth first from the ends backwards, over default edges and branches.
void StepGraph::measure_distances() {
  distance_.assign(size(), std::nullopt);
  std::vector<std::vector<std::size_t>> before(size() + 2);
  for (std::size_t step = 0; step < size(); ++step) {
    for (const Edge& edge : edges_[step]) {
      if (edge.kind == EdgeKind::next || edge.kind == EdgeKind::branch) before[edge.to].push_back(step);
    }
  }
  std::deque<std::pair<std::size_t, int>> open = {{end(), 0}, {escalate(), 0}};
  while (!open.empty()) {
    const auto [node, steps] = open.front();
    open.pop_front();
    for (const std::size_t step : before[node]) {
      if (distance_[step]) continue;
      distance_[step] = steps + 1;
      open.emplace_back(step, steps + 1);
    }
  }
}

std::vector<std::string> StepGraph::unreachable_steps() const {
  std::vector<std::string> unreachable;
  for (std::size_t step = 0; step < size(); ++step) {
    if (!reachable_[step]) unreachable.push_back(ids_[step]);
  }
  return unreachable;
}

std::optional<int> StepGraph::steps_to_end(std::size_t node) const {
  return is_end(node) ? std::optional(0) : distance_[node];
}

std::optional<int> StepGraph::shortest_path_length() const { return size() == 0 ? std::nullopt : distance_[0]; }

}  // namespace pianola::workflow
