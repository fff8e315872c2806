#include "mcp/request_log.h"

#include <gtest/gtest.h>

#include "tests/mcp/lines.h"

namespace pianola::tests {
namespace {

constexpr Timestamp kLogStart = Timestamp::from_micros(1'795'564'800'000'000);

mcp::Tool tool_named(const char* name, bool refuses) {
  return {.name = name,
          .title = "A tool",
          .description = "Does it.",
          .input_schema = {{"type", "object"}},
          .effects = {mcp::Change::adds, mcp::Repeat::new_effect, mcp::Reach::own_data},
          .needs = 0,
          .meta = OrderedJson::object(),
          .handler = [refuses](const Json&, mcp::Request&) {
            return refuses ? mcp::refused({"no_luck", "No.", ""}) : mcp::text_result("ok");
          }};
}

// The lines that a server writes of the requests it is sent.
class RequestLog : public testing::Test {
 protected:
  Json logged(const std::string& line) {
    mcp::Features features = fixture_features();
    features.tools = {tool_named("works", false), tool_named("refuses", true)};
    std::vector<std::string> written;
    features.request_log = {[&](const OrderedJson& each) { written.push_back(dump_compact(each)); },
                            &clock_,
                            {},
                            [](mcp::Rights rights) { return rights == mcp::kEveryRight ? "owner" : ""; }};
    Lines lines(std::move(features));
    lines.session.revision = &mcp::newest_legacy_revision();
    lines.handle(line);
    EXPECT_EQ(written.size(), 1U);
    return written.size() == 1 ? Json::parse(written.front()) : Json();
  }
  static std::string call(const std::string& params) {
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + params + "}";
  }

 private:
  ManualClock clock_{kLogStart};
};

TEST_F(RequestLog, TellsTheToolByWhichRevisionAndRoleItsOutcomeAndTheClientsTrace) {
  const Json line = logged(call(
      R"({"name":"works","_meta":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","tracestate":"a=1","baggage":"b=2"}})"));
  EXPECT_EQ(line["method"], "tools/call");
  EXPECT_EQ(line["name"], "works");
  EXPECT_EQ(line["revision"], mcp::newest_legacy_revision().name);
  EXPECT_EQ(line["role"], "owner");
  EXPECT_EQ(line["outcome"], "ok");
  EXPECT_EQ(line["traceparent"], "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(line["tracestate"], "a=1");
  EXPECT_EQ(line["baggage"], "b=2");
  EXPECT_EQ(line["at"], kLogStart.iso8601());
  EXPECT_EQ(line["micros"], 0);
}

TEST_F(RequestLog, OutcomeIsTheCodeOfTheRefusalOrOfTheError) {
  EXPECT_EQ(logged(call(R"({"name":"refuses"})"))["outcome"], "no_luck");
  EXPECT_EQ(logged(call(R"({"name":"gone"})"))["outcome"], "-32602");
  EXPECT_EQ(logged(R"({"jsonrpc":"2.0","id":1,"method":"nothing"})")["outcome"], "-32601");
}

TEST_F(RequestLog, NothingThatAClientSendsEndsALine) {
  const Json line = logged(call(R"({"name":"works\n{\"method\":\"forged\"}","_meta":{"traceparent":7}})"));
  EXPECT_EQ(line["name"], "works\n{\"method\":\"forged\"}") << "escaped inside one JSON string";
  EXPECT_FALSE(line.contains("traceparent")) << "what is no text is no trace id";
  const Json longest = logged(call(R"({"name":")" + std::string(9000, 'x') + R"("})"));
  EXPECT_LT(longest["name"].get<std::string>().size(), 400U);
}

}  // namespace
}  // namespace pianola::tests
