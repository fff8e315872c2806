#include "mcp/access_token.h"

#include <cjose/cjose.h>

#include <algorithm>

#include "base/ascii.h"

namespace pianola::mcp {
namespace {

constexpr std::size_t kWeakestRsaBytes = 256;                  // RFC 7518, 3.3: 2048 bits or more
constexpr std::int64_t kLeewayMicros = 30 * kMicrosPerSecond;  // for clocks that differ
constexpr std::string_view kRsa[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"};
constexpr std::string_view kEc[] = {"ES256", "ES384", "ES512"};
// RFC 9068, 2.1, and what servers from before it write. Others are no access tokens: a logout token, a proof of a key.
constexpr std::string_view kTypes[] = {"", "jwt", "at+jwt", "application/at+jwt"};

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, ReleaseJws>;

tl::unexpected<Refusal> unauthorized_token(const std::string& why) {
  return refuse("unauthorized", "This access token is not taken: " + why);
}

// "RSA" or "EC"; empty where the algorithm is not allowed.
std::string_view key_type_for(std::string_view algorithm) {
  if (std::ranges::find(kRsa, algorithm) != std::end(kRsa)) return "RSA";
  return std::ranges::find(kEc, algorithm) != std::end(kEc) ? "EC" : "";
}

// Seconds since 1970, which may be a fraction.
std::optional<Timestamp> time_member(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return Timestamp::from_micros(static_cast<std::int64_t>(seconds * 1e6));
}

bool is_for(const Json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  return found->is_array() ? std::ranges::find(*found, Json(audience)) != found->end() : *found == Json(audience);
}

// Base64url without padding (RFC 7515, 2). What cjose 0.6 is given must be: it ends the process at some texts that are
// not.
bool is_base64url(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() % 4 != 1 && text.find_first_not_of(kLetters) == text.npos;
}

// Three such texts with dots between them.
bool is_compact_jws(std::string_view token) {
  const std::size_t first = std::min(token.find('.'), token.size());
  const std::size_t second = std::min(token.find('.', first + 1), token.size());
  return second < token.size() && is_base64url(token.substr(0, first)) &&
         is_base64url(token.substr(first + 1, second - first - 1)) && is_base64url(token.substr(second + 1));
}

// The numbers of a public key, as far as they are there.
bool has_base64url_numbers(const Json& key) {
  return std::ranges::all_of(std::initializer_list<const char*>{"n", "e", "x", "y"},
                             [&](const char* name) { return is_base64url(text_member(key, name)); });
}

// Strong enough for signatures, where it is an RSA key.
bool is_strong(const Json& key) {
  // Base64url: four characters for three bytes.
  return text_member(key, "kty") != "RSA" || text_member(key, "n").size() * 3 / 4 >= kWeakestRsaBytes;
}

}  // namespace

Timestamp token_end(const Json& claims) { return time_member(claims, "exp").value().plus_micros(kLeewayMicros); }

void TokenKeys::Release::operator()(_cjose_jwk_int* key) const { cjose_jwk_release(key); }

Result<TokenKeys> TokenKeys::parse(std::string_view jwks) {
  const Result<Json> set = parse_json(jwks);
  const auto bad = [](const std::string& why) { return refuse("bad_jwks", "This is no usable JWKS: " + why); };
  if (!set) return bad(set.error().message);
  const auto keys = set->is_object() ? set->find("keys") : set->end();
  if (!set->is_object() || keys == set->end() || !keys->is_array()) return bad("it has no list \"keys\"");
  TokenKeys known;
  for (const Json& each : *keys) {
    if (!each.is_object()) continue;
    const std::string type = text_member(each, "kty");
    const std::string use = text_member(each, "use");
    if ((type != "RSA" && type != "EC") || (!use.empty() && use != "sig") || !is_strong(each)) continue;
    if (!has_base64url_numbers(each)) continue;
    const std::string text = dump_compact(each);
    cjose_err error{};
    std::unique_ptr<_cjose_jwk_int, Release> key(cjose_jwk_import(text.data(), text.size(), &error));
    if (key != nullptr) {
      known.keys_.push_back({text_member(each, "kid"), type, text_member(each, "alg"), std::move(key)});
    }
  }
  if (known.keys_.empty()) return bad("it has no RSA key of 2048 bits or more, and no EC key, for signatures");
  return known;
}

Result<Json> TokenKeys::verified(std::string_view token) const {
  cjose_err error{};
  const Jws jws(is_compact_jws(token) ? cjose_jws_import(token.data(), token.size(), &error) : nullptr);
  if (jws == nullptr) return unauthorized_token("it is no signed JWT");
  cjose_header_t* header = cjose_jws_get_protected(jws.get());
  const auto member = [&](const char* name) {
    const char* text = cjose_header_get(header, name, &error);
    return std::string(text == nullptr ? "" : text);
  };
  const std::string algorithm = member(CJOSE_HDR_ALG);
  const std::string_view type = key_type_for(algorithm);
  if (type.empty()) return unauthorized_token("its algorithm is not one of RS, PS or ES");
  // RFC 7515, 4.1.11: what must be understood and is not.
  if (char* critical = cjose_header_get_raw(header, "crit", &error); critical != nullptr) {
    cjose_get_dealloc()(critical);
    return unauthorized_token("it has extensions that are not known here");
  }
  if (std::ranges::find(kTypes, lower_case(member("typ"))) == std::end(kTypes)) {
    return unauthorized_token("its type is not that of an access token");
  }
  const std::string id = member(CJOSE_HDR_KID);
  bool is_known = false;
  for (const Key& key : keys_) {
    const bool fits = key.type == type && (key.algorithm.empty() || key.algorithm == algorithm) &&
                      (id.empty() || key.id.empty() || key.id == id);
    is_known |= !id.empty() && key.id == id;
    if (!fits || !cjose_jws_verify(jws.get(), key.key.get(), &error)) continue;
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &bytes, &size, &error)) break;
    Result<Json> claims = parse_json({reinterpret_cast<const char*>(bytes), size});
    if (claims && claims->is_object()) return claims;
    return unauthorized_token("its claims are no JSON object");
  }
  Refusal stranger = unauthorized_token("no key of the issuer's has signed it").value();
  if (!is_known) stranger.code = kUnknownSigner;
  return refuse(std::move(stranger));
}

Result<Json> TokenKeys::check(std::string_view token, const TokenRules& rules, Timestamp now) const {
  Result<Json> claims = verified(token);
  if (!claims) return claims;
  if (text_member(*claims, "iss") != rules.issuer) return unauthorized_token("it is another issuer's");
  if (!is_for(*claims, rules.audience)) return unauthorized_token("it is for another server");
  if (!time_member(*claims, "exp") || now >= token_end(*claims)) return unauthorized_token("it is expired");
  if (claims->contains("nbf")) {
    const auto begins = time_member(*claims, "nbf");
    if (!begins || now.plus_micros(kLeewayMicros) < *begins) return unauthorized_token("it is not in force yet");
  }
  if (text_member(*claims, "sub").empty()) return unauthorized_token("it does not say whose it is");
  return claims;
}

}  // namespace pianola::mcp
