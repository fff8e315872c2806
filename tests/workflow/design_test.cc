#include "workflow/design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/builders.h"
#include "workflow/design_mending.h"

namespace pianola::workflow {
namespace {

using testing::HasSubstr;

DecodedDesign decoded(const std::string& json) { return decode_design(Json::parse(json)); }

// The fix of the finding at a place, "no finding" where there is none.
std::string fix_at(const std::string& json, const std::string& place) {
  for (const Refusal& finding : decoded(json).findings) {
    if (finding.place == place) return finding.data.value("fix", "no fix");
  }
  return "no finding";
}

Design a_full_design() {
  return tests::a_design()
      .with_inputs(tests::object_schema({"mail"}))
      .with_outputs(tests::object_schema({"reply"}))
      .with_context("Read `{{x}}`.")
      .with_step("parse", "Read {{input.mail}}.")
      .with_output({"topic"})
      .with_quotes({"/topic"})
      .with_branch({{"output.topic", {{"const", "spam"}}}}, "end", "spam")
      .with_branch(Json::object(), "answer")
      .with_on_failure(FailureThen::skip, 1)
      .with_max_visits(3)
      .with_example({{"mail", "x"}}, {{"topic", "y"}})
      .with_step("answer")
      .with_edge_case("empty", "Empty.", "Ask.", Level::high)
      .with_escalation({"Angry."})
      .with_tags({"mail"})
      .changed([](Design& design) {
        design.tolerance = 0.9;
        design.intelligence_level = Level::high;
        design.cases.push_back({{{"mail", "x"}}, Json{{"reply", "y"}}, std::nullopt});
      });
}

TEST(Design, EveryFieldIsReadBackAsWritten) {
  const Design design = a_full_design();
  const DecodedDesign again = decode_design(Json(encode_design(design)));
  EXPECT_TRUE(again.findings.empty()) << again.findings.front().message;
  EXPECT_EQ(again.design, design);
}

TEST(Design, CanonicalFormLeavesDefaultsOutWhoeverWroteThem) {
  const std::string sparse = R"({"name": "t", "steps": [{"id": "a", "instruction": "Do."}]})";
  const std::string wordy =
      R"({"steps": [{"max_visits": 1e1, "instruction": "Do.", "id": "a", "branches": [],
          "on_failure": {"then": "escalate", "retries": 2.0}}], "tolerance": 0.95, "tags": [], "name": "t"})";
  EXPECT_EQ(canonical_design(decoded(sparse).design).value(), canonical_design(decoded(wordy).design).value());
  EXPECT_EQ(canonical_design(decoded(sparse).design).value(),
            R"({"name":"t","steps":[{"id":"a","instruction":"Do."}]})");
}

TEST(Design, NumbersThatNoJsonReaderKeepsAreRefusedInCanonicalForm) {
  const auto design = decoded(R"({"name": "t", "inputs": {"type": "object", "maximum": 9007199254740993}})").design;
  EXPECT_EQ(canonical_design(design).error().code, "json_number_range");
}

TEST(Design, StepsAndEdgeCasesAreFoundById) {
  const Design design = a_full_design();
  EXPECT_EQ(design.find_step("answer"), &design.steps[1]);
  EXPECT_EQ(design.find_step("x"), nullptr);
  EXPECT_EQ(design.find_edge_case("empty"), &design.edge_cases[0]);
}

TEST(Design, GotoMisspelledIsOneFindingWithTheRightFragment) {
  const std::string json = R"({"name": "t", "steps": [{"id": "a", "branches": [{"when": {}, "next": "end"}]}]})";
  EXPECT_EQ(decoded(json).findings.size(), 1u);
  EXPECT_EQ(fix_at(json, "/steps/0/branches/0/next"), R"("goto": "end")");
}

