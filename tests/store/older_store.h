// Stores as older programs left them.
#pragma once

#include <cstdint>
#include <string>

#include "store/migrate.h"
#include "store/sqlite.h"

namespace pianola::store {

// What a file was: a store that was written to, or a backup of one.
enum class OlderFile { store, backup };

// The same rows in tables of an older schema, as far as it has them.
inline void take_back(const std::string& from, std::int64_t schema, const std::string& to,
                      OlderFile file = OlderFile::backup) {
  constexpr static Statement kTables{R"(
    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'
      AND name IN (SELECT name FROM newer.sqlite_schema))"};
  constexpr static Statement kColumns{"SELECT group_concat(name) FROM pragma_table_info(:table)"};
  SqliteDatabase older(to, FileUse::make);
  older.run_script("PRAGMA foreign_keys = OFF; PRAGMA application_id = " + std::to_string(kApplicationId));
  make_schema(older, schema);
  older.run_script("ATTACH '" + from + "' AS newer");
  for (Row& row : older.query(kTables, {})) {
    const std::string table = row.take_text();
    const std::string columns = older.query(kColumns, {{":table", table}}).front().take_text();
    older.run_script("INSERT INTO " + table + " (" + columns + ") SELECT " + columns + " FROM newer." + table);
  }
  older.run_script("DETACH newer");
  if (file == OlderFile::store) older.use_write_ahead_log();
}

}  // namespace pianola::store
