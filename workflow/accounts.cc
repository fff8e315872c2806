#include "workflow/accounts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "workflow/account_notes.h"
#include "workflow/token_ratio.h"

namespace pianola::workflow {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMeasuredFrom = 10;    // successful executions of the baseline itself
constexpr std::int64_t kProjectionDays = 30;  // looked back on
constexpr std::int64_t kFewestDays = 7;
constexpr std::int64_t kDaysAMonth = 30;
constexpr std::int64_t kDaysAYear = 365;

// A workflow's baseline: the model, and what a success on it costs where it has really run.
struct Baseline {
  std::string model;  // empty: not known
  bool measured = false;
  Money measured_cost;  // of measured_successes
  std::int64_t measured_successes = 0;
};

// One folded entry with what the baseline would have cost for it; null: not known.
struct Valued {
  AccountEntry entry;
  std::optional<Money> baseline;
};

// That, as it is found out.
struct BaselineValue {
  std::optional<Money> money;
  bool assumed = false;  // it rests on an assumed number of tokens
};

// Everything summarize() works on, in the period.
struct Books {
  std::vector<Valued> entries;
  std::vector<DesignBooking> designs;
  std::map<WorkflowName, SemVer> first_versions;
  std::map<WorkflowName, SemVer> first_published;  // not there: none is
  std::map<WorkflowName, Baseline> baselines;
  std::map<std::string, std::set<std::string>> assumed;  // by baseline: models whose tokens it is assumed to need
};

bool is_in_period(const std::string& day, const AccountsOptions& options) {
  return day >= options.since_day && (options.until_day.empty() || day < options.until_day);
}

bool is_empty(const TokenSums& tokens) { return tokens == TokenSums{}; }

const KindPrices& prices_of_band(const ModelPrice& price, std::int64_t prompt_band) {
  const KindPrices* prices = &price.prices;
  for (const PriceTier& tier : price.tiers) {
    if (prompt_band >= tier.above_prompt_tokens) prices = &tier.prices;
  }
  return *prices;
}

// What the useful tokens of an entry would have cost at the baseline's price of the entry's day.
BaselineValue reprice(const AccountEntry& entry, const std::string& baseline, const PriceBook& prices) {
  if (is_empty(entry.useful)) return {Money()};
  const Result<Timestamp> day = Timestamp::from_date(entry.key.day);
  const ModelPrice* price = day ? prices.price_at(baseline, *day) : nullptr;
  if (price == nullptr) return {};
  const ModelPrice* used = prices.price_at(entry.key.model, *day);
  const TokenRatio ratio = token_ratio(*price, used);
  const KindPrices& kinds = prices_of_band(*price, entry.key.prompt_band);
  const auto of = [&](std::int64_t tokens, const std::optional<PricePerMillion>& kind) {
    return kind.value_or(kinds.input).of(tokens, ratio.baseline, ratio.used);
  };
  const Money sum = of(entry.useful.input, kinds.input) + of(entry.useful.cached_input, kinds.cached_input) +
                    of(entry.useful.cache_write_5m, kinds.cache_write_5m) +
                    of(entry.useful.cache_write_1h, kinds.cache_write_1h) + of(entry.useful.output, kinds.output) -
                    of(entry.own_overhead_tokens, kinds.input);
  return {std::max(Money(), sum), ratio.assumed};
}

BaselineValue value_at_baseline(const AccountEntry& entry, const Baseline& baseline, const PriceBook& prices) {
  if (baseline.measured) {
    const std::int64_t successes = entry.key.model.empty() ? 0 : entry.succeeded;
    return {baseline.measured_cost.scaled(successes, baseline.measured_successes)};
  }
  if (baseline.model.empty()) return {is_empty(entry.useful) ? std::optional(Money()) : std::nullopt};
  return reprice(entry, baseline.model, prices);
}

// The first version of every workflow: the lowest number.
std::map<WorkflowName, SemVer> first_versions(const std::vector<DesignBooking>& designs) {
  std::map<WorkflowName, SemVer> first;
  for (const DesignBooking& design : designs) {
    const auto [found, is_new] = first.try_emplace(design.workflow, design.number);
    if (!is_new) found->second = std::min(found->second, design.number);
  }
  return first;
}

// The lowest number of each workflow that was published.
std::map<WorkflowName, SemVer> first_published(std::vector<DesignBooking> designs) {
  std::erase_if(designs, [](const DesignBooking& design) { return design.is_draft; });
  return first_versions(designs);
}

// The highest number of each workflow.
std::map<WorkflowName, SemVer> newest_versions(const std::vector<DesignBooking>& designs) {
  std::map<WorkflowName, SemVer> newest;
  for (const DesignBooking& design : designs) {
    SemVer& number = newest.try_emplace(design.workflow, design.number).first->second;
    number = std::max(number, design.number);
  }
  return newest;
}

// True for a draft of which nothing was told, and that was mended: its cost is told with that of a later version.
bool is_told_later(const DesignBooking& design, SemVer newest) {
  return design.is_draft && !design.cost.given && !design.cost.usage && design.number < newest;
}

std::map<WorkflowName, Baseline> baselines_of(const std::vector<AccountEntry>& entries,
                                              const std::vector<DesignBooking>& designs, const Books& books,
                                              const PriceBook& prices, const AccountsOptions& options) {
  std::map<WorkflowName, Baseline> baselines;
  for (const AccountEntry& entry : entries) baselines[entry.key.workflow];
  for (const DesignBooking& design : designs) {
    Baseline& baseline = baselines[design.workflow];
    const bool is_first = books.first_versions.at(design.workflow) == design.number;
    if (is_first && !design.designed_by.empty()) baseline.model = prices.canonical_model(design.designed_by);
  }
  for (auto& [workflow, baseline] : baselines) {
    if (!options.baseline.empty()) baseline.model = prices.canonical_model(options.baseline);
    if (baseline.model == prices.canonical_model("")) baseline.model.clear();
  }
  for (const AccountEntry& entry : entries) {
    Baseline& baseline = baselines[entry.key.workflow];
    if (baseline.model.empty() || entry.key.executor != baseline.model || entry.key.model.empty()) continue;
    baseline.measured_cost += entry.cost;
    baseline.measured_successes += entry.succeeded;
  }
  for (auto& [workflow, baseline] : baselines) baseline.measured = baseline.measured_successes >= kMeasuredFrom;
  return baselines;
}

Books open_books(const std::vector<AccountEntry>& entries, const std::vector<DesignBooking>& designs,
                 const PriceBook& prices, const AccountsOptions& options) {
  Books books;
  books.first_versions = first_versions(designs);
  books.first_published = first_published(designs);
  std::vector<AccountEntry> in_period;
  for (const AccountEntry& entry : entries) {
    if (is_in_period(entry.key.day, options)) in_period.push_back(entry);
  }
  in_period = fold_all(in_period);
  books.baselines = baselines_of(in_period, designs, books, prices, options);
  for (const AccountEntry& entry : in_period) {
    const Baseline& baseline = books.baselines.at(entry.key.workflow);
    const BaselineValue value = value_at_baseline(entry, baseline, prices);
    books.entries.push_back({entry, value.money});
    if (value.assumed) books.assumed[baseline.model].insert(entry.key.model);
  }
  const std::map<WorkflowName, SemVer> newest = newest_versions(designs);
  for (const DesignBooking& design : designs) {
    const bool told_later = is_told_later(design, newest.at(design.workflow));
    const bool is_counted = is_in_period(design.at.date(), options) && !told_later;
    if (is_counted) books.designs.push_back(design);
  }
  return books;
}

void add_design_costs(Accounts& accounts, const Books& books, const PriceBook& prices) {
  accounts.design_cost = Money();
  accounts.revision_cost = Money();
  std::vector<std::string> unknown;
  for (const DesignBooking& design : books.designs) {
    const auto published = books.first_published.find(design.workflow);
    const bool is_first = published == books.first_published.end() || design.number <= published->second;
    std::optional<Money>& sum = is_first ? accounts.design_cost : accounts.revision_cost;
    const std::optional<Money> cost = design_money(design, prices);
    if (!cost) unknown.push_back(design.workflow.text() + " " + design.number.text());
    sum = sum && cost ? std::optional(*sum + *cost) : std::nullopt;
  }
  if (!unknown.empty()) accounts.notes.push_back(note_of_unknown_design(unknown));
}

// A sum of costs, where any is known: of executions that are all unpriced it is unknown, of none at all zero.
std::optional<Money> known_sum(Money sum, std::int64_t executions, std::int64_t unpriced) {
  return executions > 0 && unpriced == executions ? std::nullopt : std::optional(sum);
}

void add_counts(Accounts& accounts, const AccountEntry& entry) {
  accounts.executions += entry.executions;
  accounts.succeeded += entry.succeeded;
  accounts.failed += entry.failed;
  accounts.escalated += entry.escalated;
  accounts.abandoned += entry.abandoned;
  accounts.designed_escalations += entry.designed_escalations;
  accounts.unpriced_executions += entry.unpriced;
  accounts.coverage.without_price += entry.without_price;
  accounts.coverage.reported_records += entry.reported_records;
  accounts.coverage.estimated_records += entry.estimated_records;
  accounts.coverage.tier_uncertain += entry.tier_uncertain;
  accounts.coverage.tokens += entry.tokens;
}

void add_executions(Accounts& accounts, const Books& books, const PriceBook& prices) {
  std::set<std::string> unpriced;
  std::int64_t priced_successes = 0;
  Money execution;
  Money escalation;
  for (const auto& [entry, baseline] : books.entries) {
    add_counts(accounts, entry);
    (entry.key.escalation ? escalation : execution) += entry.cost;
    if (entry.key.model.empty()) continue;
    priced_successes += entry.succeeded;
    const Result<Timestamp> day = Timestamp::from_date(entry.key.day);
    const bool is_used = entry.reported_records > 0;  // a correction leaves an empty entry behind
    if (is_used && (!day || prices.price_at(entry.key.model, *day) == nullptr)) unpriced.insert(entry.key.model);
  }
  accounts.coverage.executions = accounts.executions;
  accounts.coverage.priced = accounts.executions - accounts.unpriced_executions;
  accounts.unpriced_models.assign(unpriced.begin(), unpriced.end());
  accounts.execution_cost = known_sum(execution, accounts.executions, accounts.unpriced_executions);
  accounts.escalation_cost = known_sum(escalation, accounts.executions, accounts.unpriced_executions);
  if (priced_successes > 0) accounts.cost_per_success = (execution + escalation).scaled(1, priced_successes);
  if (accounts.unpriced_executions > 0) accounts.notes.push_back(note_of_unpriced(accounts, prices));
  if (accounts.coverage.tier_uncertain > 0) accounts.notes.push_back(note_of_uncertain_tiers(accounts));
}

// The workflows that have something to compare, else those that were executed, else all: a draft that never ran has no
// say in what the others are compared with.
std::set<WorkflowName> compared_workflows(const Books& books) {
  std::set<WorkflowName> useful;
  std::set<WorkflowName> executed;
  for (const auto& [entry, baseline] : books.entries) {
    if (entry.executions > 0) executed.insert(entry.key.workflow);
    if (!is_empty(entry.useful)) useful.insert(entry.key.workflow);
  }
  if (!useful.empty()) return useful;
  if (executed.empty()) {
    for (const auto& [workflow, baseline] : books.baselines) executed.insert(workflow);
  }
  return executed;
}

// One model for all compared workflows, "several", or null where one of them has none.
void name_baseline(Accounts& accounts, const Books& books) {
  std::set<std::string> models;
  std::vector<std::string> without;
  std::set<bool> measured;
  for (const WorkflowName& workflow : compared_workflows(books)) {
    const Baseline& baseline = books.baselines.at(workflow);
    models.insert(baseline.model);
    measured.insert(baseline.measured);
    if (baseline.model.empty()) without.push_back(workflow.text());
  }
  if (!without.empty() && accounts.executions > 0) accounts.notes.push_back(note_of_missing_designers(without));
  if (models.empty() || !without.empty()) return;
  accounts.baseline_model = models.size() == 1 ? *models.begin() : std::string("several");
  accounts.basis = measured.size() > 1 ? Basis::mixed : *measured.begin() ? Basis::measured : Basis::repriced;
}

void add_baseline(Accounts& accounts, const Books& books, const PriceBook& prices) {
  name_baseline(accounts, books);
  Money sum;
  bool is_known = accounts.baseline_model && accounts.execution_cost;
  for (std::size_t i = 0; is_known && i < books.entries.size(); ++i) {
    const std::optional<Money>& value = books.entries[i].baseline;
    if (value) {
      sum += *value;
    } else {
      accounts.notes.push_back(
          note_of_unpriced_baseline(*accounts.baseline_model, books.entries[i].entry.key.day, prices));
      is_known = false;
    }
  }
  if (!is_known) return accounts.basis.reset();
  accounts.if_all_baseline = sum;
  for (const auto& [baseline, models] : books.assumed) {
    accounts.notes.push_back(note_of_assumed_tokens(baseline, {models.begin(), models.end()}));
  }
}

std::optional<double> percent_of(const std::optional<Money>& part, const std::optional<Money>& whole) {
  if (!part || !whole || whole->nanos() == 0) return std::nullopt;
  return percent(*part, *whole);
}

void add_savings(Accounts& accounts) {
  if (!accounts.execution_cost) return;
  const Money spent = *accounts.execution_cost + *accounts.escalation_cost;
  if (accounts.design_cost && accounts.revision_cost) {
    accounts.total_cost = *accounts.design_cost + *accounts.revision_cost + spent;
  }
  if (accounts.if_all_baseline) accounts.execution_savings = *accounts.if_all_baseline - spent;
  if (accounts.if_all_baseline && accounts.total_cost) {
    accounts.savings = *accounts.if_all_baseline - *accounts.total_cost;
  }
  accounts.savings_percent = percent_of(accounts.savings, accounts.if_all_baseline);
  accounts.roi_percent = percent_of(accounts.savings, accounts.total_cost);
  if (accounts.total_cost) accounts.design_share_percent = percent_of(accounts.design_cost, accounts.total_cost);
}

// Savings of executions by day; only where every baseline value is known.
std::map<std::string, Money> savings_by_day(const Books& books) {
  std::map<std::string, Money> days;
  for (const auto& [entry, baseline] : books.entries) days[entry.key.day] += baseline.value_or(Money()) - entry.cost;
  return days;
}

// The day from which on the sum of savings, less what designing cost, stays at or above zero; null: not yet.
std::optional<std::string> day_reached(std::map<std::string, Money> days, const Books& books, const PriceBook& prices) {
  for (const DesignBooking& design : books.designs) {
    days[design.at.date()] += Money() - design_money(design, prices).value_or(Money());
  }
  Money sum;
  std::optional<std::string> reached;
  for (const auto& [day, change] : days) {
    sum += change;
    if (sum < Money()) {
      reached.reset();
    } else if (!reached) {
      reached = day;
    }
  }
  return reached;
}

void add_payback(Accounts& accounts, const Books& books, const PriceBook& prices) {
  if (!accounts.total_cost || !accounts.execution_savings) return;
  const std::int64_t designing = (*accounts.design_cost + *accounts.revision_cost).nanos();
  const std::int64_t saved = accounts.execution_savings->nanos();
  if (saved > 0) {
    const Wide needed = (Wide{designing} * accounts.coverage.priced + saved - 1) / saved;
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (needed <= kMost) accounts.payback.executions = static_cast<std::int64_t>(needed);
  }
  if (!books.entries.empty()) accounts.payback.reached_at = day_reached(savings_by_day(books), books, prices);
}

std::int64_t day_number(const std::string& day) {
  const Result<Timestamp> date = Timestamp::from_date(day);
  return date ? date->micros() / kMicrosPerDay : 0;
}

void add_projection(Accounts& accounts, const Books& books, const AccountsOptions& options) {
  if (!accounts.execution_savings || books.entries.empty()) return;
  const std::map<std::string, Money> days = savings_by_day(books);
  std::int64_t last = options.now.micros() / kMicrosPerDay;
  if (!options.until_day.empty()) last = std::min(last, day_number(options.until_day) - 1);
  const std::int64_t first = std::max(last - kProjectionDays + 1, day_number(days.begin()->first));
  const std::int64_t span = last - first + 1;
  if (span < kFewestDays) return;
  Money sum;
  for (const auto& [day, saved] : days) {
    if (day_number(day) >= first && day_number(day) <= last) sum += saved;
  }
  accounts.projection.monthly = sum.scaled(kDaysAMonth, span);
  accounts.projection.annual = sum.scaled(kDaysAYear, span);
}

// What a starting model's executions cost.
struct ModelSums {
  Money execution;
  Money escalation;
  std::int64_t priced_successes = 0;
};

void add_models(Accounts& accounts, const Books& books) {
  std::map<std::string, ModelAccount> models;
  std::map<std::string, ModelSums> sums;
  for (const auto& [entry, baseline] : books.entries) {
    ModelAccount& model = models[entry.key.executor];
    model.model = entry.key.executor;
    model.executions += entry.executions;
    model.succeeded += entry.succeeded;
    model.unpriced += entry.unpriced;
    ModelSums& sum = sums[entry.key.executor];
    (entry.key.escalation ? sum.escalation : sum.execution) += entry.cost;
    if (!entry.key.model.empty()) sum.priced_successes += entry.succeeded;
  }
  for (auto& [name, model] : models) {
    const ModelSums& sum = sums[name];
    model.execution_cost = known_sum(sum.execution, model.executions, model.unpriced);
    model.escalation_cost = known_sum(sum.escalation, model.executions, model.unpriced);
    if (sum.priced_successes > 0) {
      model.cost_per_success = (sum.execution + sum.escalation).scaled(1, sum.priced_successes);
    }
    accounts.by_model.push_back(std::move(model));
  }
}

std::string group_of(const AccountKey& key, GroupBy group_by) {
  constexpr std::size_t kMonthLength = 7;  // YYYY-MM
  switch (group_by) {
    case GroupBy::workflow:
      return key.workflow.text();
    case GroupBy::version:
      return key.workflow.text() + " " + key.version.text();
    case GroupBy::model:
      return key.executor;
    case GroupBy::day:
      return key.day;
    case GroupBy::month:
      return key.day.substr(0, kMonthLength);
  }
  return {};
}

void add_breakdown(Accounts& accounts, const Books& books, GroupBy group_by) {
  std::map<std::string, BreakdownLine> lines;
  for (const auto& [entry, baseline] : books.entries) {
    const auto [found, is_new] = lines.try_emplace(group_of(entry.key, group_by));
    BreakdownLine& line = found->second;
    if (is_new) {
      line.cost = Money();
      line.if_all_baseline = Money();
    }
    line.executions += entry.executions;
    line.succeeded += entry.succeeded;
    line.unpriced += entry.unpriced;
    *line.cost += entry.cost;
    const bool known = baseline && line.if_all_baseline;
    line.if_all_baseline = known ? std::optional(*line.if_all_baseline + *baseline) : std::nullopt;
  }
  for (auto& [key, line] : lines) {
    line.key = key;
    line.cost = known_sum(*line.cost, line.executions, line.unpriced);
    if (!accounts.baseline_model || !line.cost) line.if_all_baseline.reset();
    if (line.if_all_baseline) line.execution_savings = *line.if_all_baseline - *line.cost;
    accounts.breakdown.push_back(std::move(line));
  }
}

}  // namespace

std::string_view to_string(GroupBy group_by) {
  switch (group_by) {
    case GroupBy::workflow:
      return "workflow";
    case GroupBy::version:
      return "version";
    case GroupBy::model:
      return "model";
    case GroupBy::day:
      return "day";
    case GroupBy::month:
      return "month";
  }
  return "";
}

std::string_view to_string(Basis basis) {
  switch (basis) {
    case Basis::measured:
      return "measured";
    case Basis::repriced:
      return "repriced";
    case Basis::mixed:
      return "mixed";
  }
  return "";
}

Accounts summarize(const std::vector<AccountEntry>& entries, const std::vector<DesignBooking>& designs,
                   const PriceBook& prices, const AccountsOptions& options) {
  const Books books = open_books(entries, designs, prices, options);
  Accounts accounts;
  add_design_costs(accounts, books, prices);
  add_executions(accounts, books, prices);
  add_baseline(accounts, books, prices);
  add_savings(accounts);
  add_payback(accounts, books, prices);
  add_projection(accounts, books, options);
  add_models(accounts, books);
  if (options.group_by) add_breakdown(accounts, books, *options.group_by);
  return accounts;
}

}  // namespace pianola::workflow
