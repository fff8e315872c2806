// What a save says of the design's cost that is told with it, and what the accounts then know.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/money.h"
#include "tests/tools/scratch_library.h"
#include "workflow/read_accounts.h"

namespace pianola::workflow {
namespace {

using testing::Contains;
using testing::HasSubstr;
using tests::usd;

class DesignCostTold : public testing::Test {
 protected:
  // Saves a version with this title; as a draft where it is not published.
  SavedVersion save(const std::string& title, bool publish, DesignCost cost = {}) {
    SaveRequest request;
    request.workflow = Json(encode_design(tests::a_design().with_step("parse")));
    request.workflow["title"] = title;
    if (!library.history().empty()) request.base_version = library.history()[0].number.text();
    request.whole_design = true;
    request.publish = publish;
    request.design_cost = std::move(cost);
    return library.save(request).value();
  }
  Accounts accounts() { return read_accounts(library.environment, library.designer, {}).value(); }

  // $0.004 for each thousand of these tokens.
  static DesignCost thousands(std::int64_t count) {
    return {.usage = Usage{.input = count * 1'000, .model = "claude-opus-5-5"}};
  }

  tests::ScratchLibrary library;
};

TEST_F(DesignCostTold, OnceAtTheEndCountsForTheDraftsToo) {
  EXPECT_THAT(save("First", false).notices, Contains(HasSubstr("a later save counts for this draft, too")));
  EXPECT_THAT(save("Second", true, thousands(50)).notices,
              Contains("Design cost recorded: $0.20, which counts for 1.0.0, too."));
  EXPECT_EQ(accounts().design_cost, usd(0.20));
  EXPECT_EQ(accounts().revision_cost, Money());
}

TEST_F(DesignCostTold, AfterTheLastSaveCountsForTheDraftsToo) {
  save("First", false);
  save("Second", true);
  EXPECT_EQ(accounts().design_cost, std::nullopt);
  save("Second", true, thousands(50));
  EXPECT_EQ(accounts().design_cost, usd(0.20));
}

TEST_F(DesignCostTold, OfARevisionsDraftsIsTheRevisions) {
  save("First", true, thousands(50));
  save("Second", false);
  save("Third", true, thousands(10));
  EXPECT_EQ(accounts().design_cost, usd(0.20));
  EXPECT_EQ(accounts().revision_cost, usd(0.04));
}

TEST_F(DesignCostTold, AgainWithMoreUsageCorrectsItAndTheLogKeepsBoth) {
  save("First", true, {.usage = Usage{.input = 30, .model = "claude-opus-5-5"}});
  EXPECT_THAT(save("First", true, thousands(50)).notices,
              Contains("Design cost recorded: $0.20. Until now it was $0.00012."));
  EXPECT_EQ(accounts().design_cost, usd(0.20));
  const AuditEntry entry = library.audit().back();
  EXPECT_EQ(entry.action, "design_cost_set");
  EXPECT_THAT(dump_compact(Json::parse(entry.body)), HasSubstr(R"("replaced_design_usage":{"input_tokens":30,)"));
}

TEST_F(DesignCostTold, AgainWithLessUsageChangesNothing) {
  save("First", true, thousands(50));
  EXPECT_THAT(save("First", true, thousands(10)).notices, Contains(HasSubstr("Its design cost stays $0.20")));
  EXPECT_EQ(accounts().design_cost, usd(0.20));
}

}  // namespace
}  // namespace pianola::workflow
