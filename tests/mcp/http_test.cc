// Streamable HTTP, against the conformance fixture on real sockets.
#include <gtest/gtest.h>

#include <future>

#include "tests/mcp/http_client.h"

namespace pianola::tests {
namespace {

constexpr const char* kChanged = "test_trigger_resource_change";
constexpr const char* kSubscription = "io.modelcontextprotocol/subscriptionId";

std::string status_and_code(const HttpAnswer& answer) {
  return std::to_string(answer.status) + " " + std::to_string(answer.error_code());
}

std::string text_of_result(const Json& message) { return message["result"]["content"][0]["text"].get<std::string>(); }

TEST(Http, AnswersEveryRevisionAtTheSameTime) {
  const HttpServerUnderTest server;
  std::vector<std::unique_ptr<HttpLegacySession>> sessions;
  for (const char* revision : {"2025-03-26", "2025-06-18", "2025-11-25"}) {
    sessions.push_back(std::make_unique<HttpLegacySession>(server, revision));
  }
  for (const auto& session : sessions) {
    EXPECT_EQ(text_of_result(session->ask(session->call("test_simple_text")).json()),
              "This is a simple text response for testing.");
    const Json modern = ask(server, modern_call("test_simple_text")).json();
    EXPECT_EQ(modern["result"]["resultType"], "complete");
  }
}

TEST(Http, TheFirstRevisionIsNotSpoken) {
  const HttpServerUnderTest server;
  const std::string body =
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05"}})";
  EXPECT_EQ(ask(server, post_text(body)).json()["result"]["protocolVersion"], "2025-11-25");
}

TEST(Http, NotificationsAreAccepted) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25");
  const HttpAnswer answer = session.ask(session.post("notifications/initialized", Json::object(), -1));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "");
}

TEST(Http, BatchesAreAnsweredTogether) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-03-26");
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  EXPECT_EQ(session.ask(session.post_body("[" + ping + "," + ping + "]")).json().size(), 2U);
}

