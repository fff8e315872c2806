// A standard operating procedure for agents (`*.sop.md`, https://github.com/strands-agents/agent-sop) as a design: its
// steps become the steps, its parameters the inputs, its overview the description, everything else the context.
// Nothing of its text is lost. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

#include "workflow/design.h"

namespace pianola::workflow {

// Reads the Markdown of an SOP: `# Title`, `## Overview`, `## Parameters` (`- **name** (required): text`), and
// `## Steps` with a `### 1. Title` a step; where a step has numbered parts (`#### 2.1 Title`), each part is a step.
// `name` is the workflow's; empty: made from the title. Refuses: not_utf8, no_title, no_steps, bad_name.
Result<Design> import_sop(std::string_view markdown, const std::string& name = {});

}  // namespace pianola::workflow
