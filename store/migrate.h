// Brings a database to the schema this program knows: numbered files, forward only, one transaction each.
// Thread rule: plain functions; who migrates holds the writers' turn through its transaction.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/embedded_file.h"
#include "store/database.h"

namespace pianola::store {

// The files of store/migrations, compiled in, in the order of their names.
std::span<const EmbeddedFile> embedded_files();

// What is asked of any database about its migrations, in the common dialect.
std::span<const Statement> migration_statements();

// The highest number among the files.
std::int64_t newest_schema();
// What the database is at; 0 for a blank one.
std::int64_t schema_of(Database& database);

// Throws Fault (storage_newer) where the database is ahead of this program. `store` is how the message calls it.
void refuse_newer(Database& database, const std::string& store);

// Runs what is missing. Throws as refuse_newer does.
void migrate(Database& database);

// Makes a blank database one of schema `number`, outside transactions and the writers' turn: for one in memory.
void make_schema(Database& blank, std::int64_t number);

// A migration as SQLite reads it: what stands in comments that open with "sqlite:" becomes part of the text.
std::string for_sqlite(std::string_view migration);

}  // namespace pianola::store
