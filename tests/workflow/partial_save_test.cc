#include "workflow/partial_save.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Json base() {
  return Json::parse(R"({"name": "triage", "title": "Triage", "tags": ["mail", "support"],
    "steps": [{"id": "a", "title": "A", "instruction": "Do a.", "branches": [{"goto": "c"}]},
              {"id": "b", "title": "B", "instruction": "Do b."},
              {"id": "c", "title": "C", "instruction": "Do c."}],
    "edge_cases": [{"id": "empty", "when": "Empty.", "then": "Ask."}]})");
}

MergedDesign merged(const std::string& given, const std::vector<std::string>& remove = {}) {
  return merge_partial(base(), Json::parse(given), remove).value();
}

Refusal refusal(const std::string& given, const std::vector<std::string>& remove = {}) {
  return merge_partial(base(), Json::parse(given), remove).error();
}

std::vector<std::string> ids(const Json& list) {
  std::vector<std::string> ids;
  for (const Json& item : list) ids.push_back(item["id"]);
  return ids;
}

TEST(PartialSave, NothingGivenKeepsEverythingAndSaysSo) {
  const MergedDesign same = merged(R"({"name": "triage"})");
  EXPECT_EQ(same.design, base());
  EXPECT_THAT(same.stayed, Contains(HasSubstr("a, b, c")));
  EXPECT_THAT(same.stayed, Contains(HasSubstr("empty")));
  EXPECT_THAT(same.stayed, Contains(HasSubstr("tags")));
}

TEST(PartialSave, GivenFieldReplacesTheWholeField) {
  EXPECT_EQ(merged(R"({"tags": ["post"]})").design["tags"], Json::parse(R"(["post"])"));
}

TEST(PartialSave, KnownStepKeepsWhatIsNotGiven) {
  const Json step = merged(R"({"steps": [{"id": "a", "instruction": "Do it well."}]})").design["steps"][0];
  EXPECT_EQ(step["instruction"], "Do it well.");
  EXPECT_EQ(step["title"], "A");
  EXPECT_EQ(step["branches"].size(), 1u);
}

TEST(PartialSave, NewStepWhoseIdIsNearlyAKnownOneIsDoubted) {
  const MergedDesign more = merged(R"({"steps": [{"id": "parsse", "instruction": "Do it."}]})");
  EXPECT_TRUE(more.doubts.empty()) << "like none";
  const Json with_parse = Json::parse(R"({"name": "x", "steps": [{"id": "parse", "instruction": "Do it."}]})");
  const auto slip = merge_partial(with_parse, Json::parse(R"({"steps": [{"id": "parsse", "title": "P"}]})"), {});
  EXPECT_THAT(slip->doubts, ElementsAre(HasSubstr("new step \"parsse\"; did you mean \"parse\"?")));
  const auto both = merge_partial(with_parse, Json::parse(R"({"steps": [{"id": "parse"}, {"id": "parse2"}]})"), {});
  EXPECT_TRUE(both->doubts.empty()) << "the known one is listed beside it";
}

TEST(PartialSave, AnEmptyListSaysThatItDeletesNothing) {
  EXPECT_THAT(merged(R"({"edge_cases": []})").doubts, ElementsAre(HasSubstr("\"/edge_cases/empty\"")));
}

TEST(PartialSave, NewEdgeCaseIsAddedBesideTheOthers) {
  const MergedDesign more = merged(R"({"edge_cases": [{"id": "spam", "when": "Spam.", "then": "Drop it."}]})");
  EXPECT_THAT(ids(more.design["edge_cases"]), ElementsAre("empty", "spam"));
}

TEST(PartialSave, NewStepFollowsTheOneListedBeforeIt) {
  EXPECT_THAT(ids(merged(R"({"steps": [{"id": "a"}, {"id": "x"}, {"id": "y"}]})").design["steps"]),
              ElementsAre("a", "x", "y", "b", "c"));
}

TEST(PartialSave, NewStepAloneIsLast) {
  EXPECT_THAT(ids(merged(R"({"steps": [{"id": "x"}]})").design["steps"]), ElementsAre("a", "b", "c", "x"));
}

TEST(PartialSave, ListingAllIdsReorders) {
  EXPECT_THAT(ids(merged(R"({"steps": [{"id": "c"}, {"id": "a"}, {"id": "b"}]})").design["steps"]),
              ElementsAre("c", "a", "b"));
}

TEST(PartialSave, ListingSomeIdsKeepsTheirOrder) {
  EXPECT_THAT(ids(merged(R"({"steps": [{"id": "c"}, {"id": "a"}]})").design["steps"]), ElementsAre("a", "b", "c"));
}

