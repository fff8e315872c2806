#include "workflow/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

TEST(Names, WorkflowNameIsASlug) {
  EXPECT_EQ(WorkflowName::parse("ticket-triage-2").value().text(), "ticket-triage-2");
  for (const char* bad : {"", "-a", "Ticket", "a b", "a_b", "caf\xc3\xa9", "a/b"}) {
    EXPECT_FALSE(WorkflowName::parse(bad)) << bad;
  }
  EXPECT_TRUE(WorkflowName::parse(std::string(64, 'a')));
  EXPECT_FALSE(WorkflowName::parse(std::string(65, 'a')));
}

TEST(Names, RefusedNameProposesASlug) {
  const auto name = WorkflowName::parse("Ticket Triage!");
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code, "bad_name");
  EXPECT_THAT(name.error().message, testing::HasSubstr("\"ticket-triage\""));
}

TEST(Names, StepIdsMayHoldUnderscoresButNotTheNamesOfEnds) {
  EXPECT_TRUE(is_step_id("look_up-2"));
  EXPECT_FALSE(is_step_id("end"));
  EXPECT_FALSE(is_step_id("escalate"));
  EXPECT_FALSE(is_step_id("_a"));
  EXPECT_FALSE(is_step_id("A"));
}

TEST(Names, SemVerReadsThreeNumbersAlone) {
  EXPECT_EQ(SemVer::parse("1.20.3").value(), SemVer(1, 20, 3));
  for (const char* bad : {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.-3", "1.2.3-rc1", "1..3", "1.2.3 ",
                          "9999999999.0.0", "+1.0.0"}) {
    EXPECT_FALSE(SemVer::parse(bad)) << bad;
  }
}

TEST(Names, SemVerComparesByNumberAndNotByText) {
  EXPECT_LT(SemVer(1, 9, 0), SemVer(1, 10, 0));
  EXPECT_LT(SemVer(9, 9, 9), SemVer(10, 0, 0));
}

TEST(Names, BumpSetsTheLowerPartsToZero) {
  EXPECT_EQ(SemVer(1, 2, 3).bumped(Bump::patch).text(), "1.2.4");
  EXPECT_EQ(SemVer(1, 2, 3).bumped(Bump::minor).text(), "1.3.0");
  EXPECT_EQ(SemVer(1, 2, 3).bumped(Bump::major).text(), "2.0.0");
}

TEST(Names, HashIsSha256) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(Hash::of("abc").text(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hash::of("abc").short_form(), "ba7816bf8f01");
  EXPECT_EQ(Hash::parse(Hash::of("").text()).value(), Hash::of(""));
  EXPECT_FALSE(Hash::parse("ba7816bf8f01"));
  EXPECT_FALSE(Hash::parse(std::string(64, 'G')));
}

TEST(Names, IdSaysWhereItComesFrom) {
  EXPECT_TRUE(ExecutionId::parse("01990000-0000-7000-8000-000000000000"));
  const auto id = ExecutionId::parse("42");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, "unknown_execution");
  EXPECT_THAT(id.error().message, testing::HasSubstr("execution_start"));
  EXPECT_EQ(ReportId::parse("42").error().code, "unknown_edge_case");
}

}  // namespace
}  // namespace pianola::workflow
