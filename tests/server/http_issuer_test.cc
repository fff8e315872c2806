// `pianola serve --http` and the keys of an authorization server that shows them over HTTP.
#include "tests/server/oauth.h"
#include "tests/support/document_server.h"

namespace pianola::tests {
namespace {

constexpr const char* kMetadataPath = "/.well-known/oauth-authorization-server";

// An authorization server on this machine.
class ServeIssuer : public testing::Test {
 protected:
  ServeIssuer() {
    issuer_.put(kMetadataPath, Json{{"issuer", name_}, {"jwks_uri", name_ + "/keys"}}.dump());
    show_keys(first_);
  }
  void show_keys(const Signer& signer) { issuer_.put("/keys", jwks_of(signer)); }
  std::vector<std::string> words() const {
    return {"serve", "--http", "127.0.0.1:0", "--oauth-issuer", name_, "--oauth-audience", kResource};
  }
  int status(const HttpProgram& server, const Signer& signer) const {
    return list_tools(server, access_token(signer, {{"iss", name_}})).status;
  }

  Scratch scratch_;
  DocumentServer issuer_;
  const std::string name_ = issuer_.origin();
  Signer first_{"EC", "k1"};
  Signer second_{"EC", "k2"};
};

TEST_F(ServeIssuer, KeysAreFoundByTheIssuersMetadata) {
  const HttpProgram server(scratch_, words());
  EXPECT_EQ(status(server, first_), 200);
  EXPECT_EQ(status(server, second_), 401);
}

TEST_F(ServeIssuer, KeysAreTakenFromTheUrlThatIsNamed) {
  auto named = words();
  named.insert(named.end(), {"--oauth-jwks", name_ + "/keys"});
  const HttpProgram server(scratch_, named);
  EXPECT_EQ(status(server, first_), 200);
  EXPECT_EQ(issuer_.asked(kMetadataPath), 0);
}

TEST_F(ServeIssuer, ATokenOfAnUnknownKeyHasTheKeysReadAnewButNotEachTime) {
  const HttpProgram server(scratch_, words());
  EXPECT_EQ(status(server, first_), 200);
  EXPECT_EQ(issuer_.asked("/keys"), 1);
  show_keys(second_);
  EXPECT_EQ(status(server, second_), 200);
  EXPECT_EQ(status(server, first_), 401) << "withdrawn";
  EXPECT_EQ(status(server, Signer("EC", "k3")), 401);
  EXPECT_EQ(issuer_.asked("/keys"), 2);
}

// One thread handles all requests: were it to wait, the key's request would be answered after the token's.
TEST_F(ServeIssuer, NobodyWaitsForTheKeysButWhoseTokenNeedsThem) {
  const std::string key = new_key(scratch_, "--role designer");
  auto one_worker = words();
  one_worker.insert(one_worker.end(), {"--workers", "1"});
  const HttpProgram server(scratch_, one_worker);
  issuer_.keep_waiting("/keys");
  HttpClient waiting(server);
  waiting.send(modern_post(modern_request("tools/list"), bearer(access_token(second_, {{"iss", name_}}))));
  while (issuer_.asked("/keys") < 2) std::this_thread::yield();
  EXPECT_EQ(list_tools(server, key).status, 200);
  EXPECT_TRUE(waiting.is_silent());
  issuer_.stop();
  EXPECT_EQ(waiting.take().status, 401);
}

TEST_F(ServeIssuer, AForgedTokenOfAKnownKeyAsksNobody) {
  const HttpProgram server(scratch_, words());
  EXPECT_EQ(status(server, Signer("EC", "k1")), 401);
  EXPECT_EQ(list_tools(server, "a.b.c").status, 401);
  EXPECT_EQ(issuer_.asked("/keys"), 1);
}

TEST_F(ServeIssuer, KeysStayWhileTheIssuerDoesNotAnswer) {
  HttpProgram server(scratch_, words());
  issuer_.put("/keys", "no JSON");
  server.signal(SIGHUP);
  EXPECT_NE(server.wait_for_line("keys are not read").find("no usable JWKS"), std::string::npos);
  EXPECT_EQ(status(server, first_), 200);
  issuer_.stop();
  EXPECT_EQ(status(server, second_), 401);
  EXPECT_EQ(status(server, first_), 200);
}

// A server that starts before its issuer lets those with keys in, and tells the others to come again.
TEST_F(ServeIssuer, AnIssuerThatIsNotThereYetIsAskedAgain) {
  issuer_.put("/keys", mcp::text_response(500, "starting"));
  const std::string key = new_key(scratch_, "--role designer");
  HttpProgram server(scratch_, words());
  EXPECT_EQ(list_tools(server, key).status, 200);
  const HttpAnswer later = list_tools(server, access_token(first_, {{"iss", name_}}));
  EXPECT_EQ(later.status, 503);
  EXPECT_EQ(later.field("retry-after"), "30");
  show_keys(first_);
  server.signal(SIGHUP);
  EXPECT_NE(server.wait_for_line("keys are read again"), "");
  EXPECT_EQ(status(server, first_), 200);
}

TEST_F(ServeIssuer, AnIssuerIsAskedOverHttpsAlone) {
  for (const char* options :
       {"--oauth-issuer http://login.example.com --oauth-audience a", "--oauth-issuer i --oauth-audience a",
        "--oauth-issuer i --oauth-audience a --oauth-jwks http://login.example.com/keys"}) {
    const RunResult run = scratch_.run(std::string("serve --http 127.0.0.1:0 ") + options);
    EXPECT_EQ(run.code, 2);
    EXPECT_NE(run.err.find("https://"), std::string::npos) << run.err;
  }
}

}  // namespace
}  // namespace pianola::tests
