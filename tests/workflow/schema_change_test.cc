#include "workflow/schema_change.h"

#include <gtest/gtest.h>

#include <random>

#include "schema/schema.h"

namespace pianola::workflow {
namespace {

SchemaChange change(const char* base, const char* next) {
  return compare_schemas(Json::parse(base), Json::parse(next));
}

TEST(SchemaChange, OfEachKeywordIsAsGraveAsWhatItRefuses) {
  struct Case {
    const char* base;
    const char* next;
    SchemaChange change;
  };
  const Case cases[] = {
      {R"({"type":"string"})", R"({"type":"string"})", SchemaChange::none},
      {R"({"type":"string"})", R"({"type":"string","description":"A name.","format":"date"})", SchemaChange::wording},
      {R"({"type":"string"})", R"({"type":["string","null"]})", SchemaChange::widens},
      {R"({"type":["string","null"]})", R"({"type":"string"})", SchemaChange::changes},
      {R"({"type":"integer"})", R"({"type":"number"})", SchemaChange::widens},
      {R"({"type":"number"})", R"({"type":"integer"})", SchemaChange::changes},
      {R"({"const":1})", R"({"enum":[1,2]})", SchemaChange::adds},
      {R"({"enum":[1,2]})", R"({"const":1})", SchemaChange::changes},
      {R"({"enum":[1,2]})", R"({})", SchemaChange::widens},
      {R"({"minimum":3})", R"({"minimum":2})", SchemaChange::widens},
      {R"({"minimum":3})", R"({"minimum":4})", SchemaChange::changes},
      {R"({"maxLength":3})", R"({"maxLength":4})", SchemaChange::widens},
      {R"({"maxLength":3})", R"({"maxLength":2})", SchemaChange::changes},
      {R"({"type":"string","maxLength":3})", R"({"type":"string"})", SchemaChange::widens},
      {R"({"required":["a","b"]})", R"({"required":["b","a"]})", SchemaChange::wording},
      {R"({"required":["a","b"]})", R"({"required":["a"]})", SchemaChange::widens},
      {R"({"required":["a"]})", R"({"required":["a","b"]})", SchemaChange::changes},
      {R"({"items":{"enum":["a"]}})", R"({"items":{"enum":["a","b"]}})", SchemaChange::adds},
      {R"({"additionalProperties":false})", R"({"additionalProperties":{"type":"string"}})", SchemaChange::widens},
      {R"({"type":"object"})", R"({"type":"object","additionalProperties":false})", SchemaChange::changes},
      {R"({"pattern":"^a","type":"string"})", R"({"type":"string"})", SchemaChange::widens},
      {R"({"pattern":"^a"})", R"({"pattern":"^b"})", SchemaChange::changes},
      {R"({"allOf":[{"title":"a"}]})", R"({"allOf":[{"title":"b"}]})", SchemaChange::wording},
      {R"({"properties":{"title":{}}})", R"({"properties":{}})", SchemaChange::changes},
      {R"({"properties":{"a":{"type":"string"}}})", R"({"properties":{"a":{"type":"string"},"b":{}}})",
       SchemaChange::adds},
      {R"({"if":{"required":["a"]},"then":{"required":["b"]}})", R"({"if":{"required":["a"]}})", SchemaChange::changes},
      {R"({"type":"object","unevaluatedProperties":false,"allOf":[{"properties":{"a":{}}}]})",
       R"({"type":"object","unevaluatedProperties":false})", SchemaChange::changes},
      {R"({"properties":["odd"]})", R"({"properties":{"a":true}})", SchemaChange::changes},
  };
  for (const Case& each : cases) EXPECT_EQ(change(each.base, each.next), each.change) << each.base << " " << each.next;
}

// A schema of an object with two properties, each keyword there or not.
Json random_schema(std::mt19937& random) {
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  const auto value = [&] {
    Json schema = Json::object();
    if (one_in(2)) schema["type"] = one_in(2) ? Json("integer") : one_in(2) ? Json("number") : Json({"string", "null"});
    if (one_in(3)) schema["minimum"] = random() % 3;
    if (one_in(3)) schema["maxLength"] = random() % 3;
    if (one_in(3)) schema["enum"] = one_in(2) ? Json({1, "a"}) : Json({1, "a", nullptr});
    if (one_in(5)) schema["not"] = {{"const", 1}};
    return schema;
  };
  Json schema = {{"type", "object"}, {"additionalProperties", false}};
  for (const char* name : {"a", "b"}) {
    if (!one_in(4)) schema["properties"][name] = value();
  }
  if (one_in(2)) schema["required"] = one_in(2) ? Json({"a"}) : Json({"a", "b"});
  if (one_in(4)) schema.erase("additionalProperties");
  return schema;
}

TEST(SchemaChange, WhatWidensRefusesNothingThatWasTaken) {
  const Json values[] = {0, 1, 1.5, 2, "", "a", "abc", nullptr};
  std::vector<Json> objects = {Json::object(), {{"c", 1}}};
  for (const Json& a : values) {
    objects.push_back({{"a", a}});
    for (const Json& b : values) objects.push_back({{"a", a}, {"b", b}});
  }
  int widened = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    const Json base = random_schema(random);
    const Json next = random_schema(random);
    const SchemaChange told = compare_schemas(base, next);
    // An added property narrows a schema that took anything under its name: that is told as `adds` on purpose.
    if (told > SchemaChange::widens || !base.contains("additionalProperties")) continue;
    ++widened;
    const schema::Schema before = schema::Schema::compile(base).value();
    const schema::Schema after = schema::Schema::compile(next).value();
    for (const Json& object : objects) {
      if (!before.check(object).empty()) continue;
      ASSERT_TRUE(after.check(object).empty()) << "seed " << seed << ": " << base << " -> " << next << ": " << object;
    }
  }
  EXPECT_GT(widened, 20);
}

}  // namespace
}  // namespace pianola::workflow
