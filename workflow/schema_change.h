// How one JSON Schema differs from an earlier one, seen by those who met the earlier: which part of a version's number
// a changed schema asks for (docs/versions.md). Thread rule: plain functions.
#pragma once

#include "base/json.h"

namespace pianola::workflow {

// From the mildest to the gravest; what is made of several changes is the gravest of them.
enum class SchemaChange {
  none,
  wording,  // only what checks nothing: titles, descriptions, examples, formats, order
  adds,     // values of an enum, properties that may be left out: what was known stays as it was
  widens,   // whatever the earlier schema took is taken, and more
  changes,  // something that was taken is refused, or it cannot be told
};

// Compares keyword by keyword, so that it errs on the grave side: what two keywords say together ($ref, if,
// unevaluated*) is a change wherever it differs.
SchemaChange compare_schemas(const Json& base, const Json& next);

}  // namespace pianola::workflow
