// What an authorization server says of itself, as far as its tokens are to be checked: where its keys are.
// Sources: RFC 8414; OpenID Connect Discovery 1.0; MCP 2025-11-25, Authorization. Thread rule: plain functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mcp/http_get.h"

namespace pianola::mcp {

// Where an issuer's metadata may be, in the order in which to ask.
std::vector<std::string> metadata_urls(const Url& issuer);
// Where its keys are. Refuses ("bad_metadata") what is no metadata of this issuer, or names no place for them.
Result<Url> jwks_url_in(std::string_view metadata, const Url& issuer);
// Its keys (a JWKS, unread), found by its metadata, all within `longest`. Refuses ("cannot_get", "bad_metadata").
Result<std::string> get_issuer_jwks(const Url& issuer, std::chrono::milliseconds longest);

}  // namespace pianola::mcp
