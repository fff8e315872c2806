// Whether, and since when, a rate of successes is another than before: a change detector for executions that come one
// after another, looked at after each of them.
//
// At every cut in turn, log likelihood ratio of two rates against one (generalised likelihood ratio, Willsky and Jones,
// IEEE Trans. Automat. Control 21 (1976); for successes and failures Huang, Reynolds and Wang, J. Qual. Technol. 44
// (2012)), less what chance finds more easily at that cut: log(n / w), because n executions hold n / w stretches as
// long as the w newest (Duembgen and Spokoiny, Ann. Statist. 29 (2001)), and half the log of the number of failures (or
// of successes, where these are fewer), because there are as many looks that tell something. Where the highest of these
// is at least a threshold, the rate has changed at that cut. The thresholds were calibrated by simulation:
// docs/evaluations.md. Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pianola::workflow {

// Executions one after another, told as a sum.
struct Stretch {
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
};

// Where a rate changed.
struct ChangePoint {
  std::size_t first = 0;  // the stretch from which on it is another
  bool is_worse = false;
  Stretch before;
  Stretch since;
};

// Looks between the stretches, which are as short as is known: an execution each, where they are known one by one. With
// fewer than 20 executions before a cut nothing is said of it.
std::optional<ChangePoint> find_change(std::span<const Stretch> stretches);

}  // namespace pianola::workflow
