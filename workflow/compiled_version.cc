#include "workflow/compiled_version.h"

#include <utility>

#include "workflow/compute.h"
#include "workflow/playbook.h"

namespace pianola::workflow {
namespace {

// Compiles one schema of the design; a refusal's place becomes one in the design.
Result<schema::Schema> compile_at(const Json& json, const std::string& place) {
  Result<schema::Schema> compiled = schema::Schema::compile(json);
  if (!compiled) compiled.error().place = place + compiled.error().place;
  return compiled;
}

Result<std::optional<schema::Schema>> compile_optional(const std::optional<Json>& json, const std::string& place) {
  if (!json) return std::optional<schema::Schema>();
  Result<schema::Schema> compiled = compile_at(*json, place);
  if (!compiled) return refuse(compiled.error());
  return std::optional<schema::Schema>(*std::move(compiled));
}

StepIds steps_looked_at(const Step& step) {
  StepIds steps;
  const auto add = [&](const std::optional<DataPath>& path) {
    if (path && path->root == PathRoot::steps) steps.insert(path->step);
  };
  for (const Binding& binding : find_bindings(bound_text(step))) add(binding.path);
  for (const Branch& branch : step.branches) {
    for (const auto& [path, json] : branch.when) add(parse_data_path(path));
  }
  return steps;
}

}  // namespace

Result<CompiledVersion::CompiledStep> CompiledVersion::compile_step(const Step& step, const std::string& place) {
  CompiledStep compiled;
  compiled.looks_at = steps_looked_at(step);
  compiled.hand_in_rules = render_hand_in_rules(step);
  Result<std::optional<schema::Schema>> output = compile_optional(step.output, place + "/output");
  if (!output) return refuse(output.error());
  compiled.output = *std::move(output);
  compiled.demands_output = compiled.output && !compiled.output->check(Json::object()).empty();
  for (std::size_t i = 0; i < step.branches.size(); ++i) {
    const std::string when = pointer_child(place + "/branches", i) + "/when";
    std::vector<Condition>& conditions = compiled.branches.emplace_back();
    for (const auto& [path, json] : step.branches[i].when) {
      Result<schema::Schema> schema = compile_at(json, pointer_child(when, path));
      if (!schema) return refuse(schema.error());
      conditions.push_back({path, *std::move(schema)});
    }
  }
  return compiled;
}

Result<CompiledVersion> CompiledVersion::compile(Design design) {
  CompiledVersion version(std::move(design));
  for (std::size_t i = 0; i < version.design_.steps.size(); ++i) {
    const Step& step = version.design_.steps[i];
    Result<CompiledStep> compiled = compile_step(step, pointer_child("/steps", i));
    if (!compiled) return refuse(compiled.error());
    version.steps_.try_emplace(step.id, *std::move(compiled));
    version.has_computed_steps_ = version.has_computed_steps_ || step.is_computed();
  }
  Result<std::optional<schema::Schema>> inputs = compile_optional(version.design_.inputs, "/inputs");
  if (!inputs) return refuse(inputs.error());
  version.inputs_ = *std::move(inputs);
  Result<std::optional<schema::Schema>> outputs = compile_optional(version.design_.outputs, "/outputs");
  if (!outputs) return refuse(outputs.error());
  version.outputs_ = *std::move(outputs);
  version.demands_final_output_ = version.outputs_ && !version.outputs_->check(Json::object()).empty();
  return version;
}

const schema::Schema* CompiledVersion::output_schema(std::string_view step) const {
  const auto found = steps_.find(step);
  return found == steps_.end() || !found->second.output ? nullptr : &*found->second.output;
}

bool CompiledVersion::demands_output(std::string_view step) const {
  const auto found = steps_.find(step);
  return found != steps_.end() && found->second.demands_output;
}

const StepIds& CompiledVersion::looks_at(std::string_view step) const {
  static const StepIds kNone;
  const auto found = steps_.find(step);
  return found == steps_.end() ? kNone : found->second.looks_at;
}

const std::string& CompiledVersion::hand_in_rules(std::string_view step) const {
  static const std::string kNone;
  const auto found = steps_.find(step);
  return found == steps_.end() ? kNone : found->second.hand_in_rules;
}

BranchChoice CompiledVersion::choose_next(std::string_view step, const BindingScope& scope) const {
  const std::optional<std::size_t> index = graph_.index_of(step);
  const auto compiled = steps_.find(step);
  if (!index || compiled == steps_.end()) return {std::string(kGotoEnd), {}};
  const auto matches = [&](const Condition& condition) {
    const Json* value = find_path(scope, condition.path);
    return value != nullptr && condition.schema.check(*value).empty();
  };
  const auto& branches = compiled->second.branches;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    bool all_match = true;
    for (const Condition& condition : branches[i]) all_match = all_match && matches(condition);
    const std::string& go_to = design_.steps[*index].branches[i].go_to;
    if (all_match && graph_.index_of(go_to)) return {go_to, i};
  }
  return {std::string(graph_.id_of(graph_.next_in_order(*index))), {}};
}

}  // namespace pianola::workflow
