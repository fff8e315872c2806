// `pianola serve --http` as a child process on a free port:
//
//     const HttpProgram server(scratch, "serve --http 127.0.0.1:0");
//     HttpClient client(server);
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "tests/server/program_run.h"

namespace pianola::tests {

class HttpProgram {
 public:
  // Starts the program with these words on the scratch store, and waits until it serves.
  HttpProgram(const Scratch& scratch, std::vector<std::string> words) {
    words.insert(words.begin(), std::string(PIANOLA_BINARY_DIR) + "/pianola");
    words.insert(words.end(), {"--store", scratch.store()});
    int pipe_ends[2];
    EXPECT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&child_, pointers[0], &actions, nullptr, pointers.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe_ends[1]);
    error_ = pipe_ends[0];
    const std::string line = wait_for_line("serving MCP on");
    const std::size_t end = line.rfind("/mcp");
    const std::size_t colon = line.rfind(':', end);
    if (end != std::string::npos)
      port_ = static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1, end - colon - 1)));
    EXPECT_GT(port_, 0) << line;
  }
  ~HttpProgram() {
    stop();
    ::close(error_);
  }
  HttpProgram(const HttpProgram&) = delete;
  HttpProgram& operator=(const HttpProgram&) = delete;

  std::uint16_t port() const { return port_; }
  void signal(int number) const { ::kill(child_, number); }
  // How many threads it has.
  int threads() const {
    std::ifstream status("/proc/" + std::to_string(child_) + "/status");
    for (std::string word; status >> word;) {
      if (word == "Threads:") return status >> word ? std::stoi(word) : -1;
    }
    return -1;
  }
  // Asks it to end; gives its exit code.
  int stop() {
    if (child_ <= 0) return code_;
    signal(SIGTERM);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  // The next line on standard error that holds this text; empty where none comes within a minute.
  std::string wait_for_line(const std::string& text) {
    while (true) {
      const std::size_t end = said_.find('\n');
      if (end != std::string::npos) {
        const std::string line = said_.substr(0, end);
        said_.erase(0, end + 1);
        if (line.find(text) != std::string::npos) return line;
        continue;
      }
      pollfd waiting{error_, POLLIN, 0};
      char bytes[4096];
      if (::poll(&waiting, 1, 60'000) <= 0) return "";
      const ssize_t got = ::read(error_, bytes, sizeof bytes);
      if (got <= 0) return "";
      said_.append(bytes, static_cast<std::size_t>(got));
    }
  }

 private:
  pid_t child_ = -1;
  int error_ = -1;
  int code_ = -1;
  std::uint16_t port_ = 0;
  std::string said_;
};

}  // namespace pianola::tests
