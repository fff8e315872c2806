// Settings of hosts in shapes that are found on real machines: an entry goes in and comes out, and every other byte
// stays.
#include "server/config_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::tests {
namespace {

using server::ConfigFormat;
using server::ConfigPath;
using server::ConfigText;
using testing::HasSubstr;

const OrderedJson kEntry = {{"command", "pianola"}, {"args", {"serve"}}};

struct Shape {
  std::string name;
  ConfigFormat format;
  ConfigPath path;
  std::string before;
  std::string after;
};

// As tests are listed; else by its bytes, which differ from run to run.
void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
  return out;
}

const ConfigPath kServers = {{"mcpServers", ""}, {"pianola", ""}};
const ConfigPath kCodex = {{"mcp_servers", ""}, {"pianola", ""}};
const ConfigPath kGoose = {{"extensions", ""}, {"pianola", ""}};
const ConfigPath kContinue = {{"mcpServers", ""}, {"name", "pianola"}};

// As Claude Code keeps it: with projects that have servers of their own.
const std::string kClaude = R"({
  "numStartups": 42,
  "projects": {
    "/home/a/work": {
      "mcpServers": {},
      "history": [{"display": "// no comment: {\"mcpServers\": 1}"}]
    }
  },
  "mcpServers": {
    "github": {
      "type": "stdio",
      "command": "npx"
    }
  },
  "userID": "abc"
}
)";

