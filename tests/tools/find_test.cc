#include "workflow/find.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/tools/scratch_library.h"

namespace pianola::workflow {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using tests::a_design;
using tests::version_of;

Design described(const std::string& name, const std::string& title, const std::string& description,
                 std::vector<std::string> tags = {}) {
  return a_design(name).with_step("only").with_tags(std::move(tags)).changed([&](Design& design) {
    design.title = title;
    design.description = description;
  });
}

class Find : public testing::Test {
 protected:
  void save(const Design& design, VersionStatus status = VersionStatus::published) {
    library_.insert(version_of(design, status));
  }
  void save_three() {
    Design triage = described("triage-support-mail", "Triage a support mail",
                              "Sorts one customer mail into a category with an urgency.", {"mail", "support"});
    triage.when_not_to_use = {"the mail is from a colleague"};
    save(triage);
    save(
        described("review-pull-request", "Review a pull request", "Checks a code change against the rules.", {"code"}));
    save(described("check-invoice", "Check an invoice", "Compares an invoice with its order and its delivery note.",
                   {"finance", "mail"}));
  }
  // Numbered workflows, more than a small library.
  void save_many() {
    for (int i = 10; i < 40; ++i) {
      const std::string number = std::to_string(i);
      save(described("audit-" + number, "Audit garden " + number, "Counts the trees.", {i % 2 == 0 ? "even" : "odd"}));
    }
  }

  Result<FoundWorkflows> ask(FindRequest request) {
    return find_workflows(library_.environment, library_.designer, request);
  }
  FoundWorkflows find(const std::string& task, std::vector<std::string> tags = {}, int limit = 0,
                      const std::string& cursor = {}) {
    return ask({task, std::move(tags), limit, cursor}).value();
  }
  static std::vector<std::string> names(const FoundWorkflows& found) {
    std::vector<std::string> names;
    for (const Candidate& candidate : found.candidates) names.push_back(candidate.workflow.name.text());
    return names;
  }
  static std::vector<std::string> library(const FoundWorkflows& found) {
    std::vector<std::string> names;
    for (const WorkflowSummary& workflow : found.library) names.push_back(workflow.name.text());
    return names;
  }

