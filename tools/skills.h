// Every published workflow as an Agent Skill below skill://pianola/: its SKILL.md and design, as `workflow export --as
// skill` writes them. Thread rule: functions run on the thread that handles the request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mcp/skill.h"
#include "tools/tool_context.h"
#include "workflow/names.h"

namespace pianola::tools {

// skills/list, skills/get and the reading of folders. The context must outlive it.
mcp::SkillSource skill_source(ToolContext& context);

// Whether a URI is of a skill's file or folder.
bool is_skill_uri(const std::string& uri);
// A file of a skill. Refuses with not_found what is none of this caller's.
Result<mcp::ResourceContents> read_skill_file(ToolContext& context, const std::string& uri, mcp::Request& request);
// The SKILL.md of a workflow's newest published version, as resources/list shows it; nothing where there is none.
std::optional<mcp::Resource> skill_resource(ToolContext& context, const workflow::WorkflowName& name,
                                            mcp::Request& request);
// The folder of a workflow's skill: skill://pianola/NAME, or skill://pianola/NAME/SKILL_NAME where a skill may not have
// the workflow's name.
std::string skill_folder(const workflow::WorkflowName& name);
// The URIs of the skill's files.
std::vector<std::string> skill_files(const workflow::WorkflowName& name);

}  // namespace pianola::tools
