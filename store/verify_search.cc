#include "store/verify_search.h"

#include "store/codec.h"

namespace pianola::store {
namespace {

// What search answers from, in views of the same columns: stored and made anew. `term` lists every word at every place.
constexpr const char* kMakeAnew = R"(
  CREATE VIRTUAL TABLE temp.made_search USING fts5(
    name, title, description, when_to_use, tags, steps, tokenize = 'porter unicode61 remove_diacritics 2');
  CREATE VIRTUAL TABLE temp.made_terms USING fts5vocab('temp', 'made_search', 'instance');
  CREATE VIRTUAL TABLE temp.stored_terms USING fts5vocab('main', 'workflow_search', 'instance');)";

constexpr const char* kForget = R"(
  DROP TABLE temp.stored_terms;
  DROP TABLE temp.made_terms;
  DROP TABLE temp.made_search)";

constexpr Statement kPublished{R"(
  SELECT coalesce(search_id, 0), workflow, canonical
  FROM workflows JOIN versions USING (workspace_id, workflow) LEFT JOIN search_rows USING (workspace_id, workflow)
  WHERE shown_version = version AND shown_status = 'published')"};

constexpr Statement kMakeRow{R"(
  INSERT INTO made_search (rowid, name, title, description, when_to_use, tags, steps)
  VALUES (:search_id, :name, :title, :description, :when_to_use, :tags, :steps))"};

constexpr Statement kRowsThatDiffer{R"(
  SELECT count(*) FROM (
    SELECT * FROM (SELECT rowid, * FROM made_search EXCEPT SELECT rowid, * FROM workflow_search)
    UNION ALL
    SELECT * FROM (SELECT rowid, * FROM workflow_search EXCEPT SELECT rowid, * FROM made_search)))"};

constexpr Statement kSizesThatDiffer{R"(
  SELECT count(*) FROM (
    SELECT * FROM (SELECT id, sz FROM temp.made_search_docsize EXCEPT SELECT id, sz FROM workflow_search_docsize)
    UNION ALL
    SELECT * FROM (SELECT id, sz FROM workflow_search_docsize EXCEPT SELECT id, sz FROM temp.made_search_docsize)))"};

constexpr Statement kTermsThatDiffer{R"(
  SELECT count(*) FROM (
    SELECT * FROM (SELECT * FROM made_terms EXCEPT SELECT * FROM stored_terms)
    UNION ALL
    SELECT * FROM (SELECT * FROM stored_terms EXCEPT SELECT * FROM made_terms)))"};

// Once published, a workflow keeps its number.
constexpr Statement kUnexplainedNumbers{R"(
  SELECT count(*) FROM search_rows
  WHERE NOT EXISTS (SELECT 1 FROM versions
                    WHERE versions.workspace_id = search_rows.workspace_id AND versions.workflow = search_rows.workflow
                      AND (published_at IS NOT NULL OR status = 'published')))"};

// Gives the names of published workflows that have no number in the index.
std::vector<std::string> make_anew(SqliteDatabase& database) {
  std::vector<std::string> unnumbered;
  for (Row& row : database.query(kPublished, {})) {
    const std::int64_t search_id = row.take_integer();
    const std::string name = row.take_text();
    const workflow::Design design = workflow::decode_design(stored_json(row.take_text())).design;
    if (search_id == 0) {
      unnumbered.push_back(name);
      continue;
    }
    const SearchColumns columns = search_columns(design);
    database.execute(kMakeRow, {{":search_id", search_id},
                                {":name", name},
                                {":title", design.title},
                                {":description", design.description},
                                {":when_to_use", columns.when_to_use},
                                {":tags", columns.tags},
                                {":steps", columns.steps}});
  }
  return unnumbered;
}

}  // namespace

std::vector<std::string> find_search_problems(SqliteDatabase& database) {
  std::vector<std::string> problems;
  database.run_script(kMakeAnew);
  for (const std::string& name : make_anew(database)) {
    problems.push_back("search_rows: published workflow \"" + name + "\" is missing");
  }
  const std::pair<const Statement&, std::string_view> looks[] = {
      {kUnexplainedNumbers, "search_rows: rows of workflows that were never published: "},
      {kRowsThatDiffer,
       "search_rows, workflow_search, workflow_search_content: rows that are not what the versions say: "},
      {kSizesThatDiffer, "workflow_search_docsize: rows that are not what the versions say: "},
      {kTermsThatDiffer, "workflow_search_data: terms that are not what the versions say: "}};
  for (const auto& [statement, words] : looks) {
    const std::int64_t count = database.query(statement, {}).front().take_integer();
    if (count != 0) problems.push_back(std::string(words) + std::to_string(count));
  }
  database.run_script(kForget);
  return problems;
}

}  // namespace pianola::store
