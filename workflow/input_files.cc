#include "workflow/input_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace pianola::workflow {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [root_end, ignored] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return root_end == root.end();
}

std::optional<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return std::nullopt;
  return std::move(text).str();
}

// The text of a file taken before. It is read only while the path still leads where it led: a link put in its place may
// lead outside the roots.
std::optional<std::string> read_again(const std::string& path) {
  std::error_code error;
  if (fs::canonical(path, error) != fs::path(path) || error || !fs::is_regular_file(path, error)) return std::nullopt;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size > static_cast<std::uintmax_t>(kLargestInputFile)) return std::nullopt;
  std::optional<std::string> text = read_text(path);
  return text && is_utf8(*text) ? std::move(text) : std::nullopt;
}

Result<InputFile> take_file(const Settings& settings, const std::string& property, const std::string& given) {
  const std::string place = pointer_child("/input_files", property);
  std::error_code error;
  const fs::path base = settings.roots.empty() ? fs::path() : fs::path(settings.roots.front());
  const fs::path path = fs::canonical(fs::path(given).is_absolute() ? fs::path(given) : base / given, error);
  if (error) return refuse("unreadable_file", "There is no file \"" + given + "\" (" + error.message() + ").", place);
  const bool below = std::any_of(settings.roots.begin(), settings.roots.end(), [&](const std::string& root) {
    std::error_code root_error;
    const fs::path resolved = fs::canonical(root, root_error);
    return !root_error && is_below(path, resolved);
  });
  if (!below) {
    return refuse("outside_roots",
                  "\"" + given + "\" is outside the folders that this server reads: give it to " +
                      "`pianola serve --root FOLDER`, or use a file below " + settings.roots.front() + ".",
                  place);
  }
  if (!fs::is_regular_file(path, error)) return refuse("unreadable_file", "\"" + given + "\" is no file.", place);
  if (static_cast<std::int64_t>(fs::file_size(path, error)) > kLargestInputFile) {
    return refuse("too_large", "\"" + given + "\" has more than 16 MiB.", place);
  }
  const std::optional<std::string> text = read_text(path.string());
  if (!text) return refuse("unreadable_file", "\"" + given + "\" cannot be read.", place);
  if (!is_utf8(*text)) return refuse("not_text", "\"" + given + "\" is no UTF-8 text.", place);
  return InputFile{property, path.string(), static_cast<std::int64_t>(text->size()), Hash::of(*text)};
}

}  // namespace

Result<std::vector<InputFile>> take_input_files(const Settings& settings,
                                                const std::map<std::string, std::string>& paths) {
  std::vector<InputFile> files;
  if (!paths.empty() && settings.roots.empty()) {
    return refuse("input_files_not_allowed",
                  settings.no_roots_reason.empty() ? "This server reads no files: start it with --root FOLDER."
                                                   : settings.no_roots_reason,
                  "/input_files");
  }
  for (const auto& [property, path] : paths) {
    Result<InputFile> file = take_file(settings, property, path);
    if (!file) return refuse(file.error());
    files.push_back(std::move(*file));
  }
  return files;
}

Json with_file_texts(const Json& input, const std::vector<InputFile>& files, std::vector<ChangedFile>& changed) {
  Json filled = input;
  for (const InputFile& file : files) {
    std::optional<std::string> text = read_again(file.path);
    const std::optional<Hash> hash = text ? std::optional(Hash::of(*text)) : std::nullopt;
    if (hash != file.hash) changed.push_back({file.path, hash ? hash->text() : std::string()});
    if (text) filled[file.property] = std::move(*text);
  }
  return filled;
}

void set_default_roots(Settings& settings) {
  std::error_code error;
  const char* project = std::getenv("CLAUDE_PROJECT_DIR");
  const fs::path here = project != nullptr && *project != '\0' ? fs::path(project) : fs::current_path(error);
  const char* home = std::getenv("HOME");
  const bool too_wide =
      error || here == here.root_path() || (home != nullptr && is_below(fs::weakly_canonical(home, error), here));
  if (too_wide) {
    settings.no_roots_reason = "input_files are not read from " + here.string() +
                               ", which holds too much: start the server with --root FOLDER.";
  } else {
    settings.roots = {here.string()};
  }
}

}  // namespace pianola::workflow
