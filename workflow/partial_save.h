// A save may be partial: it says only what changes, and is laid over its base. Given fields replace; steps and edge
// cases merge by id (given fields of a known one replace, a new one follows the one listed before it, else it is last;
// listing all ids reorders); only `remove` deletes. So adding one edge case needs no copy of the whole design.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// A base with what was given laid over it.
struct MergedDesign {
  Json design;                      // as JSON, to be decoded
  std::vector<std::string> stayed;  // in words: what of the base was not named and stays as it was
  std::vector<std::string> doubts;  // in words: what may be a slip, such as a new step whose id is nearly a known one
};

// Lays `given` over `base` (both the JSON of a design). `remove` are JSON Pointers into the base in which a step or an
// edge case may stand by its id: /steps/ID, /steps/ID/branches, /edge_cases/ID, /tags. Refuses with every mistake at
// once: `null` for a field (null_is_no_removal), a pointer to nothing (unknown_removal), and a field that is both given
// and removed (given_and_removed). Places are pointers into what was given; of removals, "remove/N".
Result<MergedDesign> merge_partial(const Json& base, const Json& given, const std::vector<std::string>& remove);

}  // namespace pianola::workflow
