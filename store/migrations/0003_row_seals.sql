-- Every entry of the audit log names the rows that its change wrote, each with a hash of its columns, so that a row that was
-- changed past the log is found.

ALTER TABLE audit_log ADD COLUMN rows_written TEXT NOT NULL DEFAULT '';
-- of a hand-in that is its own entry: the rows written with it
ALTER TABLE hand_ins ADD COLUMN rows_written TEXT;

-- The last entry of every chain but the executions', whose own rows are written with their entries: so that entries that
-- went missing at the end are missed.
CREATE TABLE audit_heads (
  workspace_id TEXT NOT NULL,
  chain        TEXT NOT NULL,
  seq          BIGINT NOT NULL CHECK (seq > 0),
  hash         TEXT NOT NULL CHECK (length(hash) = 64),
  PRIMARY KEY (workspace_id, chain)
) /* sqlite: WITHOUT ROWID */;
INSERT INTO audit_heads (workspace_id, chain, seq, hash)
SELECT workspace_id, chain, seq, hash FROM audit_log
WHERE chain NOT LIKE 'execution:%'
  AND seq = (SELECT max(seq) FROM audit_log AS later
             WHERE later.workspace_id = audit_log.workspace_id AND later.chain = audit_log.chain);
