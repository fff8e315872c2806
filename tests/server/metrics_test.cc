#include "server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::server {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountsRequestsByMethodToolAndOutcome) {
  Metrics metrics({"tools/call", "tools/list", "workflow_get"});
  metrics.count_request({"tools/call", "workflow_get", "ok", 700});
  metrics.count_request({"tools/call", "workflow_get", "ok", 800'000});
  metrics.count_request({"tools/call", "workflow_get", "not_found", 20});
  metrics.count_request({"tools/list", "", "ok", 10});
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE pianola_requests_total counter\n"));
  EXPECT_THAT(text,
              HasSubstr("pianola_requests_total{method=\"tools/call\",tool=\"workflow_get\",outcome=\"ok\"} 2\n"));
  EXPECT_THAT(
      text, HasSubstr("pianola_requests_total{method=\"tools/call\",tool=\"workflow_get\",outcome=\"not_found\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pianola_requests_total{method=\"tools/list\",tool=\"\",outcome=\"ok\"} 1\n"));
}

TEST(Metrics, BucketsOfAHistogramHoldAllThatIsBelowTheirBound) {
  Metrics metrics({});
  for (const std::int64_t micros : {500, 501, 900'000, 99'000'000}) metrics.note_commit(micros);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("pianola_store_commit_seconds_bucket{le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pianola_store_commit_seconds_bucket{le=\"0.001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("pianola_store_commit_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("pianola_store_commit_seconds_bucket{le=\"10\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("pianola_store_commit_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("pianola_store_commit_seconds_count 4\n"));
  EXPECT_THAT(text, HasSubstr("pianola_store_commit_seconds_sum 99.901001\n"));
}

// A client that makes up names must not fill the memory, or a line.
TEST(Metrics, NamesThatClientsMakeUpAreOneOther) {
  Metrics metrics({"tools/call"});
  for (int i = 0; i < 100; ++i) {
    metrics.count_request({"made/up" + std::to_string(i), "", "-32601", 1});
    metrics.count_request({"tools/call", "made\nup" + std::to_string(i), "-32602", 1});
  }
  const std::string text = metrics.text();
  EXPECT_THAT(text, Not(HasSubstr("made")));
  EXPECT_THAT(text, HasSubstr("{method=\"other\",tool=\"\",outcome=\"-32601\"} 100\n"));
  EXPECT_THAT(text, HasSubstr("{method=\"tools/call\",tool=\"other\",outcome=\"-32602\"} 100\n"));
}

TEST(Metrics, LabelsAreEscaped) {
  std::string text;
  write_sample(text, "x", {{"a", "q\"b\\c\nd"}}, 1);
  EXPECT_EQ(text, "x{a=\"q\\\"b\\\\c\\nd\"} 1\n");
}

}  // namespace
}  // namespace pianola::server
