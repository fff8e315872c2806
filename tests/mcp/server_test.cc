#include "mcp/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/mcp/lines.h"

namespace pianola::tests {
namespace {

constexpr const char* kModern =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

std::string request(int id, const std::string& method, const std::string& params) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + method + R"(","params":{)" + params +
         "}}";
}

mcp::Tool throwing_tool(mcp::Rights needs) {
  return {.name = "breaks",
          .title = "Breaks",
          .description = "Breaks.",
          .input_schema = {{"type", "object"}},
          .effects = {mcp::Change::adds, mcp::Repeat::new_effect, mcp::Reach::own_data},
          .needs = needs,
          .meta = OrderedJson::object(),
          .handler = [](const Json&, mcp::Request&) -> mcp::ToolResult {
            throw Fault(FaultKind::storage_busy, "busy", true);
          }};
}

mcp::Tool watching_tool() {
  mcp::Tool tool = throwing_tool(0);
  tool.name = "touches";
  tool.handler = [](const Json&, mcp::Request& call) {
    call.resource_updated("test://watched-resource");
    call.resources_changed();
    return mcp::text_result("ok");
  };
  return tool;
}

mcp::Features features_with(mcp::Tool tool) {
  mcp::Features features = fixture_features();
  features.tools = {std::move(tool)};
  return features;
}

}  // namespace

TEST(Server, UnknownRevisionIsAnsweredWithTheNewestLegacyOne) {
  Lines lines;
  const Json answer = lines.ask(request(1, "initialize", R"("protocolVersion":"2030-01-01")"));
  EXPECT_EQ(answer["result"]["protocolVersion"], "2025-11-25");
}

TEST(Server, RequestOfNeitherEraIsInvalid) {
  Lines lines;
  EXPECT_EQ(lines.ask(request(1, "tools/list", ""))["error"]["code"], -32602);
  EXPECT_EQ(lines.ask(request(2, "ping", ""))["result"], Json::object());
  EXPECT_EQ(lines.ask(request(3, "server/discover", ""))["error"]["code"], -32602);
}

TEST(Server, BothErasAreServedOnOneConnection) {
  Lines lines;
  lines.initialize("2025-06-18");
  EXPECT_FALSE(lines.ask(request(1, "tools/list", ""))["result"].contains("resultType"));
  EXPECT_EQ(lines.ask(request(2, "tools/list", kModern))["result"]["resultType"], "complete");
}

TEST(Server, FaultOfAToolIsAResultThatSaysWhetherToRetry) {
  Lines lines(features_with(throwing_tool(0)));
  const Json answer = lines.ask(request(1, "tools/call", std::string(R"("name":"breaks",)") + kModern));
  EXPECT_EQ(answer["result"]["isError"], true);
  EXPECT_EQ(answer["result"]["structuredContent"]["error"]["retryable"], true);
}

TEST(Server, AToolIsHiddenFromWhoLacksARightThatItNeeds) {
  Lines lines(features_with(throwing_tool(6)));
  EXPECT_EQ(lines.ask(request(1, "tools/list", kModern))["result"]["tools"].size(), 1U);
  lines.session.caller.rights = 5;
  EXPECT_TRUE(lines.ask(request(1, "tools/list", kModern))["result"]["tools"].empty());
  const Json answer = lines.ask(request(2, "tools/call", std::string(R"("name":"breaks",)") + kModern));
  EXPECT_EQ(answer["error"]["code"], -32602);
}

TEST(Server, UnknownToolIsAnsweredWithTheNearestNames) {
  Lines lines;
  const Json answer = lines.ask(request(1, "tools/call", std::string(R"("name":"test_simple_txt",)") + kModern));
  EXPECT_EQ(answer["error"]["code"], -32602);
  EXPECT_NE(answer["error"]["message"].get<std::string>().find("test_simple_text"), std::string::npos);
}

TEST(Server, ProgressGoesOutBeforeTheAnswerAndOnlyWhereAsked) {
  Lines lines;
  lines.initialize("2025-11-25");
  EXPECT_EQ(lines.handle(request(1, "tools/call", R"("name":"test_tool_with_progress")")).size(), 1U);
  const auto said =
      lines.handle(request(2, "tools/call", R"("name":"test_tool_with_progress","_meta":{"progressToken":7})"));
  ASSERT_EQ(said.size(), 4U);
  EXPECT_EQ(Json::parse(said[0])["params"]["progressToken"], 7);
  EXPECT_EQ(Json::parse(said[3])["id"], 2);
}

TEST(Server, PromptTakesAnyTextAndIgnoresUnknownArguments) {
  Lines lines;
  lines.initialize("2025-11-25");
  const Json answer = lines.ask(request(
      1, "prompts/get", R"("name":"test_prompt_with_arguments","arguments":{"arg1":"\"x\n","arg2":"$1","other":"y"})"));
  EXPECT_EQ(answer["result"]["messages"][0]["content"]["text"], "Prompt with arguments: arg1='\"x\n', arg2='$1'");
  EXPECT_EQ(lines.ask(request(2, "prompts/get", R"("name":"test_prompt_with_arguments")"))["error"]["code"], -32602);
}

