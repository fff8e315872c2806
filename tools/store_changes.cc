#include "tools/store_changes.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "tools/skills.h"
#include "workflow/audit.h"

namespace pianola::tools {
namespace {

using workflow::AuditEntry;
using workflow::WorkspaceName;

constexpr std::string_view kExecutionUri = "execution://";
constexpr std::string_view kWorkflowChain = "workflow:";

// What one entry of a workflow's chain changes for those who read its resources.
enum class Touches { nothing, playbook, edge_cases };

Touches touched_by(const AuditEntry& entry) {
  if (entry.action == "version_saved") {
    const Result<Json> body = parse_json(entry.body);
    return body && body->value("status", "") == "published" ? Touches::playbook : Touches::nothing;
  }
  for (const char* action : {"version_published", "version_retired", "rolled_back", "version_quarantined",
                             "version_released", "canary_promoted"}) {
    if (entry.action == action) return Touches::playbook;
  }
  return entry.action.starts_with("edge_case") ? Touches::edge_cases : Touches::nothing;
}

void add_once(std::vector<std::string>& uris, std::string uri) {
  if (std::ranges::find(uris, uri) == uris.end()) uris.push_back(std::move(uri));
}

// The chain of the execution that the resource shows; empty where it shows another thing.
std::string execution_chain(const std::string& uri) {
  if (!uri.starts_with(kExecutionUri)) return "";
  const std::string path = uri.substr(kExecutionUri.size());
  return "execution:" + path.substr(0, path.find('/'));
}

}  // namespace

std::vector<mcp::WorkspaceChanges> StoreChanges::look(const mcp::Watched& watched) {
  const std::uint64_t count = store_.change_count();
  if (count_ == count && watched_ == watched) return {};
  std::vector<mcp::WorkspaceChanges> found;
  std::map<std::string, Ends> known;
  for (const auto& [workspace, uris] : watched) {
    Ends ends = known_[workspace];
    mcp::ChangeSet changes = look_at(WorkspaceName::parse(workspace).value(), uris, ends);
    if (changes.any()) found.push_back({workspace, std::move(changes)});
    known.emplace(workspace, std::move(ends));
  }
  // Only now: where reading failed, all of this is found again.
  known_ = std::move(known);
  watched_ = watched;
  count_ = count;
  return found;
}

mcp::ChangeSet StoreChanges::look_at(const WorkspaceName& workspace, const std::set<std::string>& uris, Ends& known) {
  mcp::ChangeSet changes;
  const bool is_new = known.empty();
  Ends now = store_.audit().ends(workspace);
  for (const auto& [chain, end] : now) {
    const auto seen = known.find(chain);
    const std::int64_t after = seen == known.end() ? 0 : seen->second;
    if (!is_new && end > after) read_chain(workspace, chain, {after, end}, changes);
  }
  for (const std::string& uri : uris) {
    const std::string chain = execution_chain(uri);
    if (chain.empty()) continue;
    const std::int64_t end = now[chain] = store_.audit().end(workspace, chain);
    const auto seen = known.find(chain);
    if (seen != known.end() && end > seen->second) add_once(changes.updated, uri);
  }
  now[""] = 0;  // a workspace without entries is not new either, next time
  known = std::move(now);
  return changes;
}

void StoreChanges::read_chain(const WorkspaceName& workspace, const std::string& chain, Stretch stretch,
                              mcp::ChangeSet& changes) {
  if (chain == workflow::kWorkspaceChain) return add_once(changes.updated, "pianola://prices");
  if (!chain.starts_with(kWorkflowChain)) return;
  const std::string name = chain.substr(kWorkflowChain.size());
  const std::string uri = "workflow://" + name;
  for (const AuditEntry& entry : store_.audit().chain_after(workspace, chain, stretch.after)) {
    if (entry.seq > stretch.end) break;  // written since: it is told by the next look
    switch (touched_by(entry)) {
      case Touches::nothing:
        break;
      case Touches::playbook:
        add_once(changes.updated, uri);
        for (std::string& file : skill_files(workflow::WorkflowName::parse(name).value())) {
          add_once(changes.updated, std::move(file));
        }
        changes.lists.resources = true;
        break;
      case Touches::edge_cases:
        add_once(changes.updated, uri + "/edge-cases");
        break;
    }
  }
}

}  // namespace pianola::tools
