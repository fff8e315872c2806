#include "workflow/usage.h"

#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

TEST(Usage, DecodesEveryKind) {
  const Result<Usage> usage = decode_usage({{"input_tokens", 10},
                                            {"cached_input_tokens", 20},
                                            {"cache_write_5m_tokens", 30},
                                            {"cache_write_1h_tokens", 40},
                                            {"output_tokens", 50},
                                            {"model", "claude-haiku-5-5"},
                                            {"largest_prompt_tokens", 60},
                                            {"batch", true}});
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->prompt(), 100);
  EXPECT_EQ(usage->total(), 150);
  EXPECT_EQ(usage->model, "claude-haiku-5-5");
  EXPECT_EQ(usage->largest_prompt, 60);
  EXPECT_TRUE(usage->batch);
  EXPECT_EQ(usage->source, UsageSource::reported);
}

TEST(Usage, IsEncodedWithTheSameNames) {
  const Json json = {{"input_tokens", 10}, {"output_tokens", 5}, {"model", "m"}};
  EXPECT_EQ(Json(encode_usage(decode_usage(json).value())), json);
}

TEST(Usage, RefusesUnknownNamesNegativeAndFractionalCounts) {
  EXPECT_EQ(decode_usage({{"prompt_tokens", 10}}).error().code, "bad_usage");
  EXPECT_EQ(decode_usage({{"input_tokens", -1}, {"output_tokens", 5}}).error().code, "bad_usage");
  EXPECT_EQ(decode_usage({{"input_tokens", 1.5}}).error().code, "bad_usage");
  EXPECT_EQ(decode_usage({{"input_tokens", 2e12}}).error().code, "bad_usage");
  EXPECT_EQ(decode_usage({{"output_tokens", 5}, {"largest_prompt_tokens", -1}}).error().code, "bad_usage");
  EXPECT_EQ(decode_usage(Json::array()).error().code, "bad_usage");
}

TEST(Usage, RefusesARecordWithoutTokens) {
  EXPECT_EQ(decode_usage(Json::object()).error().code, "bad_usage");
  EXPECT_EQ(decode_usage({{"input_tokens", 0}, {"model", "m"}}).error().code, "bad_usage");
}

TEST(Usage, SourcesHaveTheirNames) {
  EXPECT_EQ(to_string(UsageSource::reported), "reported");
  EXPECT_EQ(to_string(UsageSource::reconciled), "reconciled");
  EXPECT_EQ(to_string(UsageSource::estimated), "estimated");
}

TEST(Usage, NamesThatProvidersUseAreAnsweredWithOurs) {
  const auto refused = decode_usage({{"prompt_tokens", 10}, {"completion_tokens", 2}});
  EXPECT_EQ(refused.error().code, "bad_usage");
  EXPECT_EQ(refused.error().message,
            "Write input_tokens (without cached ones) instead of prompt_tokens; output_tokens instead of "
            "completion_tokens.");
  EXPECT_EQ(refused.error().place, "/prompt_tokens");
}

}  // namespace
}  // namespace pianola::workflow
