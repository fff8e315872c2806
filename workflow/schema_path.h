// Does a JSON Schema know a path? Lint asks it of bindings, branches and quotes. Judged by `properties`, `items` and
// local references alone; where other keywords could allow the path, the answer is "cannot tell".
// Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// Whether a schema says that something may stand at a path.
enum class PathKnown { yes, no, cannot_tell };

// What a schema says about one path into its values.
struct SchemaAtPath {
  PathKnown known = PathKnown::cannot_tell;
  const Json* schema = nullptr;      // of the value at the path, where known is yes
  std::string not_required{};        // where known is yes: the first property on the way that may be missing
  std::vector<std::string> names{};  // where it is no: the properties there are instead
};

// Follows `tokens` into the values that `schema` describes: property names, array indexes, `*` for every element.
SchemaAtPath schema_at_path(const Json& schema, const std::vector<std::string>& tokens);

}  // namespace pianola::workflow
