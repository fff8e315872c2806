// What of the resources (tools/resources.h) has changed in a store, whoever changed it: read from the ends of the audit
// log's chains. Thread rule: as its Store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mcp/change_feed.h"
#include "workflow/store.h"

namespace pianola::tools {

class StoreChanges final : public mcp::ChangeFeed {
 public:
  // The store must outlive this.
  explicit StoreChanges(workflow::Store& store) : store_(store) {}

  std::vector<mcp::WorkspaceChanges> look(const mcp::Watched& watched) override;

 private:
  // The number of the last entry that was seen of each chain.
  using Ends = std::map<std::string, std::int64_t>;

  mcp::ChangeSet look_at(const workflow::WorkspaceName& workspace, const std::set<std::string>& uris, Ends& known);
  // Entries of a chain: behind `after`, up to `end`.
  struct Stretch {
    std::int64_t after;
    std::int64_t end;
  };
  void read_chain(const workflow::WorkspaceName& workspace, const std::string& chain, Stretch stretch,
                  mcp::ChangeSet& changes);

  workflow::Store& store_;
  std::optional<std::uint64_t> count_;  // of the store's changes, at the last look
  mcp::Watched watched_;                // at the last look
  std::map<std::string, Ends> known_;   // by workspace
};

}  // namespace pianola::tools
