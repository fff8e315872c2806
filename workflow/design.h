// A design: what workflow_save takes and workflow_get gives. Fields and their meaning: docs/architecture.md.
// One description (schema/describe.h, in design.cc) gives its schema, decoder and encoder.
// Thread rule: plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "schema/describe.h"
#include "workflow/computation.h"
#include "workflow/names.h"

namespace pianola::workflow {

enum class Level { low, medium, high };  // intelligence of a designer, severity of an edge case
enum class FailureThen { escalate, skip, fail };
enum class EscalationTo { designer, human };

inline constexpr std::string_view kGotoEnd = "end";
inline constexpr std::string_view kGotoEscalate = "escalate";
inline constexpr int kDefaultMaxVisits = 10;
inline constexpr int kDefaultRetries = 2;
inline constexpr double kDefaultTolerance = 0.95;

// What happens when a step's attempts are spent: retries + 1 attempts, fresh at each visit.
struct OnFailure {
  int retries = kDefaultRetries;
  FailureThen then = FailureThen::escalate;
  bool operator==(const OnFailure&) const = default;
};

// The way on after a step: all paths of `when` must exist and match their schema; {} is "else".
struct Branch {
  std::map<std::string, Json> when;  // "output.x", "input.x" or "steps.ID.x" -> JSON Schema
  std::string go_to;                 // JSON name "goto": a step id, "end" or "escalate"
  std::string label;
  bool operator==(const Branch&) const = default;
};

// What a step gets and hands in; the output must pass the step's own schema.
struct Example {
  Json input = Json::object();
  Json output = Json::object();
  bool operator==(const Example&) const = default;
};

// One unit of work: an instruction and, where it can have one, an output that a program can check; or what the server
// computes itself.
struct Step {
  std::string id;
  std::string title;
  std::string instruction;          // may bind {{input.x}} and {{steps.ID.x}}
  Computations compute;             // instead of an instruction: the server does the step
  std::optional<Json> output;       // JSON Schema of an object; absent: prose only
  std::vector<std::string> quotes;  // JSON Pointers into the output; `*` is every element
  std::vector<Branch> branches;
  OnFailure on_failure;
  int max_visits = kDefaultMaxVisits;
  std::vector<Example> examples;
  std::vector<std::string> tools;
  bool operator==(const Step&) const = default;

  bool is_computed() const { return !compute.empty(); }
};

// A situation and what to do about it, as the designer foresaw it.
struct EdgeCase {
  std::string id;
  std::string when;
  std::string then;
  Level severity = Level::medium;
  std::string example;
  bool operator==(const EdgeCase&) const = default;
};

// When to stop and hand over, to whom, and what to say.
struct Escalation {
  std::vector<std::string> when;
  EscalationTo to = EscalationTo::designer;
  std::string message;
  bool operator==(const Escalation&) const = default;
};

// A golden case: qualifies a model, is never shown to executors.
struct GoldenCase {
  Json input = Json::object();
  std::optional<Json> output;
  std::optional<Json> checks;  // JSON Schema of the final output
  bool operator==(const GoldenCase&) const = default;
};

// Everything that a designer writes; docs/architecture.md says what each field means.
struct Design {
  std::string name;  // a WorkflowName; kept as text so that a design with a wrong name can still be linted
  std::string title;
  std::string description;
  std::vector<std::string> when_to_use;
  std::vector<std::string> when_not_to_use;
  std::string designed_by;
  std::optional<Level> intelligence_level;
  std::string executor;
  std::optional<Json> inputs;   // JSON Schema of one execution's input
  std::optional<Json> outputs;  // JSON Schema of its final output
  std::string context;          // Markdown
  std::vector<Step> steps;
  std::vector<EdgeCase> edge_cases;
  std::optional<Escalation> escalation;
  double tolerance = kDefaultTolerance;
  std::vector<GoldenCase> cases;
  std::vector<std::string> tags;
  bool operator==(const Design&) const = default;

  // The first step with this id, or null.
  const Step* find_step(std::string_view id) const;
  std::vector<std::string> step_ids() const;  // in default order
  // The first edge case with this id, or null.
  const EdgeCase* find_edge_case(std::string_view id) const;
};

// A design as it was read. Where there are findings, `design` is what it would be with their fixes written in, so that
// lint can tell in the same answer what else is wrong.
struct DecodedDesign {
  Design design;
  std::vector<Refusal> findings;        // each with place and message, and data["fix"] where it can be told
  std::vector<std::string> unmended{};  // places where even the fixes left something wrong
};

const schema::Description<Computation>& describe(schema::Of<Computation>);

// Decodes a whole design; all findings at once (codes of schema/describe.h, and of the
// values: out_of_range, too_long, too_many, too_large, bad_step_id, not_a_schema). One that decodes may still have lint
// errors.
DecodedDesign decode_design(const Json& json);

// The design as JSON, fields in the order of the contract, defaults left out.
OrderedJson encode_design(const Design& design);

// RFC 8785 text of the design with defaults left out: what is stored and hashed.
Result<std::string> canonical_design(const Design& design);

// "low", "medium", "high".
std::string_view to_string(Level level);
// "escalate", "skip", "fail".
std::string_view to_string(FailureThen then);
// "designer", "human".
std::string_view to_string(EscalationTo to);

// The enums' JSON names, for other described structs (schema/describe.h).
std::span<const schema::EnumName<Level>> enum_names(schema::Of<Level>);
std::span<const schema::EnumName<FailureThen>> enum_names(schema::Of<FailureThen>);
std::span<const schema::EnumName<EscalationTo>> enum_names(schema::Of<EscalationTo>);

}  // namespace pianola::workflow
