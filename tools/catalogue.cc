#include "tools/catalogue.h"

#include <utility>

#include "tools/prompts.h"
#include "tools/resources.h"

namespace pianola::tools {

std::vector<mcp::Tool> all_tools(ToolContext& context) {
  return {workflow_find_tool(context),  workflow_get_tool(context),     execution_start_tool(context),
          execution_step_tool(context), execution_finish_tool(context), report_edge_case_tool(context),
          workflow_save_tool(context),  workflow_review_tool(context),  edge_case_resolve_tool(context),
          cost_summary_tool(context)};
}

mcp::Features all_features(ToolContext& context, std::string version) {
  mcp::Features features{.name = "pianola",
                         .title = "Pianola",
                         .version = std::move(version),
                         .instructions = instructions(),
                         .tools = all_tools(context),
                         .resources = resource_source(context),
                         .prompts = all_prompts()};
  features.changing.resources = true;
  return features;
}

}  // namespace pianola::tools
