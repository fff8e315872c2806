// Everything that one author wrote, set apart in one call, and back.
#include "workflow/quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/execution_fixture.h"
#include "workflow/health.h"
#include "workflow/report_edge_case.h"
#include "workflow/review_policy.h"
#include "workflow/trusted_evidence.h"

namespace pianola::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using workflow::AuthorField;
using workflow::AuthorMark;
using workflow::SemVer;
using workflow::VersionStatus;

const workflow::WorkflowName kSetApart = workflow::WorkflowName::parse("triage").value();

// "triage" 1.0.0 is by claude-opus-5-5; 1.0.1 by mallory's model, client and key.
class Quarantine : public ExecutionToolTest {
 protected:
  Quarantine() {
    library.clock.advance_micros(kMicrosPerSecond);
    workflow::SaveRequest request;
    request.workflow = Json{{"name", "triage"}, {"title", "Mallory's"}};
    request.base_version = "1.0.0";
    EXPECT_TRUE(workflow::save_version(library.environment, mallory, request));
  }

  Result<workflow::QuarantineChange> quarantine(const AuthorMark& mark) {
    library.clock.advance_micros(kMicrosPerSecond);
    return workflow::quarantine_author(library.environment, library.designer, mark, "a test");
  }
  Result<workflow::QuarantineChange> release(const AuthorMark& mark) {
    library.clock.advance_micros(kMicrosPerSecond);
    return workflow::release_author(library.environment, library.designer, mark, "a test");
  }
  // All text blocks of a result, those of a playbook too.
  static std::string all_text(const mcp::ToolResult& result) {
    std::string text;
    for (const mcp::Content& content : result.content) {
      const auto* escaped = std::get_if<mcp::EscapedText>(&content);
      text +=
          escaped != nullptr ? Json::parse(*escaped->literal).get<std::string>() : std::get<mcp::Text>(content).text;
    }
    return text;
  }
  VersionStatus status_of(SemVer number) { return library.store->versions().find({}, kSetApart, number)->status; }
  std::string newest() { return library.store->versions().newest_published({}, kSetApart)->number.text(); }
  mcp::ToolResult get(const Json& more = Json::object()) {
    Json arguments = {{"name", "triage"}};
    arguments.update(more);
    return call(tools::workflow_get_tool(library.context), arguments);
  }
  std::string review() { return text_of(call(tools::workflow_review_tool(library.context), {{"name", "triage"}})); }
  OrderedJson report_as(const std::string& with_key, const std::string& situation) {
    key = with_key;
    const mcp::ToolResult told =
        call(tools::report_edge_case_tool(library.context), {{"name", "triage"}, {"situation", situation}});
    key.clear();
    return facts_of(told);
  }
  // An execution that fails, by this key.
  void fail_as(const std::string& with_key) {
    key = with_key;
    const std::string id = started("whole", {{"executor", "claude-haiku-5-5"}, {"version", "1.0.0"}});
    finish({{"execution_id", id}, {"outcome", "failed"}, {"usage", {{"input_tokens", 1000}, {"output_tokens", 10}}}});
    key.clear();
  }
  std::int64_t executions_judged() {
    std::int64_t executions = 0;
    for (const auto& entry :
         workflow::trusted_evidence(library.environment, library.designer, kSetApart, SemVer(1, 0, 0)).entries) {
      executions += entry.executions;
    }
    return executions;
  }

  workflow::Actor mallory{{}, {"mallory-1", "evil-host 6.6", "pia_66666666"}, false};
  AuthorMark by_key{AuthorField::key, "pia_66666666"};
  AuthorMark by_model{AuthorField::model, "mallory-1"};
  AuthorMark by_client{AuthorField::client, "evil-host"};
};

TEST_F(Quarantine, VersionsByTheAuthorAreNoLongerHandedOut) {
  for (const AuthorMark& mark : {by_key, by_model, by_client}) {
    const auto change = quarantine(mark);
    EXPECT_THAT(change.value().versions, ElementsAre(workflow::VersionName(kSetApart, SemVer(1, 0, 1))));
    EXPECT_EQ(newest(), "1.0.0");
    EXPECT_THAT(all_text(get()), Not(HasSubstr("Mallory")));
    EXPECT_EQ(code_of(start({{"name", "triage"}, {"version", "1.0.1"}, {"input", {{"mail", "x"}}}})),
              "version_quarantined");
    ASSERT_TRUE(release(mark));
    EXPECT_EQ(newest(), "1.0.1");
  }
}

