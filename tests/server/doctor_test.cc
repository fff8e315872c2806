// pianola doctor: what it finds in homes where something is wrong, and what it says to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/server/home_folder.h"
#include "tests/server/http_program.h"

namespace pianola::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class DoctorCommand : public testing::Test {
 protected:
  HomeFolder home;

  // Everything that is found about one thing, as "HEALTH: TEXT -> ADVICE" lines; the exit code must fit.
  std::string found(const std::string& about, const std::string& variables = {}, const std::string& arguments = {}) {
    const RunResult run = home.run("doctor --json " + arguments, variables);
    const Json report = run.json();
    EXPECT_TRUE(report.is_object()) << run.out << run.err;
    EXPECT_EQ(run.code, report["problems"] == 0 ? 0 : 1) << run.out;
    std::string lines;
    for (const Json& finding : report["findings"]) {
      if (finding["about"] != about) continue;
      lines += finding["health"].get<std::string>() + ": " + finding["text"].get<std::string>() + " -> " +
               finding.value("advice", "") + "\n";
    }
    return lines;
  }
  // A program of the shell's that hosts are told to start.
  std::string script(const std::string& text) {
    home.write("server.sh", "#!/bin/sh\n" + text);
    ::chmod((home / "server.sh").c_str(), 0755);
    home.write(".codex/config.toml", "[mcp_servers.pianola]\ncommand = '" + home / "server.sh" + "'\n");
    return home / "server.sh";
  }
};

TEST_F(DoctorCommand, AGoodSetUpHasNoProblem) {
  home.run("install cursor codex");
  home.run("install claude-code --role executor");
  EXPECT_THAT(found("cursor"), HasSubstr("good: registered in Cursor: pianola 0.1.0, 10 tools in "));
  EXPECT_THAT(found("codex"), HasSubstr("good: registered in Codex: pianola 0.1.0, 10 tools in "));
  EXPECT_THAT(found("claude-code"), HasSubstr("6 tools"));
  EXPECT_THAT(found("store"), HasSubstr("good: " + home / ".local/share/pianola/store.db"));
  EXPECT_EQ(found("zed"), "");
  const RunResult run = home.run("doctor");
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("No problem."), HasSubstr("is not on the PATH")));
}

TEST_F(DoctorCommand, AHostWithoutAnEntryIsTold) {
  home.make_folder(".cursor");
  EXPECT_THAT(found("cursor"),
              HasSubstr("note: " + home / ".cursor/mcp.json has no entry for Pianola -> pianola install cursor"));
}

TEST_F(DoctorCommand, EntriesUnderOtherNamesThatStartThisProgramAreLookedAt) {
  home.run("install cursor --name pianola-executor --role executor");
  home.run("install continue --name mine");
  EXPECT_THAT(found("cursor (pianola-executor)"), AllOf(HasSubstr("good: registered in Cursor"), HasSubstr("6 tools")));
  EXPECT_THAT(found("continue (mine)"), HasSubstr("good: registered in Continue"));
  EXPECT_EQ(found("cursor"), "");
  home.write(".cursor/mcp.json", R"({"mcpServers": {"other": {"command": "other"},
      "mine": {"command": "/nowhere/pianola", "args": ["serve", "--role", "executor"]}}})");
  EXPECT_THAT(found("cursor (mine)"),
              HasSubstr("-> pianola install cursor --name mine --role executor names this one"));
  EXPECT_EQ(found("cursor (other)"), "");
}

TEST_F(DoctorCommand, AProgramThatIsGoneIsTold) {
  home.write(".cursor/mcp.json", R"({"mcpServers": {"pianola": {"command": "/nowhere/pianola", "args": ["serve"]}}})");
  EXPECT_EQ(
      found("cursor"),
      "problem: the entry names /nowhere/pianola, which is no program that is there -> pianola install cursor names "
      "this one\n");
  home.write(".cursor/mcp.json", R"({"mcpServers": {"pianola": {"command": "pianola"}}})");
  EXPECT_THAT(found("cursor"), HasSubstr("which is not on the PATH"));
}

TEST_F(DoctorCommand, AServerThatDoesNotStartIsToldInItsOwnWords) {
  home.run("install cursor");
  std::string text = home.read(".cursor/mcp.json");
  home.write(".cursor/mcp.json", text.replace(text.find("\"serve\""), 7, R"("serve", "--role", "boss")"));
  EXPECT_THAT(
      found("cursor"),
      AllOf(HasSubstr("problem: started as Cursor does: the server does not answer: pianola: "), HasSubstr("boss")));
}

TEST_F(DoctorCommand, AServerThatSaysNothingMoreAndStaysIsEnded) {
  script("exec 1>&-\nexec sleep 1000\n");
  EXPECT_THAT(found("codex"), HasSubstr("the server does not answer"));
}

TEST_F(DoctorCommand, KeysThatAServerSaysAreNotTold) {
  script("/usr/bin/env >&2\n");
  home.write(".codex/config.toml",
             home.read(".codex/config.toml") + "[mcp_servers.pianola.env]\nMY_TOKEN = 'abc123'\nMY_NAME = 'xyz789'\n");
  EXPECT_THAT(found("codex"), AllOf(HasSubstr("xyz789"), Not(HasSubstr("abc123"))));
  const std::string settings = home.read(".codex/config.toml");
  script("printf '%s%0297d' \"$MY_TOKEN\" 0 >&2\n");
  home.write(".codex/config.toml", settings);
  EXPECT_THAT(found("codex"), AllOf(HasSubstr("0000"), Not(HasSubstr("123")))) << "where the text is cut";
}

