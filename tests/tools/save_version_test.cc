// The use cases on versions, on the real store.
#include "workflow/save_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/scratch_library.h"
#include "workflow/audit.h"
#include "workflow/read_accounts.h"

namespace pianola::workflow {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::a_design;

Design base() {
  return a_design().with_step("parse").with_output({"topic"}).with_step("answer").with_output({"reply"});
}

Design with_lint_error() { return a_design().with_step("parse").with_branch(Json::object(), "nowhere"); }

WorkflowName triage() { return WorkflowName::parse("triage").value(); }

class SaveVersion : public testing::Test {
 protected:
  tests::ScratchLibrary library;
};

TEST_F(SaveVersion, FirstVersionIsOnePublishedAndAudited) {
  const SavedVersion saved = library.save(base()).value();
  EXPECT_EQ(saved.number.text(), "1.0.0");
  EXPECT_EQ(saved.status, VersionStatus::published);
  EXPECT_EQ(saved.hash, Hash::of(canonical_design(base()).value()));
  const auto chain = library.audit();
  ASSERT_EQ(chain.size(), 1u);
  EXPECT_EQ(chain[0].action, "version_saved");
  EXPECT_EQ(chain[0].author.model, "claude-opus-5-5");
  EXPECT_FALSE(find_broken_link(chain));
}

TEST_F(SaveVersion, KnownNameNeedsItsBaseVersion) {
  ASSERT_TRUE(library.save(base()));
  const auto again = library.save(a_design().with_step("other"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "base_version_required");
  EXPECT_THAT(again.error().message, HasSubstr("1.0.0"));
}

TEST_F(SaveVersion, EmptyInstructionIsNeverPublished) {
  SaveRequest request;
  request.workflow = Json(encode_design(a_design().with_step("parse").with_step("check", "")));
  request.publish = false;
  const SemVer draft = library.save(request).value().number;
  const SavedVersion saved =
      library.save(R"({"name": "triage", "steps": [{"id": "check"}, {"id": "parse"}]})", draft.text()).value();
  EXPECT_EQ(saved.status, VersionStatus::draft);
  EXPECT_THAT(saved.notices, Contains(HasSubstr("Mend with base_version set to this draft")));
}

TEST_F(SaveVersion, DryRunKeepsNothingAndSaysNothingElse) {
  SaveRequest request;
  request.workflow = Json(encode_design(a_design().with_step("a", "{{steps.b.x}}").with_step("b").with_output({"x"})));
  request.dry_run = true;
  const SavedVersion checked = library.save(request).value();
  EXPECT_THAT(checked.notices, ElementsAre("It would be a draft: 1 lint error blocks publishing."));
  EXPECT_THAT(checked.lint.findings.front().fix, HasSubstr("Put the step \"b\" before \"a\""));
  request.dry_run = false;
  EXPECT_THAT(library.save(request).value().lint.findings.front().fix, HasSubstr(R"([{"id":"b"},{"id":"a"}])"));
}

TEST_F(SaveVersion, AWholeDesignReplacesItsBase) {
  ASSERT_TRUE(library.save(base()));
  SaveRequest request;
  request.workflow = Json(encode_design(a_design().with_step("answer").with_output({"reply"})));
  request.base_version = "1.0.0";
  request.whole_design = true;
  const SavedVersion saved = library.save(request).value();
  EXPECT_EQ(saved.number.text(), "2.0.0");
  EXPECT_THAT(saved.stayed, IsEmpty());
  const auto stored = library.store->versions().find(library.designer.workspace, triage(), saved.number);
  EXPECT_THAT(stored->design.step_ids(), ElementsAre("answer"));
}

TEST_F(SaveVersion, OneEdgeCaseIsAMinorVersionAndTheRestStays) {
  ASSERT_TRUE(library.save(base()));
  const SavedVersion saved =
      library.save(R"({"name": "triage", "edge_cases": [{"id": "empty", "when": "Empty.", "then": "Ask."}]})", "1.0.0")
          .value();
  EXPECT_EQ(saved.number.text(), "1.1.0");
  EXPECT_EQ(saved.base, SemVer(1, 0, 0));
  EXPECT_THAT(saved.stayed, Contains(HasSubstr("parse, answer")));
  EXPECT_EQ(saved.changes.size(), 1u);
}

TEST_F(SaveVersion, StaleBaseIsRefusedNamingTheNewerOneAndWhatChanged) {
  ASSERT_TRUE(library.save(base()));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Second"})", "1.0.0"));
  const auto stale = library.save(R"({"name": "triage", "title": "Third"})", "1.0.0");
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, "version_conflict");
  EXPECT_THAT(stale.error().message, HasSubstr("version 1.0.1 of \"triage\" is newer than your base 1.0.0"));
  EXPECT_EQ(stale.error().data["changed_since_base"].size(), 1u);
}

