#include "workflow/usage.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "schema/describe.h"

namespace pianola::workflow {

const schema::Description<Usage>& describe(schema::Of<Usage>) {
  static const auto description =
      schema::Description<Usage>()
          .optional("input_tokens", &Usage::input, "Without cached ones.")
          .optional("cached_input_tokens", &Usage::cached_input, "Read from the cache.")
          .optional("cache_write_5m_tokens", &Usage::cache_write_5m, "Written for five minutes.")
          .optional("cache_write_1h_tokens", &Usage::cache_write_1h, "Written for an hour.")
          .optional("output_tokens", &Usage::output, "All that was generated.")
          .optional("model", &Usage::model, "Whose tokens.")
          .optional("largest_prompt_tokens", &Usage::largest_prompt, "Of a sum: the largest request's prompt.")
          .optional("batch", &Usage::batch, "Run at the batch price.");
  return description;
}

namespace {

// What providers call the counts, and what they are here.
constexpr std::pair<std::string_view, std::string_view> kProvidersNames[] = {
    {"prompt_tokens", "input_tokens (without cached ones)"},
    {"completion_tokens", "output_tokens"},
    {"cache_read_input_tokens", "cached_input_tokens"},
    {"cached_tokens", "cached_input_tokens (and not in input_tokens)"},
    {"cache_creation_input_tokens", "cache_write_5m_tokens"},
    {"total_tokens", "input_tokens and output_tokens"}};

// Refuses a provider's own names, and says ours.
std::optional<Refusal> refuse_providers_names(const Json& json) {
  std::string text;
  std::string place;
  for (const auto& [theirs, ours] : kProvidersNames) {
    if (!json.is_object() || !json.contains(theirs)) continue;
    if (place.empty()) place = "/" + std::string(theirs);
    text += (text.empty() ? "Write " : "; ") + std::string(ours) + " instead of " + std::string(theirs);
  }
  if (text.empty()) return std::nullopt;
  return Refusal{"bad_usage", text + ".", place};
}

}  // namespace

Result<Usage> decode_usage(const Json& json) {
  if (const std::optional<Refusal> refusal = refuse_providers_names(json)) return refuse(*refusal);
  Result<Usage> usage = schema::decode_or_refuse<Usage>(json);
  if (!usage) {
    usage.error().code = "bad_usage";
    return usage;
  }
  const std::int64_t counts[] = {usage->input,          usage->cached_input, usage->cache_write_5m,
                                 usage->cache_write_1h, usage->output,       usage->largest_prompt.value_or(0)};
  for (const std::int64_t count : counts) {
    if (count < 0 || count > kMaxTokens) {
      return refuse("bad_usage",
                    "A token count must be between 0 and 10^12, but one is " + std::to_string(count) + ".");
    }
  }
  if (usage->total() == 0)
    return refuse("bad_usage", "The usage has no tokens: give input_tokens and output_tokens, or omit it.");
  return usage;
}

OrderedJson encode_usage(const Usage& usage) { return schema::encode(usage); }

OrderedJson encode_sourced_usage(const Usage& usage) {
  OrderedJson json = encode_usage(usage);
  if (usage.source != UsageSource::reported) json["source"] = to_string(usage.source);
  return json;
}

Result<Usage> decode_sourced_usage(Json json) {
  UsageSource source = UsageSource::reported;
  if (const auto given = json.find("source"); json.is_object() && given != json.end()) {
    const UsageSource known[] = {UsageSource::reported, UsageSource::reconciled, UsageSource::estimated};
    const auto* const named =
        std::find_if(std::begin(known), std::end(known), [&](UsageSource one) { return *given == to_string(one); });
    if (named == std::end(known)) return refuse("bad_usage", "No source of usage: " + dump_compact(*given) + ".");
    source = *named;
    json.erase("source");
  }
  Result<Usage> usage = decode_usage(json);
  if (usage) usage->source = source;
  return usage;
}

std::string_view to_string(UsageSource source) {
  switch (source) {
    case UsageSource::reported:
      return "reported";
    case UsageSource::reconciled:
      return "reconciled";
    case UsageSource::estimated:
      return "estimated";
  }
  return "";
}

}  // namespace pianola::workflow
