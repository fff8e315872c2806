// Sessions of legacy revisions over HTTP. What `initialize` agreed is inside the id, sealed and bound to the caller, so
// that any server with the same key knows the session, after a restart too. What comes later (an end, a log level,
// subscriptions) is remembered beside it. Thread rule: SessionIds is safe from any thread; a SessionMemory belongs to
// one thread, unless it says otherwise.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "mcp/caller.h"
#include "mcp/request_state.h"

namespace pianola::mcp {

// One legacy session as a request finds it.
struct HttpSession {
  std::string uid;  // inside the sealed id; not secret
  Session session;
  bool is_ended = false;
};

// Makes ids that hold their session, and reads them back.
class SessionIds {
 public:
  static constexpr std::int64_t kLifetimeMicros = 30 * kMicrosPerDay;

  // `key`: 32 secret random bytes, the same on all servers that share work. Clock and ids must outlive this.
  SessionIds(std::string key, Clock& clock, IdSource& ids) : seal_(std::move(key), clock, kLifetimeMicros), ids_(ids) {}

  // A new id for what `initialize` agreed: visible ASCII.
  std::string mint(const Session& session) const;
  // A text that no other process or call gives.
  std::string fresh() const { return ids_.next_uuid(); }
  // The session of an id, as `initialize` left it. Refuses ("unknown_session") an id that is not ours, is another
  // caller's, or is too old.
  Result<HttpSession> open(std::string_view id, const Caller& caller) const;

 private:
  StateSeal seal_;
  IdSource& ids_;
};

// What is remembered of sessions after `initialize`, by their uid.
class SessionMemory {
 public:
  virtual ~SessionMemory() = default;
  // The text kept last, or nothing.
  virtual std::optional<std::string> find(const std::string& workspace, const std::string& uid) = 0;
  // Keeps a text for as long as the session's id may live.
  virtual void keep(const std::string& workspace, const std::string& uid, const std::string& text) = 0;
};

// Adds to the session what was kept of it.
void remember(HttpSession& session, SessionMemory& memory);
// Keeps what can change after `initialize`.
void keep(const HttpSession& session, SessionMemory& memory);

// A memory that ends with the process, of the last kMost sessions. Safe from any thread.
class ProcessSessions final : public SessionMemory {
 public:
  static constexpr std::size_t kMost = 10'000;

  std::optional<std::string> find(const std::string& workspace, const std::string& uid) override;
  void keep(const std::string& workspace, const std::string& uid, const std::string& text) override;

 private:
  using Key = std::pair<std::string, std::string>;

  std::mutex mutex_;
  std::map<Key, std::string> texts_;
  std::deque<Key> order_;  // the one kept first in front
};

}  // namespace pianola::mcp
