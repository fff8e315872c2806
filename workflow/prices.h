// What a model's tokens cost, by kind, valid from a date; the built-in catalogue (prices.json, with sources) and what a
// workspace set itself. An unknown model has no price: it is unpriced, never free, and a prefix is not a model.
// Thread rule: a PriceBook is immutable once built and may be read from any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "workflow/money.h"
#include "workflow/usage.h"

namespace pianola::workflow {

// Prices by kind. A kind without a price costs its input price (docs/accounts.md).
struct KindPrices {
  PricePerMillion input;
  std::optional<PricePerMillion> cached_input;
  std::optional<PricePerMillion> cache_write_5m;
  std::optional<PricePerMillion> cache_write_1h;
  PricePerMillion output;
  bool operator==(const KindPrices&) const = default;
};

// Requests whose prompt is larger than `above_prompt_tokens` cost these prices, on every token of the request.
struct PriceTier {
  std::int64_t above_prompt_tokens = 0;
  KindPrices prices;
  bool operator==(const PriceTier&) const = default;
};

// One model's prices from one date on.
struct ModelPrice {
  std::string provider;
  std::string model;                 // canonical name
  std::vector<std::string> aliases;  // other names people use; each belongs to one model
  Timestamp valid_from;
  KindPrices prices;
  std::vector<PriceTier> tiers;      // by rising above_prompt_tokens
  std::optional<int> batch_percent;  // what a batch costs of these prices, every kind and tier; absent: no batch price
  std::optional<double> tokenizer_factor;  // tokens of the same text against older Claude's (docs/accounts.md)
  std::string source;                      // where the price was read, with its date
  bool operator==(const ModelPrice&) const = default;
};

// What a usage record costs, or why that is not known.
struct PricedUsage {
  Money cost;
  bool tier_uncertain = false;  // a sum without largest_prompt_tokens that crosses a tier: the dearer tier was taken
};

// The prices that a workspace works with, by model, alias and date. Copies share their prices, which never change.
class PriceBook {
 public:
  // The built-in catalogue, overridden by `own` (later dates win; equal model and date: own wins). The catalogue is
  // read once in a process's life, when it is first asked for.
  static PriceBook with(const std::vector<ModelPrice>& own);

  // The canonical name of a model or alias, or the text itself, trimmed and in lower case, where it is unknown. Case,
  // surrounding white space, what resellers put around a name ("anthropic/claude-haiku-4.5", "us.anthropic....-v1:0"),
  // blanks for hyphens ("Claude Haiku 4.5") and a Claude's snapshot date make no difference. Empty becomes "unknown".
  std::string canonical_model(std::string_view name) const;
  // The canonical name of the model that a usage is of: the one that it names, else whoever told it.
  std::string model_of(const Usage& usage, std::string_view teller) const;
  // The price of a model at a time, or null: unpriced.
  const ModelPrice* price_at(std::string_view model, Timestamp at) const;
  // Cost of one record, each kind rounded once; nothing where the model has no price at that time.
  std::optional<PricedUsage> price(const Usage& usage, Timestamp at) const;
  // Everything, by model then date.
  const std::vector<ModelPrice>& all() const { return table_->prices; }
  // Every canonical name once, sorted; for completion and near names.
  std::vector<std::string> model_names() const;

 private:
  struct Table {
    std::vector<ModelPrice> prices;
    std::map<std::string, std::string, std::less<>> canonical_by_alias;
  };
  explicit PriceBook(std::shared_ptr<const Table> table) : table_(std::move(table)) {}
  static std::shared_ptr<const Table> table_of(const std::vector<ModelPrice>& own);

  std::shared_ptr<const Table> table_;
};

// The JSON of one price in prices.json and of `pianola prices list --json`, both ways; USD per million tokens.
Result<ModelPrice> decode_price(const Json& json);
// The inverse of decode_price; what is absent is left out.
OrderedJson encode_price(const ModelPrice& price);

}  // namespace pianola::workflow
