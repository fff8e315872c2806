// A version made ready to be executed: its graph and all its schemas compiled, once per content hash. Keep one per
// hash. Thread rule: never changes once made; any thread may use it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"
#include "workflow/bindings.h"
#include "workflow/step_graph.h"

namespace pianola::workflow {

// Where a step leads: the way that its branches choose.
struct BranchChoice {
  std::string next;                   // a step's id, "end" or "escalate"
  std::optional<std::size_t> branch;  // which branch matched; nothing: the default edge
};

// A design made ready to be executed: its graph, and its schemas compiled once.
class CompiledVersion {
 public:
  // Refuses ("bad_schema", place in the design) where a schema cannot be compiled, and ("no_steps") an empty design.
  static Result<CompiledVersion> compile(Design design);

  // What it was compiled from.
  const Design& design() const { return design_; }
  // Where its steps lead.
  const StepGraph& graph() const { return graph_; }
  // True where the server does some step itself.
  bool has_computed_steps() const { return has_computed_steps_; }
  // The step with this id, or null.
  const Step* find_step(std::string_view id) const { return design_.find_step(id); }

  // Compiled schemas, or null where the design has none.
  const schema::Schema* output_schema(std::string_view step) const;
  // False where a step has none, or one that takes even an empty object: passing that shows nothing.
  bool demands_output(std::string_view step) const;
  // Of an execution's input, or null.
  const schema::Schema* inputs() const { return inputs_ ? &*inputs_ : nullptr; }
  // Of its final output, or null.
  const schema::Schema* outputs() const { return outputs_ ? &*outputs_ : nullptr; }
  // True where an empty object would not pass for it.
  bool demands_final_output() const { return demands_final_output_; }

  // The steps whose outputs a step's instruction binds or its branches look at.
  const StepIds& looks_at(std::string_view step) const;

  // What a hand-in of a step must be (render_hand_in_rules); empty where it asks for nothing.
  const std::string& hand_in_rules(std::string_view step) const;

  // Where `step` leads: the first branch all of whose paths exist and match, else the next step in order.
  // `scope.output` is the step's output. A branch whose goto names no step is passed over.
  BranchChoice choose_next(std::string_view step, const BindingScope& scope) const;

 private:
  // One condition of a branch.
  struct Condition {
    std::string path;
    schema::Schema schema;
  };
  struct CompiledStep {
    std::optional<schema::Schema> output;
    bool demands_output = false;
    std::vector<std::vector<Condition>> branches;
    StepIds looks_at;
    std::string hand_in_rules;
  };

  explicit CompiledVersion(Design design) : design_(std::move(design)), graph_(design_) {}
  static Result<CompiledStep> compile_step(const Step& step, const std::string& place);

  Design design_;
  StepGraph graph_;
  std::map<std::string, CompiledStep, std::less<>> steps_;
  std::optional<schema::Schema> inputs_;
  std::optional<schema::Schema> outputs_;
  bool demands_final_output_ = false;
  bool has_computed_steps_ = false;
};

}  // namespace pianola::workflow
