#include "mcp/message.h"

#include <gtest/gtest.h>

#include "mcp/content.h"
#include "mcp/revision.h"
#include "mcp/tool.h"

namespace pianola::mcp {

TEST(Message, WithMethodAndIdIsRequest) {
  const Message message = read_message({{"jsonrpc", "2.0"}, {"id", "a"}, {"method", "ping"}});
  EXPECT_EQ(message.kind, MessageKind::request);
  EXPECT_EQ(message.id, "a");
  EXPECT_EQ(message.method, "ping");
  EXPECT_EQ(message.params, Json::object());
}

TEST(Message, WithoutIdIsNotification) {
  EXPECT_EQ(read_message({{"jsonrpc", "2.0"}, {"method", "x"}}).kind, MessageKind::notification);
}

TEST(Message, InvalidOneKeepsItsUsableId) {
  const Message message = read_message({{"jsonrpc", "2.0"}, {"id", 5}, {"method", 7}});
  EXPECT_EQ(message.kind, MessageKind::invalid);
  EXPECT_EQ(message.id, 5);
}

TEST(Message, CommonLineIsReadAsItsValueIs) {
  for (const std::string line :
       {R"({"jsonrpc":"2.0","id":"a","method":"ping"})", R"( {"params":{"a":[1]},"method":"x","jsonrpc":"2.0"} )",
        R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})",
        R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"1.0","id":1,"method":"x"})", R"({"id":1,"method":"x"})",
        R"({"jsonrpc":2,"id":"b","method":"x"})", R"({"jsonrpc":"2.0","id":null,"method":"x"})",
        R"({"jsonrpc":"2.0","id":[],"method":"x"})", R"({"jsonrpc":"2.0","id":1,"method":null})",
        R"({"jsonrpc":"2.0","id":1,"method":"x","params":null})",
        R"({"jsonrpc":"2.0","id":1,"method":"x","more":[{}]})", R"({})"}) {
    const std::optional<Message> read = read_common_message(line);
    ASSERT_TRUE(read) << line;
    const Message of_value = read_message(*parse_json(line));
    EXPECT_EQ(read->kind, of_value.kind) << line;
    EXPECT_EQ(read->id, of_value.id) << line;
    EXPECT_EQ(read->method, of_value.method) << line;
    EXPECT_EQ(read->params, of_value.params) << line;
    EXPECT_EQ(read->why, of_value.why) << line;
  }
}

TEST(Message, UncommonLineIsLeftToTheParser) {
  const std::string deep = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  for (const std::string& line :
       {std::string(R"([{"jsonrpc":"2.0","method":"x"}])"), std::string(R"({"id":1,"id":1})"),
        std::string(R"({"more":1,"more":1})"), std::string(R"({"id":1.5})"), std::string(R"({"id":"\u0061"})"),
        std::string("{} x"), std::string("{\"id\":\"\xff\"}"), std::string(R"({"id":1)"), "{\"params\":" + deep + "}",
        std::string()}) {
    EXPECT_FALSE(read_common_message(line)) << line;
  }
}

TEST(Message, ErrorLeavesOutMissingData) {
  EXPECT_EQ(write_error(3, -32600, "no"), R"({"jsonrpc":"2.0","id":3,"error":{"code":-32600,"message":"no"}})");
}

TEST(Revision, UnknownNameHasNoRow) {
  EXPECT_EQ(find_revision("2020-01-01"), nullptr);
  EXPECT_EQ(find_revision("2026-07-28")->era, Era::modern);
  EXPECT_EQ(newest_legacy_revision().name, "2025-11-25");
}

TEST(Revision, OnlyOneHasBatches) {
  for (const Revision& revision : revisions()) EXPECT_EQ(revision.batches, revision.name == "2025-03-26");
}

TEST(Effects, SayAllFourHints) {
  const Effects effects(Change::destroys, Repeat::new_effect, Reach::outside);
  const OrderedJson expected = {
      {"readOnlyHint", false}, {"destructiveHint", true}, {"idempotentHint", false}, {"openWorldHint", true}};
  EXPECT_EQ(effects.annotations(), expected);
}

std::string written(const ToolResult& result, const char* revision) {
  std::string out;
  append_tool_result(out, result, *find_revision(revision), "");
  return out;
}

TEST(Content, StructuredIsSaidAsTextToo) {
  EXPECT_EQ(written(facts({{"b", 1}, {"a", "x"}}), "2025-06-18"),
            R"({"content":[{"type":"text","text":"{\"b\":1,\"a\":\"x\"}"}],"structuredContent":{"b":1,"a":"x"}})");
  EXPECT_EQ(written(facts({{"b", 1}}), "2024-11-05"), R"({"content":[{"type":"text","text":"{\"b\":1}"}]})");
}

TEST(Content, EscapedTextIsSplicedAsItIs) {
  ToolResult result;
  result.content.emplace_back(EscapedText{std::make_shared<const std::string>(R"("a\nb")")});
  EXPECT_EQ(written(result, "2025-11-25"), R"({"content":[{"type":"text","text":"a\nb"}]})");
}

// A connection writes one answer after another into the same text; requests' ids grow.
TEST(Content, ATextThatIsUsedAgainDoesNotGrowWithALongerId) {
  const EscapedText page{std::make_shared<const std::string>(8192, 'x')};
  std::string text = R"({"id":1,)";
  append_content(text, page, *find_revision("2025-11-25"));
  const std::size_t capacity = text.capacity();
  text = R"({"id":1000000,)";
  append_content(text, page, *find_revision("2025-11-25"));
  EXPECT_EQ(text.capacity(), capacity);
}

TEST(Content, RefusalCarriesCodePlaceAndData) {
  Refusal refusal{"bad", "Mend it.", "/a"};
  refusal.data["left"] = 2;
  const Json result = Json::parse(written(refused(refusal), "2025-11-25"));
  EXPECT_EQ(result["isError"], true);
  const Json expected = {{"code", "bad"}, {"message", "Mend it."}, {"place", "/a"}, {"left", 2}};
  EXPECT_EQ(result["structuredContent"]["error"], expected);
  EXPECT_EQ(Json::parse(result["content"][0]["text"].get<std::string>()), result["structuredContent"]);
}

}  // namespace pianola::mcp
