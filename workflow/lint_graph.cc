// Where steps lead: gotos, reachability, ends, and branches that can never or always be taken.
#include <algorithm>
#include <set>

#include "base/nearest_name.h"
#include "workflow/bindings.h"
#include "workflow/lint_rules.h"

namespace pianola::workflow {
namespace {

bool has_else(const Step& step) {
  return std::any_of(step.branches.begin(), step.branches.end(),
                     [](const Branch& branch) { return branch.when.empty(); });
}

// Everything that can come after a step, itself only where a loop leads back to it.
std::set<std::size_t> steps_after(const StepGraph& graph, std::size_t step) {
  std::set<std::size_t> seen;
  std::vector<std::size_t> open{step};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    for (const Edge& edge : graph.edges(at)) {
      if (!graph.is_end(edge.to) && seen.insert(edge.to).second) open.push_back(edge.to);
    }
  }
  return seen;
}

std::string branch_place(std::size_t step, std::size_t branch) {
  return pointer_child(step_place(step, "branches"), branch);
}

// The values that a schema allows where it lists them: enum, const, boolean.
std::vector<Json> listed_values(const Json& schema) {
  if (!schema.is_object()) return {};
  if (schema.contains("const")) return {schema["const"]};
  const auto list = schema.find("enum");
  if (list != schema.end() && list->is_array()) return list->get<std::vector<Json>>();
  if (schema.contains("type") && schema["type"] == "boolean") return {false, true};
  return {};
}

// True where all branches look at one property of the step's own output and name every value that it can have.
bool covers_every_value(const Step& step) {
  std::set<std::string> paths;
  std::vector<Json> named;
  for (const Branch& branch : step.branches) {
    if (branch.when.size() != 1) return false;
    paths.insert(branch.when.begin()->first);
    const std::vector<Json> values = listed_values(branch.when.begin()->second);
    named.insert(named.end(), values.begin(), values.end());
  }
  if (paths.size() != 1 || !paths.begin()->starts_with("output.") || !step.output) return false;
  const std::string name = paths.begin()->substr(7);
  const Json* property = find_pointer(*step.output, pointer_child("/properties", name));
  const Json* required = find_pointer(*step.output, "/required");
  if (property == nullptr || required == nullptr) return false;
  if (std::find(required->begin(), required->end(), Json(name)) == required->end()) return false;
  const std::vector<Json> all = listed_values(*property);
  return !all.empty() && std::all_of(all.begin(), all.end(), [&](const Json& value) {
    return std::find(named.begin(), named.end(), value) != named.end();
  });
}

}  // namespace

LintMistakes check_gotos(const LintSubject& subject) {
  LintMistakes mistakes;
  const Design& design = subject.design;
  std::vector<std::string> known{std::string(kGotoEnd), std::string(kGotoEscalate)};
  for (const Step& step : design.steps) known.push_back(step.id);
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    const std::vector<Branch>& branches = design.steps[i].branches;
    for (std::size_t b = 0; b < branches.size(); ++b) {
      if (std::find(known.begin(), known.end(), branches[b].go_to) != known.end()) continue;
      const std::vector<std::string> near = nearest_names(branches[b].go_to, known, 1);
      mistakes.push_back({branch_place(i, b) + "/goto",
                          "goto " + in_quotes(branches[b].go_to) + " names no step, nor \"end\" or \"escalate\".",
                          "\"goto\": " + in_quotes(near.empty() ? std::string(kGotoEnd) : near.front())});
    }
  }
  return mistakes;
}

LintMistakes check_path_to_end(const LintSubject& subject) {
  const Design& design = subject.design;
  // A goto that names no step is found on its own, and may be the way out.
  if (design.steps.empty() || subject.graph.has_path_to_end() || !subject.graph.dangling().empty()) return {};
  return {
      {"/steps",
       "No path leads to the end: from step " + in_quotes(design.steps.front().id) + " the branches go round for ever.",
       R"(Give one reachable branch "goto": "end", or leave out an else so that the last step ends.)"}};
}

LintMistakes check_unreachable_steps(const LintSubject& subject) {
  const Design& design = subject.design;
  LintMistakes mistakes;
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    if (subject.graph.is_reachable(i)) continue;
    mistakes.push_back({step_place(i), "No path from the first step comes to " + in_quotes(design.steps[i].id) + ".",
                        "Add a branch with \"goto\": " + in_quotes(design.steps[i].id) + ", or remove the step."});
  }
  return mistakes;
}

LintMistakes check_unreachable_branches(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const std::vector<Branch>& branches = subject.design.steps[i].branches;
    for (std::size_t b = 1; b < branches.size(); ++b) {
      const auto here = branches.begin() + static_cast<std::ptrdiff_t>(b);
      const bool shadowed = std::any_of(branches.begin(), here, [&](const Branch& earlier) {
        return earlier.when.empty() || earlier.when == here->when;
      });
      if (!shadowed) continue;
      mistakes.push_back({branch_place(i, b), "An earlier branch always wins over this one: the first match is taken.",
                          "Put it before the branch with the same or an empty `when`, or remove it."});
    }
  }
  return mistakes;
}

LintMistakes check_branches_have_else(const LintSubject& subject) {
  LintMistakes mistakes;
  const Design& design = subject.design;
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    const Step& step = design.steps[i];
    if (step.branches.empty() || has_else(step) || covers_every_value(step)) continue;
    const std::string go_to(subject.graph.id_of(subject.graph.next_in_order(i)));
    mistakes.push_back(
        {step_place(i, "branches"),
         "Step " + in_quotes(step.id) + " has no branch for everything else; it would go to " + in_quotes(go_to) + ".",
         R"({"when": {}, "goto": )" + in_quotes(go_to) + "}"});
  }
  return mistakes;
}

LintMistakes check_bindings_come_after(const LintSubject& subject) {
  LintMistakes mistakes;
  const std::vector<Step>& steps = subject.design.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const Binding& binding : find_bindings(steps[i].instruction)) {
      if (!binding.path || binding.path->root != PathRoot::steps) continue;
      const std::optional<std::size_t> from = subject.graph.index_of(binding.path->step);
      if (!from || subject.graph.is_end(*from) || steps_after(subject.graph, *from).contains(i)) continue;
      mistakes.push_back({step_place(i, "instruction"),
                          "Step " + in_quotes(steps[i].id) + " binds the output of " + in_quotes(steps[*from].id) +
                              ", which never comes before it.",
                          "Order the steps so that " + in_quotes(steps[*from].id) + " comes first."});
    }
  }
  return mistakes;
}

}  // namespace pianola::workflow
