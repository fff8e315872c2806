// How a use case writes a change down: one more entry in a chain of the audit log, with who did it and when. Call it
// inside the transaction of the change. Thread rule: as the Environment.
#pragma once

#include <string>

#include "workflow/environment.h"

namespace pianola::workflow {

// Appends an entry; `body` says what changed. Gives the entry's hash.
std::string append_audit(Environment& environment, const Actor& actor, std::string chain, std::string action,
                         const Json& body);

}  // namespace pianola::workflow
