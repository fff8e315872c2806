// The accounts: what designing and executing cost, and what it saved against the baseline. Every figure and its
// formula: docs/accounts.md. Figures are computed from account entries, which are appended when an execution ends (or
// learns more about its usage later) and can be summed up ("folded") without changing any figure. Thread rule: plain
// values and functions.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "workflow/execution.h"
#include "workflow/money.h"
#include "workflow/prices.h"
#include "workflow/usage.h"

namespace pianola::workflow {

// Sums of tokens by kind.
struct TokenSums {
  std::int64_t input = 0;
  std::int64_t cached_input = 0;
  std::int64_t cache_write_5m = 0;
  std::int64_t cache_write_1h = 0;
  std::int64_t output = 0;
  TokenSums& operator+=(const TokenSums& other);
  bool operator==(const TokenSums&) const = default;
};

// What entries are summed up by. Two entries with equal keys may become one.
struct AccountKey {
  WorkflowName workflow;
  SemVer version;
  std::string day;               // YYYY-MM-DD, UTC, of the execution's end
  std::string executor;          // the model that started the execution
  std::string model;             // the model whose tokens these are; empty in an entry without usage
  bool escalation = false;       // tokens of another model than the one that started
  std::int64_t prompt_band = 0;  // lower bound of the prompt sizes summed up here: picks the tier when repriced
  auto operator<=>(const AccountKey&) const = default;
};

// One entry: counts are of whole executions and stand in exactly one entry each; tokens and cost may be spread over
// several (one a model and band).
struct AccountEntry {
  AccountKey key;
  // executions that ended, by state, and what is known of them
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;  // successes of the workflow: designed escalations and rescues included
  std::int64_t failed = 0;
  std::int64_t escalated = 0;
  std::int64_t abandoned = 0;
  std::int64_t unpriced = 0;  // without known cost: no usage, or of an unknown model
  std::int64_t hand_ins = 0;
  std::int64_t accepted = 0;
  std::int64_t blocked = 0;
  std::int64_t adherence_micros = 0;  // sum of adherence x 10^6
  std::int64_t adherence_known = 0;   // of how many executions
  // tokens and money
  std::int64_t reported_records = 0;
  std::int64_t estimated_records = 0;
  TokenSums tokens;                      // all that was used
  TokenSums useful;                      // of successful executions: tokens x accepted / all hand-ins
  Money cost;                            // at the prices of the usage's date; rounded per record and kind
  std::int64_t own_overhead_tokens = 0;  // our results' estimated tokens, of successful executions
};

// The entry with other's sums added; both keys must be equal.
AccountEntry fold(const AccountEntry& entry, const AccountEntry& other);

// All entries with equal keys folded into one, by key.
std::vector<AccountEntry> fold_all(const std::vector<AccountEntry>& entries);

// What is booked of an execution (booking.cc): nothing while it is running or waiting, else its entries, dated by its
// end. An execution without usage, or with usage of a model that has no price, is unpriced: it is counted in an entry
// whose model is empty, and its tokens stand beside it without cost; so entries with a model hold priced ones alone.
std::vector<AccountEntry> entries_of(const Execution& execution, const Version& version, const PriceBook& prices);

// What must be appended when an execution that was booked as `before` has become `after`: usage that came later, an
// abandoned one revived. `before` is what was stored until now; append the result in the same transaction. For an
// execution that just ended it is entries_of(after).
std::vector<AccountEntry> entries_of_change(const Execution& before, const Execution& after, const Version& version,
                                            const PriceBook& prices);

}  // namespace pianola::workflow
