// Judges pairs of schema and value for tests/clients/json-schema.test.mjs: reads lines {"schema": S, "values": [V,
// ...]} and writes a line for each: a list of true, false and "limit", or what the schema is refused for.
#include <iostream>
#include <string>

#include "schema/schema.h"

namespace {

using pianola::Json;
using pianola::OrderedJson;

OrderedJson verdicts(const Json& schema, const Json& values) {
  const auto compiled = pianola::schema::Schema::compile(schema);
  if (!compiled) return compiled.error().message;
  OrderedJson list = OrderedJson::array();
  for (const Json& value : values) {
    const auto findings = compiled->check(value);
    const bool is_limit = !findings.empty() && findings.front().keyword == "limit";
    list.push_back(is_limit ? OrderedJson("limit") : OrderedJson(findings.empty()));
  }
  return list;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto pair = pianola::parse_json(line);
    if (!pair) {
      std::cout << OrderedJson(pair.error().message).dump() << '\n';
      continue;
    }
    std::cout << verdicts(pair->at("schema"), pair->at("values")).dump() << '\n';
  }
}
