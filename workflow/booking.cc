// What is booked of an execution: its usage records priced one by one, summed up by model and prompt size.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "workflow/accounts.h"

namespace pianola::workflow {
namespace {

constexpr std::int64_t kBytesPerToken = 4;        // of our own results, estimated
constexpr std::int64_t kOwnTokensPerHandIn = 60;  // what surrounds an instruction: ids, how to hand in
// Prompt sizes at which some provider's price changes: entries are kept apart by them, whatever tiers come later.
constexpr std::array<std::int64_t, 9> kPromptBands = {0,       32'000,  100'000, 128'000, 200'000,
                                                      256'000, 271'999, 272'000, 512'000};

// One model request, or a reported sum: whose tokens, handed in by whom, when.
struct Record {
  Usage usage;
  bool escalation = false;
  Timestamp at;
};

// The lower bound of a prompt's size. A sum that does not tell its largest prompt counts as small prompts.
std::int64_t prompt_band(const Usage& usage) {
  const std::int64_t prompt = usage.largest_prompt.value_or(0);
  std::int64_t band = 0;
  for (const std::int64_t bound : kPromptBands) {
    if (prompt > bound) band = bound;
  }
  return band;
}

bool is_booked(const Execution& execution) {
  return execution.state != ExecutionState::running && execution.state != ExecutionState::waiting;
}

bool is_success(const Execution& execution) {
  return execution.state == ExecutionState::succeeded ||
         (execution.state == ExecutionState::escalated && execution.designed_escalation);
}

std::string model_of(const PriceBook& prices, const std::string& reported, const std::string& executor) {
  return prices.canonical_model(reported.empty() ? executor : reported);
}

// The execution's usage records. Usage of the finish replaces the hand-ins' usage of the same model.
std::vector<Record> records_of(const Execution& execution, const PriceBook& prices) {
  const std::string executor = prices.canonical_model(execution.executor);
  std::vector<Record> records;
  std::set<std::string> replaced;
  for (const Usage& usage : execution.finish_usage) {
    Record record{usage, false, execution.ended_at.value_or(execution.last_hand_in_at)};
    record.usage.model = model_of(prices, usage.model, execution.executor);
    record.escalation = record.usage.model != executor && executor != prices.canonical_model("");
    replaced.insert(record.usage.model);
    records.push_back(std::move(record));
  }
  for (const HandIn& hand_in : execution.hand_ins) {
    if (!hand_in.usage) continue;
    Record record{*hand_in.usage, false, hand_in.at};
    record.usage.model = model_of(prices, hand_in.usage->model, hand_in.executor);
    if (replaced.contains(record.usage.model)) continue;
    record.escalation = !hand_in.executor.empty() && prices.canonical_model(hand_in.executor) != executor;
    records.push_back(std::move(record));
  }
  return records;
}

// True where everybody who handed something in told usage of it at least once. The finish tells it for the model that
// started the execution and for those that it names: what a rescuer used stays unknown unless somebody tells it.
bool has_usage_of_all(const Execution& execution, const PriceBook& prices) {
  std::map<std::string, bool> told;
  for (const Usage& usage : execution.finish_usage) {
    // What others know is known of the models that they name.
    if (usage.source == UsageSource::reported) told[prices.canonical_model(execution.executor)] = true;
    told[model_of(prices, usage.model, execution.executor)] = true;
  }
  for (const HandIn& hand_in : execution.hand_ins) {
    bool& has_told = told[model_of(prices, hand_in.executor, execution.executor)];
    has_told = has_told || hand_in.usage.has_value();
  }
  return std::ranges::all_of(told, [](const auto& executor) { return executor.second; });
}

// True where the whole execution's cost is known. Estimated usage makes no cost known.
bool is_priced(const Execution& execution, const std::vector<Record>& records, const PriceBook& prices) {
  const auto is_told = [](const Record& record) { return record.usage.source != UsageSource::estimated; };
  const auto has_price = [&](const Record& record) {
    return !is_told(record) || prices.price(record.usage, record.at).has_value();
  };
  return std::ranges::any_of(records, is_told) && std::ranges::all_of(records, has_price) &&
         has_usage_of_all(execution, prices);
}

std::int64_t bytes_of_edge_cases(const Design& design) {
  std::int64_t bytes = 0;
  for (const EdgeCase& edge_case : design.edge_cases) {
    bytes += static_cast<std::int64_t>(edge_case.when.size() + edge_case.then.size() + edge_case.example.size());
  }
  return bytes;
}

// The estimated tokens of what Pianola itself said on the accepted way: context and edge cases once, and each step.
std::int64_t own_tokens(const Execution& execution, const Design& design) {
  if (execution.mode == Mode::whole) {
    return static_cast<std::int64_t>(dump_compact(encode_design(design)).size()) / kBytesPerToken + kOwnTokensPerHandIn;
  }
  std::int64_t bytes = static_cast<std::int64_t>(design.context.size()) + bytes_of_edge_cases(design);
  std::int64_t accepted = 0;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.result != HandInResult::accepted) continue;
    ++accepted;
    const Step* step = design.find_step(hand_in.step);
    if (step != nullptr) bytes += static_cast<std::int64_t>(step->title.size() + step->instruction.size());
  }
  return bytes / kBytesPerToken + (accepted + 1) * kOwnTokensPerHandIn;
}

// Integer share of a count, half to even.
std::int64_t share(std::int64_t count, std::int64_t numerator, std::int64_t denominator) {
  return Money::from_nanos(count).scaled(numerator, denominator).nanos();
}