  tests::ScratchLibrary library_;
};

TEST_F(Find, NothingMoreIsJudgedWhereNobodyWaits) {
  save_three();
  std::size_t judged = 0;
  const Heartbeat cancelled = [&](std::size_t done, std::size_t) {
    judged = done;
    throw Fault(FaultKind::cancelled, "cancelled");
  };
  EXPECT_THROW(find_workflows(library_.environment, library_.designer, {.task = "triage mail"}, cancelled), Fault);
  EXPECT_EQ(judged, 0U);
}

TEST_F(Find, TheWorkflowThatSpeaksOfTheTaskFits) {
  save_three();
  const FoundWorkflows found = find("sort incoming customer mails by category");
  EXPECT_TRUE(found.fits);
  EXPECT_THAT(names(found), ElementsAre("triage-support-mail"));
  EXPECT_THAT(found.candidates[0].matched, ElementsAre("sort", "customer", "mails", "category"));
  EXPECT_THAT(found.candidates[0].not_for, ElementsAre("the mail is from a colleague"));
  EXPECT_THAT(found.library, IsEmpty());
}

TEST_F(Find, SynonymsThatDoNotMatchDoNotHideAWorkflow) {
  save_three();
  const FoundWorkflows found = find("triage support email ticket customer classify categorize urgency priority");
  EXPECT_THAT(names(found), ElementsAre("triage-support-mail"));
}

TEST_F(Find, ItsNameFindsAWorkflow) {
  save_three();
  const FoundWorkflows found = find("check-invoice");
  ASSERT_THAT(names(found), Not(IsEmpty()));
  EXPECT_EQ(names(found)[0], "check-invoice");
  EXPECT_DOUBLE_EQ(found.candidates[0].score, 1.0);
}

TEST_F(Find, TheBetterMatchComesFirst) {
  save_three();
  save(described("sort-mail", "Sort customer mail", "Puts customer mail in the order of its urgency."));
  const FoundWorkflows found = find("triage customer mail urgency");
  EXPECT_THAT(names(found), ElementsAre("triage-support-mail", "sort-mail"));
  EXPECT_GT(found.candidates[0].score, found.candidates[1].score);
}

TEST_F(Find, WhereNoneFitsASmallLibraryIsShownWhole) {
  save_three();
  const FoundWorkflows found = find("compose a birthday song for grandmother");
  EXPECT_FALSE(found.fits);
  EXPECT_THAT(found.candidates, IsEmpty());
  EXPECT_TRUE(found.whole_library);
  EXPECT_THAT(library(found), ElementsAre("check-invoice", "review-pull-request", "triage-support-mail"));
}

TEST_F(Find, OneWordInCommonIsNoFit) {
  save_three();
  EXPECT_FALSE(find("mail merge").fits);
  EXPECT_TRUE(find("invoice").fits) << "unless the task has no more";
}

TEST_F(Find, NounsThatManyWorkflowsSpeakOfAreNoFit) {
  for (const char* what : {"archive", "translate", "print", "forward", "shred", "count", "stamp", "scan"}) {
    save(described(std::string(what) + "-customer-mail", "A " + std::string(what) + " of a customer mail",
                   "Does the " + std::string(what) + " of one customer mail."));
  }
  EXPECT_FALSE(find("draft a newsletter mail about discounts for every customer").fits)
      << "customer and mail are words of the whole library";
  EXPECT_THAT(names(find("translate this customer mail into Polish")), ElementsAre("translate-customer-mail"));
}

TEST_F(Find, WhatATaskNamesOfTheWorkflowCountsToo) {
  save_three();
  // Two of its words, of many that the library does not know: enough where they are what the workflow says of itself.
  EXPECT_TRUE(find("the pull request of our new colleague from Berlin needs a review before lunch").fits);
  EXPECT_FALSE(find("the delivery of our new sofa from Berlin is late, write an urgent note before lunch").fits);
}

TEST_F(Find, WordsOfAnyTaskFindNothing) {
  save_three();
  EXPECT_FALSE(find("please help me to do this task with a new workflow").fits);
  EXPECT_FALSE(find("???").fits);
  EXPECT_FALSE(find("1234 5678").fits);
}

TEST_F(Find, ALargeLibraryShowsTheNearestWhereNoneFits) {
  save_many();
  const FoundWorkflows found = find("audit of financial statements, balance sheet, tax return", {}, 3);
  EXPECT_FALSE(found.fits);
  EXPECT_FALSE(found.whole_library);
  EXPECT_THAT(found.library, SizeIs(3));
  EXPECT_THAT(find("compose a birthday song").library, IsEmpty());
}

TEST_F(Find, AllTagsMustBeThere) {
  save_three();
  EXPECT_THAT(library(find("", {"mail"})), ElementsAre("check-invoice", "triage-support-mail"));
  EXPECT_THAT(library(find("", {"mail", "finance"})), ElementsAre("check-invoice"));
  EXPECT_FALSE(find("triage support mail", {"finance"}).fits);
  EXPECT_THAT(library(find("triage support mail", {"finance"})), ElementsAre("check-invoice"));
}

TEST_F(Find, WithoutATaskTheListIsGivenPageByPage) {
  save_many();
  std::vector<std::string> all;
  std::string cursor;
  do {
    const FoundWorkflows page = find("", {"even"}, 4, cursor);
    EXPECT_LE(page.library.size(), 4U);
    EXPECT_FALSE(page.whole_library);
    for (const std::string& name : library(page)) all.push_back(name);
    cursor = page.next_cursor;
  } while (!cursor.empty());
  EXPECT_THAT(all, SizeIs(15));
  EXPECT_TRUE(std::ranges::is_sorted(all));
}

TEST_F(Find, CandidatesAreGivenPageByPage) {
  save_many();
  std::set<std::string> all;
  std::string cursor;
  int pages = 0;
  do {
    const FoundWorkflows page = find("audit garden trees", {}, 10, cursor);
    for (const std::string& name : names(page)) all.insert(name);
    cursor = page.next_cursor;
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(all, SizeIs(30));
}

TEST_F(Find, AnEmptyLibraryHoldsNothing) {
  EXPECT_FALSE(find("triage mail").fits);
  EXPECT_TRUE(find("triage mail").whole_library);
  EXPECT_TRUE(find("").whole_library);
  EXPECT_THAT(find("").library, IsEmpty());
}

TEST_F(Find, DraftsAreListedForDesignersAlone) {
  save(described("unfinished", "Unfinished", "Sorts customer mail."), VersionStatus::draft);
  EXPECT_THAT(library(find("")), ElementsAre("unfinished"));
  EXPECT_FALSE(find("sort customer mail").fits);
  library_.designer.executor_role = true;
  EXPECT_THAT(library(find("")), IsEmpty());
}

TEST_F(Find, AnotherWorkspaceIsNotSearched) {
  save_three();
  library_.designer.workspace = workflow::WorkspaceName::parse("other").value();
  EXPECT_THAT(find("").library, IsEmpty());
  EXPECT_FALSE(find("triage support mail").fits);
}

TEST_F(Find, WrongLimitsAndCursorsAreRefused) {
  save_three();
  EXPECT_EQ(ask({"mail", {}, 51, ""}).error().code, "bad_value");
  EXPECT_EQ(ask({"mail", {}, -1, ""}).error().code, "bad_value");
  EXPECT_EQ(ask({"mail", {}, 5, "next"}).error().code, "bad_cursor");
}

TEST_F(Find, QuerySyntaxIsOnlyText) {
  save_three();
  EXPECT_FALSE(find("\" OR NEAR(* \" -- '); DROP TABLE workflows").fits);
  EXPECT_TRUE(find("\"triage\" AND (support* OR mail)").fits);
  EXPECT_FALSE(find(std::string(10'000, 'a')).fits);
}

}  // namespace
}  // namespace pianola::workflow
