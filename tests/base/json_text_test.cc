#include "base/json_text.h"

#include <gtest/gtest.h>

namespace pianola {
namespace {

TEST(ObjectTextTest, MembersStandAsTheyWereAdded) {
  const std::string text =
      ObjectText().add("b", "say \"hi\"\n").add("a", std::int64_t{-7}).add_json("c", R"([1,{"d":null}])").take();
  EXPECT_EQ(text, R"({"b":"say \"hi\"\n","a":-7,"c":[1,{"d":null}]})");
  EXPECT_TRUE(parse_json(text));
}

TEST(ObjectTextTest, WithoutMembersItIsAnEmptyObject) { EXPECT_EQ(ObjectText().take(), "{}"); }

}  // namespace
}  // namespace pianola
