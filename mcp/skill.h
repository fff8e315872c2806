// Skills over MCP: the extension io.modelcontextprotocol/skills (SEP-2640,
// https://modelcontextprotocol.io/extensions/skills/overview). A skill is a folder of files, SKILL.md among them, that
// a client reads as resources; what is added to those is a list with digests, and the reading of folders. Thread rule:
// plain values; functions run on the thread that handles the request.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/request.h"
#include "mcp/resource.h"

namespace pianola::mcp {

inline constexpr std::string_view kSkillsExtension = "io.modelcontextprotocol/skills";
inline constexpr const char* kFolderType = "inode/directory";  // the mime type of a folder

// A file of a skill; resources/read gives the same text for its URI.
struct SkillFile {
  std::string uri;
  std::string text;
};

// A skill with all of its files.
struct Skill {
  std::string uri;          // of its SKILL.md
  OrderedJson frontmatter;  // the head of SKILL.md, complete: `name` is the last part of the folder's path
  std::vector<SkillFile> files;
};

// One page of a product's skills, in a fixed order.
struct SkillPage {
  std::vector<Skill> skills;
  std::string next;  // cursor of the next page; empty: this is the last
};

// What a product offers as skills. Where `list` is not set, the extension is not offered; else all are.
struct SkillSource {
  // Refuses a cursor that is none of its own.
  std::function<Result<SkillPage>(const std::string& cursor, Request&)> list;
  // The skill of that SKILL.md; refuses where this caller has none.
  std::function<Result<Skill>(const std::string& uri, Request&)> get;
  // What lies directly in a folder; refuses what is none.
  std::function<Result<ResourcePage>(const std::string& uri, const std::string& cursor, Request&)> read_folder;
};

}  // namespace pianola::mcp