TokenSums tokens_of(const Usage& usage) {
  return {usage.input, usage.cached_input, usage.cache_write_5m, usage.cache_write_1h, usage.output};
}

TokenSums scaled(const TokenSums& tokens, std::int64_t numerator, std::int64_t denominator) {
  return {share(tokens.input, numerator, denominator), share(tokens.cached_input, numerator, denominator),
          share(tokens.cache_write_5m, numerator, denominator), share(tokens.cache_write_1h, numerator, denominator),
          share(tokens.output, numerator, denominator)};
}

// How many of the hand-ins counted: {accepted, all}; {1, 1} where nothing was handed in.
std::pair<std::int64_t, std::int64_t> accepted_share(const Execution& execution) {
  const auto all = static_cast<std::int64_t>(execution.hand_ins.size());
  if (all == 0) return {1, 1};
  return {std::ranges::count(execution.hand_ins, HandInResult::accepted, &HandIn::result), all};
}

// The tokens that the baseline is assumed to have needed: those of a batch by the share of the price that it costs.
TokenSums useful_tokens(const Execution& execution, const Record& record, const PriceBook& prices) {
  const auto [accepted, all] = accepted_share(execution);
  const ModelPrice* price = prices.price_at(record.usage.model, record.at);
  const int percent = record.usage.batch && price != nullptr ? price->batch_percent.value_or(100) : 100;
  return scaled(tokens_of(record.usage), accepted * percent, all * 100);
}

AccountKey key_of(const Execution& execution, const PriceBook& prices) {
  return {.workflow = execution.workflow,
          .version = execution.version,
          .day = execution.ended_at.value_or(execution.last_hand_in_at).date(),
          .executor = prices.canonical_model(execution.executor)};
}

// Counts of the whole execution.
void add_counts(AccountEntry& entry, const Execution& execution) {
  entry.executions += 1;
  if (is_success(execution)) {
    entry.succeeded += 1;
  } else if (execution.state == ExecutionState::failed) {
    entry.failed += 1;
  } else if (execution.state == ExecutionState::escalated) {
    entry.escalated += 1;
  } else {
    entry.abandoned += 1;
  }
  entry.hand_ins += static_cast<std::int64_t>(execution.hand_ins.size());
  entry.accepted += std::ranges::count(execution.hand_ins, HandInResult::accepted, &HandIn::result);
  entry.blocked += execution.blocked;
  if (!execution.adherence) return;
  entry.adherence_micros += std::llround(*execution.adherence * kAdherenceMicros);
  entry.adherence_known += 1;
}

void add_record(AccountEntry& entry, const Record& record) {
  const bool estimated = record.usage.source == UsageSource::estimated;
  (estimated ? entry.estimated_records : entry.reported_records) += 1;
  entry.tokens += tokens_of(record.usage);
}

std::vector<AccountEntry> values_of(const std::map<AccountKey, AccountEntry>& entries) {
  std::vector<AccountEntry> values;
  for (const auto& [key, entry] : entries) values.push_back(entry);
  return values;
}

AccountEntry negated(const AccountEntry& entry) {
  AccountEntry zero{.key = entry.key};
  AccountEntry negative = entry;
  for (const auto member : kEntryCounts) negative.*member = -(entry.*member);
  negative.tokens = scaled(entry.tokens, -1, 1);
  negative.useful = scaled(entry.useful, -1, 1);
  negative.cost = zero.cost - entry.cost;
  return negative;
}

}  // namespace

std::vector<AccountEntry> entries_of(const Execution& execution, const Version& version, const PriceBook& prices) {
  if (!is_booked(execution)) return {};
  const std::vector<Record> records = records_of(execution, prices);
  const bool priced = is_priced(execution, records, prices);
  const AccountKey base = key_of(execution, prices);
  std::map<AccountKey, AccountEntry> entries;
  AccountKey counted = base;  // where the counts stand
  for (const Record& record : records) {
    AccountKey key = base;
    key.model = record.usage.model;
    key.escalation = record.escalation;
    key.prompt_band = prompt_band(record.usage);
    AccountEntry& entry = entries.try_emplace(key, AccountEntry{.key = key}).first->second;
    add_record(entry, record);
    if (!priced || record.usage.source == UsageSource::estimated) continue;
    const PricedUsage priced_usage = prices.price(record.usage, record.at).value();
    entry.cost += priced_usage.cost;
    entry.tier_uncertain += priced_usage.tier_uncertain ? 1 : 0;
    if (is_success(execution)) entry.useful += useful_tokens(execution, record, prices);
    if (counted.model.empty() || (counted.escalation && !key.escalation)) counted = key;
  }
  AccountEntry& entry = entries.try_emplace(counted, AccountEntry{.key = counted}).first->second;
  add_counts(entry, execution);
  if (!priced) entry.unpriced += 1;
  if (priced && is_success(execution)) {
    const TokenSums& useful = entry.useful;
    const std::int64_t prompt = useful.input + useful.cached_input + useful.cache_write_5m + useful.cache_write_1h;
    entry.own_overhead_tokens += std::min(own_tokens(execution, version.design), prompt);
  }
  return values_of(entries);
}

std::vector<AccountEntry> entries_of_change(const Execution& before, const Execution& after, const Version& version,
                                            const PriceBook& prices) {
  std::vector<AccountEntry> changes = entries_of(after, version, prices);
  for (const AccountEntry& entry : entries_of(before, version, prices)) changes.push_back(negated(entry));
  changes = fold_all(changes);
  std::erase_if(changes, [](const AccountEntry& entry) { return entry == AccountEntry{.key = entry.key}; });
  return changes;
}

}  // namespace pianola::workflow