TEST(HttpSession, IsNeededAfterInitialize) {
  const HttpServerUnderTest server;
  EXPECT_EQ(status_and_code(ask(server, post_text(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"))), "400 -32600");
}

TEST(HttpSession, OutlivesTheServer) {
  mcp::ProcessSessions store;
  auto server = std::make_unique<HttpServerUnderTest>(mcp::HttpLimits{}, &store);
  const auto session = std::make_unique<HttpLegacySession>(*server, "2025-11-25");
  server = std::make_unique<HttpServerUnderTest>(mcp::HttpLimits{}, &store);
  EXPECT_EQ(ask(*server, session->post("ping")).status, 200);
}

TEST(HttpSession, StaysEndedOnEveryServer) {
  mcp::ProcessSessions store;
  const HttpServerUnderTest one({}, &store);
  const HttpServerUnderTest other({}, &store);
  HttpLegacySession session(one, "2025-11-25");
  const HttpAnswer ended = session.ask(session.bare("DELETE"));
  EXPECT_EQ(ended.status, 204);
  EXPECT_EQ(ended.field("content-length"), "") << "RFC 9110, 8.6";
  EXPECT_EQ(ask(one, session.post("ping")).status, 404);
  EXPECT_EQ(ask(other, session.post("ping")).status, 404);
}

TEST(HttpSession, OfAnotherKeyIsUnknown) {
  const HttpServerUnderTest server;
  const HttpLegacySession session(server, "2025-11-25", {{"Authorization", "Bearer alice"}});
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  EXPECT_EQ(ask(server, post_text(ping, {{"Mcp-Session-Id", session.id}, {"Authorization", "Bearer bob"}})).status,
            404);
  EXPECT_EQ(ask(server, post_text(ping, {{"Mcp-Session-Id", session.id}, {"Authorization", "Bearer alice"}})).status,
            200);
}

TEST(HttpSession, ChangedByOneCharacterIsUnknown) {
  const HttpServerUnderTest server;
  const HttpLegacySession session(server, "2025-11-25");
  std::string id = session.id;
  id[10] = id[10] == 'a' ? 'b' : 'a';
  EXPECT_EQ(ask(server, post_text(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", {{"Mcp-Session-Id", id}})).status,
            404);
}

TEST(HttpSession, KeepsItsLogLevelOnEveryServer) {
  mcp::ProcessSessions store;
  const HttpServerUnderTest one({}, &store);
  const HttpServerUnderTest other({}, &store);
  HttpLegacySession session(one, "2025-11-25");
  session.ask(session.post("logging/setLevel", {{"level", "error"}}));
  EXPECT_EQ(ask(other, session.call("test_tool_with_logging")).field("content-type"), "application/json");
  session.ask(session.post("logging/setLevel", {{"level", "debug"}}));
  EXPECT_EQ(ask(other, session.call("test_tool_with_logging")).field("content-type"), "text/event-stream");
}

TEST(Http, AKeyThatIsNotKnownIsAskedFor) {
  const HttpServerUnderTest server;
  const HttpAnswer answer = ask(server, post_text("{}", {{"Authorization", "Bearer wrong"}}));
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(answer.field("www-authenticate").starts_with("Bearer"));
}

TEST(HttpStream, CarriesProgressBeforeTheAnswer) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  client.send(modern_call("test_tool_with_progress", {{"_meta", {{"progressToken", 7}}}}));
  const HttpAnswer head = client.take_head();
  EXPECT_EQ(head.field("content-type"), "text/event-stream");
  EXPECT_EQ(head.field("x-accel-buffering"), "no");
  for (const int progress : {0, 50, 100}) EXPECT_EQ(client.take_message()["params"]["progress"], progress);
  EXPECT_EQ(text_of_result(client.take_message()), "Done.");
  EXPECT_EQ(client.take_event(), "");
  client.send(modern_call("test_simple_text"));
  EXPECT_EQ(client.take().status, 200) << "the connection goes on after a stream";
}

TEST(HttpStream, IsPrimedInTheRevisionThatPolls) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25");
  session.client.send(session.call("test_tool_with_progress"));
  session.client.take_head();
  const std::string first = session.client.take_event();
  EXPECT_TRUE(first.starts_with("id: ")) << first;
  EXPECT_TRUE(first.ends_with("data: ")) << first;

  HttpLegacySession older(server, "2025-06-18");
  older.client.send(older.call("test_tool_with_progress"));
  older.client.take_head();
  EXPECT_EQ(older.client.take_message()["params"]["progress"], 0);
}

// Calls, as message 9, what lets go of its stream before it answers; gives the id of the stream's first event.
std::string begin_reconnection(HttpLegacySession& session) {
  session.client.send(session.call("test_reconnection", 9));
  session.client.take_head();
  const std::string first = session.client.take_event();
  return first.substr(4, first.find('\n') - 4);
}

TEST(HttpStream, IsTakenUpAfterTheLastEventSeen) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25");
  const std::string first = begin_reconnection(session);
  EXPECT_TRUE(session.client.take_event().starts_with("retry: "));
  EXPECT_EQ(session.client.take_event(), "") << "the server let go of the connection";

  HttpClient again(server);
  again.send(session.bare("GET", {{"Last-Event-ID", first}}));
  again.take_head();
  EXPECT_EQ(again.take_message()["id"], 9);
  EXPECT_EQ(again.take_event(), "");
}

TEST(HttpStream, OfAnotherSessionIsNotTakenUp) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25");
  const std::string first = begin_reconnection(session);
  const HttpLegacySession thief(server, "2025-11-25");
  HttpClient client(server);
  client.send(thief.bare("GET", {{"Last-Event-ID", first}}));
  client.take_head();
  EXPECT_TRUE(client.take_event().ends_with("data: ")) << "a stream of its own";
  HttpClient other(server);
  other.send(thief.bare("DELETE"));
  EXPECT_EQ(other.take().status, 204);
  EXPECT_EQ(client.take_event(), "") << "nothing of the other session came";
}

TEST(HttpCancellation, ByClosingTheStreamOfAModernRequest) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  client.send(modern_call("test_until_cancelled", {{"_meta", {{"progressToken", 1}}}}));
  client.take_head();
  client.take_message();
  client.close();
  // Four workers: were the first not free again, the fifth such call would wait ten seconds.
  for (int i = 0; i < 8; ++i) {
    HttpClient next(server);
    next.send(modern_call("test_until_cancelled", {{"_meta", {{"progressToken", 1}}}}));
    EXPECT_EQ(next.take_head().status, 200);
    next.take_message();
  }
}

TEST(HttpCancellation, ByANotificationOfALegacySession) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-06-18");
  session.client.send(session.call("test_until_cancelled", 5));
  session.client.take_head();
  session.client.take_message();
  EXPECT_EQ(ask(server, session.post("notifications/cancelled", {{"requestId", 5}}, -1)).status, 202);
  for (Json message = session.client.take_message(); !message.is_null(); message = session.client.take_message()) {
    EXPECT_EQ(message.value("method", ""), "notifications/progress") << "no answer comes";
  }
}

