#include "mcp/request_state.h"

#include <gtest/gtest.h>

namespace pianola::tests {
class StateSealTest : public testing::Test {
 protected:
  ManualClock clock_{Timestamp::from_micros(1'000'000)};
  mcp::StateSeal seal_{"key", clock_};
  const std::string text_ = seal_.seal({{"round", 1}}, "ada");
};

TEST_F(StateSealTest, ComesBackAsItWas) {
  const Result<Json> opened = seal_.open(text_, "ada");
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, Json({{"round", 1}}));
}

TEST_F(StateSealTest, IsRefusedForAnotherCallerOrRequest) { EXPECT_FALSE(seal_.open(text_, "bob")); }

TEST_F(StateSealTest, IsRefusedUnderAnotherKey) { EXPECT_FALSE(mcp::StateSeal("other", clock_).open(text_, "ada")); }

TEST_F(StateSealTest, AnyChangedCharacterIsRefused) {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    std::string changed = text_;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(seal_.open(changed, "ada")) << i;
    EXPECT_FALSE(seal_.open(text_.substr(0, i), "ada")) << i;
  }
  EXPECT_FALSE(seal_.open("", "ada"));
  EXPECT_FALSE(seal_.open(".", "ada"));
  EXPECT_FALSE(seal_.open(text_ + "0", "ada"));
}

TEST_F(StateSealTest, IsRefusedAfterAnHour) {
  clock_.advance_micros(mcp::StateSeal::kLifetimeMicros);
  EXPECT_TRUE(seal_.open(text_, "ada"));
  clock_.advance_micros(1);
  EXPECT_FALSE(seal_.open(text_, "ada"));
}

}  // namespace pianola::tests
