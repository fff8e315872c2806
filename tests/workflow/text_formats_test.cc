// Patterns of formats: what the format allows passes, and plain mistakes do not.
#include "workflow/text_formats.h"

#include <gtest/gtest.h>

#include "schema/schema.h"

namespace pianola::workflow {
namespace {

bool passes(const std::string& pattern, const std::string& text) {
  return schema::Schema::compile({{"pattern", pattern}}).value().check(text).empty();
}

struct FormatCase {
  const char* format;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

TEST(TextFormats, PatternsTakeWhatTheFormatAllowsAndRefusePlainMistakes) {
  const FormatCase cases[] = {
      {"date", {"2026-02-28", "1999-12-31"}, {"28.02.2026", "2026-13-01", "2026-1-1", "2026-02-28T00:00:00Z", ""}},
      {"date-time", {"2026-02-28T23:59:60Z", "2026-02-28t01:02:03.456+01:00"}, {"2026-02-28", "2026-02-28T25:00:00Z"}},
      {"time", {"01:02:03Z"}, {"1:2:3", "01:02"}},
      {"duration", {"P1Y2M3DT4H5M6S", "P2W", "PT0.5S"}, {"1 day", "P1S"}},
      {"uuid", {"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}, {"f81d4fae7dec11d0a76500a0c91e6bf6", "x"}},
      {"email", {"a@b.example", "a.b+c@localhost"}, {"a", "a@b@c", "a b@c"}},
      {"uri", {"https://example.com/a?b#c", "urn:x:y", "mailto:a@b"}, {"example.com", "http://a b"}},
      {"hostname", {"example.com", "a", "x-1.y"}, {"-a", "a_b", "a."}},
      {"ipv4", {"192.168.0.255", "0.0.0.0"}, {"256.1.1.1", "1.2.3", "1.2.3.4."}},
      {"ipv6", {"::1", "2001:db8::192.0.2.1"}, {"localhost"}}};
  for (const FormatCase& each : cases) {
    const std::string pattern = pattern_of_format(each.format);
    for (const char* text : each.good) EXPECT_TRUE(passes(pattern, text)) << each.format << " " << text;
    for (const char* text : each.bad) EXPECT_FALSE(passes(pattern, text)) << each.format << " " << text;
  }
  EXPECT_TRUE(passes(pattern_of_encoding("base64"), "YWJjZA=="));
  EXPECT_FALSE(passes(pattern_of_encoding("base64"), "YWJjZA="));
  EXPECT_TRUE(passes(pattern_of_encoding("base16"), "0aFF"));
  EXPECT_EQ(pattern_of_format("idn-email"), "");
}

}  // namespace
}  // namespace pianola::workflow
