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

void HttpWatch::add(const Watched& watched, std::function<void()> learnt) {
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [workspace, uris] : watched) watched_[workspace].insert(uris.begin(), uris.end());
    learnt_.push_back(std::move(learnt));
  }
  wake_.notify_all();
}

void HttpWatch::replace(Watched watched) {
  const std::scoped_lock lock(mutex_);
  watched_ = std::move(watched);
}

void HttpWatch::nudge() {
  {
    const std::scoped_lock lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_all();
}

void HttpWatch::work(ChangeFeed& feed) {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const auto is_called = [this] { return ended_ || nudged_ || !learnt_.empty(); };
    if (watched_.empty()) {
      wake_.wait(lock, [&] { return is_called() || !watched_.empty(); });
    } else {
      wake_.wait_for(lock, kPause, is_called);
    }
    nudged_ = false;
    const Watched watched = watched_;
    Tasks learnt = std::exchange(learnt_, {});
    lock.unlock();
    std::vector<WorkspaceChanges> found;
    // A store that cannot be read now is looked at again after the pause. Nothing that a feed throws ends the process.
    try {
      found = feed.look(watched);
    } catch (const std::exception&) {
    }
    if (!found.empty() || !learnt.empty()) deliver_(std::move(found), std::move(learnt));
    lock.lock();
    wake_.wait_for(lock, kShortPause, [this] { return ended_; });
  }
}

}  // namespace pianola::mcp
