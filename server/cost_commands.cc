// pianola cost [NAME] | cost estimate | cost set-design | cost rebook
#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <ostream>

#include "base/counted.h"
#include "base/nearest_name.h"
#include "base/text_lines.h"
#include "server/commands.h"
#include "server/print.h"
#include "workflow/cost_estimate.h"
#include "workflow/read_accounts.h"
#include "workflow/rebook.h"
#include "workflow/save_version.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

// Refuses what is less, in words.
CLI::Validator at_least(double least) {
  const auto check = [least](std::string& text) -> std::string {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end && value >= least) return {};
    return "must be " + std::to_string(static_cast<int>(least)) + " or more, but is " + text;
  };
  return {check, ""};
}

struct EstimateOptions {
  std::optional<std::int64_t> requests_per_day;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::vector<std::string> models;
  std::optional<double> input_price;
  std::optional<double> output_price;
  std::optional<double> design_cost;
  std::optional<std::int64_t> executions;
  std::optional<double> execution_cost;
  std::optional<double> baseline_cost;
  std::vector<std::int64_t> at_executions;
};

struct DesignCostOptions {
  std::string name;
  std::string version;
  double usd = 0;
};

struct AccountOptions {
  std::string name;
  std::string since;
  std::string until;
  std::string baseline;
  std::string group_by;
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

void print_traffic(Program& program, const std::vector<TrafficEstimate>& estimates) {
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const TrafficEstimate& each : estimates) list.push_back(encode_estimate(each));
    return print_json(program.out(), {{"estimates", std::move(list)}});
  }
  Table table({{"model"}, {"a request", Align::right}, {"a day", Align::right}, {"a month (30 days)", Align::right}});
  for (const TrafficEstimate& each : estimates) {
    table.add_row({each.model.empty() ? "price given" : each.model, unit_text(each.per_request),
                   money_text(each.per_day), money_text(each.per_month)});
  }
  program.out() << table.text();
}

int estimate_traffic_of(Program& program, const EstimateOptions& options) {
  program.makes_store = true;  // an estimate is a first thing to try
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  Usage request;
  request.input = options.input_tokens;
  request.output = options.output_tokens;
  const PriceBook book = workflow::price_book(program.environment(), *actor);
  std::vector<TrafficEstimate> estimates;
  if (options.input_price) {
    const auto input = PricePerMillion::from_usd(*options.input_price);
    const auto output = PricePerMillion::from_usd(options.output_price.value_or(0));
    if (!input) return program.fail(input.error());
    if (!output) return program.fail(output.error());
    estimates.push_back(estimate_traffic_at(*options.requests_per_day, request, {*input, {}, {}, {}, *output}));
  }
  if (!options.models.empty()) {
    const auto priced =
        estimate_traffic(*options.requests_per_day, request, options.models, book, program.clock().now());
    estimates.insert(estimates.end(), priced.begin(), priced.end());
  }
  print_traffic(program, estimates);
  bool is_any_known = false;
  for (const TrafficEstimate& each : estimates) {
    is_any_known = is_any_known || each.per_request;
    if (each.per_request) continue;
    program.err() << each.model << " has no price." << did_you_mean(each.model, book.model_names()) << '\n';
  }
  return is_any_known ? kSuccess : kFailure;
}

