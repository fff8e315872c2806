#include "workflow/edge_case.h"

#include <gtest/gtest.h>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

using tests::a_design;

ReportId an_id(int n) { return ReportId::parse("019c0000-0000-7000-8000-00000000000" + std::to_string(n)).value(); }

EdgeCaseReport a_report(int n, const std::string& situation, Level severity = Level::medium, int count = 1) {
  EdgeCaseReport report{.id = an_id(n), .workflow = WorkflowName::parse("triage").value(), .version = SemVer(1, 0, 0)};
  report.situation = situation;
  report.severity = severity;
  report.count = count;
  return report;
}

TEST(EdgeCase, TheSameWordingIsTheSameSituation) {
  EXPECT_DOUBLE_EQ(situation_similarity("The mail is empty.", "the MAIL is empty"), 1.0);
}

TEST(EdgeCase, EmptyTextIsLikeNothing) {
  EXPECT_EQ(situation_similarity("", "The mail is empty"), 0);
  EXPECT_EQ(situation_similarity("", ""), 0);
  EXPECT_EQ(situation_similarity("...", "The mail is empty"), 0);
}

TEST(EdgeCase, SimilarityIsTheSameBothWays) {
  const std::string a = "The customer wrote in Danish and asked for a refund";
  const std::string b = "Customer asks for refunds in Danish";
  EXPECT_DOUBLE_EQ(situation_similarity(a, b), situation_similarity(b, a));
}

TEST(EdgeCase, NumbersAndQuotedValuesDoNotTellSituationsApart) {
  EXPECT_GE(situation_similarity("Order 4711 has no delivery date", "Order 98-15 has no delivery date"),
            kSameSituation);
  EXPECT_GE(situation_similarity("The currency \"DKK\" is unknown", "The currency \"NOK\" is unknown"), kSameSituation);
}

TEST(EdgeCase, EndingsOfWordsDoNotTellSituationsApart) {
  EXPECT_GE(situation_similarity("Two customers complaining about refunds", "Two customer complains about a refund"),
            kSameSituation);
}

TEST(EdgeCase, OtherSituationsAreToldApart) {
  EXPECT_LT(situation_similarity("The mail has no text at all", "The invoice is in a foreign currency"),
            kSameSituation);
  EXPECT_LT(situation_similarity("The mail is written in Danish", "The mail asks for two refunds"), kSameSituation);
}

TEST(EdgeCase, TheOppositeIsAnotherSituationHoweverAlikeItIsWorded) {
  const std::string yes = "The customer has a valid support contract with us and asks for a refund";
  for (const char* no : {"The customer has no valid support contract with us and asks for a refund",
                         "The customer has never had a valid support contract with us and asks for a refund",
                         "The customer hadn't a valid support contract with us and asks for a refund"}) {
    EXPECT_EQ(situation_similarity(yes, no), 0) << no;
    EXPECT_EQ(find_same_situation(no, {a_report(1, yes)}), nullptr) << no;
  }
  EXPECT_EQ(situation_similarity("The mail has a text and an attachment", "The mail has no text and no attachment"), 0);
}

TEST(EdgeCase, ADesignedCaseIsNotFoundByItsOpposite) {
  const Design design =
      a_design().with_step("parse").with_edge_case("dup", "the ticket is a duplicate of another ticket", "close it");
  EXPECT_TRUE(find_designed_case("This ticket is a duplicate of another ticket", design));
  EXPECT_FALSE(find_designed_case("The ticket is NOT a duplicate of another ticket", design));
  EXPECT_FALSE(find_designed_case("a duplicate of another ticket cannot be found", design));
}

TEST(EdgeCase, HostileTextIsOnlyText) {
  const std::string hostile = std::string(4000, '\'') + "\xff\xfe {{input.x}} \"; DROP TABLE";
  EXPECT_GE(situation_similarity(hostile, hostile), 0);
  EXPECT_LT(situation_similarity(hostile, "The mail is empty"), kSameSituation);
}

