// Access tokens that an authorization server gives out: signed JWTs (RFC 7519, RFC 9068), checked against its keys
// (JWKS, RFC 7517) by libcjose. Signatures are RSA's or ECDSA's alone: no "none", and no HMAC, whose key a public one
// could be passed off as. Thread rule: a TokenKeys belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

struct _cjose_jwk_int;  // NOLINT(bugprone-reserved-identifier): cjose names its type so

namespace pianola::mcp {

// Whose tokens are taken, and for whom they must be made.
struct TokenRules {
  std::string issuer;    // `iss`
  std::string audience;  // in `aud`: the resource identifier of this server (RFC 8707)
};

// From when on a token with these claims, which were checked, is not taken.
Timestamp token_end(const Json& claims);

inline constexpr std::string_view kUnknownSigner = "unknown_signer";

// An authorization server's public keys, as one reading of its JWKS gave them.
class TokenKeys {
 public:
  // Passes over keys that are not for signatures, or too weak. Refuses ("bad_jwks") what is no JWKS or has no key left.
  static Result<TokenKeys> parse(std::string_view jwks);

  // The claims of a token that one of these keys signed, by and for whom the rules say, in force now. Refuses
  // ("unauthorized") all others; with code kUnknownSigner where the issuer may have a key that is not among these.
  Result<Json> check(std::string_view token, const TokenRules& rules, Timestamp now) const;

 private:
  struct Release {
    void operator()(_cjose_jwk_int* key) const;
  };
  struct Key {
    std::string id;         // "kid"; may be empty
    std::string type;       // "RSA" or "EC"
    std::string algorithm;  // "alg"; empty: any of the type
    std::unique_ptr<_cjose_jwk_int, Release> key;
  };

  Result<Json> verified(std::string_view token) const;

  std::vector<Key> keys_;
};

}  // namespace pianola::mcp
