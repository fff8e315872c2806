#include "mcp/rate_limit.h"

#include <gtest/gtest.h>

namespace pianola::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RateLimit::Time kStart{};

TEST(RateLimit, LetsABurstThroughAndSaysWhenTheNextMayCome) {
  RateLimit limit(0.5, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take("a", kStart), 0);
  EXPECT_EQ(limit.take("a", kStart), 2);
  EXPECT_EQ(limit.take("a", kStart + milliseconds(500)), 2) << "whole seconds: never too early";
  EXPECT_EQ(limit.take("a", kStart + seconds(2)), 0);
  EXPECT_GT(limit.take("a", kStart + seconds(2)), 0);
}

TEST(RateLimit, ARefusedRequestCostsNothing) {
  RateLimit limit(1, 1);
  EXPECT_EQ(limit.take("a", kStart), 0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limit.take("a", kStart), 1);
  EXPECT_EQ(limit.take("a", kStart + seconds(1)), 0);
}

TEST(RateLimit, NeverLetsMoreThanABurstGather) {
  RateLimit limit(10, 2);
  EXPECT_EQ(limit.take("a", kStart), 0);
  const auto later = kStart + seconds(3600);
  EXPECT_EQ(limit.take("a", later), 0);
  EXPECT_EQ(limit.take("a", later), 0);
  EXPECT_EQ(limit.take("a", later), 1);
}

TEST(RateLimit, CountsEachCallerApart) {
  RateLimit limit(1, 1);
  EXPECT_EQ(limit.take("a", kStart), 0);
  EXPECT_EQ(limit.take("b", kStart), 0);
  EXPECT_EQ(limit.take("a", kStart), 1);
}

TEST(RateLimit, NoneIsNone) {
  RateLimit limit(0, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limit.take("a", kStart), 0);
}

}  // namespace
}  // namespace pianola::mcp
