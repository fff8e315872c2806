#include "server/token_source.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/token_signer.h"

namespace pianola::server {
namespace {

using namespace std::chrono_literals;

const std::string& some_keys() {
  static const std::string keys = Json{{"keys", {tests::Signer("EC").public_key()}}}.dump();
  return keys;
}

constexpr TokenSource::Pace kSeldom{1h, 1h, 1h, 1h};

TEST(TokenSource, KeysAreReadNowAndThen) {
  std::atomic<int> loads = 0;
  TokenSource source({}, [&]() -> Result<std::string> {
    ++loads;
    return some_keys();
  });
  source.keep_fresh({.usual = 1ms, .after_failure = 1h}, [](const std::string&) {});
  while (loads < 3) std::this_thread::yield();
}

TEST(TokenSource, AFailureIsToldOnceAndTriedAgain) {
  std::atomic<int> loads = 0;
  std::mutex mutex;
  std::vector<std::string> said;
  TokenSource source({}, [&]() -> Result<std::string> {
    if (++loads < 4) return refuse("cannot_get", "nobody answers");
    return some_keys();
  });
  source.keep_fresh({.usual = 1h, .after_failure = 1ms}, [&](const std::string& text) {
    const std::scoped_lock lock(mutex);
    said.push_back(text);
  });
  while (source.jwks() == nullptr) std::this_thread::yield();
  const auto is_told = [&] {
    const std::scoped_lock lock(mutex);
    return said.size() == 2;
  };
  while (!is_told()) std::this_thread::yield();
  EXPECT_EQ(said, (std::vector<std::string>{"nobody answers", ""}));
}

TEST(TokenSource, OneAskerWaitsAndOthersAreNotServedSoSoon) {
  std::atomic<int> loads = 0;
  TokenSource source({}, [&]() -> Result<std::string> {
    ++loads;
    return some_keys();
  });
  EXPECT_FALSE(source.renew()) << "nobody reads them";
  source.keep_fresh(kSeldom, [](const std::string&) {});
  EXPECT_TRUE(source.renew());
  EXPECT_EQ(loads, 2);
  EXPECT_FALSE(source.renew());
  EXPECT_EQ(loads, 2);
}

// The thread that asked is not held for longer than it is told.
TEST(TokenSource, AnAskerDoesNotWaitForEver) {
  std::atomic<bool> hangs = false;
  TokenSource source({}, [&]() -> Result<std::string> {
    hangs.wait(true);
    return some_keys();
  });
  source.keep_fresh({.usual = 1h, .after_failure = 1h, .between_asked = 1h, .longest_wait = 1ms},
                    [](const std::string&) {});
  hangs = true;
  EXPECT_FALSE(source.renew());
  hangs = false;
  hangs.notify_all();
}

}  // namespace
}  // namespace pianola::server
