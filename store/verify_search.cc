#include "store/verify_search.h"

#include <utility>

#include "store/codec.h"
#include "workflow/search_text.h"

namespace pianola::store {
namespace {

// The index as the versions say it should be.
constexpr const char* kMakeAnew = R"(
  CREATE TEMP TABLE made_workflows (workspace_id TEXT, workflow TEXT, said TEXT);
  CREATE TEMP TABLE made_places (workspace_id TEXT, workflow TEXT, word TEXT, weight INTEGER))";

constexpr const char* kForget = R"(
  DROP TABLE temp.made_places;
  DROP TABLE temp.made_workflows)";

constexpr Statement kPublished{R"(
  SELECT workspace_id, workflow, canonical
  FROM workflows JOIN versions USING (workspace_id, workflow)
  WHERE shown_version = version AND shown_status = 'published')"};

constexpr Statement kMakeWorkflow{R"(
  INSERT INTO temp.made_workflows VALUES (:workspace_id, :workflow, :said))"};
constexpr Statement kMakePlace{R"(
  INSERT INTO temp.made_places VALUES (:workspace_id, :workflow, :word, :weight))"};

constexpr Statement kWorkflowsThatDiffer{R"(
  WITH stored AS (SELECT workspace_id, workflow, said FROM searched_workflows)
  SELECT count(*) FROM (
    SELECT * FROM (SELECT * FROM made_workflows EXCEPT SELECT * FROM stored)
    UNION ALL
    SELECT * FROM (SELECT * FROM stored EXCEPT SELECT * FROM made_workflows)))"};

// A number that no workflow has gives a place without a workflow.
constexpr Statement kPlacesThatDiffer{R"(
  WITH stored AS (
    SELECT search_places.workspace_id, workflow, word, weight
    FROM search_places LEFT JOIN searched_workflows USING (workspace_id, number)),
  made AS (SELECT * FROM made_places WHERE weight > 0)
  SELECT count(*) FROM (
    SELECT * FROM (SELECT * FROM made EXCEPT SELECT * FROM stored)
    UNION ALL
    SELECT * FROM (SELECT * FROM stored EXCEPT SELECT * FROM made)))"};

constexpr Statement kWordsThatDiffer{R"(
  WITH made AS (
    SELECT workspace_id, word, count(*) AS workflows FROM made_places GROUP BY workspace_id, word
    UNION ALL
    SELECT workspace_id, '', count(*) FROM made_workflows GROUP BY workspace_id),
  stored AS (SELECT workspace_id, word, workflows FROM search_words)
  SELECT count(*) FROM (
    SELECT * FROM (SELECT * FROM made EXCEPT SELECT * FROM stored)
    UNION ALL
    SELECT * FROM (SELECT * FROM stored EXCEPT SELECT * FROM made)))"};

void make_anew(SqliteDatabase& database) {
  for (Row& row : database.query(kPublished, {})) {
    const std::string workspace = row.take_text();
    const std::string name = row.take_text();
    const workflow::SaidOfWorkflow said =
        workflow::said_of(workflow::decode_design(stored_json(row.take_text())).design);
    const std::string text = workflow::search_text(said);
    database.execute(kMakeWorkflow, {{":workspace_id", workspace}, {":workflow", name}, {":said", text}});
    for (const workflow::WordWeight& word : workflow::word_weights(said)) {
      database.execute(
          kMakePlace,
          {{":workspace_id", workspace}, {":workflow", name}, {":word", word.stem}, {":weight", word.weight}});
    }
  }
}

}  // namespace

std::vector<std::string> find_search_problems(SqliteDatabase& database) {
  std::vector<std::string> problems;
  database.run_script(kMakeAnew);
  make_anew(database);
  const std::pair<const Statement&, std::string_view> looks[] = {
      {kWorkflowsThatDiffer, "searched_workflows: rows that are not what the versions say: "},
      {kPlacesThatDiffer,
       "search_places, by the numbers of searched_workflows: rows that are not what the versions say: "},
      {kWordsThatDiffer, "search_words: rows that are not what the versions say: "}};
  for (const auto& [statement, words] : looks) {
    const std::int64_t count = database.query(statement, {}).front().take_integer();
    if (count != 0) problems.push_back(std::string(words) + std::to_string(count));
  }
  database.run_script(kForget);
  return problems;
}

}  // namespace pianola::store
