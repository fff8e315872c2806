#include "workflow/litellm_prices.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace pianola::workflow {
namespace {

constexpr double kTokensOfAPrice = 1e6;

// USD per token as USD per million tokens; null where the member is absent.
Json per_million(const Json& record, const std::string& name) {
  const auto member = record.find(name);
  if (member == record.end() || !member->is_number()) return {};
  // Rounded at the finest price there is, so that 1.5e-07 * 1e6 is 0.15.
  return std::nearbyint(member->get<double>() * kTokensOfAPrice * 1e9) / 1e9;
}

// The prices by our names; `suffix` picks a tier.
Json kinds_of_record(const Json& record, const std::string& suffix) {
  const std::pair<const char*, std::string> members[] = {
      {"input", "input_cost_per_token" + suffix},
      {"output", "output_cost_per_token" + suffix},
      {"cached_input", "cache_read_input_token_cost" + suffix},
      {"cache_write_5m", "cache_creation_input_token_cost" + suffix},
      {"cache_write_1h", "cache_creation_input_token_cost_above_1hr" + suffix}};
  Json kinds = Json::object();
  for (const auto& [ours, theirs] : members) {
    if (Json price = per_million(record, theirs); !price.is_null()) kinds[ours] = std::move(price);
  }
  return kinds;
}

// "_above_200k_tokens" by 200000, of every member that has such an end.
std::map<std::int64_t, std::string> tiers_of(const Json& record) {
  static const RE2 pattern(R"((?:input|output)_cost_per_token(_above_(\d{1,6})k_tokens))");
  std::map<std::int64_t, std::string> tiers;
  for (const auto& [name, value] : record.items()) {
    std::string suffix;
    std::int64_t thousands = 0;
    if (value.is_number() && RE2::FullMatch(name, pattern, &suffix, &thousands)) tiers[thousands * 1000] = suffix;
  }
  return tiers;
}

// A kind that a tier does not name costs what it costs below.
Json tier_of(const Json& record, const Json& below, std::int64_t above, const std::string& suffix) {
  Json tier = kinds_of_record(record, suffix);
  for (const auto& [kind, price] : below.items()) {
    if (!tier.contains(kind)) tier[kind] = price;
  }
  tier["above_prompt_tokens"] = above;
  return tier;
}

bool is_text_model(const Json& record) {
  const std::string mode = record.value("mode", Json("chat")).is_string() ? record.value("mode", "chat") : "";
  return mode == "chat" || mode == "completion" || mode == "responses";
}

// Our JSON of one record, or null where it gives no price.
Json price_of(const std::string& name, const Json& record) {
  Json price = kinds_of_record(record, "");
  if (!price.contains("input") || !price.contains("output")) return {};
  if (price["input"] == 0 && price["output"] == 0) return {};
  for (const auto& [above, suffix] : tiers_of(record)) {
    price["tiers"].push_back(tier_of(record, kinds_of_record(record, ""), above, suffix));
  }
  if (const Json batch = per_million(record, "input_cost_per_token_batches"); batch.is_number() && price["input"] > 0) {
    price["batch_percent"] = static_cast<int>(std::lround(batch.get<double>() / price["input"].get<double>() * 100));
  }
  const Json provider = record.value("litellm_provider", Json("unknown"));
  price["provider"] = provider.is_string() ? provider : Json("unknown");
  price["model"] = name;
  return price;
}

// Names and tokenizers are the model's, whoever tells its price. Prices that the file does not name stay, where those
// of input and output are the same: it often leaves out batches, caches and tiers.
void keep_known(const ModelPrice& known, ModelPrice& read) {
  read.tokenizer_factor = known.tokenizer_factor;
  if (known.model == read.model) read.aliases = known.aliases;
  if (known.prices.input != read.prices.input || known.prices.output != read.prices.output) return;
  const auto keep = [](auto& mine, const auto& theirs) {
    if (!mine) mine = theirs;
  };
  keep(read.prices.cached_input, known.prices.cached_input);
  keep(read.prices.cache_write_5m, known.prices.cache_write_5m);
  keep(read.prices.cache_write_1h, known.prices.cache_write_1h);
  keep(read.batch_percent, known.batch_percent);
  if (read.tiers.empty()) read.tiers = known.tiers;
}

bool same_prices(const ModelPrice& a, const ModelPrice& b) {
  return a.prices == b.prices && a.tiers == b.tiers && a.batch_percent == b.batch_percent;
}

bool is_wanted(const std::string& name, const std::vector<std::string>& only) {
  return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
}

}  // namespace

Result<LitellmPrices> read_litellm_prices(const Json& json, const PriceBook& known, Timestamp from,
                                          const std::vector<std::string>& only, const std::string& source) {
  if (!json.is_object()) {
    return refuse("bad_prices", "The file is no list of prices as LiteLLM publishes it: an object by model name.");
  }
  LitellmPrices read;
  for (const auto& [name, record] : json.items()) {
    if (name == "sample_spec" || !is_wanted(name, only)) continue;
    Json price = record.is_object() && is_text_model(record) ? price_of(name, record) : Json();
    if (price.is_null()) {
      ++read.without_price;
      continue;
    }
    price["valid_from"] = from.date();
    price["source"] = source;
    Result<ModelPrice> decoded = decode_price(price);
    if (!decoded) {
      read.unusable.push_back(name + ": " + decoded.error().message);
      continue;
    }
    const ModelPrice* before = known.price_at(decoded->model, from);
    if (before != nullptr) keep_known(*before, *decoded);
    if (before != nullptr && same_prices(*before, *decoded)) {
      ++read.unchanged;
    } else {
      read.prices.push_back(std::move(*decoded));
    }
  }
  if (read.prices.empty() && read.unchanged == 0 && only.empty()) {
    return refuse("bad_prices", "The file holds no price: is it LiteLLM's model_prices_and_context_window.json?");
  }
  return read;
}

}  // namespace pianola::workflow