std::vector<Shape> shapes() {
  std::vector<Shape> all = {
      {"OtherServers", ConfigFormat::json, kServers, kClaude,
       R"({
  "numStartups": 42,
  "projects": {
    "/home/a/work": {
      "mcpServers": {},
      "history": [{"display": "// no comment: {\"mcpServers\": 1}"}]
    }
  },
  "mcpServers": {
    "github": {
      "type": "stdio",
      "command": "npx"
    },
    "pianola": {
      "command": "pianola",
      "args": [
        "serve"
      ]
    }
  },
  "userID": "abc"
}
)"},
      {"CommentsAndTrailingCommas", ConfigFormat::json, kServers,
       R"(// Zed settings
{
    "theme": "One", // mine
    /* servers */
    "mcpServers": {
        "a": { "command": "x" }, // first
        // "b": { "command": "y" },
    },
}
)",
       R"(// Zed settings
{
    "theme": "One", // mine
    /* servers */
    "mcpServers": {
        "a": { "command": "x" }, // first
        // "b": { "command": "y" },
        "pianola": {
            "command": "pianola",
            "args": [
                "serve"
            ]
        },
    },
}
)"},
      {"CommentBehindTheLast", ConfigFormat::json, kServers,
       "{\n  \"mcpServers\": {\n    \"a\": {} // the last, for now\n  }\n}",
       "{\n  \"mcpServers\": {\n    \"a\": {}, // the last, for now\n    \"pianola\": {\n      \"command\": "
       "\"pianola\",\n"
       "      \"args\": [\n        \"serve\"\n      ]\n    }\n  }\n}"},
      {"Tabs", ConfigFormat::json, kServers, "{\n\t\"mcpServers\": {\n\t\t\"a\": {}\n\t}\n}\n",
       "{\n\t\"mcpServers\": {\n\t\t\"a\": {},\n\t\t\"pianola\": {\n\t\t\t\"command\": \"pianola\",\n\t\t\t\"args\": "
       "[\n"
       "\t\t\t\t\"serve\"\n\t\t\t]\n\t\t}\n\t}\n}\n"},
      {"Minified", ConfigFormat::json, kServers, R"({"a":1,"mcpServers":{"x":{"command":"y"}},"b":[1,2]})",
       R"({"a":1,"mcpServers":{"x":{"command":"y"},"pianola":{"command":"pianola","args":["serve"]}},"b":[1,2]})"},
      {"MinifiedAndEmpty", ConfigFormat::json, kServers, R"({"a":1,"mcpServers":{}})",
       R"({"a":1,"mcpServers":{"pianola":{"command":"pianola","args":["serve"]}}})"},
      {"OneLineWithBlanks", ConfigFormat::json, kServers, "{\n  \"mcpServers\": { \"x\": { \"command\": \"y\" } }\n}\n",
       "{\n  \"mcpServers\": { \"x\": { \"command\": \"y\" }, \"pianola\": {\"command\": \"pianola\", \"args\": "
       "[\"serve\"]} "
       "}\n}\n"},
      {"EmptyServers", ConfigFormat::json, kServers, "{\n  \"mcpServers\": {}\n}\n",
       "{\n  \"mcpServers\": {\n    \"pianola\": {\n      \"command\": \"pianola\",\n      \"args\": [\n        "
       "\"serve\"\n"
       "      ]\n    }\n  }\n}\n"},
      {"OtherTables", ConfigFormat::toml, kCodex,
       "# Codex\nmodel = \"gpt\" # mine\n\n[mcp_servers.docs]\ncommand = \"npx\"\nargs = [\n  \"-y\", # "
       "[mcp_servers.x]\n]\n\n"
       "[profiles.a]\nnote = \"\"\"\n[mcp_servers.pianola]\n\"\"\"\n",
       "# Codex\nmodel = \"gpt\" # mine\n\n[mcp_servers.docs]\ncommand = \"npx\"\nargs = [\n  \"-y\", # "
       "[mcp_servers.x]\n]\n\n"
       "[profiles.a]\nnote = \"\"\"\n[mcp_servers.pianola]\n\"\"\"\n\n[mcp_servers.pianola]\ncommand = "
       "\"pianola\"\nargs = "
       "[\"serve\"]\n"},
      {"TomlWithoutLastLineEnd", ConfigFormat::toml, kCodex, "model = 'gpt'",
       "model = 'gpt'\n\n[mcp_servers.pianola]\ncommand = \"pianola\"\nargs = [\"serve\"]"},
      {"TomlThatIsEmpty", ConfigFormat::toml, kCodex, "",
       "[mcp_servers.pianola]\ncommand = \"pianola\"\nargs = [\"serve\"]\n"},
      {"OtherExtensions", ConfigFormat::yaml, kGoose,
       "GOOSE_MODEL: gpt # mine\nextensions:\n  developer:\n    enabled: true\n    # kept\n    about: |\n      text\n"
       "      # part of it\n# below\nlast: 1\n",
       "GOOSE_MODEL: gpt # mine\nextensions:\n  developer:\n    enabled: true\n    # kept\n    about: |\n      text\n"
       "      # part of it\n  pianola:\n    command: pianola\n    args:\n      - serve\n# below\nlast: 1\n"},
      {"YamlOfFourBlanks", ConfigFormat::yaml, kGoose, "extensions:\n    a:\n        x: 1",
       "extensions:\n    a:\n        x: 1\n    pianola:\n        command: pianola\n        args:\n            - serve"},
      {"YamlWithEmptyMap", ConfigFormat::yaml, kGoose, "a: 1\nextensions: {} # none yet\nb: 2\n",
       "a: 1\nextensions: # none yet\n  pianola:\n    command: pianola\n    args:\n      - serve\nb: 2\n"},
      {"ListOfServers", ConfigFormat::yaml, kContinue,
       "mcpServers:\n- name: docs\n  command: npx\n  # of docs\n\nmodels:\n  - name: pianola\n",
       "mcpServers:\n- name: docs\n  command: npx\n  # of docs\n- name: pianola\n  command: pianola\n  args:\n    - "
       "serve\n\n"
       "models:\n  - name: pianola\n"},
  };
  const std::size_t plain = all.size();
  for (std::size_t i = 0; i < plain; ++i) {
    const Shape shape = all[i];
    all.push_back({shape.name + "Crlf", shape.format, shape.path, with_crlf(shape.before), with_crlf(shape.after)});
    all.push_back({shape.name + "ByteOrderMark", shape.format, shape.path, "\xef\xbb\xbf" + shape.before,
                   "\xef\xbb\xbf" + shape.after});
  }
  // A text of one line says nothing of its line ends.
  std::erase_if(all, [](const Shape& shape) {
    return shape.name.ends_with("Crlf") && shape.before.find('\n') == std::string::npos;
  });
  return all;
}

OrderedJson entry_of(const Shape& shape) {
  if (!shape.path.back().is_element()) return kEntry;
  OrderedJson entry = {{"name", "pianola"}};
  entry.update(kEntry);
  return entry;
}

class ConfigShapes : public testing::TestWithParam<Shape> {};