TEST_F(SaveVersion, AStaleBaseIsToldHowManyChangesAreLeftOut) {
  ASSERT_TRUE(library.save(base()));
  OrderedJson second = encode_design(base());
  for (int i = 0; i < 10; ++i) {
    second["steps"].push_back({{"id", "step-" + std::to_string(i)}, {"title", "More"}, {"instruction", "Do it."}});
  }
  ASSERT_TRUE(library.save(dump_compact(second), "1.0.0"));
  const auto stale = library.save(R"({"name": "triage", "title": "Third"})", "1.0.0");
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().data["changed_since_base"].size(), 8u);
  EXPECT_GE(stale.error().data["left_out"].get<int>(), 1);
}

TEST_F(SaveVersion, RepeatedSaveIsAnsweredAndStoresNothing) {
  ASSERT_TRUE(library.save(base()));
  EXPECT_TRUE(library.save(base()).value().unchanged);
  const std::string change = R"({"name": "triage", "title": "Second"})";
  ASSERT_TRUE(library.save(change, "1.0.0"));
  const SavedVersion again = library.save(change, "1.0.0").value();
  EXPECT_TRUE(again.unchanged);
  EXPECT_EQ(again.number.text(), "1.0.1");
  EXPECT_EQ(library.history().size(), 2u);
}

TEST_F(SaveVersion, LintErrorsStillStoreADraft) {
  SaveRequest request;
  request.workflow = Json(encode_design(with_lint_error()));
  request.publish = true;
  const SavedVersion saved = library.save(request).value();
  EXPECT_EQ(saved.status, VersionStatus::draft);
  EXPECT_TRUE(saved.lint.has_errors());
  EXPECT_THAT(saved.notices, Contains(HasSubstr("draft")));
  EXPECT_EQ(publish_version(library.environment, library.designer, triage(), saved.number).error().code, "lint_errors");
}

TEST_F(SaveVersion, SaveOntoADraftIsAPatchWhateverChanged) {
  ASSERT_TRUE(library.save(with_lint_error()));
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.base_version = "1.0.0";
  request.remove = {"/steps/parse/branches"};
  EXPECT_EQ(library.save(request).value().number.text(), "1.0.1");
}

TEST_F(SaveVersion, EqualContentPublishesTheDraft) {
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.publish = false;
  EXPECT_EQ(library.save(request).value().status, VersionStatus::draft);
  EXPECT_EQ(library.save(request).value().status, VersionStatus::draft);
  request.publish = true;
  const SavedVersion published = library.save(request).value();
  EXPECT_EQ(published.status, VersionStatus::published);
  EXPECT_EQ(published.number.text(), "1.0.0");
  EXPECT_EQ(library.history().size(), 1u);
}

TEST_F(SaveVersion, VersionMayBeAWordOrANumber) {
  ASSERT_TRUE(library.save(base()));
  SaveRequest request;
  request.workflow = {{"name", "triage"}, {"title", "Second"}};
  request.base_version = "1.0.0";
  request.dry_run = true;
  request.version = "major";
  EXPECT_EQ(library.save(request).value().number.text(), "2.0.0");
  request.version = "1.4.0";
  EXPECT_EQ(library.save(request).value().number.text(), "1.4.0");
  request.version = "1.0.0";
  EXPECT_EQ(library.save(request).error().code, "version_taken");
  request.version = "newest";
  EXPECT_EQ(library.save(request).error().code, "bad_version");
}

TEST_F(SaveVersion, DryRunStoresNothing) {
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.dry_run = true;
  EXPECT_EQ(library.save(request).value().number.text(), "1.0.0");
  EXPECT_THAT(library.history(), IsEmpty());
  EXPECT_THAT(library.audit(), IsEmpty());
}

TEST_F(SaveVersion, RefusedSaveStoresNothing) {
  EXPECT_FALSE(library.save(R"({"name": "triage", "steps": {}, "tolerance": 2})", ""));
  EXPECT_THAT(library.history(), IsEmpty());
}

