// {"schema": S, "value": V}. A schema is refused with a place that is in it, or checks any value; a finding stands at a
// place of the value; `not` turns the answer round; what is said again is judged the same.
#include "schema/schema.h"

#include "tests/fuzz/fuzz.h"

namespace {

using namespace pianola;          // NOLINT: a program of its own
using namespace pianola::schema;  // NOLINT

constexpr CheckLimits kLimits{.steps = 100'000};

bool is_limit(const std::vector<SchemaFinding>& findings) {
  return !findings.empty() && findings.front().keyword == "limit";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Json> pair = parse_json(fuzz::text_of(data, size));
  if (!pair || !pair->is_object() || !pair->contains("schema")) return 0;
  const Json& schema = pair->at("schema");
  const Json value = pair->value("value", Json());
  const Result<Schema> compiled = Schema::compile(schema);
  if (!compiled) {
    fuzz::require(compiled.error().code == "bad_schema" && !compiled.error().message.empty(), "a refusal says why");
    return 0;
  }
  const auto findings = compiled->check(value, kLimits);
  fuzz::require(findings.size() <= kLimits.findings, "findings are bounded");
  for (const SchemaFinding& finding : findings) {
    fuzz::require(find_pointer(value, finding.place) != nullptr || is_limit(findings), "a finding is in the value",
                  finding.place);
    fuzz::require(!finding.rule.empty(), "a finding says what is wrong");
  }
  const auto again = Schema::compile(schema)->check(value, kLimits);
  fuzz::require(again.size() == findings.size(), "the same is judged the same");
  // A reference to "#" would mean another schema inside.
  if (is_limit(findings) || schema.dump().find("$") != std::string::npos) return 0;
  const Result<Schema> negated = Schema::compile({{"not", schema}});
  if (!negated) return 0;  // one subschema more than there may be
  const auto opposite = negated->check(value, kLimits);
  fuzz::require(is_limit(opposite) || opposite.empty() != findings.empty(), "not turns the answer round",
                fuzz::text_of(data, size));
  return 0;
}
