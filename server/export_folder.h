// The folder of an export (workflow/export_store.h): written so that what did not change is not touched, and read back.
// Thread rule: one thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/export_store.h"

namespace pianola::server {

// Writes one export. The folder is new, empty, or an earlier export, whose files are replaced one by one; files that
// are not an export's (.git, a README) stay. Throws Fault where a file cannot be written.
class ExportFolder {
 public:
  // Refuses ("not_an_export") a folder that holds other things, and a file.
  static Result<ExportFolder> open(const std::string& folder);
  // Writes one file, by its path below the folder; a file with this text already is left alone.
  void write(const std::string& path, const std::string& text);
  // Removes what an earlier export told of and this one does not, and makes everything durable.
  void finish();
  // How many files were written, unchanged ones included.
  std::size_t files() const { return written_.size(); }

 private:
  explicit ExportFolder(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
  std::set<std::string> written_;
};

// An export to read. Refuses ("not_an_export"): no folder, or none that `pianola export` made; a newer format.
Result<workflow::ExportSource> read_export_folder(const std::string& folder);

}  // namespace pianola::server
