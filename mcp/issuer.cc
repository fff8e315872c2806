#include "mcp/issuer.h"

#include "base/json.h"

namespace pianola::mcp {

std::vector<std::string> metadata_urls(const Url& issuer) {
  const std::string well_known = issuer.origin + "/.well-known/";
  std::string path = issuer.path;
  if (path.ends_with('/')) path.pop_back();
  std::vector<std::string> urls = {well_known + "oauth-authorization-server" + path,
                                   well_known + "openid-configuration" + path};
  if (!path.empty()) urls.push_back(issuer.origin + path + "/.well-known/openid-configuration");
  return urls;
}

Result<Url> jwks_url_in(std::string_view metadata, const Url& issuer) {
  const auto bad = [&](const std::string& why) {
    return refuse("bad_metadata", "The metadata of " + issuer.text + " " + why);
  };
  const Result<Json> json = parse_json(metadata);
  if (!json || !json->is_object()) return bad("is no JSON object");
  // RFC 8414, 3.3: a server that speaks for another is not to be used.
  if (text_member(*json, "issuer") != issuer.text) return bad("names another issuer");
  Result<Url> keys = Url::parse(text_member(*json, "jwks_uri"));
  if (!keys) return bad("has no usable jwks_uri: " + keys.error().message);
  // Who is elsewhere has no say in what is asked of this machine.
  if (keys->is_loopback && !issuer.is_loopback) return bad("has a jwks_uri on this machine");
  return keys;
}

Result<std::string> get_issuer_jwks(const Url& issuer, std::chrono::milliseconds longest) {
  using Steady = std::chrono::steady_clock;
  const Steady::time_point deadline = Steady::now() + longest;
  const auto get = [&](const Url& url) {
    return http_get(url, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()));
  };
  Result<std::string> metadata = refuse("cannot_get", "");
  for (const std::string& url : metadata_urls(issuer)) {
    metadata = get(Url::parse(url).value());
    if (metadata) break;
  }
  if (!metadata) return metadata;
  const Result<Url> keys = jwks_url_in(*metadata, issuer);
  if (!keys) return refuse(keys.error());
  return get(*keys);
}

}  // namespace pianola::mcp
