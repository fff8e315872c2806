// Prices in the JSON that LiteLLM publishes (model_prices_and_context_window.json: USD per token, by model name).
// Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

#include "workflow/prices.h"

namespace pianola::workflow {

// What such a file brings, and what of it cannot be used.
struct LitellmPrices {
  std::vector<ModelPrice> prices;     // new or changed against `known`
  std::int64_t unchanged = 0;         // `known` has the same price
  std::int64_t without_price = 0;     // no text model, or no price above zero: nothing is ever made free
  std::vector<std::string> unusable;  // models whose record could not be read, with the reason
};

// Reads every text model's prices, valid from `from`: input, output, cache reads and writes (5 minutes, 1 hour), the
// tiers above a prompt's size, and batches. What `known` knows of a model beside its prices (aliases, tokenizer factor)
// is kept; prices that the file does not name, too, where input and output cost the same. `only`: these models alone;
// empty: all. Refuses ("bad_prices") what is no such file.
Result<LitellmPrices> read_litellm_prices(const Json& json, const PriceBook& known, Timestamp from,
                                          const std::vector<std::string>& only, const std::string& source);

}  // namespace pianola::workflow
