// Canaries on a real store: who takes which version, what decides, and how they end.
#include "workflow/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/tools/execution_fixture.h"
#include "workflow/quarantine.h"
#include "workflow/review_policy.h"

namespace pianola::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using workflow::Canary;
using workflow::SemVer;
using workflow::VersionStatus;

constexpr SemVer kStable(1, 0, 0);
constexpr SemVer kNew(1, 1, 0);

class CanaryTest : public ExecutionToolTest {
 protected:
  CanaryTest() { save_draft("We sell boots."); }
  // With a tolerance that lets a canary of as many successes be promoted after some 90 executions.
  void save_draft(const std::string& context) {
    workflow::SaveRequest request;
    request.workflow = Json{{"name", "triage"}, {"context", context}, {"tolerance", 0.88}};
    request.base_version = "1.0.0";
    request.publish = false;
    EXPECT_TRUE(library.save(request));
  }
  Result<workflow::StatusChange> begin_canary(int percent = 50, bool by_hand = false, SemVer number = kNew) {
    return workflow::start_canary(library.environment, library.designer, triage, number, percent, by_hand);
  }
  std::optional<Canary> canary() { return library.store->versions().canary(library.designer.workspace, triage); }
  VersionStatus status_of(SemVer number) {
    return library.store->versions().find(library.designer.workspace, triage, number)->status;
  }
  SemVer stable() { return library.store->versions().newest_published(library.designer.workspace, triage)->number; }
  std::vector<std::string> audit_actions() {
    std::vector<std::string> actions;
    for (const auto& entry : library.store->audit().chain(library.designer.workspace, workflow::chain_of(triage))) {
      actions.push_back(entry.action);
    }
    return actions;
  }
  static Json whole(const std::string& id) {
    return {{"execution_id", id},
            {"outcome", "succeeded"},
            {"steps",
             {{{"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", "shoe is torn"}}}},
              {{"step", "reply"}, {"output", {{"answer", "Send it back."}}}}}}};
  }
  // One execution, of whatever version it is given; one of the stable version succeeds.
  std::string play(bool canary_succeeds, const Json& more = Json::object()) {
    std::string id = started("whole", more);
    const bool succeeds = stored(id).version == kStable || canary_succeeds;
    finish(succeeds ? whole(id) : Json{{"execution_id", id}, {"outcome", "failed"}});
    return id;
  }
  int play_until_decided(bool canary_succeeds, int most) {
    int played = 0;
    while (canary() && !canary()->by_hand && played < most) {
      play(canary_succeeds);
      ++played;
    }
    return played;
  }

  const workflow::WorkflowName triage = workflow::WorkflowName::parse("triage").value();
};

TEST_F(CanaryTest, StartsWithoutAVersionTakeItForItsShare) {
  ASSERT_TRUE(begin_canary(25));
  EXPECT_EQ(stable(), kStable);
  int of_canary = 0;
  for (int i = 0; i < 100; ++i) of_canary += stored(started("whole")).version == kNew ? 1 : 0;
  EXPECT_GT(of_canary, 10);
  EXPECT_LT(of_canary, 40);
  EXPECT_EQ(stored(started("whole", {{"version", "1.0.0"}})).version, kStable) << "who names a version gets it";
}

TEST_F(CanaryTest, WhichExecutionTakesItFollowsFromItsId) {
  ASSERT_TRUE(begin_canary(50));
  for (int i = 0; i < 10; ++i) {
    const std::string id = started("whole");
    const bool again = workflow::canary_for(library.environment, library.designer, triage,
                                            workflow::ExecutionId::parse(id).value()) != nullptr;
    EXPECT_EQ(again, stored(id).version == kNew);
  }
}

TEST_F(CanaryTest, TheExecutionGetsThePlaybookOfItsVersionAndReadersTheStableOne) {
  ASSERT_TRUE(begin_canary(99));
  const mcp::ToolResult started =
      start({{"name", "triage"}, {"input", {{"mail", "My shoe is torn."}}}, {"mode", "whole"}});
  EXPECT_EQ(meta_of(started)["version"], "1.1.0");
  EXPECT_THAT(text_of(started), HasSubstr("We sell boots."));
  const mcp::ToolResult got = call(tools::workflow_get_tool(library.context), {{"name", "triage"}});
  EXPECT_THAT(*std::get<mcp::EscapedText>(got.content[0]).literal, HasSubstr("We sell shoes."));
}

