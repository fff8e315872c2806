-- What servers over HTTP share. A key is found by its prefix before its workspace is known: the key says which.
CREATE TABLE access_keys (
  workspace_id TEXT NOT NULL,
  prefix       TEXT NOT NULL,
  key_hash     TEXT NOT NULL CHECK (length(key_hash) = 64),
  role         TEXT NOT NULL CHECK (role IN ('executor', 'designer', 'reviewer', 'admin')),
  label        TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT,
  revoked_at   BIGINT,
  PRIMARY KEY (workspace_id, prefix)
);
CREATE UNIQUE INDEX access_keys_by_prefix ON access_keys (prefix);

-- What was agreed with a client is in its session's id; this is what came after that.
CREATE TABLE http_sessions (
  workspace_id TEXT NOT NULL,
  session      TEXT NOT NULL,
  remembered   TEXT NOT NULL,
  expires_at   BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, session)
);
CREATE INDEX http_sessions_by_expiry ON http_sessions (expires_at);

-- Keys of the store itself: hashes of access keys and ids of sessions are made with them.
CREATE TABLE secrets (
  name   TEXT PRIMARY KEY,
  secret TEXT NOT NULL
);
