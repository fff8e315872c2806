// The accounts: what designing and executing cost, and what it saved against the baseline. Every figure and its
// formula: docs/accounts.md. Figures are computed from account entries, which are appended when an execution ends (or
// learns more about its usage later) and can be summed up ("folded") without changing any figure. Thread rule: plain
// values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
  // Adds each kind; records are bounded (kMaxTokens), so that sums stay far below overflow.
  TokenSums& operator+=(const TokenSums& other);
  bool operator==(const TokenSums&) const = default;
};

// Adherence is summed up as an integer: so many of its parts are 1.
inline constexpr std::int64_t kAdherenceMicros = 1'000'000;

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
  std::int64_t unpriced = 0;       // without known cost: no usage told, not all of it, or of a model without a price
  std::int64_t without_price = 0;  // of them, those with usage of a model that has no price
  std::int64_t designed_escalations = 0;  // of the succeeded ones, those that escalated as the design asks
  std::int64_t hand_ins = 0;
  std::int64_t accepted = 0;
  std::int64_t blocked = 0;
  std::int64_t adherence_micros = 0;  // sum of adherence x kAdherenceMicros
  std::int64_t adherence_known = 0;   // of how many executions
  // tokens and money
  std::int64_t reported_records = 0;
  std::int64_t estimated_records = 0;
  std::int64_t tier_uncertain = 0;       // records that took a dearer tier for want of largest_prompt_tokens
  TokenSums tokens;                      // all that was used
  TokenSums useful;                      // of successful executions: tokens x accepted / all hand-ins
  Money cost;                            // at the prices of the usage's date; rounded per record and kind
  Money avoidable;                       // of the cost: rescues, unsuccessful executions, refused hand-ins' share
  std::int64_t own_overhead_tokens = 0;  // our results' estimated tokens, of successful executions
  bool operator==(const AccountEntry&) const = default;
};

// Every count of an entry, for what is done to all of them alike.
inline constexpr std::int64_t AccountEntry::*kEntryCounts[] = {&AccountEntry::executions,
                                                               &AccountEntry::succeeded,
                                                               &AccountEntry::failed,
                                                               &AccountEntry::escalated,
                                                               &AccountEntry::abandoned,
                                                               &AccountEntry::unpriced,
                                                               &AccountEntry::without_price,
                                                               &AccountEntry::designed_escalations,
                                                               &AccountEntry::hand_ins,
                                                               &AccountEntry::accepted,
                                                               &AccountEntry::blocked,
                                                               &AccountEntry::adherence_micros,
                                                               &AccountEntry::adherence_known,
                                                               &AccountEntry::reported_records,
                                                               &AccountEntry::estimated_records,
                                                               &AccountEntry::tier_uncertain,
                                                               &AccountEntry::own_overhead_tokens};

// The entry with other's sums added; both keys must be equal.
AccountEntry fold(const AccountEntry& entry, const AccountEntry& other);

// All entries with equal keys folded into one, by key.
std::vector<AccountEntry> fold_all(const std::vector<AccountEntry>& entries);

// The entry that takes this one back.
AccountEntry negated(const AccountEntry& entry);

// True where nothing is counted and no token told: what is left of an entry that was taken back.
bool is_nothing(const AccountEntry& entry);

// Why an execution's cost is not known (booking.cc).
struct CostGaps {
  std::vector<std::string> without_price;  // models of told usage that have no price on its day; sorted
  std::vector<std::string> silent;         // models that took part and told no usage; sorted
  bool is_known() const { return without_price.empty() && silent.empty(); }
};

// What is missing to know what an execution cost so far, at these prices.
CostGaps cost_gaps(const Execution& execution, const PriceBook& prices);

// The gaps in a sentence or two that say what to do (cost_gaps.cc); empty where there are none. `day` is that of the
// execution's end.
std::string describe_gaps(const CostGaps& gaps, const PriceBook& prices, const std::string& day);

// What is booked of an execution (booking.cc): nothing while it is running or waiting, else its entries, dated by its
// end. An execution without usage, or with usage of a model that has no price, is unpriced: it is counted in an entry
// whose model is empty, and its tokens stand beside it without cost; so entries with a model hold priced ones alone.
std::vector<AccountEntry> entries_of(const Execution& execution, const Version& version, const PriceBook& prices);

// True for a success of the workflow: it succeeded, or escalated as its design asks.
bool is_success(const Execution& execution);

// What must be appended when an execution of which `booked` stands in the accounts (rebook.h tells it) has become
// `after`, or its prices others: usage that came later, an abandoned one revived. It takes back exactly what was
// booked. Append the result in the same transaction. For an execution that just ended it is entries_of(after).
std::vector<AccountEntry> entries_of_change(const std::vector<AccountEntry>& booked, const Execution& after,
                                            const Version& version, const PriceBook& prices);

