// Every host that is known: where its file is on each system, and that what is written there is the shipped manifest's.
#include "server/host_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/scratch_folder.h"

namespace pianola::tests {
namespace {

using server::Host;
using server::Platform;
using server::Registration;
using server::Variables;
using testing::ElementsAre;
using testing::HasSubstr;

const Host& host(const std::string& id) { return *server::find_host(id).value(); }

std::string manifest(const std::string& path) {
  std::ifstream file(std::string(PIANOLA_SOURCE_DIR) + "/manifests/" + path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(HostCatalogue, AnEntryInAnEmptyFileIsTheShippedManifests) {
  struct Shipped {
    std::string id;
    std::string stdio;
    std::string http;
    std::string url = "http://127.0.0.1:8080/mcp";
  };
  const Shipped all[] = {
      {"claude-code", ".mcp.json", "http.mcp.json", "${PIANOLA_URL:-http://127.0.0.1:8080/mcp}"},
      {"claude-desktop", "claude_desktop_config.json", "claude_desktop_config-http.json"},
      {"cline", "cline_mcp_settings.json", "cline_mcp_settings-http.json"},
      {"codex", "config.toml", "config-http.toml"},
      {"continue", "pianola.yaml", "pianola-http.yaml"},
      {"cursor", "mcp.json", "mcp-http.json"},
      {"gemini-cli", "gemini-extension.json", "settings-http.json"},
      {"goose", "config.yaml", "config-http.yaml"},
      {"jetbrains", "mcp.json", "mcp-http.json"},
      {"lm-studio", "mcp.json", "mcp-http.json"},
      {"opencode", "opencode.json", "opencode-http.json"},
      {"vscode", "mcp.json", "mcp-http.json"},
      {"windsurf", "mcp_config.json", "mcp_config-http.json"},
      {"zed", "settings.json", "settings-http.json"},
  };
  for (const Shipped& shipped : all) {
    for (const bool over_http : {false, true}) {
      const std::string path = shipped.id + "/" + (over_http ? shipped.http : shipped.stdio);
      const Host& known = host(shipped.id);
      const std::string text = server::register_in(known, "", {.url = over_http ? shipped.url : ""}).value();
      const auto written = server::registered_entry(known, text, "pianola").value();
      ASSERT_TRUE(written) << path;
      EXPECT_EQ(written, server::registered_entry(known, manifest(path), "pianola").value()) << path;
      // Where the manifest holds the entry alone, the file is the manifest.
      const bool is_whole = shipped.id != "continue" && shipped.id != "zed" && !path.ends_with("gemini-extension.json");
      if (is_whole) {
        EXPECT_EQ(text, manifest(path));
      }
    }
  }
}

TEST(HostCatalogue, EveryHostsEntryGoesInAndComesOut) {
  for (const Host& known : server::known_hosts()) {
    const std::string fresh = server::register_in(known, "", {}).value();
    for (const std::string& url : {std::string(), std::string("https://example.com/mcp")}) {
      const std::string text = server::register_in(known, fresh, {.url = url}).value();
      EXPECT_EQ(server::register_in(known, text, {.url = url}).value(), text) << known.id;
      const std::string out = server::unregister_from(known, text, "pianola").value();
      EXPECT_EQ(server::registered_entry(known, out, "pianola").value(), std::nullopt) << known.id;
      EXPECT_EQ(server::unregister_from(known, out, "pianola").value(), out) << known.id;
      EXPECT_EQ(out.find("PIANOLA_"), std::string::npos) << out;
    }
    // There and back again.
    const std::string remote = server::register_in(known, fresh, {.url = "https://example.com/mcp"}).value();
    const std::string back = server::register_in(known, remote, {}).value();
    EXPECT_TRUE(server::is_same(*server::registered_entry(known, back, "pianola").value(),
                                *server::registered_entry(known, fresh, "pianola").value()))
        << known.id;
  }
}

TEST(HostCatalogue, WhatTheUserAddedToTheEntryStays) {
  const std::string by_hand =
      R"({"mcpServers": {"pianola": {"command": "/old/pianola", "args": ["serve", "--role", "admin"],
    "env": {"A": "1"}, "disabled": false}}})";
  EXPECT_EQ(
      server::register_in(host("cursor"), by_hand, {}).value(),
      R"({"mcpServers": {"pianola": {"command": "pianola", "args": ["serve"], "env": {"A": "1"}, "disabled": false}}})");
  const std::string goose = "extensions:\n  pianola:\n    enabled: false\n    name: pianola\n    timeout: 9\n";
  EXPECT_THAT(server::register_in(host("goose"), goose, {}).value(),
              HasSubstr("enabled: false\n    name: pianola\n    timeout: 9"));
}

