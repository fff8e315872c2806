#include "server/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace pianola::server {

Result<std::string> read_text_file(const std::string& path, std::size_t most) {
  const auto refused = [&](const std::string& why) {
    return refuse("unreadable_file", "\"" + path + "\" cannot be read: " + why + ".");
  };
  const int file = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return refused(std::generic_category().message(errno));
  std::string text;
  char buffer[64 * 1024];
  ssize_t got = 0;
  while (text.size() <= most && (got = ::read(file, buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  const int error = errno;
  if (file != STDIN_FILENO) ::close(file);
  if (got < 0) return refused(std::generic_category().message(error));
  if (text.size() > most) return refused("it has more than " + std::to_string(most / 1'048'576) + " MB");
  return text;
}

}  // namespace pianola::server
