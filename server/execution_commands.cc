// pianola execution list|show, pianola edge-case list|resolve
#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <utility>

#include "base/counted.h"
#include "base/list_text.h"
#include "base/text_lines.h"
#include "server/commands.h"
#include "server/print.h"
#include "workflow/batch.h"
#include "workflow/look_up.h"
#include "workflow/read_accounts.h"
#include "workflow/report_edge_case.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct ListOptions {
  std::string name;
  std::string state;
  int limit = 20;
};

struct ResolveOptions {
  std::string id;
  std::string resolution;
  std::string reason;
  std::string duplicate_of;
};

OrderedJson execution_json(const Execution& execution) {
  OrderedJson json = {{"execution_id", execution.id.text()}, {"workflow", execution.workflow.text()},
                      {"version", execution.version.text()}, {"mode", to_string(execution.mode)},
                      {"state", to_string(execution.state)}, {"step", execution.current_step},
                      {"executor", execution.executor},      {"started_at", execution.started_at.iso8601()},
                      {"blocked", execution.blocked}};
  if (execution.ended_at) json["ended_at"] = execution.ended_at->iso8601();
  if (execution.adherence) json["adherence"] = *execution.adherence;
  if (execution.batch) {
    json["batch"] = {
        {"id", execution.batch->batch}, {"item", execution.batch->item}, {"items", execution.batch->items}};
  }
  return json;
}

// What an execution used and cost, as far as it is known. Of one that has not ended the cost is not booked yet.
struct ExecutionMoney {
  std::optional<Money> cost;
  std::string unknown;  // why there is none
};

ExecutionMoney money_of(Program& program, const Actor& actor, const Execution& execution, const PriceBook& prices) {
  const auto version =
      program.environment().store.versions().find(actor.workspace, execution.workflow, execution.version);
  const auto entries = version ? entries_of(execution, *version, prices) : std::vector<AccountEntry>();
  if (entries.empty()) return {std::nullopt, "It has not ended: its cost is booked at the end."};
  const std::string day = execution.ended_at.value_or(execution.last_hand_in_at).date();
  const std::string unknown = describe_gaps(cost_gaps(execution, prices), prices, day);
  if (!unknown.empty()) return {std::nullopt, unknown};
  Money cost;
  for (const AccountEntry& entry : entries) cost += entry.cost;
  return {cost, ""};
}

void add_money(OrderedJson& json, const Execution& execution, const ExecutionMoney& money) {
  json["usage"] = OrderedJson::array();
  for (const Usage& usage : execution.finish_usage) json["usage"].push_back(encode_sourced_usage(usage));
  json["cost_usd"] = money.cost ? OrderedJson(money.cost->usd()) : OrderedJson(nullptr);
  if (!money.unknown.empty()) json["cost_unknown"] = money.unknown;
}

// "usage of hand-in 2 (reported): 7000 input, 300 output tokens of claude-haiku-5-5"
std::string usage_line(const std::string& whose, const Usage& usage, const std::string& model) {
  std::string kinds;
  const auto add = [&](const char* kind, std::int64_t tokens) {
    if (tokens > 0) kinds += (kinds.empty() ? "" : ", ") + std::to_string(tokens) + " " + kind;
  };
  add("input", usage.input);
  add("cached input", usage.cached_input);
  add("cache write (5 minutes)", usage.cache_write_5m);
  add("cache write (an hour)", usage.cache_write_1h);
  add("output", usage.output);
  return whose + " (" + std::string(to_string(usage.source)) + "): " + (kinds.empty() ? "no" : kinds) + " tokens of " +
         model + (usage.batch ? ", in a batch" : "") + "\n";
}

std::string usage_text(const Execution& execution, const PriceBook& prices) {
  const auto model_of = [&](const Usage& usage, const std::string& executor) {
    return prices.model_of(usage, executor.empty() ? execution.executor : executor);
  };
  std::string text;
  for (const Usage& usage : execution.finish_usage) {
    text += usage_line("usage", usage, model_of(usage, execution.executor));
  }
  for (const HandIn& hand_in : execution.hand_ins) {
    if (!hand_in.usage) continue;
    text += usage_line("usage of hand-in " + std::to_string(hand_in.seq), *hand_in.usage,
                       model_of(*hand_in.usage, hand_in.executor));
  }
  return text;
}

