-- The first schema: workflows with their versions, executions with their hand-ins, edge case reports, accounts, prices
-- and the audit log. Common dialect: every database Pianola stores in reads this very text. What stands in a comment
-- that opens with "sqlite:" is read by SQLite alone: its tables are kept in the order of their primary keys.

CREATE TABLE workflows (
  workspace_id  TEXT NOT NULL,
  workflow      TEXT NOT NULL,
  -- what a list shows: the newest published version, else the newest draft, else the newest retired one
  shown_version TEXT NOT NULL,
  shown_status  TEXT NOT NULL CHECK (shown_status IN ('draft', 'published', 'retired')),
  title         TEXT NOT NULL,
  description   TEXT NOT NULL,
  tags          TEXT NOT NULL,
  PRIMARY KEY (workspace_id, workflow)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE versions (
  workspace_id TEXT NOT NULL,
  workflow     TEXT NOT NULL,
  major_number BIGINT NOT NULL CHECK (major_number >= 0),
  minor_number BIGINT NOT NULL CHECK (minor_number >= 0),
  patch_number BIGINT NOT NULL CHECK (patch_number >= 0),
  version      TEXT NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
  hash         TEXT NOT NULL CHECK (length(hash) = 64),
  base_version TEXT,
  notes        TEXT NOT NULL,
  author       TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  published_at BIGINT,
  design_cost  TEXT NOT NULL,
  canonical    TEXT NOT NULL,
  PRIMARY KEY (workspace_id, workflow, major_number, minor_number, patch_number),
  UNIQUE (workspace_id, workflow, version),
  FOREIGN KEY (workspace_id, workflow) REFERENCES workflows (workspace_id, workflow)
);

-- What a hand-in changes, kept small: every step rewrites this row. What never changes is in execution_starts.
CREATE TABLE executions (
  workspace_id    TEXT NOT NULL,
  execution_id    TEXT NOT NULL CHECK (length(execution_id) = 36),
  workflow        TEXT NOT NULL,
  version         TEXT NOT NULL,
  mode            TEXT NOT NULL CHECK (mode IN ('guided', 'whole')),
  state           TEXT NOT NULL
                  CHECK (state IN ('running', 'waiting', 'succeeded', 'failed', 'escalated', 'abandoned')),
  executor        TEXT NOT NULL,
  author_key      TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  started_at      BIGINT NOT NULL,
  last_hand_in_at BIGINT NOT NULL,
  ended_at        BIGINT,
  -- the hour of the last hand-in while running or waiting: changes seldom, so that its index is seldom written
  idle_hour       BIGINT,
  -- hand-ins up to here are counted in step_tallies
  tallied_seq     BIGINT NOT NULL,
  rev             BIGINT NOT NULL CHECK (rev >= 0),
  current_step    TEXT NOT NULL,
  progress        TEXT NOT NULL,
  PRIMARY KEY (workspace_id, execution_id),
  FOREIGN KEY (workspace_id, workflow, version) REFERENCES versions (workspace_id, workflow, version)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX executions_by_workflow ON executions (workspace_id, workflow, execution_id);
CREATE INDEX executions_by_author ON executions (workspace_id, author_key, execution_id) WHERE author_key <> '';
CREATE UNIQUE INDEX executions_by_key ON executions (workspace_id, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX executions_idle ON executions (workspace_id, idle_hour) WHERE idle_hour IS NOT NULL;

CREATE TABLE execution_starts (
  workspace_id   TEXT NOT NULL,
  execution_id   TEXT NOT NULL,
  author         TEXT NOT NULL,
  arguments_hash TEXT NOT NULL,
  input          TEXT NOT NULL,
  input_files    TEXT NOT NULL,
  PRIMARY KEY (workspace_id, execution_id),
  FOREIGN KEY (workspace_id, execution_id) REFERENCES executions (workspace_id, execution_id)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE hand_ins (
  workspace_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  seq          BIGINT NOT NULL CHECK (seq > 0),
  step         TEXT NOT NULL,
  result       TEXT NOT NULL CHECK (result IN ('accepted', 'refused', 'skipped', 'failed')),
  executor     TEXT NOT NULL,
  handed_in_at BIGINT NOT NULL,
  details      TEXT NOT NULL,
  output       TEXT NOT NULL,
  PRIMARY KEY (workspace_id, execution_id, seq),
  FOREIGN KEY (workspace_id, execution_id) REFERENCES executions (workspace_id, execution_id)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE edge_case_reports (
  workspace_id TEXT NOT NULL,
  report_id    TEXT NOT NULL CHECK (length(report_id) = 36),
  workflow     TEXT NOT NULL,
  version      TEXT NOT NULL,
  step         TEXT NOT NULL,
  situation    TEXT NOT NULL,
  severity     TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  status       TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'rejected', 'duplicate', 'resolved')),
  occurrences  BIGINT NOT NULL CHECK (occurrences > 0),
  weight       BIGINT NOT NULL,
  duplicate_of TEXT NOT NULL,
  reason       TEXT NOT NULL,
  resolved_in  TEXT NOT NULL,
  first_at     BIGINT NOT NULL,
  last_at      BIGINT NOT NULL,
  rev          BIGINT NOT NULL CHECK (rev >= 0),
  PRIMARY KEY (workspace_id, report_id),
  FOREIGN KEY (workspace_id, workflow) REFERENCES workflows (workspace_id, workflow)
);
CREATE INDEX edge_case_reports_by_workflow ON edge_case_reports (workspace_id, workflow, weight);
CREATE INDEX edge_case_reports_by_weight ON edge_case_reports (workspace_id, weight);

CREATE TABLE occurrences (
  workspace_id    TEXT NOT NULL,
  report_id       TEXT NOT NULL,
  seq             BIGINT NOT NULL CHECK (seq > 0),
  situation       TEXT NOT NULL,
  what_was_done   TEXT NOT NULL,
  suggestion      TEXT NOT NULL,
  severity        TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  execution_id    TEXT NOT NULL,
  step            TEXT NOT NULL,
  author          TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  arguments_hash  TEXT NOT NULL,
  told_at         BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, report_id, seq),
  FOREIGN KEY (workspace_id, report_id) REFERENCES edge_case_reports (workspace_id, report_id)
);
CREATE UNIQUE INDEX occurrences_by_key ON occurrences (workspace_id, idempotency_key) WHERE idempotency_key <> '';

-- Account entries summed up by their key; what came since the last folding is in account_deltas.
CREATE TABLE account_sums (
  workspace_id          TEXT NOT NULL,
  workflow              TEXT NOT NULL,
  version               TEXT NOT NULL,
  day                   TEXT NOT NULL,
  executor              TEXT NOT NULL,
  model                 TEXT NOT NULL,
  escalation            BIGINT NOT NULL CHECK (escalation IN (0, 1)),
  prompt_band           BIGINT NOT NULL,
  executions            BIGINT NOT NULL,
  succeeded             BIGINT NOT NULL,
  failed                BIGINT NOT NULL,
  escalated             BIGINT NOT NULL,
  abandoned             BIGINT NOT NULL,
  unpriced              BIGINT NOT NULL,
  hand_ins              BIGINT NOT NULL,
  accepted              BIGINT NOT NULL,
  blocked               BIGINT NOT NULL,
  adherence_micros      BIGINT NOT NULL,
  adherence_known       BIGINT NOT NULL,
  reported_records      BIGINT NOT NULL,
  estimated_records     BIGINT NOT NULL,
  tier_uncertain        BIGINT NOT NULL,
  input                 BIGINT NOT NULL,
  cached_input          BIGINT NOT NULL,
  cache_write_5m        BIGINT NOT NULL,
  cache_write_1h        BIGINT NOT NULL,
  output                BIGINT NOT NULL,
  useful_input          BIGINT NOT NULL,
  useful_cached_input   BIGINT NOT NULL,
  useful_cache_write_5m BIGINT NOT NULL,
  useful_cache_write_1h BIGINT NOT NULL,
  useful_output         BIGINT NOT NULL,
  cost_nanos            BIGINT NOT NULL,
  own_overhead_tokens   BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, workflow, version, day, executor, model, escalation, prompt_band)
) /* sqlite: WITHOUT ROWID */;

-- Entries as they come: no row is written twice, so that executions never wait for each other's sums.
CREATE TABLE account_deltas (
  workspace_id          TEXT NOT NULL,
  delta_id              TEXT NOT NULL,
  workflow              TEXT NOT NULL,
  version               TEXT NOT NULL,
  day                   TEXT NOT NULL,
  executor              TEXT NOT NULL,
  model                 TEXT NOT NULL,
  escalation            BIGINT NOT NULL CHECK (escalation IN (0, 1)),
  prompt_band           BIGINT NOT NULL,
  executions            BIGINT NOT NULL,
  succeeded             BIGINT NOT NULL,
  failed                BIGINT NOT NULL,
  escalated             BIGINT NOT NULL,
  abandoned             BIGINT NOT NULL,
  unpriced              BIGINT NOT NULL,
  hand_ins              BIGINT NOT NULL,
  accepted              BIGINT NOT NULL,
  blocked               BIGINT NOT NULL,
  adherence_micros      BIGINT NOT NULL,
  adherence_known       BIGINT NOT NULL,
  reported_records      BIGINT NOT NULL,
  estimated_records     BIGINT NOT NULL,
  tier_uncertain        BIGINT NOT NULL,
  input                 BIGINT NOT NULL,
  cached_input          BIGINT NOT NULL,
  cache_write_5m        BIGINT NOT NULL,
  cache_write_1h        BIGINT NOT NULL,
  output                BIGINT NOT NULL,
  useful_input          BIGINT NOT NULL,
  useful_cached_input   BIGINT NOT NULL,
  useful_cache_write_5m BIGINT NOT NULL,
  useful_cache_write_1h BIGINT NOT NULL,
  useful_output         BIGINT NOT NULL,
  cost_nanos            BIGINT NOT NULL,
  own_overhead_tokens   BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, delta_id)
) /* sqlite: WITHOUT ROWID */;

