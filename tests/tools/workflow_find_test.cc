// What workflow_find shows of what was found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/scratch_library.h"
#include "tools/catalogue.h"

namespace pianola::tools {
namespace {

using testing::Not;

// Workflows about invoices, whose designers wrote long descriptions and rules.
void insert_wordy(tests::ScratchLibrary& library, int count) {
  for (int i = 0; i < count; ++i) {
    workflow::Design design = tests::a_design("invoice-" + std::to_string(i)).with_step("only");
    design.title = "Check an invoice " + std::string(250, 't');
    design.description = "Checks an invoice against its order. " + std::string(2'800, 'd');
    design.when_not_to_use.assign(10, "The invoice is " + std::string(900, 'n'));
    library.insert(tests::version_of(design));
  }
}

OrderedJson find(tests::ScratchLibrary& library, const Json& arguments) {
  return *library.call(workflow_find_tool(library.context), arguments, {}).structured;
}

TEST(WorkflowFind, CandidatesShareOnePageHoweverWordyTheyAre) {
  tests::ScratchLibrary library;
  insert_wordy(library, 60);
  for (const int limit : {1, 5, 14, 50}) {
    const OrderedJson found = find(library, {{"task", "check an invoice against its order"}, {"limit", limit}});
    EXPECT_EQ(found["candidates"].size(), static_cast<std::size_t>(limit));
    EXPECT_LT(dump_compact(found).size(), library.context.environment.settings.page_bytes) << limit;
  }
}

TEST(WorkflowFind, TheFewerCandidatesTheMoreIsShownOfEach) {
  tests::ScratchLibrary library;
  insert_wordy(library, 10);
  const auto shown = [&](int limit) {
    const OrderedJson found = find(library, {{"task", "check an invoice against its order"}, {"limit", limit}});
    return found["candidates"][0]["description"].get<std::string>().size();
  };
  EXPECT_GT(shown(1), 2'000u);
  EXPECT_LT(shown(10), 1'000u);
  EXPECT_GT(shown(10), 100u);
}

TEST(WorkflowFind, AListOfWordyWorkflowsIsOneLineEach) {
  tests::ScratchLibrary library;
  insert_wordy(library, 50);
  const OrderedJson found = find(library, {{"limit", 50}});
  EXPECT_EQ(found["library"].size(), 50u);
  EXPECT_LT(dump_compact(found).size(), library.context.environment.settings.page_bytes);
}

TEST(WorkflowFind, WhereNothingFitsASmallLibraryIsOneShortLineEach) {
  tests::ScratchLibrary library;
  insert_wordy(library, 20);
  const OrderedJson found = find(library, {{"task", "compose a birthday song"}});
  EXPECT_EQ(found["fits"], false);
  ASSERT_EQ(found["library"].size(), 20u);
  EXPECT_EQ(found["library"][0].get<std::string>().substr(0, 11), "invoice-0: ");
  EXPECT_THAT(found["next"].get<std::string>(), testing::HasSubstr("all there is"));
  EXPECT_LT(dump_compact(found["library"]).size(), 800u);
}

TEST(WorkflowFind, NamesThatAreTooLongForAllAreNotSaidToBeAll) {
  tests::ScratchLibrary library;
  for (int i = 10; i < 30; ++i) {
    library.insert(
        tests::version_of(tests::a_design(std::string(60, 'n') + "-" + std::to_string(i)).with_step("only")));
  }
  const OrderedJson found = find(library, {{"task", "compose a birthday song"}});
  EXPECT_LT(dump_compact(found["library"]).size(), 800u);
  EXPECT_LT(found["library"].size(), 20u);
  EXPECT_THAT(found["next"].get<std::string>(), Not(testing::HasSubstr("all there is")));
}

TEST(WorkflowFind, KeywordsFindWhatTheTaskDoesNotName) {
  tests::ScratchLibrary library;
  insert_wordy(library, 1);
  EXPECT_EQ(find(library, {{"task", "audit a bill"}})["fits"], false);
  const OrderedJson found = find(library, {{"task", "audit a bill"}, {"keywords", {"check", "invoice", "order"}}});
  EXPECT_EQ(found["candidates"][0]["name"], "invoice-0");
  EXPECT_EQ(found["candidates"][0]["why"], (OrderedJson{"check", "invoice", "order"}));
}

}  // namespace
}  // namespace pianola::tools
