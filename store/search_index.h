// The search index in SQL: what the newest published version of each workflow says it is for, where each word is said,
// and how many say it. Nothing is read of more rows than are asked for. Thread rule: as Database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"
#include "workflow/store.h"

namespace pianola::store {

class SearchIndex {
 public:
  explicit SearchIndex(Database& database) : database_(database) {}

  // Replaces what is said of a workflow. Inside a write transaction, as remove().
  void put(const std::string& workspace, const std::string& workflow, const workflow::Design& design);
  void remove(const std::string& workspace, const std::string& workflow);
  // Puts every workflow with a published version; the index must be empty.
  void make();

  workflow::WordCounts count_words(const std::string& workspace, const std::vector<std::string>& stems);
  std::vector<workflow::WordPlace> places(const std::string& workspace, const std::string& stem, int most);
  std::optional<workflow::SearchedWorkflow> find(const std::string& workspace, std::int64_t number);

 private:
  void insert(const std::string& workspace, const std::string& workflow, const workflow::SaidOfWorkflow& said);
  void count(const std::string& workspace, const std::string& word);
  void uncount(const std::string& workspace, const std::string& word);
  std::int64_t speaking(const std::string& workspace, const std::string& word);

  Database& database_;
};

}  // namespace pianola::store