TEST(HttpQuestion, IsAskedOnTheStreamAndAnsweredByAPost) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25", {}, {{"sampling", Json::object()}});
  session.client.send(session.post("tools/call", {{"name", "test_sampling"}, {"arguments", {{"prompt", "Hi"}}}}));
  session.client.take_head();
  const Json question = session.client.take_message();
  EXPECT_EQ(question["method"], "sampling/createMessage");
  const Json answer = {{"jsonrpc", "2.0"},
                       {"id", question["id"]},
                       {"result", {{"role", "assistant"}, {"content", {{"type", "text"}, {"text", "Hello"}}}}}};
  EXPECT_EQ(ask(server, session.post_body(dump_compact(answer))).status, 202);
  EXPECT_EQ(text_of_result(session.client.take_message()), "LLM response: Hello");
}

// The commit that comes before a question is waited for takes as long as the test wants.
struct HeldWork final : mcp::WorkBatch {
  void begin() override {}
  void commit() override {
    if (!holds.exchange(false)) return;
    held.set_value();
    released.get_future().wait();
  }
  std::atomic<bool> holds = false;
  std::promise<void> held;
  std::promise<void> released;
};

TEST(HttpQuestion, AnsweredBeforeAnybodyWaitsIsAnswered) {
  HeldWork work;
  const HttpServerUnderTest server({}, nullptr, &work, {.workers = 2});
  HttpLegacySession session(server, "2025-11-25", {}, {{"sampling", Json::object()}});
  work.holds = true;
  session.client.send(session.post("tools/call", {{"name", "test_sampling"}, {"arguments", {{"prompt", "Hi"}}}}));
  session.client.take_head();
  const Json question = session.client.take_message();
  work.held.get_future().wait();  // else the answer's own commit could be the one that is held
  const Json answer = {{"jsonrpc", "2.0"},
                       {"id", question["id"]},
                       {"result", {{"role", "assistant"}, {"content", {{"type", "text"}, {"text", "Hello"}}}}}};
  EXPECT_EQ(ask(server, session.post_body(dump_compact(answer))).status, 202);
  work.released.set_value();
  EXPECT_EQ(text_of_result(session.client.take_message()), "LLM response: Hello");
}

TEST(HttpListening, AModernClientIsToldOfChangesByOthers) {
  HttpServerUnderTest server;
  HttpClient listener(server);
  Json request = modern_request(
      "subscriptions/listen",
      {{"notifications", {{"resourcesListChanged", true}, {"resourceSubscriptions", {"test://watched-resource"}}}}});
  request["id"] = "listen";
  listener.send(modern_post(request));
  EXPECT_EQ(listener.take_head().status, 200);
  EXPECT_EQ(listener.take_message()["method"], "notifications/subscriptions/acknowledged");
  HttpLegacySession other(server, "2025-11-25");
  other.ask(other.call(kChanged));
  const Json updated = listener.take_message();
  EXPECT_EQ(updated["method"], "notifications/resources/updated");
  EXPECT_EQ(updated["params"]["_meta"][kSubscription], "listen");
  EXPECT_EQ(listener.take_message()["method"], "notifications/resources/list_changed");
  server.stop();
  EXPECT_EQ(listener.take_message()["id"], "listen") << "the subscription's answer is its end in order";
}

TEST(HttpListening, ALegacySessionIsToldOnItsOwnStream) {
  const HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25");
  HttpClient listener(server);
  listener.send(session.bare("GET"));
  listener.take_head();
  listener.take_event();
  session.ask(session.post("resources/subscribe", {{"uri", "test://watched-resource"}}));
  EXPECT_EQ(session.ask(session.call(kChanged)).field("content-type"), "application/json");
  EXPECT_EQ(listener.take_message()["method"], "notifications/resources/updated");
}

TEST(HttpListening, AnotherWorkspaceIsToldNothing) {
  const HttpServerUnderTest server;
  const auto listen = [&](HttpClient& client, const char* key) {
    client.send(
        modern_post(modern_request("subscriptions/listen",
                                   {{"notifications", {{"resourcesListChanged", true}, {"toolsListChanged", true}}}}),
                    {{"Authorization", std::string("Bearer ") + key}}));
    client.take_head();
    client.take_message();
  };
  HttpClient alice(server);
  HttpClient bob(server);
  listen(alice, "alice");
  listen(bob, "bob");
  const auto change = [&](const char* tool, const char* key) {
    ask(server,
        modern_post(modern_request("tools/call", {{"name", tool}}), {{"Authorization", std::string("Bearer ") + key}}));
  };
  change(kChanged, "alice");
  change("test_trigger_tool_change", "bob");
  EXPECT_EQ(alice.take_message()["method"], "notifications/resources/list_changed");
  EXPECT_EQ(bob.take_message()["method"], "notifications/tools/list_changed");
}

