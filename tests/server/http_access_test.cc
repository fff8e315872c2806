// `pianola serve --http` with real keys, a real store and other processes beside it.
#include "tests/server/oauth.h"

namespace pianola::tests {
namespace {

using Words = std::vector<std::string>;

const Words kServe = {"serve", "--http", "127.0.0.1:0"};

std::string call_text(const std::string& tool, const Json& arguments, const Fields& fields = {}) {
  return modern_post(modern_request("tools/call", {{"name", tool}, {"arguments", arguments}}), fields);
}

std::string listen_text(const Json& filter) {
  return modern_post(modern_request("subscriptions/listen", {{"notifications", filter}}));
}

TEST(ServeHttp, ListeningForOtherMachinesIsRefusedWithoutKeys) {
  const Scratch scratch;
  const RunResult refused = scratch.run("serve --http 0.0.0.0:0");
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("pianola key create --role executor"), std::string::npos) << refused.err;
  const std::string key = new_key(scratch, "--role designer");
  const HttpProgram server(scratch, {"serve", "--http", "0.0.0.0:0"});
  EXPECT_EQ(ask(server, modern_post(modern_request("tools/list"))).status, 401);
  EXPECT_EQ(ask(server, modern_post(modern_request("tools/list"), bearer(key))).status, 200);
}

TEST(ServeHttp, ANameThatOnlyBeginsLikeLoopbackIsElsewhere) {
  const Scratch scratch;
  const RunResult refused = scratch.run("serve --http 127.0.0.1.example.invalid:0");
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("pianola key create"), std::string::npos) << refused.err;
}

// What stands before it, a proxy for example, reaches it on loopback: there, too, strangers need a key.
TEST(ServeHttp, BeingReachedUnderANameIsRefusedWithoutKeys) {
  const Scratch scratch;
  for (const std::string options : {"--allow-host mcp.example.com", "--public-url https://mcp.example.com/mcp"}) {
    const RunResult refused = scratch.run("serve --http 127.0.0.1:0 " + options);
    EXPECT_EQ(refused.code, 1) << options;
    EXPECT_NE(refused.err.find("pianola key create --role executor"), std::string::npos) << refused.err;
  }
  const std::string key = new_key(scratch, "--role designer");
  const HttpProgram server(scratch, {"serve", "--http", "127.0.0.1:0", "--allow-host", "mcp.example.com"});
  scratch.run("key revoke " + key.substr(0, 12));
  EXPECT_EQ(ask(server, modern_post(modern_request("tools/list"))).status, 401) << "without a key in force, too";
}

TEST(ServeHttp, AddressesThatAreNoneAreRefused) {
  const Scratch scratch;
  for (const char* address : {"8080", "localhost", "::1:8080", "localhost:http", "localhost:99999", ":8080"}) {
    const RunResult run = scratch.run(std::string("serve --http ") + address);
    EXPECT_EQ(run.code, 2) << address;
    EXPECT_NE(run.err.find("127.0.0.1:8080"), std::string::npos) << run.err;
  }
}

TEST(ServeHttp, AProxyIsAnAddress) {
  const Scratch scratch;
  const RunResult refused = scratch.run("serve --http 127.0.0.1:0 --proxy proxy.example.com");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("\"proxy.example.com\" is no address"), std::string::npos) << refused.err;
  const HttpProgram server(scratch, {"serve", "--http", "127.0.0.1:0", "--proxy", "10.0.0.7", "--proxy", "FD00::7"});
  EXPECT_EQ(ask(server, modern_post(modern_request("tools/list"))).status, 200);
}

// They would only be noticed when clients are refused, or not at all.
TEST(ServeHttp, OptionsThatCouldNotWorkAreRefusedWithAnExample) {
  const Scratch scratch;
  new_key(scratch, "--role designer");
  for (const auto& [option, example] : std::vector<std::pair<std::string, std::string>>{
           {"--public-url mcp.example.com/mcp", "https://mcp.example.com/mcp"},
           {"--public-url https://mcp.example.com", "https://mcp.example.com/mcp"},
           {"--allow-host https://mcp.example.com", "mcp.example.com"},
           {"--allow-host mcp.example.com:443", "without a port"},
           {"--allow-origin app.example.com", "https://app.example.com"},
           {"--allow-origin https://app.example.com/", "https://app.example.com"}}) {
    const RunResult refused = scratch.run("serve --http 127.0.0.1:0 " + option);
    EXPECT_EQ(refused.code, 2) << option;
    EXPECT_NE(refused.err.find(example), std::string::npos) << refused.err;
  }
  const RunResult refused = scratch.run("serve --access-log");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--http"), std::string::npos) << refused.err;
}

