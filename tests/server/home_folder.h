// A home folder of its own, in which the real program runs with nothing of this machine's environment:
//
//     const HomeFolder home;
//     home.write(".cursor/mcp.json", "{}");
//     EXPECT_EQ(home.run("install cursor").code, 0);
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/server/program_run.h"
#include "tests/support/scratch_folder.h"

namespace pianola::tests {

class HomeFolder {
 public:
  std::string operator/(const std::string& name) const { return folder_ / name; }
  std::string path() const { return folder_.text(); }
  // The program that runs here, as it names itself.
  std::string program() const { return std::filesystem::canonical(PIANOLA_BINARY_DIR "/pianola").string(); }

  void make_folder(const std::string& name) const { std::filesystem::create_directories(folder_ / name); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const { return read_path(folder_ / name); }
  std::string read_path(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool has(const std::string& name) const { return has_path(folder_ / name); }
  bool has_path(const std::string& path) const { return std::filesystem::exists(path); }

  // `pianola ARGUMENTS` in this folder; `variables` are set beside HOME and PATH, as the shell takes them.
  RunResult run(const std::string& arguments, const std::string& variables = {}) const {
    const std::string command = "cd '" + path() + "' && env -i HOME='" + path() + "' PATH=/usr/bin:/bin " + variables +
                                " '" + program() + "' " + arguments + " > .out 2> .err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(".out"), read(".err")};
  }

 private:
  ScratchFolder folder_;
};

}  // namespace pianola::tests
