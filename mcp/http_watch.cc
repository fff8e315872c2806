#include "mcp/http_watch.h"

#include <chrono>
#include <exception>
#include <utility>

namespace pianola::mcp {
namespace {

constexpr std::chrono::milliseconds kPause{200};      // between two looks: others' changes are told within a second
constexpr std::chrono::milliseconds kShortPause{20};  // at least, however often it is nudged

}  // namespace

void HttpWatch::start() {
  if (!has_feed()) return;
  thread_ = std::thread([this, feed = make_feed_()] { work(*feed); });
}

void HttpWatch::end() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HttpWatch::add(const Audience& audience, std::function<void()> learnt) {
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [workspace, uris] : audience.watched) {
      audience_.watched[workspace].insert(uris.begin(), uris.end());
    }
    audience_.callers.insert(audience.callers.begin(), audience.callers.end());
    learnt_.push_back(std::move(learnt));
  }
  wake_.notify_all();
}

void HttpWatch::replace(Audience audience) {
  const std::scoped_lock lock(mutex_);
  if (audience_.empty() && !audience.empty()) wake_.notify_all();
  audience_ = std::move(audience);
}

void HttpWatch::nudge() {
  {
    const std::scoped_lock lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_all();
}

void HttpWatch::wait(std::unique_lock<std::mutex>& lock) {
  const auto is_called = [this] { return ended_ || nudged_ || !learnt_.empty(); };
  if (audience_.empty()) {
    wake_.wait(lock, [&] { return is_called() || !audience_.empty(); });
  } else {
    wake_.wait_for(lock, kPause, is_called);
  }
  nudged_ = false;
}

void HttpWatch::work(ChangeFeed& feed) {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    wait(lock);
    const Audience audience = audience_;
    Sight sight;
    sight.followed = std::exchange(learnt_, {});
    lock.unlock();
    // A store that cannot be read now is looked at again after the pause. Nothing that a feed throws ends the process.
    try {
      sight.changes = feed.look(audience.watched);
      sight.dismissed = feed.dismissed(audience.callers);
    } catch (const std::exception&) {
    }
    if (!sight.changes.empty() || !sight.followed.empty() || !sight.dismissed.empty()) deliver_(std::move(sight));
    lock.lock();
    wake_.wait_for(lock, kShortPause, [this] { return ended_; });
  }
}

}  // namespace pianola::mcp