TEST_F(CanaryTest, OneThatFailsIsRolledBackByItselfAndRunningExecutionsGoOn) {
  ASSERT_TRUE(begin_canary(50));
  std::string open;
  while (open.empty() || stored(open).version != kNew) open = started("guided");
  EXPECT_LT(play_until_decided(false, 60), 60);
  EXPECT_FALSE(canary());
  EXPECT_EQ(status_of(kNew), VersionStatus::retired);
  EXPECT_EQ(audit_actions().back(), "canary_rolled_back");
  const auto entries = library.store->audit().chain(library.designer.workspace, workflow::chain_of(triage));
  EXPECT_EQ(entries.back().author.client, "pianola");
  EXPECT_THAT(entries.back().body, HasSubstr("success is clearly lower"));
  EXPECT_FALSE(hand_in_parse(open).is_error);
}

TEST_F(CanaryTest, OneThatIsAsGoodIsPromotedByItself) {
  ASSERT_TRUE(begin_canary(50));
  EXPECT_LT(play_until_decided(true, 200), 200);
  EXPECT_FALSE(canary());
  EXPECT_EQ(stable(), kNew);
  EXPECT_EQ(status_of(kStable), VersionStatus::published) << "to roll back to";
  EXPECT_EQ(audit_actions().back(), "canary_promoted");
}

TEST_F(CanaryTest, ExecutionsThatOnlyNameAnEdgeCaseAreNoSuccesses) {
  workflow::SaveRequest request;
  request.workflow = Json::parse(R"({"name": "triage", "edge_cases":
      [{"id": "dup", "when": "The mail came twice.", "then": "Answer once."}]})");
  request.base_version = "1.1.0";
  request.publish = false;
  const SemVer lazy = library.save(request).value().number;
  ASSERT_TRUE(begin_canary(50, false, lazy));
  for (int played = 0; canary() && played < 400; ++played) {
    const std::string id = started("whole");
    if (stored(id).version == lazy) {
      finish({{"execution_id", id}, {"outcome", "escalated"}, {"edge_case", "dup"}});
    } else {
      finish(whole(id));
    }
  }
  EXPECT_EQ(stable(), kStable);
  EXPECT_EQ(status_of(lazy), VersionStatus::retired);
}

TEST_F(CanaryTest, DecidedByHandItOnlySaysWhatItWouldDo) {
  ASSERT_TRUE(begin_canary(50, true));
  for (int i = 0; i < 60; ++i) play(false);
  ASSERT_TRUE(canary());
  const auto report = workflow::report_canary(library.environment, library.designer, triage);
  EXPECT_EQ(report->verdict.decision, workflow::CanaryDecision::roll_back);
  const std::string brief = text_of(call(tools::workflow_review_tool(library.context), {{"name", "triage"}}));
  EXPECT_THAT(brief, HasSubstr("1.1.0 takes 50 % of the executions, 1.0.0 the others; decided by hand"));
  EXPECT_THAT(brief, HasSubstr("- Decision: roll back (success is clearly lower"));
  EXPECT_THAT(text_of(call(tools::workflow_review_tool(library.context), Json::object())),
              HasSubstr("- triage: canary 1.1.0 beside 1.0.0: roll back"));
}

TEST_F(CanaryTest, ADearerSuccessIsLeftToADesigner) {
  ASSERT_TRUE(begin_canary(50));
  for (int i = 0; i < 200 && canary() && !canary()->by_hand; ++i) {
    const std::string id = started("whole", {{"executor", "claude-haiku-5-5"}});
    const int tokens = (stored(id).version == kNew ? 9000 : 1000) + i % 7 * 10;
    finish({{"execution_id", id},
            {"outcome", "succeeded"},
            {"usage", {{"input_tokens", tokens}, {"output_tokens", 10}}},
            {"steps",
             {{{"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", "shoe is torn"}}}},
              {{"step", "reply"}, {"output", {{"answer", "Send it back."}}}}}}});
  }
  ASSERT_TRUE(canary());
  EXPECT_TRUE(canary()->by_hand);
  EXPECT_EQ(audit_actions().back(), "canary_held");
  EXPECT_THAT(library.store->audit().chain(library.designer.workspace, workflow::chain_of(triage)).back().body,
              HasSubstr("a success is clearly dearer"));
}

