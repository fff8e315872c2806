// pianola cost [NAME] | cost estimate | cost set-design, pianola prices list|set
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <ostream>

#include "server/commands.h"
#include "server/print.h"
#include "workflow/cost_estimate.h"
#include "workflow/read_accounts.h"
#include "workflow/save_version.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct EstimateOptions {
  std::int64_t requests_per_day = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::vector<std::string> models;
  double input_price = -1;
  double output_price = 0;
  double design_cost = -1;
  std::int64_t executions = 0;
  double execution_cost = 0;
  double baseline_cost = 0;
  std::vector<std::int64_t> at_executions;
};

struct DesignCostOptions {
  std::string name;
  std::string version;
  double usd = 0;
};

struct PriceOptions {
  std::string model;
  std::string provider = "own";
  std::string valid_from;
  std::string source = "set by hand";
  double input = 0;
  double output = 0;
  double cached_input = -1;
};

std::string money_text(const std::optional<Money>& money) { return money ? money->text() : "unpriced"; }

std::string unit_text(const std::optional<Money>& money) { return money ? money->unit_text() : "unpriced"; }

// "99.24 %", "29.4 %", "13,120 %".
std::string percent_text(const std::optional<double>& percent, int decimals) {
  if (!percent) return "-";
  char digits[64];
  std::snprintf(digits, sizeof digits, "%.*f", decimals, std::abs(*percent));
  std::string text = digits;
  for (std::size_t at = std::min(text.size(), text.find('.')); at > 3; at -= 3) text.insert(at - 3, ",");
  return (*percent < 0 ? "-" : "") + text + " %";
}

int estimate_traffic_of(Program& program, const EstimateOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  Usage request;
  request.input = options.input_tokens;
  request.output = options.output_tokens;
  std::vector<TrafficEstimate> estimates;
  if (options.input_price >= 0) {
    const auto input = PricePerMillion::from_usd(options.input_price);
    const auto output = PricePerMillion::from_usd(options.output_price);
    if (!input) return program.fail(input.error());
    if (!output) return program.fail(output.error());
    estimates.push_back(estimate_traffic_at(options.requests_per_day, request, {*input, {}, {}, {}, *output}));
  }
  if (!options.models.empty()) {
    const auto priced = estimate_traffic(options.requests_per_day, request, options.models,
                                         workflow::price_book(program.environment(), *actor), program.clock().now());
    estimates.insert(estimates.end(), priced.begin(), priced.end());
  }
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const TrafficEstimate& each : estimates) list.push_back(encode_estimate(each));
    print_json(program.out(), {{"estimates", std::move(list)}});
    return kSuccess;
  }
  Table table({{"model"}, {"a request", Align::right}, {"a day", Align::right}, {"a month (30 days)", Align::right}});
  for (const TrafficEstimate& each : estimates) {
    table.add_row({each.model.empty() ? "price given" : each.model, unit_text(each.per_request),
                   money_text(each.per_day), money_text(each.per_month)});
  }
  program.out() << table.text();
  return kSuccess;
}

int estimate_design_of(Program& program, const EstimateOptions& options) {
  const auto design = Money::from_usd(options.design_cost);
  const auto execution = Money::from_usd(options.execution_cost);
  const auto baseline = Money::from_usd(options.baseline_cost);
  if (!design || !execution || !baseline)
    return program.fail({"bad_amount", "Costs must be amounts in USD, 0 or more.", ""});
  const auto first = estimate_design(*design, options.executions, *execution, *baseline);
  if (!first) return program.fail(first.error());
  std::vector<DesignEstimate> estimates = {*first};
  for (const std::int64_t executions : options.at_executions) {
    const auto other = rescaled(*first, executions);
    if (!other) return program.fail(other.error());
    estimates.push_back(*other);
  }
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const DesignEstimate& each : estimates) list.push_back(encode_estimate(each));
    print_json(program.out(), {{"estimates", std::move(list)}});
    return kSuccess;
  }
  Table table({{"executions", Align::right},
               {"design", Align::right},
               {"executing", Align::right},
               {"total", Align::right},
               {"all on baseline", Align::right},
               {"savings", Align::right},
               {"of baseline", Align::right},
               {"ROI", Align::right},
               {"design share", Align::right}});
  for (const DesignEstimate& each : estimates) {
    table.add_row({std::to_string(each.executions), each.design_cost.text(), each.execution_cost.text(),
                   each.total_cost.text(), each.if_all_baseline.text(), each.savings.text(),
                   percent_text(each.savings_percent, 2), percent_text(each.roi_percent, 0),
                   percent_text(each.design_share_percent, 1)});
  }
  program.out() << table.text();
  return kSuccess;
}

int estimate(Program& program, const EstimateOptions& options) {
  if (options.requests_per_day > 0) {
    if (options.models.empty() && options.input_price < 0) {
      return program.fail({"missing_field", "Give --model NAME or --input-price USD, to say at which price.", ""});
    }
    return estimate_traffic_of(program, options);
  }
  if (options.design_cost >= 0) return estimate_design_of(program, options);
  return program.fail(
      {"missing_field", "Give --requests-per-day for traffic, or --design-cost for a design and its executions.", ""});
}

