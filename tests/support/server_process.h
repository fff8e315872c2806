// A server as a host starts it: a child process spoken to line by line over pipes, which tests may kill at any moment.
// Thread rule: one thread.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pianola::tests {

class ServerProcess {
 public:
  // Starts PROGRAM with ARGUMENTS; its standard error is ours.
  explicit ServerProcess(std::vector<std::string> command) {
    int to_child[2];
    int from_child[2];
    if (::pipe2(to_child, O_CLOEXEC) != 0 || ::pipe2(from_child, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(to_child[0], STDIN_FILENO);
      ::dup2(from_child[1], STDOUT_FILENO);
      std::vector<char*> words;
      for (std::string& word : command) words.push_back(word.data());
      words.push_back(nullptr);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    ::close(to_child[0]);
    ::close(from_child[1]);
    input_ = to_child[1];
    output_ = from_child[0];
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~ServerProcess() {
    ::close(output_);
    end();
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Writes lines; false where the server is gone. Must fit in the pipe with what the server has not read yet.
  bool send(std::string_view lines) const {
    return ::write(input_, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
  }

  // The next line that the server says; nothing at the end of its output. Throws where it is silent for a minute.
  std::optional<std::string> read_line() {
    constexpr int kPatienceMillis = 60'000;
    std::size_t end = 0;
    while ((end = received_.find('\n')) == std::string::npos) {
      pollfd waiting{output_, POLLIN, 0};
      if (::poll(&waiting, 1, kPatienceMillis) <= 0) throw std::runtime_error("the server says nothing");
      char bytes[65536];
      const ssize_t got = ::read(output_, bytes, sizeof bytes);
      if (got <= 0) return std::nullopt;
      received_.append(bytes, static_cast<std::size_t>(got));
    }
    std::string line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
  }

  pid_t pid() const { return child_; }

  // Ends it as a crash does. What it had said before can still be read.
  void kill() const { ::kill(child_, SIGKILL); }

  // Closes its input and waits for its end; gives the status of waitpid.
  int end() {
    if (child_ <= 0) return status_;
    ::close(input_);
    ::waitpid(child_, &status_, 0);
    child_ = -1;
    return status_;
  }

 private:
  pid_t child_ = -1;
  int input_ = -1;
  int output_ = -1;
  int status_ = 0;
  std::string received_;
};

}  // namespace pianola::tests
