#include "mcp/authorize.h"

#include <algorithm>

#include "base/json.h"

namespace pianola::mcp {
namespace {

constexpr std::string_view kHostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";

// "https://mcp.example.com"
std::string origin_of(const HttpRequest& request, const Authorization& authorization) {
  const std::string& resource = authorization.resource;
  const std::size_t host = resource.find("://");
  if (host != std::string::npos) return resource.substr(0, resource.find('/', host + 3));
  std::string_view named = request.field("host").value_or("");
  // It goes into a field of ours.
  if (named.empty() || named.find_first_not_of(kHostCharacters) != named.npos) named = "localhost";
  return (authorization.tls ? "https://" : "http://") + std::string(named);
}

}  // namespace

HttpResponse resource_metadata(const HttpRequest& request, const Authorization& authorization) {
  const std::string& resource = authorization.resource;
  OrderedJson metadata = {
      {"resource", resource.empty() ? origin_of(request, authorization) + std::string(kMcpPath) : resource},
      {"bearer_methods_supported", {"header"}}};
  if (!authorization.issuers.empty()) {
    metadata["authorization_servers"] = authorization.issuers;
    for (const Scope& scope : authorization.scopes) metadata["scopes_supported"].push_back(scope.name);
  }
  return json_response(200, dump_compact(metadata));
}

HttpResponse challenge(const HttpRequest& request, const Authorization& authorization, const Refusal& refusal,
                       Rights needed) {
  if (refusal.code == kNoKeysYet) {
    constexpr int kSeconds = 30;
    return later_response(503, refusal.message, kSeconds);
  }
  const bool lacks_scope = refusal.code == "insufficient_scope";
  std::string text = "Bearer resource_metadata=\"" + origin_of(request, authorization) + std::string(kMetadataPath) +
                     std::string(kMcpPath) + "\"";
  if (lacks_scope) {
    text += ", error=\"insufficient_scope\"";
  } else if (request.field("authorization")) {
    text += ", error=\"invalid_token\"";
  }
  const auto gives = [&](const Scope& scope) { return (scope.rights & needed) == needed; };
  const auto narrowest = std::ranges::find_if(authorization.scopes, gives);
  if (narrowest != authorization.scopes.end()) text += ", scope=\"" + narrowest->name + "\"";
  HttpResponse response = text_response(lacks_scope ? 403 : kUnauthorized, refusal.message);
  response.fields.emplace_back("WWW-Authenticate", std::move(text));
  return response;
}

}  // namespace pianola::mcp
