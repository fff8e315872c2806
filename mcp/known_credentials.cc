#include "mcp/known_credentials.h"

#include <functional>

namespace pianola::mcp {
namespace {

std::size_t hash_of(const HttpRequest& request) {
  const auto authorization = request.field("authorization");
  return authorization ? std::hash<std::string_view>()(*authorization) : 0;
}

}  // namespace

bool KnownCredentials::knows(const HttpRequest& request, Time now) const {
  const auto found = until_.find(hash_of(request));
  return found != until_.end() && now < found->second;
}

void KnownCredentials::remember(const HttpRequest& request, Time now) {
  if (until_.size() >= kMost) std::erase_if(until_, [&](const auto& each) { return now >= each.second; });
  if (until_.size() >= kMost) until_.clear();  // they are checked once more
  until_[hash_of(request)] = now + kLifetime;
}

void KnownCredentials::refuse(const HttpRequest& request, Time now) {
  until_.erase(hash_of(request));
  if (!request.remote.empty()) refusals_.take(request.remote, now);
}

}  // namespace pianola::mcp
