// Likelihoods of successes and failures, for intervals and tests of rates. Thread rule: plain functions.
#pragma once

#include <math.h>  // lgamma_r: POSIX; std::lgamma writes a global

#include <cmath>

namespace pianola::workflow {

// log of the gamma function, of a positive value.
inline double log_gamma(double value) {
  int sign = 0;
  return ::lgamma_r(value, &sign);
}

// log of the beta function, of positive values.
inline double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

// x log y, with 0 log 0 = 0.
inline double times_log(double x, double y) { return x <= 0 ? 0 : x * std::log(y); }

// log likelihood of so many successes and failures at the rate p.
inline double log_likelihood(double successes, double failures, double p) {
  return times_log(successes, p) + times_log(failures, 1 - p);
}

// The most that any rate gives; nothing seen: 0.
inline double best_log_likelihood(double successes, double failures) {
  const double count = successes + failures;
  return count <= 0 ? 0 : log_likelihood(successes, failures, successes / count);
}

}  // namespace pianola::workflow
