// One chain of the audit log against itself and against the rows that belong to it: verify asks it of every chain, an
// import of those that it wrote. Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "store/database.h"
#include "workflow/audit.h"
#include "workflow/export_store.h"
#include "workflow/names.h"

namespace pianola::store {

// `entries`: the chain as it is stored. Needs a transaction; throws Fault where a row is not what is stored.
std::vector<workflow::ChainProblem> find_chain_problems(Database& database, const workflow::WorkspaceName& workspace,
                                                        const std::string& chain,
                                                        const std::vector<workflow::AuditEntry>& entries);

// The same of a store that open_store() gave, within its transaction: the check of imports.
std::vector<workflow::ChainProblem> find_problems_of_chain(workflow::Store& store,
                                                           const workflow::WorkspaceName& workspace,
                                                           const std::string& chain);

}  // namespace pianola::store
