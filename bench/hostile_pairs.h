// Pairs of schema and value, as JSON text, that are made to cost as much as they can: each about as large as a message
// may be, or as small as it need be.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::bench {

struct HostilePair {
  std::string name;
  std::string schema;
  std::string value;
};

// "[", 1, 1, ... "]": `count` times the same text, with a comma between.
inline std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += (i == 0 ? "" : ",") + text;
  return all;
}

// `count` texts, each made from its number.
template <class Make>
std::string each_of(int count, const Make& make) {
  std::string all;
  for (int i = 0; i < count; ++i) all += (i == 0 ? "" : ",") + make(std::to_string(i));
  return all;
}

inline std::string nested(int levels, const std::string& open, const std::string& core, const std::string& close) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += open;
  text += core;
  for (int i = 0; i < levels; ++i) text += close;
  return text;
}

// a0 is `core`; a1 = KEYWORD[a0, a0], a2 = KEYWORD[a1, a1], ...
inline std::string doubling(int levels, const std::string& keyword, const std::string& core) {
  std::string text = R"({"$ref":"#/$defs/a)" + std::to_string(levels) + R"(","$defs":{"a0":)" + core;
  for (int i = 1; i <= levels; ++i) {
    const std::string below = R"({"$ref":"#/$defs/a)" + std::to_string(i - 1) + R"("})";
    text += R"(,"a)" + std::to_string(i) + R"(":{")" + keyword + "\":[" + below + "," + below + "]}";
  }
  return text + "}}";
}

