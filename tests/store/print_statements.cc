// Prints every migration and statement of the common dialect as a JSON array, parameters numbered as PostgreSQL has
// them: [{"name": "0001_initial.sql", "sql": "..."}, ...]. A client test gives them to PostgreSQL's own parser.
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <vector>

#include "base/json.h"
#include "store/migrate.h"
#include "store/sql_store.h"

namespace {

bool is_word(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_'; }

// ":workspace_id" -> "$1"; the same name keeps its number.
std::string numbered(std::string_view sql) {
  std::vector<std::string_view> names;
  std::string text;
  for (std::size_t at = 0; at < sql.size();) {
    const bool opens = sql[at] == ':' && at + 1 < sql.size() && is_word(sql[at + 1]);
    if (!opens) {
      text += sql[at++];
      continue;
    }
    std::size_t end = at + 1;
    while (end < sql.size() && is_word(sql[end])) ++end;
    const std::string_view name = sql.substr(at, end - at);
    auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) known = names.insert(names.end(), name);
    text += "$" + std::to_string(known - names.begin() + 1);
    at = end;
  }
  return text;
}

}  // namespace

int main() {
  using namespace pianola;  // NOLINT(google-build-using-namespace): a program of one screen
  OrderedJson all = OrderedJson::array();
  for (const EmbeddedFile& file : store::embedded_files()) {
    if (file.name.ends_with(".sqlite.sql")) continue;
    all.push_back({{"name", std::string(file.name)}, {"sql", std::string(file.text)}});
  }
  std::vector<store::Statement> statements = store::common_statements();
  for (const store::Statement& statement : store::export_statements()) statements.push_back(statement);
  for (const store::Statement& statement : statements) {
    all.push_back({{"name", "statement"}, {"sql", numbered(statement.text)}});
  }
  std::cout << all.dump(1) << "\n";
}
