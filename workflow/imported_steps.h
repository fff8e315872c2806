// The steps of an imported text before they are steps of a design: what SOPs, skills, slash commands and recipes share.
// Thread rule: plain values and functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/design.h"

namespace pianola::workflow {

// A heading such as "2.1 Analyze", "1. Setup" or "Step 3: Review"; without a number all of it is `text`.
struct NumberedHeading {
  std::string number;
  std::string text;
};
NumberedHeading read_number(const std::string& heading);

// Whether a line begins an item of a numbered list at the line's start ("2. Check the date"); `item` is then the item.
bool is_listed_step(const std::string& line, std::string& item);

// One step as the text has it.
struct ImportedStep {
  std::string heading;
  std::string opening;  // said before it: heading and text of what it is the first part of
  std::string body;
  std::string id;  // where the text names it; empty: made from the heading
};

// The steps of a design. Numbers that only count 1, 2, 3 are left out of titles; others are kept, because texts refer
// to them. A heading too long for a title opens the instruction. `bound` makes a text's placeholders bindings.
std::vector<Step> design_steps(const std::vector<ImportedStep>& steps,
                               const std::function<std::string(std::string_view)>& bound);

// A workflow's name: `wanted` where it is not empty, else made from `title`. Refuses: bad_name.
Result<WorkflowName> imported_name(const std::string& wanted, const std::string& title);

}  // namespace pianola::workflow
