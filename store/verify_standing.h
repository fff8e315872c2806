// Where an imported execution's row may stand: as of a later hand-in than the one that the audit log tells of.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

#include "store/database.h"
#include "workflow/names.h"

namespace pianola::store {

// True where the row stands as its hand-in tells and, taken back to an earlier one, is what `seal` was made of. Throws
// Fault where a row is not what is stored.
bool stood_as_sealed(Database& database, const workflow::WorkspaceName& workspace, std::string_view execution_id,
                     const std::string& seal);

}  // namespace pianola::store
