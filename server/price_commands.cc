// pianola prices list|set|import
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/nearest_name.h"
#include "server/commands.h"
#include "server/print.h"
#include "server/read_file.h"
#include "workflow/litellm_prices.h"
#include "workflow/read_accounts.h"
#include "workflow/set_prices.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct PriceOptions {
  std::string model;
  std::string provider = "own";
  std::string valid_from;
  std::string source = "set by hand";
  double input = 0;
  double output = 0;
  double cached_input = -1;
};

struct PriceImportOptions {
  std::string file;
  std::string valid_from;
  std::string source;
  std::vector<std::string> models;
  bool dry_run = false;
};

int list_prices(Program& program) {
  program.makes_store = true;
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
    return price ? Money::from_nanos(price->nanos()).text() : std::string("-");
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
  program.makes_store = true;
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
  set_prices(program.environment(), *actor, {*price});
  if (program.json) {
    print_json(program.out(), encode_price(*price));
  } else {
    program.out() << price->model << ": " << options.input << " in, " << options.output
                  << " out, USD per million tokens, from " << price->valid_from.date() << '\n';
  }
  return kSuccess;
}

void print_import(Program& program, const PriceImportOptions& options, const LitellmPrices& read) {
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const ModelPrice& price : read.prices) list.push_back(encode_price(price));
    print_json(program.out(), {{"imported", !options.dry_run},
                               {"prices", std::move(list)},
                               {"unchanged", read.unchanged},
                               {"without_price", read.without_price},
                               {"unusable", read.unusable}});
    return;
  }
  for (const std::string& problem : read.unusable) program.err() << "left out: " << problem << '\n';
  program.out() << read.prices.size() << (options.dry_run ? " prices would be set, " : " prices set, ")
                << read.unchanged << " unchanged, " << read.without_price
                << " models left out that have no price or write no text\n";
}

int import_prices(Program& program, const PriceImportOptions& options) {
  program.makes_store = true;
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const std::string day = options.valid_from.empty() ? program.clock().now().date() : options.valid_from;
  const Result<Timestamp> from = Timestamp::from_date(day);
  if (!from) return program.fail(from.error());
  const Result<std::string> text = read_text_file(options.file);
  if (!text) return program.fail(text.error());
  const Result<Json> json = parse_json(*text, {kMaxJsonDepth, kMostFileBytes});
  if (!json) return program.fail({"bad_json", "\"" + options.file + "\" is no JSON: " + json.error().message, ""});
  for (const std::string& model : options.models) {
    if (!json->is_object() || json->contains(model)) continue;
    std::vector<std::string> names;
    for (const auto& [name, record] : json->items()) names.push_back(name);
    return program.fail({"unknown_model", "The file has no model \"" + model + "\"." + did_you_mean(model, names), ""});
  }
  const std::string source = options.source.empty() ? "LiteLLM, imported from " + options.file : options.source;
  const PriceBook known = workflow::price_book(program.environment(), *actor);
  const auto read = read_litellm_prices(*json, known, *from, options.models, source);
  if (!read) return program.fail(read.error());
  if (!options.dry_run) set_prices(program.environment(), *actor, read->prices);
  print_import(program, options, *read);
  return kSuccess;
}

void add_price_import(CLI::App& prices, Program& program, Action& chosen) {
  auto options = std::make_shared<PriceImportOptions>();
  CLI::App* command = prices.add_subcommand(
      "import", "Set prices from LiteLLM's model_prices_and_context_window.json (download it first)");
  command->add_option("file", options->file, "The file; - is standard input")->required();
  command->add_option("--model", options->models, "Only this model, by its name in the file; may be repeated");
  command->add_option("--from", options->valid_from, "First day of the prices, YYYY-MM-DD, UTC (default: today)");
  command->add_option("--source", options->source, "Where the prices were read");
  command->add_flag("--dry-run", options->dry_run, "Say what would be set, and set nothing");
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return import_prices(program, *options); }; });
}

}  // namespace

void add_price_commands(CLI::App& app, Program& program, Action& chosen) {
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
  add_price_import(*prices, program, chosen);
}

}  // namespace pianola::server
