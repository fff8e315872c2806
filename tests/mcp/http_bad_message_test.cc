// What is wrong in a message of MCP over HTTP, and in the fields that belong to it: each row with the answer it gets.
// What is wrong as HTTP stands in http_bad_input_test.cc.
#include "tests/mcp/http_bad_input.h"

namespace pianola::tests {
namespace {

// A body where a modern request is expected.
std::string modern_body(const std::string& body) {
  return post_text(body, {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}});
}

std::string nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

void add_json(BadInputs& rows) {
  const std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":)";
  for (const std::string& body : {std::string(" "),
                                  std::string("{"),
                                  std::string("}"),
                                  std::string("["),
                                  std::string("{]"),
                                  std::string("{\"a\"}"),
                                  std::string("{\"a\":}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("[1,]"),
                                  std::string("{'a':1}"),
                                  std::string("{a:1}"),
                                  std::string("NaN"),
                                  std::string("{\"a\":NaN}"),
                                  std::string("{\"a\":Infinity}"),
                                  std::string("{\"a\":01}"),
                                  std::string("{\"a\":1.}"),
                                  std::string("{\"a\":.5}"),
                                  std::string("{\"a\":+1}"),
                                  std::string("{\"a\":0x1}"),
                                  std::string("{\"a\":\"\n\"}"),
                                  std::string("{\"a\":\"\\x\"}"),
                                  std::string("{\"a\":\"\\u12\"}"),
                                  std::string("{\"a\":\""),
                                  std::string("{} {}"),
                                  std::string("{}x"),
                                  std::string("// comment\n{}"),
                                  std::string("{/**/}"),
                                  std::string("tru"),
                                  std::string("\"\xff\xfe\""),
                                  std::string("\"\xc3\x28\""),
                                  std::string("\"\xed\xa0\x80\""),
                                  std::string("\"\xf5\x80\x80\x80\""),
                                  std::string("\"\xc0\xaf\""),
                                  std::string("{\0\"\0a\0\"\0}\0", 10),
                                  std::string("\xff\xfe{\0}\0", 6),
                                  std::string("{\"a\":\"\\ud800\"}"),
                                  std::string("{\"a\":1e999}"),
                                  nested(65),
                                  nested(10'000),
                                  nested(200'000),
                                  std::string(100'000, '['),
                                  deep + nested(64) + "}"}) {
    rows.push_back({"JSON " + body.substr(0, 30), modern_body(body), "400 -32700"});
  }
  rows.push_back({"no body at all", modern_body(""), "400 -32700"});
  rows.push_back({"a member twice", modern_body(R"({"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"tools/list"})"),
                  "400 -32600", "stands twice in one object"});
  for (const char* body : {"1", "\"tools/list\"", "null", "true", "[]", "[1]", "[{}]", "{}"}) {
    rows.push_back({std::string("no message: ") + body, modern_body(body), "400 -32600"});
  }
}

void add_messages(BadInputs& rows) {
  const Json good = modern_request("tools/list");
  const auto changed = [&](const char* member, const Json& value) {
    Json message = good;
    message[member] = value;
    return post_text(dump_compact(message), {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}});
  };
  for (const Json& version : {Json("1.0"), Json("2"), Json(2.0), Json(nullptr), Json("")}) {
    rows.push_back({"jsonrpc " + dump_compact(version), changed("jsonrpc", version), "400 -32600",
                    R"(\"jsonrpc\" must be \"2.0\")"});
  }
  for (const Json& id : {Json(nullptr), Json(true), Json(1.5), Json::array(), Json::object()}) {
    rows.push_back(
        {"id " + dump_compact(id), changed("id", id), "400 -32600", R"(\"id\" must be a string or an integer)"});
  }
  for (const Json& method : {Json(nullptr), Json(1), Json::array(), Json::object(), Json(true)}) {
    rows.push_back(
        {"method " + dump_compact(method), changed("method", method), "400 -32600", R"(\"method\" must be a string)"});
  }
  for (const Json& params : {Json(nullptr), Json(1), Json::array(), Json("x"), Json(true)}) {
    rows.push_back(
        {"params " + dump_compact(params), changed("params", params), "400 -32600", R"(\"params\" must be an object)"});
  }
  rows.push_back({"a response", modern_body(R"({"jsonrpc":"2.0","id":1,"result":{}})"), "400 -32600",
                  "Responses are not expected"});
  rows.push_back({"result and error", modern_body(R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})"), "400 -32600"});
  for (const char* method : {"initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
                             "tools/none", "TOOLS/LIST", "rpc.discover", "tools/list/"}) {
    rows.push_back({std::string("method ") + method, modern_post(modern_request(method)), "404 -32601",
                    std::string("Method not found: ") + method});
  }
  rows.push_back({"an unknown tool", modern_call("no_such_tool"), "200 -32602"});
  rows.push_back({"an unknown prompt", modern_post(modern_request("prompts/get", {{"name", "none"}})), "200 -32602"});
  rows.push_back(
      {"an unknown resource", modern_post(modern_request("resources/read", {{"uri", "test://none"}})), "200 -32602"});
  rows.push_back({"arguments of another type", modern_call("test_simple_text", {{"arguments", 5}}), "200 -32602"});
  rows.push_back({"an unknown cursor", modern_post(modern_request("tools/list", {{"cursor", "x"}})), "200 -32602"});
  rows.push_back({"a needed capability", modern_call("test_missing_capability"), "400 -32021"});
  rows.push_back({"a forged state",
                  modern_call("test_input_required_result_request_state", {{"requestState", "00.00"}}), "200 -32602"});
}

void add_modern_meta(BadInputs& rows) {
  const auto with_meta = [](const char* member, const Json& value, const std::string& version) {
    Json request = modern_request("tools/list");
    request["params"]["_meta"][member] = value;
    return post_text(dump_compact(request), {{"MCP-Protocol-Version", version}, {"Mcp-Method", "tools/list"}});
  };
  constexpr const char* kRevision = "io.modelcontextprotocol/protocolVersion";
  constexpr const char* kCapabilities = "io.modelcontextprotocol/clientCapabilities";
  for (const char* version : {"2099-01-01", "2025-11-25", "2024-11-05", "x"}) {
    rows.push_back(
        {std::string("version ") + version, with_meta(kRevision, version, version), "400 -32022", R"("requested":")"});
  }
  for (const Json& version : {Json(1), Json(nullptr), Json::array(), Json(true)}) {
    rows.push_back({"version " + dump_compact(version), with_meta(kRevision, version, "2026-07-28"), "400 -32602",
                    R"(protocolVersion\"] must be a string)"});
  }
  for (const Json& capabilities : {Json(1), Json(nullptr), Json::array(), Json("all")}) {
    rows.push_back({"capabilities " + dump_compact(capabilities), with_meta(kCapabilities, capabilities, "2026-07-28"),
                    "400 -32602"});
  }
  for (const Json& level : {Json("loud"), Json(1), Json(nullptr)}) {
    rows.push_back({"log level " + dump_compact(level),
                    with_meta("io.modelcontextprotocol/logLevel", level, "2026-07-28"), "400 -32602"});
  }
  rows.push_back({"no _meta", modern_body(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), "400 -32602"});
  rows.push_back({"_meta of another type",
                  modern_body(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":5}})"), "400 -32602"});
}

void add_mirrored(BadInputs& rows) {
  const Json call =
      modern_request("tools/call", {{"name", "test_custom_header"}, {"arguments", {{"region", "eu"}, {"count", 42}}}});
  const auto fields = [&](Fields changed, const char* left_out = "") {
    Fields all = {{"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", "test_custom_header"},
                  {"Mcp-Param-Region", "eu"},
                  {"Mcp-Param-Count", "42"}};
    std::erase_if(all, [&](const auto& each) { return each.first == left_out; });
    for (auto& [name, value] : changed) {
      std::erase_if(all, [&name = name](const auto& each) { return each.first == name; });
      all.emplace_back(name, value);
    }
    return post_text(dump_compact(call), all);
  };
  for (const char* name : {"MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Param-Region", "Mcp-Param-Count"}) {
    rows.push_back({std::string("without ") + name, fields({}, name), "400 -32020", "is missing"});
    rows.push_back(
        {std::string("another ") + name, fields({{name, "other"}}), "400 -32020", "does not say what the body says"});
  }
  for (const auto& [name, value] : Fields{{"Mcp-Method", "Tools/Call"},
                                          {"Mcp-Method", "=?base64?dG9vbHMvY2FsbA==?="},
                                          {"Mcp-Name", "TEST_CUSTOM_HEADER"},
                                          {"Mcp-Name", "=?base64?x?="},
                                          {"Mcp-Name", "=?base64?!!!!?="},
                                          {"Mcp-Name", "=?BASE64?dGVzdF9jdXN0b21faGVhZGVy?="},
                                          {"Mcp-Name", "test_custom_header, test_custom_header"},
                                          {"Mcp-Name", "t\xc3\xa9st"},
                                          {"Mcp-Param-Region", "EU"},
                                          {"Mcp-Param-Region", "=?base64?ZXU?="},
                                          {"Mcp-Param-Region", "=?base64?RVU=?="},
                                          {"Mcp-Param-Region", "\xff"},
                                          {"Mcp-Param-Count", "43"},
                                          {"Mcp-Param-Count", "42x"},
                                          {"Mcp-Param-Count", "0x2a"},
                                          {"Mcp-Param-Count", "forty-two"},
                                          {"MCP-Protocol-Version", "2025-11-25"}}) {
    rows.push_back({name + ": " + value, fields({{name, value}}), "400 -32020", "Header mismatch: "});
  }
  rows.push_back(
      {"a field for no argument",
       modern_post(modern_request("tools/call", {{"name", "test_custom_header"}}), {{"Mcp-Param-Region", "eu"}}),
       "400 -32020"});
  rows.push_back({"the same number", fields({{"Mcp-Param-Count", "42.0"}}), "200 0"});
  rows.push_back({"a wrapped value", fields({{"Mcp-Param-Region", "=?base64?ZXU=?="}}), "200 0"});
}

// Notifications have the same fields, though they need no version in their body.
void add_notifications(BadInputs& rows) {
  const auto cancelled = [](const Fields& fields, const Json& meta = nullptr) {
    Json message = {{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", 9}}}};
    if (!meta.is_null()) message["params"]["_meta"] = {{"io.modelcontextprotocol/protocolVersion", meta}};
    return post_text(dump_compact(message), fields);
  };
  const Fields good = {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "notifications/cancelled"}};
  rows.push_back({"a notification", cancelled(good), "202 0"});
  rows.push_back({"a notification with its version", cancelled(good, "2026-07-28"), "202 0"});
  rows.push_back({"a notification without its method", cancelled({good.front()}), "400 -32020", "is missing"});
  rows.push_back({"a notification of another method",
                  cancelled({good.front(), {"Mcp-Method", "notifications/progress"}}), "400 -32020",
                  "does not say what the body says"});
  rows.push_back({"a notification of another version", cancelled(good, "2025-11-25"), "400 -32020",
                  "does not say what the body says"});
  rows.push_back(
      {"a notification without its version", cancelled({good.back()}, "2026-07-28"), "400 -32020", "is missing"});
}

void add_sessions(BadInputs& rows, const HttpServerUnderTest& server) {
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  rows.push_back({"no session", post_text(ping), "400 -32600", "Mcp-Session-Id is missing"});
  const HttpLegacySession session(server, "2025-06-18");
  const HttpLegacySession alices(server, "2025-06-18", {{"Authorization", "Bearer alice"}});
  HttpLegacySession ended(server, "2025-11-25");
  ended.ask(ended.bare("DELETE"));
  std::string resealed = session.id;
  resealed.back() = resealed.back() == '0' ? '1' : '0';
  for (const std::string& id : {std::string("x"), std::string("."), std::string("00.00"), session.id.substr(1),
                                session.id + "0", session.id.substr(0, session.id.find('.')), resealed, ended.id,
                                alices.id, std::string("' OR 1=1 --"), std::string(8'000, 'a')}) {
    rows.push_back({"session " + id.substr(0, 20), post_text(ping, {{"Mcp-Session-Id", id}}), "404 -32600",
                    "initialize a new one"});
    rows.push_back(
        {"stream of session " + id.substr(0, 20),
         "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: " + id + "\r\n\r\n",
         "404 -32600"});
  }
  rows.push_back({"the end of no session", "DELETE /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 -32600"});
  rows.push_back({"a stream of no session", "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n",
                  "400 -32600"});
  rows.push_back({"a session used by another key",
                  post_text(ping, {{"Mcp-Session-Id", session.id}, {"Authorization", "Bearer bob"}}), "404 -32600"});
  for (const char* version : {"2024-11-05", "1", "2025-11-26", "latest"}) {
    rows.push_back({std::string("version field ") + version,
                    post_text(ping, {{"Mcp-Session-Id", session.id}, {"MCP-Protocol-Version", version}}),
                    "400 -32022"});
  }
  rows.push_back({"a batch where there are none", session.post_body("[" + ping + "]"), "400 -32600"});
  rows.push_back({"an unknown method", session.post("tools/none"), "200 -32601"});
  rows.push_back({"initialize in a session", session.post("initialize", {{"protocolVersion", 5}}), "200 -32602"});
  rows.push_back({"broken JSON in a session", session.post_body("{"), "400 -32700"});
  rows.push_back(
      {"an answer to nothing", session.post_body(R"({"jsonrpc":"2.0","id":"server-1","result":{}})"), "202 0"});
  rows.push_back(
      {"a cancellation of nothing", session.post("notifications/cancelled", {{"requestId", 99}}, -1), "202 0"});
}

TEST(HttpBadMessage, IsAnsweredAsWrittenAndHarmsNobodyElse) {
  const HttpServerUnderTest server;
  BadInputs rows;
  for (void (*add)(BadInputs&) : {add_json, add_messages, add_modern_meta, add_mirrored, add_notifications}) add(rows);
  add_sessions(rows, server);
  EXPECT_GE(rows.size(), 150U);
  expect_answers(server, rows);
  expect_usual_memory(server, rows);
}

TEST(HttpBadMessage, TakesNoMemoryThatIsNotGivenBack) {
  const HttpServerUnderTest server;
  const auto send_bodies = [&](int count) {
    for (int i = 0; i < count; ++i) {
      HttpClient client(server);
      client.send(modern_body(std::string(4'000'000, '[')));
      EXPECT_EQ(client.take().status, 400);
    }
  };
  send_bodies(3);
  const std::size_t before = resident();
  send_bodies(20);
  EXPECT_LT(resident(), before + 40'000'000);
}

}  // namespace
}  // namespace pianola::tests
