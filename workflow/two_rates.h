// Whether one of two rates is higher than the other, valid however often one looks, and however the observations come
// to the two sides.
//
// After so many values in [0, 1] on each side, with the log likelihood l of docs/versions.md,
//     E = m(first) m(second) / sup { l(first; p) l(second; q) : p and q as the claim says },
// where m is the likelihood averaged over a Beta distribution that was fixed before: Beta(1/2, 1/2), or the second
// side's past. For the true pair of rates, m m / (l l) is a non-negative supermartingale that begins at 1, whichever
// side each value falls on; under the claim E is at most that, so by Ville's inequality it ever reaches 1 / alpha with
// probability at most alpha. Sources: Robbins, Ann. Math. Statist. 41 (1970); Wasserman, Ramdas and Balakrishnan,
// "Universal inference", PNAS 117 (2020); Ramdas, Gruenwald, Vovk and Shafer, "Game-theoretic statistics and safe
// anytime-valid inference", Statist. Sci. 38 (2023). By convexity it holds for any values in [0, 1]. Thread rule: plain
// functions.
#pragma once

#include <cstdint>

namespace pianola::workflow {

// Values in [0, 1] that were seen.
struct Seen {
  double sum = 0;
  std::int64_t count = 0;
  double mean() const { return count <= 0 ? 0 : sum / static_cast<double>(count); }
};

// log E against "the first rate is not lower than the second". `past`: of the second side, from before both.
double evidence_lower(const Seen& first, const Seen& second, const Seen& past);

// log E against "the first rate is lower than the second by `margin` or more", 0 < margin < 1.
double evidence_not_lower_by(const Seen& first, const Seen& second, const Seen& past, double margin);

}  // namespace pianola::workflow
