// What execution_start, execution_step and execution_finish share: how a view becomes the text that a model reads, and
// how calls are told from repeats.
#pragma once

#include <string>

#include "mcp/content.h"
#include "tools/hand_out.h"
#include "tools/tool_context.h"
#include "workflow/run_execution.h"

namespace pianola::tools {

// What the texts of hand_out.h are rendered from.
HandOut hand_out_of(const workflow::ExecutionView& view);

// A text to be read, with the same facts for programs in _meta["pianola/execution"].
mcp::ToolResult execution_text(const workflow::ExecutionView& view, std::string text);

// A refusal about an execution, with the same _meta.
mcp::ToolResult execution_refused(const workflow::ExecutionView& view, const Refusal& refusal);

// By which equal calls are known: the hash of the arguments' canonical text.
std::string arguments_hash(const Json& arguments);

}  // namespace pianola::tools
