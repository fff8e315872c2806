// cost_summary on a real store: what saving and executing cost, told as the accounts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/execution_fixture.h"
#include "workflow/read_accounts.h"

namespace pianola::tests {
namespace {

class CostSummary : public ExecutionToolTest {
 protected:
  OrderedJson costs(const Json& arguments = Json::object()) {
    const mcp::ToolResult result = call(tools::cost_summary_tool(library.context), arguments);
    return result.structured.value_or(OrderedJson());
  }
  // One execution from start to end with 20,000 and 1,000 tokens.
  void execute() {
    const std::string id = start_id();
    step({{"execution_id", id}, {"step", "parse"}, {"output", {{"topic", "size"}, {"quote", "too small"}}}});
    step({{"execution_id", id}, {"step", "reply"}, {"output", {{"answer", "We send larger ones."}}}});
    finish({{"execution_id", id},
            {"outcome", "succeeded"},
            {"usage", {{"input_tokens", 20'000}, {"output_tokens", 1'000}, {"model", "claude-haiku-5-5"}}}});
  }
  std::string start_id() {
    return id_of(start(
        {{"name", "triage"}, {"executor", "claude-haiku-5-5"}, {"input", {{"mail", "The shoes are too small."}}}}));
  }
};

TEST_F(CostSummary, TellsWhatExecutionsCost) {
  execute();
  const OrderedJson json = costs({{"name", "triage"}});
  EXPECT_EQ(json["executions"], 1);
  EXPECT_EQ(json["usage_coverage"]["priced"], 1);
  EXPECT_DOUBLE_EQ(json["execution_cost"].get<double>(), 0.0025);
  EXPECT_EQ(json["baseline_model"], "claude-opus-5-5");
  EXPECT_EQ(json["basis"], "repriced");
  EXPECT_GT(json["execution_savings"].get<double>(), 0.08);
}

TEST_F(CostSummary, SaysHowToGiveAnUnknownDesignCost) {
  const OrderedJson json = costs();
  EXPECT_TRUE(json["total_cost"].is_null());
  EXPECT_THAT(json["notes"][0].get<std::string>(), testing::HasSubstr("triage 1.0.0"));
}

TEST_F(CostSummary, TakesADesignCostThatIsSetLater) {
  const auto name = workflow::WorkflowName::parse("triage").value();
  const auto cost = workflow::Money::from_usd(5.20).value();
  ASSERT_TRUE(workflow::set_design_cost(library.environment, library.designer, name, {1, 0, 0}, cost));
  EXPECT_DOUBLE_EQ(costs()["design_cost"].get<double>(), 5.2);
  EXPECT_EQ(library.audit().back().action, "design_cost_set");
  const auto unknown = workflow::set_design_cost(library.environment, library.designer, name, {9, 0, 0}, cost);
  EXPECT_EQ(unknown.error().code, "unknown_version");
}

// The worked-out cost of a design is what health weighs, too: 100,000 and 40,000 tokens of claude-opus-5-5.
TEST_F(CostSummary, ADesignToldByItsUsageHasACost) {
  workflow::SaveRequest request;
  request.workflow = Json(workflow::encode_design(a_mail_design("returns")));
  request.design_cost.usage = workflow::Usage{.input = 100'000, .output = 40'000, .model = "claude-opus-5-5"};
  ASSERT_TRUE(library.save(request));
  const auto version = library.environment.store.versions().find(
      library.designer.workspace, workflow::WorkflowName::parse("returns").value(), {1, 0, 0});
  EXPECT_EQ(workflow::design_cost_of(library.environment, library.designer, *version),
            workflow::Money::from_usd(1.20).value());
  EXPECT_DOUBLE_EQ(costs({{"name", "returns"}})["design_cost"].get<double>(), 1.2);
}

TEST_F(CostSummary, BreaksDownByStepWithHandIns) {
  execute();
  const OrderedJson json = costs({{"name", "triage"}, {"group_by", "step"}});
  ASSERT_EQ(json["breakdown"].size(), 2U);
  EXPECT_EQ(json["breakdown"][0]["key"], "parse");
  EXPECT_EQ(json["breakdown"][0]["hand_ins"], 1);
  EXPECT_EQ(costs({{"group_by", "step"}})["error"]["code"], "missing_argument");
}

TEST_F(CostSummary, BreaksDownByModel) {
  execute();
  EXPECT_EQ(costs({{"group_by", "model"}})["breakdown"][0]["key"], "claude-haiku-5-5");
}

TEST_F(CostSummary, ComparesWithAnotherBaseline) {
  execute();
  const OrderedJson json = costs({{"baseline", "anthropic/claude-fable-5"}});
  EXPECT_EQ(json["baseline_model"], "claude-fable-5");
  EXPECT_GT(json["if_all_baseline"].get<double>(), 0.2);
}

TEST_F(CostSummary, KeepsToThePeriod) {
  execute();
  EXPECT_EQ(costs({{"until", "2020-01-01"}})["executions"], 0);
  EXPECT_EQ(costs({{"since", "2020-01-01"}})["executions"], 1);
}

TEST_F(CostSummary, RefusesWhatItCannotRead) {
  EXPECT_EQ(costs({{"name", "triag"}})["error"]["code"], "unknown_workflow");
  EXPECT_EQ(costs({{"since", "yesterday"}})["error"]["code"], "bad_date");
  EXPECT_EQ(costs({{"since", "2026-02-01"}, {"until", "2026-01-01"}})["error"]["code"], "bad_value");
  EXPECT_EQ(costs({{"group_by", "mood"}})["error"]["code"], "bad_value");
  EXPECT_EQ(costs({{"form", "2026-02-01"}})["error"]["code"], "unknown_field");
}

TEST_F(CostSummary, AnExecutionWithoutUsageIsCountedAsUnpriced) {
  const std::string id = start_id();
  finish({{"execution_id", id}, {"outcome", "failed"}});
  const OrderedJson json = costs();
  EXPECT_EQ(json["unpriced_executions"], 1);
  EXPECT_TRUE(json["execution_cost"].is_null());
}

}  // namespace
}  // namespace pianola::tests
