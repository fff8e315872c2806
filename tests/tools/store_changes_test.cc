#include "tools/store_changes.h"

#include "store/open.h"
#include "tests/tools/full_store.h"

namespace pianola::tools {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

using Texts = std::vector<std::string>;

// A feed with a store of its own, as another process has.
class StoreChangesTest : public tests::FullStoreTest {
 protected:
  mcp::ChangeSet look(std::set<std::string> uris = {}) {
    const auto found = feed_.look({{"default", std::move(uris)}});
    return found.empty() ? mcp::ChangeSet() : found.front().changes;
  }
  Texts updated(const std::set<std::string>& uris = {}) { return look(uris).updated; }
  bool publish_next() {
    const auto newest = library.store->versions().history(library.designer.workspace, triage()).front().number;
    return library.save(R"({"name": "triage", "context": "We sell hats."})", newest.text()).has_value();
  }

  std::unique_ptr<workflow::Store> store_ = store::open_store(library.folder / "store.db");
  StoreChanges feed_{*store_};
};

TEST_F(StoreChangesTest, WhatWasThereBeforeIsOnlyLearnt) {
  EXPECT_THAT(feed_.look({{"default", {"workflow://triage"}}, {"empty", {}}}), IsEmpty());
  EXPECT_THAT(feed_.look({{"default", {"workflow://triage"}}, {"empty", {}}}), IsEmpty());
}

TEST_F(StoreChangesTest, APublishedVersionChangesItsWorkflowAndTheList) {
  look();
  ASSERT_TRUE(publish_next());
  const mcp::ChangeSet found = look();
  EXPECT_THAT(found.updated, ElementsAre("workflow://triage", "skill://pianola/triage/SKILL.md",
                                         "skill://pianola/triage/references/workflow.json"));
  EXPECT_TRUE(found.lists.resources);
  EXPECT_FALSE(look().any()) << "it is told once";
}

TEST_F(StoreChangesTest, ADraftChangesNothingUntilItIsPublished) {
  look();
  workflow::SaveRequest draft;
  draft.workflow = Json(workflow::encode_design(tests::a_mail_design("second")));
  draft.publish = false;
  ASSERT_TRUE(library.save(draft));
  EXPECT_FALSE(look().any());
  const auto name = workflow::WorkflowName::parse("second").value();
  ASSERT_TRUE(workflow::publish_version(library.environment, library.designer, name, {1, 0, 0}));
  EXPECT_THAT(updated(), Contains("workflow://second"));
}

TEST_F(StoreChangesTest, AReportChangesItsWorkflowsEdgeCases) {
  look();
  tell("The shoe is blue.");
  EXPECT_THAT(updated(), ElementsAre("workflow://triage/edge-cases"));
}

TEST_F(StoreChangesTest, AHandInChangesItsExecution) {
  const std::string id = started();
  const std::set<std::string> uris = {"execution://" + id, "execution://" + started()};
  look(uris);
  hand_in_parse(id);
  EXPECT_THAT(updated(uris), ElementsAre("execution://" + id));
  EXPECT_THAT(updated(uris), IsEmpty());
}

TEST_F(StoreChangesTest, APriceChangesThePrices) {
  look();
  workflow::set_prices(library.environment, library.designer, {a_price(4)});
  EXPECT_THAT(updated(), ElementsAre("pianola://prices"));
}

TEST_F(StoreChangesTest, AWorkspaceIsToldOfItsOwnAlone) {
  feed_.look({{"other", {}}});
  ASSERT_TRUE(publish_next());
  EXPECT_THAT(feed_.look({{"other", {}}}), IsEmpty());
}

TEST_F(StoreChangesTest, TheFirstChangeOfAnEmptyWorkspaceIsTold) {
  feed_.look({{"new", {}}});
  workflow::Actor actor = library.designer;
  actor.workspace = workflow::WorkspaceName::parse("new").value();
  workflow::set_prices(library.environment, actor, {a_price(4)});
  const auto found = feed_.look({{"new", {}}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found.front().changes.updated, ElementsAre("pianola://prices"));
}

}  // namespace
}  // namespace pianola::tools
