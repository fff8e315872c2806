// A file of prices, in the form that LiteLLM publishes and in our own. What is read is never free, and comes back from
// its encoding; known prices are not new.
#include "tests/fuzz/fuzz.h"
#include "workflow/litellm_prices.h"

namespace {

using namespace pianola;            // NOLINT: a program of its own
using namespace pianola::workflow;  // NOLINT

void check_litellm(const Json& json) {
  const Timestamp from = Timestamp::from_date("2026-11-25").value();
  const PriceBook known = PriceBook::with({});
  const auto read = read_litellm_prices(json, known, from, {}, "fuzz");
  if (!read) return;
  for (const ModelPrice& price : read->prices) {
    const Result<ModelPrice> again = decode_price(Json(encode_price(price)));
    fuzz::require(again.has_value(), "a price that was read can be stored", encode_price(price).dump());
    fuzz::require(encode_price(*again) == encode_price(price), "a price comes back", encode_price(price).dump());
  }
  const auto second = read_litellm_prices(json, PriceBook::with(read->prices), from, {}, "fuzz");
  fuzz::require(second && second->prices.empty(), "known prices are not new", json.dump());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Json> json = parse_json(fuzz::text_of(data, size));
  if (!json) return 0;
  check_litellm(*json);
  const Result<ModelPrice> price = decode_price(*json);
  if (!price) return 0;
  const Result<ModelPrice> again = decode_price(Json(encode_price(*price)));
  fuzz::require(again && encode_price(*again) == encode_price(*price), "a price comes back",
                encode_price(*price).dump());
  return 0;
}
