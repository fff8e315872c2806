// `pianola serve --http` as the protected resource of an authorization server.
#include <chrono>

#include "tests/server/http_program.h"
#include "tests/support/http_client.h"
#include "tests/support/token_signer.h"

namespace pianola::tests {
namespace {

constexpr const char* kIssuer = "https://login.example.com";
constexpr const char* kResource = "https://mcp.example.com/mcp";
constexpr const char* kMetadata = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

class ServeOauth : public testing::Test {
 protected:
  ServeOauth() { write_keys(signer_); }

  void write_keys(const Signer& signer) const {
    scratch_.write("jwks.json", Json{{"keys", {signer.public_key()}}}.dump());
  }
  std::vector<std::string> words() const {
    return {"serve",   "--http",       "127.0.0.1:0",         "--oauth-issuer", kIssuer, "--oauth-audience",
            kResource, "--oauth-jwks", scratch_ / "jwks.json"};
  }
  static std::string token(const Signer& signer, const Json& changes = Json::object()) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    Json claims = {{"iss", kIssuer},
                   {"aud", kResource},
                   {"sub", "anna"},
                   {"exp", now.count() + 600},
                   {"scope", "openid pianola:execute"}};
    claims.update(changes);
    return signer.sign(claims.dump(), "ES256");
  }
  HttpAnswer list_tools(const HttpProgram& server, const std::string& bearer) const {
    return ask(server, modern_post(modern_request("tools/list"), {{"Authorization", "Bearer " + bearer}}));
  }

  Scratch scratch_;
  Signer signer_{"EC"};
};

TEST_F(ServeOauth, AScopeSaysWhatATokensBearerMayDo) {
  const HttpProgram server(scratch_, words());
  const auto tools = [&](const Json& changes) {
    return list_tools(server, token(signer_, changes)).json()["result"]["tools"].size();
  };
  EXPECT_EQ(tools(Json::object()), 6U);
  EXPECT_EQ(tools({{"scope", "pianola:design"}}), 10U);
  const HttpAnswer without = list_tools(server, token(signer_, {{"scope", "openid pianola:executed"}}));
  EXPECT_EQ(without.status, 403);
  EXPECT_NE(without.field("www-authenticate").find("error=\"insufficient_scope\""), std::string::npos);
}

TEST_F(ServeOauth, TheMetadataNamesTheServerAndItsIssuer) {
  const HttpProgram server(scratch_, words());
  for (const char* path : {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"}) {
    const Json metadata = ask(server, get(path)).json();
    EXPECT_EQ(metadata["resource"], kResource);
    EXPECT_EQ(metadata["authorization_servers"], Json::array({kIssuer}));
    EXPECT_EQ(metadata["scopes_supported"], Json::array({"pianola:execute", "pianola:design"}));
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
       {token(stranger), token(signer_, {{"exp", 1}}), token(signer_, {{"aud", "https://other"}}),
        token(signer_, {{"pianola_workspace", 7}}), std::string("a.b.c")}) {
    const HttpAnswer refused = list_tools(server, bearer);
    EXPECT_EQ(refused.status, 401);
    EXPECT_NE(refused.field("www-authenticate").find("error=\"invalid_token\""), std::string::npos);
  }
}

TEST_F(ServeOauth, AKeyOfTheStoreIsTakenBesideTokens) {
  const std::string key = scratch_.run("key create --json --role designer").json()["key"].get<std::string>();
  const HttpProgram server(scratch_, words());
  EXPECT_EQ(list_tools(server, key).status, 200);
  EXPECT_EQ(list_tools(server, token(signer_)).status, 200);
}

TEST_F(ServeOauth, ExchangedKeysAreTakenOnceItIsToldTo) {
  HttpProgram server(scratch_, words());
  const Signer next("EC", "k2");
  scratch_.write("jwks.json", "half of it");
  server.signal(SIGHUP);
  EXPECT_NE(server.wait_for_line("reloaded").find("not reloaded"), std::string::npos);
  EXPECT_EQ(list_tools(server, token(signer_)).status, 200);
  write_keys(next);
  server.signal(SIGHUP);
  EXPECT_EQ(server.wait_for_line("reloaded"), "pianola: reloaded");
  EXPECT_EQ(list_tools(server, token(next)).status, 200);
  EXPECT_EQ(list_tools(server, token(signer_)).status, 401);
}

TEST_F(ServeOauth, OptionsThatDoNotFitAreRefused) {
  EXPECT_EQ(scratch_.run("serve --http 127.0.0.1:0 --oauth-issuer https://login.example.com").code, 1);
  scratch_.write("jwks.json", R"({"keys": []})");
  const RunResult run =
      scratch_.run("serve --http 127.0.0.1:0 --oauth-issuer i --oauth-audience a --oauth-jwks jwks.json");
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("jwks.json"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace pianola::tests
