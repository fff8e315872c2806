// Use case: what a provider, a gateway or a host's session log says that executions used, request by request. It goes
// before what executors told of themselves: records are `reconciled`, or `estimated` where somebody only counted.
// Thread rule: as the Environment.
#pragma once

#include <cstdint>
#include <string_view>

#include "workflow/environment.h"

namespace pianola::workflow {

// What an import of usage did.
struct UsageImport {
  std::int64_t records = 0;     // lines read: one model request each
  std::int64_t executions = 0;  // that they are of
  std::int64_t changed = 0;     // of these, those whose usage is another now
};

// Reads JSON lines, one model request each: {"execution": ID, "model", the counts of decode_usage, "source"}. Of each
// execution the records replace what was known of the models that they name; the same file again changes nothing. All
// lines are taken or none. Refuses ("bad_usage") with the first lines that cannot be used, and why: no such execution,
// one that has not ended, no model, no counts. `dry_run`: says what it would do.
Result<UsageImport> import_usage(Environment& environment, const Actor& actor, std::string_view lines, bool dry_run);

}  // namespace pianola::workflow
