#include "workflow/prices.h"

#include <re2/re2.h>

#include <algorithm>
#include <tuple>

#include "base/ascii.h"
#include "base/embedded_file.h"
#include "base/fault.h"
#include "schema/describe.h"

namespace pianola::workflow {

std::span<const EmbeddedFile> embedded_files();

namespace {

// The JSON of one price: USD per million tokens.
struct PriceRecord {
  std::string provider;
  std::string model;
  std::vector<std::string> aliases;
  std::string valid_from;
  double input = 0;
  std::optional<double> cached_input;
  std::optional<double> cache_write_5m;
  std::optional<double> cache_write_1h;
  double output = 0;
  std::vector<Json> tiers;
  std::optional<int> batch_percent;
  std::optional<double> tokenizer_factor;
  std::string source;
};

// A tier's prices, and where they begin.
struct TierRecord {
  std::int64_t above_prompt_tokens = 0;
  double input = 0;
  std::optional<double> cached_input;
  std::optional<double> cache_write_5m;
  std::optional<double> cache_write_1h;
  double output = 0;
};

// The members that a price and a tier share.
template <class Record>
void describe_kinds(schema::Description<Record>& description) {
  description.required("input", &Record::input, "USD per million tokens.")
      .optional("cached_input", &Record::cached_input, "USD per million tokens.")
      .optional("cache_write_5m", &Record::cache_write_5m, "USD per million tokens.")
      .optional("cache_write_1h", &Record::cache_write_1h, "USD per million tokens.")
      .required("output", &Record::output, "USD per million tokens.");
}

const schema::Description<TierRecord>& describe(schema::Of<TierRecord>) {
  static const auto description = [] {
    auto made = schema::Description<TierRecord>();
    made.required("above_prompt_tokens", &TierRecord::above_prompt_tokens, "Where the tier begins.");
    describe_kinds(made);
    return made;
  }();
  return description;
}

const schema::Description<PriceRecord>& describe(schema::Of<PriceRecord>) {
  static const auto description = [] {
    auto made = schema::Description<PriceRecord>();
    made.required("provider", &PriceRecord::provider, "anthropic, openai, google, ...")
        .required("model", &PriceRecord::model, "Its name.")
        .optional("aliases", &PriceRecord::aliases, "Other names.")
        .required("valid_from", &PriceRecord::valid_from, "YYYY-MM-DD, UTC.");
    describe_kinds(made);
    made.optional("tiers", &PriceRecord::tiers, "Prices above a prompt's size.")
        .optional("batch_percent", &PriceRecord::batch_percent, "What a batch costs.")
        .optional("tokenizer_factor", &PriceRecord::tokenizer_factor, "Against older tokenizers.")
        .required("source", &PriceRecord::source, "Where the price was read.");
    return made;
  }();
  return description;
}

Result<std::optional<PricePerMillion>> optional_price(const std::optional<double>& usd) {
  if (!usd) return std::optional<PricePerMillion>();
  const Result<PricePerMillion> price = PricePerMillion::from_usd(*usd);
  if (!price) return refuse(price.error());
  return std::optional<PricePerMillion>(*price);
}

template <class Record>
Result<KindPrices> kinds_of(const Record& record) {
  const auto input = PricePerMillion::from_usd(record.input);
  const auto output = PricePerMillion::from_usd(record.output);
  const auto cached = optional_price(record.cached_input);
  const auto write_5m = optional_price(record.cache_write_5m);
  const auto write_1h = optional_price(record.cache_write_1h);
  if (!input || !output || !cached || !write_5m || !write_1h) {
    return refuse("bad_amount", "A price in USD per million tokens must be a number from 0 to 9,000,000,000.");
  }
  return KindPrices{*input, *cached, *write_5m, *write_1h, *output};
}

double usd_of(PricePerMillion price) { return static_cast<double>(price.nanos()) / 1e9; }

void encode_kinds(OrderedJson& json, const KindPrices& prices) {
  json["input"] = usd_of(prices.input);
  if (prices.cached_input) json["cached_input"] = usd_of(*prices.cached_input);
  if (prices.cache_write_5m) json["cache_write_5m"] = usd_of(*prices.cache_write_5m);
  if (prices.cache_write_1h) json["cache_write_1h"] = usd_of(*prices.cache_write_1h);
  json["output"] = usd_of(prices.output);
}

std::string trimmed_lower(std::string_view text) { return lower_case(trimmed(text)); }

// The name without what a reseller puts around it: "us.anthropic.claude-haiku-4-5-20251001-v1:0" (Amazon Bedrock),
// "claude-haiku-4-5@20251001" (Vertex AI), "anthropic/claude-haiku-4.5" (OpenRouter). Only looked up, never guessed at:
// what is left must still be a known name as a whole.
std::string without_wrapping(std::string name) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string::npos) name.erase(0, slash + 1);
  constexpr std::string_view kVendor = "anthropic.";
  if (const std::size_t vendor = name.find(kVendor); vendor != std::string::npos)
    name.erase(0, vendor + kVendor.size());
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '_'; }, '-');
  static const RE2 kFamily("^(fable|opus|sonnet|haiku)-[0-9]");
  if (RE2::PartialMatch(name, kFamily)) name.insert(0, "claude-");
  if (!name.starts_with("claude-")) return name;
  static const RE2 kRevision("(-v[0-9]+(:[0-9]+)?|\\[1m\\])$");
  RE2::Replace(&name, kRevision, "");
  std::replace(name.begin(), name.end(), '@', '-');
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

