#include "base/text_lines.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace pianola::tests {
namespace {

TEST(TextLines, CharactersThatNobodySeesAreSpelledOut) {
  EXPECT_EQ(show_hidden("\"a\xE2\x80\xAE z\xE2\x80\x8B\""), "\"a\\u202e z\\u200b\"");
  EXPECT_EQ(show_hidden("\"K\xC3\xB6ln, \xE4\xBA\xAC, \xF0\x9F\x8E\xB9\""),
            "\"K\xC3\xB6ln, \xE4\xBA\xAC, \xF0\x9F\x8E\xB9\"");
  const std::string tags = "\"\xF3\xA0\x81\xA1\x7F\xC2\x9B\"";
  EXPECT_EQ(show_hidden(tags), R"("\udb40\udc61\u007f\u009b")");
  EXPECT_EQ(Json::parse(show_hidden(tags)), Json::parse(tags));
}

TEST(TextLines, LinesOfJsonEndAtNewlinesAlone) {
  using Lines = std::vector<std::string_view>;
  EXPECT_EQ(newline_lines("{}\n\n[\"a\xE2\x80\xA8z\"]\r\n"), (Lines{"{}", "", "[\"a\xE2\x80\xA8z\"]\r"}));
  EXPECT_EQ(newline_lines("a\nb"), (Lines{"a", "b"}));
  EXPECT_EQ(newline_lines(""), Lines());
}

TEST(TextLines, WithoutControlsKeepsLinesAndWhatCanBeRead) {
  EXPECT_EQ(without_controls("a\n\tgr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x99\x82"),
            "a\n\tgr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x99\x82");
  EXPECT_EQ(without_controls("\x1b[2J\r\x7F\xC2\x9B"
                             "31m\xE2\x80\xAE\xEF\xBB\xBFx"),
            " [2J   31m  x");
  EXPECT_EQ(without_controls("\x9B"
                             "31m \xE2\x82"),
            "\xEF\xBF\xBD"
            "31m \xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace pianola::tests
