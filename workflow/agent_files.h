// A version as files that agents' hosts read: an Agent Skill (https://agentskills.io/specification), a Claude Code
// subagent on its vendor's cheap model, a Claude Code slash command. Byte-identical for the same version. Texts and
// facts about executors are those of manifests/, compiled in. Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workflow/version.h"

namespace pianola::workflow {

// The head of a SKILL.md.
struct SkillHead {
  std::string name;         // a-z, 0-9 and single hyphens between them, 64 at most
  std::string description;  // what it does and when to use it, one line without angle brackets, 1,024 bytes at most
};
SkillHead skill_head(const Version& version);

// The workflow's name as a skill's: without the hyphens that a skill's name may not have.
std::string skill_name(const WorkflowName& name);

// The files below a skill's folder.
inline constexpr const char* kSkillPaths[] = {"SKILL.md", "references/workflow.json"};

// One of them.
struct SkillFile {
  std::string path;
  std::string mime_type;
  std::string text;
};

// SKILL.md, whose body is the playbook and how it is run tracked, and the design as JSON, without golden cases. What of
// the playbook Claude Code would run or expand (!`command`, $ARGUMENTS, $1, @file) is kept from that by word joiners.
std::vector<SkillFile> render_skill(const Version& version);

// A subagent with the executors' tools alone, which executes this workflow.
std::string render_claude_agent(const Version& version);

// A slash command that hands what follows it to that subagent, or the plugin's. Of what an author wrote, only the
// names of inputs stand below its head: Claude Code expands and executes what is there.
std::string render_claude_command(const Version& version);

// A SKILL.md's body without what render_skill wrote around the procedure.
std::string without_run_instructions(std::string_view skill_body);

// Whether a SKILL.md says exactly what render_skill writes of this design, head and all.
bool tells_of(std::string_view skill, const Design& design);

}  // namespace pianola::workflow
