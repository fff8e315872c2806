// The fixture's tools and prompts that ask the client for input: by requests of the server's own in legacy revisions,
// by several rounds in modern ones. Thread rule: see mcp/server.h.
#pragma once

#include <vector>

#include "mcp/prompt.h"
#include "mcp/tool.h"

namespace pianola::tests {

// A tool of the fixture that takes no arguments.
mcp::Tool fixture_tool(std::string name, std::string description,
                       std::function<mcp::ToolResult(const Json&, mcp::Request&)> handler);

std::vector<mcp::Tool> asking_tools();
mcp::Prompt asking_prompt();

}  // namespace pianola::tests
