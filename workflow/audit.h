// The append-only audit log: every change with its author, chained by hash, so that an edited, missing or reordered
// entry is found. A chain a workflow for versions and resolutions, an execution for what it did, two a workspace for
// prices and access keys. Thread rule: plain values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "workflow/names.h"

namespace pianola::workflow {

// One entry of the append-only log, chained to the one before it by hash.
struct AuditEntry {
  std::string chain;     // "workflow:NAME", "execution:ID", "workspace" or "keys"
  std::int64_t seq = 0;  // 1, 2, ... within the chain
  Timestamp at;
  std::string action;  // "version_saved", "hand_in", ...
  Author author;
  std::string body;           // canonical JSON of what changed
  std::string rows;           // JSON of the rows that the change wrote, by name, each with the hash of its content; the
                              // store fills it in; empty: none
  std::string previous_hash;  // of the entry before; empty for the first
  std::string hash;           // SHA-256 over all the fields above
};

// The chain of a workspace (prices).
inline constexpr std::string_view kWorkspaceChain = "workspace";
// The chain of a workspace's access keys: apart, because keys stay with their store and are never exported.
inline constexpr std::string_view kKeyChain = "keys";
// The chain of a workflow (versions, resolutions), and of an execution (what it did).
std::string chain_of(const WorkflowName& name);
std::string chain_of(const ExecutionId& id);
// The workflow or execution that a chain is of; of a chain that is of neither all of its name.
std::string id_of_chain(const std::string& chain);

// The hash an entry must carry: SHA-256 over the canonical JSON of its fields, `hash` left out.
std::string audit_hash(const AuditEntry& entry);

// The entry that follows `last` (null for the first) in its chain, hashes filled in.
AuditEntry next_audit_entry(const AuditEntry* last, AuditEntry entry);

// What is wrong with a chain in the order of its seq, or nothing: edited, missing or reordered entries, in words.
std::optional<std::string> find_broken_link(const std::vector<AuditEntry>& chain);

}  // namespace pianola::workflow
