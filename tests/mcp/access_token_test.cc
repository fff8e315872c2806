#include "mcp/access_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hmac.h"
#include "tests/support/token_signer.h"

namespace pianola::mcp {
namespace {

using testing::HasSubstr;
using tests::base64url;
using tests::Signer;

constexpr Timestamp kNow = Timestamp::from_micros(1'795'564'800'000'000);
constexpr std::int64_t kNowSeconds = 1'795'564'800;
const TokenRules kRules{"https://login.example.com", "https://mcp.example.com/mcp"};

Json claims_with(const Json& changes = Json::object()) {
  Json claims = {{"iss", kRules.issuer},
                 {"aud", kRules.audience},
                 {"sub", "anna"},
                 {"exp", kNowSeconds + 300},
                 {"scope", "pianola:design"}};
  for (const auto& [name, value] : changes.items())
    value.is_null() ? void(claims.erase(name)) : void(claims[name] = value);
  return claims;
}

std::string set_of(const std::vector<Json>& keys) { return Json{{"keys", keys}}.dump(); }

class AccessToken : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    rsa_ = std::make_unique<Signer>("RSA");
    ec_ = std::make_unique<Signer>("EC", "k2");
    stranger_ = std::make_unique<Signer>("RSA");
  }
  static void TearDownTestSuite() {
    rsa_.reset();
    ec_.reset();
    stranger_.reset();
  }
  // "" where the token is taken.
  std::string why_refused(const std::string& token) const {
    const Result<Json> claims = keys_.check(token, kRules, kNow);
    if (claims) return "";
    EXPECT_TRUE(claims.error().code == "unauthorized" || claims.error().code == kUnknownSigner);
    return claims.error().message;
  }
  std::string why_refused(const Json& changes) const {
    return why_refused(rsa_->sign(claims_with(changes).dump(), "RS256"));
  }

  static inline std::unique_ptr<Signer> rsa_;
  static inline std::unique_ptr<Signer> ec_;
  static inline std::unique_ptr<Signer> stranger_;
  TokenKeys keys_ = TokenKeys::parse(set_of({rsa_->public_key(), ec_->public_key()})).value();
};

TEST_F(AccessToken, SignedByAKeyOfTheIssuerIsTaken) {
  for (const char* algorithm : {"RS256", "RS512", "PS256"}) {
    EXPECT_EQ(why_refused(rsa_->sign(claims_with().dump(), algorithm)), "") << algorithm;
  }
  EXPECT_EQ(why_refused(ec_->sign(claims_with().dump(), "ES256")), "");
  EXPECT_EQ(keys_.check(ec_->sign(claims_with().dump(), "ES256"), kRules, kNow)->at("sub"), "anna");
}

TEST_F(AccessToken, MustBeForUsFromTheIssuerAndInForce) {
  EXPECT_EQ(why_refused(Json{{"aud", {"https://other.example.com", kRules.audience}}}), "");
  EXPECT_EQ(why_refused(Json{{"nbf", kNowSeconds - 1}}), "");
  EXPECT_EQ(why_refused(Json{{"exp", kNowSeconds - 10}}), "") << "clocks differ a little";
  for (const Json& changes : {Json{{"iss", "https://evil.example.com"}}, Json{{"iss", nullptr}}}) {
    EXPECT_THAT(why_refused(changes), HasSubstr("another issuer")) << changes;
  }
  for (const Json& changes :
       {Json{{"aud", "https://mcp.example.com"}}, Json{{"aud", nullptr}}, Json{{"aud", Json::array()}},
        Json{{"aud", {{"a", kRules.audience}}}}, Json{{"aud", 1}}}) {
    EXPECT_THAT(why_refused(changes), HasSubstr("another server")) << changes;
  }
  for (const Json& changes : {Json{{"exp", kNowSeconds - 31}}, Json{{"exp", nullptr}}, Json{{"exp", "2099-01-01"}},
                              Json{{"exp", -1}}, Json{{"exp", 1e300}}}) {
    EXPECT_THAT(why_refused(changes), HasSubstr("expired")) << changes;
  }
  for (const Json& changes : {Json{{"nbf", kNowSeconds + 31}}, Json{{"nbf", "now"}}}) {
    EXPECT_THAT(why_refused(changes), HasSubstr("not in force")) << changes;
  }
  EXPECT_THAT(why_refused(Json{{"sub", nullptr}}), HasSubstr("whose"));
}

TEST_F(AccessToken, ForgedIsRefused) {
  const std::string good = rsa_->sign(claims_with().dump(), "RS256");
  const std::string body = good.substr(0, good.rfind('.'));
  const std::string claims = body.substr(body.find('.') + 1);
  EXPECT_THAT(why_refused(stranger_->sign(claims_with().dump(), "RS256")), HasSubstr("no key"));
  EXPECT_THAT(why_refused(body + "."), HasSubstr("")) << "without its signature";
  EXPECT_NE(why_refused(body + "."), "");
  std::string changed = good;
  changed[good.size() - 10] = changed[good.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_NE(why_refused(changed), "");
  const std::string other_claims = base64url(claims_with({{"sub", "admin"}}).dump());
  EXPECT_NE(why_refused(good.substr(0, good.find('.') + 1) + other_claims + good.substr(good.rfind('.'))), "");
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"None","kid":"k1"})", R"({"kid":"k1"})", R"({"alg":1})"}) {
    EXPECT_NE(why_refused(base64url(header) + "." + claims + "."), "") << header;
    EXPECT_NE(why_refused(base64url(header) + "." + claims + good.substr(good.rfind('.'))), "") << header;
  }
}

