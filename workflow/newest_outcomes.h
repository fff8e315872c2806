// How the newest executions of a version ended, one by one: what tells a change within a day, which the accounts keep
// as one sum. Thread rule: as the Environment.
#pragma once

#include <vector>

#include "workflow/environment.h"
#include "workflow/health.h"

namespace pianola::workflow {

// Of at most `most` executions, in the order of their ends. Read only where one of the days in `entries` holds so many
// unsuccessful executions that they could be more than chance; else empty.
std::vector<Outcome> newest_outcomes(Environment& environment, const Actor& actor, const Version& version,
                                     const std::vector<AccountEntry>& entries, int most);

}  // namespace pianola::workflow
