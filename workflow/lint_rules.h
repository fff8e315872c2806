// The rules of lint, one function each, and what they are given. The table of them is in lint.cc; to add a rule, write
// its check in the file of its kind and add a row there. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"
#include "workflow/design.h"
#include "workflow/step_graph.h"

namespace pianola::workflow {

// One schema of the design, with where it stands and what compiling it gave.
struct LintedSchema {
  std::string place;
  const Json* schema;
  bool must_be_object;
  Result<schema::Schema> compiled;
};

// What every check reads: the design, its graph and its schemas, made once.
struct LintSubject {
  const Design& design;
  StepGraph graph;
  std::vector<LintedSchema> schemas;

  // The compiled schema at a place, or null where there is none or it was refused.
  const schema::Schema* compiled_at(std::string_view place) const;
};

// What a check found; its rule's code and severity are added by lint().
struct LintMistake {
  std::string place;
  std::string message;
  std::string fix;
};
using LintMistakes = std::vector<LintMistake>;

// "/steps/3" and "/steps/3/NAME".
std::string step_place(std::size_t index);
std::string step_place(std::size_t index, std::string_view field);
// A text as a JSON string, for messages and fixes.
std::string in_quotes(std::string_view text);

// lint_structure.cc: names, ids, schemas, examples, the graph of steps
LintMistakes check_name(const LintSubject& subject);
LintMistakes check_has_steps(const LintSubject& subject);
LintMistakes check_step_ids(const LintSubject& subject);
LintMistakes check_duplicate_step_ids(const LintSubject& subject);
LintMistakes check_edge_case_ids(const LintSubject& subject);
LintMistakes check_duplicate_edge_case_ids(const LintSubject& subject);
LintMistakes check_limits(const LintSubject& subject);
LintMistakes check_schemas(const LintSubject& subject);
LintMistakes check_object_schemas(const LintSubject& subject);
LintMistakes check_examples_match(const LintSubject& subject);
LintMistakes check_cases_match(const LintSubject& subject);

// lint_graph.cc: where steps lead
LintMistakes check_gotos(const LintSubject& subject);
LintMistakes check_path_to_end(const LintSubject& subject);
LintMistakes check_unreachable_steps(const LintSubject& subject);
LintMistakes check_unreachable_branches(const LintSubject& subject);
LintMistakes check_branches_have_else(const LintSubject& subject);
LintMistakes check_bindings_come_after(const LintSubject& subject);

// lint_references.cc: what texts and branches point at
LintMistakes check_bindings(const LintSubject& subject);
LintMistakes check_when_paths(const LintSubject& subject);
LintMistakes check_quotes(const LintSubject& subject);

// lint_wording.cc: whether a weaker model can follow it
LintMistakes check_checkable_output(const LintSubject& subject);
LintMistakes check_vague_words(const LintSubject& subject);
LintMistakes check_examples_given(const LintSubject& subject);
LintMistakes check_rules_per_step(const LintSubject& subject);
LintMistakes check_step_length(const LintSubject& subject);
LintMistakes check_instructions_given(const LintSubject& subject);
LintMistakes check_escalation_given(const LintSubject& subject);
LintMistakes check_edge_cases_given(const LintSubject& subject);
LintMistakes check_when_to_use_given(const LintSubject& subject);
LintMistakes check_inputs_given(const LintSubject& subject);
LintMistakes check_description_given(const LintSubject& subject);
LintMistakes check_is_a_checklist(const LintSubject& subject);

}  // namespace pianola::workflow
