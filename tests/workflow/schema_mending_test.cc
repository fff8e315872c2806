#include "workflow/schema_mending.h"

#include <gtest/gtest.h>

#include <map>

#include "schema/schema.h"
#include "workflow/value_mending.h"

namespace pianola::workflow {
namespace {

std::string mended(const char* schema) { return mend_schema(Json::parse(schema)).schema.dump(); }

TEST(MendSchema, WhatCompilesIsLeftAsItIs) {
  const Json schema = Json::parse(R"({"type": "object", "properties": {"a": {"type": ["string", "null"]}}})");
  const MendedSchema mended = mend_schema(schema);
  EXPECT_TRUE(mended.mistakes.empty());
  EXPECT_EQ(mended.schema, schema);
}

TEST(MendSchema, TypesOfOtherLanguagesAreUnderstood) {
  EXPECT_EQ(mended(R"({"type": "int"})"), R"({"type":"integer"})");
  EXPECT_EQ(mended(R"({"type": "String"})"), R"({"type":"string"})");
  EXPECT_EQ(mended(R"({"type": "string|null"})"), R"({"type":["string","null"]})");
  EXPECT_EQ(mended(R"({"type": "any", "title": "T"})"), R"({"title":"T"})");
}

TEST(MendSchema, AFormatInATypesPlaceIsAnsweredWithAFragmentThatChecksIt) {
  for (const char* format : {"date", "date-time", "datetime", "time", "email", "uuid", "uri", "url", "ipv4"}) {
    const MendedSchema mended = mend_schema({{"type", "object"}, {"properties", {{"a", {{"type", format}}}}}});
    ASSERT_EQ(mended.mistakes.size(), 1U) << format;
    EXPECT_EQ(mended.mistakes[0].place, "/properties/a");
    const Json fix = Json::parse(mended.mistakes[0].fix, nullptr, false);
    ASSERT_TRUE(fix.is_object()) << mended.mistakes[0].fix;
    EXPECT_EQ(fix["type"], "string") << format;
    EXPECT_TRUE(fix["pattern"].is_string()) << format;
  }
  for (const auto& [type, meant] : std::map<std::string, std::string>{{"float", "number"},
                                                                      {"int", "integer"},
                                                                      {"list", "array"},
                                                                      {"dict", "object"},
                                                                      {"str", "string"},
                                                                      {"bool", "boolean"},
                                                                      {"text", "string"}}) {
    EXPECT_EQ(mend_schema({{"type", type}}).mistakes.at(0).fix, "\"type\": \"" + meant + "\"");
  }
}

TEST(MendSchema, KeywordsUnderOtherNamesAreRenamed) {
  EXPECT_EQ(mended(R"({"type": "string", "options": ["a"]})"), R"({"enum":["a"],"type":"string"})");
  EXPECT_EQ(mended(R"({"type": "string", "min_length": 2})"), R"({"minLength":2,"type":"string"})");
  EXPECT_EQ(mended(R"({"type": "number", "min": 0, "max": 1})"), R"({"maximum":1,"minimum":0,"type":"number"})");
}

TEST(MendSchema, ValuesInTheWrongFormArePutRight) {
  EXPECT_EQ(mended(R"({"enum": "a|b"})"), R"({"enum":["a","b"]})");
  EXPECT_EQ(mended(R"({"minimum": "3"})"), R"({"minimum":3})");
  EXPECT_EQ(mended(R"({"required": "a, b"})"), R"({"required":["a","b"]})");
  EXPECT_EQ(mended(R"({"properties": {"a": "string", "b": ["x", "y"]}})"),
            R"({"properties":{"a":{"type":"string"},"b":{"enum":["x","y"]}}})");
  EXPECT_EQ(mended(R"({"properties": [{"name": "a", "type": "string"}, "b"]})"),
            R"({"properties":{"a":{"type":"string"},"b":{"type":"string"}}})");
  EXPECT_EQ(mended(R"({"type": "array", "items": "string"})"), R"({"items":{"type":"string"},"type":"array"})");
}

TEST(MendSchema, KeywordsOfOtherDraftsAreNoProperties) {
  EXPECT_EQ(mended(R"({"type": "object", "$vocabulary": {"https://example.com/v": true}})"), R"({"type":"object"})");
  EXPECT_EQ(mended(R"({"type": "object", "dependencies": {"a": ["b"]}})"), R"({"type":"object"})");
  EXPECT_EQ(mended(R"({"$defs": {"a": {"type": "string"}}, "$dynamicRef": "#/$defs/a"})"),
            R"({"$defs":{"a":{"type":"string"}},"$ref":"#/$defs/a"})");
}

TEST(MendSchema, RequiredInsideAPropertyMovesToTheObject) {
  EXPECT_EQ(mended(R"({"type": "object", "properties": {"a": {"type": "string", "required": true},
                       "b": {"type": "string", "required": false}}})"),
            R"({"properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"],"type":"object"})");
}

TEST(MendSchema, NullableAndOptionalAreSaidTheWayOfTheDraft) {
  EXPECT_EQ(mended(R"({"type": "string", "nullable": true})"), R"({"type":["string","null"]})");
  EXPECT_EQ(mended(R"({"type": "string", "optional": true})"), R"({"type":"string"})");
}

TEST(MendSchema, PropertiesWithoutPropertiesAroundThemAreOneMistake) {
  const MendedSchema mended = mend_schema(
      Json::parse(R"({"title": {"type": "string"}, "type": {"type": "str"}, "total": {"type": "number"}})"));
  ASSERT_EQ(mended.mistakes.size(), 1u);
  EXPECT_EQ(mended.mistakes[0].place, "");
  EXPECT_EQ(mended.mistakes[0].fix, mended.schema.dump());
  EXPECT_EQ(mended.schema["type"], "object");
  EXPECT_EQ(mended.schema["properties"]["title"]["type"], "string");
  EXPECT_EQ(mended.schema["properties"]["type"]["type"], "string");
  EXPECT_EQ(mended.schema["required"].size(), 3u);
  EXPECT_TRUE(schema::Schema::compile(mended.schema));
}

TEST(MendSchema, WhatCannotBeMendedIsToldInASentenceAndDoesNotHideTheRest) {
  const MendedSchema mended =
      mend_schema(Json::parse(R"({"properties": {"a": {"pattern": "(?=x)y"}, "b": {"type": "int"}}})"));
  ASSERT_EQ(mended.mistakes.size(), 2u);
  EXPECT_EQ(mended.mistakes[0].place, "/properties/a/pattern");
  EXPECT_EQ(mended.mistakes[0].fix, R"(Rewrite the pattern without the look-ahead "(?=", or leave it out.)");
  EXPECT_EQ(mended.mistakes[1].place, "/properties/b/type");
}

TEST(MendSchema, PatternOfPropertiesThatCannotBeUsedIsToldAndLeftOut) {
  const MendedSchema mended = mend_schema(Json::parse(R"({"patternProperties": {"(?=x)y": {"type": "string"}}})"));
  ASSERT_EQ(mended.mistakes.size(), 1u);
  EXPECT_TRUE(mended.mistakes[0].fix.starts_with("Rewrite the pattern"));
  EXPECT_TRUE(mended.schema["patternProperties"].empty());
}

TEST(MendSchema, AnySchemaEndsInOneThatCompilesOrSaysWhyNot) {
  for (const char* odd : {"{\"$ref\": 3}", "{\"allOf\": {}}", "{\"properties\": 3}", "{\"x\": {\"y\": {\"z\": 1}}}",
                          "{\"type\": {\"a\": 1}}", "{\"$ref\": \"#/nowhere\"}", "{\"items\": [1, 2]}"}) {
    const MendedSchema mended = mend_schema(Json::parse(odd));
    EXPECT_FALSE(mended.mistakes.empty()) << odd;
    EXPECT_TRUE(schema::Schema::compile(mended.schema)) << odd << mended.schema.dump();
  }
}

TEST(ValueThatPasses, PutsNamesAndValuesRightAndFillsInWhatIsMissing) {
  const Json schema = Json::parse(R"({"type": "object", "additionalProperties": false,
      "required": ["kind", "sure", "tags"], "properties": {"kind": {"enum": ["cat", "dog"]},
      "sure": {"type": "number", "maximum": 1}, "tags": {"type": "array", "items": {"type": "string"}}}})");
  EXPECT_EQ(value_that_passes(schema, Json::parse(R"({"kind": "cats", "sure": 7, "tags": "a", "more": 1})"))->dump(),
            R"({"kind":"cat","sure":1,"tags":["a"]})");
  EXPECT_EQ(value_that_passes(schema, Json::parse(R"({"knid": "dog"})"))->dump(),
            R"({"kind":"dog","sure":1,"tags":[]})");
  EXPECT_FALSE(value_that_passes({{"pattern", "^[a-z]{3}$"}, {"type", "string"}}, "12"));
}

}  // namespace
}  // namespace pianola::workflow