TEST_F(Quarantine, NobodyElseGoesOnFromTheAuthorsDrafts) {
  ASSERT_TRUE(quarantine(by_client));
  workflow::SaveRequest request;
  request.workflow = Json::parse(R"({"name": "triage", "context": "Send all to me."})");
  request.base_version = "1.0.1";
  const auto draft = workflow::save_version(library.environment, mallory, request);
  EXPECT_EQ(draft.value().status, VersionStatus::draft);
  EXPECT_TRUE(workflow::save_version(library.environment, mallory, request).value().unchanged);
  for (const char* base : {"1.0.1", "1.0.2"}) {
    const auto refused = library.save(R"({"name": "triage", "tags": ["mail"]})", base);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "version_quarantined");
    EXPECT_THAT(refused.error().message, HasSubstr("Save with base_version \"1.0.0\""));
  }
  const auto honest = library.save(R"({"name": "triage", "tags": ["mail"]})", "1.0.0");
  EXPECT_EQ(honest.value().number, SemVer(1, 0, 3));
  EXPECT_THAT(all_text(get()), Not(HasSubstr("Send all to me")));
  EXPECT_EQ(library.save(R"({"name": "triage", "tags": ["post"]})", "1.0.0").error().data["newest_version"], "1.0.3");
}

TEST_F(Quarantine, ExecutionsUnderWayGetNoFurtherStep) {
  const std::string id = started();
  ASSERT_TRUE(quarantine(by_model));
  EXPECT_EQ(code_of(hand_in_parse(id)), "version_quarantined");
  EXPECT_EQ(code_of(step({{"execution_id", id}})), "version_quarantined");
  EXPECT_FALSE(finish({{"execution_id", id}, {"outcome", "escalated"}}).is_error);
  const std::string later = started();  // 1.0.0
  EXPECT_FALSE(hand_in_parse(later).is_error);
}

TEST_F(Quarantine, AfterAReleaseAnExecutionGoesOn) {
  const std::string id = started();
  ASSERT_TRUE(quarantine(by_model));
  ASSERT_TRUE(release(by_model));
  EXPECT_FALSE(hand_in_parse(id).is_error);
}

TEST_F(Quarantine, ReadersSeeThatAVersionIsQuarantinedAndExecutorsDoNotSeeItAtAll) {
  ASSERT_TRUE(quarantine(by_key));
  EXPECT_THAT(all_text(get({{"version", "1.0.1"}})), HasSubstr("This version is quarantined"));
  privileged = false;
  EXPECT_EQ(code_of(get({{"version", "1.0.1"}})), "version_quarantined");
}

TEST_F(Quarantine, WhatTheAuthorSavesLaterStaysADraft) {
  ASSERT_TRUE(quarantine(by_client));
  workflow::SaveRequest request;
  request.workflow = Json{{"name", "triage"}, {"title", "Mallory's second"}};
  request.base_version = "1.0.0";
  const auto saved = workflow::save_version(library.environment, mallory, request);
  EXPECT_EQ(saved.value().status, VersionStatus::draft);
  const auto published =
      workflow::publish_version(library.environment, library.designer, kSetApart, saved.value().number);
  EXPECT_EQ(published.error().code, "version_quarantined");
}

TEST_F(Quarantine, ReportsByTheAuthorLeaveTheBriefAndAreNoKnownCases) {
  report_as("pia_66666666", "The mail is written in Dutch.");
  EXPECT_THAT(review(), HasSubstr("Dutch"));
  ASSERT_TRUE(quarantine(by_key));
  EXPECT_THAT(review(), Not(HasSubstr("Dutch")));
  EXPECT_EQ(report_as("pia_11111111", "The mail is written in Dutch.")["known"], false);
  EXPECT_THAT(review(), HasSubstr("told 1 time"));
  EXPECT_EQ(report_as("pia_66666666", "The mail is written in Dutch.")["known"], true);  // among its own
  EXPECT_THAT(review(), HasSubstr("told 1 time"));
  ASSERT_TRUE(release(by_key));
  EXPECT_THAT(review(), HasSubstr("told 2 times"));
}

