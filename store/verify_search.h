// The search index against the versions that it is made from. Thread rule: as Database.
#pragma once

#include <string>
#include <vector>

#include "store/sqlite.h"

namespace pianola::store {

// What is wrong with the index, in words. The index is made anew beside the store, in memory, and compared row
// by row. Needs a reading transaction.
std::vector<std::string> find_search_problems(SqliteDatabase& database);

}  // namespace pianola::store
