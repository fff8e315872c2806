// A Markdown text that tells how something is done, taken apart: its steps, and all the rest. Written for agents by
// people, so it follows no format: what its steps are is found by how texts of this kind are written.
// Thread rule: plain values and functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workflow/imported_steps.h"

namespace pianola::workflow {

// Every line of the text is in exactly one of these.
struct MarkdownProcedure {
  std::string title;  // the first heading, where it is of level 1 and no step
  std::vector<ImportedStep> steps;
  std::string rest;  // in the text's order, headings included
};

// The steps are, whatever comes first: headings as a playbook has them ("## 1. TITLE (`ID`)"); numbered headings
// ("### Step 2: Build") of the highest level that has two of them; below a heading such as "Steps" or "Workflow" the
// headings or the items of a numbered list; the items of the longest numbered list; headings that are no reference
// ("Examples", "Notes"). Where there is none of these, `steps` is empty and all text is in `rest`.
MarkdownProcedure read_procedure(std::string_view markdown);

}  // namespace pianola::workflow
