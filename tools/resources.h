// Pianola's resources: workflow://NAME, workflow://NAME/VERSION, execution://ID, and for designers
// workflow://NAME/edge-cases, pianola://prices, pianola://savings and others' executions. Read-only views of what the
// tools give. Thread rule: as ToolContext.
#pragma once

#include "mcp/resource.h"
#include "tools/tool_context.h"

namespace pianola::tools {

// List, templates, reading and completion. The context must outlive it.
mcp::ResourceSource resource_source(ToolContext& context);

}  // namespace pianola::tools
