#include "server/token_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/support/token_signer.h"

namespace pianola::server {
namespace {

using namespace std::chrono_literals;

const std::string& some_keys() {
  static const std::string keys = Json{{"keys", {tests::Signer("EC").public_key()}}}.dump();
  return keys;
}

constexpr TokenSource::Pace kSeldom{1h, 1h, 1h};

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

TEST(TokenSource, WhoAsksIsToldOnceTheyAreReadAndNotServedSoSoonAgain) {
  std::atomic<int> loads = 0;
  TokenSource source({}, [&]() -> Result<std::string> {
    ++loads;
    return some_keys();
  });
  EXPECT_FALSE(source.renew([] {})) << "nobody reads them";
  source.keep_fresh(kSeldom, [](const std::string&) {});
  std::promise<int> told;
  EXPECT_TRUE(source.renew([&] { told.set_value(loads); }));
  EXPECT_EQ(told.get_future().get(), 2);
  EXPECT_FALSE(source.renew([] {}));
  EXPECT_EQ(loads, 2);
}

TEST(TokenSource, WhoComesWhileTheyAreReadWaitsForTheSame) {
  std::atomic<bool> hangs = false;
  std::atomic<int> loads = 0;
  TokenSource source({}, [&]() -> Result<std::string> {
    hangs.wait(true);
    ++loads;
    return some_keys();
  });
  source.keep_fresh(kSeldom, [](const std::string&) {});
  hangs = true;
  std::promise<void> first;
  std::promise<void> second;
  EXPECT_TRUE(source.renew([&] { first.set_value(); }));
  EXPECT_TRUE(source.renew([&] { second.set_value(); }));
  hangs = false;
  hangs.notify_all();
  first.get_future().get();
  second.get_future().get();
  EXPECT_EQ(loads, 2);
}

// What a read that had begun before brings may be older than the key that is asked for.
TEST(TokenSource, WhoComesWhileAnotherReadIsUnderWayWaitsForTheNext) {
  std::atomic<bool> hangs = false;
  std::atomic<int> loads = 0;
  TokenSource source({}, [&]() -> Result<std::string> {
    ++loads;
    hangs.wait(true);
    return some_keys();
  });
  source.keep_fresh(kSeldom, [](const std::string&) {});
  hangs = true;
  EXPECT_TRUE(source.reload().has_value());
  while (loads < 2) std::this_thread::yield();
  std::promise<int> told;
  EXPECT_TRUE(source.renew([&] { told.set_value(loads); }));
  hangs = false;
  hangs.notify_all();
  EXPECT_EQ(told.get_future().get(), 3);
}

TEST(TokenSource, NobodyIsToldAfterItsEnd) {
  std::atomic<bool> hangs = false;
  TokenSource source({}, [&]() -> Result<std::string> {
    hangs.wait(true);
    return some_keys();
  });
  source.keep_fresh(kSeldom, [](const std::string&) {});
  hangs = true;
  std::atomic<bool> is_told = false;
  EXPECT_TRUE(source.renew([&] { is_told = true; }));
  std::thread ender([&] { source.end(); });
  while (source.renew([] {})) std::this_thread::yield();  // until it has ended
  hangs = false;
  hangs.notify_all();
  ender.join();
  EXPECT_FALSE(is_told);
}

}  // namespace
}  // namespace pianola::server
