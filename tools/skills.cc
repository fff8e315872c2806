#include "tools/skills.h"

#include <algorithm>
#include <set>

#include "tools/catalogue.h"
#include "workflow/agent_files.h"

namespace pianola::tools {
namespace {

constexpr std::string_view kSkills = "skill://pianola";  // the folder of all skills
constexpr int kSkillPage = 50;                           // skills listed on one page

// The skill of one version, with its files' URIs.
struct ServedSkill {
  workflow::SkillHead head;
  std::string folder;
  std::vector<workflow::SkillFile> files;

  std::string uri_of(const workflow::SkillFile& file) const { return folder + "/" + file.path; }
};

// The SKILL.md of a skill's folder.
std::string manifest_in(const std::string& folder) { return folder + "/" + workflow::kSkillPaths[0]; }

ServedSkill served(const workflow::Version& version) {
  return {workflow::skill_head(version), skill_folder(version.name), workflow::render_skill(version)};
}

mcp::Skill skill_of(const ServedSkill& skill) {
  mcp::Skill made{manifest_in(skill.folder), {{"name", skill.head.name}, {"description", skill.head.description}}, {}};
  for (const workflow::SkillFile& file : skill.files) made.files.push_back({skill.uri_of(file), file.text});
  return made;
}

workflow::SharedVersion newest(ToolContext& context, const workflow::WorkflowName& name, mcp::Request& request) {
  return context.environment.store.versions().newest_published(actor_of(request).workspace, name);
}

// The skill that a URI lies in, or whose folder it is; nothing where there is none.
std::optional<ServedSkill> find_skill(ToolContext& context, const std::string& uri, mcp::Request& request) {
  if (!is_skill_uri(uri) || uri.size() <= kSkills.size() + 1) return std::nullopt;
  const std::string path = uri.substr(kSkills.size() + 1);
  const auto name = workflow::WorkflowName::parse(path.substr(0, path.find('/')));
  if (!name) return std::nullopt;
  const std::string folder = skill_folder(*name);
  if (uri != folder && !uri.starts_with(folder + "/")) return std::nullopt;
  const workflow::SharedVersion version = newest(context, *name, request);
  if (!version) return std::nullopt;
  return served(*version);
}

tl::unexpected<Refusal> no_skill(const std::string& uri) {
  return refuse("not_found", "No skill is served at " + uri.substr(0, 200) + ": skills/list says which there are");
}

// One page of names of published workflows, behind `cursor`.
Result<std::vector<workflow::WorkflowName>> page_of_names(ToolContext& context, const std::string& cursor,
                                                          mcp::Request& request) {
  if (!cursor.empty() && !workflow::WorkflowName::parse(cursor)) {
    return refuse("bad_cursor", "The cursor is none that was given: ask without it");
  }
  std::vector<workflow::WorkflowName> names;
  for (const workflow::WorkflowSummary& each :
       context.environment.store.versions().list(actor_of(request).workspace, cursor, kSkillPage, false)) {
    names.push_back(each.name);
  }
  return names;
}

// The cursor that goes on behind a page of names.
std::string cursor_behind(const std::vector<workflow::WorkflowName>& names) {
  return names.size() < static_cast<std::size_t>(kSkillPage) ? "" : names.back().text();
}

Result<mcp::SkillPage> list_skills(ToolContext& context, const std::string& cursor, mcp::Request& request) {
  const auto names = page_of_names(context, cursor, request);
  if (!names) return refuse(names.error());
  mcp::SkillPage page{{}, cursor_behind(*names)};
  for (const workflow::WorkflowName& name : *names) {
    request.stop_if_cancelled();
    if (const auto version = newest(context, name, request)) page.skills.push_back(skill_of(served(*version)));
  }
  return page;
}

Result<mcp::Skill> get_skill(ToolContext& context, const std::string& uri, mcp::Request& request) {
  const std::optional<ServedSkill> skill = find_skill(context, uri, request);
  if (!skill || uri != manifest_in(skill->folder)) return no_skill(uri);
  return skill_of(*skill);
}

mcp::Resource folder_resource(const std::string& uri) {
  return {uri, uri.substr(uri.rfind('/') + 1), "", "", mcp::kFolderType};
}

mcp::Resource file_resource(const ServedSkill& skill, const workflow::SkillFile& file) {
  const std::string uri = skill.uri_of(file);
  if (file.path == workflow::kSkillPaths[0]) return {uri, skill.head.name, "", skill.head.description, file.mime_type};
  return {uri, uri.substr(uri.rfind('/') + 1), "", "", file.mime_type};
}

// The folder above all skills: theirs.
Result<mcp::ResourcePage> read_root(ToolContext& context, const std::string& cursor, mcp::Request& request) {
  const auto names = page_of_names(context, cursor, request);
  if (!names) return refuse(names.error());
  mcp::ResourcePage page{{}, cursor_behind(*names)};
  for (const workflow::WorkflowName& name : *names) {
    page.resources.push_back(folder_resource(std::string(kSkills) + "/" + name.text()));
  }
  return page;
}

Result<mcp::ResourcePage> read_folder(ToolContext& context, const std::string& uri, const std::string& cursor,
                                      mcp::Request& request) {
  if (uri == kSkills) return read_root(context, cursor, request);
  const auto not_a_folder = [&] {
    return refuse("not_found",
                  uri.substr(0, 200) + " is no folder of a skill: skills/list says which skills there are");
  };
  if (!cursor.empty()) return refuse("bad_cursor", "Unknown cursor: there is one page only");
  // The folder around a skill that may not have its workflow's name.
  const bool is_below_root =
      uri.starts_with(std::string(kSkills) + "/") && uri.find('/', kSkills.size() + 1) == std::string::npos;
  const auto name = workflow::WorkflowName::parse(is_below_root ? uri.substr(kSkills.size() + 1) : "");
  if (name && skill_folder(*name) != uri) {
    if (!newest(context, *name, request)) return not_a_folder();
    return mcp::ResourcePage{{folder_resource(skill_folder(*name))}, ""};
  }
  const std::optional<ServedSkill> skill = find_skill(context, uri, request);
  if (!skill) return not_a_folder();
  mcp::ResourcePage page;
  std::set<std::string> folders;
  for (const workflow::SkillFile& file : skill->files) {
    const std::string file_uri = skill->uri_of(file);
    if (!file_uri.starts_with(uri + "/")) continue;
    const std::size_t slash = file_uri.find('/', uri.size() + 1);
    const std::string child = file_uri.substr(0, slash);
    if (slash == std::string::npos) {
      page.resources.push_back(file_resource(*skill, file));
    } else if (folders.insert(child).second) {
      page.resources.push_back(folder_resource(child));
    }
  }
  if (page.resources.empty()) return not_a_folder();
  return page;
}

}  // namespace

bool is_skill_uri(const std::string& uri) {
  return uri.starts_with(kSkills) && (uri.size() == kSkills.size() || uri[kSkills.size()] == '/');
}

std::string skill_folder(const workflow::WorkflowName& name) {
  const std::string skill = workflow::skill_name(name);
  const std::string folder = std::string(kSkills) + "/" + name.text();
  return skill == name.text() ? folder : folder + "/" + skill;
}

std::vector<std::string> skill_files(const workflow::WorkflowName& name) {
  std::vector<std::string> uris;
  for (const char* path : workflow::kSkillPaths) uris.push_back(skill_folder(name) + "/" + path);
  return uris;
}

Result<mcp::ResourceContents> read_skill_file(ToolContext& context, const std::string& uri, mcp::Request& request) {
  const std::optional<ServedSkill> skill = find_skill(context, uri, request);
  if (skill) {
    for (const workflow::SkillFile& file : skill->files) {
      if (skill->uri_of(file) == uri) return mcp::ResourceContents{uri, file.mime_type, file.text, std::nullopt};
    }
  }
  return no_skill(uri);
}

std::optional<mcp::Resource> skill_resource(ToolContext& context, const workflow::WorkflowName& name,
                                            mcp::Request& request) {
  const workflow::SharedVersion version = newest(context, name, request);
  if (!version) return std::nullopt;
  const workflow::SkillHead head = workflow::skill_head(*version);
  return mcp::Resource{manifest_in(skill_folder(name)), head.name, "", head.description, "text/markdown"};
}

mcp::SkillSource skill_source(ToolContext& context) {
  mcp::SkillSource source;
  source.list = [&context](const std::string& cursor, mcp::Request& request) {
    return list_skills(context, cursor, request);
  };
  source.get = [&context](const std::string& uri, mcp::Request& request) { return get_skill(context, uri, request); };
  source.read_folder = [&context](const std::string& uri, const std::string& cursor, mcp::Request& request) {
    return read_folder(context, uri, cursor, request);
  };
  return source;
}

}  // namespace pianola::tools
