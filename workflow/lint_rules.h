// The rules of lint, one function each, and what they are given. The table of them is in lint.cc; to add a rule, write
// its check in the file of its kind and add a row there. Thread rule: plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/list_text.h"
#include "schema/schema.h"
#include "workflow/bindings.h"
#include "workflow/design.h"
#include "workflow/lint.h"
#include "workflow/step_graph.h"

namespace pianola::workflow {

// What a check found; its rule's code and severity are added by lint().
struct LintMistake {
  std::string place;
  std::string message;
  std::string fix;
};
using LintMistakes = std::vector<LintMistake>;

// One schema of the design, with where it stands and what compiling it gave.
struct LintedSchema {
  std::string place;
  const Json* schema;
  bool must_be_object;
  Result<schema::Schema> compiled;
};

// One place that reads what a step hands in: a binding in an instruction, or a branch's condition.
struct OutputReading {
  std::size_t source = 0;
  std::size_t reader = 0;
  std::string text;                 // as it was written
  DataPath path;                    // as it was meant
  const Json* condition = nullptr;  // what a branch asks of the value; null of a binding
};
// All of a design's, in its order; what they point at lives as long as the design.
std::vector<OutputReading> output_readings(const Design& design);

// What every check reads: the design, its graph, its schemas and who reads which output, made once. Refused schemas are
// mended before (workflow/schema_mending.h), and the graph is that of the gotos as they are meant, so that what hangs
// on a mistake is judged too, in the same answer, and none is told that only follows from another.
struct LintSubject {
  const Design& design;
  StepGraph graph;
  std::vector<LintedSchema> schemas;
  LintMistakes refused_schemas;
  Kept kept = Kept::no;
  std::vector<OutputReading> readings = {};

