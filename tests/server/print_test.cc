#include "server/print.h"

#include <gtest/gtest.h>

namespace pianola::server {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({{"name"}, {"runs", Align::right}});
  EXPECT_TRUE(table.empty());
  table.add_row({"triage", "7"});
  table.add_row({"a", "12345"});
  EXPECT_EQ(table.text(),
            "name     runs\n"
            "triage      7\n"
            "a       12345\n");
}

TEST(Table, MissingCellsAreEmptyAndLinesEndWithTheirText) {
  Table table({{"name"}, {"note"}});
  table.add_row({"triage"});
  EXPECT_EQ(table.text(), "name    note\ntriage\n");
}

TEST(Table, CountsCharactersNotBytes) {
  Table table({{"name"}, {"x"}});
  table.add_row(
      {"gr\xC3\xBC\xC3\x9F"
       "e",
       "1"});
  EXPECT_EQ(table.text(),
            "name   x\ngr\xC3\xBC\xC3\x9F"
            "e  1\n");
}

// ESC, BEL and the CSI of C1 act on a terminal; U+202E turns round what follows, U+200B hides in a word.
TEST(Table, ShowsNoControlCharacters) {
  Table table({{"situation"}});
  table.add_row(
      {"\x1b[2Jred\x07 \xC2\x9B"
       "31m\rover\nline\ttab \xE2\x80\xAE"
       "rtl\xE2\x80\x8B"
       "x \x9B"});
  EXPECT_EQ(table.text(), "situation\n [2Jred   31m over line tab  rtl x \xEF\xBF\xBD\n");
  EXPECT_EQ(shortened("\x1b[31mred\rover\nnext", 60), " [31mred over...");
}

TEST(Shortened, KeepsTheFirstLineAndSaysWhatWasCut) {
  EXPECT_EQ(shortened("short", 10), "short");
  EXPECT_EQ(shortened("short\n", 10), "short");
  EXPECT_EQ(shortened("two\nlines", 10), "two...");
  EXPECT_EQ(shortened("a long text", 8), "a lon...");
  EXPECT_EQ(shortened("gr\xC3\xBC\xC3\x9F"
                      "e, Welt",
                      8),
            "gr\xC3\xBC\xC3\x9F"
            "e...");
}

}  // namespace
}  // namespace pianola::server
