#include "workflow/audit.h"

#include "base/json_text.h"

namespace pianola::workflow {

std::string chain_of(const WorkflowName& name) { return "workflow:" + name.text(); }

std::string chain_of(const ExecutionId& id) { return "execution:" + id.text(); }

// Without a colon, npos + 1 is 0.
std::string id_of_chain(const std::string& chain) { return chain.substr(chain.find(':') + 1); }

// Compact JSON with sorted keys: one text for one entry, and integers are kept exactly.
std::string audit_hash(const AuditEntry& entry) {
  constexpr std::size_t kAround = 512;  // names, hashes and what is short
  const std::string fields = ObjectText(kAround + entry.body.size() * 5 / 4 + entry.rows.size() * 5 / 4)
                                 .add("action", entry.action)
                                 .add("at", entry.at.micros())
                                 .add("body", entry.body)
                                 .add("chain", entry.chain)
                                 .add("client", entry.author.client)
                                 .add("key", entry.author.key)
                                 .add("model", entry.author.model)
                                 .add("previous_hash", entry.previous_hash)
                                 .add("rows", entry.rows)
                                 .add("seq", entry.seq)
                                 .take();
  return Hash::of(fields).text();
}

AuditEntry next_audit_entry(const AuditEntry* last, AuditEntry entry) {
  entry.seq = last == nullptr ? 1 : last->seq + 1;
  entry.previous_hash = last == nullptr ? "" : last->hash;
  entry.hash = audit_hash(entry);
  return entry;
}

std::optional<std::string> find_broken_link(const std::vector<AuditEntry>& chain) {
  const AuditEntry* last = nullptr;
  for (const AuditEntry& entry : chain) {
    const std::string place = "entry " + std::to_string(entry.seq) + " of chain " + entry.chain;
    const std::int64_t expected = last == nullptr ? 1 : last->seq + 1;
    if (entry.seq != expected) return place + " stands where entry " + std::to_string(expected) + " is missing";
    if (entry.previous_hash != (last == nullptr ? "" : last->hash)) return place + " does not follow the one before it";
    if (entry.hash != audit_hash(entry)) return place + " was edited: its hash does not match its content";
    last = &entry;
  }
  return std::nullopt;
}

}  // namespace pianola::workflow
