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

TEST(RateLimit, AskingHowLongToWaitTakesNothing) {
  RateLimit limit(1, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limit.wait("a", kStart), 0);
  EXPECT_EQ(limit.take("a", kStart), 0);
  EXPECT_EQ(limit.wait("a", kStart), 1);
  EXPECT_EQ(limit.callers(), 1U);
}

TEST(RateLimit, RemembersSoManyCallersAndForgetsFullBucketsFirst) {
  RateLimit limit(1, 5);
  for (int i = 0; i < 5; ++i) limit.take("busy", kStart + seconds(60));
  for (std::size_t i = 0; i < 10 * RateLimit::kMostCallers; ++i) limit.take(std::to_string(i), kStart);
  EXPECT_LE(limit.callers(), RateLimit::kMostCallers);
  limit.take("one more", kStart + seconds(60));
  EXPECT_GT(limit.take("busy", kStart + seconds(60)), 0) << "it was used last";
}

TEST(RateLimit, ForgetsWhomItHasNotSeenLongestWhereNoBucketIsFull) {
  RateLimit limit(0.001, 1);
  for (std::size_t i = 0; i < 3 * RateLimit::kMostCallers; ++i) {
    limit.take(std::to_string(i), kStart + milliseconds(i));
  }
  EXPECT_LE(limit.callers(), RateLimit::kMostCallers);
  const auto end = kStart + milliseconds(3 * RateLimit::kMostCallers);
  EXPECT_GT(limit.take(std::to_string(3 * RateLimit::kMostCallers - 1), end), 0);
  EXPECT_EQ(limit.take("0", end), 0);
}

TEST(RateLimit, NoneIsNone) {
  RateLimit limit(0, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limit.take("a", kStart), 0);
}

}  // namespace
}  // namespace pianola::mcp