// The public key is known to all: as the secret of an HMAC it would let anybody sign.
TEST_F(AccessToken, AnHmacWithThePublicKeyIsRefused) {
  const std::string signed_part = base64url(R"({"alg":"HS256","kid":"k1"})") + "." + base64url(claims_with().dump());
  for (const std::string& secret : {rsa_->public_key().dump(), rsa_->public_key()["n"].get<std::string>()}) {
    const std::string hex = hmac_sha256(secret, signed_part);
    std::string mac;
    for (std::size_t i = 0; i < hex.size(); i += 2) mac += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    EXPECT_THAT(why_refused(signed_part + "." + base64url(mac)), HasSubstr("algorithm"));
  }
}

TEST_F(AccessToken, AKeyThatTheTokenBringsItselfIsNotLookedAt) {
  const Json header = {{"jwk", stranger_->public_key()}, {"jku", "https://evil.example.com/keys"}};
  EXPECT_THAT(why_refused(stranger_->sign(claims_with().dump(), "RS256", header)), HasSubstr("no key"));
}

// Other things that the same server signs must not pass for access tokens.
TEST_F(AccessToken, MustNotBeOfAnotherType) {
  for (const char* type : {"JWT", "jwt", "at+jwt", "application/at+JWT"}) {
    EXPECT_EQ(why_refused(rsa_->sign(claims_with().dump(), "RS256", Json{{"typ", type}})), "") << type;
  }
  for (const char* type : {"logout+jwt", "dpop+jwt", "JWE", "id_token"}) {
    EXPECT_THAT(why_refused(rsa_->sign(claims_with().dump(), "RS256", Json{{"typ", type}})), HasSubstr("type")) << type;
  }
}

// Only then is it worth while to ask the issuer whether it has another key by now.
TEST_F(AccessToken, OfAKeyThatIsNotKnownIsToldApart) {
  const auto code = [&](const Signer& signer) {
    const auto claims = keys_.check(signer.sign(claims_with().dump(), "ES256"), kRules, kNow);
    return claims ? "" : claims.error().code;
  };
  EXPECT_EQ(code(Signer("EC", "k3")), kUnknownSigner);
  EXPECT_EQ(code(Signer("EC", "k2")), "unauthorized");
}

TEST_F(AccessToken, ExtensionsThatMustBeUnderstoodAreRefused) {
  const Json header = {{"crit", {"exp"}}};
  EXPECT_THAT(why_refused(rsa_->sign(claims_with().dump(), "RS256", header)), HasSubstr("extensions"));
}

TEST_F(AccessToken, WhatIsNoTokenIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("a.b"), std::string("a.b.c"), std::string("..."),
        std::string(10'000, '.'), std::string(10'000, 'a'), std::string("\0.\0.\0", 5)}) {
    EXPECT_NE(why_refused(text), "") << text.substr(0, 20);
  }
  EXPECT_THAT(why_refused(rsa_->sign("[1]", "RS256")), HasSubstr("claims"));
  EXPECT_THAT(why_refused(rsa_->sign("no JSON", "RS256")), HasSubstr("claims"));
}

// cjose asserts that padding stands where it may, which ends the process: anybody could.
TEST_F(AccessToken, TextsThatAreNoBase64urlDoNotReachCjose) {
  const std::string good = rsa_->sign(claims_with().dump(), "RS256");
  for (const char* part : {"a===", "a=", "a=bc", "====", "ab+/", "abcde"}) {
    for (const std::size_t at : {std::size_t{0}, good.find('.') + 1, good.rfind('.') + 1}) {
      std::string token = good;
      token.replace(at, std::min(token.find('.', at), token.size()) - at, part);
      EXPECT_NE(why_refused(token), "") << part;
    }
    Json key = ec_->public_key();
    key["x"] = part;
    EXPECT_FALSE(TokenKeys::parse(set_of({key}))) << part;
  }
}

TEST_F(AccessToken, AKeyIsUsedForItsAlgorithmAlone) {
  Json key = rsa_->public_key();
  key["alg"] = "RS256";
  const TokenKeys keys = TokenKeys::parse(set_of({key})).value();
  EXPECT_TRUE(keys.check(rsa_->sign(claims_with().dump(), "RS256"), kRules, kNow));
  EXPECT_FALSE(keys.check(rsa_->sign(claims_with().dump(), "RS512"), kRules, kNow));
}

TEST(TokenKeys, WhatIsNotForSignaturesOrTooWeakIsNoKey) {
  const Signer weak("RSA", "weak", 1024);
  Json encrypts = Signer("EC").public_key();
  encrypts["use"] = "enc";
  const Json secret = {{"kty", "oct"}, {"k", "c2VjcmV0"}};
  for (const std::string& text :
       {set_of({weak.public_key()}), set_of({encrypts}), set_of({secret}), set_of({}), std::string("{}"),
        std::string("[]"), std::string("no JSON"), std::string(R"({"keys":[1,{"kty":"RSA"}]})")}) {
    const auto keys = TokenKeys::parse(text);
    ASSERT_FALSE(keys) << text;
    EXPECT_EQ(keys.error().code, "bad_jwks");
  }
}

}  // namespace
}  // namespace pianola::mcp
