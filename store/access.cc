// Access keys, secrets and remembered sessions in SQL.
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"

namespace pianola::store {
namespace {

using workflow::AccessKey;
using workflow::AccessRole;
using workflow::WorkspaceName;

constexpr Statement kInsertKey{R"(
  INSERT INTO access_keys (workspace_id, prefix, key_hash, role, label, created_at, expires_at)
  VALUES (:workspace_id, :prefix, :key_hash, :role, :label, :created_at, :expires_at))"};

constexpr Statement kFindKey{R"(
  SELECT workspace_id, prefix, key_hash, role, label, created_at, expires_at, revoked_at
  FROM access_keys
  WHERE prefix = :prefix)"};

constexpr Statement kListKeys{R"(
  SELECT workspace_id, prefix, key_hash, role, label, created_at, expires_at, revoked_at
  FROM access_keys
  WHERE workspace_id = :workspace_id
  ORDER BY created_at, prefix)"};

constexpr Statement kRevokeKey{R"(
  UPDATE access_keys SET revoked_at = :revoked_at
  WHERE workspace_id = :workspace_id AND prefix = :prefix AND revoked_at IS NULL)"};

constexpr Statement kAnyKey{"SELECT prefix FROM access_keys WHERE prefix > '' LIMIT 1"};

constexpr Statement kReadSecret{"SELECT secret FROM secrets WHERE name = :name"};

constexpr Statement kInsertSecret{R"(
  INSERT INTO secrets (name, secret) VALUES (:name, :secret) ON CONFLICT (name) DO NOTHING)"};

constexpr Statement kReadSession{R"(
  SELECT remembered FROM http_sessions WHERE workspace_id = :workspace_id AND session = :session)"};

constexpr Statement kKeepSession{R"(
  INSERT INTO http_sessions (workspace_id, session, remembered, expires_at)
  VALUES (:workspace_id, :session, :remembered, :expires_at)
  ON CONFLICT (workspace_id, session) DO UPDATE SET
    remembered = excluded.remembered,
    expires_at = excluded.expires_at)"};

constexpr Statement kForgetSessions{R"(
  DELETE FROM http_sessions WHERE expires_at < :now)"};

// By the index of http_sessions_by_expiry: the first beyond the newest :most.
constexpr Statement kSurplusSession{R"(
  SELECT expires_at
  FROM http_sessions
  WHERE expires_at > 0
  ORDER BY expires_at DESC
  LIMIT 1 OFFSET :most)"};

constexpr Statement kSealedKeys{R"(
  SELECT prefix, key_hash, role, label, created_at, expires_at, revoked_at
  FROM access_keys
  WHERE workspace_id = :workspace_id)"};

constexpr Statement kSealedKey{R"(
  SELECT key_hash, role, label, created_at, expires_at, revoked_at
  FROM access_keys
  WHERE workspace_id = :workspace_id AND prefix = :prefix)"};

constexpr Statement kAccessStatements[] = {kInsertKey,   kFindKey,        kListKeys,      kRevokeKey,    kAnyKey,
                                           kSealedKeys,  kSealedKey,      kReadSecret,    kInsertSecret, kReadSession,
                                           kKeepSession, kForgetSessions, kSurplusSession};

constexpr std::size_t kMostKept = 1000;
constexpr std::int64_t kMostSessions = 100'000;  // that are remembered
constexpr int kKeptBetweenCounts = 1000;         // sessions: counting them all costs milliseconds

std::optional<Timestamp> stored_time(std::optional<std::int64_t> micros) {
  return micros ? std::optional(Timestamp::from_micros(*micros)) : std::nullopt;
}

AccessKey stored_key(Row& row) {
  AccessKey key;
  const std::string workspace = row.take_text();
  key.workspace = stored(WorkspaceName::parse(workspace), "workspace name", workspace);
  key.prefix = row.take_text();
  key.hash = row.take_text();
  key.role = stored_enum({AccessRole::executor, AccessRole::reviewer, AccessRole::designer, AccessRole::admin}, "role",
                         row.take_text());
  key.label = row.take_text();
  key.created_at = Timestamp::from_micros(row.take_integer());
  key.expires_at = stored_time(row.take_optional_integer());
  key.revoked_at = stored_time(row.take_optional_integer());
  return key;
}

}  // namespace

std::span<const Statement> access_statements() { return kAccessStatements; }

SqlAccess::SqlAccess(Database& database, RowSeals& seals)
    : database_(database),
      seals_(seals),
      keys_(database, kMostKept),
      secrets_(database, kMostKept),
      sessions_(database, kMostKept) {}

void SqlAccess::insert(const WorkspaceName& workspace, const AccessKey& key) {
  std::optional<std::int64_t> expires;
  if (key.expires_at) expires = key.expires_at->micros();
  database_.execute(kInsertKey, {{":workspace_id", workspace.text()},
                                 {":prefix", key.prefix},
                                 {":key_hash", key.hash},
                                 {":role", to_string(key.role)},
                                 {":label", key.label},
                                 {":created_at", key.created_at.micros()},
                                 {":expires_at", expires}});
  keys_.forget(key.prefix);
  seal(workspace, key.prefix);
}

void SqlAccess::seal(const WorkspaceName& workspace, const std::string& prefix) {
  std::vector<Row> rows = database_.query(kSealedKey, {{":workspace_id", workspace.text()}, {":prefix", prefix}});
  seals_.note(workspace.text(), std::string(workflow::kKeyChain), "access_keys/" + prefix, seal_of_rest(rows.front()));
}

SealedRows sealed_key_rows(Database& database, std::string_view workspace) {
  SealedRows rows;
  for (Row& row : database.query(kSealedKeys, {{":workspace_id", workspace}})) {
    const std::string prefix = row.take_text();
    rows["access_keys/" + prefix] = seal_of_rest(row);
  }
  return rows;
}

std::optional<AccessKey> SqlAccess::find(const std::string& prefix) {
  if (const AccessKey* known = keys_.find(prefix)) return *known;
  const auto stamp = keys_.stamp();
  std::vector<Row> rows = database_.query(kFindKey, {{":prefix", prefix}});
  if (rows.empty()) return std::nullopt;
  AccessKey key = stored_key(rows.front());
  keys_.keep(stamp, prefix, key);
  return key;
}

std::vector<AccessKey> SqlAccess::list(const WorkspaceName& workspace) {
  std::vector<AccessKey> keys;
  for (Row& row : database_.query(kListKeys, {{":workspace_id", workspace.text()}})) keys.push_back(stored_key(row));
  return keys;
}

bool SqlAccess::revoke(const WorkspaceName& workspace, const std::string& prefix, Timestamp at) {
  const std::int64_t revoked = database_.execute(
      kRevokeKey, {{":workspace_id", workspace.text()}, {":prefix", prefix}, {":revoked_at", at.micros()}});
  if (revoked == 0) return false;
  keys_.forget(prefix);
  seal(workspace, prefix);
  return true;
}

bool SqlAccess::has_keys() { return !database_.query(kAnyKey, {}).empty(); }

std::optional<std::string> SqlAccess::secret(const std::string& name) {
  if (const std::string* known = secrets_.find(name)) return *known;
  const auto stamp = secrets_.stamp();
  std::vector<Row> rows = database_.query(kReadSecret, {{":name", name}});
  if (rows.empty()) return std::nullopt;
  std::string secret = rows.front().take_text();
  secrets_.keep(stamp, name, secret);
  return secret;
}

void SqlAccess::insert_secret(const std::string& name, const std::string& secret) {
  database_.execute(kInsertSecret, {{":name", name}, {":secret", secret}});
}

std::optional<std::string> SqlAccess::session(const WorkspaceName& workspace, const std::string& session) {
  const std::pair key(workspace.text(), session);
  if (const std::optional<std::string>* known = sessions_.find(key)) return *known;
  const auto stamp = sessions_.stamp();
  std::vector<Row> rows = database_.query(kReadSession, {{":workspace_id", workspace.text()}, {":session", session}});
  std::optional<std::string> text = rows.empty() ? std::nullopt : std::optional(rows.front().take_text());
  sessions_.keep(stamp, key, text);
  return text;
}

void SqlAccess::keep_session(const WorkspaceName& workspace, const std::string& session, const std::string& text,
                             Timestamp expires, Timestamp now) {
  database_.execute(kForgetSessions, {{":now", now.micros()}});
  if (sessions_kept_++ % kKeptBetweenCounts == 0) forget_surplus_sessions();
  database_.execute(kKeepSession, {{":workspace_id", workspace.text()},
                                   {":session", session},
                                   {":remembered", text},
                                   {":expires_at", expires.micros()}});
  sessions_.forget_all();
}

void SqlAccess::forget_surplus_sessions() {
  std::vector<Row> rows = database_.query(kSurplusSession, {{":most", kMostSessions}});
  if (!rows.empty()) database_.execute(kForgetSessions, {{":now", rows.front().take_integer() + 1}});
}

}  // namespace pianola::store