struct FailingWork final : mcp::WorkBatch {
  void begin() override {
    ++begun;
    if (begin_fails) throw Fault(FaultKind::storage_busy, "busy", true);
  }
  void commit() override {
    if (commit_fails) throw Fault(FaultKind::storage_full, "full");
  }
  std::atomic<int> begun = 0;
  std::atomic<bool> begin_fails = false;
  std::atomic<bool> commit_fails = false;
};

TEST(HttpWork, WhatCouldNotBeKeptIsAnsweredWithTheFault) {
  FailingWork work;
  const HttpServerUnderTest server({}, nullptr, &work);
  EXPECT_EQ(text_of_result(ask(server, modern_call("test_simple_text")).json()).substr(0, 9), "This is a");
  work.commit_fails = true;
  EXPECT_TRUE(ask(server, modern_call("test_simple_text")).json()["result"]["isError"].get<bool>());
  EXPECT_EQ(ask(server, modern_post(modern_request("tools/list"))).error_code(), 0) << "what only reads stands";
  work.begin_fails = true;
  EXPECT_TRUE(ask(server, modern_call("test_simple_text")).json()["result"]["isError"].get<bool>());
}

// Calls what ends only when it is cancelled, and waits until that has begun: the one worker is busy then.
void occupy_worker(HttpClient& client) {
  client.send(modern_call("test_until_cancelled", {{"_meta", {{"progressToken", 1}}}}));
  client.take_head();
  client.take_message();
}

TEST(HttpWork, WhatWaitsTogetherIsKeptTogether) {
  FailingWork work;
  HttpServerUnderTest server({}, nullptr, &work);
  HttpClient blocker(server);
  occupy_worker(blocker);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server));
    clients.back()->send(modern_call("test_simple_text"));
  }
  // A request that the listener answers itself: the others, sent before it, have been read when it is answered.
  EXPECT_EQ(ask(server, "GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
  blocker.close();
  for (const auto& client : clients) EXPECT_EQ(client->take().status, 200);
  EXPECT_LT(work.begun, 11);
}

// So short a time to end in that what is under way does not come to its end.
mcp::HttpLimits short_stop() {
  mcp::HttpLimits limits;
  limits.stop_time = std::chrono::milliseconds(100);
  return limits;
}

TEST(HttpStop, FinishesWhatWasAccepted) {
  HeldWork work;
  HttpServerUnderTest server({}, nullptr, &work);
  HttpClient idle(server);
  HttpClient running(server);
  work.holds = true;
  running.send(modern_call("test_simple_text"));
  while (work.holds) std::this_thread::yield();
  HttpClient waiting(server);
  waiting.send(modern_call("test_simple_text"));
  EXPECT_EQ(ask(server, "GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404) << "it was read before this";
  server.begin_stop();
  EXPECT_TRUE(idle.is_closed());
  work.released.set_value();
  EXPECT_EQ(running.take().status, 200);
  EXPECT_EQ(waiting.take().status, 200);
}

TEST(HttpStop, WhatWaitsForItsClientGoesOnWithoutAnAnswer) {
  HttpServerUnderTest server;
  HttpLegacySession session(server, "2025-11-25", {}, {{"sampling", Json::object()}});
  session.client.send(session.post("tools/call", {{"name", "test_sampling"}, {"arguments", {{"prompt", "Hi"}}}}));
  session.client.take_head();
  EXPECT_EQ(session.client.take_message()["method"], "sampling/createMessage");
  server.stop();
  EXPECT_NE(text_of_result(session.client.take_message()).find("The client did not answer"), std::string::npos);
}

TEST(HttpStop, SaysOfWhatItHasNotDoneInTimeThatItIsToBeAskedAgain) {
  FailingWork work;
  HttpServerUnderTest server(short_stop(), nullptr, &work);
  HttpClient blocker(server);
  occupy_worker(blocker);
  HttpClient waiting(server);
  waiting.send(modern_call("test_simple_text"));
  EXPECT_EQ(ask(server, "GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404) << "it was read before this";
  server.stop();
  EXPECT_EQ(waiting.take().status, 503) << "202 would say that it is taken";
}

TEST(HttpStop, EndsTheStreamsOfWhatDoesNotComeToItsEndInTime) {
  HttpServerUnderTest server(short_stop());
  HttpClient client(server);
  occupy_worker(client);
  HttpClient idle(server);
  server.stop();
  while (!client.take_message().is_null()) continue;
  EXPECT_TRUE(client.is_closed());
  EXPECT_TRUE(idle.is_closed());
}

}  // namespace
}  // namespace pianola::tests
