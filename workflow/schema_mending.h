// What to write instead of a JSON Schema that is refused: mended keyword by keyword until it compiles, so that one
// answer names every mistake in it, each with the corrected fragment. Thread rule: plain functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// One mistake in a schema, and what to write instead.
struct SchemaMistake {
  std::string place;    // JSON Pointer into the schema as it was given
  std::string message;  // what is wrong there, as schema::Schema::compile says it
  std::string fix;      // `"keyword": value`, a whole subschema in its place, or one sentence where neither can be told
};

// A schema with everything mended that could be, and the mistakes that were in it.
struct MendedSchema {
  Json schema;
  std::vector<SchemaMistake> mistakes;  // in the order they are found; empty where the schema compiles as it is
};

// The keyword that was meant by a name that is none, of a member with this value: "max" with a number is "maximum".
// Empty where none was, as where the name is a property's.
std::string keyword_meant_by(const std::string& name, const Json& value);

// The schema that was meant by something else in a schema's place: a type's name ("int"), a list of values, a text of
// alternatives ("new|old"), any other text as a description.
Json schema_meant_by(const Json& given);

// [{"name": "x", "type": "string"}] or ["x"] as the schema of an object with these properties, all of them required but
// those that say `"required": false`. Nothing where the list is another.
std::optional<Json> object_schema_of_list(const Json& list);

// Mends a schema: misspelled keywords and types, `required: true` inside a property, properties without "properties"
// around them, lists and numbers in the wrong form. What cannot be mended is told and left out of the result, so that
// the mistakes behind it are found too; at most 20 are told. Refuses nothing.
MendedSchema mend_schema(const Json& given);

}  // namespace pianola::workflow
