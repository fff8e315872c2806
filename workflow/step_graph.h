// A version as a graph: steps are nodes, and edges lead where a step may go on: the next in order, its branches, and
// what on_failure does. A step whose branches hold an else ({}) has no default edge; branches behind the else are never
// taken and are no edges. Edges that lead to a step that does not exist are left out (`dangling`).
// Thread rule: built once, then only read. Holds no reference to the design; cheap to build (linear).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/design.h"

namespace pianola::workflow {

inline constexpr std::string_view kGotoFail = "fail";  // where on_failure.then "fail" leads; only ever recorded

// Why an edge is taken.
enum class EdgeKind {
  next,      // the default edge: the next step in order, after the last the end
  branch,    // a branch's goto
  skip,      // on_failure "skip": the next step in order
  escalate,  // on_failure "escalate": a hand-off; an end where nobody takes it up
  fail,      // on_failure "fail"
};

// One way on. `to` is a step's index, or one of the graph's ends.
struct Edge {
  std::size_t to = 0;
  EdgeKind kind = EdgeKind::next;
  std::optional<std::size_t> branch;  // index, for EdgeKind::branch
  bool operator==(const Edge&) const = default;
};

// The steps of one design and the ways between them; it copies what it needs of the design.
class StepGraph {
 public:
  explicit StepGraph(const Design& design);

  // How many steps.
  std::size_t size() const { return ids_.size(); }
  // The ends, as indices behind the steps'.
  std::size_t end() const { return size(); }
  std::size_t escalate() const { return size() + 1; }
  std::size_t fail() const { return size() + 2; }
  // True for the three ends.
  bool is_end(std::size_t node) const { return node >= size(); }

  // The first step with this id, or an end's index for "end", "escalate" and "fail"; nothing where it is unknown.
  std::optional<std::size_t> index_of(std::string_view id) const;
  // The step's id, or "end", "escalate", "fail".
  std::string_view id_of(std::size_t node) const;

  // All ways on from a step: branches in order, the default edge, then on_failure's.
  std::span<const Edge> edges(std::size_t step) const { return edges_[step]; }
  // The next step in order, after the last the end; it is where a skipped step goes on.
  std::size_t next_in_order(std::size_t step) const { return step + 1; }
  // False where a branch is an else: then one of the branches always matches.
  bool has_default_edge(std::size_t step) const { return has_default_edge_[step]; }

  // True for steps that some path from the first one reaches by default edges, branches and allowed skips.
  bool is_reachable(std::size_t step) const { return reachable_[step]; }
  // Ids of the steps for which is_reachable is false, in order.
  std::vector<std::string> unreachable_steps() const;
  // Steps on the shortest way from the first one to "end" or "escalate" by default edges and branches, so at least 1;
  // nothing where there is no such way.
  std::optional<int> shortest_path_length() const;
  // From this step on, itself included; 0 for an end.
  std::optional<int> steps_to_end(std::size_t node) const;
  // True where some way leads from the first step to an end.
  bool has_path_to_end() const { return shortest_path_length().has_value(); }
  // Branches whose goto names no step: {step's index, branch's index}.
  const std::vector<std::pair<std::size_t, std::size_t>>& dangling() const { return dangling_; }

 private:
  void add_edges(const Design& design, std::size_t step);
  void mark_reachable();
  void measure_distances();

  std::vector<std::string> ids_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<bool> has_default_edge_;
  std::vector<bool> reachable_;
  std::vector<std::optional<int>> distance_;  // to an end, by step
  std::vector<std::pair<std::size_t, std::size_t>> dangling_;
};

}  // namespace pianola::workflow
