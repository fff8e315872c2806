// Amounts as tests write them.
#pragma once

#include "workflow/money.h"

namespace pianola::tests {

inline workflow::Money usd(double amount) { return workflow::Money::from_usd(amount).value(); }

}  // namespace pianola::tests
