// What bindings and branches read of a step must be in what the step hands in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/builders.h"
#include "workflow/lint.h"

namespace pianola::workflow {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::a_design;
using tests::object_schema;

std::vector<LintFinding> found(const Design& design, std::string_view code) {
  std::vector<LintFinding> findings = lint(design).findings;
  std::erase_if(findings, [&](const LintFinding& finding) { return finding.code != code; });
  return findings;
}

Json output_of_fix(const LintFinding& finding) { return Json::parse("{" + finding.fix + "}")["output"]; }

TEST(LintOutputs, BindingToAStepWithoutAnOutputIsAnErrorAtThatStepAndGetsOneWithAllThatIsRead) {
  const Design design = a_design()
                            .with_step("a")
                            .with_step("b", "Write {{steps.a.box}} and {{steps.a.size.width}}.")
                            .with_branch({{"steps.a.box", {{"const", true}}}}, "end")
                            .with_step("c", "Write {{steps.a.colour}}.");
  const std::vector<LintFinding> findings = found(design, "dangling_binding");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].place, "/steps/0/output");
  EXPECT_THAT(findings[0].message, HasSubstr("{{steps.a.box}} of step \"b\""));
  const Json output = output_of_fix(findings[0]);
  EXPECT_THAT(output["required"], ElementsAre("box", "size", "colour"));
  EXPECT_EQ(output["properties"]["box"]["type"], "boolean") << "the branch asks for true";
  EXPECT_EQ(output["properties"]["size"]["properties"]["width"]["type"], "string");

  Design mended = design;
  mended.steps[0].output = output;
  EXPECT_THAT(found(mended, "dangling_binding"), IsEmpty());
  EXPECT_THAT(found(mended, "dangling_when"), IsEmpty());
  EXPECT_THAT(found(mended, "branch_never_matches"), IsEmpty());
}

TEST(LintOutputs, ConditionOnAStepWithoutAnOutputIsAnError) {
  const Design design = a_design().with_step("a").with_branch({{"output.box", {{"const", "x"}}}}, "end").with_step("b");
  const std::vector<LintFinding> findings = found(design, "dangling_when");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].place, "/steps/0/output");
  EXPECT_THAT(output_of_fix(findings[0])["required"], ElementsAre("box"));
}

TEST(LintOutputs, EveryFixOfAMissingOutputIsTheSame) {
  const Design design = a_design()
                            .with_step("a")
                            .with_quotes({"/lines/*/quote"})
                            .with_branch({{"output.ok", {{"const", true}}}}, "end")
                            .with_step("b", "Write {{steps.a.box}}.");
  const std::string fix = found(design, "dangling_binding").at(0).fix;
  EXPECT_THAT(Json::parse("{" + fix + "}")["output"]["required"], ElementsAre("ok", "box", "lines"));
  for (const char* code : {"dangling_when", "dangling_quote"}) EXPECT_EQ(found(design, code).at(0).fix, fix) << code;
  EXPECT_THAT(found(design, "no_checkable_output"), Each(Field("place", &LintFinding::place, "/steps/1/output")))
      << "a warning does not say it again";
  Design mended = design;
  mended.steps[0].output = Json::parse("{" + fix + "}")["output"];
  EXPECT_THAT(found(mended, "dangling_quote"), IsEmpty());
}

TEST(LintOutputs, MisspelledIdOfAStepWithoutAnOutputIsToldWithTheMissingOutput) {
  const Design design = a_design().with_step("read-diff").with_step("judge", "Judge {{steps.ReadDiff}}.");
  const std::vector<LintFinding> findings = found(design, "dangling_binding");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].fix, "{{steps.read-diff}}");
  EXPECT_THAT(output_of_fix(findings[1])["required"], ElementsAre("result"));
}

TEST(LintOutputs, BindingToWhatAnOutputDoesNotRequireIsAWarning) {
  Json schema = object_schema({"box", "why"});
  schema["required"] = {"box"};
  const auto reading = [&](const std::string& path) {
    return a_design().with_step("a").with_output_schema(schema).with_step("b", "Write {{" + path + "}}.").design();
  };
  const std::vector<LintFinding> findings = found(reading("steps.a.why"), "optional_binding");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_FALSE(findings[0].error);
  EXPECT_EQ(findings[0].place, "/steps/1/instruction");
  EXPECT_THAT(findings[0].fix, HasSubstr("Put \"why\" into \"required\""));
  EXPECT_THAT(found(reading("steps.a.box"), "optional_binding"), IsEmpty());
  EXPECT_THAT(found(reading("steps.a"), "optional_binding"), IsEmpty());

  schema["anyOf"] = Json::parse(R"([{"required": ["why"]}])");
  EXPECT_THAT(found(reading("steps.a.why"), "optional_binding"), IsEmpty()) << "other keywords may require it";
}

TEST(LintOutputs, FirstOptionalPropertyOnTheWayIsNamed) {
  const Json schema = Json::parse(R"({"type": "object", "properties": {"size": {"type": "object",
      "properties": {"width": {"type": "number"}}, "required": ["width"]}}})");
  const Design design = a_design().with_step("a").with_output_schema(schema).with_step("b", "{{steps.a.size.width}}");
  EXPECT_THAT(found(design, "optional_binding").at(0).fix, HasSubstr("Put \"size\""));
}

}  // namespace
}  // namespace pianola::workflow
