// `pianola serve` as a process: every way in which a host ends it leaves what was acknowledged, and no more lines.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>

#include "base/json.h"

namespace pianola::tests {
namespace {

// A server process under a host's hands.
class Served {
 public:
  explicit Served(const std::string& store) {
    EXPECT_EQ(pipe(in_.data()), 0);
    EXPECT_EQ(pipe(out_.data()), 0);
    pid_ = fork();
    if (pid_ == 0) run(store);
    close(in_[0]);
    close(out_[1]);
    ask(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})");
  }
  ~Served() {
    end_input();
    close(out_[0]);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  Json ask(const std::string& line) {
    const std::string bytes = line + "\n";
    EXPECT_EQ(write(in_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return hear();
  }
  // The next line.
  Json hear() const {
    std::string said;
    for (char byte = 0; read(out_[0], &byte, 1) == 1 && byte != '\n';) said += byte;
    return Json::parse(said);
  }
  Json call(const std::string& tool, const Json& arguments) {
    const Json params = {{"name", tool}, {"arguments", arguments}};
    return ask(Json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}, {"params", params}}.dump())["result"];
  }
  void signal(int number) const { kill(pid_, number); }
  void end_input() {
    if (in_[1] >= 0) close(in_[1]);
    in_[1] = -1;
  }
  // Waits for the end. Gives the exit code, and what was said after the last answer in `rest`.
  int wait(std::string& rest) const {
    for (char byte = 0; read(out_[0], &byte, 1) == 1;) rest += byte;
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  [[noreturn]] void run(const std::string& store) const {
    dup2(in_[0], STDIN_FILENO);
    dup2(out_[1], STDOUT_FILENO);
    for (const int fd : {in_[0], in_[1], out_[0], out_[1]}) close(fd);
    const std::string program = std::string(PIANOLA_BINARY_DIR) + "/pianola";
    execl(program.c_str(), program.c_str(), "--store", store.c_str(), "serve", static_cast<char*>(nullptr));
    _exit(127);
  }

  std::array<int, 2> in_{};
  std::array<int, 2> out_{};
  pid_t pid_ = 0;
};

const Json kWorkflow = Json::parse(R"({"name":"greet","title":"Greet","description":"Greets.","steps":[
    {"id":"greet","title":"Greet","instruction":"Say hello."}]})");

}  // namespace

// How a host ends a server: a signal, or 0 for the end of input.
class ServeEnd : public testing::TestWithParam<int> {};

TEST_P(ServeEnd, KeepsWhatWasAcknowledgedAndSaysNoMore) {
  std::string folder = (std::filesystem::temp_directory_path() / "pianola-end-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  {
    Served served(folder + "/store.db");
    EXPECT_FALSE(served.call("workflow_save", {{"workflow", kWorkflow}}).value("isError", false));
    EXPECT_EQ(served.hear()["method"], "notifications/resources/list_changed");
    if (GetParam() == 0) {
      served.end_input();
    } else {
      served.signal(GetParam());
    }
    std::string rest;
    EXPECT_EQ(served.wait(rest), 0);
    EXPECT_EQ(rest, "");
  }
  Served again(folder + "/store.db");
  EXPECT_FALSE(again.call("workflow_get", {{"name", "greet"}}).value("isError", false));
  again.end_input();
  std::string rest;
  EXPECT_EQ(again.wait(rest), 0);
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(EveryWay, ServeEnd, testing::Values(0, SIGTERM, SIGINT, SIGHUP));

}  // namespace pianola::tests