TEST_F(CanaryTest, PublishingItPromotesItAndRollbackEndsIt) {
  ASSERT_TRUE(begin_canary());
  ASSERT_TRUE(workflow::publish_version(library.environment, library.designer, triage, kNew));
  EXPECT_EQ(stable(), kNew);
  EXPECT_FALSE(canary());
  ASSERT_TRUE(workflow::roll_back(library.environment, library.designer, triage, "worse"));
  EXPECT_EQ(stable(), kStable);
  ASSERT_TRUE(begin_canary());
  ASSERT_TRUE(workflow::roll_back(library.environment, library.designer, triage, "worse"));
  EXPECT_FALSE(canary());
  EXPECT_EQ(status_of(kNew), VersionStatus::retired);
  EXPECT_EQ(stable(), kStable);
}

TEST_F(CanaryTest, ANewerPublishedVersionAndAnotherCanaryTakeItsPlace) {
  ASSERT_TRUE(begin_canary());
  ASSERT_TRUE(library.save(R"({"name": "triage", "context": "We sell hats."})", "1.1.0"));
  EXPECT_EQ(stable(), SemVer(1, 1, 1));
  EXPECT_FALSE(canary());
  EXPECT_EQ(status_of(kNew), VersionStatus::retired);
}

TEST_F(CanaryTest, RetiringOneOfTheTwoEndsIt) {
  ASSERT_TRUE(begin_canary());
  ASSERT_TRUE(workflow::retire_version(library.environment, library.designer, triage, kStable, "old"));
  EXPECT_FALSE(canary());
  EXPECT_EQ(stable(), kNew);
}

TEST_F(CanaryTest, RefusesWhatCannotBeOne) {
  EXPECT_EQ(begin_canary(100).error().code, "bad_percent");
  EXPECT_EQ(begin_canary(10, false, kStable).error().code, "no_stable_version");
  EXPECT_EQ(begin_canary(10, false, SemVer(7, 0, 0)).error().code, "unknown_version");
}

// A workspace that requires reviews.
class CanaryUnderReview : public CanaryTest {
 protected:
  void require_review() {
    library.clock.advance_micros(kMicrosPerSecond);
    workflow::require_review(library.environment, library.designer, true);
    library.clock.advance_micros(kMicrosPerSecond);
  }
  Result<workflow::StatusChange> approve(SemVer number, bool publish) {
    const auto version = library.store->versions().find(library.designer.workspace, triage, number);
    return workflow::approve_version(library.environment, library.designer,
                                     {.name = triage,
                                      .number = number,
                                      .hash = version->hash.text(),
                                      .reviewer = "ada",
                                      .how = "command",
                                      .publish = publish});
  }
  std::vector<std::string> problems() { return pianola::store::verify(library.folder / "store.db").problems; }
};

