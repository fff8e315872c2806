#include "tools/fit_page.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tools/execution_fixture.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;
using tests::a_design;

constexpr std::size_t kPageBytes = 2'000;

std::size_t bytes_of(const mcp::ToolResult& result) { return dump_compact(result.structured.value()).size(); }

OrderedJson numbers(int count) {
  OrderedJson list = OrderedJson::array();
  for (int i = 0; i < count; ++i) list.push_back({{"number", i}});
  return list;
}

TEST(FitPage, LeavesWhatFitsAlone) {
  const OrderedJson facts = {{"name", "triage"}, {"lines", numbers(20)}};
  EXPECT_EQ(fit_page(mcp::facts(facts), kPageBytes).structured, facts);
  EXPECT_FALSE(fit_page(mcp::text_result(std::string(9000, 'x')), kPageBytes).structured);
}

TEST(FitPage, CutsTheLongestListsFromTheirEndAndCountsWhatIsLeftOut) {
  const mcp::ToolResult cut = fit_page(
      mcp::facts({{"name", "triage"}, {"followed", {{"deviations", numbers(500)}}}, {"few", numbers(3)}}), kPageBytes);
  const OrderedJson& facts = *cut.structured;
  EXPECT_LE(bytes_of(cut), kPageBytes);
  const std::size_t shown = facts["followed"]["deviations"].size();
  EXPECT_GT(shown, 50U);
  EXPECT_EQ(facts["left_out"]["/followed/deviations"], 500 - shown);
  EXPECT_EQ(facts["followed"]["deviations"][0]["number"], 0);
  EXPECT_EQ(facts["few"].size(), 3U);
  EXPECT_THAT(facts["rest"].get<std::string>(), HasSubstr("execution://ID"));
}

TEST(FitPage, OfAnErrorKeepsCodeAndTheFirstSentences) {
  Refusal refusal{"steps_refused", "", "/steps/0"};
  for (int i = 0; i < 300; ++i) refusal.message += "Step \"s" + std::to_string(i) + "\": /a must be a string. ";
  refusal.data["refused_steps"] = numbers(300);
  const mcp::ToolResult cut = fit_page(mcp::refused(refusal), kPageBytes);
  const OrderedJson& error = (*cut.structured)["error"];
  EXPECT_LE(bytes_of(cut), kPageBytes);
  EXPECT_EQ(error["code"], "steps_refused");
  EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("must be a string. ("));
  EXPECT_EQ(error["left_out"]["/error/refused_steps"], 300 - error["refused_steps"].size());
  EXPECT_THAT(error["rest"].get<std::string>(), HasSubstr("next answer"));
}

using FitPageOfTools = tests::ExecutionToolTest;

TEST_F(FitPageOfTools, RefusedStepsOfWholeModeFitOnAPage) {
  tests::DesignBuilder design = a_design("long");
  Json steps = Json::array();
  for (int i = 0; i < 150; ++i) {
    design.with_step("s" + std::to_string(i)).with_output({"text"});
    steps.push_back({{"step", "s" + std::to_string(i)}, {"output", {{"text", i}, {"other", "x"}}}});
  }
  ASSERT_TRUE(library.save(design));
  const std::string id = id_of(start({{"name", "long"}, {"mode", "whole"}}));
  library.environment.settings.page_bytes = kPageBytes;
  const std::vector<mcp::Tool> tools = all_tools(library.context);
  const auto finish_tool = std::ranges::find(tools, "execution_finish", &mcp::Tool::name);
  const mcp::ToolResult refused =
      call(*finish_tool, {{"execution_id", id}, {"outcome", "succeeded"}, {"steps", steps}});
  EXPECT_EQ(code_of(refused), "steps_refused");
  EXPECT_LE(bytes_of(refused), kPageBytes);
  const OrderedJson error = facts_of(refused)["error"];
  EXPECT_EQ(error["left_out"]["/error/refused_steps"], 150 - error["refused_steps"].size());
}

}  // namespace
}  // namespace pianola::tools
