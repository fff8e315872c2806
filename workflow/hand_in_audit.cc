#include "workflow/hand_in_audit.h"

#include <utility>

#include "base/json_text.h"

namespace pianola::workflow {
namespace {

// Keys are sorted, as in every body.
std::string body_of(const HandIn& hand_in, const HandInAudit& audit) {
  ObjectText body(256 + hand_in.output.size() * 5 / 4);
  body.add("attempt", hand_in.attempt);
  if (!audit.changed_files.empty()) {
    Json files = Json::array();
    for (const ChangedFile& file : audit.changed_files) files.push_back({{"path", file.path}, {"hash", file.hash}});
    body.add_json("changed_files", dump_compact(files));
  }
  return body.add("executor", hand_in.executor)
      .add("output", hand_in.output)
      .add("result", to_string(hand_in.result))
      .add("seq", hand_in.seq)
      .add("state", to_string(audit.state))
      .add("step", hand_in.step)
      .add("visit", hand_in.visit)
      .take();
}

}  // namespace

AuditEntry audit_entry_of(const ExecutionId& execution, const HandIn& hand_in, const HandInAudit& audit) {
  AuditEntry entry;
  entry.chain = chain_of(execution);
  entry.at = hand_in.at;
  entry.action = "hand_in";
  entry.author = audit.author;
  // Whoever's call it came with, the server worked it out.
  if (is_by_server(hand_in)) entry.author = {.model = hand_in.executor};
  entry.body = body_of(hand_in, audit);
  return entry;
}

}  // namespace pianola::workflow
