// Token counts of model requests by kind, each with its source.
// Thread rule: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace pianola::workflow {

// How token counts are known: told by the caller, matched with the provider's, or counted by us.
enum class UsageSource { reported, reconciled, estimated };

// Tokens of one usage record: one model request, or a reported sum of several.
struct Usage {
  std::int64_t input = 0;  // without cached ones
  std::int64_t cached_input = 0;
  std::int64_t cache_write_5m = 0;
  std::int64_t cache_write_1h = 0;
  std::int64_t output = 0;
  std::string model;                           // canonical name where known, else as reported
  std::optional<std::int64_t> largest_prompt;  // of a sum: the largest request's prompt, which picks the tier
  bool batch = false;
  UsageSource source = UsageSource::reported;

  // What a provider counts as the prompt: input, cache reads and cache writes.
  std::int64_t prompt() const { return input + cached_input + cache_write_5m + cache_write_1h; }
  // All tokens, output included.
  std::int64_t total() const { return prompt() + output; }
  bool operator==(const Usage&) const = default;
};

inline constexpr std::int64_t kMaxTokens = 1'000'000'000'000;  // a record beyond it is a slip, and would overflow

// Decodes the `usage` argument of a tool: {input_tokens, cached_input_tokens, cache_write_5m_tokens,
// cache_write_1h_tokens, output_tokens, model, largest_prompt_tokens, batch}. Refuses ("bad_usage") unknown names,
// negative or fractional counts, and records without any tokens.
Result<Usage> decode_usage(const Json& json);

// The same names back, zero counts left out.
OrderedJson encode_usage(const Usage& usage);

// The same with the source, for what is kept: "source" is left out where it is `reported`.
OrderedJson encode_sourced_usage(const Usage& usage);
// Reads it back. Refuses ("bad_usage") what decode_usage refuses, and an unknown source.
Result<Usage> decode_sourced_usage(Json json);

// Its name in JSON.
std::string_view to_string(UsageSource source);

}  // namespace pianola::workflow
