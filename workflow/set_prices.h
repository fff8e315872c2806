// Use case: prices that a workspace sets itself, beside the catalogue or in its place.
// Thread rule: as the Environment.
#pragma once

#include <vector>

#include "workflow/environment.h"

namespace pianola::workflow {

// Stores the prices, with one entry in the audit log that names them all. Nothing is stored of an empty list.
void set_prices(Environment& environment, const Actor& actor, const std::vector<ModelPrice>& prices);

}  // namespace pianola::workflow
