// Whose credential (the field Authorization) was taken a moment ago, and from where too many came that were not: by
// that a stranger's large body is refused unread. It lets nobody in: workers check the credential of every request.
// Thread rule: the listener's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <unordered_map>

#include "mcp/http_message.h"
#include "mcp/rate_limit.h"

namespace pianola::mcp {

// Remembers credentials by their text, bounded in number and time.
class KnownCredentials {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kLifetime{10};
  static constexpr std::size_t kMost = 10'000;
  // 401s for one client (HttpRequest::remote), in the long run and at once.
  static constexpr double kRefusalsPerSecond = 10;
  static constexpr double kRefusalsAtOnce = 100;

  // Whether the request's credential, or that it has none, was taken within the lifetime.
  bool knows(const HttpRequest& request, Time now) const;
  // It is taken now.
  void remember(const HttpRequest& request, Time now);
  // It is not taken.
  void refuse(const HttpRequest& request, Time now);
  // In how many seconds a request whose credential is not known may come from the same client again; 0: now.
  int wait(const HttpRequest& request, Time now) {
    return request.remote.empty() ? 0 : refusals_.wait(request.remote, now);
  }

  // How many are known.
  std::size_t size() const { return until_.size(); }

 private:
  std::unordered_map<std::size_t, Time> until_;  // by a hash, so that no credential is kept
  RateLimit refusals_{kRefusalsPerSecond, kRefusalsAtOnce};
};

}  // namespace pianola::mcp
