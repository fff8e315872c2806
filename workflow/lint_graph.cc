// Where steps lead: gotos, reachability, ends, and branches that can never or always be taken.
#include <algorithm>
#include <cctype>
#include <set>

#include "base/nearest_name.h"
#include "workflow/bindings.h"
#include "workflow/compute.h"
#include "workflow/design_mending.h"
#include "workflow/lint_rules.h"
#include "workflow/schema_path.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostStepsListed = 12;  // ids in a message

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

// The schema of what a branch looks at, where the design has one.
const Json* schema_of_path(const Design& design, const Step& own, const std::string& text) {
  const std::optional<DataPath> path = parse_data_path(text);
  if (!path) return nullptr;
  const Step* step = path->root == PathRoot::steps ? design.find_step(path->step) : &own;
  if (step == nullptr) return nullptr;
  const std::optional<Json>& schema = path->root == PathRoot::input ? design.inputs : step->output;
  return schema ? schema_at_path(*schema, path->properties).schema : nullptr;
}

// False only where the condition lists its values and the schema refuses each of them. A schema that refers to others
// is not judged.
bool can_match(const Json& schema, const Json& condition) {
  if (!condition.is_object() || (!condition.contains("const") && !condition.contains("enum"))) return true;
  const std::vector<Json> wanted = listed_values(condition);
  if (wanted.empty() || dump_compact(schema).find("\"$ref\"") != std::string::npos) return true;
  const Result<schema::Schema> compiled = schema::Schema::compile(schema);
  if (!compiled) return true;
  return std::any_of(wanted.begin(), wanted.end(), [&](const Json& value) { return compiled->check(value).empty(); });
}

// What a schema allows, in words: its list of values, else its type.
std::string allowed_text(const Json& schema) {
  constexpr std::size_t kMostShown = 200;  // bytes
  const std::vector<Json> values = listed_values(schema);
  const Json shown = values.empty() ? schema : Json(values);
  return (values.empty() ? "checked by " : "one of ") + cut(dump_compact(shown), kMostShown);
}

// The last step that can be reached: where a circle without a way out most likely should end.
std::size_t last_reachable(const LintSubject& subject) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    if (subject.graph.is_reachable(i)) last = i;
  }
  return last;
}

// A step's branches with "else" leading to the end.
Json branches_with_end(const Step& step) {
  Json branches = Json::array();
  for (const Branch& branch : step.branches) {
    if (branch.when.empty()) break;
    Json json = {{"when", branch.when}, {"goto", branch.go_to}};
    if (!branch.label.empty()) json["label"] = branch.label;
    branches.push_back(std::move(json));
  }
  branches.push_back({{"when", Json::object()}, {"goto", std::string(kGotoEnd)}});
  return branches;
}

// A binding of a step's instruction to another step: `reader` needs what `source` hands in.
struct StepBinding {
  std::size_t source = 0;
  std::size_t reader = 0;
  bool too_early = false;  // the source never comes before the reader
  std::string text{};      // between its braces
  std::string place{};     // of the text that it stands in
};

std::vector<StepBinding> step_bindings(const LintSubject& subject) {
  std::vector<StepBinding> found;
  const std::vector<Step>& steps = subject.design.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const BoundText& bound : bound_texts(subject.design, i)) {
      for (const Binding& binding : find_bindings(bound.text)) {
        if (!binding.path || binding.path->root != PathRoot::steps) continue;
        const std::optional<std::size_t> source = subject.graph.index_of(binding.path->step);
        if (!source || subject.graph.is_end(*source)) continue;
        // What a step does not even have to hand in is told as dangling.
        const std::optional<DataPath> meant = binding_meant(subject.design, steps[i], binding);
        if (*source == i && !(meant && meant->step == steps[i].id)) continue;
        const bool too_early = !steps_after(subject.graph, *source).contains(i);
        found.push_back({*source, i, too_early, std::string(binding.text), bound.place});
      }
    }
  }
  return found;
}

// The one order that mends them all: each step as early as it was, behind what it reads. Empty where two steps need
// each other. Bindings around a loop ask for no order.
std::vector<std::size_t> mended_order(std::size_t steps, const std::vector<StepBinding>& bindings) {
  std::vector<std::size_t> order;
  const auto is_placed = [&](std::size_t step) { return std::ranges::find(order, step) != order.end(); };
  const auto is_ready = [&](std::size_t step) {
    return !is_placed(step) && std::ranges::all_of(bindings, [&](const StepBinding& binding) {
      const bool asks = binding.too_early || binding.source < binding.reader;
      return binding.reader != step || binding.source == step || !asks || is_placed(binding.source);
    });
  };
  while (order.size() < steps) {
    std::size_t next = 0;
    while (next < steps && !is_ready(next)) ++next;
    if (next == steps) return {};
    order.push_back(next);
  }
  return order;
}