TEST(Server, CompletionGivesValues) {
  Lines lines;
  lines.initialize("2025-11-25");
  const Json answer =
      lines.ask(request(1, "completion/complete",
                        R"("ref":{"type":"ref/resource","uri":"test://x"},"argument":{"name":"id","value":"v"})"));
  EXPECT_EQ(answer["result"]["completion"]["values"], Json({"v1", "v2"}));
  EXPECT_EQ(lines.ask(request(2, "completion/complete", ""))["error"]["code"], -32602);
}

TEST(Server, CompletionOfWhatIsNotThereIsRefused) {
  Lines lines;
  lines.initialize("2025-11-25");
  for (const char* ref : {R"({"type":"ref/tool","name":"x"})", R"({"type":"ref/prompt","name":"no_such_prompt"})",
                          R"({"type":"ref/resource","uri":"nowhere://{id}"})"}) {
    const std::string params = std::string(R"("ref":)") + ref + R"(,"argument":{"name":"id","value":""})";
    EXPECT_EQ(lines.ask(request(1, "completion/complete", params))["error"]["code"], -32602) << ref;
  }
}

TEST(Subscriptions, LegacyWatcherIsToldAfterTheAnswer) {
  Lines lines(features_with(watching_tool()));
  lines.initialize("2025-11-25");
  lines.ask(request(1, "resources/subscribe", R"("uri":"test://watched-resource")"));
  const auto said = lines.handle(request(2, "tools/call", R"("name":"touches")"));
  ASSERT_EQ(said.size(), 3U);
  EXPECT_EQ(Json::parse(said[0])["id"], 2);
  EXPECT_EQ(Json::parse(said[1])["method"], "notifications/resources/updated");
  EXPECT_EQ(Json::parse(said[2])["method"], "notifications/resources/list_changed");
  lines.ask(request(3, "resources/unsubscribe", R"("uri":"test://watched-resource")"));
  EXPECT_EQ(lines.handle(request(4, "tools/call", R"("name":"touches")")).size(), 2U);
}

TEST(Subscriptions, ListenerIsAcknowledgedToldAndEndedByCancelling) {
  Lines lines(features_with(watching_tool()));
  const std::string call = request(2, "tools/call", std::string(R"("name":"touches",)") + kModern);
  const Json first = lines.ask(
      request(1, "subscriptions/listen",
              std::string(R"("notifications":{"resourceSubscriptions":["test://watched-resource"]},)") + kModern));
  EXPECT_EQ(first["method"], "notifications/subscriptions/acknowledged");
  const auto said = lines.handle(call);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(Json::parse(said[1])["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1);
  EXPECT_TRUE(lines.handle(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})").empty());
  EXPECT_EQ(lines.handle(call).size(), 1U);
}

TEST(Server, BatchKeepsEveryAnswerWhereItsWorkIsLost) {
  Lines lines;
  lines.initialize("2025-03-26");
  lines.handle("[" + request(1, "ping", "") + "," + request(2, "tools/call", R"("name":"test_simple_text")") + "," +
               request(3, "tools/call", R"("name":"test_simple_text")") + "]");
  ASSERT_EQ(lines.outgoing().size(), 1U);
  const Fault fault(FaultKind::storage_full, "full");
  const Json answers = Json::parse(lines.server.fault_answer(lines.outgoing()[0], fault));
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0]["result"], Json::object());
  EXPECT_EQ(answers[1]["result"]["isError"], true);
  EXPECT_EQ(answers[2]["id"], 3);
}

TEST(Server, HostileParametersAreAnsweredNotFatal) {
  Lines lines;
  lines.initialize("2025-11-25");
  for (const char* params : {R"("name":7)", R"("name":"test_simple_text","arguments":[])", R"("cursor":{})"}) {
    for (const char* method : {"tools/call", "prompts/get", "tools/list", "resources/list", "resources/read",
                               "completion/complete", "resources/subscribe", "initialize", "x"}) {
      EXPECT_EQ(lines.handle(request(1, method, params)).size(), 1U) << method << params;
    }
  }
  for (const char* filter : {"7", "{\"resourcesListChanged\":7}", "{\"resourceSubscriptions\":[7,null]}"}) {
    EXPECT_EQ(
        lines.handle(request(1, "subscriptions/listen", std::string(R"("notifications":)") + filter + "," + kModern))
            .size(),
        1U);
  }
}

TEST(Server, WatchingAResourceThatIsNotThereIsRefusedAsReadingIt) {
  for (const auto& [revision, error_code] : {std::pair("2024-11-05", -32002), std::pair("2025-11-25", -32002)}) {
    Lines lines;
    lines.initialize(revision);
    const Json answer = lines.ask(request(1, "resources/subscribe", R"("uri":"test://gone")"));
    EXPECT_EQ(answer["error"]["code"], error_code);
    EXPECT_EQ(answer["error"]["data"]["uri"], "test://gone");
    EXPECT_EQ(lines.ask(request(2, "resources/subscribe", R"("uri":"test://static-text")"))["result"], Json::object());
    EXPECT_EQ(lines.session.subscribed.size(), 1U);
  }
}

TEST(Server, ListeningHonoursTheResourcesThatAreThere) {
  Lines lines;
  const Json told = lines.ask(request(
      1, "subscriptions/listen",
      std::string(R"("notifications":{"resourceSubscriptions":["test://gone","test://static-text"]},)") + kModern));
  EXPECT_EQ(told["params"]["notifications"]["resourceSubscriptions"], Json({"test://static-text"}));
  Json many = Json::array();
  for (int i = 0; i < 1001; ++i) many.push_back("test://" + std::to_string(i));
  const auto listen = [&](int id, const Json& uris) {
    return lines.ask(request(id, "subscriptions/listen",
                             "\"notifications\":" + Json{{"resourceSubscriptions", uris}}.dump() + "," + kModern));
  };
  EXPECT_THAT(listen(8, many)["error"]["message"].get<std::string>(), testing::HasSubstr("At most 1000"));
  const Json twice = listen(9, {"test://static-text", "test://static-text"});
  EXPECT_EQ(twice["params"]["notifications"]["resourceSubscriptions"], Json({"test://static-text"}));
}

}  // namespace pianola::tests