OrderedJson hand_in_json(const HandIn& hand_in) {
  OrderedJson json = {{"seq", hand_in.seq},
                      {"step", hand_in.step},
                      {"visit", hand_in.visit},
                      {"attempt", hand_in.attempt},
                      {"result", to_string(hand_in.result)},
                      {"executor", hand_in.executor},
                      {"at", hand_in.at.iso8601()}};
  if (!hand_in.output.empty()) {
    const Result<Json> output = parse_json(hand_in.output);
    json["output"] = output ? OrderedJson(*output) : OrderedJson(hand_in.output);
  }
  if (hand_in.usage) json["usage"] = encode_sourced_usage(*hand_in.usage);
  for (const BrokenRule& broken : hand_in.broken)
    json["broken"].push_back({{"place", broken.place}, {"rule", broken.rule}});
  return json;
}

// A workflow that lists are narrowed to must exist: a slip would look like an empty list.
std::optional<Refusal> check_known(Program& program, const Actor& actor, const std::string& name) {
  if (name.empty()) return std::nullopt;
  const auto parsed = WorkflowName::parse(name);
  if (parsed && !program.environment().store.versions().history(actor.workspace, *parsed).empty()) return std::nullopt;
  return unknown_workflow(program.environment(), actor, name);
}

Result<ExecutionFilter> filter_of(const ListOptions& options) {
  ExecutionFilter filter;
  if (!options.name.empty()) {
    auto name = WorkflowName::parse(options.name);
    if (!name) return refuse(name.error());
    filter.workflow = *name;
  }
  if (!options.state.empty()) {
    filter.state = parse_execution_state(options.state);
    if (!filter.state) {
      return refuse("bad_value", "\"" + options.state +
                                     "\" is no state: running, waiting, succeeded, failed, escalated or abandoned.");
    }
  }
  return filter;
}

// The newest executions that match, one more than asked for where there are more. Their states are those of now: what
// was left idle for too long is abandoned, booked or not.
std::vector<Execution> executions_now(Program& program, const Actor& actor, const ExecutionFilter& filter, int limit) {
  const Settings& settings = program.environment().settings;
  const Timestamp now = program.clock().now();
  ExecutionStore& store = program.environment().store.executions();
  std::vector<Execution> found = store.list(actor.workspace, filter, "", limit + 1);
  if (filter.state == ExecutionState::abandoned) {
    for (Execution& idle : store.idle_since(actor.workspace, now.plus_micros(-settings.idle_limit_micros), limit + 1)) {
      if (!filter.workflow || *filter.workflow == idle.workflow) found.push_back(std::move(idle));
    }
    std::ranges::sort(found, std::ranges::greater(), [](const Execution& each) { return each.id.text(); });
    if (std::cmp_greater(found.size(), limit + 1)) found.erase(found.begin() + limit + 1, found.end());
  }
  for (Execution& execution : found) execution.state = state_at(execution, now, settings.idle_limit_micros);
  std::erase_if(found, [&](const Execution& execution) { return filter.state && execution.state != *filter.state; });
  return found;
}

// "3/20" of an item of a batch.
std::string item_text(const Execution& execution) {
  if (!execution.batch) return "-";
  return std::to_string(execution.batch->item) + "/" + std::to_string(execution.batch->items);
}

// "batch: item 3 of 20 of ID: 1 failed, 2 succeeded, 17 not started", and who did not succeed; or nothing.
std::string batch_text(Program& program, const Actor& actor, const Execution& execution) {
  if (!execution.batch) return {};
  const BatchProgress progress = batch_progress(program.environment(), actor.workspace, *execution.batch);
  std::vector<std::string> counts;
  for (const auto& [state, count] : progress.by_state) counts.push_back(std::to_string(count) + " " + state);
  if (progress.not_started > 0) counts.push_back(std::to_string(progress.not_started) + " not started");
  std::string text = "batch: item " + std::to_string(execution.batch->item) + " of " +
                     std::to_string(execution.batch->items) + " of " + execution.batch->batch + ": " +
                     list_text(counts) + "\n";
  for (const BatchProgress::Item& item : progress.not_succeeded) {
    text += "  item " + std::to_string(item.item) + ": " + item.state + "  " + item.id + "\n";
  }
  return text;
}

