// What verify asks of the file apart from what its rows mean: also of one that an older program wrote.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "store/sqlite.h"

namespace pianola::store {

// In words: damage of the file, rows without the row they belong to, migrations that are missing up to the store's own
// schema, and tables, indexes, triggers and views that differ from those which the migrations make. Throws Fault where
// the file cannot be read.
std::vector<std::string> find_structure_problems(SqliteDatabase& database);

}  // namespace pianola::store
