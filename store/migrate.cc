#include "store/migrate.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/clock.h"
#include "store/search_index.h"

namespace pianola::store {
namespace {

constexpr Statement kHasMigrations{R"(
  SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations')"};
constexpr Statement kNewestMigration{"SELECT coalesce(max(number), 0) FROM schema_migrations"};
constexpr Statement kRecordMigration{R"(
  INSERT INTO schema_migrations (number, applied_at) VALUES (:number, :applied_at))"};

constexpr Statement kMigrationStatements[] = {kNewestMigration, kRecordMigration};

constexpr const char* kMigrationsTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)";

// Makes tables whose rows are made from the versions.
constexpr std::int64_t kSearchIndexMigration = 7;

// "0001_initial.sql" is number 1; so is "0001_search.sqlite.sql".
std::int64_t number_of(std::string_view file_name) {
  std::int64_t number = 0;
  std::from_chars(file_name.data(), file_name.data() + file_name.size(), number);
  return number;
}

void run_migration(Database& database, std::int64_t number) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (number_of(file.name) == number) database.run_script(for_sqlite(file.text));
  }
  if (number == kSearchIndexMigration) SearchIndex(database).make();
  database.execute(kRecordMigration, {{":number", number}, {":applied_at", SystemClock().now().micros()}});
}

}  // namespace

std::span<const Statement> migration_statements() { return kMigrationStatements; }

std::int64_t newest_schema() {
  std::int64_t newest = 0;
  for (const EmbeddedFile& file : embedded_files()) newest = std::max(newest, number_of(file.name));
  return newest;
}

std::int64_t schema_of(Database& database) {
  if (database.query(kHasMigrations, {}).empty()) return 0;
  return database.query(kNewestMigration, {}).front().take_integer();
}

void refuse_newer(Database& database, const std::string& store) {
  const std::int64_t now = schema_of(database);
  if (now <= newest_schema()) return;
  throw Fault(FaultKind::storage_newer, store + " was written by a newer Pianola (schema " + std::to_string(now) +
                                            " in its schema_migrations, this program knows " +
                                            std::to_string(newest_schema()) +
                                            "): use that program; nothing was changed");
}

void migrate(Database& database) {
  refuse_newer(database, "the store");
  while (schema_of(database) < newest_schema()) {
    database.begin(Access::write);
    database.run_script(kMigrationsTable);
    // Another process may have come first while this one waited its turn.
    if (const std::int64_t next = schema_of(database) + 1; next <= newest_schema()) run_migration(database, next);
    database.commit();
  }
}

void make_schema(Database& blank, std::int64_t number) {
  blank.run_script(kMigrationsTable);
  for (std::int64_t next = 1; next <= number; ++next) run_migration(blank, next);
}

std::string for_sqlite(std::string_view migration) {
  constexpr std::string_view kOpen = "/* sqlite:";
  constexpr std::string_view kClose = "*/";
  std::string text;
  for (std::size_t at = migration.find(kOpen); at != migration.npos; at = migration.find(kOpen)) {
    const std::size_t end = migration.find(kClose, at);
    text += migration.substr(0, at);
    text += migration.substr(at + kOpen.size(), end - at - kOpen.size());
    migration.remove_prefix(end + kClose.size());
  }
  return text.append(migration);
}

}  // namespace pianola::store