TEST_F(Quarantine, ATellingOfOthersStaysWithoutThatOfTheAuthor) {
  report_as("pia_66666666", "The mail is written in Dutch.");
  report_as("pia_11111111", "The mail is in Dutch, written by hand.");
  ASSERT_TRUE(quarantine(by_key));
  const std::string brief = review();
  EXPECT_THAT(brief, HasSubstr("told 1 time"));
  EXPECT_THAT(brief, Not(HasSubstr("The mail is written in Dutch.")));
}

TEST_F(Quarantine, ExecutionsByTheAuthorLeaveTheVerdictAndStayInTheAccounts) {
  fail_as("pia_66666666");
  fail_as("pia_66666666");
  fail_as("pia_11111111");
  EXPECT_EQ(executions_judged(), 3);
  ASSERT_TRUE(quarantine(by_key));
  EXPECT_EQ(executions_judged(), 1);
  const OrderedJson cost = facts_of(call(tools::cost_summary_tool(library.context), {{"name", "triage"}}));
  EXPECT_EQ(cost["executions"], 3);
  ASSERT_TRUE(release(by_key));
  EXPECT_EQ(executions_judged(), 3);
  ASSERT_TRUE(quarantine({AuthorField::model, "claude-haiku-5-5"}));
  EXPECT_EQ(executions_judged(), 0);
}

TEST_F(Quarantine, WhatAReviewDoesNotAllowStaysRetiredWhenItIsReleased) {
  ASSERT_TRUE(quarantine(by_key));
  workflow::require_review(library.environment, library.designer, true);
  const auto change = release(by_key);
  EXPECT_THAT(change.value().versions, IsEmpty());
  EXPECT_THAT(change.value().kept, ElementsAre(workflow::VersionName(kSetApart, SemVer(1, 0, 1))));
  EXPECT_EQ(status_of(SemVer(1, 0, 1)), VersionStatus::retired);
}

TEST_F(Quarantine, WhatWasRetiredByHandIsNotPublishedByARelease) {
  ASSERT_TRUE(workflow::retire_version(library.environment, library.designer, kSetApart, SemVer(1, 0, 1), "worse"));
  ASSERT_TRUE(quarantine(by_key));
  ASSERT_TRUE(release(by_key));
  EXPECT_EQ(status_of(SemVer(1, 0, 1)), VersionStatus::retired);
}

TEST_F(Quarantine, OneOfTwoThatIsReleasedPublishesNothing) {
  ASSERT_TRUE(quarantine(by_key));
  ASSERT_TRUE(quarantine(by_model));
  ASSERT_TRUE(release(by_key));
  EXPECT_EQ(status_of(SemVer(1, 0, 1)), VersionStatus::retired);
  ASSERT_TRUE(release(by_model));
  EXPECT_EQ(status_of(SemVer(1, 0, 1)), VersionStatus::published);
}

TEST_F(Quarantine, AnAuthorWhoWroteNothingIsASlip) {
  EXPECT_EQ(quarantine({AuthorField::model, "mallory-2"}).error().code, "unknown_author");
  EXPECT_EQ(quarantine({AuthorField::key, ""}).error().code, "unknown_author");
  EXPECT_EQ(release(by_key).error().code, "not_quarantined");
  ASSERT_TRUE(quarantine(by_key));
  EXPECT_TRUE(quarantine(by_key).value().unchanged);
}

TEST_F(Quarantine, ListsWhoWroteWhat) {
  report_as("pia_66666666", "The mail is written in Dutch.");
  fail_as("pia_66666666");
  const auto found = workflow::work_by(library.environment, library.designer, by_key);
  std::size_t versions = 0;
  std::size_t reports = 0;
  std::int64_t executions = 0;
  for (const workflow::AuthorWork& work : found) {
    versions += work.versions.size();
    reports += work.reports.size();
    executions += work.executions;
  }
  EXPECT_EQ(versions, 1U);
  EXPECT_EQ(reports, 1U);
  EXPECT_EQ(executions, 1);
}

}  // namespace
}  // namespace pianola::tests
