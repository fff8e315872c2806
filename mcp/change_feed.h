// What is found to have changed by looking, whoever changed it: a client is told of what others do through another
// server on the same store, and is let go when its key is revoked there. Thread rule: belongs to the thread that looks.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "mcp/caller.h"
#include "mcp/changes.h"

namespace pianola::mcp {

// URIs of the resources that are watched, by workspace; lists are watched in every workspace that is named.
using Watched = std::map<std::string, std::set<std::string>>;

// What has changed for those who listen in one workspace.
struct WorkspaceChanges {
  std::string workspace;
  ChangeSet changes;
};

// Given by the product.
class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;
  // What has changed of what is watched since the last look. What was not watched then is only learnt: its changes are
  // told from the next look on. Throws Fault where the store cannot be read; nothing is lost by that.
  virtual std::vector<WorkspaceChanges> look(const Watched& watched) = 0;
  // Which of these may not ask any more: their key is revoked, or it or their token has expired. Throws as look().
  virtual Callers dismissed(const Callers& callers) {
    static_cast<void>(callers);
    return {};
  }
};

}  // namespace pianola::mcp
