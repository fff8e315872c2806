// The parameters of an SOP: read from its list, given as the schema of a workflow's inputs.
// Thread rule: plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// The parameters that one SOP declares, as the inputs of a workflow.
class SopParameters {
 public:
  // Reads `- **name** (optional, default: "x"): text` with the lines below each; gives what is no parameter, as
  // written.
  std::string read(std::string_view body);
  // JSON Schema of an object with a property each; nothing where there are none.
  std::optional<Json> schema() const;
  // A text with every {{name}} of a parameter made the binding {{input.name}}.
  std::string bound(std::string_view text) const;
  // A sentence that says what {name} in the texts stands for, with the defaults; empty without parameters.
  std::string note_on_use() const;

 private:
  struct Parameter {
    std::string name;
    std::string description;
    bool required = false;
    std::optional<Json> default_value;
  };
  static Parameter made_from(const std::string& name, const std::string& details, const std::string& text);

  std::vector<Parameter> parameters_;
};

}  // namespace pianola::workflow