TEST(Design, WhenAsTextBecomesAMapOfSchemas) {
  EXPECT_EQ(
      fix_at(R"({"name": "t", "steps": [{"id": "a", "branches": [{"when": "output.kind == 'spam'", "goto": "end"}]}]})",
             "/steps/0/branches/0/when"),
      R"("when": {"output.kind":{"const":"spam"}})");
  EXPECT_EQ(fix_at(R"({"name": "t", "steps": [{"id": "a", "branches": [{"when": "else", "goto": "end"}]}]})",
                   "/steps/0/branches/0/when"),
            R"("when": {})");
}

TEST(Design, ComparisonsInTextBecomeSchemas) {
  const auto when = [](const std::string& text) {
    const Json json = {{"name", "t"}, {"steps", {{{"id", "a"}, {"branches", {{{"when", text}, {"goto", "end"}}}}}}}};
    return fix_at(json.dump(), "/steps/0/branches/0/when");
  };
  EXPECT_EQ(when("output.n > 500"), R"("when": {"output.n":{"exclusiveMinimum":500}})");
  EXPECT_EQ(when("output.n <= 0.5 && output.k != 'x'"),
            R"("when": {"output.k":{"not":{"const":"x"}},"output.n":{"maximum":0.5}})");
  EXPECT_EQ(when("output.k in ['a', 'b']"), R"("when": {"output.k":{"enum":["a","b"]}})");
  EXPECT_EQ(when("{{output.ok}} and not steps.a.done"),
            R"("when": {"output.ok":{"const":true},"steps.a.done":{"const":false}})");
  EXPECT_EQ(when("the mail is angry"), R"("when": {"output.FIELD":{"const":"VALUE"}})") << "only the form can be told";
}

TEST(Design, BareValueInWhenBecomesAConst) {
  EXPECT_EQ(
      fix_at(R"({"name": "t", "steps": [{"id": "a", "branches": [{"when": {"output.ok": true}, "goto": "end"}]}]})",
             "/steps/0/branches/0/when/output.ok"),
      R"("output.ok": {"const":true})");
}

TEST(Design, StepsAsObjectBecomeAList) {
  EXPECT_EQ(fix_at(R"({"name": "t", "steps": {"parse": {"instruction": "Do."}}})", "/steps"),
            R"("steps": [{"id":"parse","instruction":"Do."}])");
}

TEST(Design, SampleOutputBecomesItsSchema) {
  const std::string json = R"({"name": "t", "steps": [{"id": "a", "output": {"topic": "billing", "count": 3}}]})";
  EXPECT_EQ(decoded(json).findings[0].code, "not_a_schema");
  EXPECT_THAT(fix_at(json, "/steps/0/output"),
              HasSubstr(R"("properties":{"count":{"type":"integer"},"topic":{"type":"string"}})"));
}

TEST(Design, NumbersOutOfRangeAreRefused) {
  EXPECT_EQ(fix_at(R"({"name": "t", "tolerance": 95})", "/tolerance"), R"("tolerance": 0.95)");
  EXPECT_EQ(
      fix_at(R"({"name": "t", "steps": [{"id": "a", "on_failure": {"retries": -1}}]})", "/steps/0/on_failure/retries"),
      R"("retries": 2)");
  EXPECT_EQ(fix_at(R"({"name": "t", "steps": [{"id": "a", "max_visits": 0}]})", "/steps/0/max_visits"),
            R"("max_visits": 10)");
}

TEST(Design, StepIdIsProposedFromWhatWasWritten) {
  EXPECT_EQ(fix_at(R"({"name": "t", "steps": [{"id": "Look Up!"}]})", "/steps/0/id"), R"("id": "look-up")");
  EXPECT_EQ(fix_at(R"({"name": "t", "steps": [{"id": "end"}]})", "/steps/0/id"), R"("id": "step-end")");
}

