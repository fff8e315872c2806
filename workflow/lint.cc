#include "workflow/lint.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "workflow/compute.h"
#include "workflow/lint_rules.h"
#include "workflow/schema_mending.h"

namespace pianola::workflow {
namespace {

constexpr int kErrorWeight = 25;
constexpr int kMostWithErrors = 49;
constexpr int kMostOfOneRule = 3;  // times its weight, however often a warning comes

// One rule: its code, whether it blocks publishing, what it takes from the readiness, and its check.
struct Rule {
  std::string_view code;
  bool error;
  int weight;
  LintMistakes (*check)(const LintSubject&);
};

constexpr std::array kRules = {
    Rule{"bad_name", true, kErrorWeight, check_name},
    Rule{"no_steps", true, kErrorWeight, check_has_steps},
    Rule{"bad_step_id", true, kErrorWeight, check_step_ids},
    Rule{"duplicate_step_id", true, kErrorWeight, check_duplicate_step_ids},
    Rule{"bad_edge_case_id", true, kErrorWeight, check_edge_case_ids},
    Rule{"duplicate_edge_case_id", true, kErrorWeight, check_duplicate_edge_case_ids},
    Rule{"bad_limit", true, kErrorWeight, check_limits},
    Rule{"bad_schema", true, kErrorWeight, check_schemas},
    Rule{"schema_not_object", true, kErrorWeight, check_object_schemas},
    Rule{"dangling_goto", true, kErrorWeight, check_gotos},
    Rule{"no_path_to_end", true, kErrorWeight, check_path_to_end},
    Rule{"bad_compute", true, kErrorWeight, check_computations},
    Rule{"instruction_and_compute", true, kErrorWeight, check_instruction_or_compute},
    Rule{"no_instruction", true, kErrorWeight, check_instructions_given},
    Rule{"dangling_binding", true, kErrorWeight, check_bindings},
    Rule{"dangling_binding", true, kErrorWeight, check_bindings_to_missing_outputs},
    Rule{"dangling_when", true, kErrorWeight, check_when_paths},
    Rule{"dangling_when", true, kErrorWeight, check_conditions_on_missing_outputs},
    Rule{"dangling_quote", true, kErrorWeight, check_quotes},
    Rule{"example_fails_schema", true, kErrorWeight, check_examples_match},
    // Last of the errors: the places of the others count the steps in the order that they have.
    Rule{"binding_too_early", true, kErrorWeight, check_bindings_come_after},
    Rule{"case_fails_schema", false, 4, check_cases_match},
    Rule{"not_a_checklist", false, 8, check_is_a_checklist},
    Rule{"no_checkable_output", false, 6, check_checkable_output},
    Rule{"unreachable_step", false, 6, check_unreachable_steps},
    Rule{"branches_without_else", false, 4, check_branches_have_else},
    Rule{"unreachable_branch", false, 4, check_unreachable_branches},
    Rule{"branch_never_matches", false, 8, check_branches_that_never_match},
    Rule{"optional_binding", false, 4, check_bindings_to_optional},
    Rule{"low_tolerance", false, 4, check_tolerance},
    Rule{"input_not_read", false, 4, check_input_read},
    Rule{"example_misquotes", false, 4, check_example_quotes},
    Rule{"format_not_checked", false, 2, check_formats},
    Rule{"vague_words", false, 4, check_vague_words},
    Rule{"too_many_rules", false, 4, check_rules_per_step},
    Rule{"long_step", false, 4, check_step_length},
    Rule{"no_when_to_use", false, 6, check_when_to_use_given},
    Rule{"no_description", false, 6, check_description_given},
    Rule{"no_inputs", false, 3, check_inputs_given},
    Rule{"no_examples", false, 3, check_examples_given},
    Rule{"computed_retries", false, 2, check_computed_retries},
    Rule{"no_escalation", false, 4, check_escalation_given},
    Rule{"no_edge_cases", false, 5, check_edge_cases_given},
};

// Calls `visit(place, schema, must be an object's)` for every schema of a design.
template <class AnyDesign, class Visit>
void for_each_schema(AnyDesign& design, const Visit& visit) {
  if (design.inputs) visit("/inputs", *design.inputs, true);
  if (design.outputs) visit("/outputs", *design.outputs, true);
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    auto& step = design.steps[i];
    if (step.output) visit(step_place(i, "output"), *step.output, true);
    for (std::size_t b = 0; b < step.branches.size(); ++b) {
      const std::string when = pointer_child(pointer_child(step_place(i, "branches"), b), "when");
      for (auto& [path, schema] : step.branches[b].when) visit(pointer_child(when, path), schema, false);
    }
  }
  for (std::size_t i = 0; i < design.cases.size(); ++i) {
    if (design.cases[i].checks) visit(pointer_child("/cases", i) + "/checks", *design.cases[i].checks, false);
  }
}

// Replaces every schema that is refused by its mended form, and says what was wrong.
LintMistakes mend_schemas(Design& design) {
  LintMistakes mistakes;
  for_each_schema(design, [&](const std::string& place, Json& schema, bool) {
    MendedSchema mended = mend_schema(schema);
    for (SchemaMistake& mistake : mended.mistakes) {
      mistakes.push_back({place + mistake.place, std::move(mistake.message), std::move(mistake.fix)});
    }
    schema = std::move(mended.schema);
  });
  return mistakes;
}

// The graph of the gotos as they are meant.
StepGraph graph_of(const Design& design) {
  StepGraph graph(design);
  if (graph.dangling().empty()) return graph;
  Design meant = design;
  for (const auto& [step, branch] : graph.dangling()) {
    std::string& go_to = meant.steps[step].branches[branch].go_to;
    go_to = goto_meant_by(design, go_to);
  }
  return StepGraph(meant);
}

LintSubject linted_subject(const Design& design, Kept kept) {
  LintSubject subject{design, graph_of(design), {}, {}, kept, output_readings(design)};
  for_each_schema(design, [&](const std::string& place, const Json& schema, bool must_be_object) {
    subject.schemas.push_back({place, &schema, must_be_object, schema::Schema::compile(schema)});
  });
  return subject;
}

bool has_refused_schema(const LintSubject& subject) {
  return std::any_of(subject.schemas.begin(), subject.schemas.end(),
                     [](const LintedSchema& linted) { return !linted.compiled; });
}

LintReport report_on(const LintSubject& subject) {
  LintReport report;
  // One fix of one place is told once: an error's, where a warning has the same.
  const auto is_told = [&](const LintMistake& mistake) {
    return std::ranges::any_of(report.findings, [&](const LintFinding& told) {
      return told.error && told.place == mistake.place && told.fix == mistake.fix;
    });
  };
  for (const Rule& rule : kRules) {
    for (LintMistake& mistake : rule.check(subject)) {
      if (!rule.error && is_told(mistake)) continue;
      report.findings.push_back({std::string(rule.code), rule.error, std::move(mistake.place),
                                 std::move(mistake.message), std::move(mistake.fix)});
    }
  }
  report.readiness = readiness_of(report.findings);
  return report;
}

int weight_of(std::string_view code) {
  const auto rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& r) { return r.code == code; });
  return rule == kRules.end() ? 0 : rule->weight;
}

}  // namespace

