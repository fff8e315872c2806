// What a request changed, for those who watch it.
// Thread rule: plain values.
#pragma once

#include <string>
#include <vector>

namespace pianola::mcp {

// Lists that clients can watch.
struct Changes {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  bool any() const { return tools || prompts || resources; }
};

// Everything that one request changed.
struct ChangeSet {
  Changes lists;
  std::vector<std::string> updated;  // URIs of resources
  bool any() const { return lists.any() || !updated.empty(); }
};

}  // namespace pianola::mcp
