#include "workflow/compile_run.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/list_text.h"
#include "workflow/check_output.h"
#include "workflow/design_mending.h"
#include "workflow/hand_in.h"
#include "workflow/literals.h"
#include "workflow/observed_schema.h"
#include "workflow/run_execution.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kLongestTitle = 300;          // bytes, as a design takes
constexpr std::size_t kLongestExampleText = 500;    // bytes of an input's text that an example repeats
constexpr std::size_t kShortestInferredQuote = 20;  // bytes; shorter texts may be in the input by chance

// "read-invoice" -> "Read invoice".
std::string title_from(const std::string& said) {
  std::string title = said;
  std::ranges::replace_if(
      title, [](char c) { return c == '-' || c == '_'; }, ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return cut(title, kLongestTitle - 3);
}

// The texts of an object, by pointer, `*` for an element of a list.
void find_texts(const Json& value, const std::string& pointer,
                std::vector<std::pair<std::string, std::string>>& texts) {
  if (value.is_string()) texts.emplace_back(pointer, value.get<std::string>());
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) find_texts(member, pointer_child(pointer, name), texts);
  }
  if (!value.is_array()) return;
  for (const Json& element : value) find_texts(element, pointer + "/*", texts);
}

class RunCompiler {
 public:
  RunCompiler(const Version& version, const Execution& execution) : execution_(execution) {
    compiled_.design = version.design;
    literals_.add("input", execution.input);
    find_texts(execution.input, "", input_texts_);
  }

  CompiledRun run() {
    for (const HandIn* hand_in : trace_of(execution_)) take(*hand_in);
    complete_steps();
    complete_design();
    return std::move(compiled_);
  }

 private:
  std::vector<Step>& steps() { return compiled_.design.steps; }

  void take(const HandIn& hand_in) {
    auto known = ids_.find(hand_in.step);
    if (known == ids_.end()) {
      const std::string id = compiled_.design.find_step(hand_in.step) != nullptr ? hand_in.step : put_in(hand_in);
      known = ids_.emplace(hand_in.step, id).first;
    }
    last_ = known->second;
    Json output = output_of(hand_in);
    literals_.add("steps." + last_, output);
    outputs_[last_].push_back(std::move(output));
  }

  // A step that the version does not know, behind the one that was done before. Gives its id.
  std::string put_in(const HandIn& hand_in) {
    const std::vector<std::string> ids = compiled_.design.step_ids();
    const std::set<std::string> taken(ids.begin(), ids.end());
    Step step;
    step.id = step_id_from(hand_in.step);
    if (taken.contains(step.id)) step.id = fresh_id(step.id, taken);
    step.title = title_from(hand_in.step);
    std::vector<BoundLiteral> bound;
    step.instruction = literals_.bind(hand_in.note.empty() ? step.title + "." : hand_in.note, bound);
    note_step(step, hand_in.note.empty(), bound);
    const auto before = std::ranges::find(steps(), last_, &Step::id);
    const bool has_before = before != steps().end();
    if (has_before && !before->branches.empty()) {
      compiled_.notes.push_back("Step \"" + step.id + "\" stands behind \"" + last_ +
                                "\", which has branches: check that one of them leads to it.");
    }
    steps().insert(has_before ? before + 1 : last_.empty() ? steps().begin() : steps().end(), step);
    return step.id;
  }

  void note_step(const Step& step, bool has_no_note, const std::vector<BoundLiteral>& bound) {
    if (has_no_note) {
      compiled_.notes.push_back("Step \"" + step.id + "\" was handed in without a note: write its instruction.");
    }
    for (const BoundLiteral& each : bound) {
      compiled_.notes.push_back("In step \"" + step.id + "\" " + in_quotes(each.literal, 60) + " became {{" +
                                each.path + "}}.");
    }
  }

  // What a step lacks and the run tells: the output's form, quotes, an example.
  void complete_steps() {
    for (Step& step : steps()) {
      const auto seen = outputs_.find(step.id);
      if (seen == outputs_.end()) {
        compiled_.notes.push_back("Step \"" + step.id + "\" was not done in this run.");
        continue;
      }
      if (step.is_computed()) continue;
      if (!step.output && !seen->second.front().empty()) {
        step.output = observed_schema(seen->second);
        add_quotes(step, seen->second.back());
      }
      const Example example{example_input(step, seen->second.back()), seen->second.back()};
      if (step.examples.empty() && !example.output.empty() && quotes_its_input(step, example)) {
        step.examples.push_back(example);
      }
    }
  }

  // Texts that stand in the input, too, were copied.
  void add_quotes(Step& step, const Json& output) {
    std::vector<std::pair<std::string, std::string>> texts;
    find_texts(output, "", texts);
    for (const auto& [pointer, text] : texts) {
      const bool is_copied = text.size() >= kShortestInferredQuote &&
                             std::ranges::any_of(input_texts_, [&sought = text](const auto& given) {
                               return given.second.find(sought) != std::string::npos;
                             });
      if (!is_copied || std::ranges::find(step.quotes, pointer) != step.quotes.end()) continue;
      step.quotes.push_back(pointer);
      compiled_.notes.push_back("Step \"" + step.id + "\" copied " + pointer + " from the input: it is a quote now.");
    }
  }

