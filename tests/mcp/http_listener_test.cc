// Sockets, limits and deadlines of Streamable HTTP: what clients may do to the listener, and what others notice of it.
#include <gtest/gtest.h>

#include <ctime>

#include "tests/mcp/http_client.h"

namespace pianola::tests {
namespace {

// Whether the condition holds within ten seconds.
template <class Condition>
bool comes_true(const Condition& condition) {
  for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return condition();
}

TEST(HttpListener, AnswersPipelinedRequestsInOrder) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  std::string requests;
  for (int id = 1; id <= 20; ++id) {
    Json request = modern_request("tools/call", {{"name", "test_simple_text"}});
    request["id"] = id;
    requests += modern_post(request);
  }
  client.send(requests);
  for (int id = 1; id <= 20; ++id) EXPECT_EQ(client.take().json()["id"], id);
}

// RFC 9110, 9.3.2: the next response would be read out of it.
TEST(HttpListener, AnswersHeadWithoutABody) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  for (const char* path : {"/healthz", "/mcp", "/other"}) {
    client.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_NE(client.take_head().field("content-length"), "0") << path;
  }
  client.send(modern_call("test_simple_text"));
  EXPECT_EQ(client.take().status, 200);
}

TEST(HttpListener, SaysWhenItAnswered) {
  const HttpServerUnderTest server;
  const std::string date = ask(server, modern_call("test_simple_text")).field("date");
  std::tm time{};
  const char* end = strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time);
  ASSERT_NE(end, nullptr) << date;
  EXPECT_EQ(*end, '\0') << date;
}

TEST(HttpListener, ReadsARequestByteByByte) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  for (const char byte : modern_call("test_simple_text")) client.send({&byte, 1});
  EXPECT_EQ(client.take().status, 200);
}

TEST(HttpListener, ReadsAChunkedBody) {
  const HttpServerUnderTest server;
  const std::string body = dump_compact(modern_request("tools/list"));
  std::string request =
      modern_post(modern_request("tools/list"), {{"Content-Length", ""}, {"Transfer-Encoding", "chunked"}});
  request.erase(request.find("\r\n\r\n") + 4);
  char size[16];
  std::snprintf(size, sizeof size, "%zx", body.size() - 5);
  request += "5\r\n" + body.substr(0, 5) + "\r\n" + size + ";note=1\r\n" + body.substr(5) + "\r\n0\r\n\r\n";
  EXPECT_EQ(ask(server, request).status, 200);
}

TEST(HttpListener, SaysThatABodyMayCome) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  const std::string request = modern_post(modern_request("tools/list"), {{"Expect", "100-continue"}});
  const std::size_t body = request.find("\r\n\r\n") + 4;
  client.send(request.substr(0, body));
  client.send(request.substr(body));
  EXPECT_EQ(client.take().status, 200);
}

TEST(HttpListener, ClosesAfterAnHttp10Request) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  std::string request = modern_call("test_simple_text");
  request.replace(request.find("HTTP/1.1"), 8, "HTTP/1.0");
  client.send(request);
  EXPECT_EQ(client.take().status, 200);
  EXPECT_TRUE(client.is_closed());
}

// Of a modern client the same bytes are a cancellation: nobody can tell whether it still reads.
TEST(HttpListener, AnswersALegacyClientThatHasSentAllItWanted) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25");
  session.client.send(session.call("test_simple_text"));
  session.client.end_sending();
  EXPECT_EQ(session.client.take().status, 200);
}

mcp::HttpLimits short_times() {
  mcp::HttpLimits limits;
  limits.header_time = limits.body_time = std::chrono::milliseconds(300);
  return limits;
}

TEST(HttpListener, EndsHeadersThatDoNotComeToAnEnd) {
  const HttpServerUnderTest server(short_times());
  HttpClient client(server);
  client.send("POST /mcp HTTP/1.1\r\nHost: local");
  EXPECT_EQ(client.take().status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpListener, EndsBodiesThatDoNotComeToAnEnd) {
  const HttpServerUnderTest server(short_times());
  HttpClient client(server);
  const std::string request = modern_call("test_simple_text");
  client.send(request.substr(0, request.size() - 1));
  EXPECT_EQ(client.take().status, 408);
}

TEST(HttpListener, EndsAConnectionOnWhichNothingComes) {
  const HttpServerUnderTest server(short_times());
  HttpClient client(server);
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpListener, ServesOthersWhileTwoThousandHoldHalfARequest) {
  HttpServerUnderTest server;
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 2000; ++i) {
    slow.push_back(std::make_unique<HttpClient>(server));
    slow.back()->send(i % 2 == 0 ? "POST /mcp HTTP/1.1\r\nHost: local"
                                 : "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{");
  }
  EXPECT_EQ(ask(server, modern_call("test_simple_text")).status, 200);
}

