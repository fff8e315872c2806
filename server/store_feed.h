// What `serve --http` finds by looking at its store from time to time, whoever wrote there: changes for those who
// listen, and whose key is not in force any more. Thread rule: belongs to the thread that looks.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "mcp/change_feed.h"
#include "tools/store_changes.h"
#include "workflow/store.h"

namespace pianola::server {

class StoreFeed final : public mcp::ChangeFeed {
 public:
  // Looks with a store of its own. The clock must outlive this. Throws Fault where the store cannot be opened.
  StoreFeed(const std::string& path, Clock& clock);

  std::vector<mcp::WorkspaceChanges> look(const mcp::Watched& watched) override { return changes_.look(watched); }
  // Whoever asked without a key is dismissed once there is one.
  mcp::Callers dismissed(const mcp::Callers& callers) override;

 private:
  bool is_in_force(const mcp::Caller& caller);

  std::unique_ptr<workflow::Store> store_;
  Clock& clock_;
  tools::StoreChanges changes_;
  std::optional<std::uint64_t> count_;  // of the store's changes, when it was asked last
  mcp::Callers callers_;                // of whom it was asked then
};

}  // namespace pianola::server
