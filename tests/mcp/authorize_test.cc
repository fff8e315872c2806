#include "mcp/authorize.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace pianola::mcp {
namespace {

HttpRequest request_to(const std::string& host, bool with_token = false) {
  HttpRequest request{"POST", "/mcp", {{"host", host}}, ""};
  if (with_token) request.fields.emplace_back("authorization", "Bearer x");
  return request;
}

std::string challenged(const HttpRequest& request, const Authorization& authorization) {
  const HttpResponse response = challenge(request, authorization, {"unauthorized", "Who are you?", ""});
  EXPECT_EQ(response.status, 401);
  return response.fields.back().second;
}

TEST(Authorize, AChallengePointsToTheMetadataOfTheServerThatWasAsked) {
  EXPECT_EQ(challenged(request_to("localhost:8080"), {}),
            R"(Bearer resource_metadata="http://localhost:8080/.well-known/oauth-protected-resource/mcp")");
  EXPECT_EQ(challenged(request_to("a.example"), {.tls = true}),
            R"(Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource/mcp")");
  EXPECT_EQ(challenged(request_to("inside:8080"), {.resource = "https://mcp.example.com/mcp"}),
            R"(Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp")");
}

TEST(Authorize, AHostThatIsNoneDoesNotGetIntoTheChallenge) {
  for (const char* host : {"a\", error=\"x", "a b", "", "a,b"}) {
    EXPECT_EQ(challenged(request_to(host), {}),
              R"(Bearer resource_metadata="http://localhost/.well-known/oauth-protected-resource/mcp")")
        << host;
  }
}

TEST(Authorize, ATokenThatIsNotTakenIsSaidToBeInvalid) {
  EXPECT_NE(challenged(request_to("a", true), {}).find("error=\"invalid_token\""), std::string::npos);
  EXPECT_EQ(challenged(request_to("a"), {}).find("error="), std::string::npos);
}

TEST(Authorize, MetadataOfAServerWithKeysAloneNamesNoAuthorizationServer) {
  const Json metadata = Json::parse(resource_metadata(request_to("a.example"), {}).body);
  EXPECT_EQ(metadata,
            Json({{"resource", "http://a.example/mcp"}, {"bearer_methods_supported", Json::array({"header"})}}));
}

}  // namespace
}  // namespace pianola::mcp
