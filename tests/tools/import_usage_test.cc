#include "workflow/import_usage.h"

#include "tests/tools/execution_fixture.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;

class ImportUsage : public tests::ExecutionToolTest {
 protected:
  std::string played() {
    const std::string id = started("guided", {{"executor", "claude-haiku-5-5"}});
    hand_in_parse(id);
    hand_in_reply(id);
    return id;
  }
  Result<workflow::UsageImport> take(const std::string& lines, bool dry_run = false) {
    return workflow::import_usage(library.environment, library.designer, lines, dry_run);
  }
  static std::string line(const std::string& id, int input, const Json& more = Json::object()) {
    Json json = {{"execution", id}, {"model", "claude-haiku-5-5"}, {"input_tokens", input}, {"output_tokens", 10}};
    json.update(more);
    return json.dump() + "\n";
  }
  OrderedJson accounts() { return facts_of(call(cost_summary_tool(library.context), Json::object())); }
};

TEST_F(ImportUsage, MakesTheCostKnownRequestByRequest) {
  const std::string id = played();
  EXPECT_EQ(accounts()["unpriced_executions"], 1);
  // One request over 100,000 tokens costs five times as much; their sum would have made both dear.
  const auto imported = take(line(id, 100'002) + "\n" + line(id, 50'000));
  EXPECT_EQ(imported->records, 2);
  EXPECT_EQ(imported->executions, 1);
  EXPECT_EQ(imported->changed, 1);
  EXPECT_EQ(accounts()["unpriced_executions"], 0);
  EXPECT_EQ(accounts()["execution_cost"], 0.055031) << "100,002 x 0.50 + 10 x 2.50 + 50,000 x 0.10 + 10 x 0.50";
  EXPECT_EQ(accounts()["usage_sources"]["tier_uncertain"], 0);
  EXPECT_EQ(stored(id).finish_usage.front().source, workflow::UsageSource::reconciled);
}

TEST_F(ImportUsage, TakesThePlaceOfWhatWasReportedAndChangesNothingASecondTime) {
  const std::string id = played();
  const Json told = {{"input_tokens", 7}, {"output_tokens", 7}, {"model", "claude-haiku-5-5"}};
  finish({{"execution_id", id}, {"outcome", "succeeded"}, {"usage", told}});
  ASSERT_TRUE(take(line(id, 1'000'000)));
  EXPECT_EQ(stored(id).finish_usage.size(), 1U);
  EXPECT_EQ(stored(id).finish_usage.front().input, 1'000'000);
  const OrderedJson before = accounts();
  EXPECT_EQ(take(line(id, 1'000'000))->changed, 0);
  EXPECT_EQ(accounts(), before);
  EXPECT_EQ(code_of(finish({{"execution_id", id}, {"outcome", "succeeded"}, {"usage", told}})), "execution_ended")
      << "what the provider says stays";
}

TEST_F(ImportUsage, EstimatesMakeNoCostKnown) {
  const std::string id = played();
  ASSERT_TRUE(take(line(id, 1000, {{"source", "estimated"}})));
  EXPECT_EQ(accounts()["unpriced_executions"], 1);
  EXPECT_EQ(accounts()["usage_sources"]["estimated"], 1);
}

TEST_F(ImportUsage, AnEstimateTakesNoKnownUsagesPlace) {
  const std::string id = played();
  const Json told = {{"input_tokens", 7}, {"output_tokens", 7}, {"model", "claude-haiku-5-5"}};
  finish({{"execution_id", id}, {"outcome", "succeeded"}, {"usage", told}});
  const OrderedJson before = accounts();
  const auto refused = take(line(id, 1000, {{"source", "estimated"}}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("an estimate does not take its place"));
  EXPECT_EQ(accounts(), before);
}

TEST_F(ImportUsage, AFileOfCountsAndEstimatesMayBeImportedAgain) {
  const std::string id = played();
  const std::string both = line(id, 1000) + "\n" + line(id, 5, {{"source", "estimated"}});
  EXPECT_EQ(take(both)->changed, 1);
  EXPECT_EQ(take(both)->changed, 0);
}

TEST_F(ImportUsage, TakesAllLinesOrNone) {
  const std::string id = played();
  const std::string open = started();
  const auto refused =
      take(line(id, 1000) + line(open, 5) + "nothing\n" + line("01890000-0000-7000-8000-000000000000", 5) +
           Json{{"execution", id}, {"input_tokens", 5}}.dump() + "\n");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().data["problems"], 4);
  EXPECT_THAT(refused.error().message, HasSubstr("line 2: execution " + open + " has not ended"));
  EXPECT_THAT(refused.error().message, HasSubstr("line 5: \"model\" is missing"));
  EXPECT_TRUE(stored(id).finish_usage.empty());
}

TEST_F(ImportUsage, DryRunSaysWhatItWouldDo) {
  const std::string id = played();
  EXPECT_EQ(take(line(id, 1000), true)->changed, 1);
  EXPECT_TRUE(stored(id).finish_usage.empty());
}

TEST_F(ImportUsage, IsWrittenIntoTheAuditLog) {
  const std::string id = played();
  ASSERT_TRUE(take(line(id, 1000)));
  const auto chain = library.audit_chain("execution:" + id);
  EXPECT_EQ(chain.back().action, "usage_imported");
  EXPECT_EQ(Json::parse(chain.back().body)["usage"][0]["source"], "reconciled");
}

}  // namespace
}  // namespace pianola::tools
