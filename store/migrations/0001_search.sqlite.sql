-- Full-text search over the newest published version of each workflow, in SQLite's own way (FTS5).

CREATE TABLE search_rows (
  search_id    INTEGER PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  workflow     TEXT NOT NULL,
  UNIQUE (workspace_id, workflow)
);

CREATE VIRTUAL TABLE workflow_search USING fts5(
  name, title, description, when_to_use, tags, steps,
  tokenize = 'porter unicode61 remove_diacritics 2'
);