TEST(ServeHttp, PagesOfAnySchemeMayBeLetIn) {
  const Scratch scratch;
  Words words = kServe;
  words.insert(words.end(), {"--allow-origin", "chrome-extension://abcdef"});
  const HttpProgram server(scratch, words);
  const auto from = [&](const std::string& origin) {
    return ask(server, modern_post(modern_request("tools/list"), {{"Origin", origin}})).status;
  };
  EXPECT_EQ(from("chrome-extension://abcdef"), 200);
  EXPECT_EQ(from("chrome-extension://others"), 403);
}

// Whom a key names may do what the key's role may, in the key's workspace, until it ends.
TEST(ServeHttp, AKeySaysRoleAndWorkspace) {
  const Scratch scratch;
  const Fields designer = bearer(new_key(scratch, "--role designer"));
  const Fields executor = bearer(new_key(scratch, "--role executor"));
  const Fields elsewhere = bearer(new_key(scratch, "--role designer --workspace elsewhere"));
  const HttpProgram server(scratch, kServe);
  const auto tools = [&](const Fields& key) {
    return ask(server, modern_post(modern_request("tools/list"), key)).json()["result"]["tools"].size();
  };
  EXPECT_EQ(tools(designer), 10U);
  EXPECT_EQ(tools(executor), 6U);
  const Json design = {{"workflow", Json::parse(triage_json())}};
  EXPECT_TRUE(ask(server, call_text("workflow_save", design, executor)).json().contains("error"));
  EXPECT_FALSE(ask(server, call_text("workflow_save", design, designer)).json()["result"].value("isError", false));
  const auto found = [&](const Fields& key) {
    return ask(server, call_text("workflow_get", {{"name", "triage"}}, key)).json()["result"].value("isError", false);
  };
  EXPECT_FALSE(found(executor));
  EXPECT_TRUE(found(elsewhere));
}

TEST(ServeHttp, WhoHasNoKeyThatIsInForceIsAskedForOne) {
  const Scratch scratch;
  const std::string key = new_key(scratch, "--role designer");
  const HttpProgram server(scratch, kServe);
  const std::string list_tools = modern_post(modern_request("tools/list"), bearer(key));
  EXPECT_EQ(ask(server, list_tools).status, 200);
  std::string other = key;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const std::string& authorization :
       Words{"", "Bearer", "Bearer ", "Bearer " + other, "Bearer " + key.substr(0, 12), "Basic " + key, key,
             "Bearer pia_00000000_" + std::string(64, '0')}) {
    const HttpAnswer answer =
        ask(server, modern_post(modern_request("tools/list"), {{"Authorization", authorization}}));
    EXPECT_EQ(answer.status, 401) << authorization;
    EXPECT_EQ(answer.field("www-authenticate").substr(0, 6), "Bearer") << authorization;
  }
  EXPECT_EQ(scratch.run("key revoke " + key.substr(0, 12)).code, 0);
  EXPECT_EQ(ask(server, list_tools).status, 401) << "a revoked key, at once";
}

// Asks to be told of changes; gives the stream's connection once that has begun.
std::unique_ptr<HttpClient> listening(const HttpProgram& server, const Fields& fields) {
  auto listener = std::make_unique<HttpClient>(server);
  listener->send(modern_post(
      modern_request("subscriptions/listen", {{"notifications", {{"resourcesListChanged", true}}}}), fields));
  EXPECT_EQ(listener->take_head().status, 200);
  EXPECT_EQ(listener->take_message()["method"], "notifications/subscriptions/acknowledged");
  return listener;
}

TEST(ServeHttp, StreamsTakeNoThreads) {
  const Scratch scratch;
  const HttpProgram server(scratch, kServe);
  std::vector<std::unique_ptr<HttpClient>> listeners;
  listeners.push_back(listening(server, {}));
  const int threads = server.threads();
  EXPECT_GT(threads, 0);
  for (int i = 0; i < 200; ++i) listeners.push_back(listening(server, {}));
  EXPECT_EQ(server.threads(), threads);
}

TEST(ServeHttp, ASessionGoesOnAtAnotherServerOfTheStoreAndAfterARestart) {
  const Scratch scratch;
  const std::string key = new_key(scratch, "--role designer");
  const std::string others = new_key(scratch, "--role designer");
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  auto server = std::make_unique<HttpProgram>(scratch, kServe);
  const HttpProgram other(scratch, kServe);
  const std::string greeting =
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},)"
      R"("clientInfo":{"name":"test","version":"1"}}})";
  const std::string session = ask(*server, post_text(greeting, bearer(key))).field("mcp-session-id");
  const auto in_session = [&](const std::string& bearers_key) {
    Fields fields = bearer(bearers_key);
    fields.emplace_back("Mcp-Session-Id", session);
    return fields;
  };
  EXPECT_EQ(ask(other, post_text(ping, in_session(key))).status, 200);
  EXPECT_EQ(ask(other, post_text(ping, in_session(others))).status, 404) << "it is another key's";
  server = std::make_unique<HttpProgram>(scratch, kServe);
  EXPECT_EQ(ask(*server, post_text(ping, in_session(key))).status, 200) << "after a restart";
  const std::string end = "DELETE /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key +
                          "\r\nMcp-Session-Id: " + session + "\r\n\r\n";
  EXPECT_EQ(ask(other, end).status, 204);
  EXPECT_EQ(ask(*server, post_text(ping, in_session(key))).status, 404) << "it was ended at the other server";
}

