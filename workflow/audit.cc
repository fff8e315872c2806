#include "workflow/audit.h"

namespace pianola::workflow {

std::string audit_hash(const AuditEntry& entry) {
  const Json fields = {{"chain", entry.chain},
                       {"seq", entry.seq},
                       {"at", entry.at.micros()},
                       {"action", entry.action},
                       {"model", entry.author.model},
                       {"client", entry.author.client},
                       {"key", entry.author.key},
                       {"body", entry.body},
                       {"previous_hash", entry.previous_hash}};
  // Compact JSON with sorted keys: one text for one entry, and integers are kept exactly.
  return Hash::of(dump_compact(fields)).text();
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
