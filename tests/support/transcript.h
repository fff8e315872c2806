// Golden transcripts: a file that opens with `# what it shows`, then `> ` lines that the client sends, each followed by
// the `< ` lines that the server answers. PIANOLA_UPDATE=1 rewrites the `< ` lines.
// In a `> ` line, $EXECUTION, $REPORT, $HASH and $STATE stand for the latest execution id, report id, hash and
// requestState that was answered. Thread rule: for one test thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace pianola::tests {

class Transcript {
 public:
  // Handles one line and gives the lines that answer it.
  using Handle = std::function<std::vector<std::string>(const std::string& line)>;

  explicit Transcript(std::filesystem::path file) : file_(std::move(file)) {}

  // Sends every `> ` line in order. Gives what differs, in words for a person; empty where all is as written.
  std::string run(const Handle& handle) const;

  // The files of a folder whose names begin with `prefix`, sorted.
  static std::vector<std::filesystem::path> in_folder(const std::filesystem::path& folder, const std::string& prefix);

 private:
  std::filesystem::path file_;
};

}  // namespace pianola::tests
