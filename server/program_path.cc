#include "server/program_path.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace pianola::server {
namespace {

bool may_execute(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string path_of_this_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

std::string find_program(const std::string& name, std::string_view path) {
  if (name.find('/') != name.npos) return may_execute(name) ? name : "";
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    std::string candidate = std::string(path.substr(0, end)) + "/" + name;
    if (end > 0 && may_execute(candidate)) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return "";
}

}  // namespace pianola::server
