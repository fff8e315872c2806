#include "store/verify_structure.h"

#include <map>
#include <utility>

#include "store/migrate.h"

namespace pianola::store {
namespace {

using Problems = std::vector<std::string>;

constexpr Statement kIntegrityCheck{"PRAGMA integrity_check"};
constexpr Statement kForeignKeyCheck{R"(
  SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY "table", parent)"};
constexpr Statement kMigrations{"SELECT number FROM schema_migrations ORDER BY number"};
// The tables of ANALYZE say how to search, not what is there: whoever wants them may make them.
constexpr Statement kSchema{R"(
  SELECT type || ' ' || name, tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema
  WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')))"};

void check_references(SqliteDatabase& database, Problems& problems) {
  for (Row& row : database.query(kForeignKeyCheck, {})) {
    const std::string table = row.take_text();
    const std::string parent = row.take_text();
    problems.push_back(std::to_string(row.take_integer()) + " rows of " + table + " belong to no row of " + parent);
  }
}

void check_migrations(SqliteDatabase& database, Problems& problems) {
  std::int64_t expected = 0;
  for (Row& row : database.query(kMigrations, {})) {
    if (row.take_integer() != ++expected)
      problems.push_back("schema_migrations: number " + std::to_string(expected) + " is missing");
  }
}

// What made each table, index, trigger and view, by kind and name.
std::map<std::string, std::string> schema_parts(SqliteDatabase& database) {
  std::map<std::string, std::string> parts;
  for (Row& row : database.query(kSchema, {})) {
    std::string name = row.take_text();
    parts.emplace(std::move(name), row.take_text());
  }
  return parts;
}

// A trigger changes what the program writes, and a table without an index takes what the index would refuse.
void check_schema(SqliteDatabase& database, Problems& problems) {
  SqliteDatabase wanted(":memory:", FileUse::make);
  make_schema(wanted, schema_of(database));
  const std::map<std::string, std::string> there = schema_parts(database);
  const std::map<std::string, std::string> made = schema_parts(wanted);
  for (const auto& [name, text] : there) {
    const auto known = made.find(name);
    if (known == made.end()) {
      problems.push_back("schema: " + name + " was added: no migration makes it");
    } else if (known->second != text) {
      problems.push_back("schema: " + name + " is not as the migrations make it");
    }
  }
  for (const auto& [name, text] : made) {
    if (!there.contains(name)) problems.push_back("schema: " + name + " is missing");
  }
}

}  // namespace

std::vector<std::string> find_structure_problems(SqliteDatabase& database) {
  Problems problems;
  for (Row& row : database.query(kIntegrityCheck, {})) {
    if (const std::string line = row.take_text(); line != "ok") problems.push_back("damaged file: " + line);
  }
  check_references(database, problems);
  check_migrations(database, problems);
  check_schema(database, problems);
  return problems;
}

}  // namespace pianola::store
