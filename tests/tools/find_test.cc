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
  FoundWorkflows find_by(const std::string& task, std::vector<std::string> keywords) {
    return ask({.task = task, .keywords = std::move(keywords)}).value();
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

TEST_F(Find, ASynonymAmongTheKeywordsFindsAWorkflow) {
  save_three();
  EXPECT_FALSE(find("route an incoming letter").fits);
  const FoundWorkflows found = find_by("route an incoming letter", {"triage", "support mail", "post"});
  EXPECT_THAT(names(found), ElementsAre("triage-support-mail"));
  EXPECT_THAT(found.candidates[0].matched, ElementsAre("triage", "support", "mail"));
}

TEST_F(Find, KeywordsAloneAreATask) {
  save_three();
  EXPECT_THAT(names(find_by("", {"triage", "support mail"})), ElementsAre("triage-support-mail"));
  EXPECT_FALSE(find_by(" ", {"birthday", "song"}).fits);
  EXPECT_THAT(find_by(" ", {" "}).library, SizeIs(3)) << "the list";
}

TEST_F(Find, TheOneThatIsNotMeantForTheTaskComesLast) {
  Design any = described("triage-mail", "Triage a support mail", "Sorts one mail from anybody.");
  Design customers = described("triage-customer-mail", "Triage a support mail", "Sorts one mail from anybody.");
  customers.when_not_to_use = {"A colleague wrote it."};
  save(any);
  save(customers);
  EXPECT_EQ(names(find("triage the support mail that a colleague wrote"))[0], "triage-mail");
  EXPECT_EQ(find("triage the support mail that a customer wrote").candidates.size(), 2U);
}

TEST_F(Find, ExamplesAreSearched) {
  Design design = described("check-slip", "Check a slip", "Compares two slips.");
  design.steps[0].examples.push_back({{{"text", "Your parcel is delayed at customs"}}, Json::object()});
  save(design);
  EXPECT_TRUE(find("check the slip of a parcel at customs").fits);
  EXPECT_THAT(find("check the slip of a parcel at customs").candidates[0].matched,
              ElementsAre("check", "slip", "parcel", "customs"));
}

TEST_F(Find, WhereNothingFitsInALargeLibraryTheNearestComesFirst) {
  save_many();
  save(described("file-tax-return", "File a tax return", "Fills in the form for the tax office."));
  const FoundWorkflows found = find("audit the yearly tax statements of seven foreign companies", {}, 2);
  EXPECT_FALSE(found.fits);
  EXPECT_EQ(library(found)[0], "file-tax-return");
}

// Common words find those first in which they weigh most, however many workflows say them.
TEST_F(Find, AWorkflowIsFoundAmongManyThatSayItsWords) {
  for (int i = 0; i < 600; ++i) {
    save(described("note-" + std::to_string(i), "Note " + std::to_string(i),
                   "Files away what came in, be it an order, an invoice, a reminder, a mail or a delivery slip."));
  }
  save(described("compare-invoice-with-order", "Compare an invoice with its order", "Names what differs."));
  EXPECT_EQ(names(find("compare the invoice with the order"))[0], "compare-invoice-with-order");
  EXPECT_EQ(names(find("an invoice with its order"))[0], "compare-invoice-with-order");
}

TEST_F(Find, HostileTasksFindNothing) {
  save_three();
  for (const std::string& task :
       {std::string("\" OR name:*"), std::string("NEAR(zebra yak, 3) AND NOT ^lion"),
        std::string("'); DROP TABLE x; --"), std::string("the and of to"), std::string(100'000, 'x'),
        std::string(10'000, '"'), std::string("\xff\xfe"), std::string("\xf0\x9f\x9a\xb2 \xf0\x9f\xa7\xbe"),
        std::string("\u8acb\u6c42\u66f8\u3092\u78ba\u8a8d"),
        std::string("\u041f\u0440\u043e\u0432\u0435\u0440\u0438\u0442\u044c")}) {
    EXPECT_FALSE(find(task).fits) << task.substr(0, 40);
  }
  std::string words;
  for (int i = 0; i < 20'000; ++i) words += "word" + std::to_string(i) + " ";
  EXPECT_FALSE(find(words + "invoice").fits);
}

TEST_F(Find, OtherScriptsAreFound) {
  save_three();
  save(described("invoice-jp", "\u8acb\u6c42\u66f8\u3092\u78ba\u8a8d\u3059\u308b", ""));
  save(described("invoice-ru", "\u041f\u0440\u043e\u0432\u0435\u0440\u0438\u0442\u044c \u0441\u0447\u0451\u0442", ""));
  EXPECT_THAT(names(find("\u8acb\u6c42\u66f8\u306e\u78ba\u8a8d")), ElementsAre("invoice-jp"));
  EXPECT_THAT(names(find("\u043f\u0440\u043e\u0432\u0435\u0440\u0438\u0442\u044c \u0421\u0427\u0401\u0422")),
              ElementsAre("invoice-ru"));
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
