// The four prompts, and the one complete example of a design that they and `workflow_save` with `workflow: {}` show.
// Thread rule: plain functions; a prompt holds no state.
#pragma once

#include <string_view>
#include <vector>

#include "mcp/prompt.h"

namespace pianola::tools {

// design_workflow, execute_workflow, review_edge_cases, improve_workflow, in this order. An argument's text is taken as
// it is (opencode asks with a literal `$1` and fills in afterwards); missing ones are asked of the reader.
std::vector<mcp::Prompt> all_prompts();

// One complete design as JSON, without lint findings: every field that a designer should know, once.
std::string_view example_design_json();

}  // namespace pianola::tools
