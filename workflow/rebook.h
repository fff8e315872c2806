// Booking anew: the accounts hold what executions cost at the prices known when they were booked, so that a price that
// is set, corrected or taken back later must reach what was booked before. What was booked of an execution stands in
// its audit chain: exactly that is taken back, whatever today's prices say. Thread rule: as the Environment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workflow/environment.h"
#include "workflow/heartbeat.h"
#include "workflow/prices.h"

namespace pianola::workflow {

// What was booked of an execution until now, summed up: what its audit chain tells. Where it tells of no booking (a
// store from before the log told them), what would be booked at these prices.
std::vector<AccountEntry> booked_so_far(Store& store, const WorkspaceName& workspace, const Execution& execution,
                                        const Version& version, const PriceBook& prices);

// What booking anew changed.
struct Rebooked {
  std::int64_t executions = 0;       // that ended, all of them
  std::int64_t changed = 0;          // of them, those that are booked otherwise now
  std::int64_t unpriced_before = 0;  // of them all, those without a known cost
  std::int64_t unpriced = 0;
  std::string unpriced_since{};  // first day on which a changed price's model was used and still has none; empty: none
};

// Books every execution that ended anew, at the prices that the workspace has now: its own, and the catalogue of this
// program. Each one that changes gets an entry in its audit chain. Works in short transactions of its own, so that
// others can write meanwhile; one that is cut short is finished by the next.
Rebooked rebook(Environment& environment, const Actor& actor, const Heartbeat& heartbeat = {});

// The same for the executions that these prices, set or removed since `before`, concern: those that ended on the days,
// and in the workflows, in which the accounts know one of the models since its price's first day (since ever where it
// is another model's name now). Where there are none, nothing is read but the accounts.
Rebooked rebook_touched(Environment& environment, const Actor& actor, const PriceBook& before,
                        const std::vector<ModelPrice>& changed, const Heartbeat& heartbeat = {});

}  // namespace pianola::workflow