int list_executions(Program& program, const ListOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  program.note_empty_workspace(*actor);
  if (const auto unknown = check_known(program, *actor, options.name)) return program.fail(*unknown);
  const auto filter = filter_of(options);
  if (!filter) return program.fail(filter.error());
  std::vector<Execution> found = executions_now(program, *actor, *filter, options.limit);
  const bool more = std::cmp_greater(found.size(), options.limit);
  if (more) found.pop_back();
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const Execution& execution : found) list.push_back(execution_json(execution));
    print_json(program.out(), {{"executions", std::move(list)}, {"more", more}});
    return kSuccess;
  }
  Table table({{"execution"},
               {"workflow"},
               {"version"},
               {"state"},
               {"step"},
               {"executor"},
               {"started"},
               {"item", Align::right},
               {"adherence", Align::right}});
  for (const Execution& execution : found) {
    const std::string adherence = execution.adherence ? std::to_string(*execution.adherence).substr(0, 4) : "-";
    table.add_row({execution.id.text(), execution.workflow.text(), execution.version.text(),
                   std::string(to_string(execution.state)), execution.current_step, execution.executor,
                   execution.started_at.iso8601().substr(0, 19), item_text(execution), adherence});
  }
  program.out() << (table.empty() ? "No executions.\n" : table.text());
  if (more) program.out() << "There are more: raise --limit, or narrow with --workflow or --state.\n";
  return kSuccess;
}

int show_execution(Program& program, const std::string& text) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const Environment& environment = program.environment();  // a store that is not there is told first
  const auto id = ExecutionId::parse(text);
  if (!id) return program.fail(id.error());
  auto execution = environment.store.executions().find(actor->workspace, *id);
  if (!execution) {
    return program.fail({"unknown_execution", "There is no execution " + text + ": see pianola execution list.", ""});
  }
  execution->state = state_at(*execution, program.clock().now(), environment.settings.idle_limit_micros);
  OrderedJson json = execution_json(*execution);
  const PriceBook prices = workflow::price_book(program.environment(), *actor);
  const ExecutionMoney money = money_of(program, *actor, *execution, prices);
  add_money(json, *execution, money);
  json["input"] = execution->input;
  json["hand_ins"] = OrderedJson::array();
  for (const HandIn& hand_in : execution->hand_ins) json["hand_ins"].push_back(hand_in_json(hand_in));
  if (program.json) {
    print_json(program.out(), json);
    return kSuccess;
  }
  program.out() << text << "  " << execution->workflow.text() << " " << execution->version.text() << "  "
                << to_string(execution->state)
                << "\ncost: " << (money.cost ? money.cost->unit_text() : "not known. " + money.unknown) << '\n'
                << batch_text(program, *actor, *execution)
                << without_controls(usage_text(*execution, prices) + "input: " + dump_compact(execution->input))
                << "\n\n";
  Table table({{"#", Align::right},
               {"step"},
               {"visit", Align::right},
               {"attempt", Align::right},
               {"result"},
               {"executor"},
               {"output or rule broken"}});
  for (const HandIn& hand_in : execution->hand_ins) {
    const std::string what =
        hand_in.broken.empty() ? hand_in.output : hand_in.broken[0].place + " " + hand_in.broken[0].rule;
    table.add_row({std::to_string(hand_in.seq), hand_in.step, std::to_string(hand_in.visit),
                   std::to_string(hand_in.attempt), std::string(to_string(hand_in.result)), hand_in.executor,
                   shortened(what, 80)});
  }
  program.out() << table.text();
  return kSuccess;
}

OrderedJson report_json(const EdgeCaseReport& report) {
  OrderedJson json = {{"id", report.id.text()},
                      {"workflow", report.workflow.text()},
                      {"version", report.version.text()},
                      {"step", report.step},
                      {"situation", report.situation},
                      {"severity", to_string(report.severity)},
                      {"status", to_string(report.status)},
                      {"count", report.count},
                      {"weight", report_weight(report)}};
  if (!report.resolved_in.empty()) json["resolved_in"] = report.resolved_in;
  return json;
}

// Its status, with the version that resolved it.
std::string status_text(const EdgeCaseReport& report) {
  const std::string status(to_string(report.status));
  return report.resolved_in.empty() ? status : status + " in " + report.resolved_in;
}

// What to say where no report has the status that was asked for.
std::string no_reports(Program& program, const Actor& actor, const std::optional<WorkflowName>& name,
                       const std::string& status) {
  const std::string none = "No " + (status == "all" ? "" : status + " ") + "edge case reports";
  const auto others = program.environment().store.edge_cases().list(actor.workspace, name, std::nullopt, 1);
  return none + (others.empty() ? ".\n" : "; --status all shows those that are.\n");
}