bool LintReport::has_errors() const {
  return std::any_of(findings.begin(), findings.end(), [](const LintFinding& finding) { return finding.error; });
}

int readiness_of(const std::vector<LintFinding>& findings) {
  int errors = 0;
  std::map<std::string, int> taken_twofold;  // by a warning's code, in halves of a point
  for (const LintFinding& finding : findings) {
    if (finding.error) {
      ++errors;
      continue;
    }
    const int weight = weight_of(finding.code);
    int& taken = taken_twofold[finding.code];
    taken = std::min(taken + (taken == 0 ? 2 * weight : weight), 2 * kMostOfOneRule * weight);
  }
  int halves = 0;
  for (const auto& [code, taken] : taken_twofold) halves += taken;
  const int readiness = std::max(0, 100 - std::min(errors, 4) * kErrorWeight - (halves + 1) / 2);
  return errors > 0 ? std::min(readiness, kMostWithErrors) : readiness;
}

LintReport lint(const Design& design, Kept kept) {
  const LintSubject subject = linted_subject(design, kept);
  if (!has_refused_schema(subject)) return report_on(subject);
  Design mended = design;
  LintMistakes refused = mend_schemas(mended);
  LintSubject again = linted_subject(mended, kept);
  again.refused_schemas = std::move(refused);
  return report_on(again);
}

const schema::Schema* LintSubject::compiled_at(std::string_view place) const {
  const auto found =
      std::find_if(schemas.begin(), schemas.end(), [&](const LintedSchema& linted) { return linted.place == place; });
  return found == schemas.end() || !found->compiled ? nullptr : &*found->compiled;
}

const Json* LintSubject::schema_at(std::string_view place) const {
  const auto found =
      std::find_if(schemas.begin(), schemas.end(), [&](const LintedSchema& linted) { return linted.place == place; });
  return found == schemas.end() ? nullptr : found->schema;
}

std::vector<BoundText> bound_texts(const Design& design, std::size_t step) {
  std::vector<BoundText> texts;
  if (!design.steps[step].instruction.empty()) {
    texts.push_back({step_place(step, "instruction"), design.steps[step].instruction});
  }
  for (const auto& [property, computation] : design.steps[step].compute) {
    const std::optional<ComputeWay> way = way_of(computation);
    const std::string place = pointer_child(step_place(step, "compute"), property);
    for (std::string& text : texts_of(computation)) {
      texts.push_back({way ? pointer_child(place, to_string(*way)) : place, std::move(text)});
    }
  }
  return texts;
}

std::string step_place(std::size_t index) { return pointer_child("/steps", index); }

std::string step_place(std::size_t index, std::string_view field) { return pointer_child(step_place(index), field); }

}  // namespace pianola::workflow
