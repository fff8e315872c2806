// What people are shown of a change: the lines that differ, with what stands around them.
#include "base/line_diff.h"

#include <gtest/gtest.h>

namespace pianola::tests {
namespace {

TEST(LineDiff, ShowsWhatDiffersWithTwoLinesAround) {
  EXPECT_EQ(line_diff("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\n4\nx\n6\n7\n"), "@ line 3\n  3\n  4\n- 5\n+ x\n  6\n  7\n");
  EXPECT_EQ(line_diff("a\n", "a\nb\n"), "@ line 1\n  a\n+ b\n");
  EXPECT_EQ(line_diff("", "a\n"), "@ line 1\n+ a\n");
  EXPECT_EQ(line_diff("a\nb", "a\nb"), "");
}

TEST(LineDiff, LeavesOutWhatIsTheSameInBetween) {
  EXPECT_EQ(line_diff("a\n1\n2\n3\n4\n5\n6\nz\n", "b\n1\n2\n3\n4\n5\n6\ny\n"),
            "@ line 1\n- a\n+ b\n  1\n  2\n@ line 6\n  5\n  6\n- z\n+ y\n");
}

TEST(LineDiff, OfALongLineShowsThePartThatDiffers) {
  const std::string start(5000, 'a');
  const std::string end(5000, 'z');
  const std::string diff = line_diff(start + end, start + "NEW" + end);
  EXPECT_NE(diff.find("+ ..."), std::string::npos);
  EXPECT_NE(diff.find("aaaNEWzzz"), std::string::npos);
  EXPECT_LT(diff.size(), 300u);
  const std::string whole = line_diff(start + end, start + "NEW" + end, LongLines::whole);
  EXPECT_EQ(whole, "@ line 1\n- " + start + end + "\n+ " + start + "NEW" + end + "\n");
}

}  // namespace
}  // namespace pianola::tests
