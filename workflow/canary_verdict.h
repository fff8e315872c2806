// What the executions say of a canary beside the stable version: promote it, roll it back, or wait for so many more.
// Success decides, by two sequential tests (two_rates.h) that err in at most 5 % of all canaries each, however often
// one looks; adherence and cost per success can only keep a canary from being promoted. The formulas: docs/versions.md.
// Thread rule: plain values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/accounts.h"

namespace pianola::workflow {

inline constexpr double kCanaryAlpha = 0.05;  // how often each test of a canary may ever err

// One version's executions while the canary runs.
struct CanarySide {
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
  std::int64_t adherence_micros = 0;
  std::int64_t adherence_known = 0;
  std::int64_t unpriced = 0;
  Money cost;  // of those with a known cost
};

// The sums of the entries of these days (YYYY-MM-DD, `since` inclusive, `until` exclusive; empty: all).
CanarySide sum_side(const std::vector<AccountEntry>& entries, const std::string& since, const std::string& until);

// An execution whose cost is known.
struct PaidExecution {
  double usd = 0;
  bool is_success = false;
};

// What is compared.
struct CanaryEvidence {
  CanarySide canary;
  CanarySide stable;
  CanarySide past;         // of the stable version, from before the canary
  int percent = 50;        // of the executions that the canary takes
  double tolerance = 0.9;  // of the canary's design: 1 - tolerance is how much less success is still as good
};

// What is to be done with a canary.
enum class CanaryDecision { undecided, promote, roll_back, hold };
// Its name in JSON: "undecided", "promote", "roll_back", "hold".
std::string_view to_string(CanaryDecision decision);

// The decision, and why.
struct CanaryVerdict {
  CanaryDecision decision = CanaryDecision::undecided;
  // Executions of both versions together until it is decided, if they go on as they do; absent: not within 100,000.
  std::optional<std::int64_t> executions_needed;
  std::string why;
  // "promote", "roll back", "120 more executions needed", "decide by hand", and why.
  std::string text() const;
};

// What success alone says, of the canary, the stable version beside it and that version's past: "canary_margin" less
// counts as as good.
CanaryDecision decide_by_success(const CanarySide& canary, const CanarySide& stable, const CanarySide& past,
                                 double margin);

// Judges by success, and then by adherence; costs are looked at by hold_by_cost, where this promotes.
CanaryVerdict judge_canary(const CanaryEvidence& evidence);

// How much less success counts as as good: 1 - tolerance, and at least 0.02.
double canary_margin(double tolerance);

// Why the canary is clearly dearer per success; empty where it is not, or where either side has under 30 successes.
std::string clearly_dearer(const std::vector<PaidExecution>& canary, const std::vector<PaidExecution>& stable);

}  // namespace pianola::workflow
