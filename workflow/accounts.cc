#include "workflow/accounts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace pianola::workflow {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMeasuredFrom = 10;    // successful executions of the baseline itself
constexpr std::int64_t kProjectionDays = 30;  // looked back on
constexpr std::int64_t kFewestDays = 7;
constexpr std::int64_t kDaysAMonth = 30;
constexpr std::int64_t kDaysAYear = 365;
constexpr std::int64_t kThousandths = 1000;  // of a tokenizer factor

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

// Everything summarize() works on, in the period.
struct Books {
  std::vector<Valued> entries;
  std::vector<DesignBooking> designs;
  std::map<WorkflowName, SemVer> first_versions;
  std::map<WorkflowName, Baseline> baselines;
};

bool is_in_period(const std::string& day, const AccountsOptions& options) {
  return day >= options.since_day && (options.until_day.empty() || day < options.until_day);
}

bool is_empty(const TokenSums& tokens) { return tokens == TokenSums{}; }

std::int64_t thousandths(double factor) { return std::llround(factor * kThousandths); }

const KindPrices& prices_of_band(const ModelPrice& price, std::int64_t prompt_band) {
  const KindPrices* prices = &price.prices;
  for (const PriceTier& tier : price.tiers) {
    if (prompt_band >= tier.above_prompt_tokens) prices = &tier.prices;
  }
  return *prices;
}

// What the useful tokens of an entry would have cost at the baseline's price of the entry's day.
std::optional<Money> reprice(const AccountEntry& entry, const std::string& baseline, const PriceBook& prices) {
  if (is_empty(entry.useful)) return Money();
  const Result<Timestamp> day = Timestamp::from_date(entry.key.day);
  const ModelPrice* price = day ? prices.price_at(baseline, *day) : nullptr;
  if (price == nullptr) return std::nullopt;
  const ModelPrice* used = prices.price_at(entry.key.model, *day);
  const std::int64_t factor = thousandths(price->tokenizer_factor);
  const std::int64_t used_factor = used == nullptr ? kThousandths : thousandths(used->tokenizer_factor);
  const KindPrices& kinds = prices_of_band(*price, entry.key.prompt_band);
  const auto of = [&](std::int64_t tokens, const std::optional<PricePerMillion>& kind) {
    return kind.value_or(kinds.input).of(tokens, factor, used_factor);
  };
  const Money sum = of(entry.useful.input, kinds.input) + of(entry.useful.cached_input, kinds.cached_input) +
                    of(entry.useful.cache_write_5m, kinds.cache_write_5m) +
                    of(entry.useful.cache_write_1h, kinds.cache_write_1h) + of(entry.useful.output, kinds.output) -
                    of(entry.own_overhead_tokens, kinds.input);
  return std::max(Money(), sum);
}

std::optional<Money> value_at_baseline(const AccountEntry& entry, const Baseline& baseline, const PriceBook& prices) {
  if (baseline.measured) {
    const std::int64_t successes = entry.key.model.empty() ? 0 : entry.succeeded;
    return baseline.measured_cost.scaled(successes, baseline.measured_successes);
  }
  if (baseline.model.empty()) return is_empty(entry.useful) ? std::optional(Money()) : std::nullopt;
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
  std::vector<AccountEntry> in_period;
  for (const AccountEntry& entry : entries) {
    if (is_in_period(entry.key.day, options)) in_period.push_back(entry);
  }
  in_period = fold_all(in_period);
  books.baselines = baselines_of(in_period, designs, books, prices, options);
  for (const AccountEntry& entry : in_period) {
    books.entries.push_back({entry, value_at_baseline(entry, books.baselines.at(entry.key.workflow), prices)});
  }
  for (const DesignBooking& design : designs) {
    if (is_in_period(design.at.date(), options)) books.designs.push_back(design);
  }
  return books;
}

void add_design_costs(Accounts& accounts, const Books& books, const PriceBook& prices) {
  accounts.design_cost = Money();
  accounts.revision_cost = Money();
  std::vector<std::string> unknown;
  for (const DesignBooking& design : books.designs) {
    const bool is_first = books.first_versions.at(design.workflow) == design.number;
    std::optional<Money>& sum = is_first ? accounts.design_cost : accounts.revision_cost;
    const std::optional<Money> cost = design_money(design, prices);
    if (!cost) unknown.push_back(design.workflow.text() + " " + design.number.text());
    sum = sum && cost ? std::optional(*sum + *cost) : std::nullopt;
  }
  if (unknown.empty()) return;
  constexpr std::size_t kMostNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < unknown.size() && i < kMostNamed; ++i) names += (i == 0 ? "" : ", ") + unknown[i];
  if (unknown.size() > kMostNamed) names += " and " + std::to_string(unknown.size() - kMostNamed) + " more";
  accounts.notes.push_back("What designing " + names +
                           " cost is not known, so total, savings, ROI and payback are null: save the same content "
                           "again with design_cost_usd or design_usage, or run pianola cost set-design.");
}

