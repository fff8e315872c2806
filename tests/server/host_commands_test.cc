// pianola install and uninstall: the real program in a home folder of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <thread>
#include <vector>

#include "server/host_catalogue.h"
#include "tests/server/home_folder.h"

namespace pianola::tests {
namespace {

using server::Platform;
using testing::HasSubstr;
using testing::Not;

const std::string kCursor = ".cursor/mcp.json";
const std::string kBackup = ".cursor/mcp.json.before-pianola";
const std::string kOthers = "{\n  // mine\n  \"mcpServers\": {\n    \"docs\": {\"command\": \"npx\"},\n  },\n}\n";

class HostCommands : public testing::Test {
 protected:
  HomeFolder home;

  RunResult ok(const std::string& arguments, const std::string& variables = {}) {
    RunResult run = home.run(arguments, variables);
    EXPECT_EQ(run.code, 0) << arguments << "\n" << run.err << run.out;
    return run;
  }
  std::string failure(const std::string& arguments, int code = 1) {
    const RunResult run = home.run(arguments);
    EXPECT_EQ(run.code, code) << arguments << "\n" << run.out;
    return run.err;
  }
  OrderedJson entry(const std::string& id, const std::string& name = "pianola") {
    const server::Host& host = *server::find_host(id).value();
    const std::string file = server::host_file(host, Platform::linux, {{"HOME", home.path()}}).value();
    return server::registered_entry(host, home.read_path(file), name).value().value_or(OrderedJson());
  }
};

TEST_F(HostCommands, InstallShowsTheChangeAndKeepsTheFileAsItWas) {
  home.write(kCursor, kOthers);
  const RunResult run = ok("install cursor");
  EXPECT_THAT(
      run.out,
      HasSubstr("@ line 3\n    \"mcpServers\": {\n      \"docs\": {\"command\": \"npx\"},\n+     \"pianola\": {\n"));
  EXPECT_THAT(run.out, HasSubstr("registered; as it was: " + home / kBackup));
  EXPECT_EQ(entry("cursor")["command"], home.program());
  EXPECT_EQ(home.read(kBackup), kOthers);
}

TEST_F(HostCommands, ASecondInstallChangesNothingAndSaysSo) {
  home.write(kCursor, kOthers);
  ok("install cursor");
  const std::string text = home.read(kCursor);
  EXPECT_THAT(ok("install cursor").out, HasSubstr("nothing to change"));
  EXPECT_EQ(home.read(kCursor), text);
  EXPECT_EQ(home.read(kBackup), kOthers);
}

TEST_F(HostCommands, UninstallGivesTheFileBackByteByByte) {
  for (const std::string& text :
       {kOthers, std::string(), std::string("  \n"), std::string("{}"), std::string("{\n}\n"), std::string("{ }"),
        std::string("\xef\xbb\xbf{\r\n\t\"mcpServers\": {\r\n\t}\r\n}"), std::string("// none\n{}\n")}) {
    home.write(kCursor, text);
    ok("install cursor");
    ok("install cursor --role executor");
    EXPECT_NE(home.read(kCursor), text);
    ok("uninstall cursor");
    EXPECT_EQ(home.read(kCursor), text);
    EXPECT_FALSE(home.has(kBackup)) << text;
  }
}

TEST_F(HostCommands, WhatSomebodyWroteByHandIsNotThrownAway) {
  for (const std::string member : {R"("command": "my-pianola")", R"("command": "pianola", "env": {"TOKEN": "abc"})"}) {
    const std::string text = "{\n  \"mcpServers\": {\n    \"pianola\": {" + member + "}\n  }\n}\n";
    home.write(kCursor, text);
    ok("uninstall cursor");
    EXPECT_TRUE(home.has(kCursor)) << member;
    EXPECT_EQ(home.read(kBackup), text);
    home.write(kCursor, text);
    ok("install cursor --role executor");
    EXPECT_EQ(home.read(kBackup), text);
  }
}

TEST_F(HostCommands, WhatTheUserAddedToAnEntryStaysWhateverIsRegistered) {
  ok("install cursor --http https://example.com/mcp");
  std::string text = home.read(kCursor);
  const std::string mark = "\"headers\": {";
  text.insert(text.find(mark) + mark.size(), "\"X-Org\": \"me\", ");
  home.write(kCursor, text);
  ok("install cursor --http https://example.org/mcp");
  EXPECT_EQ(entry("cursor")["headers"]["X-Org"], "me");
  EXPECT_EQ(entry("cursor")["url"], "https://example.org/mcp");
  ok("install cursor");
  EXPECT_EQ(entry("cursor")["headers"], OrderedJson({{"X-Org", "me"}}));
}

TEST_F(HostCommands, AnInputStaysAsLongAsAServerAsksForIt) {
  const std::string file =
      server::host_file(*server::find_host("vscode").value(), Platform::linux, {{"HOME", home.path()}}).value();
  const auto asks = [&] { return home.read_path(file).find("promptString") != std::string::npos; };
  ok("install vscode --http https://example.com/mcp");
  ok("install vscode --name second");
  EXPECT_TRUE(asks());
  ok("uninstall vscode --name second");
  EXPECT_TRUE(asks());
  ok("install vscode");
  EXPECT_FALSE(asks());
}

TEST_F(HostCommands, InstallsAtTheSameTimeLoseNothing) {
  home.write(kCursor, kOthers);
  std::vector<std::thread> installs;
  for (int i = 0; i < 8; ++i) {
    installs.emplace_back([this, i] { ok("install cursor --name pianola-" + std::to_string(i)); });
  }
  for (std::thread& each : installs) each.join();
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(entry("cursor", "pianola-" + std::to_string(i)).is_object()) << i;
}

TEST_F(HostCommands, WhatOthersChangedSinceStays) {
  home.write(kCursor, kOthers);
  ok("install cursor");
  std::string text = home.read(kCursor);
  home.write(kCursor, text.replace(text.find("npx"), 3, "uvx"));
  ok("uninstall cursor");
  std::string expected = kOthers;
  EXPECT_EQ(home.read(kCursor), expected.replace(expected.find("npx"), 3, "uvx"));
  EXPECT_EQ(home.read(kBackup), text);
  EXPECT_THAT(ok("uninstall cursor").out, HasSubstr("nothing to change"));
}

TEST_F(HostCommands, AFileThatInstallMadeGoesAgain) {
  EXPECT_THAT(ok("install cursor").out, HasSubstr("in a new file"));
  struct stat status {};
  ASSERT_EQ(::stat((home / kCursor).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THAT(ok("uninstall cursor").out, HasSubstr("Pianola had made it"));
  EXPECT_FALSE(home.has(kCursor));
  EXPECT_TRUE(home.has(".cursor"));
}

TEST_F(HostCommands, EveryHostsFileIsMadeAndGoes) {
  for (const server::Host& host : server::known_hosts()) {
    const std::string file = server::host_file(host, Platform::linux, {{"HOME", home.path()}}).value();
    for (const std::string arguments : {"", " --http https://example.com/mcp"}) {
      ok("install " + host.id + arguments);
      EXPECT_FALSE(entry(host.id).is_null()) << file;
      EXPECT_THAT(ok("install " + host.id + arguments).out, HasSubstr("nothing to change"));
      ok("uninstall " + host.id);
      EXPECT_FALSE(home.has_path(file)) << file;
    }
  }
}

TEST_F(HostCommands, ADryRunWritesNothing) {
  const RunResult run = ok("install cursor --dry-run");
  EXPECT_THAT(run.out, HasSubstr("+   \"mcpServers\": {"));
  EXPECT_THAT(run.out, HasSubstr("would be registered, in a new file"));
  EXPECT_FALSE(home.has(".cursor"));
  home.write(kCursor, kOthers);
  ok("install cursor --dry-run");
  EXPECT_EQ(home.read(kCursor), kOthers);
  EXPECT_FALSE(home.has(kBackup));
}

TEST_F(HostCommands, AFileThatCannotBeReadIsRefusedWithItsLine) {
  home.write(kCursor, "{\n  \"mcpServers\": {\n");
  EXPECT_THAT(failure("install cursor"),
              HasSubstr(kCursor + ", line 3: a name in quotation marks is missing. Nothing was changed."));
  EXPECT_THAT(failure("uninstall cursor"), HasSubstr("line 3"));
  EXPECT_EQ(home.read(kCursor), "{\n  \"mcpServers\": {\n");
  EXPECT_FALSE(home.has(kBackup));
}

TEST_F(HostCommands, AReadOnlyFileAndOneThatIsNoneAreRefused) {
  home.write(kCursor, kOthers);
  ::chmod((home / kCursor).c_str(), 0444);
  EXPECT_THAT(failure("install cursor"), HasSubstr("it is read-only"));
  EXPECT_EQ(home.read(kCursor), kOthers);
  EXPECT_FALSE(home.has(kBackup));
  home.make_folder(".codex/config.toml");
  EXPECT_THAT(failure("install codex"), HasSubstr("is no file"));
}

TEST_F(HostCommands, ALinkStaysAndItsTargetKeepsItsMode) {
  home.write("dotfiles/mcp.json", kOthers);
  ::chmod((home / "dotfiles/mcp.json").c_str(), 0640);
  home.make_folder(".cursor");
  std::filesystem::create_symlink("../dotfiles/mcp.json", home / kCursor);
  ok("install cursor");
  EXPECT_TRUE(std::filesystem::is_symlink(home / kCursor));
  EXPECT_THAT(home.read("dotfiles/mcp.json"), HasSubstr("pianola"));
  struct stat status {};
  ASSERT_EQ(::stat((home / kCursor).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  ok("uninstall cursor");
  EXPECT_EQ(home.read("dotfiles/mcp.json"), kOthers);
}

TEST_F(HostCommands, AllMeansTheHostsThatAreThere) {
  EXPECT_THAT(failure("install --all"), HasSubstr("No host was found"));
  home.make_folder(".codex");
  home.write(".gemini/settings.json", "{");
  home.write(".claude.json", "{}");
  const RunResult run = home.run("install --all --json");
  EXPECT_EQ(run.code, 1);
  const Json hosts = run.json()["hosts"];
  ASSERT_EQ(hosts.size(), 3u) << run.out;
  EXPECT_EQ(hosts[0]["host"], "claude-code");
  EXPECT_EQ(hosts[0]["backup"], home / ".claude.json.before-pianola");
  EXPECT_EQ(hosts[1]["created"], true);
  EXPECT_EQ(hosts[2]["error"]["code"], "bad_config");
  EXPECT_EQ(entry("codex")["args"], OrderedJson({"serve"}));
}

TEST_F(HostCommands, RoleStoreAndNameGoIntoTheEntry) {
  ok("install codex --role executor --store stores/a.db --name pianola-executor");
  ok("install codex");
  EXPECT_EQ(entry("codex", "pianola-executor")["args"],
            OrderedJson({"serve", "--role", "executor", "--store", home / "stores/a.db"}));
  EXPECT_EQ(entry("codex")["args"], OrderedJson({"serve"}));
  ok("uninstall codex --name pianola-executor");
  EXPECT_EQ(entry("codex", "pianola-executor"), nullptr);
  EXPECT_EQ(entry("codex")["args"], OrderedJson({"serve"}));
  EXPECT_THAT(failure("install codex --name 'a b'", 2), HasSubstr("not \"a b\""));
}

TEST_F(HostCommands, AProgramOnThePathIsRegisteredByItsName) {
  home.make_folder("bin");
  std::filesystem::create_symlink(home.program(), home / "bin/pianola");
  ok("install cursor", "PATH='" + home / "bin" + ":/usr/bin:/bin'");
  EXPECT_EQ(entry("cursor")["command"], "pianola");
}

TEST_F(HostCommands, OverHttpNoKeyIsWritten) {
  const RunResult run = ok("install claude-code --http https://example.com/mcp", "PIANOLA_KEY=pia_secret");
  EXPECT_THAT(run.out, HasSubstr("set PIANOLA_KEY to a key where it starts"));
  EXPECT_EQ(entry("claude-code")["headers"]["Authorization"], "Bearer ${PIANOLA_KEY}");
  EXPECT_THAT(home.read(".claude.json"), Not(HasSubstr("secret")));
  EXPECT_THAT(ok("install zed --http https://example.com/mcp").out,
              HasSubstr("set PIANOLA_AUTHORIZATION to \"Bearer KEY\""));
  EXPECT_THAT(failure("install cursor --http http://example.com/mcp", 2), HasSubstr("is no https:// URL"));
  EXPECT_EQ(home.run("install cursor --http https://example.com/mcp --role admin").code, 2);
}

TEST_F(HostCommands, AnUnknownHostIsToldWhichThereAre) {
  EXPECT_THAT(failure("install cursed", 2), HasSubstr("Did you mean \"cursor\""));
  EXPECT_THAT(ok("install --help").out, HasSubstr("Hosts: claude-code, "));
  EXPECT_THAT(home.run("install cursor", "HOME=").err, HasSubstr("HOME is not set"));
}

TEST_F(HostCommands, AHomeThatIsNoAbsolutePathAndAStoreThatIsNoTextAreRefused) {
  const RunResult run = home.run("install cursor --store /tmp/s.db", "HOME=relative");
  EXPECT_THAT(run.err, HasSubstr("HOME is \"relative\", which is no absolute path"));
  EXPECT_THAT(home.run("workflow list", "HOME=relative").err, HasSubstr("or name the store with --store"));
  EXPECT_FALSE(home.has("relative"));
  EXPECT_THAT(home.run("workflow list", "PIANOLA_STORE=$(printf '\\377')").err,
              HasSubstr("The store's path is not UTF-8"));
}

}  // namespace
}  // namespace pianola::tests
