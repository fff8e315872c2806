// The thread that looks for changes (ChangeFeed) for those who listen over HTTP: a few times a second, and at once when
// this server changed something itself. While nobody listens it sleeps.
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

class HttpWatch {
 public:
  using MakeFeed = std::function<std::unique_ptr<ChangeFeed>()>;
  using Tasks = std::vector<std::function<void()>>;
  // Takes what was found, and afterwards what add() was given; called on the thread that looks.
  using Deliver = std::function<void(std::vector<WorkspaceChanges>, Tasks)>;

  // Without `make_feed` nothing is ever looked for.
  HttpWatch(MakeFeed make_feed, Deliver deliver) : make_feed_(std::move(make_feed)), deliver_(std::move(deliver)) {}
  ~HttpWatch() { end(); }

  bool has_feed() const { return make_feed_ != nullptr; }
  // Starts the thread, where there is a feed. Throws Fault where it cannot be made.
  void start();
  void end();

  // Watches these too. `learnt` is delivered once a look has included them, so that no change after it is missed.
  void add(const Watched& watched, std::function<void()> learnt);
  // Watches these alone.
  void replace(Watched watched);
  // Something was changed here: looks soon.
  void nudge();

 private:
  void work(ChangeFeed& feed);

  MakeFeed make_feed_;
  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Watched watched_;
  Tasks learnt_;
  bool nudged_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace pianola::mcp