void add_executions(Accounts& accounts, const Books& books, const PriceBook& prices) {
  std::set<std::string> unpriced;
  std::int64_t priced_successes = 0;
  for (const auto& [entry, baseline] : books.entries) {
    accounts.executions += entry.executions;
    accounts.succeeded += entry.succeeded;
    accounts.failed += entry.failed;
    accounts.escalated += entry.escalated;
    accounts.abandoned += entry.abandoned;
    accounts.unpriced_executions += entry.unpriced;
    accounts.coverage.reported_records += entry.reported_records;
    accounts.coverage.estimated_records += entry.estimated_records;
    accounts.coverage.tier_uncertain += entry.tier_uncertain;
    accounts.coverage.tokens += entry.tokens;
    (entry.key.escalation ? accounts.escalation_cost : accounts.execution_cost) += entry.cost;
    if (entry.key.model.empty()) continue;
    priced_successes += entry.succeeded;
    const Result<Timestamp> day = Timestamp::from_date(entry.key.day);
    if (!day || prices.price_at(entry.key.model, *day) == nullptr) unpriced.insert(entry.key.model);
  }
  accounts.coverage.executions = accounts.executions;
  accounts.coverage.priced = accounts.executions - accounts.unpriced_executions;
  accounts.unpriced_models.assign(unpriced.begin(), unpriced.end());
  if (accounts.coverage.tier_uncertain > 0) {
    accounts.notes.push_back(std::to_string(accounts.coverage.tier_uncertain) +
                             " usage records are sums beyond a tier's limit, priced at the dearer tier: tell "
                             "largest_prompt_tokens with the usage, or import it request by request (pianola usage "
                             "import).");
  }
  if (priced_successes > 0) {
    accounts.cost_per_success = (accounts.execution_cost + accounts.escalation_cost).scaled(1, priced_successes);
  }
}

// One model for all workflows with executions, "several", or null where one has none.
void add_baseline(Accounts& accounts, const Books& books) {
  std::set<std::string> models;
  std::set<bool> measured;
  for (const auto& [workflow, baseline] : books.baselines) {
    models.insert(baseline.model);
    measured.insert(baseline.measured);
  }
  if (!models.empty() && !models.contains("")) {
    accounts.baseline_model = models.size() == 1 ? *models.begin() : std::string("several");
  }
  Money sum;
  for (const Valued& valued : books.entries) {
    if (!valued.baseline) {
      accounts.notes.push_back(
          accounts.baseline_model
              ? "The baseline " + *accounts.baseline_model +
                    " has no price on a day in the period: set one with "
                    "pianola prices set, or name another baseline."
              : std::string("A workflow's designer is not known, so there is no baseline to compare with: name one."));
      return;
    }
    sum += *valued.baseline;
  }
  if (!accounts.baseline_model) return;
  accounts.if_all_baseline = sum;
  accounts.basis = measured.size() > 1 ? Basis::mixed : *measured.begin() ? Basis::measured : Basis::repriced;
}

std::optional<double> percent_of(const std::optional<Money>& part, const std::optional<Money>& whole) {
  if (!part || !whole || whole->nanos() == 0) return std::nullopt;
  return percent(*part, *whole);
}

void add_savings(Accounts& accounts) {
  const Money spent = accounts.execution_cost + accounts.escalation_cost;
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

void add_models(Accounts& accounts, const Books& books) {
  std::map<std::string, ModelAccount> models;
  std::map<std::string, std::int64_t> priced_successes;
  for (const auto& [entry, baseline] : books.entries) {
    ModelAccount& model = models[entry.key.executor];
    model.model = entry.key.executor;
    model.executions += entry.executions;
    model.succeeded += entry.succeeded;
    model.unpriced += entry.unpriced;
    (entry.key.escalation ? model.escalation_cost : model.execution_cost) += entry.cost;
    if (!entry.key.model.empty()) priced_successes[entry.key.executor] += entry.succeeded;
  }
  for (auto& [name, model] : models) {
    const std::int64_t successes = priced_successes[name];
    if (successes > 0) model.cost_per_success = (model.execution_cost + model.escalation_cost).scaled(1, successes);
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
    if (is_new) line.if_all_baseline = Money();
    line.executions += entry.executions;
    line.succeeded += entry.succeeded;
    line.unpriced += entry.unpriced;
    line.cost += entry.cost;
    const bool known = baseline && line.if_all_baseline;
    line.if_all_baseline = known ? std::optional(*line.if_all_baseline + *baseline) : std::nullopt;
  }
  for (auto& [key, line] : lines) {
    line.key = key;
    if (!accounts.baseline_model) line.if_all_baseline.reset();
    if (line.if_all_baseline) line.execution_savings = *line.if_all_baseline - line.cost;
    accounts.breakdown.push_back(std::move(line));
  }
}

}  // namespace

DesignBooking booking_of(const Version& version) {
  const std::string& told = version.design.designed_by;
  return {version.name, version.number, version.created_at, told.empty() ? version.author.model : told,
          version.design_cost};
}

std::optional<Money> design_money(const DesignBooking& design, const PriceBook& prices) {
  if (design.cost.given) return design.cost.given;
  if (!design.cost.usage) return std::nullopt;
  Usage usage = *design.cost.usage;
  if (usage.model.empty()) usage.model = design.designed_by;
  const std::optional<PricedUsage> priced = prices.price(usage, design.at);
  return priced ? std::optional(priced->cost) : std::nullopt;
}

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

Accounts summarize(const std::vector<AccountEntry>& entries, const std::vector<DesignBooking>& designs,
                   const PriceBook& prices, const AccountsOptions& options) {
  const Books books = open_books(entries, designs, prices, options);
  Accounts accounts;
  add_design_costs(accounts, books, prices);
  add_executions(accounts, books, prices);
  add_baseline(accounts, books);
  add_savings(accounts);
  add_payback(accounts, books, prices);
  add_projection(accounts, books, options);
  add_models(accounts, books);
  if (options.group_by) add_breakdown(accounts, books, *options.group_by);
  return accounts;
}

}  // namespace pianola::workflow