TEST_F(SaveVersion, EveryMistakeIsToldAtOnceLintErrorsToo) {
  const auto refused = library.save(
      R"({"name": "Tri Age", "tolerance": 2,
          "steps": [{"id": "a", "branches": [{"goto": "b"}]}, {"id": "a", "instruction": "Do it."}]})",
      "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "bad_design");
  EXPECT_THAT(refused.error().message, HasSubstr("nothing was saved"));
  EXPECT_THAT(refused.error().data["findings"].dump(), HasSubstr("\\\"tri-age\\\""));
  EXPECT_THAT(refused.error().data["findings"].dump(), HasSubstr("/tolerance"));
  std::vector<std::string> places;
  for (const auto& finding : refused.error().data["findings"]) places.push_back(finding["place"]);
  EXPECT_THAT(places, Contains("/steps/0/branches/0/goto"));
  EXPECT_THAT(places, Contains("/steps/1/id"));
}

TEST_F(SaveVersion, BaseOfAnUnknownWorkflowNamesTheNearest) {
  ASSERT_TRUE(library.save(base()));
  const auto refused = library.save(R"({"name": "triag"})", "1.0.0");
  EXPECT_EQ(refused.error().code, "unknown_workflow");
  EXPECT_THAT(refused.error().message, HasSubstr("\"triage\""));
  EXPECT_EQ(library.save(R"({"name": "triage"})", "3.0.0").error().code, "unknown_version");
}

TEST_F(SaveVersion, ResolvesTakesEffectOnPublishing) {
  ASSERT_TRUE(library.save(base()));
  const ReportId id = library.report("The mail is empty.");
  SaveRequest request;
  request.workflow = {{"name", "triage"}, {"title", "Second"}};
  request.base_version = "1.0.0";
  request.publish = false;
  request.resolves = {id.text()};
  const SemVer draft = library.save(request).value().number;
  EXPECT_EQ(library.stored_report(id).status, ReportStatus::open);
  const auto published = publish_version(library.environment, library.designer, triage(), draft);
  EXPECT_THAT(published.value().resolved, ElementsAre(id.text()));
  EXPECT_EQ(library.stored_report(id).status, ReportStatus::resolved);
  EXPECT_EQ(library.stored_report(id).resolved_in, draft.text());
}

TEST_F(SaveVersion, DraftsHandTheirResolvesOnToTheVersionMadeFromThem) {
  ASSERT_TRUE(library.save(base()));
  const ReportId id = library.report("The mail is empty.");
  SaveRequest request;
  request.workflow = {{"name", "triage"}, {"title", "Second"}};
  request.base_version = "1.0.0";
  request.publish = false;
  request.resolves = {id.text()};
  const SemVer draft = library.save(request).value().number;
  const SavedVersion next = library.save(R"({"name": "triage", "title": "Third"})", draft.text()).value();
  EXPECT_THAT(next.resolved, ElementsAre(id.text()));
}

TEST_F(SaveVersion, ResolvesToldWithADraftsContentAgainTakesEffectOnPublishing) {
  ASSERT_TRUE(library.save(base()));
  const ReportId id = library.report("The mail is empty.");
  SaveRequest request;
  request.workflow = {{"name", "triage"}, {"title", "Second"}};
  request.base_version = "1.0.0";
  request.publish = false;
  const SemVer draft = library.save(request).value().number;
  request.resolves = {id.text()};
  EXPECT_TRUE(library.save(request).value().unchanged);
  const auto published = publish_version(library.environment, library.designer, triage(), draft);
  EXPECT_THAT(published.value().resolved, ElementsAre(id.text()));
}

TEST_F(SaveVersion, ReportOfAnotherWorkflowIsRefusedAndNothingIsSaved) {
  ASSERT_TRUE(library.save(a_design("other").with_step("a")));
  const ReportId id = library.report("Something.", "other");
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.resolves = {id.text(), "42"};
  const auto refused = library.save(request);
  EXPECT_EQ(refused.error().code, "unknown_edge_case");
  EXPECT_THAT(refused.error().message, HasSubstr("other"));
  EXPECT_THAT(refused.error().message, HasSubstr("42"));
  EXPECT_THAT(library.history(), IsEmpty());
}

TEST_F(SaveVersion, UnknownDesignCostStaysUnknownUntilTold) {
  ASSERT_TRUE(library.save(base()));
  EXPECT_FALSE(library.history()[0].design_cost.given);
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.design_cost.given = Money::from_usd(1.5).value();
  EXPECT_TRUE(library.save(request).value().unchanged);
  EXPECT_EQ(library.history()[0].design_cost.given, Money::from_usd(1.5).value());
}

// What designing the newest version cost, in money, as the accounts book it.
std::optional<Money> booked_design_cost(tests::ScratchLibrary& library) {
  const auto bookings = design_bookings(library.environment, library.designer, WorkflowName::parse("triage").value());
  return design_money(bookings.at(0), price_book(library.environment, library.designer));
}

Usage design_tokens(std::string model = {}) {
  Usage usage;
  usage.input = 1'000'000;
  usage.output = 10;
  usage.model = std::move(model);
  return usage;
}

