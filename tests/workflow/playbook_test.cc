#include "workflow/playbook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using tests::a_design;
using tests::object_schema;
using tests::version_of;

std::string concatenated(const std::vector<std::string>& pages) {
  return std::accumulate(pages.begin(), pages.end(), std::string());
}

TEST(Playbook, OpensWithHowToRunItThenVersionAndHash) {
  const Version version = version_of(a_design("triage").with_step("a"));
  EXPECT_THAT(render_playbook(version),
              StartsWith("To run this, call execution_start with name \"triage\".\nVersion 1.0.0, hash " +
                         version.hash.text().substr(0, 12) + ".\n"));
}

TEST(Playbook, IsTheSameWhateverHappenedToTheVersion) {
  Version version = version_of(a_design().with_step("a"));
  const std::string before = render_playbook(version);
  version.status = VersionStatus::retired;
  version.notes = "other";
  version.published_at = tests::kTestStart;
  EXPECT_EQ(render_playbook(version), before);
}

TEST(Playbook, ShowsEveryPartOnceAndBindingsAsWritten) {
  const std::string text =
      render_playbook(version_of(a_design()
                                     .with_inputs(object_schema({"mail"}))
                                     .with_context("We sell shoes.")
                                     .with_step("parse", "Read {{input.mail}}.")
                                     .with_output({"topic"})
                                     .with_quotes({"/topic"})
                                     .with_branch({{"output.topic", {{"const", "x"}}}}, "escalate", "rare")
                                     .with_branch(Json::object(), "end")
                                     .with_on_failure(FailureThen::skip, 0)
                                     .with_edge_case("empty", "it is empty", "say so")
                                     .with_escalation({"it burns"}, "Run.")));
  for (const char* part :
       {"Read {{input.mail}}.", "We sell shoes.", "## 1. Step parse (`parse`)", "- `topic`: string",
        "Copy word for word from the input: `/topic`.", "- if `output.topic` is \"x\": escalate (rare)", "- else: end",
        "If it fails (1 attempt): skip this step.", "- `empty` (medium): when it is empty, then say so", "- it burns",
        "Say: Run."}) {
    EXPECT_THAT(text, HasSubstr(part));
    EXPECT_EQ(text.find(part), text.rfind(part)) << part;
  }
}

TEST(Playbook, ConditionsOfBranchesAreComparedInWords) {
  const auto told = [](const char* schema) {
    return render_playbook(version_of(
        a_design().with_step("a").with_branch({{"output.n", Json::parse(schema)}}, "end").with_branch({}, "escalate")));
  };
  EXPECT_THAT(told(R"({"exclusiveMinimum":0.9})"), HasSubstr("- if `output.n` is over 0.9: end\n"));
  EXPECT_THAT(told(R"({"maximum":3})"), HasSubstr("- if `output.n` is at most 3: end\n"));
  EXPECT_THAT(told(R"({"minimum":1,"maximum":3})"), HasSubstr("passes {\"maximum\":3,\"minimum\":1}: end\n"));
}

TEST(Playbook, NeverShowsGoldenCases) {
  const Design design = a_design().with_step("a").changed([](Design& d) {
    d.cases.push_back({{{"text", "secret-case"}}, std::nullopt, std::nullopt});
  });
  EXPECT_THAT(render_playbook(version_of(design)), Not(HasSubstr("secret-case")));
}

TEST(Playbook, MessageThatTellsToSaySomethingIsNotToldTwice) {
  const Design design = a_design().with_step("a").with_escalation({"it burns"}, "Say what burns.");
  EXPECT_THAT(render_playbook(version_of(design)), HasSubstr("- it burns\nSay what burns.\n"));
}

TEST(SchemaText, SimpleSchemaIsAListOfFields) {
  const Json schema = Json::parse(R"({"type":"object","properties":{
    "kind":{"enum":["a","b"],"description":"What it is."},"note":{"type":"string","maxLength":9},
    "score":{"type":"integer","minimum":0,"maximum":10},"tags":{"type":"array","items":{"type":"string"},"minItems":1}},
    "required":["kind","score","tags"],"additionalProperties":false})");
  EXPECT_EQ(render_schema(schema),
            "JSON with these fields alone:\n"
            "- `kind`: one of \"a\", \"b\". What it is.\n"
            "- `note` (optional): string, at most 9 characters\n"
            "- `score`: integer, 0 to 10\n"
            "- `tags`: list, at least 1 item, each: string\n");
}

TEST(SchemaText, LimitsOfNumbersAreWords) {
  const Json schema = Json::parse(R"({"type":"object","properties":{"share":{"type":"number","exclusiveMinimum":0,
    "exclusiveMaximum":1},"pairs":{"type":"integer","minimum":2,"multipleOf":2}},"required":["share","pairs"]})");
  EXPECT_EQ(
      render_schema(schema),
      "JSON with these fields:\n- `pairs`: integer, at least 2, a multiple of 2\n- `share`: number, over 0, under 1\n");
}

TEST(SchemaText, NestedObjectsAreIndented) {
  const Json schema = Json::parse(R"({"type":"object","properties":{"items":{"type":"array","items":{"type":"object",
    "properties":{"n":{"type":"number"}},"required":["n"],"additionalProperties":false}}},"required":["items"]})");
  EXPECT_EQ(render_schema(schema),
            "JSON with these fields:\n- `items`: list, each: object, no other fields\n  - `n`: number\n");
}

