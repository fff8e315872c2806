#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/equality.h"
#include "schema/schema.h"

namespace pianola::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Each finding as `place rule`.
std::vector<std::string> findings(const std::string& schema, const std::string& value) {
  std::vector<std::string> lines;
  const auto compiled = Schema::compile(*parse_json(schema));
  if (!compiled) return {"refused: " + compiled.error().message};
  for (const SchemaFinding& finding : compiled->check(*parse_json(value))) {
    lines.push_back(finding.place + " " + finding.rule);
  }
  return lines;
}

bool fits(const std::string& schema, const std::string& value) { return findings(schema, value).empty(); }

struct Case {
  const char* schema;
  std::vector<const char*> valid;
  std::vector<const char*> invalid;
};

void expect_cases(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    for (const char* value : one.valid) {
      EXPECT_THAT(findings(one.schema, value), IsEmpty()) << one.schema << " on " << value;
    }
    for (const char* value : one.invalid) EXPECT_FALSE(fits(one.schema, value)) << one.schema << " on " << value;
  }
}

TEST(CheckSchema, KnowsTypesAndThatAWholeNumberIsAnInteger) {
  expect_cases({{R"({"type":"integer"})", {"1", "1.0", "-0.0", "1e3"}, {"1.5", "\"1\"", "true"}},
                {R"({"type":["string","null"]})", {"\"\"", "null"}, {"0", "[]", "{}"}},
                {R"({"type":"number"})", {"1", "1.5"}, {"false"}},
                {"true", {"1", "{}"}, {}},
                {"false", {}, {"1", "{}"}}});
}

TEST(CheckSchema, ComparesValuesAsJsonDoes) {
  expect_cases(
      {{R"({"const":1})", {"1", "1.0"}, {"true", "\"1\"", "1.5"}},
       {R"({"enum":[[1,{"a":0}],"x"]})", {"[1.0,{\"a\":0.0}]", "\"x\""}, {"[1,{\"a\":false}]", "[1]"}},
       {R"({"const":18446744073709551615})", {"18446744073709551615"}, {"-1"}},
       {R"({"uniqueItems":true})", {"[1,\"1\",true]", "[[1],[2]]"}, {"[1,2,1.0]", "[{\"a\":1},{\"a\":1.0}]"}}});
}

TEST(CheckSchema, KnowsTheBoundsOfNumbers) {
  expect_cases({{R"({"minimum":0.5,"maximum":2})", {"0.5", "2", "\"x\""}, {"0.4", "2.1"}},
                {R"({"exclusiveMinimum":0,"exclusiveMaximum":1})", {"0.5"}, {"0", "1"}},
                {R"({"maximum":9007199254740993})", {"9007199254740993"}, {"9007199254740994"}}});
}

TEST(CheckSchema, CountsMultiplesInDecimalDigits) {
  expect_cases({{R"({"multipleOf":0.01})", {"0.07", "19.99", "4.35", "-1.1", "0", "1e300"}, {"0.075", "1e-3"}},
                {R"({"multipleOf":3})", {"9", "9.0", "-3"}, {"10", "9.1"}},
                {R"({"multipleOf":0.123456789})", {"0.123456789"}, {"1e308"}},
                {R"({"multipleOf":1e-8})", {"12391239123"}, {}}});
}

TEST(CheckSchema, CountsCharactersNotBytes) {
  expect_cases({{R"({"minLength":2,"maxLength":3})", {"\"éé\"", "\"😀😀😀\"", "5"}, {"\"é\"", "\"abcd\""}}});
}

TEST(CheckSchema, SearchesPatternsAnywhereInTheText) {
  expect_cases({{R"({"pattern":"b\\d+$"})", {"\"ab12\"", "5"}, {"\"b12x\""}},
                {R"({"pattern":"^\\u00e9+$"})", {"\"éé\""}, {"\"e\""}},
                {R"({"pattern":"^\\ud83d\\ude00$"})", {"\"😀\""}, {"\"a\""}},
                {R"({"pattern":"^\\u{1F600}$"})", {"\"😀\""}, {"\"a\""}},
                {R"({"pattern":"^\\\\u0041$"})", {R"("\\u0041")"}, {"\"A\""}}});
}

TEST(CheckSchema, ChecksObjects) {
  expect_cases({{R"({"required":["a"],"minProperties":1,"maxProperties":2})", {"{\"a\":1}"}, {"{\"b\":1}", "{}"}},
                {R"({"properties":{"a":{"type":"string"}},"patternProperties":{"^x":{"type":"null"}},
                     "additionalProperties":{"type":"boolean"}})",
                 {"{\"a\":\"\",\"x1\":null,\"b\":true}"},
                 {"{\"a\":1}", "{\"x1\":1}", "{\"b\":1}"}},
                {R"({"propertyNames":{"maxLength":2}})", {"{\"ab\":1}"}, {"{\"abc\":1}"}},
                {R"({"dependentRequired":{"a":["b"]}})", {"{}", "{\"b\":1}", "{\"a\":1,\"b\":1}"}, {"{\"a\":1}"}},
                {R"({"dependentSchemas":{"a":{"required":["b"]}}})", {"{}", "{\"a\":1,\"b\":1}"}, {"{\"a\":1}"}}});
}

TEST(CheckSchema, ChecksArrays) {
  expect_cases({{R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})",
                 {"[]", "[\"a\",1]"},
                 {"[1]", "[\"a\",\"b\"]"}},
                {R"({"minItems":1,"maxItems":2})", {"[1]", "{}"}, {"[]", "[1,2,3]"}},
                {R"({"contains":{"const":1}})", {"[0,1]"}, {"[0]", "[]"}},
                {R"({"contains":{"const":1},"minContains":0,"maxContains":1})", {"[]", "[1]"}, {"[1,1]"}}});
}

