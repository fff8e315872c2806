-- The search index is in tables of the common dialect from here on.

DROP TABLE workflow_search;
DROP TABLE search_rows;