TEST_F(SaveVersion, DesignUsageWithoutAModelIsTheInheritedDesigners) {
  ASSERT_TRUE(library.save(base()));
  SaveRequest request;
  request.workflow = Json{{"name", "triage"}, {"title", "Second"}};
  request.base_version = "1.0.0";
  request.design_cost.usage = design_tokens();
  const SavedVersion saved = library.save(request).value();
  EXPECT_EQ(booked_design_cost(library), Money::from_usd(4.0002).value());
  EXPECT_THAT(saved.notices, Contains(HasSubstr("Design cost recorded: $4.0002")));
}

TEST_F(SaveVersion, DesignCostNotToldIsSaidSo) {
  EXPECT_THAT(library.save(base()).value().notices, Contains(HasSubstr("Design cost not told")));
}

TEST_F(SaveVersion, DesignUsageWithoutAPriceSaysSoAndMayBeToldAgain) {
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.design_cost.usage = design_tokens("opus");
  EXPECT_THAT(library.save(request).value().notices, Contains(HasSubstr("\"opus\" has no price")));
  EXPECT_EQ(booked_design_cost(library), std::nullopt);
  request.design_cost.usage = design_tokens("claude-opus-5-5");
  const SavedVersion again = library.save(request).value();
  EXPECT_TRUE(again.unchanged);
  EXPECT_THAT(again.notices, Contains(HasSubstr("Design cost recorded: $4.0002")));
  EXPECT_THAT(again.notices, Not(Contains(HasSubstr("nothing new was stored"))));
  EXPECT_EQ(booked_design_cost(library), Money::from_usd(4.0002).value());
}

TEST_F(SaveVersion, ADesignCostInMoneyTakesThePlaceOfUsageWithoutAPrice) {
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.design_cost.usage = design_tokens("opus");
  ASSERT_TRUE(library.save(request));
  request.design_cost = {Money::from_usd(1.5).value(), std::nullopt};
  EXPECT_THAT(library.save(request).value().notices, Contains(HasSubstr("$1.50")));
  EXPECT_EQ(booked_design_cost(library), Money::from_usd(1.5).value());
}

TEST_F(SaveVersion, AKnownDesignCostIsKeptAndSaidSo) {
  SaveRequest request;
  request.workflow = Json(encode_design(base()));
  request.design_cost.given = Money::from_usd(1.5).value();
  ASSERT_TRUE(library.save(request));
  EXPECT_EQ(library.save(request).value().notices.size(), 1U);  // that it is equal
  request.design_cost.given = Money::from_usd(2).value();
  EXPECT_THAT(library.save(request).value().notices, Contains(HasSubstr("stays $1.50")));
  EXPECT_EQ(booked_design_cost(library), Money::from_usd(1.5).value());
}

TEST_F(SaveVersion, ReviewKeepsADraftUntilItIsApproved) {
  library.environment.settings.require_review = true;
  EXPECT_EQ(library.save(base()).value().status, VersionStatus::draft);
  EXPECT_EQ(publish_version(library.environment, library.designer, triage(), SemVer(1, 0, 0)).error().code,
            "approval_required");
}

TEST_F(SaveVersion, RollBackMakesTheOneBeforeNewestAndNumbersGoOn) {
  ASSERT_TRUE(library.save(base()));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Second"})", "1.0.0"));
  const StatusChange back = roll_back(library.environment, library.designer, triage(), "worse").value();
  EXPECT_EQ(back.number.text(), "1.0.1");
  EXPECT_EQ(back.newest_published, SemVer(1, 0, 0));
  EXPECT_EQ(roll_back(library.environment, library.designer, triage(), "").error().code, "nothing_to_roll_back");
  EXPECT_EQ(library.save(R"({"name": "triage", "title": "Third"})", "1.0.0").value().number.text(), "1.0.2");
  EXPECT_FALSE(find_broken_link(library.audit()));
}

TEST_F(SaveVersion, RetiredVersionIsKeptAndMayComeBack) {
  ASSERT_TRUE(library.save(base()));
  const StatusChange retired =
      retire_version(library.environment, library.designer, triage(), SemVer(1, 0, 0), "old").value();
  EXPECT_FALSE(retired.newest_published);
  EXPECT_EQ(publish_version(library.environment, library.designer, triage(), SemVer(1, 0, 0)).value().newest_published,
            SemVer(1, 0, 0));
  EXPECT_EQ(retire_version(library.environment, library.designer, triage(), SemVer(9, 0, 0), "").error().code,
            "unknown_version");
}

}  // namespace
}  // namespace pianola::workflow