TEST_P(ConfigShapes, TakeAnEntryAndGiveItBack) {
  const Shape& shape = GetParam();
  const ConfigText& format = server::config_text(shape.format);
  const auto put = format.put(shape.before, shape.path, entry_of(shape));
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(*put, shape.after);
  EXPECT_EQ(format.read(*put, shape.path).value().value(), entry_of(shape));
  EXPECT_EQ(format.put(*put, shape.path, entry_of(shape)).value(), *put);
  EXPECT_EQ(format.take(*put, shape.path).value(), shape.before);
  EXPECT_EQ(format.take(shape.before, shape.path).value(), shape.before);
}

INSTANTIATE_TEST_SUITE_P(All, ConfigShapes, testing::ValuesIn(shapes()),
                         [](const auto& each) { return each.param.name; });

std::string put(ConfigFormat format, const ConfigPath& path, const std::string& text,
                const OrderedJson& value = kEntry) {
  const auto result = server::config_text(format).put(text, path, value);
  return result ? *result : "refused: " + result.error().message;
}
std::string take(ConfigFormat format, const ConfigPath& path, const std::string& text) {
  const auto result = server::config_text(format).take(text, path);
  return result ? *result : "refused: " + result.error().message;
}

TEST(ConfigText, WhatHoldsTheEntryIsMade) {
  const std::string entry =
      "{\n    \"pianola\": {\n      \"command\": \"pianola\",\n      \"args\": [\n        \"serve\"\n"
      "      ]\n    }\n  }\n}\n";
  EXPECT_EQ(put(ConfigFormat::json, kServers, ""), "{\n  \"mcpServers\": " + entry);
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{}\n"), "{\n  \"mcpServers\": " + entry);
  EXPECT_EQ(put(ConfigFormat::json, kServers, "// none\n"), "// none\n{\n  \"mcpServers\": " + entry);
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{\n  \"a\": 1\n}\n"), "{\n  \"a\": 1,\n  \"mcpServers\": " + entry);
  EXPECT_EQ(put(ConfigFormat::yaml, kGoose, "a: 1\n"),
            "a: 1\nextensions:\n  pianola:\n    command: pianola\n    args:\n      - serve\n");
  EXPECT_EQ(put(ConfigFormat::yaml, kGoose, "extensions:\na: 1\n"),
            "extensions:\n  pianola:\n    command: pianola\n    args:\n      - serve\na: 1\n");
  EXPECT_EQ(put(ConfigFormat::yaml, kGoose, "# none\n"),
            "# none\nextensions:\n  pianola:\n    command: pianola\n    args:\n      - serve\n");
  EXPECT_EQ(put(ConfigFormat::yaml, kContinue, "mcpServers: []\n", {{"name", "pianola"}}),
            "mcpServers:\n  - name: pianola\n");
}

TEST(ConfigText, AnEntryThatIsThereIsReplacedInItsPlace) {
  const OrderedJson other = {{"command", "other"}};
  EXPECT_EQ(
      put(ConfigFormat::json, kServers, "{\"mcpServers\": {\"pianola\": {\"command\": \"x\"}, \"z\": {}}}", other),
      "{\"mcpServers\": {\"pianola\": {\"command\": \"other\"}, \"z\": {}}}");
  EXPECT_EQ(put(ConfigFormat::toml, kCodex,
                "[mcp_servers.pianola]\ncommand = 'x'\n# of ours\n[mcp_servers.pianola.env]\nA = '1'\n\n# of z\n[z]\n",
                other),
            "[mcp_servers.pianola]\ncommand = \"other\"\n\n# of z\n[z]\n");
  EXPECT_EQ(put(ConfigFormat::yaml, kGoose, "extensions:\n  pianola:\n    cmd: x\n\n  # of z\n  z: {}\n", other),
            "extensions:\n  pianola:\n    command: other\n\n  # of z\n  z: {}\n");
}

