#include "mcp/issuer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/support/document_server.h"

namespace pianola::mcp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Url url(const std::string& text) { return Url::parse(text).value(); }

TEST(Issuer, ItsMetadataIsLookedForWhereTheSpecificationsPutIt) {
  EXPECT_THAT(metadata_urls(url("https://a.example")),
              ElementsAre("https://a.example/.well-known/oauth-authorization-server",
                          "https://a.example/.well-known/openid-configuration"));
  EXPECT_THAT(metadata_urls(url("https://a.example/tenant/")),
              ElementsAre("https://a.example/.well-known/oauth-authorization-server/tenant",
                          "https://a.example/.well-known/openid-configuration/tenant",
                          "https://a.example/tenant/.well-known/openid-configuration"));
}

std::string why_refused(const Json& metadata, const std::string& issuer = "https://a.example") {
  const Result<Url> keys = jwks_url_in(metadata.dump(), url(issuer));
  EXPECT_FALSE(keys) << metadata;
  return keys ? "" : keys.error().message;
}

TEST(Issuer, MetadataMustBeItsOwnAndSayWhereTheKeysAre) {
  const Json metadata = {{"issuer", "https://a.example"}, {"jwks_uri", "https://keys.example/a"}};
  EXPECT_EQ(jwks_url_in(metadata.dump(), url("https://a.example"))->text, "https://keys.example/a");
  EXPECT_THAT(why_refused(metadata, "https://b.example"), HasSubstr("another issuer"));
  EXPECT_THAT(why_refused({{"issuer", "https://a.example"}}), HasSubstr("jwks_uri"));
  EXPECT_THAT(why_refused({{"issuer", "https://a.example"}, {"jwks_uri", "http://keys.example/a"}}),
              HasSubstr("jwks_uri"));
  EXPECT_THAT(why_refused({{"issuer", "https://a.example"}, {"jwks_uri", "http://127.0.0.1/a"}}),
              HasSubstr("this machine"));
  EXPECT_THAT(why_refused(Json::array()), HasSubstr("no JSON object"));
}

TEST(Issuer, ItsKeysAreFoundByItsMetadata) {
  tests::DocumentServer server;
  const std::string issuer = server.origin() + "/tenant";
  server.put("/tenant/.well-known/openid-configuration",
             Json{{"issuer", issuer}, {"jwks_uri", server.origin() + "/keys"}}.dump());
  server.put("/keys", R"({"keys": []})");
  EXPECT_EQ(get_issuer_jwks(url(issuer), 10s).value(), R"({"keys": []})");
  EXPECT_EQ(get_issuer_jwks(url(server.origin()), 10s).error().code, "cannot_get");
}

}  // namespace
}  // namespace pianola::mcp