// Other ways to write the name of a Claude: a snapshot's date, which never had a price of its own at Anthropic (unlike
// OpenAI's), and the version before the family ("claude-4-5-haiku", "Claude Opus 3").
std::vector<std::string> other_spellings(std::string name) {
  static const RE2 kSnapshot("^(claude-.*[0-9].*)-(20[0-9]{6}|latest)$");
  static const RE2 kVersionFirst("^claude-([0-9]+(?:-[0-9])?)-([a-z]+)$");
  static const RE2 kFamilyFirst("^claude-([a-z]+)-([0-9]+(?:-[0-9])?)$");
  RE2::Replace(&name, kSnapshot, "\\1");
  std::vector<std::string> names{name};
  std::string swapped = name;
  const bool is_swapped =
      RE2::Replace(&swapped, kVersionFirst, "claude-\\2-\\1") || RE2::Replace(&swapped, kFamilyFirst, "claude-\\2-\\1");
  if (is_swapped) names.push_back(swapped);
  return names;
}

// Beyond these it is a slip; no two tokenizers differ so much.
bool is_factor(double factor) { return factor >= 0.1 && factor <= 10; }

// Built once, when the first price is asked for: starting up stays fast.
const std::vector<ModelPrice>& catalogue() {
  static const std::vector<ModelPrice> prices = [] {
    std::vector<ModelPrice> read;
    for (const EmbeddedFile& file : embedded_files()) {
      if (file.name != "prices.json") continue;
      const Result<Json> json = parse_json(file.text);
      if (!json) throw Fault(FaultKind::bug, "prices.json: " + json.error().message);
      for (const Json& each : (*json)["models"]) {
        Result<ModelPrice> price = decode_price(each);
        if (!price) throw Fault(FaultKind::bug, "prices.json: " + price.error().message);
        read.push_back(std::move(*price));
      }
    }
    return read;
  }();
  return prices;
}

// A model's tokenizer does not change with who sells it: a price of one's own keeps the catalogue's factor.
std::optional<double> known_factor(const std::string& model) {
  const auto known = std::ranges::find(catalogue(), model, &ModelPrice::model);
  return known == catalogue().end() ? std::nullopt : known->tokenizer_factor;
}

auto order_of(const ModelPrice& price) { return std::tie(price.model, price.valid_from); }

}  // namespace

Result<ModelPrice> decode_price(const Json& json) {
  const Result<PriceRecord> record = schema::decode_or_refuse<PriceRecord>(json);
  if (!record) return refuse(record.error());
  ModelPrice price;
  price.provider = record->provider;
  price.model = trimmed_lower(record->model);
  if (price.model.empty()) return refuse("bad_value", "\"model\" must name a model.", "/model");
  for (const std::string& alias : record->aliases) price.aliases.push_back(trimmed_lower(alias));
  const Result<Timestamp> from = Timestamp::from_date(record->valid_from);
  if (!from) return refuse(from.error());
  price.valid_from = *from;
  const Result<KindPrices> kinds = kinds_of(*record);
  if (!kinds) return refuse(kinds.error());
  price.prices = *kinds;
  for (const Json& each : record->tiers) {
    const Result<TierRecord> tier = schema::decode_or_refuse<TierRecord>(each);
    if (!tier) return refuse(tier.error());
    const Result<KindPrices> tier_kinds = kinds_of(*tier);
    if (!tier_kinds) return refuse(tier_kinds.error());
    price.tiers.push_back({tier->above_prompt_tokens, *tier_kinds});
  }
  std::sort(price.tiers.begin(), price.tiers.end(),
            [](const PriceTier& a, const PriceTier& b) { return a.above_prompt_tokens < b.above_prompt_tokens; });
  price.batch_percent = record->batch_percent;
  if (record->tokenizer_factor && !is_factor(*record->tokenizer_factor)) {
    return refuse("bad_value", "\"tokenizer_factor\" must be a number from 0.1 to 10.", "/tokenizer_factor");
  }
  price.tokenizer_factor = record->tokenizer_factor;
  price.source = record->source;
  return price;
}

