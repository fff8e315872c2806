#include "tools/catalogue.h"

namespace pianola::tools {

std::vector<mcp::Tool> all_tools(ToolContext& context) {
  return {workflow_find_tool(context),  workflow_get_tool(context),     execution_start_tool(context),
          execution_step_tool(context), execution_finish_tool(context), report_edge_case_tool(context),
          workflow_save_tool(context),  workflow_review_tool(context),  edge_case_resolve_tool(context),
          cost_summary_tool(context)};
}

}  // namespace pianola::tools
