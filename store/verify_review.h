// What verify and import look for where a workspace requires reviews: a version that was published meanwhile although
// nobody had approved its content (workflow/review_policy.h). Thread rule: as Database.
#pragma once

#include <vector>

#include "store/database.h"
#include "workflow/audit.h"
#include "workflow/export_store.h"

namespace pianola::store {

// Of one workflow's chain, whose entries are given in order.
std::vector<workflow::ChainProblem> find_unreviewed(Database& database, const workflow::WorkspaceName& workspace,
                                                    const std::vector<workflow::AuditEntry>& entries);

}  // namespace pianola::store
