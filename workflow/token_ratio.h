// How many tokens one model makes of a text against another: savings are what the same work would have cost on the
// baseline, which reads and writes the same texts in tokens of its own.
// Thread rule: plain values and functions.
#pragma once

#include <cstdint>

#include "workflow/prices.h"

namespace pianola::workflow {

// The baseline's tokens for `used` of the model that was used, as a fraction.
struct TokenRatio {
  std::int64_t baseline = 1;
  std::int64_t used = 1;
  bool assumed = false;  // the factor of one of them is not known
};

// From the factors of their prices (docs/accounts.md). Where one is not known, or `used` is null, the baseline is
// assumed to make as many tokens, or fewer where the used model is known to make many: never more, which would flatter.
TokenRatio token_ratio(const ModelPrice& baseline, const ModelPrice* used);

}  // namespace pianola::workflow
