#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/reference.h"
#include "schema/schema.h"

namespace pianola::schema {
namespace {

using testing::HasSubstr;

// The place of the refusal and its message, or "" where the schema compiles.
struct Outcome {
  std::string place;
  std::string message;
};

Outcome compiled(const std::string& text, const CompileLimits& limits = {}) {
  const auto schema = Schema::compile(*parse_json(text), limits);
  if (schema) return {};
  EXPECT_EQ(schema.error().code, "bad_schema");
  return {schema.error().place, schema.error().message};
}

bool compiles(const std::string& text) { return compiled(text).message.empty(); }

bool compiled_and_fits(const std::string& schema, const std::string& value) {
  return Schema::compile(*parse_json(schema))->check(*parse_json(value)).empty();
}

TEST(CompileSchema, RefusesASlipInAKeywordWithTheNearestOne) {
  const Outcome outcome = compiled(R"({"properties":{"a/b":{"type":"string","minLenght":1}}})");
  EXPECT_EQ(outcome.place, "/properties/a~1b/minLenght");
  EXPECT_THAT(outcome.message, HasSubstr("Did you mean \"minLength\""));
}

TEST(CompileSchema, SaysWhatToWriteForWordsOfOtherDraftsAndDialects) {
  EXPECT_THAT(compiled(R"({"dependencies":{}})").message, HasSubstr("dependentRequired"));
  EXPECT_THAT(compiled(R"({"nullable":true})").message, HasSubstr("\"null\""));
  EXPECT_THAT(compiled(R"({"items":[{"type":"string"}]})").message, HasSubstr("prefixItems"));
  EXPECT_THAT(compiled(R"({"$dynamicRef":"#a"})").message, HasSubstr("Write \"$ref\""));
  EXPECT_THAT(compiled(R"({"properties":{"a":{"required":true}}})").message, HasSubstr("a list of property names"));
  EXPECT_THAT(compiled(R"({"colour":{"type":"string"}})").message, HasSubstr("belongs under \"properties\""));
}

TEST(CompileSchema, TakesAnnotationsAndWordsThatStartWithX) {
  EXPECT_TRUE(compiles(
      R"({"title":"T","description":"D","default":1,"examples":[1],"$comment":"c","deprecated":true,"readOnly":true,)"
      R"("writeOnly":true,"format":"email","contentMediaType":"text/plain","contentEncoding":"base64",)"
      R"("contentSchema":{"any":"thing"},"x-mine":{"minLenght":1}})"));
}

TEST(CompileSchema, TakesOnlyItsOwnDialect) {
  EXPECT_TRUE(compiles(R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})"));
  EXPECT_EQ(compiled(R"({"$schema":"http://json-schema.org/draft-07/schema#"})").place, "/$schema");
}

TEST(CompileSchema, RefusesKeywordsWithAValueOfTheWrongKind) {
  const char* const bad[] = {R"({"type":"int"})",
                             R"({"type":[]})",
                             R"({"enum":"a"})",
                             R"({"minimum":"1"})",
                             R"({"multipleOf":0})",
                             R"({"minLength":-1})",
                             R"({"maxItems":1.5})",
                             R"({"uniqueItems":1})",
                             R"({"required":"a"})",
                             R"({"required":[1]})",
                             R"({"properties":[]})",
                             R"({"allOf":[]})",
                             R"({"anyOf":{}})",
                             R"({"not":1})",
                             R"({"pattern":1})",
                             R"({"pattern":"("})",
                             R"({"patternProperties":1})",
                             R"({"dependentRequired":1})",
                             R"({"$ref":1})",
                             R"({"$anchor":""})",
                             R"({"$id":"a#b"})",
                             R"({"items":3})",
                             R"({"if":"x"})",
                             R"({"minContains":"1"})",
                             R"({"$defs":[]})",
                             R"({"dependentSchemas":{"a":1}})",
                             R"(3)",
                             R"(null)"};
  for (const char* schema : bad) EXPECT_FALSE(compiles(schema)) << schema;
  EXPECT_THAT(compiled(R"({"type":"int"})").message, HasSubstr("\"integer\""));
}

TEST(CompileSchema, NamesWhatOfAPatternIsNotSupported) {
  const auto told = [](const std::string& pattern) {
    return Schema::compile({{"properties", {{"a", {{"pattern", pattern}}}}}}).error();
  };
  EXPECT_EQ(
      told("^(?=\\d)a").message,
      R"(The pattern "^(?=\d)a" at /properties/a/pattern cannot be used: the look-ahead "(?=" is not supported.)");
  EXPECT_EQ(told("^(?=\\d)a").data["fix"], R"(Rewrite the pattern without the look-ahead "(?=", or leave it out.)");
  EXPECT_THAT(told("(?<!a)b").message, HasSubstr("the look-behind"));
  EXPECT_THAT(told("(a)\\1").message, HasSubstr("the back reference \"\\\\1\""));
  EXPECT_THAT(told("a{5000}").message, HasSubstr("\"{5000}\" is not supported"));
  EXPECT_THAT(told("\\p{Letter}").message, HasSubstr("the name"));
  EXPECT_THAT(told("(").message, HasSubstr("missing )"));
  EXPECT_EQ(told("(").data["fix"], "Mend the pattern, or leave it out.");
}

TEST(CompileSchema, AllowsThePartsThatMeanNothingWithoutTheirPartner) {
  EXPECT_TRUE(compiled_and_fits(R"({"then":false,"else":false,"minContains":3,"maxContains":0})", "[1]"));
}

TEST(CompileSchema, FollowsReferencesInsideTheDocument) {
  EXPECT_FALSE(compiled_and_fits(R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})", "1"));
  EXPECT_FALSE(compiled_and_fits(R"({"$ref":"#/definitions/a%25b","definitions":{"a%b":{"type":"string"}}})", "1"));
  EXPECT_FALSE(compiled_and_fits(R"({"$ref":"#here","$defs":{"a":{"$anchor":"here","type":"string"}}})", "1"));
  EXPECT_FALSE(compiled_and_fits(
      R"({"$id":"https://a.example/x/root","$ref":"../y/b","$defs":{"a":{"$id":"/y/b","const":2}}})", "1"));
  EXPECT_FALSE(compiled_and_fits(R"({"properties":{"n":{"$ref":"#"}},"type":"object"})", R"({"n":{"n":1}})"));
}

TEST(CompileSchema, RefusesReferencesThatLeadNowhereOrOut) {
  EXPECT_EQ(compiled(R"({"items":{"$ref":"#/$defs/b"}})").place, "/items/$ref");
  EXPECT_THAT(compiled(R"({"$ref":"https://a.example/b"})").message, HasSubstr("nothing is fetched"));
  EXPECT_FALSE(compiles(R"({"$ref":"#nobody"})"));
  EXPECT_FALSE(compiles(R"({"$ref":"#/const","const":{"type":"string"}})"));
}

TEST(CompileSchema, RefusesTwoSubschemasWithOneName) {
  EXPECT_FALSE(compiles(R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})"));
  EXPECT_FALSE(compiles(R"({"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}})"));
}

TEST(CompileSchema, DoesNotLookForSubschemasInsideValues) {
  EXPECT_TRUE(compiles(R"({"const":{"minLenght":1},"enum":[{"$ref":"nowhere"}],"default":{"type":"int"}})"));
}

TEST(IsObjectSchema, KnowsSchemasThatOnlyObjectsFit) {
  const char* const objects[] = {R"({"type":"object"})", R"({"type":["object"]})",
                                 R"({"allOf":[true,{"type":"object"}]})",
                                 R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"object"}}})"};
  const char* const others[] = {R"(true)",
                                R"({})",
                                R"({"type":"array"})",
                                R"({"type":["object","null"]})",
                                R"({"$ref":"#"})",
                                R"({"properties":{}})",
                                R"(3)"};
  for (const char* schema : objects) EXPECT_TRUE(is_object_schema(*parse_json(schema))) << schema;
  for (const char* schema : others) EXPECT_FALSE(is_object_schema(*parse_json(schema))) << schema;
}

// RFC 3986, section 5.4, examples for the base http://a/b/c/d;p?q.
TEST(ResolveReference, GivesTheExamplesOfItsSpecification) {
  const std::pair<const char*, const char*> examples[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
  };
  for (const auto& [reference, expected] : examples) {
    EXPECT_EQ(resolve_reference("http://a/b/c/d;p?q", reference), expected) << reference;
  }
}

}  // namespace
}  // namespace pianola::schema
