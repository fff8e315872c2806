#include "mcp/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace pianola::mcp {

int RateLimit::take(const std::string& caller, Time now) {
  if (per_second_ <= 0) return 0;
  const std::scoped_lock lock(mutex_);
  const auto [at, is_new] = buckets_.try_emplace(caller, Bucket{burst_, now});
  Bucket& bucket = at->second;
  const std::chrono::duration<double> passed = now - bucket.filled;
  bucket.left = std::min(burst_, bucket.left + passed.count() * per_second_);
  bucket.filled = now;
  if (bucket.left < 1) return static_cast<int>(std::ceil((1 - bucket.left) / per_second_));
  bucket.left -= 1;
  return 0;
}

}  // namespace pianola::mcp