TEST(SchemaText, ConditionsOnFieldsThatAreAlwaysThereAreSentences) {
  const Json schema = Json::parse(R"({"type":"object","properties":{"kind":{"enum":["a","b"]},"n":{"type":"integer"}},
    "required":["kind"],"allOf":[{"if":{"properties":{"kind":{"const":"a"}}},"then":{"properties":{"n":{"minimum":5}},
    "required":["n"]},"else":{"properties":{"n":{"const":0}}}}]})");
  EXPECT_EQ(render_schema(schema),
            "JSON with these fields:\n- `kind`: one of \"a\", \"b\"\n- `n` (optional): integer\n"
            "If `kind` is \"a\", `n` is at least 5; else `n`, if given, is 0.\n");
}

TEST(SchemaText, WhatAListWouldLoseStaysJson) {
  for (
      const char* text :
      {R"({"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]}]})",
       R"({"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":true}})",
       R"({"type":"object","properties":{"a":{"type":"string"}},"required":["b"]})",
       R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}})",
       R"({"type":"object","properties":{"a":true}})",
       R"({"type":"object","properties":{"a":{"const":1}},"if":{"properties":{"a":{"const":1}}},"then":{"required":["a"]}})",
       R"({"type":"object","properties":{"a":{"const":1}},"required":["a"],"allOf":[{"properties":{"a":{"minimum":1}}}]})",
       R"({"type":"object"})"}) {
    EXPECT_THAT(render_schema(Json::parse(text)), HasSubstr("```json\n" + dump_compact(Json::parse(text)))) << text;
  }
}

TEST(Brief, StaysUnderThreeHundredTokens) {
  tests::DesignBuilder design = a_design();
  for (int i = 0; i < 80; ++i) design.with_step("step-" + std::to_string(i));
  const std::string brief = render_brief(version_of(design));
  EXPECT_LE(estimate_tokens(brief), 300U);
  EXPECT_THAT(brief, HasSubstr("(more in the playbook)"));
}

TEST(Brief, NamesInputsAndSteps) {
  const std::string brief = render_brief(version_of(a_design().with_inputs(object_schema({"mail"})).with_step("a")));
  EXPECT_THAT(brief, HasSubstr("Inputs: `mail`"));
  EXPECT_THAT(brief, HasSubstr("1. Step a"));
}

TEST(Pages, ConcatenateToTheTextWhateverTheSize) {
  tests::DesignBuilder design = a_design();
  for (int i = 0; i < 20; ++i) design.with_step("s" + std::to_string(i), "D\xC3\xB6 it.\n\nSlowly \xF0\x9F\x8E\xB9.");
  const std::string playbook = render_playbook(version_of(design));
  for (const std::size_t size : {1U, 64U, 65U, 100U, 333U, 1000U, 100000U}) {
    const std::vector<std::string> pages = split_pages(playbook, size);
    EXPECT_EQ(concatenated(pages), playbook) << size;
    for (const std::string& page : pages) {
      EXPECT_LE(page.size(), std::max<std::size_t>(size, 64)) << size;
      EXPECT_TRUE(is_utf8(page)) << size;
      EXPECT_FALSE(page.empty()) << size;
    }
  }
}

TEST(Pages, AreCutAtAStepWhereOneIsNear) {
  const std::string text = std::string(60, 'a') + "\n\n## 2. Next (`n`)\n\nMore text.\n\nAnd more text here.\n";
  const std::vector<std::string> pages = split_pages(text, 100);
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_THAT(pages[1], StartsWith("## 2. Next"));
}

TEST(Pages, AreCutAtAParagraphElse) {
  const std::string text = std::string(60, 'a') + "\n\n" + std::string(70, 'b');
  EXPECT_EQ(split_pages(text, 100).at(0), std::string(60, 'a') + "\n\n");
}

TEST(Pages, CharactersAreNeverCut) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\xF0\x9F\x8E\xB9";
  for (const std::string& page : split_pages(text, 66)) EXPECT_EQ(page.size() % 4, 0U);
}

TEST(Pages, ShortTextIsOnePage) {
  EXPECT_THAT(split_pages("x", 10000), testing::ElementsAre("x"));
  EXPECT_THAT(split_pages("", 10000), testing::ElementsAre(""));
}

TEST(Tokens, EstimateGrowsWithTheText) {
  EXPECT_EQ(estimate_tokens(""), 0U);
  EXPECT_EQ(estimate_tokens("Do it now"), 3U);
  EXPECT_GE(estimate_tokens("019c0000-0000-7000-8000-000000000001"), 12U);
}

TEST(Playbook, SaysHowOftenAStepMayBeDoneAndWhatThen) {
  const Design design = tests::a_design()
                            .with_step("a")
                            .with_max_visits(2)
                            .with_step("b")
                            .with_max_visits(1)
                            .with_on_failure(FailureThen::skip)
                            .with_step("c");
  const std::string playbook = render_playbook(tests::version_of(design));
  EXPECT_NE(playbook.find("At most 2 times, however often a way leads here; beyond that: escalate.\n"),
            std::string::npos);
  EXPECT_NE(playbook.find("At most 1 time, however often a way leads here; beyond that: skip this step.\n"),
            std::string::npos);
  EXPECT_EQ(playbook.find("10 times"), std::string::npos);
}

TEST(Playbook, EdgeCaseReadsAsOneSentence) {
  const Design design = tests::a_design().with_step("a").with_edge_case("angry", "The customer is angry.", "Escalate.");
  EXPECT_NE(render_background(design).find("when The customer is angry, then Escalate."), std::string::npos);
}

}  // namespace
}  // namespace pianola::workflow
