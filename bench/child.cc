#include "bench/child.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace pianola::bench {
namespace {

constexpr std::size_t kBufferSize = 1024 * 1024;
constexpr auto kPatience = std::chrono::seconds(5);

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

// argv or envp: pointers into `words`, which must outlive it.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& own) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) all.emplace_back(*each);
  for (const auto& [name, value] : own) all.push_back(name + "=" + value);
  return all;
}

}  // namespace

void pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0) fail("cannot stay on core " + std::to_string(core));
}

Child::Child(const Command& command) : buffer_(kBufferSize) {
  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0 || pipe2(from_child, O_CLOEXEC) != 0) fail("no pipe");
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = environment_with(command.environment);
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(environment);
  process_ = vfork();
  if (process_ == 0) {
    dup2(to_child[0], STDIN_FILENO);
    dup2(from_child[1], STDOUT_FILENO);
    execvpe(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  in_ = to_child[1];
  out_ = from_child[0];
  if (process_ < 0) fail("cannot start " + words.front());
}

Child::~Child() {
  close(in_);
  close(out_);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (waitpid(process_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Child::ask_to_end() const { kill(process_, SIGTERM); }

void Child::send(std::string_view lines) const {
  while (!lines.empty()) {
    const ssize_t written = write(in_, lines.data(), lines.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("the server takes no more input");
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool Child::has_line() const { return std::memchr(buffer_.data() + begin_, '\n', end_ - begin_) != nullptr; }

std::string_view Child::read_line() {
  std::size_t searched = begin_;
  while (true) {
    const char* from = buffer_.data() + searched;
    if (const void* stop = std::memchr(from, '\n', end_ - searched)) {
      const std::string_view line(buffer_.data() + begin_, static_cast<const char*>(stop));
      begin_ += line.size() + 1;
      return line;
    }
    if (begin_ == end_ || end_ == buffer_.size()) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    searched = end_;
    if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    const ssize_t got = read(out_, buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::runtime_error("the server closed its output");
    end_ += static_cast<std::size_t>(got);
  }
}

long Child::resident_kilobytes() const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string word; status >> word;) {
    if (word != "VmRSS:") continue;
    long kilobytes = 0;
    status >> kilobytes;
    return kilobytes;
  }
  throw std::runtime_error("no VmRSS of the server: has it ended?");
}

double Child::cpu_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(process_) + "/stat");
  std::string word;
  std::getline(stat, word, ')');
  constexpr int kFieldsBetween = 11;
  for (int i = 0; i < kFieldsBetween; ++i) stat >> word;
  double user = 0;
  double system = 0;
  stat >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace pianola::bench
