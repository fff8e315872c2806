// Runs the real program on a scratch store and gives what it said:
//
//     Scratch scratch;
//     const RunResult run = scratch.run("workflow list --json");
//     EXPECT_EQ(run.code, 0);
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/json.h"
#include "tests/support/scratch_folder.h"

namespace pianola::tests {

struct RunResult {
  int code = -1;  // exit code; 128 + n where signal n ended it
  std::string out;
  std::string err;
  Json json() const { return Json::parse(out, nullptr, false); }
};

// A folder with a store of its own, gone at the end.
class Scratch {
 public:
  std::string operator/(const std::string& name) const { return folder_ / name; }
  std::string store() const { return *this / "store.db"; }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // `pianola ARGUMENTS` in this folder, by a shell: quote what needs it. `before` is what the shell does first.
  RunResult run(const std::string& arguments, const std::string& input = {}, const std::string& before = {}) const {
    write(".in", input);
    const std::string command = "cd '" + (folder_ / "") + "' && " + before + " PIANOLA_STORE='" + store() + "' exec '" +
                                PIANOLA_BINARY_DIR + "/pianola' " + arguments + " < .in > .out 2> .err";
    const int status = std::system(("sh -c '" + escaped(command) + "'").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(".out"), read(".err")};
  }

 private:
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out;
  }

  ScratchFolder folder_;
};

// Tests of commands: each run is expected to end in one way.
class ProgramTest : public testing::Test {
 protected:
  Scratch scratch;

  // Runs and expects success.
  RunResult ok(const std::string& arguments, const std::string& input = {}) {
    RunResult run = scratch.run(arguments, input);
    EXPECT_EQ(run.code, 0) << arguments << "\n" << run.err << run.out;
    return run;
  }
  // Runs, expects exit code 1 and nothing on standard output, and gives the message.
  std::string failure(const std::string& arguments) {
    const RunResult run = scratch.run(arguments);
    EXPECT_EQ(run.code, 1) << arguments << "\n" << run.out;
    EXPECT_TRUE(run.out.empty()) << arguments << "\n" << run.out;
    EXPECT_TRUE(run.err.starts_with("pianola: ")) << arguments << "\n" << run.err;
    return run.err;
  }
  // What a command that is called wrong says: exit code 2.
  std::string misuse(const std::string& arguments) {
    const RunResult run = scratch.run(arguments);
    EXPECT_EQ(run.code, 2) << arguments << "\n" << run.out << run.err;
    EXPECT_TRUE(run.out.empty()) << arguments << "\n" << run.out;
    return run.err;
  }
};

// A design that publishes, as a file's text.
inline std::string triage_json(const std::string& instruction = "Read {{input.mail}}.") {
  return R"({"name": "triage", "title": "Mail triage", "description": "Sorts a customer's mail into a topic.",
    "designed_by": "claude-opus-5-5",
    "inputs": {"type": "object", "properties": {"mail": {"type": "string"}}, "required": ["mail"]},
    "steps": [{"id": "parse", "title": "Parse", "instruction": ")" +
         instruction + R"(",
      "output": {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}}]})";
}

// One call of a tool as a line for `pianola serve`.
inline std::string tool_call(int id, const std::string& tool, const Json& arguments) {
  return Json{{"jsonrpc", "2.0"},
              {"id", id},
              {"method", "tools/call"},
              {"params", {{"name", tool}, {"arguments", arguments}}}}
             .dump() +
         "\n";
}

inline const std::string kInitializeLine =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},)"
    R"("clientInfo":{"name":"test","version":"1"}}})"
    "\n";

}  // namespace pianola::tests
