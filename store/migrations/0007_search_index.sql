-- What the newest published version of each workflow says it is for: workflow/search_text.h. The index is made from the
-- versions (store/search_index.h) when a store comes to this schema.
CREATE TABLE searched_workflows (
  workspace_id TEXT NOT NULL,
  workflow     TEXT NOT NULL,
  number       BIGINT NOT NULL CHECK (number > 0),
  said         TEXT NOT NULL,
  PRIMARY KEY (workspace_id, workflow)
) /* sqlite: WITHOUT ROWID */;
CREATE UNIQUE INDEX searched_workflows_by_number ON searched_workflows (workspace_id, number);

-- Where a word is said, so that those workflows come first in which it weighs most.
CREATE TABLE search_places (
  workspace_id TEXT NOT NULL,
  word         TEXT NOT NULL,
  weight       BIGINT NOT NULL,
  number       BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, word, weight, number)
) /* sqlite: WITHOUT ROWID */;

-- How many workflows say a word, stop words too; of the empty word: how many workflows there are.
CREATE TABLE search_words (
  workspace_id TEXT NOT NULL,
  word         TEXT NOT NULL,
  workflows    BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, word)
) /* sqlite: WITHOUT ROWID */;