int estimate_design_of(Program& program, const EstimateOptions& options) {
  const auto design = Money::from_usd(*options.design_cost);
  const auto execution = Money::from_usd(*options.execution_cost);
  const auto baseline = Money::from_usd(*options.baseline_cost);
  if (!design || !execution || !baseline)
    return program.fail({"bad_amount", "Costs must be amounts in USD, 0 or more.", ""});
  const auto first = estimate_design(*design, *options.executions, *execution, *baseline);
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
  const auto missing = [&](const char* what) { return program.fail({"missing_field", what, ""}); };
  if (options.requests_per_day) {
    if (options.models.empty() && !options.input_price) {
      return missing("Give --model NAME or --input-price USD, to say at which price.");
    }
    if (options.output_price && (!options.input_price || options.output_tokens == 0)) {
      return missing("--output-price goes with --input-price and --output-tokens: give all three, or leave it out.");
    }
    if (options.input_price && !options.output_price && options.output_tokens > 0) {
      return missing("Give --output-price USD, too: the output is not free.");
    }
    return estimate_traffic_of(program, options);
  }
  if (!options.design_cost) {
    return missing("Give --requests-per-day for traffic, or --design-cost for a design and its executions.");
  }
  if (!options.executions || !options.execution_cost || !options.baseline_cost) {
    return missing(
        "Give --executions, --execution-cost and --baseline-cost, too: how many, what all of them cost together, and "
        "on "
        "the baseline.");
  }
  return estimate_design_of(program, options);
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

std::optional<GroupBy> grouping_of(const std::string& text) {
  for (const GroupBy known : {GroupBy::workflow, GroupBy::version, GroupBy::model, GroupBy::day, GroupBy::month}) {
    if (to_string(known) == text) return known;
  }
  return std::nullopt;
}

std::string known_money(const std::optional<Money>& money) { return money ? money->text() : "not known"; }

// The figures, one a line, in the order in which they are read: how much is known comes first.
std::string figures_text(const Accounts& accounts) {
  Table table({{""}, {"", Align::right}});
  const auto add = [&](const char* what, const std::string& value) { table.add_row({what, value}); };
  add("executions", std::to_string(accounts.executions));
  add("  with known cost", std::to_string(accounts.coverage.priced));
  add("  succeeded", std::to_string(accounts.succeeded));
  if (accounts.designed_escalations > 0) {
    add("    by escalating as designed", std::to_string(accounts.designed_escalations));
  }
  add("  failed", std::to_string(accounts.failed));
  add(accounts.designed_escalations > 0 ? "  escalated otherwise" : "  escalated", std::to_string(accounts.escalated));
  add("  abandoned", std::to_string(accounts.abandoned));
  add("design", known_money(accounts.design_cost));
  add("revisions", known_money(accounts.revision_cost));
  add("executing", known_money(accounts.execution_cost));
  add("escalations", known_money(accounts.escalation_cost));
  add("total", known_money(accounts.total_cost));
  add("a success", accounts.cost_per_success ? accounts.cost_per_success->unit_text() : "not known");
  add("baseline", accounts.baseline_model.value_or("not known"));
  add("all on the baseline", known_money(accounts.if_all_baseline));
  add("saved by executing", known_money(accounts.execution_savings));
  add("saved in all", known_money(accounts.savings));
  add("  of the baseline", percent_text(accounts.savings_percent, 2));
  add("ROI", percent_text(accounts.roi_percent, 0));
  add("design share", percent_text(accounts.design_share_percent, 1));
  add("paid back after", accounts.payback.executions ? counted(*accounts.payback.executions, "execution") : "-");
  const bool is_young = accounts.execution_savings && !accounts.projection.monthly;
  add("a month, as now", is_young ? "not known before 7 days" : known_money(accounts.projection.monthly));
  const std::string text = table.text();
  return text.substr(text.find('\n') + 1);  // the figures need no titles
}

std::string breakdown_text(const Accounts& accounts) {
  Table models({{"model"},
                {"executions", Align::right},
                {"succeeded", Align::right},
                {"unpriced", Align::right},
                {"executing", Align::right},
                {"escalations", Align::right},
                {"a success", Align::right}});
  for (const ModelAccount& model : accounts.by_model) {
    models.add_row({model.model, std::to_string(model.executions), std::to_string(model.succeeded),
                    std::to_string(model.unpriced), known_money(model.execution_cost),
                    known_money(model.escalation_cost),
                    model.cost_per_success ? model.cost_per_success->unit_text() : "not known"});
  }
  Table lines({{"by"},
               {"executions", Align::right},
               {"succeeded", Align::right},
               {"unpriced", Align::right},
               {"cost", Align::right},
               {"all on the baseline", Align::right},
               {"saved", Align::right}});
  for (const BreakdownLine& line : accounts.breakdown) {
    lines.add_row({line.key, std::to_string(line.executions), std::to_string(line.succeeded),
                   std::to_string(line.unpriced), known_money(line.cost), known_money(line.if_all_baseline),
                   known_money(line.execution_savings)});
  }
  return (models.empty() ? "" : "\n" + models.text()) + (lines.empty() ? "" : "\n" + lines.text());
}

// Hand-ins by step and executor: money is not kept by step.
int show_steps(Program& program, const Actor& actor, const std::string& name) {
  const auto parsed = WorkflowName::parse(name);
  if (!parsed) return program.fail({"missing_field", "--group-by step needs the name of one workflow.", ""});
  const std::vector<StepRefusals> lines = read_step_tallies(program.environment(), actor, *parsed);
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const StepRefusals& line : lines) {
      list.push_back({{"step", line.step},
                      {"executor", line.executor},
                      {"hand_ins", line.hand_ins},
                      {"refused", line.refused},
                      {"failed", line.failed},
                      {"skipped", line.skipped}});
    }
    print_json(program.out(), {{"breakdown", std::move(list)}});
    return kSuccess;
  }
  Table table({{"step"},
               {"executor"},
               {"hand-ins", Align::right},
               {"refused", Align::right},
               {"failed", Align::right},
               {"skipped", Align::right}});
  for (const StepRefusals& line : lines) {
    table.add_row({line.step, line.executor, std::to_string(line.hand_ins), std::to_string(line.refused),
                   std::to_string(line.failed), std::to_string(line.skipped)});
  }
  program.out() << table.text();
  return kSuccess;
}

