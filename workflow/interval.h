// Intervals for a rate, valid however often one looks at them.
//
// After n observations in [0, 1] with sum s, the confidence sequence is the set of rates p that the data have not
// refuted: those with  M(p) < 1 / alpha,
//     M(p) = B(s + 1/2, n - s + 1/2) / (B(1/2, 1/2) p^s (1 - p)^(n - s)).
// M(p) is a non-negative supermartingale of mean at most 1 when p is the true rate (a mixture of likelihood ratios over
// Beta(1/2, 1/2)), so by Ville's inequality it ever reaches 1 / alpha with probability at most alpha, whenever one
// stops. Sources: Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Statist. 41
// (1970); Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences",
// Ann. Statist. 49 (2021). By convexity it holds for any values in [0, 1], not only for 0 and 1.
// A Wilson interval, looked at after every execution, errs three times as often as it says.
// Thread rule: plain functions.
#pragma once

#include <cstdint>
#include <string>

namespace pianola::workflow {

inline constexpr double kAlpha = 0.05;  // how often an interval may ever miss the true rate

// Bounds of a rate.
struct RateInterval {
  double low = 0;
  double high = 1;
  bool operator==(const RateInterval&) const = default;
};

// The confidence sequence for the mean of `count` values in [0, 1] whose sum is `sum`; no values: 0 to 1.
RateInterval rate_interval(double sum, std::int64_t count, double alpha = kAlpha);

// A rate for readers: "94.9 %".
std::string percent_text(double rate);

}  // namespace pianola::workflow
