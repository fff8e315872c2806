// JSON Schema draft 2020-12, compiled once and checked many times. Schemas come from models: what is not understood is
// refused when it is compiled, never ignored, and a check is bounded in steps, depth and memory whatever the schema.
// Known: the core, applicator, unevaluated and validation vocabularies, with $ref, $anchor, $id and $defs inside one
// document; format, content* and the meta-data keywords are annotations and check nothing. Refused: $dynamicRef,
// $dynamicAnchor, $vocabulary, references out of the document, unknown keywords (but "x-..."), patterns RE2 cannot run.
// Thread rule: a Schema never changes; any thread may check with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace pianola::schema {

struct Program;

// What "$schema" says of the draft that is understood here.
inline constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

// How large a schema may be.
struct CompileLimits {
  std::size_t subschemas = 5'000;
  std::size_t patterns = 64;
  std::size_t operands = 20'000;         // values inside const and enum, and names in required and dependentRequired
  std::int64_t pattern_bytes = 262'144;  // of memory, each
  int pattern_states = 20'000;           // of all patterns together
  std::size_t place_bytes = 4'096;       // of the JSON Pointer to a subschema, and of an $id: each subschema keeps both
  int references = 64;                   // how many subschemas may apply to one value, one inside the other
};

// How much work one check may be. Beyond it the value is refused with the keyword "limit".
struct CheckLimits {
  std::int64_t steps = 1'000'000;  // about 50 ns each
  int depth = 400;                 // subschemas inside one another
  std::size_t findings = 20;
};

// One rule that a value breaks.
struct SchemaFinding {
  std::string place;    // JSON Pointer into the value
  std::string rule;     // in words that say what to do: `must be one of "a","b"`, `lacks the required "confidence"`
  std::string keyword;  // "enum", "required", ...
};

// A compiled JSON Schema.
class Schema {
 public:
  // Refuses ("bad_schema") with the JSON Pointer of the keyword and what to write instead.
  static Result<Schema> compile(const Json& schema, const CompileLimits& limits = {});

  // Every rule that `value` breaks, up to the limit; empty where it is valid.
  std::vector<SchemaFinding> check(const Json& value, const CheckLimits& limits = {}) const;

 private:
  explicit Schema(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;  // shared by copies: a program never changes
};

// The name of every keyword that compiling knows; those that begin with "x-" are allowed beside them.
const std::vector<std::string>& keywords();

// True where only objects can be valid, by `type` at the top, behind a local $ref, or in an allOf.
bool is_object_schema(const Json& schema);

}  // namespace pianola::schema