TEST(Design, ComputationsAreReadAndWrittenAsTheyWere) {
  const std::string text =
      R"({"name":"t","steps":[{"compute":{"days":{"days_between":["{{input.a}}","2026-11-30"]},"large":{"is":"{{input.n}} > 3"},)"
      R"("note":{"text":"{{input.n}}"},"rate":{"else":null,"in":{"DE":0.19},"look_up":"{{input.c}}"},"total":{"number":"{{input.n}} * 2"}},"id":"a"}]})";
  const DecodedDesign read = decoded(text);
  ASSERT_TRUE(read.findings.empty());
  EXPECT_EQ(canonical_design(read.design).value(), text);
}

TEST(Design, UnknownFieldNamesTheNearestOne) {
  EXPECT_EQ(fix_at(R"({"name": "t", "descripton": "x"})", "/descripton"), R"("description": "x")");
  EXPECT_EQ(fix_at(R"({"name": "t", "steps": [{"id": "a", "retries": 3}]})", "/steps/0/retries"),
            R"("on_failure": {"retries": 3})");
}

TEST(Design, TooLargeIsRefusedBeforeAnythingElse) {
  Json json = {{"name", "t"}, {"context", std::string(1024 * 1024, 'x')}};
  EXPECT_EQ(decode_design(json).findings.front().code, "too_large");
  json = {{"name", "t"}, {"steps", Json::array()}};
  for (int i = 0; i < 201; ++i) json["steps"].push_back({{"id", "s" + std::to_string(i)}});
  EXPECT_EQ(decode_design(json).findings.front().code, "too_many");
}

TEST(Design, WhatStandsInsideAListGivenAsAnObjectIsJudgedInTheSameAnswer) {
  const std::string json = R"({"name": "t", "steps": {"A": {"instruction": "Do.", "max_visits": "x", "titel": "T"}}})";
  const DecodedDesign result = decoded(json);
  std::vector<std::string> places;
  for (const Refusal& finding : result.findings) places.push_back(finding.place);
  EXPECT_THAT(places, testing::ElementsAre("/steps", "/steps/0/max_visits", "/steps/0/titel"));
  EXPECT_EQ(result.design.steps.at(0).id, "a") << "the design is what the fixes make of it";
  EXPECT_EQ(result.design.steps.at(0).title, "T");
  EXPECT_THAT(result.unmended, testing::ElementsAre("/steps/0/max_visits")) << "\"x\" is no number";
}

TEST(Design, WordsForAValueOfOursAreUnderstood) {
  EXPECT_EQ(fix_at(R"({"name": "t", "edge_cases": [{"id": "e", "when": "w", "then": "t", "severity": "Critical"}]})",
                   "/edge_cases/0/severity"),
            R"("severity": "high")");
  EXPECT_EQ(
      fix_at(R"({"name": "t", "steps": [{"id": "a", "on_failure": {"then": "ignore"}}]})", "/steps/0/on_failure/then"),
      R"("then": "skip")");
  EXPECT_EQ(fix_at(R"({"name": "t", "intelligence_level": "HIGH"})", "/intelligence_level"),
            R"("intelligence_level": "high")");
}

TEST(Design, FixesAreWrittenWhereTheyBelong) {
  const auto applied = [](const std::string& json, const Refusal& finding) {
    Json design = Json::parse(json);
    return apply_fix(design, finding) ? design.dump() : "not applied";
  };
  const auto finding = [](const std::string& code, const std::string& place, const std::string& fix) {
    Refusal made{code, "", place};
    made.data["fix"] = fix;
    return made;
  };
  EXPECT_EQ(applied(R"({"a":[{}]})", finding("missing_field", "/a/0", R"("id": "x")")), R"({"a":[{"id":"x"}]})");
  EXPECT_EQ(applied(R"({"nam":1})", finding("unknown_field", "/nam", R"("name": "t")")), R"({"name":"t"})");
  EXPECT_EQ(applied(R"({"a":["x"]})", finding("wrong_type", "/a/0", R"({"id":"x"})")), R"({"a":[{"id":"x"}]})");
  EXPECT_EQ(applied(R"({"a":1})", finding("x", "/a", "Split the step.")), "not applied");
  EXPECT_EQ(applied(R"({"a":1})", finding("x", "/b/c", R"("c": 1)")), "not applied");
}

