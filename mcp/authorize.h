// How clients learn what to send as their bearer token: the metadata of this protected resource (RFC 9728), and the
// challenges that point there (RFC 6750; MCP 2025-06-18 and later, Authorization).
// Thread rule: plain values and functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mcp/caller.h"
#include "mcp/http_message.h"

namespace pianola::mcp {

// A scope of access tokens, and what it gives.
struct Scope {
  std::string name;
  Rights rights = 0;
};

// Whose tokens this resource takes, as its metadata and challenges say it.
struct Authorization {
  std::string resource;              // this server's URL, with /mcp; empty: as the request names it
  std::vector<std::string> issuers;  // authorization servers whose tokens are taken; empty: keys alone
  std::vector<Scope> scopes;         // that tokens may have, the narrowest first
  bool tls = false;                  // the URLs that are made of a request's Host are https
};

inline constexpr std::string_view kMetadataPath = "/.well-known/oauth-protected-resource";

// The metadata, at kMetadataPath and at the same with /mcp behind it.
HttpResponse resource_metadata(const HttpRequest& request, const Authorization& authorization);

// The answer to whom nobody knows: 401, with where to get a token; 403 where it has not the scope (code
// "insufficient_scope"); 503 where nobody can tell yet (kNoKeysYet). It names the narrowest scope with the rights
// that are needed.
HttpResponse challenge(const HttpRequest& request, const Authorization& authorization, const Refusal& refusal,
                       Rights needed = 0);

// The status of the answer to whom nobody knows.
inline constexpr int kUnauthorized = 401;
// The code of a refusal for want of the authorization server's keys.
inline constexpr std::string_view kNoKeysYet = "no_keys_yet";

}  // namespace pianola::mcp
