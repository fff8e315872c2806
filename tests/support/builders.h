// Designs and executions for tests, made by saying only what matters:
//
//     Design design = a_design("triage").with_step("parse").with_output({"topic"}).with_step("answer");
//
// with_step() opens a step; the calls that follow are about it, until the next with_step().
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "workflow/execution.h"

namespace pianola::tests {

// A schema of an object with these string properties, all required, and no others.
inline Json object_schema(const std::vector<std::string>& properties) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
  for (const std::string& name : properties) schema["properties"][name] = {{"type", "string"}};
  if (!properties.empty()) schema["required"] = properties;
  return schema;
}

class DesignBuilder {
 public:
  explicit DesignBuilder(std::string name) {
    design_.name = std::move(name);
    design_.title = "A " + design_.name;
    design_.description = "Does the " + design_.name + ".";
    design_.designed_by = "claude-opus-5-5";
    design_.executor = "claude-haiku-5-5";
  }

  DesignBuilder& with_step(std::string id, std::string instruction = "Do it.") {
    workflow::Step step;
    step.title = "Step " + id;
    step.id = std::move(id);
    step.instruction = std::move(instruction);
    design_.steps.push_back(std::move(step));
    return *this;
  }
  // The step's output: an object with these string properties.
  DesignBuilder& with_output(const std::vector<std::string>& properties) {
    return with_output_schema(object_schema(properties));
  }
  DesignBuilder& with_output_schema(Json schema) {
    step().output = std::move(schema);
    return *this;
  }
  DesignBuilder& with_quotes(std::vector<std::string> pointers) {
    step().quotes = std::move(pointers);
    return *this;
  }
  // `when` as JSON: {"output.kind": {"const": "x"}}; {} is else.
  DesignBuilder& with_branch(const Json& when, std::string go_to, std::string label = {}) {
    workflow::Branch branch;
    for (const auto& [path, schema] : when.items()) branch.when[path] = schema;
    branch.go_to = std::move(go_to);
    branch.label = std::move(label);
    step().branches.push_back(std::move(branch));
    return *this;
  }
  DesignBuilder& with_on_failure(workflow::FailureThen then, int retries = workflow::kDefaultRetries) {
    step().on_failure = {retries, then};
    return *this;
  }
  DesignBuilder& with_max_visits(int most) {
    step().max_visits = most;
    return *this;
  }
  DesignBuilder& with_example(Json input, Json output) {
    step().examples.push_back({std::move(input), std::move(output)});
    return *this;
  }
  DesignBuilder& with_inputs(Json schema) {
    design_.inputs = std::move(schema);
    return *this;
  }
  DesignBuilder& with_outputs(Json schema) {
    design_.outputs = std::move(schema);
    return *this;
  }
  DesignBuilder& with_context(std::string markdown) {
    design_.context = std::move(markdown);
    return *this;
  }
  DesignBuilder& with_edge_case(std::string id, std::string when, std::string then,
                                workflow::Level severity = workflow::Level::medium) {
    workflow::EdgeCase edge_case;
    edge_case.id = std::move(id);
    edge_case.when = std::move(when);
    edge_case.then = std::move(then);
    edge_case.severity = severity;
    design_.edge_cases.push_back(std::move(edge_case));
    return *this;
  }
  DesignBuilder& with_escalation(std::vector<std::string> when, std::string message = "Ask.") {
    design_.escalation = workflow::Escalation{std::move(when), workflow::EscalationTo::designer, std::move(message)};
    return *this;
  }
  DesignBuilder& with_tags(std::vector<std::string> tags) {
    design_.tags = std::move(tags);
    return *this;
  }
  // Anything the other calls do not say.
  template <class Change>
  DesignBuilder& changed(Change change) {
    change(design_);
    return *this;
  }

  const workflow::Design& design() const { return design_; }
  operator workflow::Design() const { return design_; }  // NOLINT: a builder stands for what it builds

 private:
  workflow::Step& step() { return design_.steps.back(); }
  workflow::Design design_;
};

// A step that the server does: {"total": {"number": "{{input.n}} * 2"}}.
inline workflow::Step a_computed_step(std::string id, const Json& compute) {
  workflow::Step step;
  step.title = "Step " + id;
  step.id = std::move(id);
  schema::Findings findings;
  schema::Codec<workflow::Computations>::decode(compute, "", findings, step.compute);
  return step;
}

inline DesignBuilder a_design(std::string name = "triage") { return DesignBuilder(std::move(name)); }

// 2026-11-24T00:00:00Z: when everything in tests starts unless said otherwise.
inline constexpr Timestamp kTestStart = Timestamp::from_micros(1'795'478'400'000'000);

// The nth execution id of a test.
inline workflow::ExecutionId an_execution_id(int n = 1) {
  std::string digits = std::to_string(n);
  digits.insert(0, 12 - digits.size(), '0');
  return workflow::ExecutionId::parse("019c0000-0000-7000-8000-" + digits).value();
}

// Version 1.0.0 of a design.
inline workflow::Version version_of(const workflow::Design& design,
                                    workflow::VersionStatus status = workflow::VersionStatus::published) {
  const std::string canonical = workflow::canonical_design(design).value();
  workflow::Version version{.name = workflow::WorkflowName::parse(design.name).value(),
                            .number = workflow::SemVer(1, 0, 0),
                            .status = status,
                            .hash = workflow::Hash::of(canonical),
                            .canonical = canonical,
                            .design = design};
  version.created_at = kTestStart;
  return version;
}

// A running execution of a design's version 1.0.0, not yet on its first step (workflow::begin does that).
inline workflow::Execution an_execution(const workflow::Design& design, workflow::Mode mode = workflow::Mode::guided,
                                        Json input = Json::object()) {
  workflow::Execution execution{.id = an_execution_id(),
                                .workflow = workflow::WorkflowName::parse(design.name).value(),
                                .version = workflow::SemVer(1, 0, 0)};
  execution.mode = mode;
  execution.input = std::move(input);
  execution.executor = "claude-haiku-5-5";
  execution.author = {"claude-haiku-5-5", "test 1.0", ""};
  execution.started_at = kTestStart;
  execution.last_hand_in_at = kTestStart;
  return execution;
}

}  // namespace pianola::tests
