// An authorization server's part in tests of `pianola serve --http`: tokens as it gives them out.
#pragma once

#include <chrono>
#include <string>

#include "tests/server/http_program.h"
#include "tests/support/http_client.h"
#include "tests/support/token_signer.h"

namespace pianola::tests {

inline constexpr const char* kIssuer = "https://login.example.com";
inline constexpr const char* kResource = "https://mcp.example.com/mcp";

inline std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A token of kIssuer's for an executor of kResource, in force for ten minutes, but for what `changes` say.
inline Json token_claims(const Json& changes = Json::object()) {
  Json claims = {{"iss", kIssuer},
                 {"aud", kResource},
                 {"sub", "anna"},
                 {"exp", seconds_now() + 600},
                 {"scope", "openid pianola:execute"}};
  claims.update(changes);
  return claims;
}

// The same, signed with an EC key.
inline std::string access_token(const Signer& signer, const Json& changes = Json::object()) {
  return signer.sign(token_claims(changes).dump(), "ES256");
}

inline std::string jwks_of(const Signer& signer) { return Json{{"keys", {signer.public_key()}}}.dump(); }

template <class Server>
HttpAnswer list_tools(const Server& server, const std::string& credential) {
  return ask(server, modern_post(modern_request("tools/list"), bearer(credential)));
}

// The text of a new key.
inline std::string new_key(const Scratch& scratch, const std::string& arguments) {
  return scratch.run("key create --json " + arguments).json()["key"].get<std::string>();
}

inline std::string get_text(const std::string& path, const std::string& credential = {}) {
  const std::string authorization = credential.empty() ? "" : "Authorization: Bearer " + credential + "\r\n";
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization + "\r\n";
}

}  // namespace pianola::tests
