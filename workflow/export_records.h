// What a store holds as JSON that people read and git compares: everything of a record, and back. What a decoder gives
// encodes to the same text again. Decoders refuse with "bad_export". Prices: workflow/prices.h.
// Thread rule: plain functions.
#pragma once

#include <vector>

#include "workflow/store.h"

namespace pianola::workflow {

// A version with its whole design. Decoding refuses a design that does not have the hash it is said to have.
OrderedJson encode_version(const Version& version);
// Refuses also a hash that is not its design's.
Result<Version> decode_version(const Json& json);

// Which version of a workflow is its canary.
struct ToldCanary {
  WorkflowName workflow;
  Canary canary;
};
// On one line.
OrderedJson encode_told_canary(const ToldCanary& told);
// Refuses also a percentage that is none.
Result<ToldCanary> decode_told_canary(const Json& json);

// Which item of a batch an execution is, as stores keep it and exports tell it.
OrderedJson encode_batch_item(const BatchItem& item);
// Refuses also an item that is none of as many.
Result<BatchItem> decode_batch_item(const Json& json);

// An execution without its hand-ins, and one hand-in.
OrderedJson encode_execution(const Execution& execution);
// Without hand-ins, which are added one by one.
Result<Execution> decode_execution(const Json& json);
// One line below its execution.
OrderedJson encode_hand_in(const HandIn& hand_in);
// Refuses also a number below 1.
Result<HandIn> decode_hand_in(const Json& json);

// A report with everything told, in the order told.
struct ToldReport {
  EdgeCaseReport report;
  std::vector<Occurrence> occurrences;
};
// With every telling.
OrderedJson encode_report(const ToldReport& told);
// Refuses also a report that nobody told.
Result<ToldReport> decode_report(const Json& json);

// Counts that are zero are left out.
OrderedJson encode_account_entry(const AccountEntry& entry);
// Absent counts are zero.
Result<AccountEntry> decode_account_entry(const Json& json);

// What a change booked, as the body of its audit entry tells it under "booked".
Json booked_json(const std::vector<AccountEntry>& entries);
// The account entries that the change of an audit entry booked, as its body tells them; mostly none.
Result<std::vector<AccountEntry>> booked_by(const AuditEntry& entry);

// An audit entry; what the entry before says (`previous_hash`) is left out.
OrderedJson encode_audit_entry(const AuditEntry& entry);
// The chain is checked by whoever reads it as a whole.
Result<AuditEntry> decode_audit_entry(const Json& json);

}  // namespace pianola::workflow
