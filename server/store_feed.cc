#include "server/store_feed.h"

#include "store/open.h"

namespace pianola::server {

StoreFeed::StoreFeed(const std::string& path, Clock& clock)
    : store_(store::open_store(path)), clock_(clock), changes_(*store_) {}

mcp::Callers StoreFeed::dismissed(const mcp::Callers& callers) {
  const Timestamp now = clock_.now();
  const std::uint64_t count = store_->change_count();
  const bool looks_at_keys = count_ != count || callers_ != callers;
  mcp::Callers gone;
  for (const mcp::Caller& caller : callers) {
    const bool has_expired = caller.expires_at && now >= *caller.expires_at;
    if (has_expired || (looks_at_keys && !is_in_force(caller))) gone.insert(caller);
  }
  // Only now: where reading failed, all of it is looked at again.
  callers_ = callers;
  count_ = count;
  return gone;
}

// Apart from its time.
bool StoreFeed::is_in_force(const mcp::Caller& caller) {
  if (caller.by_token) return true;
  if (caller.key.empty()) return !store_->access().has_keys();
  const auto key = store_->access().find(caller.key);
  return key && !key->revoked_at;
}

}  // namespace pianola::server
