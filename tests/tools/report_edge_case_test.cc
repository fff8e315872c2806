#include "workflow/report_edge_case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/scratch_library.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using namespace workflow;  // NOLINT: a test of little else
using tests::a_design;
using tests::version_of;

// A store with the workflows "triage" (one designed case) and "billing" in it, and both tools on it.
class ReportEdgeCase : public testing::Test {
 protected:
  ReportEdgeCase() {
    const Design triage = a_design("triage").with_step("parse").with_step("reply").with_edge_case(
        "empty-mail", "the mail body is empty", "ask for the text", Level::high);
    library_.insert(version_of(triage));
    library_.insert(version_of(a_design("billing").with_step("parse")));
    library_.insert(execution_ = tests::an_execution(triage));
  }

  OrderedJson call(const mcp::Tool& tool, const Json& arguments, const Json& meta = Json::object()) {
    const mcp::ToolResult result = library_.call(tool, arguments, {privileged_, key_, meta});
    EXPECT_EQ(result.is_error, result.structured->contains("error"));
    return *result.structured;
  }
  OrderedJson report(const Json& arguments, const Json& meta = Json::object()) {
    return call(report_edge_case_tool(library_.context), arguments, meta);
  }
  OrderedJson resolve(const Json& arguments) { return call(edge_case_resolve_tool(library_.context), arguments); }

  // The situation told of "triage" by its name.
  OrderedJson tell(const std::string& situation) { return report({{"situation", situation}, {"name", "triage"}}); }
  std::string id_of(const OrderedJson& answer) { return answer.at("id").get<std::string>(); }

  std::vector<EdgeCaseReport> reports(std::optional<ReportStatus> status = std::nullopt) {
    return library_.store->edge_cases().list(library_.designer.workspace, std::nullopt, status, 100);
  }
  // What came after the fixture's own.
  std::vector<AuditEntry> audit(const std::string& chain) {
    std::vector<AuditEntry> entries = library_.audit_chain(chain);
    std::erase_if(entries, [](const AuditEntry& entry) { return entry.action == "inserted"; });
    return entries;
  }

  tests::ScratchLibrary library_;
  workflow::Execution execution_ = tests::an_execution(a_design());
  bool privileged_ = true;
  std::string key_;
};

constexpr const char* kDanish = "The mail is written in Danish, which no step mentions";

TEST_F(ReportEdgeCase, WhatIsNotRecognisedIsNotSaidToBeUndesigned) {
  EXPECT_THAT(tell(kDanish)["next"].get<std::string>(), HasSubstr("empty-mail: the mail body is empty."));
  const OrderedJson none = report({{"situation", kDanish}, {"name", "billing"}});
  EXPECT_THAT(none["next"].get<std::string>(), HasSubstr("Nothing is designed for this"));
}

TEST_F(ReportEdgeCase, ANewSituationIsStoredOpen) {
  const OrderedJson answer = report({{"situation", kDanish},
                                     {"name", "triage"},
                                     {"step", "parse"},
                                     {"what_was_done", "translated it"},
                                     {"suggestion", "say which languages count"},
                                     {"severity", "high"}});
  EXPECT_EQ(answer["known"], false);
  EXPECT_EQ(answer["count"], 1);
  EXPECT_EQ(answer["status"], "open");
  EXPECT_FALSE(answer.contains("designed"));
  ASSERT_THAT(reports(), SizeIs(1));
  const EdgeCaseReport stored = reports()[0];
  EXPECT_EQ(stored.id.text(), id_of(answer));
  EXPECT_EQ(stored.situation, kDanish);
  EXPECT_EQ(stored.step, "parse");
  EXPECT_EQ(stored.severity, Level::high);
  const auto told = library_.store->edge_cases().occurrences(library_.designer.workspace, stored.id, 10);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].what_was_done, "translated it");
  EXPECT_EQ(told[0].suggestion, "say which languages count");
}

TEST_F(ReportEdgeCase, TheSameSituationIsMergedAndCounted) {
  const OrderedJson first = tell(kDanish);
  const OrderedJson second = tell("Mail was written in Danish; no step mentions which");
  EXPECT_EQ(id_of(second), id_of(first));
  EXPECT_EQ(second["known"], true);
  EXPECT_EQ(second["count"], 2);
  ASSERT_THAT(reports(), SizeIs(1));
  EXPECT_EQ(reports()[0].situation, kDanish);
  EXPECT_THAT(library_.store->edge_cases().occurrences(library_.designer.workspace, reports()[0].id, 10), SizeIs(2));
}