  // Whether lint takes it: texts that were copied must stand in the example's own input, if it has one.
  static bool quotes_its_input(const Step& step, const Example& example) {
    return example.input.empty() || check_quotes(step.quotes, example.output, example.input).empty();
  }

  // The part of the input that the step's instruction binds, or that its output copies from, without long texts.
  Json example_input(const Step& step, const Json& output) const {
    Json part = Json::object();
    std::vector<std::pair<std::string, std::string>> texts;
    find_texts(output, "", texts);
    for (const auto& [pointer, text] : texts) {
      if (std::ranges::find(step.quotes, pointer) == step.quotes.end()) continue;
      for (const auto& [name, value] : execution_.input.items()) {
        const std::string held = value.is_string() ? value.get<std::string>() : dump_compact(value);
        if (held.size() <= kLongestExampleText && held.find(text) != std::string::npos) part[name] = value;
      }
    }
    for (const Binding& binding : find_bindings(step.instruction)) {
      if (!binding.path || binding.path->root != PathRoot::input || binding.path->properties.empty()) continue;
      const std::string& name = binding.path->properties.front();
      const auto value = execution_.input.find(name);
      if (value != execution_.input.end() && dump_compact(*value).size() <= kLongestExampleText) part[name] = *value;
    }
    return part;
  }

  void complete_design() {
    Design& design = compiled_.design;
    if (!design.inputs && !execution_.input.empty()) design.inputs = observed_schema({execution_.input});
    if (!design.outputs && execution_.output) design.outputs = observed_schema({*execution_.output});
    if (design.designed_by.empty() && execution_.executor != "unknown") design.designed_by = execution_.executor;
    if (!execution_.input_files.empty()) {
      compiled_.notes.emplace_back("The input had files: the golden case has no text of them, so none was made.");
      return;
    }
    GoldenCase golden{execution_.input, execution_.output, std::nullopt};
    if (!golden.output && !outputs_[last_].empty()) golden.output = outputs_[last_].back();
    if (std::ranges::find(design.cases, golden) == design.cases.end()) design.cases.push_back(std::move(golden));
  }

  const Execution& execution_;
  CompiledRun compiled_;
  Literals literals_;
  std::vector<std::pair<std::string, std::string>> input_texts_;
  std::map<std::string, std::string> ids_;            // of steps, by what the executor called them
  std::map<std::string, std::vector<Json>> outputs_;  // by step id, in the order handed in
  std::string last_;                                  // the step done last
};

// The newest version that is not retired, or nothing.
std::string newest_number(Environment& environment, const Actor& actor, const std::string& name) {
  const Result<WorkflowName> parsed = WorkflowName::parse(name);
  if (!parsed) return {};
  for (const VersionSummary& each : environment.store.versions().history(actor.workspace, *parsed)) {
    if (each.status != VersionStatus::retired) return each.number.text();
  }
  return {};
}

}  // namespace

Result<CompiledRun> compile_run(const Version& version, const Execution& execution) {
  if (execution.state != ExecutionState::succeeded) {
    return refuse("not_proven", "Execution " + execution.id.text() + " is " + std::string(to_string(execution.state)) +
                                    ": only a run that succeeded can become a design.");
  }
  if (trace_of(execution).empty()) {
    return refuse("not_proven", "Nothing was handed in by execution " + execution.id.text() +
                                    ": hand in the steps that you take, each with a note that says what to do.");
  }
  return RunCompiler(version, execution).run();
}

Result<SavedVersion> save_run(Environment& environment, const Actor& actor, SaveRunRequest wanted) {
  const Result<ExecutionId> id = ExecutionId::parse(wanted.execution_id);
  if (!id) return refuse(id.error());
  const Result<ExecutionView> view = where_am_i(environment, actor, *id);
  if (!view) return refuse(view.error());
  Result<CompiledRun> compiled = compile_run(*view->version, view->execution);
  if (!compiled) return refuse(compiled.error());
  SaveRequest& request = wanted.request;
  request.workflow = Json(encode_design(compiled->design));
  request.workflow.update(wanted.changes);
  request.whole_design = true;
  if (!request.publish) request.publish = false;
  if (request.notes.empty()) request.notes = "compiled from execution " + id->text();
  const std::string newest = newest_number(environment, actor, request.workflow.value("name", ""));
  const std::string run_on = view->execution.version.text();
  if (request.base_version.empty()) request.base_version = newest;
  Result<SavedVersion> saved = save_version(environment, actor, request);
  if (!saved) return saved;
  if (newest != run_on && !newest.empty() && saved->name == view->execution.workflow) {
    compiled->notes.push_back("The run was one of " + run_on + ": what " + newest + " changed is not in this draft.");
  }
  saved->notices.insert(saved->notices.begin(), compiled->notes.begin(), compiled->notes.end());
  return saved;
}

}  // namespace pianola::workflow