inline std::vector<HostilePair> pairs_of_references() {
  const std::string deep_value = nested(60, "[", "1", "]");
  return {
      {"$ref to itself", R"({"$ref":"#"})", "1"},
      {"references to each other",
       R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})", "1"},
      {"200,000 levels of a schema", nested(200'000, R"({"not":)", "true", "}"), "1"},
      {"200,000 levels of a value", "true", nested(200'000, "[", "1", "]")},
      {"60 levels of items, doubled at each", R"({"allOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]})",
       deep_value},
      {"60 levels of not around a large enum",
       nested(60, R"({"not":)", R"({"enum":[)" + each_of(60'000, [](auto n) { return n; }) + "]}", "}"), "-1"},
      {"2^20 of allOf by $defs", doubling(20, "allOf", R"({"type":"integer"})"), "1"},
      {"2^20 of anyOf by $defs, none fits", doubling(20, "anyOf", R"({"type":"integer"})"), "\"x\""},
      {"2^20 of oneOf by $defs", doubling(20, "oneOf", R"({"type":"integer"})"), "1"},
      {"2^20 of allOf with members noted",
       R"({"unevaluatedProperties":false,)" + doubling(20, "allOf", R"({"properties":{"a":true,"b":true}})").substr(1),
       R"({"a":1,"b":2})"},
      {"5,000 references one after the other",
       R"({"$ref":"#/$defs/a0","$defs":{)" +
           each_of(4'900,
                   [](auto n) {
                     return "\"a" + n + R"(":{"$ref":"#/$defs/a)" + std::to_string(std::stoi(n) + 1) + "\"}";
                   }) +
           R"(,"a4900":true}})",
       "1"},
      {"60,000 subschemas", R"({"allOf":[)" + repeated("{}", 60'000) + "]}", "1"},
  };
}

inline std::vector<HostilePair> pairs_of_patterns() {
  const std::string letters(1'000'000, 'a');
  const auto pattern = [](const std::string& text) { return R"({"pattern":")" + text + R"("})"; };
  return {
      {"a pattern that hangs backtrackers", pattern("^(a+)+$"), "\"" + letters + "b\""},
      {"nested repetitions", pattern("((a{1,100}){1,100}){1,100}"), "\"a\""},
      {"64 patterns of 1,000 states",
       R"({"allOf":[)" + each_of(64, [&](auto n) { return pattern("(a|b" + n + "){900}"); }) + "]}",
       "\"" + letters + "\""},
      {"a large pattern on a long text", pattern("(x+x+)+y|[a-z]{500}z"), "\"" + letters + "\""},
      {"60 patterns x 20,000 properties",
       R"({"patternProperties":{)" + each_of(60, [](auto n) { return "\"^p[0-9]*" + n + "$\":true"; }) + "}}",
       "{" + each_of(20'000, [](auto n) { return "\"p" + n + "\":1"; }) + "}"},
  };
}

inline std::vector<HostilePair> pairs_of_values() {
  const std::string objects = each_of(100'000, [](auto n) { return R"({"a":1,"b":)" + n + "}"; });
  const std::string numbers = each_of(100'000, [](auto n) { return n; });
  const std::string members = each_of(50'000, [](auto n) { return "\"p" + n + "\":1"; });
  return {
      {"uniqueItems of 100,000 objects", R"({"uniqueItems":true})", "[" + objects + "]"},
      {"uniqueItems of 100,000 equal objects", R"({"uniqueItems":true})",
       "[" + repeated(R"({"a":1,"b":2})", 100'000) + "]"},
      {"enum of 100,000 objects", R"({"enum":[)" + objects + "]}", R"({"a":1,"b":-1})"},
      {"enum of 1,000 for each of 50,000 items",
       R"({"items":{"enum":[)" + each_of(1'000, [](auto n) { return n; }) + "]}}", "[" + repeated("-1", 50'000) + "]"},
      {"const of 100,000 objects", R"({"const":[)" + objects + "]}", "[" + objects + "]"},
      {"contains of 100,000 items", R"({"contains":{"const":-1}})", "[" + numbers + "]"},
      {"contains and unevaluatedItems of 100,000 items",
       R"({"contains":{"minimum":50000},"minContains":0,"unevaluatedItems":{"maximum":-1}})", "[" + numbers + "]"},
      {"100,000 items, each of a wrong type", R"({"items":{"type":"string"}})", "[" + numbers + "]"},
      {"anyOf of 1,000 for each of 50,000 items",
       R"({"items":{"anyOf":[)" + repeated(R"({"type":"string"})", 1'000) + "]}}", "[" + repeated("1", 50'000) + "]"},
      {"propertyNames of 50,000 properties", R"({"propertyNames":{"maxLength":2}})", "{" + members + "}"},
      {"unevaluatedProperties over nested applicators",
       R"({"unevaluatedProperties":false,"allOf":[)" +
           repeated(R"({"anyOf":[{"patternProperties":{"^p":true}},{"properties":{"p1":true}}]})", 20) + "]}",
       "{" + members + "}"},
      {"1,500 allOf over 100 names of 40,000 characters",
       R"({"unevaluatedProperties":false,"allOf":[)" + repeated(R"({"additionalProperties":true})", 1'500) + "]}",
       "{" + each_of(100, [](const std::string& i) { return '"' + std::string(40'000, 'x') + i + "\":1"; }) + "}"},
      {"unknown properties beside 4,000 known",
       R"({"additionalProperties":false,"properties":{)" +
           each_of(4'000, [](auto n) { return "\"" + n + std::string(100, 'k') + "\":true"; }) + "}}",
       "{" + each_of(1'000, [](auto n) { return "\"" + n + std::string(100, 'j') + "\":1"; }) + "}"},
      {"dependentRequired of 50,000 for each of 1,000 items",
       R"({"items":{"dependentRequired":{)" + each_of(50'000, [](auto n) { return "\"" + n + "\":[\"x\"]"; }) + "}}}",
       "[" + repeated(R"({"y":1})", 1'000) + "]"},
      {"required of 50,000 for each of 1,000 items",
       R"({"items":{"required":[)" + each_of(50'000, [](auto n) { return "\"" + n + "\""; }) + "]}}",
       "[" + repeated(R"({"y":1})", 1'000) + "]"},
      {"multipleOf 3e-300 of 100,000 large numbers", R"({"items":{"multipleOf":3e-300}})",
       "[" + repeated("1e300", 100'000) + "]"},
      {"5,000 subschemas below a name of 900,000 characters",
       R"({"properties":{")" + std::string(900'000, 'x') + R"(":{"allOf":[)" + repeated("true", 4'900) + "]}}}", "1"},
      {"5,000 subschemas below an $id of 900,000 characters",
       R"({"$id":"https://example.com/)" + std::string(900'000, 'x') + R"(","allOf":[)" + repeated("true", 4'900) +
           "]}",
       "1"},
      {"propertyNames, doubled 17 times, of a name of 3,000,000 characters",
       doubling(17, "allOf", R"({"propertyNames":true})"), "{\"" + std::string(3'000'000, 'x') + "\":1}"},
      {"20 findings below a name of 3,900,000 characters", R"({"additionalProperties":{"items":{"type":"string"}}})",
       "{\"" + std::string(3'900'000, 'x') + "\":[" + repeated("1", 1'000) + "]}"},
      {"multipleOf 1e-300", R"({"multipleOf":1e-300})", "1.7976931348623157e308"},
      {"minLength of 4,000,000 characters", R"({"minLength":4000001})", "\"" + std::string(4'000'000, 'a') + "\""},
  };
}

inline std::vector<HostilePair> hostile_pairs() {
  std::vector<HostilePair> all;
  for (auto& some : {pairs_of_references(), pairs_of_patterns(), pairs_of_values()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace pianola::bench