// How to bring steps into an order: a partial save takes the ids alone; where nothing is kept, that would lose the
// rest.
std::string fix_by_order(const LintSubject& subject, const StepBinding& binding,
                         const std::vector<std::size_t>& order) {
  if (order.empty()) return "Bind an earlier step, or make of what both need a step that comes before them.";
  const std::vector<std::string> ids = distinct_step_ids(subject.design);
  Json listed = Json::array();
  std::vector<std::string> names;
  for (const std::size_t step : order) {
    listed.push_back({{"id", ids[step]}});
    names.push_back(ids[step]);
  }
  if (subject.kept == Kept::yes) return "\"steps\": " + dump_compact(listed);
  return "Put the step " + in_quotes(ids[binding.source]) + " before " + in_quotes(ids[binding.reader]) +
         " in the list that you send, each step whole; this order mends all: " + list_text(names) + ".";
}

// The step whose id ends in that number; no other number is near it.
std::string step_numbered(const Design& design, const std::string& number) {
  for (const Step& step : design.steps) {
    const std::size_t rest = step.id.size() - std::min(step.id.size(), number.size());
    const bool ends_so =
        step.id.ends_with(number) && (rest == 0 || std::isdigit(static_cast<unsigned char>(step.id[rest - 1])) == 0);
    if (ends_so) return step.id;
  }
  return std::string(kGotoEscalate);
}

}  // namespace

std::string goto_meant_by(const Design& design, const std::string& written) {
  static const std::set<std::string, std::less<>> kEnds = {"done",     "finish", "stop", "exit",
                                                           "complete", "null",   "none"};
  static const std::set<std::string, std::less<>> kEscalations = {
      "human", "handoff", "escalation", "designer", "abort", "fail", "failed", "failure", "error", "reject"};
  std::string as_id = step_id_from(written);
  if (design.find_step(as_id) != nullptr || as_id == kGotoEnd || as_id == kGotoEscalate) return as_id;
  if (kEnds.contains(as_id)) return std::string(kGotoEnd);
  if (kEscalations.contains(as_id)) return std::string(kGotoEscalate);
  for (const Step& step : design.steps) {
    if (step_id_from(step.title) == as_id) return step.id;
  }
  if (as_id.find_first_not_of("0123456789") == std::string::npos) return step_numbered(design, as_id);
  std::vector<std::string> known = design.step_ids();
  known.insert(known.begin(), {std::string(kGotoEnd), std::string(kGotoEscalate)});
  const std::vector<std::string> near = nearest_names(as_id, known, 1);
  // What nobody can tell is for a person to see, not to be called done.
  return near.empty() ? std::string(kGotoEscalate) : near.front();
}

LintMistakes check_gotos(const LintSubject& subject) {
  LintMistakes mistakes;
  const Design& design = subject.design;
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    const std::vector<Branch>& branches = design.steps[i].branches;
    for (std::size_t b = 0; b < branches.size(); ++b) {
      const std::string& go_to = branches[b].go_to;
      if (go_to == kGotoEnd || go_to == kGotoEscalate || design.find_step(go_to) != nullptr) continue;
      mistakes.push_back({branch_place(i, b) + "/goto",
                          "goto " + in_quotes(go_to) + " names no step, nor \"end\" or \"escalate\"; the steps are " +
                              list_text(design.step_ids(), "", kMostStepsListed) + ".",
                          "\"goto\": " + in_quotes(goto_meant_by(design, go_to))});
    }
  }
  return mistakes;
}

LintMistakes check_path_to_end(const LintSubject& subject) {
  const Design& design = subject.design;
  if (design.steps.empty() || subject.graph.has_path_to_end()) return {};
  const std::size_t last = last_reachable(subject);
  return {
      {step_place(last, "branches"),
       "No path leads to the end: from step " + in_quotes(design.steps.front().id) + " the branches go round for ever.",
       "\"branches\": " + dump_compact(branches_with_end(design.steps[last]))}};
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

LintMistakes check_branches_that_never_match(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    for (std::size_t b = 0; b < step.branches.size(); ++b) {
      for (const auto& [path, condition] : step.branches[b].when) {
        const Json* schema = schema_of_path(subject.design, step, path);
        if (schema == nullptr || can_match(*schema, condition)) continue;
        mistakes.push_back({pointer_child(branch_place(i, b) + "/when", path),
                            "This can never be true: " + in_quotes(path) + " is " + allowed_text(*schema) + ".",
                            "Name a value that its schema allows, or add the value to the schema."});
      }
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
  const std::vector<StepBinding> bindings = step_bindings(subject);
  const std::vector<std::size_t> order = mended_order(steps.size(), bindings);
  for (const StepBinding& binding : bindings) {
    if (!binding.too_early) continue;
    if (binding.source == binding.reader) {
      mistakes.push_back({binding.place,
                          "Binding {{" + binding.text + "}} of step " + in_quotes(steps[binding.reader].id) +
                              " cannot be filled in: the step is yet to hand that in.",
                          binding_instead_of_own(subject.design, steps[binding.reader], binding.text)});
      continue;
    }
    std::string message = "Step " + in_quotes(steps[binding.reader].id) + " binds the output of " +
                          in_quotes(steps[binding.source].id) + ", which never comes before it.";
    if (subject.kept == Kept::yes) message += " A save onto this version that lists all ids reorders the steps.";
    const bool is_told =
        std::ranges::any_of(mistakes, [&](const LintMistake& told) { return told.message == message; });
    if (!is_told) mistakes.push_back({"/steps", std::move(message), fix_by_order(subject, binding, order)});
  }
  return mistakes;
}

}  // namespace pianola::workflow
