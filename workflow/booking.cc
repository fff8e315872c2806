// What is booked: of an execution its usage records, priced one by one, summed up by model and prompt size; of a
// version what designing it cost.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "workflow/accounts.h"
#include "workflow/playbook.h"

namespace pianola::workflow {
namespace {

constexpr std::int64_t kBytesPerToken = 4;        // of our own results, estimated
constexpr std::int64_t kOwnTokensPerHandIn = 80;  // what surrounds an instruction: ids, how to hand in
constexpr std::int64_t kOwnTokensOfWhole = 4 * kOwnTokensPerHandIn;  // the playbook's head, the finish's answer
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

// The model by which a hand-in was made.
std::string hand_of(const Execution& execution, const HandIn& hand_in, const PriceBook& prices) {
  return prices.canonical_model(hand_in.executor.empty() ? execution.executor : hand_in.executor);
}

// Those who handed something in beside the one that started.
std::set<std::string> rescuers_of(const Execution& execution, const PriceBook& prices) {
  std::set<std::string> rescuers;
  for (const HandIn& hand_in : execution.hand_ins) {
    const bool is_rescuer = !is_by_server(hand_in) && hand_in.executor != execution.executor;
    if (is_rescuer) rescuers.insert(hand_of(execution, hand_in, prices));
  }
  rescuers.erase(prices.canonical_model(execution.executor));
  return rescuers;
}

// The model that started the execution; where it named none, the one that all usage told of it names.
std::string starter_of(const Execution& execution, const PriceBook& prices) {
  std::string named = prices.canonical_model(execution.executor);
  if (named != prices.canonical_model("")) return named;
  const std::set<std::string> rescuers = rescuers_of(execution, prices);
  std::set<std::string> models;
  for (const Usage& usage : execution.finish_usage) models.insert(prices.model_of(usage, execution.executor));
  for (const HandIn& hand_in : execution.hand_ins) {
    const bool is_starters = !rescuers.contains(hand_of(execution, hand_in, prices));
    if (hand_in.usage && is_starters) models.insert(prices.model_of(*hand_in.usage, hand_in.executor));
  }
  std::erase_if(models, [&](const std::string& model) { return rescuers.contains(model); });
  return models.size() == 1 ? *models.begin() : named;
}

// The execution's usage records. Usage of the finish replaces the hand-ins' usage of the same model; what is reported
// there of a model that handed nothing in is the starter's, and replaces all that its hand-ins told.
std::vector<Record> records_of(const Execution& execution, const PriceBook& prices) {
  const std::string executor = starter_of(execution, prices);
  const std::set<std::string> rescuers = rescuers_of(execution, prices);
  std::vector<Record> records;
  std::set<std::string> replaced;
  for (const Usage& usage : execution.finish_usage) replaced.insert(prices.model_of(usage, execution.executor));
  // What the finish, or an import, tells of a model that handed nothing in is the starter's, where nothing is told
  // under the starter's own name: an executor may have given itself another name at the start.
  const bool starter_is_named = executor != prices.canonical_model("") && replaced.contains(executor);
  bool starter_told = false;
  for (const Usage& usage : execution.finish_usage) {
    Record record{usage, false, execution.ended_at.value_or(execution.last_hand_in_at)};
    record.usage.model = prices.model_of(usage, execution.executor);
    record.escalation = record.usage.model != executor && (starter_is_named || rescuers.contains(record.usage.model));
    starter_told = starter_told || (usage.source == UsageSource::reported && !rescuers.contains(record.usage.model));
    records.push_back(std::move(record));
  }
  for (const HandIn& hand_in : execution.hand_ins) {
    if (!hand_in.usage) continue;
    Record record{*hand_in.usage, false, hand_in.at};
    record.usage.model = prices.model_of(*hand_in.usage, hand_in.executor);
    const bool is_starters = !rescuers.contains(hand_of(execution, hand_in, prices));
    if (replaced.contains(record.usage.model) || (starter_told && is_starters)) continue;
    record.escalation = !is_starters;
    records.push_back(std::move(record));
  }
  return records;
}

// Those who took part and told nothing that counts. The finish tells it for the model that started the execution and
// for those that it names: what a rescuer used stays unknown unless somebody tells it. Estimated usage tells nothing.
std::vector<std::string> silent_ones(const Execution& execution, const PriceBook& prices) {
  const std::string starter = starter_of(execution, prices);
  const std::set<std::string> rescuers = rescuers_of(execution, prices);
  std::map<std::string, bool> told;
  const bool used_nothing = execution.finish_usage.empty() && is_done_by_server(execution);
  if (last_by_model(execution) == nullptr && !used_nothing) told[starter] = false;
  for (const Usage& usage : execution.finish_usage) {
    if (usage.source == UsageSource::estimated) continue;
    // What others know is known of the models that they name.
    if (usage.source == UsageSource::reported) told[starter] = true;
    told[prices.model_of(usage, execution.executor)] = true;
  }
  for (const HandIn& hand_in : execution.hand_ins) {
    if (is_by_server(hand_in)) continue;
    const std::string hand = rescuers.empty() ? starter : hand_of(execution, hand_in, prices);
    bool& has_told = told[rescuers.contains(hand) ? hand : starter];
    has_told = has_told || (hand_in.usage && hand_in.usage->source != UsageSource::estimated);
  }
  std::vector<std::string> silent;
  for (const auto& [model, has_told] : told) {
    if (!has_told) silent.push_back(model);
  }
  return silent;
}

CostGaps gaps_of(const Execution& execution, const std::vector<Record>& records, const PriceBook& prices) {
  CostGaps gaps;
  gaps.silent = silent_ones(execution, prices);
  std::set<std::string> without_price;
  for (const Record& record : records) {
    const bool counts = record.usage.source != UsageSource::estimated;
    if (counts && !prices.price(record.usage, record.at)) without_price.insert(record.usage.model);
  }
  gaps.without_price.assign(without_price.begin(), without_price.end());
  return gaps;
}

// The estimated tokens of what Pianola itself said on the accepted way, without what it only passed on (inputs, outputs
// of steps): the background once, of a batch with its first item, each accepted step's texts as often as it was asked
// for, and what stands around them.
std::int64_t own_tokens(const Execution& execution, const Version& version) {
  const bool told_before = execution.batch && execution.batch->item > 1;  // what is the same for all items
  if (execution.mode == Mode::whole && told_before) return kOwnTokensPerHandIn;
  if (execution.mode == Mode::whole) {
    return static_cast<std::int64_t>(render_work(version.design).size()) / kBytesPerToken + kOwnTokensOfWhole;
  }
  std::size_t bytes = told_before ? 0 : render_background(version.design).size();
  std::int64_t accepted = 0;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.result != HandInResult::accepted || is_by_server(hand_in)) continue;
    ++accepted;
    const Step* step = version.design.find_step(hand_in.step);
    if (step != nullptr) bytes += step->title.size() + step->instruction.size() + render_hand_in_rules(*step).size();
  }
  if (version.design.outputs) bytes += render_schema(*version.design.outputs).size();
  return static_cast<std::int64_t>(bytes) / kBytesPerToken + (accepted + 1) * kOwnTokensPerHandIn;
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

bool is_accepted_of_model(const HandIn& hand_in) {
  return hand_in.result == HandInResult::accepted && !is_by_server(hand_in);
}

// What models handed in.
std::int64_t count_hand_ins(const Execution& execution) {
  return std::ranges::count_if(execution.hand_ins, std::not_fn(is_by_server));
}

// How many of those counted: {accepted, all}; {1, 1} where nothing was handed in.
std::pair<std::int64_t, std::int64_t> accepted_share(const Execution& execution) {
  const std::int64_t all = count_hand_ins(execution);
  if (all == 0) return {1, 1};
  return {std::ranges::count_if(execution.hand_ins, is_accepted_of_model), all};
}

// The tokens that the baseline is assumed to have needed: those of a batch by the share of the price that it costs.
TokenSums useful_tokens(const Execution& execution, const Record& record, const PriceBook& prices) {
  const auto [accepted, all] = accepted_share(execution);
  const ModelPrice* price = prices.price_at(record.usage.model, record.at);
  const int percent = record.usage.batch && price != nullptr ? price->batch_percent.value_or(100) : 100;
  return scaled(tokens_of(record.usage), accepted * percent, all * 100);
}

// What a better design might have saved of a record's cost: all of it in vain or of a rescue, else the share of the
// hand-ins that did not pass.
Money avoidable_part(const Execution& execution, const Record& record, Money cost) {
  if (record.escalation || !is_success(execution)) return cost;
  const auto [accepted, all] = accepted_share(execution);
  return cost.scaled(all - accepted, all);
}

AccountKey key_of(const Execution& execution, const PriceBook& prices) {
  return {.workflow = execution.workflow,
          .version = execution.version,
          .day = execution.ended_at.value_or(execution.last_hand_in_at).date(),
          .executor = starter_of(execution, prices)};
}

// Counts of the whole execution.
void add_counts(AccountEntry& entry, const Execution& execution) {
  entry.executions += 1;
  if (is_success(execution)) {
    entry.succeeded += 1;
    entry.designed_escalations += execution.state == ExecutionState::escalated ? 1 : 0;
  } else if (execution.state == ExecutionState::failed) {
    entry.failed += 1;
  } else if (execution.state == ExecutionState::escalated) {
    entry.escalated += 1;
  } else {
    entry.abandoned += 1;
  }
  entry.hand_ins += count_hand_ins(execution);
  entry.accepted += std::ranges::count_if(execution.hand_ins, is_accepted_of_model);
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

}  // namespace

bool is_success(const Execution& execution) {
  return execution.state == ExecutionState::succeeded ||
         (execution.state == ExecutionState::escalated && execution.designed_escalation);
}

TokenSums& TokenSums::operator+=(const TokenSums& other) {
  input += other.input;
  cached_input += other.cached_input;
  cache_write_5m += other.cache_write_5m;
  cache_write_1h += other.cache_write_1h;
  output += other.output;
  return *this;
}

AccountEntry fold(const AccountEntry& entry, const AccountEntry& other) {
  AccountEntry sum = entry;
  for (const auto count : kEntryCounts) sum.*count += other.*count;
  sum.tokens += other.tokens;
  sum.useful += other.useful;
  sum.cost += other.cost;
  sum.avoidable += other.avoidable;
  return sum;
}

std::vector<AccountEntry> fold_all(const std::vector<AccountEntry>& entries) {
  std::map<AccountKey, AccountEntry> by_key;
  for (const AccountEntry& entry : entries) {
    const auto [found, is_new] = by_key.try_emplace(entry.key, entry);
    if (!is_new) found->second = fold(found->second, entry);
  }
  std::vector<AccountEntry> folded;
  for (auto& [key, entry] : by_key) folded.push_back(std::move(entry));
  return folded;
}

AccountEntry negated(const AccountEntry& entry) {
  AccountEntry zero{.key = entry.key};
  AccountEntry negative = entry;
  for (const auto member : kEntryCounts) negative.*member = -(entry.*member);
  negative.tokens = scaled(entry.tokens, -1, 1);
  negative.useful = scaled(entry.useful, -1, 1);
  negative.cost = zero.cost - entry.cost;
  negative.avoidable = zero.avoidable - entry.avoidable;
  return negative;
}

bool is_nothing(const AccountEntry& entry) { return entry == AccountEntry{.key = entry.key}; }

CostGaps cost_gaps(const Execution& execution, const PriceBook& prices) {
  return gaps_of(execution, records_of(execution, prices), prices);
}

std::vector<AccountEntry> entries_of(const Execution& execution, const Version& version, const PriceBook& prices) {
  if (!is_booked(execution)) return {};
  const std::vector<Record> records = records_of(execution, prices);
  const CostGaps gaps = gaps_of(execution, records, prices);
  const bool priced = gaps.is_known();
  const AccountKey base = key_of(execution, prices);
  std::map<AccountKey, AccountEntry> entries;
  AccountKey counted = base;  // where the counts stand
  if (priced && records.empty()) counted.model = base.executor;
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
    entry.avoidable += avoidable_part(execution, record, priced_usage.cost);
    entry.tier_uncertain += priced_usage.tier_uncertain ? 1 : 0;
    if (is_success(execution)) entry.useful += useful_tokens(execution, record, prices);
    if (counted.model.empty() || (counted.escalation && !key.escalation)) counted = key;
  }
  AccountEntry& entry = entries.try_emplace(counted, AccountEntry{.key = counted}).first->second;
  add_counts(entry, execution);
  if (!priced) entry.unpriced += 1;
  if (!gaps.without_price.empty()) entry.without_price += 1;
  if (priced && is_success(execution)) {
    const TokenSums& useful = entry.useful;
    const std::int64_t prompt = useful.input + useful.cached_input + useful.cache_write_5m + useful.cache_write_1h;
    entry.own_overhead_tokens += std::min(own_tokens(execution, version), prompt);
  }
  return values_of(entries);
}

std::vector<AccountEntry> entries_of_change(const std::vector<AccountEntry>& booked, const Execution& after,
                                            const Version& version, const PriceBook& prices) {
  std::vector<AccountEntry> changes = entries_of(after, version, prices);
  for (const AccountEntry& entry : booked) changes.push_back(negated(entry));
  changes = fold_all(changes);
  std::erase_if(changes, is_nothing);
  return changes;
}

DesignBooking booking_of(const Version& version) {
  const std::string& told = version.design.designed_by;
  return {version.name,        version.number,       version.created_at, told.empty() ? version.author.model : told,
          version.design_cost, !version.published_at};
}

std::optional<Money> design_money(const DesignBooking& design, const PriceBook& prices) {
  if (design.cost.given) return design.cost.given;
  if (!design.cost.usage) return std::nullopt;
  Usage usage = *design.cost.usage;
  if (usage.model.empty()) usage.model = design.designed_by;
  const std::optional<PricedUsage> priced = prices.price(usage, design.at);
  return priced ? std::optional(priced->cost) : std::nullopt;
}

}  // namespace pianola::workflow
