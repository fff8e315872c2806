// Asks the person at the host for a reviewer's approval, where the host can ask (MCP elicitation) and the caller may
// approve. Thread rule: as ToolContext.
#pragma once

#include "tools/tool_context.h"
#include "workflow/save_version.h"

namespace pianola::tools {

// Whether the person can be asked: over stdio, whose host is the user's own, and over HTTP for admins, since whoever
// holds a designer's key answers for itself.
bool can_ask_approval(const mcp::Request& request);

// Asks about a draft that waits for a review. Where the person approves exactly its content, it is published, and
// `saved` says so; declined, cancelled or not answered, it stays a draft. In modern revisions the first call only asks.
// Nothing is asked where the question would not hold all that the approval is of.
void ask_approval(ToolContext& context, const workflow::Actor& actor, workflow::SavedVersion& saved,
                  mcp::Request& request);

}  // namespace pianola::tools