TEST(HostCatalogue, FilesAreFoundOnEverySystem) {
  const Variables linux = {{"HOME", "/home/a"}};
  const Variables macos = {{"HOME", "/Users/a"}};
  const Variables windows = {{"USERPROFILE", "C:/Users/a"}, {"APPDATA", "D:/Roaming"}};
  const auto files = [](const std::string& id, Platform platform, const Variables& variables) {
    return server::host_files(host(id), platform, variables).value();
  };
  EXPECT_THAT(files("claude-code", Platform::linux, linux), ElementsAre("/home/a/.claude.json"));
  EXPECT_THAT(files("claude-code", Platform::windows, windows), ElementsAre("C:/Users/a/.claude.json"));
  EXPECT_THAT(files("claude-desktop", Platform::linux, linux),
              ElementsAre("/home/a/.config/Claude/claude_desktop_config.json"));
  EXPECT_THAT(files("claude-desktop", Platform::macos, macos),
              ElementsAre("/Users/a/Library/Application Support/Claude/claude_desktop_config.json"));
  EXPECT_THAT(files("claude-desktop", Platform::windows, windows),
              ElementsAre("D:/Roaming/Claude/claude_desktop_config.json"));
  EXPECT_THAT(files("vscode", Platform::windows, {{"USERPROFILE", "C:/Users/a"}}),
              ElementsAre("C:/Users/a/AppData/Roaming/Code/User/mcp.json"));
  EXPECT_THAT(files("goose", Platform::macos, macos), ElementsAre("/Users/a/.config/goose/config.yaml"));
  EXPECT_THAT(files("goose", Platform::windows, windows), ElementsAre("D:/Roaming/Block/goose/config/config.yaml"));
  EXPECT_THAT(files("zed", Platform::macos, {{"HOME", "/Users/a"}, {"XDG_CONFIG_HOME", "/x"}}),
              ElementsAre("/Users/a/.config/zed/settings.json"));

  EXPECT_THAT(files("opencode", Platform::linux, {{"HOME", "/home/a"}, {"XDG_CONFIG_HOME", "/x"}}),
              ElementsAre("/x/opencode/opencode.json", "/x/opencode/opencode.jsonc"));
  EXPECT_THAT(files("zed", Platform::linux, {{"HOME", "/home/a"}, {"XDG_CONFIG_HOME", "not/absolute"}}),
              ElementsAre("/home/a/.config/zed/settings.json"));
  EXPECT_THAT(files("codex", Platform::linux, {{"CODEX_HOME", "/x"}}), ElementsAre("/x/config.toml"));
  EXPECT_EQ(server::host_files(host("codex"), Platform::linux, {}).error().code, "no_home");
}

TEST(HostCatalogue, TheFileThatIsThereIsTheHosts) {
  const ScratchFolder home;
  const Variables variables = {{"HOME", home.text()}};
  const auto file = [&](const std::string& id) {
    return server::host_file(host(id), Platform::linux, variables).value();
  };
  EXPECT_EQ(file("opencode"), home / ".config/opencode/opencode.json");
  EXPECT_FALSE(server::is_host_there(file("opencode"), variables));
  EXPECT_FALSE(server::is_host_there(file("claude-code"), variables));

  std::filesystem::create_directories(home / ".config/opencode");
  EXPECT_TRUE(server::is_host_there(file("opencode"), variables));
  std::ofstream(home / ".config/opencode/opencode.jsonc") << "{}";
  EXPECT_EQ(file("opencode"), home / ".config/opencode/opencode.jsonc");
  std::ofstream(home / ".claude.json") << "{}";
  EXPECT_TRUE(server::is_host_there(file("claude-code"), variables));
}

TEST(HostCatalogue, AnUnknownHostIsToldWhichThereAre) {
  const auto refused = server::find_host("claude-cod");
  EXPECT_EQ(refused.error().code, "unknown_host");
  EXPECT_THAT(refused.error().message, HasSubstr("Did you mean \"claude-code\""));
}

}  // namespace
}  // namespace pianola::tests
