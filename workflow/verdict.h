// The verdict "which model": for each executor model seen on a version, its success with an interval that stays valid
// however often one looks (workflow/interval.h), and what a success costs with everything that failed on the way.
//
// A model qualifies when the interval's low end reaches the version's tolerance, and is refuted when its high end lies
// below. The cheapest model that qualifies is the one to use; while a cheaper one is neither, executions are needed.
// Thread rule: plain values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workflow/accounts.h"
#include "workflow/interval.h"
#include "workflow/version.h"

namespace pianola::workflow {

// What the evidence says of a model against the workflow's tolerance.
enum class ModelStanding { qualified, refuted, undecided };
// Its name in JSON.
std::string_view to_string(ModelStanding standing);

// What the executions that one model started say of it. A rescued execution is its success, at both models' cost.
struct ModelEvidence {
  std::string model;
  std::int64_t executions = 0;
  std::int64_t successes = 0;
  std::int64_t unpriced = 0;
  RateInterval success;
  std::optional<Money> cost;              // of all whose cost is known; null: of none
  std::optional<Money> cost_per_success;  // retries, failures and escalations included; null: nothing priced
  ModelStanding standing = ModelStanding::undecided;
};

// What to do about the executor's model.
enum class VerdictKind { use, stay, more_needed };
// Its name in JSON.
std::string_view to_string(VerdictKind kind);

// Which model the evidence supports, and on what grounds.
struct Verdict {
  VerdictKind kind = VerdictKind::more_needed;
  std::string model;                              // to use, to stay on, or that needs more executions; never empty
  std::optional<std::int64_t> executions_needed;  // for more_needed; null: beyond what is worth counting
  std::vector<ModelEvidence> models;              // cheapest success first, those without a price last

  // "use MODEL", "stay on MODEL", "N more executions needed (MODEL)".
  std::string text() const;
};

// The verdict from a version's account entries. Executions of the model "unknown" are shown and decide nothing. The
// design may call its models by any name that `prices` knows; the verdict says their canonical names.
Verdict judge_models(const std::vector<AccountEntry>& entries, const Design& design, const PriceBook& prices);

inline constexpr std::int64_t kMostNeeded = 10'000;
// How many more executions, at the rate seen so far, decide about a model; null beyond kMostNeeded.
std::optional<std::int64_t> executions_needed(const ModelEvidence& evidence, double tolerance);

}  // namespace pianola::workflow