TEST_F(ReportEdgeCase, WhatOneExecutionTellsTwiceIsKeptTwiceAndCountedOnce) {
  const Json telling = {{"situation", kDanish}, {"execution_id", execution_.id.text()}};
  const std::string id = id_of(report(telling));
  const OrderedJson again = report(telling);
  EXPECT_EQ(again["known"], true);
  EXPECT_EQ(again["count"], 1);
  EXPECT_EQ(tell(kDanish)["count"], 2);
  EXPECT_THAT(library_.store->edge_cases().occurrences(library_.designer.workspace, ReportId::parse(id).value(), 10),
              SizeIs(3));
}

TEST_F(ReportEdgeCase, WhatOneExecutionToldOfADuplicateTooIsCountedOnce) {
  const std::string original = id_of(report({{"situation", kDanish}, {"execution_id", execution_.id.text()}}));
  const Json other = {{"situation", "The attachment cannot be opened"}, {"execution_id", execution_.id.text()}};
  const std::string duplicate = id_of(report(other));
  const OrderedJson answer = resolve({{"id", duplicate}, {"resolution", "duplicate"}, {"duplicate_of", original}});
  EXPECT_EQ(answer["duplicate_of"]["count"], 1);
  EXPECT_EQ(report(other)["count"], 1);
}

TEST_F(ReportEdgeCase, AnotherSituationIsAReportOfItsOwn) {
  tell(kDanish);
  EXPECT_EQ(tell("The attachment cannot be opened")["known"], false);
  EXPECT_THAT(reports(), SizeIs(2));
}

TEST_F(ReportEdgeCase, TheSameSituationOfAnotherWorkflowIsItsOwn) {
  tell(kDanish);
  EXPECT_EQ(report({{"situation", kDanish}, {"name", "billing"}})["known"], false);
  EXPECT_THAT(reports(), SizeIs(2));
}

TEST_F(ReportEdgeCase, DesignedHandlingIsGivenAtOnce) {
  const OrderedJson answer = tell("The mail body was empty");
  EXPECT_EQ(answer["designed"]["id"], "empty-mail");
  EXPECT_EQ(answer["designed"]["then"], "ask for the text");
  EXPECT_EQ(answer["status"], "resolved");
  EXPECT_THAT(reports(ReportStatus::open), SizeIs(0));
  EXPECT_EQ(tell("The mail body was empty")["count"], 2) << "covered situations are counted too";
}

TEST_F(ReportEdgeCase, WhatTheDesignHandsOverIsNotLeftToJudgement) {
  library_.insert(version_of(a_design("legal").with_step("parse").with_escalation({"the sender threatens a lawsuit"})));
  const OrderedJson answer = report({{"situation", "The sender is threatening a lawsuit"}, {"name", "legal"}});
  EXPECT_EQ(answer["designed"]["id"], "escalation");
  EXPECT_EQ(answer["next"], "The workflow covers this: do what designed.then says.");
}

TEST_F(ReportEdgeCase, AnExecutionStandsForItsWorkflow) {
  const OrderedJson answer = report({{"situation", kDanish}, {"execution_id", execution_.id.text()}});
  EXPECT_EQ(answer["workflow"], "triage");
  EXPECT_THAT(audit("execution:" + execution_.id.text()), SizeIs(1));
}

TEST_F(ReportEdgeCase, WhereNoHostNamesAModelTheExecutionsExecutorTells) {
  const OrderedJson answer = report({{"situation", kDanish}, {"execution_id", execution_.id.text()}});
  const auto told =
      library_.store->edge_cases().occurrences(library_.designer.workspace, ReportId::parse(id_of(answer)).value(), 10);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].author.model, execution_.executor);
}

TEST_F(ReportEdgeCase, EveryTellingIsInTheAuditLog) {
  tell(kDanish);
  tell(kDanish);
  const std::vector<AuditEntry> chain = audit("workflow:triage");
  ASSERT_THAT(chain, SizeIs(2));
  EXPECT_EQ(chain[0].action, "edge_case_reported");
}