TEST(CheckSchema, CombinesSubschemas) {
  expect_cases(
      {{R"({"allOf":[{"minimum":1},{"maximum":2}]})", {"1"}, {"0", "3"}},
       {R"({"anyOf":[{"type":"string"},{"minimum":2}]})", {"\"\"", "2"}, {"1"}},
       {R"({"oneOf":[{"minimum":1},{"maximum":3}]})", {"0", "4"}, {"2"}},
       {R"({"not":{"type":"null"}})", {"1"}, {"null"}},
       {R"({"if":{"minimum":10},"then":{"multipleOf":10},"else":{"type":"integer"}})", {"20", "3"}, {"15", "3.5"}}});
}

TEST(CheckSchema, KnowsWhatNoSubschemaLookedAt) {
  expect_cases(
      {{R"({"allOf":[{"properties":{"a":true}}],"anyOf":[{"properties":{"b":{"const":1}},"required":["b"]},true],
            "unevaluatedProperties":false})",
        {"{\"a\":1,\"b\":1}"},
        {"{\"b\":2}", "{\"c\":1}"}},
       {R"({"prefixItems":[true],"contains":{"const":7},"unevaluatedItems":{"type":"string"}})",
        {"[1,7,\"x\"]"},
        {"[1,7,2]"}},
       {R"({"$ref":"#/$defs/a","unevaluatedProperties":false,"$defs":{"a":{"properties":{"a":true}}}})",
        {"{\"a\":1}"},
        {"{\"b\":1}"}}});
}

TEST(CheckSchema, TellsEveryBrokenRuleWithItsPlace) {
  EXPECT_THAT(findings(R"({"type":"object","properties":{"steps":{"type":"array","items":{"type":"object",
                           "required":["confidence"],"properties":{"label":{"enum":["a","b"]}}}}}})",
                       R"({"steps":[{"confidence":1,"label":"c"},{"label":"a"},3]})"),
              ElementsAre("/steps/0/label must be one of \"a\", \"b\", but is \"c\"",
                          "/steps/1 lacks the required \"confidence\"", "/steps/2 must be an object, but is 3"));
}

TEST(CheckSchema, SaysWhichPropertiesAreKnownWhereOneIsNot) {
  EXPECT_THAT(findings(R"({"properties":{"label":true},"additionalProperties":false})", R"({"lable":1})"),
              ElementsAre("/lable is not a known property: known are \"label\". Did you mean \"label\"?"));
}

TEST(CheckSchema, SaysWhyNoAlternativeFits) {
  EXPECT_THAT(findings(R"({"items":{"anyOf":[{"type":"string"},{"properties":{"x":{"minimum":2}},"type":"object"}]}})",
                       R"([{"x":1}])"),
              ElementsAre("/0 must fit one of 2 alternatives: (1) must be a string, but is an object; "
                          "(2) /x must be at least 2, but is 1"));
  EXPECT_THAT(findings(R"({"oneOf":[{"minimum":1},{"maximum":3}]})", "2"),
              ElementsAre(HasSubstr("fits numbers 1 and 2")));
}

TEST(CheckSchema, SaysEachRuleInWords) {
  const std::pair<const char*, const char*> one_rule[] = {
      {R"({"minLength":1})", R"( must have at least 1 character, but has 0)"},
      {R"({"pattern":"^a"})", R"( must match the regular expression "^a", but is "")"},
      {R"({"const":"a"})", R"( must be "a")"},
      {R"({"not":{"type":"string"}})", R"( must not fit {"type":"string"})"},
      {R"({"type":["integer","null"]})", R"( must be an integer or null, but is "")"},
      {R"(false)", R"( is not allowed here)"},
  };
  for (const auto& [schema, line] : one_rule) EXPECT_THAT(findings(schema, "\"\""), ElementsAre(line)) << schema;
  EXPECT_THAT(findings(R"({"multipleOf":0.01})", "0.005"), ElementsAre(" must be a multiple of 0.01, but is 0.005"));
  EXPECT_THAT(findings(R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})"),
              ElementsAre(" lacks the required \"b\" because \"a\" is there"));
  EXPECT_THAT(findings(R"({"uniqueItems":true})", "[3,1,2,1]"),
              ElementsAre(" must have no two equal items, but items 1 and 3 are equal"));
}

TEST(CheckSchema, NamesTheKeyword) {
  const auto schema = Schema::compile(*parse_json(R"({"properties":{"a":{"minimum":2}}})"));
  const auto found = schema->check(*parse_json(R"({"a":1})"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].keyword, "minimum");
}

TEST(CheckSchema, CanBeCopiedAndUsedAfterTheFirstIsGone) {
  std::optional<Schema> first = *Schema::compile(*parse_json(R"({"type":"string"})"));
  const Schema second = *first;
  first.reset();
  EXPECT_EQ(second.check(Json(1)).size(), 1U);
}

TEST(CompareValues, OrdersAllValuesTotally) {
  const Json sorted =
      *parse_json(R"([null,false,true,-1,0,0.5,1,18446744073709551615,"","a","b",[],[1],[2],[1,1],{},{"a":1}])");
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      std::int64_t steps = 0;
      EXPECT_EQ(compare_values(sorted[i], sorted[j], steps), i < j ? -1 : i > j ? 1 : 0) << i << " " << j;
      EXPECT_GT(steps, 0);
    }
  }
}

}  // namespace
}  // namespace pianola::schema