int set_design(Program& program, const DesignCostOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const auto name = WorkflowName::parse(options.name);
  if (!name) return program.fail(name.error());
  const auto number = SemVer::parse(options.version);
  if (!number) return program.fail(number.error());
  const auto cost = Money::from_usd(options.usd);
  if (!cost) return program.fail(cost.error());
  const auto version = set_design_cost(program.environment(), *actor, *name, *number, *cost);
  if (!version) return program.fail(version.error());
  if (program.json) {
    print_json(program.out(), {{"name", name->text()}, {"version", number->text()}, {"design_cost_usd", cost->usd()}});
  } else {
    program.out() << "Designing " << name->text() << " " << number->text() << " cost " << cost->text() << ".\n";
  }
  return kSuccess;
}

int list_prices(Program& program) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const PriceBook book = workflow::price_book(program.environment(), *actor);
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const ModelPrice& price : book.all()) list.push_back(encode_price(price));
    print_json(program.out(), {{"prices", std::move(list)}});
    return kSuccess;
  }
  const auto usd = [](const std::optional<PricePerMillion>& price) {
    return price ? Money::from_nanos(price->nanos()).unit_text() : std::string("-");
  };
  Table table({{"model"},
               {"from"},
               {"input", Align::right},
               {"cached", Align::right},
               {"output", Align::right},
               {"tiers"},
               {"source"}});
  for (const ModelPrice& price : book.all()) {
    std::string tiers;
    for (const PriceTier& tier : price.tiers)
      tiers += (tiers.empty() ? "> " : ", > ") + std::to_string(tier.above_prompt_tokens);
    table.add_row({price.model, price.valid_from.date(), usd(price.prices.input), usd(price.prices.cached_input),
                   usd(price.prices.output), tiers, shortened(price.source, 60)});
  }
  program.out() << "USD per million tokens\n" << table.text();
  return kSuccess;
}

int set_price(Program& program, const PriceOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  Json json = {{"provider", options.provider},
               {"model", options.model},
               {"input", options.input},
               {"output", options.output},
               {"source", options.source}};
  json["valid_from"] = options.valid_from.empty() ? program.clock().now().date() : options.valid_from;
  if (options.cached_input >= 0) json["cached_input"] = options.cached_input;
  const auto price = decode_price(json);
  if (!price) return program.fail(price.error());
  Environment& environment = program.environment();
  const auto transaction = environment.store.begin_write();
  environment.store.accounts().set_price(actor->workspace, *price);
  environment.store.audit().append(actor->workspace, AuditEntry{"workspace", 0, environment.clock.now(), "price_set",
                                                                actor->author, dump_compact(json), "", ""});
  transaction->commit();
  program.out() << price->model << ": " << options.input << " in, " << options.output
                << " out, USD per million tokens, from " << price->valid_from.date() << '\n';
  return kSuccess;
}

void add_estimate(CLI::App& cost, Program& program, Action& chosen) {
  auto options = std::make_shared<EstimateOptions>();
  CLI::App* command = cost.add_subcommand("estimate", "What something would cost, before anything has run");
  command->add_option("--requests-per-day", options->requests_per_day, "Requests a day");
  command->add_option("--input-tokens", options->input_tokens, "Of one request");
  command->add_option("--output-tokens", options->output_tokens, "Of one request");
  command->add_option("--model", options->models, "At this model's price; may be repeated");
  command->add_option("--input-price", options->input_price, "At this price: USD per million tokens");
  command->add_option("--output-price", options->output_price, "USD per million tokens");
  command->add_option("--design-cost", options->design_cost, "USD, of designing a workflow");
  command->add_option("--executions", options->executions, "How many");
  command->add_option("--execution-cost", options->execution_cost, "USD, of all of them together");
  command->add_option("--baseline-cost", options->baseline_cost, "USD, of all of them on the baseline");
  command->add_option("--at-executions", options->at_executions, "The same at other numbers of executions");
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return estimate(program, *options); }; });
}

void add_set_design(CLI::App& cost, Program& program, Action& chosen) {
  auto options = std::make_shared<DesignCostOptions>();
  CLI::App* command = cost.add_subcommand("set-design", "Set what designing a version cost");
  command->add_option("name", options->name, "The workflow")->required();
  command->add_option("version", options->version, "Its number")->required();
  command->add_option("usd", options->usd, "USD")->required();
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return set_design(program, *options); }; });
}

}  // namespace

void add_cost_commands(CLI::App& app, Program& program, Action& chosen) {
  CLI::App* cost =
      app.add_subcommand("cost", "What designing and executing cost, and what it would cost")->require_subcommand(1);
  add_estimate(*cost, program, chosen);
  add_set_design(*cost, program, chosen);

  CLI::App* prices = app.add_subcommand("prices", "What models' tokens cost")->require_subcommand(1);
  prices->add_subcommand("list", "The catalogue, and the prices set here")->callback([&program, &chosen] {
    chosen = [&program] { return list_prices(program); };
  });
  auto options = std::make_shared<PriceOptions>();
  CLI::App* set = prices->add_subcommand("set", "Set a model's price in this workspace");
  set->add_option("model", options->model, "Its name")->required();
  set->add_option("--input", options->input, "USD per million tokens")->required();
  set->add_option("--output", options->output, "USD per million tokens")->required();
  set->add_option("--cached-input", options->cached_input, "USD per million tokens");
  set->add_option("--provider", options->provider, "Whose model");
  set->add_option("--from", options->valid_from, "First day, YYYY-MM-DD, UTC (default: today)");
  set->add_option("--source", options->source, "Where the price was read");
  set->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return set_price(program, *options); }; });
}

}  // namespace pianola::server