  // The compiled schema at a place, or null where there is none or it could not be mended.
  const schema::Schema* compiled_at(std::string_view place) const;
  // The schema itself at a place, or null where there is none.
  const Json* schema_at(std::string_view place) const;
};

// The step, "end" or "escalate" that a goto naming none meant; "escalate" where that cannot be told.
std::string goto_meant_by(const Design& design, const std::string& written);
// What a binding or a branch's path of step `own` points at, as it is meant where it is wrong; nothing where that
// cannot be told.
std::optional<DataPath> binding_meant(const Design& design, const Step& own, const Binding& binding);
std::optional<DataPath> condition_meant(const Design& design, const Step& own, const std::string& text);
// What to write for a binding of a step to its own output: `{{...}}` of that name elsewhere, or a sentence.
std::string binding_instead_of_own(const Design& design, const Step& own, std::string_view text);
// The tokens of a quote; without the leading "/", dotted, or with [] at a list, it is read as the pointer it means.
std::vector<std::string> quote_tokens(const std::string& quote);
// `"output": SCHEMA` for a step that has none: with everything that bindings, branches and its quotes read of it.
std::string fix_for_missing_output(const LintSubject& subject, std::size_t step);
// The ids of the steps, in order; a repeated one as its finding says to write it.
std::vector<std::string> distinct_step_ids(const Design& design);
// One text of a step that may hold {{...}}, with where it stands.
struct BoundText {
  std::string place;
  std::string text;
};
// A step's instruction, and the texts of what is computed.
std::vector<BoundText> bound_texts(const Design& design, std::size_t step);
// "/steps/3" and "/steps/3/NAME".
std::string step_place(std::size_t index);
std::string step_place(std::size_t index, std::string_view field);

// lint_structure.cc: names, ids, schemas, examples, the graph of steps
// Finds: the workflow's name is no slug.
LintMistakes check_name(const LintSubject& subject);
// Finds: there is no step.
LintMistakes check_has_steps(const LintSubject& subject);
// Finds: ids of steps that are no ids.
LintMistakes check_step_ids(const LintSubject& subject);
// Finds: ids that two steps have.
LintMistakes check_duplicate_step_ids(const LintSubject& subject);
// Finds: ids of edge cases that are no ids.
LintMistakes check_edge_case_ids(const LintSubject& subject);
// Finds: ids that two edge cases have.
LintMistakes check_duplicate_edge_case_ids(const LintSubject& subject);
// Finds: retries, max_visits and tolerance out of range.
LintMistakes check_limits(const LintSubject& subject);
// Finds: a tolerance that reads like a share of failures.
LintMistakes check_tolerance(const LintSubject& subject);
// Finds: schemas that are refused, keyword by keyword.
LintMistakes check_schemas(const LintSubject& subject);
// Finds: inputs, outputs and steps' outputs that allow more than objects.
LintMistakes check_object_schemas(const LintSubject& subject);
// Finds: examples that fail their step's schema.
LintMistakes check_examples_match(const LintSubject& subject);
// Finds: golden cases that fail a schema.
LintMistakes check_cases_match(const LintSubject& subject);

// lint_graph.cc: where steps lead
// Finds: gotos that name no step.
LintMistakes check_gotos(const LintSubject& subject);
// Finds: no way from the first step to an end.
LintMistakes check_path_to_end(const LintSubject& subject);
// Finds: steps that no way comes to.
LintMistakes check_unreachable_steps(const LintSubject& subject);
// Finds: branches behind one that always wins.
LintMistakes check_unreachable_branches(const LintSubject& subject);
// Finds: conditions on a value that the schema does not allow.
LintMistakes check_branches_that_never_match(const LintSubject& subject);
// Finds: branches that may match none, without an else.
LintMistakes check_branches_have_else(const LintSubject& subject);
// Finds: bindings to steps that never come before.
LintMistakes check_bindings_come_after(const LintSubject& subject);

// lint_compute.cc: what the server does itself
// Finds: computations that cannot be worked out, or that the step's output does not take.
LintMistakes check_computations(const LintSubject& subject);
// Finds: steps with both an instruction and a computation.
LintMistakes check_instruction_or_compute(const LintSubject& subject);
// Finds: retries of computed steps.
LintMistakes check_computed_retries(const LintSubject& subject);

// lint_references.cc: what texts and branches point at
// Finds: bindings that cannot be filled in.
LintMistakes check_bindings(const LintSubject& subject);
// Finds: conditions on what is not there.
LintMistakes check_when_paths(const LintSubject& subject);
// Finds: quotes that point at no text.
LintMistakes check_quotes(const LintSubject& subject);

// lint_outputs.cc: what steps hand in, and who reads it
// Finds: bindings to steps without an output.
LintMistakes check_bindings_to_missing_outputs(const LintSubject& subject);
// Finds: conditions on the output of steps that have none.
LintMistakes check_conditions_on_missing_outputs(const LintSubject& subject);
// Finds: bindings to what an output does not require.
LintMistakes check_bindings_to_optional(const LintSubject& subject);

// Finds: required input that no step's text or branch reads.
LintMistakes check_input_read(const LintSubject& subject);
// Finds: examples whose quotes do not stand in their own input.
LintMistakes check_example_quotes(const LintSubject& subject);

// lint_formats.cc: what no check looks at
// Finds: format and content keywords of texts that nothing else checks.
LintMistakes check_formats(const LintSubject& subject);

// lint_wording.cc: whether a weaker model can follow it
// Finds: steps without an output that can be checked.
LintMistakes check_checkable_output(const LintSubject& subject);
// Finds: words that leave to the executor what the designer should decide.
LintMistakes check_vague_words(const LintSubject& subject);
// Finds: checkable steps without an example.
LintMistakes check_examples_given(const LintSubject& subject);
// Finds: more rules in a step than a weak model keeps.
LintMistakes check_rules_per_step(const LintSubject& subject);
// Finds: instructions over 6 KB.
LintMistakes check_step_length(const LintSubject& subject);
// Finds: steps that say nothing to do.
LintMistakes check_instructions_given(const LintSubject& subject);
// Finds: no rule when to stop and ask.
LintMistakes check_escalation_given(const LintSubject& subject);
// Finds: no edge cases.
LintMistakes check_edge_cases_given(const LintSubject& subject);
// Finds: nothing says when to use it.
LintMistakes check_when_to_use_given(const LintSubject& subject);
// Finds: no schema of the input.
LintMistakes check_inputs_given(const LintSubject& subject);
// Finds: a description too short to be found by.
LintMistakes check_description_given(const LintSubject& subject);
// Finds: a novel problem each time, or a single prompt.
LintMistakes check_is_a_checklist(const LintSubject& subject);

}  // namespace pianola::workflow
