// What the endpoint answers beside MCP, and how it limits a caller.
#include <gtest/gtest.h>

#include "tests/mcp/http_client.h"

namespace pianola::tests {
namespace {

std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\n" + more + (more.find("Host") == more.npos ? "Host: localhost\r\n\r\n" : "\r\n");
}

mcp::HttpSettings with_pages() {
  mcp::HttpSettings settings;
  settings.pages = {{"/probe"}, {"/inside", 1}, {"/broken"}};
  return settings;
}

class HttpPage : public testing::Test {
 protected:
  const HttpServerUnderTest server{{}, nullptr, nullptr, with_pages()};
};

TEST_F(HttpPage, ProbesAreAnsweredUnderAnyHostAndWithoutAKey) {
  EXPECT_EQ(ask(server, get("/healthz", "Host: 10.1.2.3\r\n")).status, 200);
  EXPECT_EQ(ask(server, get("/probe", "Host: 10.1.2.3\r\nAuthorization: Bearer wrong\r\n")).status, 200);
}

TEST_F(HttpPage, ProbesAreAnsweredWithoutAKeyWhereABodyComesLater) {
  HttpClient client(server);
  client.send(get("/probe", "Authorization: Bearer wrong\r\nHost: localhost\r\nContent-Length: 1\r\n"));
  client.send(" ");
  EXPECT_EQ(client.take().status, 200);
}

TEST_F(HttpPage, PagesOfThePrivilegedAskForTheirKey) {
  EXPECT_EQ(ask(server, get("/inside", "Authorization: Bearer wrong\r\n")).status, 401);
  EXPECT_EQ(ask(server, get("/inside", "Authorization: Bearer executor\r\n")).status, 403);
  EXPECT_EQ(ask(server, get("/inside", "Authorization: Bearer anna\r\n")).body, "anna\n");
  EXPECT_EQ(ask(server, get("/inside", "Host: evil.example\r\nAuthorization: Bearer anna\r\n")).status, 403);
}

TEST_F(HttpPage, AStoreThatCannotBeReadIsSaid) {
  const HttpAnswer answer = ask(server, get("/broken"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "the disk is gone\n");
}

TEST_F(HttpPage, TakesGetAlone) {
  for (const char* path : {"/healthz", "/probe", "/inside"}) {
    const HttpAnswer answer = ask(server, "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_EQ(answer.field("allow"), "GET, HEAD") << path;
  }
  EXPECT_EQ(ask(server, get("/other")).status, 404);
}

TEST(HttpRateLimit, TellsAKeyWhenToComeBackAndLeavesOthersAlone) {
  mcp::HttpSettings settings;
  settings.requests_per_second = 0.001;
  const HttpServerUnderTest server({}, nullptr, nullptr, settings);
  const auto as = [&](const char* key) {
    return ask(server, modern_post(modern_request("tools/list"), {{"Authorization", std::string("Bearer ") + key}}));
  };
  EXPECT_EQ(as("anna").status, 200);
  const HttpAnswer refused = as("anna");
  EXPECT_EQ(refused.status, 429);
  EXPECT_GT(std::stoi(refused.field("retry-after")), 0);
  EXPECT_EQ(as("bert").status, 200);
}

}  // namespace
}  // namespace pianola::tests