TEST(HttpListener, RefusesConnectionsOverItsLimit) {
  mcp::HttpLimits limits;
  limits.connections = 2;
  const HttpServerUnderTest server(limits);
  HttpClient first(server);
  HttpClient second(server);
  first.send(modern_call("test_simple_text"));
  EXPECT_EQ(first.take().status, 200);
  HttpClient third(server);
  EXPECT_EQ(third.take().status, 503);
  second.close();
  first.close();
}

TEST(HttpListener, RefusesBodiesThatAreTooMuchTogether) {
  mcp::HttpLimits limits;
  limits.all_body_bytes = 3000;
  expect_room_for_one_body(limits);
}

// A call whose answer says this text twice.
std::string echo_call(std::size_t size) {
  return modern_call("json_schema_2020_12_tool", {{"arguments", {{"email", std::string(size, 'a')}}}});
}

TEST(HttpListener, DropsAClientForWhichTooMuchWaits) {
  mcp::HttpLimits limits;
  limits.unwritten_bytes = 5'000;
  limits.body_bytes = 10'000;
  const HttpServerUnderTest server(limits);
  EXPECT_GT(ask(server, echo_call(4'000)).body.size(), 8'000U);
  EXPECT_EQ(ask(server, echo_call(9'500)).body, "");
  EXPECT_EQ(ask(server, modern_call("test_simple_text")).status, 200);
}

TEST(HttpListener, DropsAClientThatDoesNotRead) {
  mcp::HttpLimits limits;
  limits.write_time = std::chrono::milliseconds(100);
  HttpServerUnderTest server(limits);
  HttpClient client(server, 4096);  // more than what sockets hold waits for it
  client.send(echo_call(4'000'000));
  EXPECT_TRUE(comes_true([&] { return server.connections() == 1; }));
  EXPECT_TRUE(comes_true([&] { return server.connections() == 0; }));
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpListener, RefusesStreamsOverItsLimit) {
  const HttpServerUnderTest server({}, nullptr, nullptr, {.workers = 0, .streams = 2});
  const std::string listen =
      modern_post(modern_request("subscriptions/listen", {{"notifications", {{"toolsListChanged", true}}}}));
  HttpLegacySession session(server, "2025-11-25");
  HttpClient first(server);
  first.send(listen);
  EXPECT_EQ(first.take_head().status, 200);
  first.take_message();
  HttpClient second(server);
  second.send(session.bare("GET"));
  EXPECT_EQ(second.take_head().status, 200);
  const HttpAnswer refused = ask(server, listen);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.field("retry-after"), "1");
  EXPECT_EQ(ask(server, session.bare("GET")).status, 503);
  EXPECT_EQ(ask(server, modern_call("test_simple_text")).status, 200);
  first.close();
  EXPECT_TRUE(comes_true([&] {
    HttpClient next(server);
    next.send(listen);
    return next.take_head().status == 200;
  }));
}

// A session's messages go to its newest stream; the others are connections as well.
TEST(HttpListener, CountsEveryStreamOfASession) {
  const HttpServerUnderTest server({}, nullptr, nullptr, {.workers = 0, .streams = 2});
  HttpLegacySession session(server, "2025-11-25");
  const auto get = [&](HttpClient& client, const Fields& fields = {}) {
    client.send(session.bare("GET", fields));
    return client.take_head().status;
  };
  HttpClient first(server);
  EXPECT_EQ(get(first), 200);
  HttpClient second(server);
  EXPECT_EQ(get(second), 200);
  HttpClient third(server);
  EXPECT_EQ(get(third), 503) << "the first is still there";
  first.close();
  EXPECT_TRUE(comes_true([&] {
    HttpClient next(server);
    return get(next) == 200;
  }));
}

TEST(HttpListener, CountsStreamsThatAreTakenUpAgain) {
  const HttpServerUnderTest server({}, nullptr, nullptr, {.workers = 0, .streams = 1});
  HttpLegacySession session(server, "2025-11-25");
  HttpClient first(server);
  first.send(session.bare("GET"));
  first.take_head();
  const std::string primer = first.take_event();
  const std::string id = primer.substr(4, primer.find('\n') - 4);
  HttpClient again(server);
  again.send(session.bare("GET", {{"Last-Event-ID", id}}));
  EXPECT_EQ(again.take_head().status, 503) << "the client has it already";
  first.close();
  std::unique_ptr<HttpClient> taken_up;
  EXPECT_TRUE(comes_true([&] {
    if (taken_up != nullptr) return true;
    auto client = std::make_unique<HttpClient>(server);
    client->send(session.bare("GET", {{"Last-Event-ID", id}}));
    if (client->take_head().status == 200) taken_up = std::move(client);
    return taken_up != nullptr;
  }));
  EXPECT_EQ(ask(server, session.bare("GET")).status, 503) << "the one that is taken up counts";
}

}  // namespace
}  // namespace pianola::tests
