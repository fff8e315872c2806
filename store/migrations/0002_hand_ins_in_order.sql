-- A hand-in is one row, written behind the ones before it, and is itself the entry of its execution's audit chain. So a
-- step writes a page or two, where it wrote three, and six where a page was full.

-- The row's current_step, last_hand_in_at and rev are as of this hand-in; later ones tell the rest.
ALTER TABLE executions ADD COLUMN row_seq BIGINT NOT NULL DEFAULT 0;
UPDATE executions
SET row_seq = (SELECT coalesce(max(seq), 0) FROM hand_ins
               WHERE hand_ins.workspace_id = executions.workspace_id
                 AND hand_ins.execution_id = executions.execution_id);

-- In the order in which they come, not in that of the key: what is written together lies together.
CREATE TABLE hand_ins_in_order (
  workspace_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  seq          BIGINT NOT NULL CHECK (seq > 0),
  step         TEXT NOT NULL,
  result       TEXT NOT NULL CHECK (result IN ('accepted', 'refused', 'skipped', 'failed')),
  executor     TEXT NOT NULL,
  handed_in_at BIGINT NOT NULL,
  details      TEXT NOT NULL,
  output       TEXT NOT NULL,
  -- its place in the execution's audit chain and that entry's hash; null where audit_log has the entry, or nobody
  audit_seq    BIGINT,
  audit_hash   TEXT CHECK (length(audit_hash) = 64),
  -- what the entry tells beside the hand-in: author, state, changed files
  audit_facts  TEXT,
  PRIMARY KEY (workspace_id, execution_id, seq),
  FOREIGN KEY (workspace_id, execution_id) REFERENCES executions (workspace_id, execution_id)
);
INSERT INTO hand_ins_in_order (workspace_id, execution_id, seq, step, result, executor, handed_in_at, details, output)
  SELECT workspace_id, execution_id, seq, step, result, executor, handed_in_at, details, output FROM hand_ins;
DROP TABLE hand_ins;
ALTER TABLE hand_ins_in_order RENAME TO hand_ins;