TEST_F(ReportEdgeCase, WhoWatchesTheReportsIsTold) {
  tell(kDanish);
  EXPECT_THAT(library_.updated, testing::ElementsAre("workflow://triage/edge-cases"));
}

TEST_F(ReportEdgeCase, TheSameKeyIsAnsweredAgainAndCountedOnce) {
  const Json arguments = {{"situation", kDanish}, {"name", "triage"}, {"idempotency_key", "k1"}};
  const OrderedJson first = report(arguments);
  Json with_hosts_own = arguments;
  with_hosts_own["wait_for_previous"] = true;
  const OrderedJson again = report(with_hosts_own);
  EXPECT_EQ(id_of(again), id_of(first));
  EXPECT_EQ(again["repeated"], true);
  EXPECT_EQ(again["count"], 1);
  EXPECT_THAT(audit("workflow:triage"), SizeIs(1));
  EXPECT_THAT(library_.updated, SizeIs(0));
}

TEST_F(ReportEdgeCase, TheSameKeyWithOtherArgumentsIsRefused) {
  report({{"situation", kDanish}, {"name", "triage"}, {"idempotency_key", "k1"}});
  const OrderedJson refused = report({{"situation", "Other"}, {"name", "triage"}, {"idempotency_key", "k1"}});
  EXPECT_EQ(refused["error"]["code"], "key_reused");
  EXPECT_THAT(reports(), SizeIs(1));
}

TEST_F(ReportEdgeCase, TheSameCallOfAHostIsCountedOnce) {
  const Json meta = {{"claudecode/toolUseId", "toolu_1"}};
  const Json arguments = {{"situation", kDanish}, {"name", "triage"}};
  report(arguments, meta);
  EXPECT_EQ(report(arguments, meta)["repeated"], true);
  EXPECT_EQ(report(arguments, {{"claudecode/toolUseId", "toolu_2"}})["count"], 2);
}

TEST_F(ReportEdgeCase, ACallIdThatComesAgainWithOtherArgumentsIsANewCall) {
  const Json meta = {{"claudecode/toolUseId", "toolu_1"}};
  report({{"situation", kDanish}, {"name", "triage"}}, meta);
  const OrderedJson other = report({{"situation", "The attachment cannot be opened"}, {"name", "triage"}}, meta);
  EXPECT_EQ(other["known"], false);
  EXPECT_THAT(reports(), SizeIs(2));
}

TEST_F(ReportEdgeCase, WhatCannotBeStoredIsRefusedAndLeavesNothing) {
  const auto code = [&](const Json& arguments) { return report(arguments)["error"]["code"].get<std::string>(); };
  EXPECT_EQ(code({{"situation", "  "}, {"name", "triage"}}), "missing_argument");
  EXPECT_EQ(code({{"situation", kDanish}}), "missing_argument");
  EXPECT_EQ(code({{"situation", std::string(4001, 'x')}, {"name", "triage"}}), "too_long");
  EXPECT_EQ(code({{"situation", kDanish}, {"name", "triag"}}), "unknown_workflow");
  EXPECT_EQ(code({{"situation", kDanish}, {"execution_id", "nonsense"}}), "unknown_execution");
  EXPECT_EQ(code({{"situation", kDanish}, {"execution_id", tests::an_execution_id(9).text()}}), "unknown_execution");
  EXPECT_EQ(code({{"situation", kDanish}, {"execution_id", execution_.id.text()}, {"name", "billing"}}),
            "wrong_workflow");
  EXPECT_EQ(code({{"situation", kDanish}, {"name", "triage"}, {"step", "pars"}}), "unknown_step");
  EXPECT_THAT(reports(), SizeIs(0));
  EXPECT_THAT(audit("workflow:triage"), SizeIs(0));
}

TEST_F(ReportEdgeCase, AnExecutorReportsOnlyItsOwnExecutions) {
  privileged_ = false;
  key_ = "someone";
  const OrderedJson refused = report({{"situation", kDanish}, {"execution_id", execution_.id.text()}});
  EXPECT_EQ(refused["error"]["code"], "unknown_execution");
}

