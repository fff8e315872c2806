#include "server/export_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/json.h"
#include "server/read_file.h"
#include "store/whole_file.h"

namespace pianola::server {
namespace {

namespace fs = std::filesystem;

// Says that a folder is an export, and of which format.
constexpr const char* kMarker = "pianola-export.json";
constexpr const char* kMarkerText = "{\n  \"format\": \"pianola-export\",\n  \"format_version\": 1\n}\n";
constexpr std::uint64_t kFormatVersion = 1;
constexpr std::size_t kMostExported = std::size_t{4} * 1024 * 1024 * 1024;

// default/workflows/..., default/prices.json: what an export writes, whatever is in it.
bool is_of_an_export(const std::string& path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string::npos) return path == kMarker;
  const std::string rest = path.substr(slash + 1);
  if (rest == "prices.json" || rest == "accounts.jsonl" || rest == "canaries.jsonl") return true;
  const bool is_data = path.ends_with(".json") || path.ends_with(".jsonl");
  return is_data && (rest.starts_with("workflows/") || rest.starts_with("edge-cases/") ||
                     rest.starts_with("executions/") || rest.starts_with("audit/"));
}

std::vector<std::string> files_of_export(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string path = fs::path(at->path()).lexically_relative(folder).generic_string();
    if (at->is_directory(error) && path.starts_with(".")) at.disable_recursion_pending();
    if (at->is_regular_file(error) && is_of_an_export(path)) paths.push_back(path);
  }
  if (error) store::throw_system_fault("cannot read " + folder, error.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

void write_all(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) store::throw_system_fault("cannot write " + path, errno);
  int error = 0;
  for (std::size_t at = 0; at < text.size() && error == 0;) {
    const ssize_t wrote = ::write(file, text.data() + at, text.size() - at);
    if (wrote < 0) error = errno;
    at += static_cast<std::size_t>(std::max<ssize_t>(0, wrote));
  }
  if (::close(file) != 0 && error == 0) error = errno;
  if (error == 0) return;
  ::unlink(path.c_str());
  store::throw_system_fault("cannot write " + path, error);
}

}  // namespace

Result<ExportFolder> ExportFolder::open(const std::string& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    return refuse("not_an_export", "\"" + folder + "\" is a file: name a folder to export to.");
  }
  const bool is_export = fs::exists(fs::path(folder) / kMarker, error);
  if (fs::is_directory(folder, error) && !is_export) {
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().filename() == ".git") continue;
      return refuse("not_an_export", "\"" + folder + "\" holds other files, such as \"" +
                                         entry.path().filename().string() + "\": name a new folder.");
    }
  }
  store::make_folders(fs::absolute(folder).string());
  return ExportFolder(folder);
}

void ExportFolder::write(const std::string& path, const std::string& text) {
  written_.insert(path);
  const std::string whole = folder_ + "/" + path;
  std::error_code ignored;
  if (fs::is_regular_file(whole, ignored)) {
    const Result<std::string> known = read_text_file(whole, kMostExported);
    if (known && *known == text) return;
  }
  fs::create_directories(fs::path(whole).parent_path(), ignored);
  const std::string unfinished = whole + ".new";
  write_all(unfinished, text);
  if (::rename(unfinished.c_str(), whole.c_str()) != 0) store::throw_system_fault("cannot make " + whole, errno);
}

void ExportFolder::finish() {
  write(kMarker, kMarkerText);
  for (const std::string& path : files_of_export(folder_)) {
    if (!written_.contains(path)) store::remove_file(folder_ + "/" + path);
  }
  const int file = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) store::throw_system_fault("cannot open " + folder_, errno);
  const int failed = ::syncfs(file);
  const int error = errno;
  ::close(file);
  if (failed != 0) store::throw_system_fault("cannot sync " + folder_, error);
}

Result<workflow::ExportSource> read_export_folder(const std::string& folder) {
  std::error_code ignored;
  if (fs::is_regular_file(folder, ignored)) {
    return refuse("not_an_export", "\"" + folder +
                                       "\" is a file: pianola import takes a folder that pianola export made; for one "
                                       "design or SOP: pianola workflow import " +
                                       folder);
  }
  const Result<std::string> marker = read_text_file(folder + "/" + kMarker);
  const Result<Json> json = marker ? parse_json(*marker) : Result<Json>(refuse(marker.error()));
  if (!json || !json->is_object()) {
    return refuse("not_an_export", "\"" + folder + "\" is no export: it has no readable " + kMarker +
                                       ". Name a folder that pianola export made.");
  }
  const auto version = json->find("format_version");
  // A comparison of JSON numbers would wrap one beyond 2^63.
  if (version == json->end() || !version->is_number_unsigned() || version->get<std::uint64_t>() != kFormatVersion) {
    return refuse("not_an_export", "\"" + folder + "\" says no format_version that this Pianola reads, which is " +
                                       std::to_string(kFormatVersion) + ": a newer one may have exported it.");
  }
  workflow::ExportSource source;
  source.paths = files_of_export(folder);
  source.read = [folder](const std::string& path) { return read_text_file(folder + "/" + path, kMostExported); };
  return source;
}

}  // namespace pianola::server