TEST(ServeHttp, StreamsEndWhenAnotherProcessRevokesTheirKey) {
  const Scratch scratch;
  const std::string key = new_key(scratch, "--role designer");
  HttpProgram server(scratch, kServe);
  const auto listener = listening(server, bearer(key));
  const auto other = listening(server, bearer(new_key(scratch, "--role designer")));
  EXPECT_EQ(scratch.run("key revoke " + key.substr(0, 12)).code, 0);
  EXPECT_TRUE(listener->take_message().contains("result"));
  EXPECT_EQ(listener->take_event(), "");
  server.stop();
  EXPECT_TRUE(other->take_message().contains("result")) << "until the end";
}

TEST(ServeHttp, StreamsOfThoseWithoutAKeyEndWithTheFirstKey) {
  const Scratch scratch;
  const HttpProgram server(scratch, kServe);
  const auto listener = listening(server, {});
  new_key(scratch, "--role designer");
  EXPECT_TRUE(listener->take_message().contains("result"));
  EXPECT_EQ(listener->take_event(), "");
}

TEST(ServeHttp, WhoListensIsToldWhatAnotherProcessPublishes) {
  const Scratch scratch;
  scratch.write("triage.json", triage_json());
  EXPECT_EQ(scratch.run("workflow import triage.json").code, 0);
  const HttpProgram server(scratch, kServe);
  HttpClient listener(server);
  listener.send(listen_text({{"resourcesListChanged", true}, {"resourceSubscriptions", {"workflow://triage"}}}));
  EXPECT_EQ(listener.take_head().status, 200);
  EXPECT_EQ(listener.take_message()["method"], "notifications/subscriptions/acknowledged");
  scratch.write("triage.json", triage_json("Read {{input.mail}} twice."));
  EXPECT_EQ(scratch.run("workflow import triage.json --base 1.0.0").code, 0);
  const Json first = listener.take_message();
  EXPECT_EQ(first["method"], "notifications/resources/updated") << first;
  EXPECT_EQ(first["params"].value("uri", ""), "workflow://triage");
  EXPECT_EQ(listener.take_message()["method"], "notifications/resources/list_changed");
}

TEST(ServeHttp, WhoListensIsToldOnceWhatTheServerItselfChanged) {
  const Scratch scratch;
  const HttpProgram server(scratch, kServe);
  ask(server, call_text("workflow_save", {{"workflow", Json::parse(triage_json())}}));
  HttpClient listener(server);
  listener.send(listen_text({{"resourceSubscriptions", {"workflow://triage"}}}));
  listener.take_head();
  listener.take_message();
  std::string version = "1.0.0";
  for (const char* instruction : {"Read {{input.mail}} twice.", "Read {{input.mail}} aloud."}) {
    const Json design = {{"workflow", Json::parse(triage_json(instruction))}, {"base_version", version}};
    const Json saved = ask(server, call_text("workflow_save", design)).json()["result"]["structuredContent"];
    version = saved.value("version", "");
    EXPECT_NE(version, "") << saved;
    EXPECT_EQ(listener.take_message()["params"].value("uri", ""), "workflow://triage");
  }
}

TEST(ServeHttp, MetricsAndProbesSayHowItIs) {
  const Scratch scratch;
  const std::string admin = new_key(scratch, "--role admin");
  const std::string executor = new_key(scratch, "--role executor");
  const HttpProgram server(scratch, kServe);
  ask(server, call_text("workflow_find", Json::object(), bearer(executor)));
  const auto get = [&](const std::string& path, const std::string& key = {}) {
    return ask(server, get_text(path, key));
  };
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/metrics").status, 401);
  EXPECT_EQ(get("/metrics", executor).status, 403);
  const HttpAnswer metrics = get("/metrics", admin);
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.field("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const std::string line :
       {"pianola_requests_total{method=\"tools/call\",tool=\"workflow_find\",outcome=\"ok\"} 1\n",
        "pianola_executions_total{ended=\"succeeded\"} 0\n", "# TYPE pianola_request_seconds histogram\n"}) {
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
  }
}

TEST(ServeHttp, AServerThatIsToldToEndAnswersItsListeners) {
  const Scratch scratch;
  HttpProgram server(scratch, kServe);
  HttpClient listener(server);
  listener.send(listen_text({{"resourcesListChanged", true}}));
  listener.take_head();
  listener.take_message();
  EXPECT_EQ(server.stop(), 0);
  EXPECT_EQ(listener.take_message()["result"]["resultType"], "complete");
  EXPECT_TRUE(listener.is_closed());
}

}  // namespace
}  // namespace pianola::tests
