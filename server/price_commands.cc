// pianola prices list|set|remove|import
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <ostream>

#include "base/counted.h"
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

// USD per million tokens; what is absent stays as it is, where the model has a price.
struct PriceOptions {
  std::string model;
  std::string provider;
  std::string valid_from;
  std::string source = "set by hand";
  std::optional<double> input;
  std::optional<double> output;
  std::optional<double> cached_input;
  std::optional<double> cache_write_5m;
  std::optional<double> cache_write_1h;
  std::optional<int> batch_percent;
  std::optional<double> tokenizer_factor;
  bool without_tiers = false;
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

OrderedJson rebooked_json(const Rebooked& rebooked) {
  OrderedJson json = {{"executions", rebooked.executions},
                      {"changed", rebooked.changed},
                      {"unpriced_before", rebooked.unpriced_before},
                      {"unpriced", rebooked.unpriced}};
  if (!rebooked.unpriced_since.empty()) json["unpriced_since"] = rebooked.unpriced_since;
  return json;
}

// What a change of prices did to what was booked; empty where nothing was executed with these models.
std::string rebooked_text(const Rebooked& rebooked) {
  std::string text;
  if (rebooked.changed > 0) {
    text = std::to_string(rebooked.changed) + (rebooked.changed == 1 ? " execution is" : " executions are") +
           " booked at the new prices\n";
  }
  if (rebooked.unpriced != rebooked.unpriced_before) {
    text += "Without a known cost: " + std::to_string(rebooked.unpriced) + " of " +
            counted(rebooked.executions, "execution") + ", before " + std::to_string(rebooked.unpriced_before) + "\n";
  }
  if (!rebooked.unpriced_since.empty()) {
    text += "Still without a price: what was executed since " + rebooked.unpriced_since + ". Set it with --from " +
            rebooked.unpriced_since + "\n";
  }
  return text;
}

// What a new price of a known model has from the one until then, because nothing else was said.
std::vector<std::string> kept_parts(const PriceOptions& options, const ModelPrice& price) {
  std::vector<std::string> kept;
  const auto look = [&](const char* what, bool is_given, const std::optional<PricePerMillion>& kind) {
    if (!is_given && kind) kept.push_back(std::string(what) + " " + Money::from_nanos(kind->nanos()).unit_text());
  };
  look("input", options.input.has_value(), price.prices.input);
  look("output", options.output.has_value(), price.prices.output);
  look("cached input", options.cached_input.has_value(), price.prices.cached_input);
  look("cache writes of 5 minutes", options.cache_write_5m.has_value(), price.prices.cache_write_5m);
  look("cache writes of an hour", options.cache_write_1h.has_value(), price.prices.cache_write_1h);
  for (const PriceTier& tier : price.tiers) {
    kept.push_back("all prices of prompts above " + std::to_string(tier.above_prompt_tokens) + " tokens");
  }
  if (!options.batch_percent && price.batch_percent)
    kept.push_back("batches at " + std::to_string(*price.batch_percent) + " %");
  return kept;
}

// The price as it was asked for, over the one that the model has on that day.
Result<ModelPrice> price_of(const PriceOptions& options, const ModelPrice* before, const std::string& model,
                            const std::string& valid_from) {
  OrderedJson json = before == nullptr ? OrderedJson::object() : encode_price(*before);
  json["model"] = model;
  json["valid_from"] = valid_from;
  json["source"] = options.source;
  json["provider"] = options.provider.empty() ? json.value("provider", "own") : options.provider;
  const auto put = [&](const char* member, const auto& value) {
    if (value) json[member] = *value;
  };
  put("input", options.input);
  put("output", options.output);
  put("cached_input", options.cached_input);
  put("cache_write_5m", options.cache_write_5m);
  put("cache_write_1h", options.cache_write_1h);
  put("batch_percent", options.batch_percent);
  put("tokenizer_factor", options.tokenizer_factor);
  if (options.without_tiers) json.erase("tiers");
  return decode_price(Json(json));
}

// What the price is set over, or why it cannot be set.
struct PriceBasis {
  std::string model;
  std::string valid_from;
  const ModelPrice* before = nullptr;
};

Result<PriceBasis> basis_of(const PriceOptions& options, const PriceBook& book, Timestamp now) {
  PriceBasis basis{book.canonical_model(options.model), options.valid_from};
  if (basis.model.find_first_of(" \t\r\n") != std::string::npos) {
    return refuse("bad_value", in_quotes(options.model) + " is no model's name: there is white space in it.");
  }
  if (basis.valid_from.empty()) basis.valid_from = now.date();
  const Result<Timestamp> from = Timestamp::from_date(basis.valid_from);
  if (!from) return refuse(from.error());
  basis.before = book.price_at(basis.model, *from);
  if (basis.before == nullptr && (!options.input || !options.output)) {
    return refuse("missing_field", "Give --input and --output: " + basis.model + " has no price on " +
                                       basis.valid_from + "." + did_you_mean(basis.model, book.model_names()));
  }
  return basis;
}

void print_set_price(Program& program, const ModelPrice& price, const std::vector<std::string>& kept,
                     const Rebooked& rebooked) {
  if (program.json) {
    OrderedJson json = encode_price(price);
    json["kept"] = kept;
    json["rebooked"] = rebooked_json(rebooked);
    return print_json(program.out(), json);
  }
  program.out() << price.model << ": " << Money::from_nanos(price.prices.input.nanos()).unit_text() << " in, "
                << Money::from_nanos(price.prices.output.nanos()).unit_text() << " out, per million tokens, from "
                << price.valid_from.date() << '\n';
  if (!kept.empty()) program.out() << "Kept from the price until then: " << list_text(kept, "") << '\n';
  program.out() << rebooked_text(rebooked);
}

int set_price(Program& program, const PriceOptions& options) {
  program.makes_store = true;
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const PriceBook book = workflow::price_book(program.environment(), *actor);
  const auto basis = basis_of(options, book, program.clock().now());
  if (!basis) return program.misuse(basis.error());
  const auto price = price_of(options, basis->before, basis->model, basis->valid_from);
  if (!price) return program.misuse(price.error());
  const auto kept = basis->before == nullptr ? std::vector<std::string>() : kept_parts(options, *price);
  print_set_price(program, *price, kept, set_prices(program.environment(), *actor, {*price}));
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
    print_json(program.out(), {{"removed", std::move(list)}, {"rebooked", rebooked_json(removed->rebooked)}});
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
  program.out() << counted(std::ssize(read.prices), "price") << (options.dry_run ? " would be set, " : " set, ")
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
  CLI::App* set =
      prices->add_subcommand("set", "Set a model's price in this workspace; what is not given stays as it is");
  set->add_option("model", options->model, "Its name")->required();
  set->add_option("--input", options->input, "USD per million tokens; needed where the model has no price yet");
  set->add_option("--output", options->output, "The same");
  set->add_option("--cached-input", options->cached_input, "USD per million tokens");
  set->add_option("--cache-write-5m", options->cache_write_5m, "USD per million tokens");
  set->add_option("--cache-write-1h", options->cache_write_1h, "USD per million tokens");
  set->add_option("--batch-percent", options->batch_percent, "What a batch costs of these prices");
  set->add_option("--tokenizer-factor", options->tokenizer_factor,
                  "Tokens of the same text against the older tokenizers' (docs/accounts.md)");
  set->add_flag("--no-tiers", options->without_tiers, "Long prompts cost the same as short ones");
  set->add_option("--provider", options->provider, "Whose model");
  set->add_option("--from", options->valid_from, "First day, YYYY-MM-DD, UTC (default: today)");
  set->add_option("--source", options->source, "Where the price was read");
  set->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return set_price(program, *options); }; });
  add_price_removal(*prices, program, chosen);
  add_price_import(*prices, program, chosen);
}

}  // namespace pianola::server
