#include "workflow/observed_schema.h"

#include <gtest/gtest.h>

#include "schema/schema.h"

namespace pianola::workflow {
namespace {

Json parsed(const char* text) { return Json::parse(text); }

TEST(ObservedSchema, TellsFieldsAndTypes) {
  EXPECT_EQ(observed_schema({parsed(R"({"name":"Ada","count":2,"share":0.5,"sure":true,"tags":["a"]})")}), parsed(R"({
    "type":"object",
    "properties":{
      "name":{"type":"string","minLength":1},"count":{"type":"integer"},"share":{"type":"number"},
      "sure":{"type":"boolean"},"tags":{"type":"array","items":{"type":"string","minLength":1}}},
    "required":["count","name","share","sure","tags"]})"));
}

TEST(ObservedSchema, SeveralValuesWidenIt) {
  const Json schema =
      observed_schema({parsed(R"({"a":1,"b":"x"})"), parsed(R"({"a":1.5,"b":null})"), parsed(R"({"a":3,"c":""})")});
  EXPECT_EQ(schema["properties"]["a"], parsed(R"({"type":"number"})"));
  EXPECT_EQ(schema["properties"]["b"], parsed(R"({"type":["null","string"],"minLength":1})"));
  EXPECT_EQ(schema["properties"]["c"], parsed(R"({"type":"string"})"));
  EXPECT_EQ(schema["required"], parsed(R"(["a"])"));
}

TEST(ObservedSchema, TakesWhatItWasMadeOf) {
  const std::vector<Json> values = {parsed(R"({"a":[{"b":1},{"c":["x",""]}],"d":{}})"),
                                    parsed(R"({"a":[],"e":[[1],[null]]})")};
  const auto schema = schema::Schema::compile(observed_schema(values));
  ASSERT_TRUE(schema);
  for (const Json& value : values) EXPECT_TRUE(schema->check(value).empty()) << value;
}

}  // namespace
}  // namespace pianola::workflow