-- Hand-ins of ended executions, counted by step and executor: where executors stumble.
CREATE TABLE step_tallies (
  workspace_id TEXT NOT NULL,
  workflow     TEXT NOT NULL,
  version      TEXT NOT NULL,
  step         TEXT NOT NULL,
  executor     TEXT NOT NULL,
  hand_ins     BIGINT NOT NULL,
  refused      BIGINT NOT NULL,
  failed       BIGINT NOT NULL,
  skipped      BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, workflow, version, step, executor)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE step_tally_deltas (
  workspace_id TEXT NOT NULL,
  delta_id     TEXT NOT NULL,
  workflow     TEXT NOT NULL,
  version      TEXT NOT NULL,
  step         TEXT NOT NULL,
  executor     TEXT NOT NULL,
  hand_ins     BIGINT NOT NULL,
  refused      BIGINT NOT NULL,
  failed       BIGINT NOT NULL,
  skipped      BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, delta_id)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE prices (
  workspace_id TEXT NOT NULL,
  model        TEXT NOT NULL,
  valid_from   BIGINT NOT NULL,
  price        TEXT NOT NULL,
  PRIMARY KEY (workspace_id, model, valid_from)
);

CREATE TABLE audit_log (
  workspace_id  TEXT NOT NULL,
  chain         TEXT NOT NULL,
  seq           BIGINT NOT NULL CHECK (seq > 0),
  written_at    BIGINT NOT NULL,
  action        TEXT NOT NULL,
  author        TEXT NOT NULL,
  body          TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash          TEXT NOT NULL CHECK (length(hash) = 64),
  PRIMARY KEY (workspace_id, chain, seq)
) /* sqlite: WITHOUT ROWID */;