TEST_F(ReportEdgeCase, AReportIsAcceptedOrRejectedWithAReason) {
  const std::string id = id_of(tell(kDanish));
  const OrderedJson accepted = resolve({{"id", id}, {"resolution", "accepted"}, {"reason", "to be designed"}});
  EXPECT_EQ(accepted["status"], "accepted");
  EXPECT_EQ(accepted["reason"], "to be designed");
  EXPECT_EQ(resolve({{"id", id}, {"resolution", "rejected"}})["status"], "rejected");
  EXPECT_EQ(reports()[0].status, ReportStatus::rejected);
  EXPECT_EQ(audit("workflow:triage").back().action, "edge_case_resolved");
}

TEST_F(ReportEdgeCase, ResolvingTheSameAgainChangesNothing) {
  const Json arguments = {{"id", id_of(tell(kDanish))}, {"resolution", "accepted"}};
  resolve(arguments);
  const std::size_t entries = audit("workflow:triage").size();
  EXPECT_EQ(resolve(arguments)["unchanged"], true);
  EXPECT_THAT(audit("workflow:triage"), SizeIs(entries));
}

TEST_F(ReportEdgeCase, ARejectedSituationToldAgainIsCountedAndStaysRejected) {
  resolve({{"id", id_of(tell(kDanish))}, {"resolution", "rejected"}});
  const OrderedJson again = tell(kDanish);
  EXPECT_EQ(again["status"], "rejected");
  EXPECT_EQ(again["count"], 2);
}

TEST_F(ReportEdgeCase, ADuplicateBringsItsTellingsAlong) {
  const std::string original = id_of(tell(kDanish));
  const std::string duplicate = id_of(tell("The attachment cannot be opened"));
  tell("The attachment cannot be opened");
  const OrderedJson answer = resolve({{"id", duplicate}, {"resolution", "duplicate"}, {"duplicate_of", original}});
  EXPECT_EQ(answer["status"], "duplicate");
  EXPECT_EQ(answer["duplicate_of"]["id"], original);
  EXPECT_EQ(answer["duplicate_of"]["count"], 3);
  EXPECT_THAT(reports(ReportStatus::open), SizeIs(1));
}

TEST_F(ReportEdgeCase, ASituationSettledAsADuplicateCountsForItsOriginal) {
  const std::string original = id_of(tell(kDanish));
  const std::string duplicate = id_of(tell("The attachment cannot be opened"));
  resolve({{"id", duplicate}, {"resolution", "duplicate"}, {"duplicate_of", original}});
  const OrderedJson again = tell("The attachment cannot be opened");
  EXPECT_EQ(again["id"], original);
  EXPECT_EQ(again["count"], 3);
  EXPECT_THAT(reports(ReportStatus::open), SizeIs(1));
}

TEST_F(ReportEdgeCase, WhatCannotBeResolvedIsRefused) {
  const std::string id = id_of(tell(kDanish));
  const std::string foreign = id_of(report({{"situation", kDanish}, {"name", "billing"}}));
  const auto code = [&](const Json& arguments) { return resolve(arguments)["error"]["code"].get<std::string>(); };
  EXPECT_EQ(code({{"id", "nonsense"}, {"resolution", "accepted"}}), "unknown_edge_case");
  EXPECT_EQ(code({{"id", id}, {"resolution", "duplicate"}}), "missing_argument");
  EXPECT_EQ(code({{"id", id}, {"resolution", "duplicate"}, {"duplicate_of", id}}), "bad_duplicate");
  EXPECT_EQ(code({{"id", id}, {"resolution", "duplicate"}, {"duplicate_of", foreign}}), "bad_duplicate");
  EXPECT_EQ(code({{"id", id}, {"resolution", "closed"}}), "bad_value");
  const std::string covered = id_of(tell("The mail body was empty"));
  EXPECT_EQ(code({{"id", covered}, {"resolution", "rejected"}}), "already_resolved");
}

TEST_F(ReportEdgeCase, ExecutorsReportAndDesignersResolve) {
  EXPECT_EQ(report_edge_case_tool(library_.context).needs, kMayExecute);
  EXPECT_EQ(edge_case_resolve_tool(library_.context).needs, kMayDesign);
}

}  // namespace
}  // namespace pianola::tools