int list_reports(Program& program, const ListOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  program.note_empty_workspace(*actor);
  if (const auto unknown = check_known(program, *actor, options.name)) return program.fail(*unknown);
  std::optional<WorkflowName> name;
  if (!options.name.empty()) {
    auto parsed = WorkflowName::parse(options.name);
    if (!parsed) return program.fail(parsed.error());
    name = *parsed;
  }
  const auto status = parse_report_status(options.state);
  if (!status && options.state != "all") {
    return program.fail(
        {"bad_value", "\"" + options.state + "\" is no status: open, accepted, rejected, duplicate, resolved or all.",
         ""});
  }
  const auto found = program.environment().store.edge_cases().list(actor->workspace, name, status, options.limit);
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const EdgeCaseReport& report : found) list.push_back(report_json(report));
    print_json(program.out(), {{"edge_cases", std::move(list)}});
    return kSuccess;
  }
  Table table({{"id"}, {"workflow"}, {"step"}, {"severity"}, {"count", Align::right}, {"status"}, {"situation"}});
  for (const EdgeCaseReport& report : found) {
    table.add_row({report.id.text(), report.workflow.text(), report.step, std::string(to_string(report.severity)),
                   std::to_string(report.count), status_text(report), shortened(report.situation, 60)});
  }
  program.out() << (table.empty() ? no_reports(program, *actor, name, options.state) : table.text());
  return kSuccess;
}

int resolve_report(Program& program, const ResolveOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  ResolveRequest request{.id = options.id, .reason = options.reason, .duplicate_of = options.duplicate_of};
  for (const Resolution known : {Resolution::accepted, Resolution::rejected, Resolution::duplicate}) {
    if (to_string(known) == options.resolution) request.resolution = known;
  }
  const auto answer = resolve_edge_case(program.environment(), *actor, request);
  if (!answer) return program.fail(answer.error());
  if (program.json) {
    OrderedJson json = report_json(answer->report);
    if (!answer->report.reason.empty()) json["reason"] = answer->report.reason;
    if (answer->original) json["duplicate_of"] = answer->original->id.text();
    json["unchanged"] = answer->unchanged;
    print_json(program.out(), json);
    return kSuccess;
  }
  program.out() << answer->report.id.text() << (answer->unchanged ? " was " : " is now ")
                << to_string(answer->report.status);
  if (answer->original) {
    program.out() << " of " << answer->original->id.text() << ", told " << counted(answer->original->count, "time");
  }
  program.out() << ": " << shortened(answer->report.situation, 80) << '\n';
  return kSuccess;
}

void add_resolve(CLI::App& reports, Program& program, Action& chosen) {
  auto options = std::make_shared<ResolveOptions>();
  CLI::App* command = reports.add_subcommand("resolve", "Settle a report that needs no new version");
  command->add_option("id", options->id, "Its id")->required();
  command->add_option("resolution", options->resolution, "accepted (to be designed), rejected or duplicate")
      ->required()
      ->check(CLI::IsMember({"accepted", "rejected", "duplicate"}));
  command->add_option("--reason", options->reason, "Why, in a sentence");
  command->add_option("--of", options->duplicate_of, "The id of the report that a duplicate repeats");
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return resolve_report(program, *options); }; });
}

}  // namespace

void add_execution_commands(CLI::App& app, Program& program, Action& chosen) {
  auto options = std::make_shared<ListOptions>();
  auto id = std::make_shared<std::string>();
  CLI::App* executions = app.add_subcommand("execution", "Look at executions")->require_subcommand(1);
  CLI::App* list = executions->add_subcommand("list", "The newest executions");
  list->add_option("--workflow", options->name, "Only of this workflow");
  list->add_option("--state", options->state, "Only in this state");
  list->add_option("--limit", options->limit, "How many at the most")->check(CLI::Range(1, 1000));
  list->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return list_executions(program, *options); }; });
  CLI::App* show = executions->add_subcommand("show", "One execution with every hand-in");
  show->add_option("id", *id, "Its id")->required();
  show->callback([&program, &chosen, id] { chosen = [&program, id] { return show_execution(program, *id); }; });

  auto report_options = std::make_shared<ListOptions>();
  report_options->state = "open";
  CLI::App* reports =
      app.add_subcommand("edge-case", "Look at edge case reports, and settle them")->require_subcommand(1);
  CLI::App* list_reported = reports->add_subcommand("list", "Reports, the heaviest first");
  list_reported->add_option("name,--workflow", report_options->name, "Only of this workflow");
  list_reported->add_option("--status", report_options->state,
                            "open (default), accepted, rejected, duplicate, resolved or all");
  list_reported->add_option("--limit", report_options->limit, "How many at the most")->check(CLI::Range(1, 1000));
  list_reported->callback([&program, &chosen, report_options] {
    chosen = [&program, report_options] { return list_reports(program, *report_options); };
  });
  add_resolve(*reports, program, chosen);
}

}  // namespace pianola::server
