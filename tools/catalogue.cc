#include "tools/catalogue.h"

#include <utility>

#include "tools/fit_page.h"
#include "tools/prompts.h"
#include "tools/resources.h"
#include "tools/roles.h"
#include "tools/skills.h"

namespace pianola::tools {

std::vector<mcp::Tool> all_tools(ToolContext& context) {
  std::vector<mcp::Tool> tools = {workflow_find_tool(context),     workflow_get_tool(context),
                                  execution_start_tool(context),   execution_step_tool(context),
                                  execution_finish_tool(context),  report_edge_case_tool(context),
                                  workflow_save_tool(context),     workflow_review_tool(context),
                                  edge_case_resolve_tool(context), cost_summary_tool(context)};
  for (mcp::Tool& tool : tools) {
    tool.handler = [&context, answer = std::move(tool.handler)](const Json& arguments, mcp::Request& request) {
      return fit_page(answer(arguments, request), context.environment.settings.page_bytes);
    };
  }
  return tools;
}

mcp::Features all_features(ToolContext& context, std::string version) {
  mcp::Features features{.name = "pianola",
                         .title = "Pianola",
                         .version = std::move(version),
                         .instructions = instructions_for,
                         .tools = all_tools(context),
                         .resources = resource_source(context),
                         .prompts = all_prompts(),
                         .skills = skill_source(context)};
  features.changing.resources = true;
  features.how_to_get_rights = how_to_get_rights;
  return features;
}

}  // namespace pianola::tools
