#include "mcp/rate_limit.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace pianola::mcp {

int RateLimit::take(const std::string& caller, Time now) {
  if (per_second_ <= 0) return 0;
  const std::scoped_lock lock(mutex_);
  if (buckets_.size() >= kMostCallers && !buckets_.contains(caller)) make_room(now);
  Bucket& bucket = buckets_.try_emplace(caller, Bucket{burst_, now}).first->second;
  bucket = {left_at(bucket, now), now};
  if (bucket.left < 1) return seconds_until_one(bucket.left);
  bucket.left -= 1;
  return 0;
}

int RateLimit::wait(const std::string& caller, Time now) {
  if (per_second_ <= 0) return 0;
  const std::scoped_lock lock(mutex_);
  const auto found = buckets_.find(caller);
  return found == buckets_.end() ? 0 : seconds_until_one(left_at(found->second, now));
}

std::size_t RateLimit::callers() {
  const std::scoped_lock lock(mutex_);
  return buckets_.size();
}

double RateLimit::left_at(const Bucket& bucket, Time now) const {
  const std::chrono::duration<double> passed = now - bucket.filled;
  return std::min(burst_, bucket.left + passed.count() * per_second_);
}

int RateLimit::seconds_until_one(double left) const {
  return left >= 1 ? 0 : static_cast<int>(std::ceil((1 - left) / per_second_));
}

// Forgets full buckets, which says nothing else than that they are full; where hardly any is, the half that was used
// longest ago too, so that the next many callers find room.
void RateLimit::make_room(Time now) {
  std::erase_if(buckets_, [&](const auto& each) { return left_at(each.second, now) >= burst_; });
  if (buckets_.size() <= kMostCallers / 2) return;
  std::vector<Time> used;
  for (const auto& [caller, bucket] : buckets_) used.push_back(bucket.filled);
  const auto middle = used.begin() + static_cast<std::ptrdiff_t>(used.size() / 2);
  std::ranges::nth_element(used, middle);
  std::erase_if(buckets_, [&](const auto& each) { return each.second.filled <= *middle; });
}

}  // namespace pianola::mcp
