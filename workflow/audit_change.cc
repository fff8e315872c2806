#include "workflow/audit_change.h"

#include <utility>

namespace pianola::workflow {

std::string append_audit(Environment& environment, const Actor& actor, std::string chain, std::string action,
                         const Json& body) {
  AuditEntry entry;
  entry.chain = std::move(chain);
  entry.at = environment.clock.now();
  entry.action = std::move(action);
  entry.author = actor.author;
  entry.body = dump_compact(body);
  return environment.store.audit().append(actor.workspace, std::move(entry));
}

}  // namespace pianola::workflow
