// Who may send more than a header over HTTP, and how much one client may take of what there is for all.
#include <gtest/gtest.h>

#include "mcp/known_credentials.h"
#include "tests/mcp/http_client.h"

namespace pianola::tests {
namespace {

std::string list_tools_as(const std::string& key) { return modern_post(modern_request("tools/list"), bearer(key)); }

// The head of a request whose body will have that many bytes.
std::string head_of(std::size_t size, const Fields& fields) {
  Fields all = fields;
  all.emplace_back("Content-Length", std::to_string(size));
  return post_text("", all);
}

TEST(HttpAdmission, WhoseKeyIsNotTakenIsRefusedByTheHeader) {
  const HttpServerUnderTest server;
  const HttpAnswer refused = ask(server, head_of(4'000'000, bearer("wrong")));
  EXPECT_EQ(refused.status, 401);
  EXPECT_TRUE(refused.field("www-authenticate").starts_with("Bearer"));
}

TEST(HttpAdmission, NobodyIsToldToSendABodyThatIsNotRead) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  Fields fields = bearer("wrong");
  fields.emplace_back("Expect", "100-continue");
  client.send(head_of(100, fields));
  EXPECT_TRUE(client.take_line_now().starts_with("HTTP/1.1 401"));
}

TEST(HttpAdmission, WhatTheHeaderIsWrongInIsSaidBeforeTheBody) {
  const HttpServerUnderTest server;
  EXPECT_EQ(ask(server, head_of(4'000'000, {{"Content-Type", "text/plain"}})).status, 415);
  EXPECT_EQ(ask(server, head_of(4'000'000, {{"Host", "evil.example"}})).status, 403);
}

TEST(HttpAdmission, ABodyThatComesInPiecesIsReadOfWhomItKnows) {
  const HttpServerUnderTest server;
  const std::string body(100'000, ' ');
  HttpClient client(server);
  client.send(head_of(body.size(), bearer("anna")));
  for (std::size_t at = 0; at < body.size(); at += 10'000) client.send(std::string_view(body).substr(at, 10'000));
  EXPECT_EQ(client.take().error_code(), -32700);
}

TEST(HttpAdmission, StrangersDoNotFillTheRoomForBodies) {
  mcp::HttpLimits limits;
  limits.all_body_bytes = 200'000;
  const HttpServerUnderTest server(limits);
  std::vector<std::unique_ptr<HttpClient>> strangers;
  for (int i = 0; i < 20; ++i) {
    strangers.push_back(std::make_unique<HttpClient>(server));
    strangers.back()->send(head_of(60'000, bearer("wrong")) + std::string(59'000, ' '));
  }
  EXPECT_EQ(ask(server, head_of(100'000, bearer("anna")) + std::string(100'000, ' ')).error_code(), -32700);
}

// As if 127.0.0.1 were one client and no proxy.
mcp::HttpLimits without_proxies() {
  mcp::HttpLimits limits;
  limits.proxies.clear();
  return limits;
}

TEST(HttpAdmission, OneClientHasSoManyConnections) {
  mcp::HttpLimits limits = without_proxies();
  limits.remote_connections = 2;
  HttpServerUnderTest server(limits);
  HttpClient first(server);
  EXPECT_EQ((first.send(list_tools_as("anna")), first.take().status), 200);
  HttpClient second(server);
  EXPECT_EQ((second.send(list_tools_as("anna")), second.take().status), 200);
  EXPECT_EQ(ask(server, list_tools_as("anna")).status, 503);
  first.close();
  while (server.connections() > 1) std::this_thread::yield();
  EXPECT_EQ(ask(server, list_tools_as("anna")).status, 200);
}

TEST(HttpAdmission, AProxyHasAsManyConnectionsAsThereAre) {
  mcp::HttpLimits limits;
  limits.remote_connections = 2;
  const HttpServerUnderTest server(limits);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server));
    clients.back()->send(list_tools_as("anna"));
    EXPECT_EQ(clients.back()->take().status, 200);
  }
}

TEST(HttpAdmission, OneClientHasAPartOfTheRoomForBodies) {
  mcp::HttpLimits limits = without_proxies();
  limits.remote_body_bytes = 3000;
  expect_room_for_one_body(limits);
}

TEST(HttpAdmission, AClientThatIsRefusedTooOftenWaitsButNotItsKeyThatIsTaken) {
  const HttpServerUnderTest server(without_proxies());
  EXPECT_EQ(ask(server, list_tools_as("anna")).status, 200);
  HttpAnswer last;
  const int most = 10 * static_cast<int>(mcp::KnownCredentials::kRefusalsAtOnce);
  for (int i = 0; i < most && last.status != 429; ++i) last = ask(server, list_tools_as("wrong"));
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.field("retry-after"), "1");
  EXPECT_EQ(ask(server, list_tools_as("anna")).status, 200);
}

TEST(HttpAdmission, BehindAProxyNobodyWaitsForOthersWrongKeys) {
  const HttpServerUnderTest server;
  for (int i = 0; i < 2 * static_cast<int>(mcp::KnownCredentials::kRefusalsAtOnce); ++i) {
    EXPECT_EQ(ask(server, list_tools_as("wrong")).status, 401);
  }
}

TEST(KnownCredentials, AreKnownForAWhileAndSoManyOfThem) {
  using Known = mcp::KnownCredentials;
  const auto request_of = [](std::size_t number) {
    mcp::HttpRequest request;
    request.fields = {{"authorization", "Bearer " + std::to_string(number)}};
    return request;
  };
  Known known;
  const Known::Time start{};
  known.remember(request_of(0), start);
  EXPECT_TRUE(known.knows(request_of(0), start));
  EXPECT_FALSE(known.knows(request_of(1), start));
  EXPECT_FALSE(known.knows(request_of(0), start + Known::kLifetime));
  known.refuse(request_of(0), start);
  EXPECT_FALSE(known.knows(request_of(0), start));
  for (std::size_t i = 0; i < 3 * Known::kMost; ++i) known.remember(request_of(i), start);
  EXPECT_LE(known.size(), Known::kMost);
  EXPECT_TRUE(known.knows(request_of(3 * Known::kMost - 1), start));
}

}  // namespace
}  // namespace pianola::tests
