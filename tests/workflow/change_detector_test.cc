#include "workflow/change_detector.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace pianola::workflow {
namespace {

// One execution after another, with a seed of its own.
class Simulated {
 public:
  explicit Simulated(std::uint64_t seed) : random_(seed) {}
  // True where the newest execution was a failure: only then can a fall be found that was not found before.
  bool add(double rate) {
    const bool succeeds = std::uniform_real_distribution<double>()(random_) < rate;
    const bool goes_on = !stretches_.empty() && (stretches_.back().succeeded > 0) == succeeds;
    if (!goes_on) stretches_.push_back({});
    stretches_.back().executions += 1;
    stretches_.back().succeeded += succeeds ? 1 : 0;
    return !succeeds;
  }
  bool has_fallen() const {
    const std::optional<ChangePoint> found = find_change(stretches_);
    return found && found->is_worse;
  }

 private:
  std::mt19937_64 random_;
  std::vector<Stretch> stretches_;
};

// The whole table, of 1,000 histories of each kind: make eval, docs/evaluations.md.
TEST(ChangeDetector, SeldomCallsInStableHistories) {
  int called = 0;
  constexpr int kHistories = 100;
  for (int seed = 0; seed < kHistories; ++seed) {
    Simulated history(static_cast<std::uint64_t>(seed));
    bool fell = false;
    for (int i = 0; i < 1000 && !fell; ++i) fell = history.add(0.95) && history.has_fallen();
    called += fell ? 1 : 0;
  }
  EXPECT_LE(called, 8) << "of " << kHistories << ", where 5 % may";
}

TEST(ChangeDetector, FindsAFallFrom95To80PercentWithin60ExecutionsAtTheMedian) {
  int found = 0;
  constexpr int kHistories = 200;
  for (int seed = 0; seed < kHistories; ++seed) {
    Simulated history(static_cast<std::uint64_t>(seed));
    for (int i = 0; i < 200; ++i) history.add(0.95);
    bool fell = false;
    for (int i = 0; i < 60 && !fell; ++i) fell = history.add(0.8) && history.has_fallen();
    found += fell ? 1 : 0;
  }
  EXPECT_GE(found, kHistories / 2);
}

TEST(ChangeDetector, TellsWhereTheRateChangedAndBothRates) {
  const std::vector<Stretch> stretches = {{50, 49}, {50, 48}, {40, 24}, {30, 18}};
  const std::optional<ChangePoint> found = find_change(stretches);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, 2U);
  EXPECT_TRUE(found->is_worse);
  EXPECT_EQ(found->before.executions, 100);
  EXPECT_EQ(found->since.succeeded, 42);
}

TEST(ChangeDetector, SaysNothingWithoutAPast) {
  EXPECT_FALSE(find_change({}));
  const std::vector<Stretch> stretches = {{19, 19}, {50, 0}};
  EXPECT_FALSE(find_change(stretches));
}

}  // namespace
}  // namespace pianola::workflow
