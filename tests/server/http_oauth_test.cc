// `pianola serve --http` as the protected resource of an authorization server.
#include "base/hmac.h"
#include "tests/server/oauth.h"

namespace pianola::tests {
namespace {

constexpr const char* kMetadata = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

class ServeOauth : public testing::Test {
 protected:
  ServeOauth() { write_keys(signer_); }

  void write_keys(const Signer& signer) const { scratch_.write("jwks.json", jwks_of(signer)); }
  std::vector<std::string> words() const {
    return {"serve",   "--http",       "127.0.0.1:0",         "--oauth-issuer", kIssuer, "--oauth-audience",
            kResource, "--oauth-jwks", scratch_ / "jwks.json"};
  }
  Scratch scratch_;
  Signer signer_{"EC"};
};

TEST_F(ServeOauth, AScopeSaysWhatATokensBearerMayDo) {
  const HttpProgram server(scratch_, words());
  const auto tools = [&](const Json& changes) {
    return list_tools(server, access_token(signer_, changes)).json()["result"]["tools"].size();
  };
  EXPECT_EQ(tools(Json::object()), 6U);
  EXPECT_EQ(tools({{"scope", "pianola:design"}}), 10U);
  const HttpAnswer without = list_tools(server, access_token(signer_, {{"scope", "openid pianola:executed"}}));
  EXPECT_EQ(without.status, 403);
  EXPECT_NE(without.field("www-authenticate").find("error=\"insufficient_scope\""), std::string::npos);
}

TEST_F(ServeOauth, TheMetadataNamesTheServerAndItsIssuer) {
  const HttpProgram server(scratch_, words());
  for (const char* path : {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"}) {
    const Json metadata = ask(server, get_text(path)).json();
    EXPECT_EQ(metadata["resource"], kResource);
    EXPECT_EQ(metadata["authorization_servers"], Json::array({kIssuer}));
    EXPECT_EQ(metadata["scopes_supported"],
              Json::array({"pianola:execute", "pianola:review", "pianola:design", "pianola:admin"}));
  }
}

TEST_F(ServeOauth, WhoHasNoTokenIsToldWhereToGetOne) {
  const HttpProgram server(scratch_, words());
  const HttpAnswer nothing = ask(server, modern_post(modern_request("tools/list")));
  EXPECT_EQ(nothing.status, 401) << "on loopback too";
  EXPECT_EQ(nothing.field("www-authenticate"),
            std::string("Bearer resource_metadata=\"") + kMetadata + "\", scope=\"pianola:execute\"");
  const Signer stranger("EC");
  for (const std::string& bearer :
       {access_token(stranger), access_token(signer_, {{"exp", 1}}), access_token(signer_, {{"aud", "https://other"}}),
        access_token(signer_, {{"pianola_workspace", 7}}), std::string("a.b.c")}) {
    const HttpAnswer refused = list_tools(server, bearer);
    EXPECT_EQ(refused.status, 401);
    EXPECT_NE(refused.field("www-authenticate").find("error=\"invalid_token\""), std::string::npos);
  }
}

// HS256 with what everybody knows of the issuer's key as its secret.
std::string signed_with_public_key(const Signer& signer) {
  const std::string text = base64url(R"({"alg":"HS256","kid":"k1"})") + "." + base64url(token_claims().dump());
  const std::string hex = hmac_sha256(signer.public_key().dump(), text);
  std::string mac;
  for (std::size_t i = 0; i < hex.size(); i += 2) mac += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return text + "." + base64url(mac);
}

TEST_F(ServeOauth, NoTokenIsTakenButTheIssuersForThisServerInForce) {
  const HttpProgram server(scratch_, words());
  const std::string good = access_token(signer_);
  const std::string claims = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  const std::int64_t now = seconds_now();
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"signed by a stranger", access_token(Signer("EC"))},
      {"without a signature", base64url(R"({"alg":"none"})") + claims + "."},
      {"HMAC with the public key", signed_with_public_key(signer_)},
      {"claims exchanged", good.substr(0, good.find('.') + 1) + base64url(token_claims({{"sub", "admin"}}).dump()) +
                               good.substr(good.rfind('.'))},
      {"expired", access_token(signer_, {{"exp", now - 3600}})},
      {"not in force yet", access_token(signer_, {{"nbf", now + 3600}})},
      {"another issuer's", access_token(signer_, {{"iss", "https://evil.example"}})},
      {"for another server", access_token(signer_, {{"aud", "https://other.example/mcp"}})},
      {"of another type", signer_.sign(token_claims().dump(), "ES256", Json{{"typ", "logout+jwt"}})},
      {"of nobody", access_token(signer_, {{"sub", ""}})},
      {"of a workspace that is none", access_token(signer_, {{"pianola_workspace", "../other"}})},
      {"garbage", "...."},
      {"padded", "a===.a===.a==="},
      {"long", std::string(10'000, '.')}};
  for (const auto& [what, token] : bad) {
    const HttpAnswer refused = list_tools(server, token);
    EXPECT_EQ(refused.status, 401) << what;
    EXPECT_EQ(refused.field("www-authenticate"), std::string("Bearer resource_metadata=\"") + kMetadata +
                                                     "\", error=\"invalid_token\", scope=\"pianola:execute\"")
        << what;
  }
  EXPECT_EQ(list_tools(server, std::string(100'000, 'a') + ".b.c").status, 431);
  EXPECT_EQ(list_tools(server, good).status, 200);
}

TEST_F(ServeOauth, AKeyOfTheStoreIsTakenBesideTokens) {
  const std::string key = new_key(scratch_, "--role designer");
  const HttpProgram server(scratch_, words());
  EXPECT_EQ(list_tools(server, key).status, 200);
  EXPECT_EQ(list_tools(server, access_token(signer_)).status, 200);
}

TEST_F(ServeOauth, ExchangedKeysAreTakenOnceItIsToldTo) {
  HttpProgram server(scratch_, words());
  const Signer next("EC", "k2");
  scratch_.write("jwks.json", "half of it");
  server.signal(SIGHUP);
  EXPECT_NE(server.wait_for_line("reloaded").find("not reloaded"), std::string::npos);
  EXPECT_EQ(list_tools(server, access_token(signer_)).status, 200);
  write_keys(next);
  server.signal(SIGHUP);
  EXPECT_EQ(server.wait_for_line("reloaded"), "pianola: reloaded");
  EXPECT_EQ(list_tools(server, access_token(next)).status, 200);
  EXPECT_EQ(list_tools(server, access_token(signer_)).status, 401);
}

// 30 seconds of leeway: such a token is taken for two seconds more.
TEST_F(ServeOauth, StreamsEndWhenTheirTokenExpires) {
  const HttpProgram server(scratch_, words());
  HttpClient listener(server);
  listener.send(
      modern_post(modern_request("subscriptions/listen", {{"notifications", {{"resourcesListChanged", true}}}}),
                  bearer(access_token(signer_, {{"exp", seconds_now() - 28}}))));
  EXPECT_EQ(listener.take_head().status, 200);
  EXPECT_EQ(listener.take_message()["method"], "notifications/subscriptions/acknowledged");
  EXPECT_TRUE(listener.take_message().contains("result"));
  EXPECT_EQ(listener.take_event(), "");
}

TEST_F(ServeOauth, OptionsThatDoNotFitAreRefused) {
  EXPECT_EQ(scratch_.run("serve --http 127.0.0.1:0 --oauth-issuer https://login.example.com").code, 2);
  scratch_.write("jwks.json", R"({"keys": []})");
  const RunResult run =
      scratch_.run("serve --http 127.0.0.1:0 --oauth-issuer i --oauth-audience a --oauth-jwks jwks.json");
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("jwks.json"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace pianola::tests
