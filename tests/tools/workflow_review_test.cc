// workflow_review on a real store: the revision brief, and what needs attention first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/execution_fixture.h"
#include "workflow/revision_brief.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;

class WorkflowReview : public ExecutionToolTest {
 protected:
  mcp::ToolResult review(const Json& arguments = Json::object()) {
    return call(tools::workflow_review_tool(library.context), arguments);
  }
  std::string text(const Json& arguments = Json::object()) {
    const mcp::ToolResult result = review(arguments);
    return result.content.empty() ? std::string() : std::get<mcp::Text>(result.content[0]).text;
  }
  void report(const std::string& situation, const std::string& name = "triage") {
    call(tools::report_edge_case_tool(library.context),
         {{"name", name}, {"situation", situation}, {"severity", "high"}, {"suggestion", "Say what to do."}});
  }
};

TEST_F(WorkflowReview, GivesTheBriefWithQuotedReports) {
  report("The mail is written in Dutch.");
  const std::string brief = text({{"name", "triage"}});
  EXPECT_THAT(brief, HasSubstr("# Revision brief: triage 1.0.0"));
  EXPECT_THAT(brief, HasSubstr(": The mail is written in Dutch.\n> Suggested: Say what to do."));
}

TEST_F(WorkflowReview, IsTextAlone) {
  const mcp::ToolResult result = review({{"name", "triage"}});
  EXPECT_FALSE(result.structured);
  EXPECT_FALSE(result.is_error);
}

TEST_F(WorkflowReview, WithoutANameTellsWhatNeedsAttentionFirst) {
  EXPECT_EQ(text(), "No workflow asks for attention, of 1.\n");
  ASSERT_TRUE(library.save(a_mail_design("returns")));
  report("The mail is written in Dutch.");
  for (int i = 0; i < 3; ++i) report("The customer wants to return a gift.", "returns");
  const std::string all = text();
  EXPECT_LT(all.find("- returns 1.0.0"), all.find("- triage 1.0.0"));
}

// A day on which one model did well and then another failed every time: what the failures cost is theirs, and the fall
// is seen though it is all one day.
TEST_F(WorkflowReview, FailuresCostWhatTheyCostAndAreSeenWithinADay) {
  const auto play = [&](const std::string& executor, const std::string& outcome, int input) {
    Json arguments = {{"execution_id", started("whole", {{"executor", executor}})}, {"outcome", outcome}};
    arguments["usage"] = {{"input_tokens", input}, {"output_tokens", 0}};
    if (outcome == "succeeded") {
      arguments["steps"] = {{{"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", "shoe is torn"}}}},
                            {{"step", "reply"}, {"output", {{"answer", "Send it back."}}}}};
    }
    return finish(arguments);
  };
  for (int i = 0; i < 60; ++i) play("claude-haiku-5-5", "succeeded", 100);
  mcp::ToolResult last;
  for (int i = 0; i < 30; ++i) last = play("claude-haiku-4-5", "failed", 4'500);  // $0.0045
  const std::string brief = text({{"name", "triage"}});
  EXPECT_THAT(brief, HasSubstr("failures and escalations cost $0.135\n"));  // 30 x $0.0045
  EXPECT_THAT(brief, HasSubstr("refuted), $0.135 for no success\n"));
  EXPECT_THAT(brief, HasSubstr("- Change: worse since 2026-11-24"));
  EXPECT_THAT(brief, HasSubstr(": 100.0 % before, 0.0 % since"));
  EXPECT_THAT(facts_of(last)["update"]["why"].get<std::string>(), HasSubstr("success fell from 100.0 % to 0.0 %"));
  for (int i = 0; i < 2; ++i) finish({{"execution_id", started("whole")}, {"outcome", "failed"}});
  EXPECT_THAT(text({{"name", "triage"}}), HasSubstr("cost $0.135, without 2 executions whose costs are not known"));
}

// The clock stands still: executions that ended at once are told apart in the order in which they started.
TEST_F(WorkflowReview, AFallWithinABatchThatEndsAtOnceIsSeenWithItsExecution) {
  const auto at_once = [&] { library.clock.advance_micros(-kMicrosPerSecond); };
  const auto play = [&](bool succeeds) {
    at_once();
    const std::string id = started("whole");
    at_once();
    Json steps = {{{"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", "shoe is torn"}}}},
                  {{"step", "reply"}, {"output", {{"answer", "Send it back."}}}}};
    finish({{"execution_id", id}, {"outcome", succeeds ? "succeeded" : "failed"}, {"steps", steps}});
    return id;
  };
  for (int i = 0; i < 40; ++i) play(true);
  const std::string first_failed = play(false);
  for (int i = 0; i < 9; ++i) play(false);
  EXPECT_THAT(text({{"name", "triage"}}), HasSubstr("(execution " + first_failed + ")"));
}

TEST_F(WorkflowReview, SettledReportsAreNoLongerShown) {
  report("The mail is written in Dutch.");
  const auto reports = library.environment.store.edge_cases().list({}, std::nullopt, std::nullopt, 10);
  call(tools::edge_case_resolve_tool(library.context),
       {{"id", reports.at(0).id.text()}, {"resolution", "rejected"}, {"reason", "We sell in English only."}});
  EXPECT_THAT(text({{"name", "triage"}}), HasSubstr("No edge case report is open."));
}

TEST_F(WorkflowReview, RefusesAnUnknownName) {
  const mcp::ToolResult result = review({{"name", "triag"}});
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ((*result.structured)["error"]["code"], "unknown_workflow");
}

TEST_F(WorkflowReview, IsForDesignersAndReadsOnly) {
  const mcp::Tool tool = tools::workflow_review_tool(library.context);
  EXPECT_EQ(tool.needs, tools::kMayReview);
  EXPECT_EQ(tool.effects.annotations()["readOnlyHint"], true);
}

}  // namespace
}  // namespace pianola::tests