TEST(EdgeCase, TheMostAlikeKnownReportIsFound) {
  const std::vector<EdgeCaseReport> known = {a_report(1, "The invoice is in a foreign currency"),
                                             a_report(2, "The mail body has no text and no attachment"),
                                             a_report(3, "The mail body has no text")};
  const EdgeCaseReport* found = find_same_situation("Mail body has no text", known);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, an_id(3));
}

TEST(EdgeCase, NoKnownReportIsFoundForANewSituation) {
  EXPECT_EQ(find_same_situation("The attachment is a virus", {a_report(1, "The mail body has no text")}), nullptr);
  EXPECT_EQ(find_same_situation("The attachment is a virus", {}), nullptr);
}

TEST(EdgeCase, ADesignedCaseIsFoundByItsWhen) {
  const Design design = a_design()
                            .with_step("parse")
                            .with_edge_case("empty-mail", "the mail body is empty", "ask for the text")
                            .with_edge_case("foreign", "the mail is written in a foreign language", "escalate");
  const auto found = find_designed_case("The mail body was empty", design);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "empty-mail");
}

TEST(EdgeCase, ADesignedCaseIsFoundByItsExample) {
  const Design design = a_design()
                            .with_step("parse")
                            .with_edge_case("odd", "something unforeseen about dates", "skip")
                            .changed([](Design& changed) {
                              changed.edge_cases[0].example = "The delivery date lies before the order date";
                            });
  const auto found = find_designed_case("Delivery date lies before the order date", design);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "odd");
}

// "invoice" stands in most cases of this design and says little; "foreign currency" says which.
TEST(EdgeCase, ADesignedCaseIsFoundByFewWordsThatAreRareAmongItsCases) {
  const Design design =
      a_design()
          .with_step("parse")
          .with_edge_case("no-po", "The invoice has no purchase order number.", "ask")
          .with_edge_case("po-closed", "The purchase order is already closed.", "ask")
          .with_edge_case("po-spent", "The invoice is higher than what is left of the purchase order.", "ask")
          .with_edge_case("foreign", "The invoice is in a foreign currency.", "convert");
  const auto found = find_designed_case("Total is stated in a foreign currency.", design);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "foreign");
  EXPECT_FALSE(find_designed_case("The invoice is for another company.", design));
}

TEST(EdgeCase, NoDesignedCaseIsFoundWhereNoneFits) {
  const Design design = a_design().with_step("parse").with_edge_case("empty-mail", "the mail body is empty", "ask");
  EXPECT_FALSE(find_designed_case("The invoice is in a foreign currency", design));
  EXPECT_FALSE(find_designed_case("The mail body is empty", a_design().with_step("parse")));
}

TEST(EdgeCase, ASituationThatTheDesignHandsOverIsDesigned) {
  const Design design = a_design().with_step("parse").with_escalation({"The customer threatens legal action"},
                                                                      "A customer threatens us.");
  const auto found = find_designed_case("the customer threatened legal action", design);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, kEscalationCase);
  EXPECT_EQ(found->then,
            "Stop here and hand over to the designer: finish with outcome escalated. Say: A customer threatens us.");
}

TEST(EdgeCase, WeightIsCountTimesSeverity) {
  EXPECT_EQ(report_weight(a_report(1, "x", Level::low, 4)), 4);
  EXPECT_EQ(report_weight(a_report(1, "x", Level::medium, 4)), 12);
  EXPECT_EQ(report_weight(a_report(1, "x", Level::high, 4)), 36);
}

TEST(EdgeCase, StatusesAreReadAsTheyAreWritten) {
  for (const ReportStatus status : {ReportStatus::open, ReportStatus::accepted, ReportStatus::rejected,
                                    ReportStatus::duplicate, ReportStatus::resolved}) {
    EXPECT_EQ(parse_report_status(to_string(status)), status);
  }
  EXPECT_EQ(parse_report_status("closed"), std::nullopt);
}

}  // namespace
}  // namespace pianola::workflow