// What designing one version cost. The first version of a workflow names, by `designed_by`, its baseline.
struct DesignBooking {
  WorkflowName workflow;
  SemVer number;
  Timestamp at;  // when it was saved: the day on which it is booked
  std::string designed_by{};
  DesignCost cost{};
  bool is_draft = false;  // it was never published
};

// A version as the accounts book it; its designer is what the design says, else its author's model.
DesignBooking booking_of(const Version& version);

// What a version cost to design: as given, else its usage at the price of its day (the designer's model, where the
// usage names none); null where neither is known.
std::optional<Money> design_money(const DesignBooking& design, const PriceBook& prices);

// What the accounts may be split by.
enum class GroupBy { workflow, version, model, day, month };
// Its name in JSON: "workflow", "version", ...
std::string_view to_string(GroupBy group_by);

// Which accounts are wanted.
struct AccountsOptions {
  std::string baseline{};   // model; empty: each workflow's own, its first version's designed_by
  std::string since_day{};  // YYYY-MM-DD, inclusive; empty: from the start
  std::string until_day{};  // exclusive; empty: to the end
  std::optional<GroupBy> group_by{};
  Timestamp now{};
};

// How if_all_baseline is known.
enum class Basis { measured, repriced, mixed };
// Its name in JSON.
std::string_view to_string(Basis basis);

// Of the executions that ended, those whose cost is known.
struct UsageCoverage {
  std::int64_t executions = 0;
  std::int64_t priced = 0;
  std::int64_t without_price = 0;  // of the others, those with usage of a model that has no price
  std::int64_t reported_records = 0;
  std::int64_t estimated_records = 0;
  std::int64_t tier_uncertain = 0;  // of them, priced at a dearer tier that may not be theirs
  TokenSums tokens;                 // all that is known, of unpriced executions too
};

// Executions that one model started, at all models' cost.
struct ModelAccount {
  std::string model;
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
  std::int64_t unpriced = 0;
  std::optional<Money> execution_cost{};  // null where all are unpriced
  std::optional<Money> escalation_cost{};
  std::optional<Money> cost_per_success{};
};

// One line of the breakdown that group_by asks for.
struct BreakdownLine {
  std::string key;
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
  std::int64_t unpriced = 0;
  std::optional<Money> cost{};  // of executions and escalations; null where all are unpriced
  std::optional<Money> if_all_baseline{};
  std::optional<Money> execution_savings{};
};

// After how many executions the design was paid back, and on which day; null where it is not (yet).
struct Payback {
  std::optional<std::int64_t> executions{};
  std::optional<std::string> reached_at{};
};

// Savings of executions, carried on as in the last 30 days; null under 7 days of record.
struct Projection {
  std::optional<Money> monthly{};
  std::optional<Money> annual{};
};

// Every figure of docs/accounts.md. Null is "not known" or "no such figure", never zero.
struct Accounts {
  UsageCoverage coverage;
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t escalated = 0;
  std::int64_t abandoned = 0;
  std::int64_t designed_escalations = 0;  // counted among the succeeded
  std::int64_t unpriced_executions = 0;
  std::vector<std::string> unpriced_models;  // models in use that have no price
  std::optional<Money> design_cost;
  std::optional<Money> revision_cost;
  std::optional<Money> execution_cost;   // of the executions with known cost; null where none of several is known
  std::optional<Money> escalation_cost;  // the same
  std::optional<Money> total_cost;
  std::optional<Money> cost_per_success;
  std::optional<std::string> baseline_model;  // "several" where workflows have different ones
  std::optional<Basis> basis;
  std::optional<Money> if_all_baseline;
  std::optional<Money> execution_savings;
  std::optional<Money> savings;
  std::optional<double> savings_percent;
  std::optional<double> roi_percent;
  std::optional<double> design_share_percent;
  Payback payback;
  Projection projection;
  std::vector<ModelAccount> by_model;
  std::vector<BreakdownLine> breakdown;  // empty without group_by
  std::vector<std::string> notes;        // how to make what is null known
};

// The accounts of some workflows. `entries` and `designs` may hold more days than asked for; in any order, folded or
// not, they give the same figures.
Accounts summarize(const std::vector<AccountEntry>& entries, const std::vector<DesignBooking>& designs,
                   const PriceBook& prices, const AccountsOptions& options);

// The figures as JSON, in USD rounded to 6 decimals; usage_coverage first.
OrderedJson encode_accounts(const Accounts& accounts);

}  // namespace pianola::workflow
