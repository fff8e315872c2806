#include "store/search_index.h"

#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"
#include "workflow/search_text.h"

namespace pianola::store {
namespace {

constexpr Statement kFindSaid{R"(
  SELECT number, said FROM searched_workflows WHERE workspace_id = :workspace_id AND workflow = :workflow)"};

constexpr Statement kNextNumber{R"(
  SELECT coalesce(max(number), 0) + 1 FROM searched_workflows WHERE workspace_id = :workspace_id)"};

constexpr Statement kInsertSaid{R"(
  INSERT INTO searched_workflows (workspace_id, workflow, number, said)
  VALUES (:workspace_id, :workflow, :number, :said))"};

constexpr Statement kDeleteSaid{R"(
  DELETE FROM searched_workflows WHERE workspace_id = :workspace_id AND workflow = :workflow)"};

constexpr Statement kInsertPlace{R"(
  INSERT INTO search_places (workspace_id, word, weight, number) VALUES (:workspace_id, :word, :weight, :number))"};

constexpr Statement kDeletePlace{R"(
  DELETE FROM search_places
  WHERE workspace_id = :workspace_id AND word = :word AND weight = :weight AND number = :number)"};

constexpr Statement kCountWord{R"(
  INSERT INTO search_words (workspace_id, word, workflows) VALUES (:workspace_id, :word, 1)
  ON CONFLICT (workspace_id, word) DO UPDATE SET workflows = search_words.workflows + 1)"};

constexpr Statement kUncountWord{R"(
  UPDATE search_words SET workflows = workflows - 1 WHERE workspace_id = :workspace_id AND word = :word)"};

constexpr Statement kForgetWord{R"(
  DELETE FROM search_words WHERE workspace_id = :workspace_id AND word = :word AND workflows = 0)"};

constexpr Statement kSpeaking{R"(
  SELECT workflows FROM search_words WHERE workspace_id = :workspace_id AND word = :word)"};

constexpr Statement kPlaces{R"(
  SELECT number, weight
  FROM search_places
  WHERE workspace_id = :workspace_id AND word = :word
  ORDER BY weight DESC, number DESC
  LIMIT :most)"};

constexpr Statement kFindSearched{R"(
  SELECT workflows.workflow, shown_version, shown_status, title, description, tags, said
  FROM searched_workflows
  JOIN workflows ON workflows.workspace_id = searched_workflows.workspace_id
                AND workflows.workflow = searched_workflows.workflow
  WHERE searched_workflows.workspace_id = :workspace_id AND number = :number)"};

constexpr Statement kSearchStatements[] = {kFindSaid,    kNextNumber,  kInsertSaid, kDeleteSaid,
                                           kInsertPlace, kDeletePlace, kCountWord,  kUncountWord,
                                           kForgetWord,  kSpeaking,    kPlaces,     kFindSearched};

// Counts workflows: no word is empty.
constexpr const char* kAllWorkflows = "";

}  // namespace

std::span<const Statement> search_statements() { return kSearchStatements; }

void SearchIndex::put(const std::string& workspace, const std::string& workflow, const workflow::Design& design) {
  const workflow::SaidOfWorkflow said = workflow::said_of(design);
  std::vector<Row> rows = database_.query(kFindSaid, {{":workspace_id", workspace}, {":workflow", workflow}});
  if (!rows.empty()) {
    rows.front().take_integer();
    if (rows.front().take_text() == workflow::search_text(said)) return;
    remove(workspace, workflow);
  }
  insert(workspace, workflow, said);
}

void SearchIndex::insert(const std::string& workspace, const std::string& workflow,
                         const workflow::SaidOfWorkflow& said) {
  const std::int64_t number = database_.query(kNextNumber, {{":workspace_id", workspace}}).front().take_integer();
  const std::string text = workflow::search_text(said);
  database_.execute(kInsertSaid,
                    {{":workspace_id", workspace}, {":workflow", workflow}, {":number", number}, {":said", text}});
  count(workspace, kAllWorkflows);
  for (const workflow::WordWeight& word : workflow::word_weights(said)) {
    count(workspace, word.stem);
    if (word.weight == 0) continue;
    database_.execute(
        kInsertPlace,
        {{":workspace_id", workspace}, {":word", word.stem}, {":weight", word.weight}, {":number", number}});
  }
}

void SearchIndex::remove(const std::string& workspace, const std::string& workflow) {
  std::vector<Row> rows = database_.query(kFindSaid, {{":workspace_id", workspace}, {":workflow", workflow}});
  if (rows.empty()) return;
  const std::int64_t number = rows.front().take_integer();
  const workflow::SaidOfWorkflow said = workflow::read_search_text(rows.front().take_text());
  for (const workflow::WordWeight& word : workflow::word_weights(said)) {
    uncount(workspace, word.stem);
    if (word.weight == 0) continue;
    database_.execute(
        kDeletePlace,
        {{":workspace_id", workspace}, {":word", word.stem}, {":weight", word.weight}, {":number", number}});
  }
  uncount(workspace, kAllWorkflows);
  database_.execute(kDeleteSaid, {{":workspace_id", workspace}, {":workflow", workflow}});
}

void SearchIndex::make() {
  constexpr static Statement kPublishedNames{R"(
    SELECT workspace_id, workflow FROM workflows WHERE shown_status = 'published')"};
  constexpr static Statement kPublishedDesign{R"(
    SELECT canonical
    FROM workflows
    JOIN versions ON versions.workspace_id = workflows.workspace_id AND versions.workflow = workflows.workflow
                 AND version = shown_version
    WHERE workflows.workspace_id = :workspace_id AND workflows.workflow = :workflow)"};
  for (Row& row : database_.query(kPublishedNames, {})) {
    const std::string workspace = row.take_text();
    const std::string workflow = row.take_text();
    std::vector<Row> designs =
        database_.query(kPublishedDesign, {{":workspace_id", workspace}, {":workflow", workflow}});
    if (designs.empty()) continue;
    put(workspace, workflow, workflow::decode_design(stored_json(designs.front().take_text())).design);
  }
}

void SearchIndex::count(const std::string& workspace, const std::string& word) {
  database_.execute(kCountWord, {{":workspace_id", workspace}, {":word", word}});
}

void SearchIndex::uncount(const std::string& workspace, const std::string& word) {
  database_.execute(kUncountWord, {{":workspace_id", workspace}, {":word", word}});
  database_.execute(kForgetWord, {{":workspace_id", workspace}, {":word", word}});
}

std::int64_t SearchIndex::speaking(const std::string& workspace, const std::string& word) {
  std::vector<Row> rows = database_.query(kSpeaking, {{":workspace_id", workspace}, {":word", word}});
  return rows.empty() ? 0 : rows.front().take_integer();
}

workflow::WordCounts SearchIndex::count_words(const std::string& workspace, const std::vector<std::string>& stems) {
  workflow::WordCounts counts{.workflows = speaking(workspace, kAllWorkflows), .speaking = {}};
  for (const std::string& stem : stems) counts.speaking.push_back(speaking(workspace, stem));
  return counts;
}

std::vector<workflow::WordPlace> SearchIndex::places(const std::string& workspace, const std::string& stem, int most) {
  std::vector<workflow::WordPlace> places;
  for (Row& row : database_.query(kPlaces, {{":workspace_id", workspace}, {":word", stem}, {":most", most}})) {
    const std::int64_t number = row.take_integer();
    places.push_back({number, row.take_integer()});
  }
  return places;
}

std::optional<workflow::SearchedWorkflow> SearchIndex::find(const std::string& workspace, std::int64_t number) {
  std::vector<Row> rows = database_.query(kFindSearched, {{":workspace_id", workspace}, {":number", number}});
  if (rows.empty()) return std::nullopt;
  workflow::WorkflowSummary summary = stored_summary(rows.front());
  return workflow::SearchedWorkflow{std::move(summary), workflow::read_search_text(rows.front().take_text())};
}

}  // namespace pianola::store
