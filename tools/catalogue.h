// The list of Pianola's tools, resources and prompts, in order: the only registry. A tool is one file: NAME.cc.
#pragma once

#include <string>
#include <vector>

#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/server.h"
#include "mcp/tool.h"
#include "tools/tool_context.h"

namespace pianola::tools {

// The tools, each in the file of its name.
mcp::Tool workflow_find_tool(ToolContext& context);
mcp::Tool workflow_get_tool(ToolContext& context);
mcp::Tool execution_start_tool(ToolContext& context);
mcp::Tool execution_step_tool(ToolContext& context);
mcp::Tool execution_finish_tool(ToolContext& context);
mcp::Tool report_edge_case_tool(ToolContext& context);
mcp::Tool workflow_save_tool(ToolContext& context);
mcp::Tool workflow_review_tool(ToolContext& context);
mcp::Tool edge_case_resolve_tool(ToolContext& context);
mcp::Tool cost_summary_tool(ToolContext& context);

// All ten, the executors' six first. The context must outlive them.
std::vector<mcp::Tool> all_tools(ToolContext& context);

// All of it: tools, resources, prompts and instructions, under Pianola's name. The context must outlive it.
mcp::Features all_features(ToolContext& context, std::string version);

// What a host's model is told at the start, in under 150 tokens: when to look for a workflow, and when to design one;
// of the tools that the caller has.
std::string instructions_for(const mcp::Caller& caller);

}  // namespace pianola::tools
