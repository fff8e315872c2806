// The ladder as a whole: a weak model spends its attempts at a step, a stronger one does that step alone, the weak one
// goes on; each hand-in's tokens are booked where they belong.
#include "tests/tools/execution_fixture.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;

constexpr const char* kWeak = "claude-haiku-5-5";   // $0.10 and $0.50 a million tokens
constexpr const char* kStrong = "claude-opus-5-5";  // $4 and $20

class EscalationLadder : public ExecutionToolTest {
 protected:
  mcp::ToolResult hand_in(const std::string& id, const std::string& at, const Json& output, const Json& more = {}) {
    Json arguments = {
        {"execution_id", id},
        {"step", at},
        {"output", output},
        {"usage", {{"input_tokens", 1'000'000}, {"output_tokens", 100'000}, {"largest_prompt_tokens", 50'000}}}};
    if (more.is_object()) arguments.update(more);
    return step(arguments);
  }
};

TEST_F(EscalationLadder, EachModelsTokensAreBookedAsItsOwn) {
  const std::string id = started("guided", {{"executor", kWeak}});
  const Json invented = {{"topic", "shoes"}, {"quote", "a quote that nobody wrote"}};
  for (int attempt = 1; attempt < 3; ++attempt) EXPECT_EQ(code_of(hand_in(id, "parse", invented)), "output_refused");
  const mcp::ToolResult packet = hand_in(id, "parse", invented);
  for (const char* part : {"# Hand-off: step \"parse\"", "My shoe is torn.", "a quote that nobody wrote"}) {
    EXPECT_THAT(text_of(packet), HasSubstr(part));
  }
  const Json right = {{"topic", "shoes"}, {"quote", "shoe is torn"}};
  EXPECT_EQ(code_of(hand_in(id, "parse", right)), "hand_off_open") << "its attempts are spent";
  const mcp::ToolResult next = hand_in(id, "parse", right, {{"executor", kStrong}});
  EXPECT_EQ(meta_of(next)["step"], "reply");
  EXPECT_EQ(meta_of(hand_in(id, "reply", {{"answer", "Send it back."}}))["state"], "succeeded");

  const OrderedJson accounts = facts_of(call(tools::cost_summary_tool(library.context), Json::object()));
  EXPECT_DOUBLE_EQ(accounts["execution_cost"].get<double>(), 4 * 0.15) << "three attempts, and the step behind";
  EXPECT_DOUBLE_EQ(accounts["escalation_cost"].get<double>(), 6.0) << "one step by the stronger model";
  EXPECT_EQ(accounts["succeeded"], 1);
  ASSERT_EQ(accounts["by_model"].size(), 1U);
  EXPECT_EQ(accounts["by_model"][0]["model"], kWeak) << "the success is the starting model's";
  const OrderedJson finished = facts_of(finish({{"execution_id", id}, {"outcome", "succeeded"}}));
  EXPECT_EQ(finished["outcome_known_by"], "checked");
  EXPECT_DOUBLE_EQ(finished["cost_usd"].get<double>(), 6.6);
}

}  // namespace
}  // namespace pianola::tests