int show_costs(Program& program, const AccountOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  program.note_empty_workspace(*actor);
  const auto accounts = read_accounts(program.environment(), *actor,
                                      {.name = options.name,
                                       .since = options.since,
                                       .until = options.until,
                                       .baseline = options.baseline,
                                       .group_by = grouping_of(options.group_by)});
  if (!accounts) return program.fail(accounts.error());
  if (options.group_by == "step") return show_steps(program, *actor, options.name);
  if (program.json) {
    print_json(program.out(), encode_accounts(*accounts));
    return kSuccess;
  }
  program.out() << figures_text(*accounts) << breakdown_text(*accounts);
  for (const std::string& note : accounts->notes) program.out() << '\n' << without_controls(note) << '\n';
  return kSuccess;
}

int rebook_all(Program& program) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const Rebooked rebooked = rebook(program.environment(), *actor);
  if (program.json) {
    print_json(program.out(), {{"executions", rebooked.executions},
                               {"changed", rebooked.changed},
                               {"unpriced_before", rebooked.unpriced_before},
                               {"unpriced", rebooked.unpriced}});
  } else {
    program.out() << "Booked otherwise now: " << rebooked.changed << " of " << counted(rebooked.executions, "execution")
                  << ". Without a known cost: " << rebooked.unpriced << ", before " << rebooked.unpriced_before << '\n';
  }
  return kSuccess;
}

void add_estimate(CLI::App& cost, Program& program, Action& chosen) {
  auto options = std::make_shared<EstimateOptions>();
  CLI::App* command = cost.add_subcommand("estimate", "What something would cost, before anything has run");
  command->add_option("--requests-per-day", options->requests_per_day, "Requests a day")->check(at_least(1));
  command->add_option("--input-tokens", options->input_tokens, "Of one request")->check(at_least(0));
  command->add_option("--output-tokens", options->output_tokens, "Of one request")->check(at_least(0));
  command->add_option("--model", options->models, "At this model's price; may be repeated");
  command->add_option("--input-price", options->input_price, "At this price: USD per million tokens")
      ->check(at_least(0));
  command->add_option("--output-price", options->output_price, "USD per million tokens")->check(at_least(0));
  command->add_option("--design-cost", options->design_cost, "USD, of designing a workflow")->check(at_least(0));
  command->add_option("--executions", options->executions, "How many")->check(at_least(1));
  command->add_option("--execution-cost", options->execution_cost, "USD, of all of them together")->check(at_least(0));
  command->add_option("--baseline-cost", options->baseline_cost, "USD, of all of them on the baseline")
      ->check(at_least(0));
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
  auto options = std::make_shared<AccountOptions>();
  CLI::App* cost = app.add_subcommand("cost", "What designing and executing cost and saved, and what it would cost")
                       ->require_subcommand(0, 1);
  cost->add_option("name", options->name, "One workflow (default: all)");
  cost->add_option("--since", options->since, "First day, YYYY-MM-DD, UTC");
  cost->add_option("--until", options->until, "The day after the last");
  cost->add_option("--baseline", options->baseline, "Model to compare with (default: who designed the first version)");
  cost->add_option("--group-by", options->group_by, "Add a breakdown: workflow, version, model, step, day or month")
      ->check(CLI::IsMember({"workflow", "version", "model", "step", "day", "month"}));
  cost->callback([&program, &chosen, cost, options] {
    if (!cost->get_subcommands().empty()) return;
    chosen = [&program, options] { return show_costs(program, *options); };
  });
  add_estimate(*cost, program, chosen);
  add_set_design(*cost, program, chosen);
  cost->add_subcommand("rebook", "Book every execution anew, at the prices known now (after an update of Pianola)")
      ->callback([&program, &chosen] { chosen = [&program] { return rebook_all(program); }; });
}

}  // namespace pianola::server
