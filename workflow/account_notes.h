// What the accounts say about figures that are not known: which and why, and how to make them known.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "workflow/accounts.h"

namespace pianola::workflow {

// Some versions' design cost is not known; they are given as "NAME VERSION".
std::string note_of_unknown_design(const std::vector<std::string>& versions);

// What became of a version's design cost when it was saved: recorded, told but without a price, or not told.
std::string note_of_design_cost(const DesignBooking& design, const PriceBook& prices,
                                const std::vector<std::string>& drafts);

// Some executions are in none of the figures: how many told no usage, how many a model without a price.
std::string note_of_unpriced(const Accounts& accounts, const PriceBook& prices);

// Some sums of usage took a dearer tier.
std::string note_of_uncertain_tiers(const Accounts& accounts);

// These workflows were executed, and have no baseline.
std::string note_of_missing_designers(const std::vector<std::string>& workflows);

// The baseline has no price on a day on which something was executed.
std::string note_of_unpriced_baseline(const std::string& baseline, const std::string& day, const PriceBook& prices);

// Savings rest on an assumption: how many tokens the baseline makes of a text against these models is not known.
std::string note_of_assumed_tokens(const std::string& baseline, const std::vector<std::string>& models);

}  // namespace pianola::workflow
