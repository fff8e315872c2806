// A hand-in in the audit log: it is an entry of its execution's chain itself, so that what was handed in is stored
// once. Thread rule: plain values and functions.
#pragma once

#include <vector>

#include "workflow/audit.h"
#include "workflow/execution.h"

namespace pianola::workflow {

// What the entry tells beside the hand-in.
struct HandInAudit {
  Author author;                                   // who handed it in
  ExecutionState state = ExecutionState::running;  // of the execution after it
  std::vector<ChangedFile> changed_files{};  // input files that it was judged by and that were not as at the start
};

// The entry, without its place in the chain and its hashes.
AuditEntry audit_entry_of(const ExecutionId& execution, const HandIn& hand_in, const HandInAudit& audit);

}  // namespace pianola::workflow