TEST_F(DoctorCommand, AnotherVersionIsTold) {
  script(R"sh(read line
echo '{"jsonrpc":"2.0","id":1,"result":{"serverInfo":{"name":"pianola","version":"0.0.9"}}}'
read line; read line
echo '{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}'
)sh");
  EXPECT_THAT(
      found("codex"),
      HasSubstr("problem: the entry leads to pianola 0.0.9, and this is pianola 0.1.0 -> pianola install codex"));
}

TEST_F(DoctorCommand, AServerGetsWhatItsHostHandsOn) {
  script("/usr/bin/env > '" + home / "environment" + "'\n");
  found("codex", "SECRET=1 LANG=C PIANOLA_STORE=/tmp/elsewhere.db");
  EXPECT_THAT(home.read("environment"), AllOf(HasSubstr("HOME=" + home.path()), HasSubstr("LANG=C"),
                                              Not(HasSubstr("SECRET")), Not(HasSubstr("PIANOLA_STORE"))));
  home.run("install codex");
  EXPECT_THAT(found("codex", "PIANOLA_STORE='" + home / "own.db" + "'"),
              HasSubstr("note: its server keeps another store: " + home / ".local/share/pianola/store.db" +
                        " -> pianola install codex --store " + home / "own.db"));
}

TEST_F(DoctorCommand, AFileThatDoesNotParseIsToldWithItsLine) {
  home.write(".cursor/mcp.json", "{\n  \"mcpServers\": {\n    \"a\": 1\n    \"b\": 2\n  }\n}\n");
  EXPECT_THAT(found("cursor"), HasSubstr("problem: " + home / ".cursor/mcp.json" +
                                         ", line 4: a comma or } is missing -> mend that line"));
}

TEST_F(DoctorCommand, AStoreThatCannotBeUsedIsTold) {
  home.write("notes.txt", std::string(5000, 'x'));
  EXPECT_THAT(found("store", "", "--store notes.txt"), HasSubstr("problem: "));
  EXPECT_THAT(found("store", "", "--store notes.txt/store.db"),
              HasSubstr("cannot be made: nothing may be written in "));
}

TEST_F(DoctorCommand, AStoreThatMayNotBeWrittenIsTold) {
  home.run("serve --store store/s.db < /dev/null");
  ASSERT_TRUE(home.has("store/s.db"));
  using std::filesystem::perms;
  constexpr perms kRead = perms::owner_read | perms::group_read | perms::others_read;
  constexpr perms kEnter = perms::owner_exec | perms::group_exec | perms::others_exec;
  std::filesystem::permissions(home / "store/s.db", kRead);
  std::filesystem::permissions(home / "store", kRead | kEnter);
  std::filesystem::permissions(home.path(), kRead | kEnter);
  const std::string as_another = ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "";
  EXPECT_THAT(found("store", as_another, "--store store/s.db"),
              HasSubstr("may not be written here -> give yourself the right"));
  std::filesystem::permissions(home.path(), perms::owner_all);
  std::filesystem::permissions(home / "store", perms::owner_all);
}

TEST_F(DoctorCommand, WithoutAHomeNoHostIsLookedAt) {
  EXPECT_THAT(found("hosts", "HOME="), HasSubstr("problem: HOME is not set"));
  EXPECT_THAT(found("hosts"), HasSubstr("note: no host was found on this machine"));
}

TEST_F(DoctorCommand, AServerOverHttpIsReachedWithTheKeyThatTheHostWouldSend) {
  const Scratch scratch;
  std::string key = scratch.run("key create --role executor").out;
  key.resize(key.find('\n'));
  HttpProgram server(scratch, {"serve", "--http", "127.0.0.1:0"});
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/mcp";
  home.run("install claude-code --http " + url);
  EXPECT_THAT(found("claude-code", "PIANOLA_KEY=" + key),
              HasSubstr("good: registered in Claude Code: pianola 0.1.0, at " + url));
  EXPECT_THAT(found("claude-code"), HasSubstr("note: " + url + " is reached; whether the key is taken is not known"));
  const std::string wrong = "pia_" + std::string(40, 'w');
  const std::string refused = found("claude-code", "PIANOLA_KEY=" + wrong);
  EXPECT_THAT(refused, AllOf(HasSubstr("problem: " + url + ": status 401"), HasSubstr("set PIANOLA_KEY"),
                             Not(HasSubstr(wrong))));
  home.run("install cursor --name team --http " + url);
  EXPECT_THAT(found("cursor (team)", "PIANOLA_KEY=" + key), HasSubstr("good: registered in Cursor"))
      << "under another name, too";
  home.run("install zed --http " + url);
  EXPECT_THAT(found("zed", "PIANOLA_AUTHORIZATION='Bearer " + key + "'"), HasSubstr("good: registered in Zed"));
  home.run("install vscode --http " + url);
  EXPECT_THAT(found("vscode"),
              HasSubstr("good: " + url + " is reached and asks for a key, which VS Code asks you for"));
  EXPECT_EQ(server.stop(), 0);
  EXPECT_THAT(found("claude-code", "PIANOLA_KEY=" + key), HasSubstr("problem: " + url + ": Cannot get"));
}

}  // namespace
}  // namespace pianola::tests