TEST(ConfigText, AnEntryBetweenOthersComesOutAlone) {
  EXPECT_EQ(take(ConfigFormat::json, kServers,
                 "{\n  \"mcpServers\": {\n    \"a\": {}, // a\n    \"pianola\": {}, // ours\n    \"z\": {}\n  }\n}"),
            "{\n  \"mcpServers\": {\n    \"a\": {}, // a\n    // ours\n    \"z\": {}\n  }\n}");
  EXPECT_EQ(take(ConfigFormat::json, kServers, "{\"mcpServers\": {\n  \"a\": {}, // a\n  \"pianola\": {} }}"),
            "{\"mcpServers\": {\n  \"a\": {} // a\n  }}");
  EXPECT_EQ(take(ConfigFormat::json, kServers, R"({"mcpServers": {"pianola": {}, "z": {}}})"),
            R"({"mcpServers": {"z": {}}})");
  EXPECT_EQ(take(ConfigFormat::toml, kCodex,
                 "a = 1\n\n[mcp_servers.pianola]\ncommand = 'x'\n\n[z]\n\n[mcp_servers.pianola.env]\nA = '1'\n"),
            "a = 1\n\n[z]\n");
  EXPECT_EQ(take(ConfigFormat::toml, kCodex, "[mcp_servers]\npianola = { command = 'x' }\nz = { command = 'y' }\n"),
            "[mcp_servers]\nz = { command = 'y' }\n");
  EXPECT_EQ(take(ConfigFormat::yaml, kContinue,
                 "mcpServers:\n  - name: a\n  - command: x\n    name: pianola\n  # of z\n  - name: z\n"),
            "mcpServers:\n  - name: a\n  # of z\n  - name: z\n");
  EXPECT_EQ(take(ConfigFormat::yaml, kGoose, "extensions: # ours\n  pianola:\n    cmd: x\n"),
            "extensions: {} # ours\n");
}

TEST(ConfigText, ABraceInTheLineOfTheLastEntryComesBackToItsPlace) {
  for (const std::string text :
       {"{\n  \"mcpServers\": {\n    \"a\": {\"b\": 3}, /* x */ },\n  \"z\": 1\n}",
        "{\n  \"mcpServers\": {\n    \"a\": {} } }", "{\n  \"mcpServers\": {\n    \"a\": {} /* // */ } }"}) {
    const std::string with = put(ConfigFormat::json, kServers, text, {{"command", "pianola"}});
    EXPECT_NE(with, text);
    EXPECT_EQ(take(ConfigFormat::json, kServers, with), text);
  }
}

