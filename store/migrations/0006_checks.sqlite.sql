-- SQLite fills a table of its own for each check of one text against more than two, with every row that is written; the
-- same written as alternatives costs nothing. No row changes, so that the tables' texts are changed where they stand
-- (https://www.sqlite.org/lang_altertable.html#otheralter).

PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'CHECK (result IN (''accepted'', ''refused'', ''skipped'', ''failed''))',
                  'CHECK (result = ''accepted'' OR result = ''refused'' OR result = ''skipped'' OR result = ''failed'')')
WHERE type = 'table' AND name = 'hand_ins';
UPDATE sqlite_schema
SET sql = replace(sql, 'CHECK (state IN (''running'', ''waiting'', ''succeeded'', ''failed'', ''escalated'', ''abandoned''))',
                  'CHECK (state = ''running'' OR state = ''waiting'' OR state = ''succeeded'' OR state = ''failed''
                         OR state = ''escalated'' OR state = ''abandoned'')')
WHERE type = 'table' AND name = 'executions';
PRAGMA writable_schema = RESET;
-- So that every connection reads the tables' texts anew.
CREATE TABLE read_anew (unused TEXT);
DROP TABLE read_anew;
