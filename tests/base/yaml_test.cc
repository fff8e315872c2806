#include "base/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Json value_of(std::string_view text) {
  const Result<YamlDocument> document = parse_yaml(text);
  if (!document) ADD_FAILURE() << document.error().message;
  return document ? document->value : Json();
}

std::string refused(std::string_view text, std::size_t first_line = 1) {
  const Result<YamlDocument> document = parse_yaml(text, first_line);
  EXPECT_FALSE(document) << text;
  return document ? "" : document.error().message;
}

TEST(Yaml, ScalarsAreWhatTheCoreSchemaSays) {
  EXPECT_EQ(value_of("a: true\nb: 12\nc: 1.5\nd: null\ne:\nf: yes\ng: \"12\"\nh: 007\ni: 1.2.3\n"),
            Json({{"a", true},
                  {"b", 12},
                  {"c", 1.5},
                  {"d", nullptr},
                  {"e", nullptr},
                  {"f", "yes"},
                  {"g", "12"},
                  {"h", "007"},
                  {"i", "1.2.3"}}));
}

TEST(Yaml, SequencesMappingsAndBlocksNest) {
  EXPECT_EQ(
      value_of("list:\n  - key: x\n    more: [1, {a: b}]\ntext: |\n  one\n  two\nfolded: >-\n  one\n  two\n"),
      Json({{"list", {{{"key", "x"}, {"more", {1, {{"a", "b"}}}}}}}, {"text", "one\ntwo\n"}, {"folded", "one two"}}));
  EXPECT_EQ(value_of(""), Json());
}

TEST(Yaml, WhatIsWrongIsToldWithItsLine) {
  EXPECT_THAT(refused("a: b\nc: d: e\n"), StartsWith("line 2: no YAML"));
  EXPECT_THAT(refused("a: b\nc: d: e\n", 11), StartsWith("line 12: "));
  EXPECT_THAT(refused("a: b\na: c\n"), HasSubstr("line 2: \"a\" stands twice"));
  EXPECT_THAT(refused("a: &x b\nc: *x\n"), StartsWith("line 1: anchors"));
  EXPECT_THAT(refused("a: b\n---\nc: d\n"), HasSubstr("more than one document"));
  EXPECT_THAT(refused("? [a, b]\n: c\n"), HasSubstr("a key must be a text"));
  EXPECT_THAT(refused("a: \xff\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(refused(std::string(100, '[') + std::string(100, ']')), HasSubstr("nested too deep"));
}

TEST(Yaml, MembersLinesAreLeftOut) {
  constexpr std::string_view kText = "# head\nname: x\nmore:\n  - 1\n# of more\ndescription: >\n  a\n  b\nlast: y\n";
  const YamlDocument document = parse_yaml(kText).value();
  EXPECT_EQ(lines_without(kText, document, {"name", "description"}), "# head\nmore:\n  - 1\n# of more\nlast: y\n");
  constexpr std::string_view kComments = "a: x # one\nb: |\n  # text\n# two\nc:\n  - 1\n  # three\nd: '# text'\n";
  EXPECT_EQ(lines_without(kComments, parse_yaml(kComments).value(), {"a", "b", "c", "d"}),
            "a: x # one\n# two\n  # three\n");
  constexpr std::string_view kFlow = "{name: x, last: y}\n";
  EXPECT_EQ(lines_without(kFlow, parse_yaml(kFlow).value(), {"last"}), kFlow);
}

TEST(Yaml, EveryTextIsReadAsItWasWritten) {
  EXPECT_EQ(yaml_scalar("triage-mail"), "triage-mail");
  for (const std::string text : {"true",
                                 "no",
                                 "12",
                                 "",
                                 "---",
                                 "a: b",
                                 "# x",
                                 "\"quoted\"",
                                 "line\nline\t\r",
                                 "- x",
                                 "{a}",
                                 "x\\n",
                                 "é\xc2\x85\x7f",
                                 "\xe2\x80\xa8 \xe2\x80\xa9\xef\xbb\xbf",
                                 "'",
                                 "@a",
                                 "1e5",
                                 "~",
                                 "2026-11-24",
                                 "\x01"}) {
    const std::string written = yaml_scalar(text);
    EXPECT_EQ(written.find('\n'), std::string::npos);
    EXPECT_EQ(value_of("a: " + written + "\n"), Json({{"a", text}})) << written;
  }
}

}  // namespace
}  // namespace pianola
