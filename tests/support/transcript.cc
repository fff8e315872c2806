#include "tests/support/transcript.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

namespace pianola::tests {
namespace {

// What a later line may name: the latest value that followed these words in an answer, up to the closing quote.
struct Capture {
  const char* name;
  const char* after;
};
constexpr Capture kCaptures[] = {{"$STATE", "\"requestState\":\""},
                                 {"$EXECUTION", "\"execution_id\":\""},
                                 {"$REPORT", "\"structuredContent\":{\"id\":\""},
                                 {"$HASH", "\"hash\":\""}};

using Captured = std::map<std::string, std::string>;

void capture(const std::string& answer, Captured& captured) {
  for (const Capture& each : kCaptures) {
    const std::size_t at = answer.find(each.after);
    if (at == std::string::npos) continue;
    const std::size_t from = at + std::strlen(each.after);
    captured[each.name] = answer.substr(from, answer.find('"', from) - from);
  }
}

std::string filled_in(std::string line, const Captured& captured) {
  for (const auto& [name, value] : captured) {
    for (std::size_t at = 0; (at = line.find(name, at)) != std::string::npos; at += value.size()) {
      line.replace(at, name.size(), value);
    }
  }
  return line;
}

}  // namespace

std::string Transcript::run(const Handle& handle) const {
  std::ifstream in(file_);
  std::stringstream written;
  written << in.rdbuf();
  std::string actual;
  bool has_title = false;
  Captured captured;
  for (std::string line; std::getline(written, line);) {
    if (line.starts_with("< ")) continue;
    has_title = has_title || line.starts_with("# ");
    actual += line + '\n';
    if (!line.starts_with("> ")) continue;
    for (const std::string& answer : handle(filled_in(line.substr(2), captured))) {
      actual += "< " + answer + '\n';
      capture(answer, captured);
    }
  }
  if (!has_title) return file_.string() + " does not open with `# what it shows`";
  if (actual == written.str()) return "";
  if (std::getenv("PIANOLA_UPDATE") != nullptr) {
    std::ofstream(file_) << actual;
    return "";
  }
  std::istringstream expected(written.str());
  std::istringstream got(actual);
  for (std::string want, have; std::getline(expected, want) || !want.empty(); want.clear()) {
    have.clear();
    std::getline(got, have);
    if (want != have) {
      return file_.string() + "\nexpected " + want + "\ngot      " + have + "\n(PIANOLA_UPDATE=1 rewrites it)";
    }
  }
  return file_.string() + ": more was answered than written (PIANOLA_UPDATE=1 rewrites it)";
}

std::vector<std::filesystem::path> Transcript::in_folder(const std::filesystem::path& folder,
                                                         const std::string& prefix) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(prefix)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace pianola::tests
