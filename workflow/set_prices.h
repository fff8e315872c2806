// Use case: prices that a workspace sets itself, beside the catalogue or in its place. What was executed since a
// price's first day is booked anew with it. Thread rule: as the Environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/environment.h"
#include "workflow/rebook.h"

namespace pianola::workflow {

// Stores the prices, with one entry in the audit log that names them all. Nothing is stored of an empty list.
// What that changes in the accounts is booked anew in transactions of its own (rebook.h); should the process end
// between them, setting the price again goes on.
Rebooked set_prices(Environment& environment, const Actor& actor, const std::vector<ModelPrice>& prices,
                    const Heartbeat& heartbeat = {});

// What was taken back, and what that changed.
struct RemovedPrices {
  std::vector<ModelPrice> prices;
  Rebooked rebooked;
};

// Takes back the prices that the workspace set itself for a model: the one of that first day, or all of them. Refuses
// (unknown_price) where it set none.
Result<RemovedPrices> remove_prices(Environment& environment, const Actor& actor, const std::string& model,
                                    const std::optional<Timestamp>& valid_from, const Heartbeat& heartbeat = {});

}  // namespace pianola::workflow
