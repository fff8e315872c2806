// pianola prices list|set|remove|import
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/list_text.h"
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
  double cache_write_5m = -1;
  double cache_write_1h = -1;
};

struct PriceRemoval {
  std::string model;
  std::string valid_from;
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

// What a change of prices did to what was booked; empty where nothing was executed with these models.
std::string rebooked_text(const Rebooked& rebooked) {
  std::string text;
  if (rebooked.unpriced != rebooked.unpriced_before) {
    text = std::to_string(rebooked.unpriced) + " of " + std::to_string(rebooked.executions) +
           " executions have no known cost now; before, " + std::to_string(rebooked.unpriced_before) + " had none\n";
  }
  if (!rebooked.unpriced_since.empty()) {
    text += "Still without a price: what was executed since " + rebooked.unpriced_since + ". Set it with --from " +
            rebooked.unpriced_since + "\n";
  }
  return text;
}

// What a new price of a known model leaves out that the old one had.
std::string left_out_text(const ModelPrice& before, const ModelPrice& price) {
  std::vector<std::string> lost;
  if (before.prices.cached_input && !price.prices.cached_input) lost.emplace_back("cached input");
  if (before.prices.cache_write_5m && !price.prices.cache_write_5m) lost.emplace_back("cache writes of 5 minutes");
  if (before.prices.cache_write_1h && !price.prices.cache_write_1h) lost.emplace_back("cache writes of an hour");
  for (const PriceTier& tier : before.tiers) {
    lost.push_back("prompts above " + std::to_string(tier.above_prompt_tokens) + " tokens");
  }
  if (lost.empty()) return {};
  return "The price until then had others for " + list_text(lost) +
         ": these cost the prices given now (tiers come with prices import)\n";
}

// The price as it was asked for; the model's names, tokenizer and batches stay what they are.
Result<ModelPrice> price_of(const PriceOptions& options, const PriceBook& book, Timestamp now) {
  const std::string model = book.canonical_model(options.model);
  if (model.find_first_of(" \t\r\n") != std::string::npos) {
    return refuse("bad_value", in_quotes(options.model) + " is no model's name: there is white space in it.");
  }
  Json json = {{"provider", options.provider},
               {"model", model},
               {"input", options.input},
               {"output", options.output},
               {"source", options.source}};
  json["valid_from"] = options.valid_from.empty() ? now.date() : options.valid_from;
  if (options.cached_input >= 0) json["cached_input"] = options.cached_input;
  if (options.cache_write_5m >= 0) json["cache_write_5m"] = options.cache_write_5m;
  if (options.cache_write_1h >= 0) json["cache_write_1h"] = options.cache_write_1h;
  Result<ModelPrice> price = decode_price(json);
  const ModelPrice* before = price ? book.price_at(model, price->valid_from) : nullptr;
  if (before == nullptr) return price;
  price->aliases = before->aliases;
  price->tokenizer_factor = before->tokenizer_factor;
  price->batch_percent = before->batch_percent;
  return price;
}

int set_price(Program& program, const PriceOptions& options) {
  program.makes_store = true;
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const PriceBook book = workflow::price_book(program.environment(), *actor);
  const auto price = price_of(options, book, program.clock().now());
  if (!price) return program.fail(price.error());
  const Rebooked rebooked = set_prices(program.environment(), *actor, {*price});
  if (program.json) {
    print_json(program.out(), encode_price(*price));
    return kSuccess;
  }
  program.out() << price->model << ": " << options.input << " in, " << options.output
                << " out, USD per million tokens, from " << price->valid_from.date() << '\n';
  if (const ModelPrice* before = book.price_at(price->model, price->valid_from)) {
    program.out() << left_out_text(*before, *price);
  }
  program.out() << rebooked_text(rebooked);
  return kSuccess;
}

int remove_price(Program& program, const PriceRemoval& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  std::optional<Timestamp> from;
  if (!options.valid_from.empty()) {
    const Result<Timestamp> day = Timestamp::from_date(options.valid_from);
    if (!day) return program.fail(day.error());
    from = *day;
  }
  const std::string model = workflow::price_book(program.environment(), *actor).canonical_model(options.model);
  const auto removed = remove_prices(program.environment(), *actor, model, from);
  if (!removed) return program.fail(removed.error());
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const ModelPrice& price : removed->prices) list.push_back(encode_price(price));
    print_json(program.out(), {{"removed", std::move(list)}});
    return kSuccess;
  }
  for (const ModelPrice& price : removed->prices) {
    program.out() << price.model << ": the price from " << price.valid_from.date() << " is taken back\n";
  }
  program.out() << rebooked_text(removed->rebooked);
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
  constexpr std::size_t kMostListed = 40;
  std::vector<std::string> names;
  for (const ModelPrice& price : read.prices) names.push_back(price.model);
  if (!names.empty()) program.out() << list_text(names, "", kMostListed) << '\n';
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
  Rebooked rebooked;
  if (!options.dry_run) rebooked = set_prices(program.environment(), *actor, read->prices);
  print_import(program, options, *read);
  if (!program.json) program.out() << rebooked_text(rebooked);
  return kSuccess;
}

void add_price_removal(CLI::App& prices, Program& program, Action& chosen) {
  auto options = std::make_shared<PriceRemoval>();
  CLI::App* command = prices.add_subcommand("remove", "Take back a price that was set in this workspace");
  command->add_option("model", options->model, "Its name")->required();
  command->add_option("--from", options->valid_from, "Only the price from this day on, YYYY-MM-DD (default: all)");
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return remove_price(program, *options); }; });
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
  set->add_option("--cache-write-5m", options->cache_write_5m, "USD per million tokens");
  set->add_option("--cache-write-1h", options->cache_write_1h, "USD per million tokens");
  set->add_option("--provider", options->provider, "Whose model");
  set->add_option("--from", options->valid_from, "First day, YYYY-MM-DD, UTC (default: today)");
  set->add_option("--source", options->source, "Where the price was read");
  set->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return set_price(program, *options); }; });
  add_price_removal(*prices, program, chosen);
  add_price_import(*prices, program, chosen);
}

}  // namespace pianola::server