TEST_F(CanaryUnderReview, ADraftBecomesACanaryOnceItIsApproved) {
  require_review();
  EXPECT_EQ(begin_canary().error().code, "approval_required");
  EXPECT_EQ(status_of(kNew), VersionStatus::draft);
  ASSERT_TRUE(approve(kNew, false));
  ASSERT_TRUE(begin_canary());
  EXPECT_EQ(canary()->version, kNew);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(CanaryUnderReview, OneFromBeforeTheRuleIsNotPromotedUntilItIsApproved) {
  ASSERT_TRUE(begin_canary());
  require_review();
  const auto publish = [&] { return workflow::publish_version(library.environment, library.designer, triage, kNew); };
  EXPECT_EQ(publish().error().code, "approval_required");
  play_until_decided(true, 200);
  ASSERT_TRUE(canary());
  EXPECT_TRUE(canary()->by_hand);
  const auto entries = library.store->audit().chain(library.designer.workspace, workflow::chain_of(triage));
  EXPECT_THAT(entries.back().body, HasSubstr("but nobody approved it"));
  ASSERT_TRUE(approve(kNew, true));
  EXPECT_TRUE(publish());
  EXPECT_EQ(stable(), kNew);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(CanaryUnderReview, OneThatNobodyApprovedIsNoReplacementForARetiredVersion) {
  ASSERT_TRUE(begin_canary());
  require_review();
  ASSERT_TRUE(workflow::retire_version(library.environment, library.designer, triage, kStable, "old"));
  EXPECT_FALSE(canary());
  EXPECT_EQ(status_of(kNew), VersionStatus::retired);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(CanaryUnderReview, AnApprovalThatPublishesANewerVersionTakesItsPlace) {
  ASSERT_TRUE(begin_canary());
  require_review();
  ASSERT_TRUE(library.save(R"({"name": "triage", "context": "We sell hats."})", "1.1.0"));
  EXPECT_TRUE(canary());
  ASSERT_TRUE(approve(SemVer(1, 1, 1), true));
  EXPECT_FALSE(canary());
  EXPECT_EQ(status_of(kNew), VersionStatus::retired);
  EXPECT_EQ(stable(), SemVer(1, 1, 1));
}

// 1.1.1 is by mallory.
class QuarantinedCanary : public CanaryTest {
 protected:
  QuarantinedCanary() {
    workflow::SaveRequest request;
    request.workflow = Json{{"name", "triage"}, {"title", "Mallory's"}};
    request.base_version = "1.1.0";
    request.publish = false;
    EXPECT_TRUE(workflow::save_version(library.environment, mallory, request));
  }
  Result<workflow::QuarantineChange> quarantine() {
    return workflow::quarantine_author(library.environment, library.designer, mark, "a test");
  }

  const SemVer evil{1, 1, 1};
  const workflow::Actor mallory{{}, {"mallory-1", "evil-host 6.6", "pia_66666666"}, false};
  const workflow::AuthorMark mark{workflow::AuthorField::key, "pia_66666666"};
};

TEST_F(QuarantinedCanary, EndsWithTheQuarantineAndIsNotPublishedByItsEnd) {
  ASSERT_TRUE(begin_canary(99, false, evil));
  EXPECT_THAT(quarantine().value().versions, ElementsAre(workflow::VersionName(triage, evil)));
  EXPECT_FALSE(canary());
  EXPECT_EQ(stored(started("whole")).version, kStable);
  EXPECT_EQ(begin_canary(10, false, evil).error().code, "version_quarantined");
  const auto released = workflow::release_author(library.environment, library.designer, mark, "a test");
  EXPECT_THAT(released.value().kept, ElementsAre(workflow::VersionName(triage, evil)));
  EXPECT_EQ(status_of(evil), VersionStatus::retired);
  EXPECT_TRUE(begin_canary(10, false, evil));
  EXPECT_THAT(pianola::store::verify(library.folder / "store.db").problems, IsEmpty());
}

TEST_F(QuarantinedCanary, IsTakenByNobodyThoughTheStoreSaysIt) {
  ASSERT_TRUE(quarantine());
  const auto transaction = library.store->begin_write();
  library.store->versions().set_status({}, triage, evil, VersionStatus::published, library.clock.now());
  library.store->versions().set_canary({}, triage, {.version = evil, .percent = 99, .by_hand = true, .started_at = {}});
  workflow::append_audit(library.environment, library.designer, workflow::chain_of(triage), "canary_started",
                         {{"version", evil.text()}});
  transaction->commit();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(stored(started("whole")).version, kStable);
}

TEST_F(QuarantinedCanary, ReplacesAStableVersionThatIsSetApart) {
  ASSERT_TRUE(workflow::publish_version(library.environment, library.designer, triage, evil));
  ASSERT_TRUE(workflow::retire_version(library.environment, library.designer, triage, kStable, "old"));
  workflow::SaveRequest request;
  request.workflow = Json{{"name", "triage"}, {"title", "Ours"}};
  request.base_version = evil.text();
  request.publish = false;
  ASSERT_TRUE(library.save(request));
  ASSERT_TRUE(begin_canary(10, false, SemVer(1, 1, 2)));
  ASSERT_TRUE(quarantine());
  EXPECT_FALSE(canary());
  EXPECT_EQ(stable(), SemVer(1, 1, 2));
}

TEST_F(QuarantinedCanary, ExecutionsOfTheAuthorAreNoEvidence) {
  ASSERT_TRUE(begin_canary(50, true));
  const auto executions = [&] {
    const auto report = workflow::report_canary(library.environment, library.designer, triage).value();
    return report.evidence.canary.executions + report.evidence.stable.executions;
  };
  play(true);
  key = mallory.author.key;
  for (int i = 0; i < 4; ++i) play(false);
  EXPECT_EQ(executions(), 5);
  ASSERT_TRUE(quarantine());
  EXPECT_EQ(executions(), 1);
}

TEST_F(CanaryTest, AnotherShareGoesOnWithTheSameExecutions) {
  ASSERT_TRUE(begin_canary(10));
  const Canary before = canary().value();
  library.clock.advance_micros(kMicrosPerDay);
  ASSERT_TRUE(begin_canary(50));
  EXPECT_EQ(canary()->percent, 50);
  EXPECT_EQ(canary()->started_at, before.started_at);
}

}  // namespace
}  // namespace pianola::tests