TEST(ConfigText, ABrokenFileIsRefusedWithItsLine) {
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{\n  \"a\": 1\n  \"b\": 2\n}"),
            "refused: line 3: a comma or } is missing");
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{\n  \"a\": tru\n}"), "refused: line 2: this is no JSON value");
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{\"a\": \"b\n\"}"),
            "refused: line 1: the text has no closing quotation mark");
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{}\n}"), "refused: line 2: something stands behind the end");
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{\n/* {}"), "refused: line 2: the comment has no end");
  EXPECT_THAT(put(ConfigFormat::toml, kCodex, "a = 1\nb = \n"), HasSubstr("refused: line 2: "));
  EXPECT_THAT(put(ConfigFormat::toml, kCodex, "a = 1\n[&]\n"), HasSubstr("refused: line 2: "));
  EXPECT_THAT(put(ConfigFormat::toml, kCodex, "a = 1\n[a]\u00e9\n"), HasSubstr("refused: line 2: "));
  EXPECT_THAT(put(ConfigFormat::yaml, kGoose, "a: 1\nb: [1\n"), HasSubstr("refused: line 3: "));
  EXPECT_EQ(put(ConfigFormat::yaml, kGoose, "a: 1\n---\nb: 1\n"), "refused: line 3: a second document begins");
}

TEST(ConfigText, WhatHoldsSomethingElseIsRefused) {
  EXPECT_EQ(put(ConfigFormat::json, kServers, "[]"), "refused: line 1: an object {...} belongs here");
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{\n\"mcpServers\": null}"),
            "refused: line 2: an object {...} belongs here, as \"mcpServers\"");
  EXPECT_EQ(put(ConfigFormat::json, kServers, "{\"mcpServers\": {},\n\"mcpServers\": {}}"),
            "refused: line 2: \"mcpServers\" stands here a second time");
  EXPECT_THAT(put(ConfigFormat::toml, kCodex, "a = 1\nmcp_servers = { x = { command = 'y' } }\n"),
              HasSubstr("refused: line 2: \"mcp_servers\" is written in one line here"));
  EXPECT_THAT(put(ConfigFormat::yaml, kGoose, "a: 1\nextensions: {x: {cmd: y}}\n"),
              HasSubstr("refused: line 2: this is written in one line"));
  EXPECT_THAT(put(ConfigFormat::yaml, kGoose, "extensions: 7\n"), HasSubstr("refused: line 1: "));
}

TEST(ConfigText, WhatStandsBehindTheEndThatAReaderSeesIsNotWritten) {
  const std::string text = std::string("#") + '\0' + "1\n";  // where yaml-cpp ends
  EXPECT_THAT(put(ConfigFormat::yaml, kGoose, text), HasSubstr("cannot be changed without changing something else"));
}

TEST(ConfigText, WhatYamlCppTakesForDocumentsWithoutAnEndIsRefused) {
  EXPECT_EQ(put(ConfigFormat::yaml, kGoose, "a:~1 # b\n,m x:\n  x:\n"), "refused: line 2: a second document begins");
}

TEST(ConfigText, AliasesWithoutAnEndAreRefused) {
  EXPECT_THAT(put(ConfigFormat::yaml, kGoose, "a: &a\n  b: *a\n"), HasSubstr("refused: line 1: it is nested too deep"));
}

TEST(ConfigText, AHugeFileAndADeepOneAreTaken) {
  std::string huge = "{\n  \"history\": [\n";
  for (int i = 0; i < 10'000; ++i) huge += "    {\"display\": \"a line of what was asked\", \"n\": [1, 2.5, null]},\n";
  huge += "    0\n  ],\n  \"mcpServers\": {}\n}\n";
  EXPECT_EQ(take(ConfigFormat::json, kServers, put(ConfigFormat::json, kServers, huge)), huge);

  const auto nested = [](std::size_t depth) {
    return "{\"a\": " + std::string(depth, '[') + std::string(depth, ']') + ", \"mcpServers\": {}}";
  };
  EXPECT_EQ(take(ConfigFormat::json, kServers, put(ConfigFormat::json, kServers, nested(400))), nested(400));
  EXPECT_EQ(put(ConfigFormat::json, kServers, nested(100'000)), "refused: line 1: it is nested deeper than 500");
}

TEST(ConfigText, FilesWithManyKeysAreTaken) {
  std::string json = "{\n";
  std::string toml;
  std::string yaml;
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = "a-key-that-is-as-long-as-others-" + std::to_string(i);
    json += "  \"" + name + "\": 1,\n";
    toml += name + " = 1\n";
    yaml += name + ": 1\n";
  }
  json += "  \"mcpServers\": {}\n}\n";
  yaml += "extensions: {}\n";
  EXPECT_EQ(take(ConfigFormat::json, kServers, put(ConfigFormat::json, kServers, json)), json);
  EXPECT_EQ(take(ConfigFormat::toml, kCodex, put(ConfigFormat::toml, kCodex, toml)), toml);
  EXPECT_EQ(take(ConfigFormat::yaml, kGoose, put(ConfigFormat::yaml, kGoose, yaml)), yaml);
}

TEST(ConfigText, OfAKeyThatStandsTwiceTheLastCountsInYaml) {
  const auto read = server::yaml_config().read("a: 1\nb: 2\na: 3\n", {{"a", ""}});
  ASSERT_TRUE(read);
  EXPECT_EQ(**read, 3);
}

TEST(ConfigText, ValuesAreWrittenSoThatTheyAreReadAgain) {
  const OrderedJson odd = {{"command", "C:\\Program Files\\p.exe"},
                           {"args", {"--store", "/tmp/a b: c #d", "yes", "1.0", "", "- x"}},
                           {"env", {{"A B", "\"quoted\""}, {"ü", "\n"}}},
                           {"timeout", 300},
                           {"enabled", true}};
  for (const auto& [format, path] : {std::pair(ConfigFormat::json, kServers), std::pair(ConfigFormat::toml, kCodex),
                                     std::pair(ConfigFormat::yaml, kGoose)}) {
    const std::string text = put(format, path, "", odd);
    const auto read = server::config_text(format).read(text, path);
    ASSERT_TRUE(read) << read.error().message << "\n" << text;
    EXPECT_TRUE(server::is_same(**read, odd)) << text;
  }
}

}  // namespace
}  // namespace pianola::tests
