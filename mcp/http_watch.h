// The thread that looks for changes (ChangeFeed) for those who listen over HTTP: a few times a second, and at once when
// this server changed something itself. While no stream is open it sleeps.
// Thread rule: safe from any thread; the feed is made and used on the thread that looks.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "mcp/change_feed.h"

namespace pianola::mcp {

// For whom is looked: what those who listen watch, and who has a stream open.
struct Audience {
  Watched watched;
  Callers callers;
  bool empty() const { return watched.empty() && callers.empty(); }
};

// What one look found.
struct Sight {
  std::vector<WorkspaceChanges> changes;
  std::vector<std::function<void()>> followed;  // what add() was given: it is to be done after telling the changes
  Callers dismissed;                            // whose streams are to be ended, after that
};

class HttpWatch {
 public:
  using MakeFeed = std::function<std::unique_ptr<ChangeFeed>()>;
  // Takes what was found; called on the thread that looks.
  using Deliver = std::function<void(Sight)>;

  // Without `make_feed` nothing is ever looked for.
  HttpWatch(MakeFeed make_feed, Deliver deliver) : make_feed_(std::move(make_feed)), deliver_(std::move(deliver)) {}
  ~HttpWatch() { end(); }

  bool has_feed() const { return make_feed_ != nullptr; }
  // Starts the thread, where there is a feed. Throws Fault where it cannot be made.
  void start();
  void end();

  // Looks for these too. `learnt` is delivered once a look has included them, so that no change after it is missed.
  void add(const Audience& audience, std::function<void()> learnt);
  // Looks for these alone.
  void replace(Audience audience);
  // Something was changed here: looks soon.
  void nudge();

 private:
  void work(ChangeFeed& feed);
  void wait(std::unique_lock<std::mutex>& lock);

  MakeFeed make_feed_;
  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Audience audience_;
  std::vector<std::function<void()>> learnt_;
  bool nudged_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace pianola::mcp