OrderedJson encode_price(const ModelPrice& price) {
  OrderedJson json = {{"provider", price.provider}, {"model", price.model}};
  if (!price.aliases.empty()) json["aliases"] = price.aliases;
  json["valid_from"] = price.valid_from.date();
  encode_kinds(json, price.prices);
  for (const PriceTier& tier : price.tiers) {
    OrderedJson tier_json = {{"above_prompt_tokens", tier.above_prompt_tokens}};
    encode_kinds(tier_json, tier.prices);
    json["tiers"].push_back(std::move(tier_json));
  }
  if (price.batch_percent) json["batch_percent"] = *price.batch_percent;
  if (price.tokenizer_factor) json["tokenizer_factor"] = *price.tokenizer_factor;
  json["source"] = price.source;
  return json;
}

std::shared_ptr<const PriceBook::Table> PriceBook::table_of(const std::vector<ModelPrice>& own) {
  Table table;
  table.prices = catalogue();
  for (ModelPrice price : own) {
    if (!price.tokenizer_factor) price.tokenizer_factor = known_factor(price.model);
    const auto same = std::find_if(table.prices.begin(), table.prices.end(),
                                   [&](const ModelPrice& known) { return order_of(known) == order_of(price); });
    if (same == table.prices.end()) {
      table.prices.push_back(price);
    } else {
      *same = price;
    }
  }
  std::stable_sort(table.prices.begin(), table.prices.end(),
                   [](const ModelPrice& a, const ModelPrice& b) { return order_of(a) < order_of(b); });
  for (const ModelPrice& price : table.prices) {
    for (const std::string& alias : price.aliases) table.canonical_by_alias[alias] = price.model;
  }
  // A model's own name wins over an alias of another.
  for (const ModelPrice& price : table.prices) table.canonical_by_alias[price.model] = price.model;
  return std::make_shared<const Table>(std::move(table));
}

PriceBook PriceBook::with(const std::vector<ModelPrice>& own) {
  static const auto kBuiltIn = table_of({});
  return PriceBook(own.empty() ? kBuiltIn : table_of(own));
}

std::string PriceBook::canonical_model(std::string_view name) const {
  std::string lower = trimmed_lower(name);
  if (lower.empty()) return "unknown";
  const auto& known = table_->canonical_by_alias;
  if (const auto named = known.find(lower); named != known.end()) return named->second;
  const std::string bare = without_wrapping(lower);
  if (const auto named = known.find(bare); named != known.end()) return named->second;
  if (!bare.starts_with("claude-")) return lower;
  for (const std::string& spelling : other_spellings(bare)) {
    if (const auto named = known.find(spelling); named != known.end()) return named->second;
  }
  return lower;
}

std::string PriceBook::model_of(const Usage& usage, std::string_view teller) const {
  return canonical_model(usage.model.empty() ? teller : std::string_view(usage.model));
}

const ModelPrice* PriceBook::price_at(std::string_view model, Timestamp at) const {
  const std::string name = canonical_model(model);
  const ModelPrice* found = nullptr;
  for (const ModelPrice& price : table_->prices) {
    if (price.model == name && price.valid_from <= at) found = &price;
  }
  return found;
}

std::optional<PricedUsage> PriceBook::price(const Usage& usage, Timestamp at) const {
  const ModelPrice* model = price_at(usage.model, at);
  if (model == nullptr) return std::nullopt;
  PricedUsage priced;
  const KindPrices* prices = &model->prices;
  const std::int64_t prompt = usage.largest_prompt.value_or(usage.prompt());
  for (const PriceTier& tier : model->tiers) {
    if (prompt <= tier.above_prompt_tokens) break;
    prices = &tier.prices;
    priced.tier_uncertain = !usage.largest_prompt;
  }
  const int share = usage.batch ? model->batch_percent.value_or(100) : 100;
  const auto add = [&](std::int64_t tokens, const std::optional<PricePerMillion>& price) {
    // The share is taken of the price, not of the product: rounded once.
    const PricePerMillion full = price.value_or(prices->input);
    priced.cost += PricePerMillion::from_nanos(full.nanos() * share / 100).of(tokens);
  };
  add(usage.input, prices->input);
  add(usage.cached_input, prices->cached_input);
  add(usage.cache_write_5m, prices->cache_write_5m);
  add(usage.cache_write_1h, prices->cache_write_1h);
  add(usage.output, prices->output);
  return priced;
}

std::vector<std::string> PriceBook::model_names() const {
  std::vector<std::string> names;
  for (const ModelPrice& price : table_->prices) {
    if (names.empty() || names.back() != price.model) names.push_back(price.model);
  }
  return names;
}

}  // namespace pianola::workflow
