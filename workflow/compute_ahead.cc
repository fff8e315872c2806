#include "workflow/compute_ahead.h"

#include <algorithm>
#include <set>
#include <utility>

#include "workflow/compute.h"

namespace pianola::workflow {
namespace {

using Ids = std::set<std::string, std::less<>>;

Ids steps_bound(const Step& step) {
  Ids steps;
  for (const Binding& binding : find_bindings(bound_text(step))) {
    if (binding.path && binding.path->root == PathRoot::steps) steps.insert(binding.path->step);
  }
  return steps;
}

// The computed steps that follow from the input alone, each behind those that it reads.
std::vector<const Step*> steps_ahead(const Design& design) {
  std::vector<const Step*> ahead;
  Ids known;
  for (bool is_more = true; is_more;) {
    is_more = false;
    for (const Step& step : design.steps) {
      if (!step.is_computed() || known.contains(step.id) || !std::ranges::includes(known, steps_bound(step))) continue;
      known.insert(step.id);
      ahead.push_back(&step);
      is_more = true;
    }
  }
  return ahead;
}

// Whether a way on from the step depends on one of `steps`.
bool ways_look_at(const Step& step, const Ids& steps) {
  return std::ranges::any_of(step.branches, [&](const Branch& branch) {
    return std::ranges::any_of(branch.when, [&](const auto& condition) {
      const std::optional<DataPath> path = parse_data_path(condition.first);
      if (!path || path->root == PathRoot::input) return false;
      return steps.contains(path->root == PathRoot::output ? step.id : path->step);
    });
  });
}

}  // namespace

std::map<std::string, Json> computed_ahead(const Design& design, BindingScope scope) {
  std::map<std::string, Json> outputs;
  for (const Step* step : steps_ahead(design)) {
    tl::expected<Json, std::string> output = compute_output(*step, scope);
    if (!output) continue;
    scope.outputs[step->id] = *output;
    outputs[step->id] = *std::move(output);
  }
  return outputs;
}

std::string reads_computed_on_the_way(const Design& design) {
  Ids on_the_way;
  for (const Step& step : design.steps) {
    if (step.is_computed()) on_the_way.insert(step.id);
  }
  for (const Step* step : steps_ahead(design)) on_the_way.erase(step->id);
  if (on_the_way.empty()) return {};  // mostly: every start asks
  for (const Step& step : design.steps) {
    const Ids bound = step.is_computed() ? Ids() : steps_bound(step);
    const bool binds = std::ranges::any_of(bound, [&](const std::string& id) { return on_the_way.contains(id); });
    if (binds || ways_look_at(step, on_the_way)) return step.id;
  }
  return {};
}

}  // namespace pianola::workflow
