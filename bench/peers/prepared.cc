// The limit of any stdio server: answers each line with the same prepared one, made of FILE's text. It parses nothing
// and changes nothing, not even the id.
// Usage: prepared_peer FILE
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

bool write_all(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (written <= 0) return false;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1]);
  const std::string answer{std::istreambuf_iterator<char>(file), {}};
  std::vector<char> buffer(256 * 1024);
  std::string answers;
  while (true) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got <= 0) return 0;
    answers.clear();
    for (auto lines = std::count(buffer.data(), buffer.data() + got, '\n'); lines > 0; --lines) answers += answer;
    if (!write_all(answers)) return 1;
  }
}