TEST(PartialSave, RemoveTakesOutStepsFieldsAndEdgeCases) {
  const Json design = merged("{}", {"/steps/b", "/steps/a/branches", "/edge_cases/empty", "/tags/0"}).design;
  EXPECT_THAT(ids(design["steps"]), ElementsAre("a", "c"));
  EXPECT_FALSE(design["steps"][0].contains("branches"));
  EXPECT_TRUE(design["edge_cases"].empty());
  EXPECT_EQ(design["tags"], Json::parse(R"(["support"])"));
}

TEST(PartialSave, SeveralRemovalsOfOneListMeanTheBasesPlaces) {
  EXPECT_THAT(ids(merged("{}", {"/steps/0", "/steps/c", "/steps/0"}).design["steps"]), ElementsAre("b"));
  EXPECT_THAT(ids(merged("{}", {"/steps/a/title", "/steps/a"}).design["steps"]), ElementsAre("b", "c"));
}

TEST(PartialSave, RemovedStepAndListedRestReorder) {
  EXPECT_THAT(ids(merged(R"({"steps": [{"id": "c"}, {"id": "a"}]})", {"/steps/b"}).design["steps"]),
              ElementsAre("c", "a"));
}

TEST(PartialSave, NullIsRefusedWithTheRemovalThatWasMeant) {
  EXPECT_EQ(refusal(R"({"tags": null})").code, "null_is_no_removal");
  EXPECT_THAT(refusal(R"({"steps": [{"id": "a", "branches": null}]})").message,
              HasSubstr(R"("remove": ["/steps/a/branches"])"));
}

TEST(PartialSave, UnknownRemovalIsRefusedWithNearNames) {
  EXPECT_EQ(refusal("{}", {"/steps/z"}).code, "unknown_removal");
  EXPECT_EQ(refusal("{}", {"/steps/a", "/steps/z"}).place, "/remove/1") << "a JSON Pointer into the arguments";
  EXPECT_THAT(refusal("{}", {"/steps/zzz"}).message, HasSubstr("a, b, c"));
  EXPECT_THAT(refusal("{}", {"/tag"}).message, HasSubstr("tags"));
  EXPECT_FALSE(merge_partial(base(), Json::object(), {"steps/a"}));
  EXPECT_FALSE(merge_partial(base(), Json::object(), {""}));
}

TEST(PartialSave, AllMistakesAreToldAtOnce) {
  const std::string message = refusal(R"({"title": null, "context": null})", {"/steps/zzz"}).message;
  EXPECT_THAT(message, HasSubstr("/title"));
  EXPECT_THAT(message, HasSubstr("/context"));
  EXPECT_THAT(message, HasSubstr("/steps/zzz"));
}

TEST(PartialSave, GivenAndRemovedIsRefused) {
  EXPECT_EQ(refusal(R"({"tags": ["x"]})", {"/tags"}).code, "given_and_removed");
  EXPECT_EQ(refusal(R"({"tags": ["x"]})", {"/tags"}).place, "/remove/0");
  EXPECT_EQ(refusal(R"({"steps": [{"id": "a", "title": "AA"}]})", {"/steps/a"}).code, "given_and_removed");
}

TEST(PartialSave, StepListedTwiceIsRefused) {
  EXPECT_EQ(refusal(R"({"steps": [{"id": "a"}, {"id": "a"}]})").code, "duplicate_id");
}

TEST(PartialSave, ListSentAsTextIsRead) {
  EXPECT_THAT(ids(merged(R"({"steps": "[{\"id\": \"x\"}]"})").design["steps"]), ElementsAre("a", "b", "c", "x"));
}

TEST(PartialSave, AnIdThatTheBaseHoldsTwiceIsToldApartByTheFreshIdOfLint) {
  const Json base = {{"name", "t"}, {"steps", {{{"id", "a"}, {"title", "1"}}, {{"id", "a"}, {"title", "2"}}}}};
  const Json given = {{"steps", {{{"id", "a"}}, {{"id", "a-2"}, {"title", "3"}}}}};
  EXPECT_EQ(merge_partial(base, given, {})->design["steps"].dump(),
            R"([{"id":"a","title":"1"},{"id":"a-2","title":"3"}])");
  const Json alone = {{"steps", Json::array({{{"id", "a-2"}}})}};
  EXPECT_EQ(merge_partial(base, alone, {})->design["steps"].dump(),
            R"([{"id":"a","title":"1"},{"id":"a-2","title":"2"}])");
}

}  // namespace
}  // namespace pianola::workflow
