-- A published version that starts take for a share of the executions only, beside the newest one that is no canary: at most
-- one a workflow. What became of it stands in the audit log.
CREATE TABLE canaries (
  workspace_id TEXT NOT NULL,
  workflow     TEXT NOT NULL,
  version      TEXT NOT NULL,
  percent      BIGINT NOT NULL CHECK (percent > 0 AND percent < 100),
  by_hand      BIGINT NOT NULL CHECK (by_hand = 0 OR by_hand = 1),
  started_at   BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, workflow),
  FOREIGN KEY (workspace_id, workflow, version) REFERENCES versions (workspace_id, workflow, version)
) /* sqlite: WITHOUT ROWID */;
