#include "workflow/schema_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> places(const char* design) {
  std::vector<std::string> found;
  for (const Refusal& finding : find_samples(Json::parse(design))) found.push_back(finding.place);
  return found;
}

TEST(FindSamples, LooksWhereASchemaBelongs) {
  EXPECT_THAT(places(R"({"inputs": {"mail": "Hello"}, "outputs": {"reply": "Hi"},
      "steps": [{"output": {"kind": "refund"}, "branches": [{"when": {"output.kind": {"refund": true}}}]}]})"),
              ElementsAre("/inputs", "/outputs", "/steps/0/output", "/steps/0/branches/0/when/output.kind"));
}

TEST(FindSamples, TakesEveryKeywordForASchema) {
  EXPECT_THAT(places(R"({"inputs": {"minContains": 1}, "outputs": {"unevaluatedProperties": false},
      "steps": [{"output": {"$vocabulary": {}}}, {"output": {"x-own": 1}}, {"output": {"dependencies": {}}},
                {"output": {}}]})"),
              IsEmpty());
}

TEST(FindSamples, NamesThatOnlySoundLikeKeywordsAreData) {
  EXPECT_THAT(places(R"({"steps": [{"output": {"id": "A1", "values": [1], "optional": true}}]})"),
              ElementsAre("/steps/0/output"));
}

TEST(FindSamples, FixIsTheMemberWithTheSchemaOfTheSample) {
  const auto findings =
      find_samples(Json::parse(R"({"inputs": {"mail": "Hello", "tags": ["a"], "n": 2, "share": 0.5}})"));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "not_a_schema");
  EXPECT_EQ(
      findings[0].data["fix"],
      R"("inputs": {"properties":{"mail":{"type":"string"},"n":{"type":"integer"},"share":{"type":"number"},)"
      R"("tags":{"items":{"type":"string"},"type":"array"}},"required":["mail","n","share","tags"],"type":"object"})");
}

TEST(SchemaOfSample, NamesOfTypesAreTypesAndSchemasInsideStay) {
  EXPECT_EQ(schema_of_sample("number"), Json({{"type", "number"}}));
  EXPECT_EQ(schema_of_sample("two words"), Json({{"type", "string"}}));
  EXPECT_EQ(schema_of_sample("float"), Json({{"type", "number"}})) << "a type as another language calls it";
  EXPECT_EQ(schema_of_sample("billing | bug|other"), Json({{"enum", {"billing", "bug", "other"}}}));
  EXPECT_EQ(schema_of_sample(Json::parse(R"({"kind": {"enum": ["a"]}})"))["properties"]["kind"],
            Json::parse(R"({"enum": ["a"]})"));
  EXPECT_EQ(schema_of_sample(Json::array()), Json::parse(R"({"type": "array", "items": {"type": "string"}})"));
}

}  // namespace
}  // namespace pianola::workflow