// Ten designs as models really send them, each with several mistakes: one answer names them all, each with the
// fragment to write instead.
struct Broken {
  const char* json;
  std::vector<std::string> says;
};

class BrokenDesign : public testing::TestWithParam<Broken> {};

TEST_P(BrokenDesign, EveryErrorIsNamedAtOnceWithTheCorrectedFragment) {
  const DecodedDesign result = decoded(GetParam().json);
  std::string all;
  for (const Refusal& finding : result.findings) all += finding.message + ' ' + finding.data.value("fix", "") + '\n';
  for (const std::string& part : GetParam().says) EXPECT_THAT(all, HasSubstr(part));
  EXPECT_EQ(result.findings.size(), GetParam().says.size()) << all;
}

INSTANTIATE_TEST_SUITE_P(
    Typical, BrokenDesign,
    testing::Values(
        Broken{R"({"title": "T", "steps": [{"title": "Read it"}]})", {R"("name": "t")", R"("id": "read-it")"}},
        Broken{R"({"name": "t", "steps": [{"id": "a", "branches": [{"if": "output.x == 1", "then": "b"}]}]})",
               {R"("when": {"output.x":{"const":1}})", R"("goto": "b")"}},
        Broken{R"({"name": "t", "steps": {"a": {"instruction": "A."}}, "tags": "mail"})",
               {R"("steps": [{"id":"a","instruction":"A."}])", R"("tags": ["mail"])"}},
        Broken{R"({"name": "t", "inputs": {"mail": "the text"}, "steps": [{"id": "a", "output": "string"}]})",
               {R"("inputs": {"properties":{"mail":{"type":"string"}})", R"("output": {"properties")"}},
        Broken{
            R"({"name": "t", "tolerance": 1.5, "steps": [{"id": "a", "on_failure": {"retries": -1, "then": "stop"}}]})",
            {R"("tolerance": )", R"("retries": 2)", R"("then": ")"}},
        Broken{R"({"name": "t", "steps": [{"id": "a", "compute": "x+1"}, {"id": "A B"}]})",
               {R"("compute": {"result":{"number":"x+1"}})", R"("id": "a-b")"}},
        Broken{
            R"({"name": "t", "steps": [{"id": "a", "compute": {"total": "{{input.n}} * 2", "vat": {"formula": "1"}}}]})",
            {R"("total": {"number":"{{input.n}} * 2"})", R"("number": "1")"}},
        Broken{R"({"name": "t", "steps": [{"id": "a", "prompt": "Do.", "schema": {"type": "object"}}]})",
               {R"("instruction": "Do.")", R"("output": {"type":"object"})"}},
        Broken{
            R"({"name": "t", "edge_cases": [{"id": "e", "situation": "S.", "action": "A.", "severity": "critical"}]})",
            {R"("when": "S.")", R"("then": "A.")", R"("severity": ")"}},
        Broken{R"({"name": "t", "steps": ["Read the mail.", {"id": "b", "on_failure": "skip", "quotes": "/x"}]})",
               {R"("id":"read-the-mail")", R"("on_failure": {"retries":2,"then":"skip"})", R"("quotes": ["/x"])"}},
        Broken{R"({"name": "t", "escalation": "When angry.", "intelligence_level": "hihg",
                   "steps": [{"id": "a", "next": "b", "max_visits": "5"}]})",
               {R"("escalation": {"to":"designer","when":["When angry."]})", R"("intelligence_level": "high")",
                R"("branches": [{"when": {}, "goto": "b"}])", R"("max_visits": 5)"}}));

}  // namespace
}  // namespace pianola::workflow
