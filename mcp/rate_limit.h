// How many requests one caller may send: a token bucket each. Thread rule: safe from any thread.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace pianola::mcp {

// Buckets of callers that are full again are forgotten first where there are too many.
class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMostCallers = 10'000;  // that are remembered at one time

  // So many a second in the long run, and `burst` at once. 0: no limit.
  RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  // Takes one request of `caller`. Gives 0 where it may go on, else the whole seconds after which the next one may.
  int take(const std::string& caller, Time now);
  // The same, and takes nothing.
  int wait(const std::string& caller, Time now);
  // How many callers are remembered.
  std::size_t callers();

 private:
  struct Bucket {
    double left = 0;
    Time filled;
  };

  double left_at(const Bucket& bucket, Time now) const;
  int seconds_until_one(double left) const;
  void make_room(Time now);

  double per_second_;
  double burst_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;  // who is not among them has a full one
};

}  // namespace pianola::mcp
