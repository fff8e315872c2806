#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola {
namespace {

TEST(Timestamp, WritesAndReadsDatesInUtc) {
  EXPECT_EQ(Timestamp::from_date("2026-11-24")->iso8601(), "2026-11-24T00:00:00.000000Z");
  EXPECT_EQ(Timestamp::from_micros(1'795'496'767'000'042).iso8601(), "2026-11-24T05:06:07.000042Z");
  EXPECT_EQ(Timestamp::from_micros(-1).date(), "1969-12-31");
}

TEST(Timestamp, RefusesWhatIsNoDate) {
  for (const char* bad : {"2026-02-30", "24.11.2026", "2026-1-1", "", "2026-11-24T00"}) {
    const Result<Timestamp> parsed = Timestamp::from_date(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, "bad_date");
  }
}

TEST(IdSource, MakesVersion7IdsThatCarryTheTime) {
  ManualClock clock(Timestamp::from_micros(0x0123456789ab * std::int64_t{1000}));
  SeededRandomness randomness(1);
  IdSource ids(clock, randomness);
  const std::string id = ids.next_uuid();
  EXPECT_TRUE(is_uuid(id));
  EXPECT_EQ(id.substr(0, 13), "01234567-89ab");
  EXPECT_EQ(id[14], '7');
  EXPECT_THAT("89ab", testing::HasSubstr(id.substr(19, 1)));
}

TEST(IdSource, RisesStrictlyEvenWhenTheClockStandsOrGoesBack) {
  ManualClock clock(Timestamp::from_micros(5'000'000));
  SeededRandomness randomness(2);
  IdSource ids(clock, randomness);
  std::string last = ids.next_uuid();
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5'000) clock.advance_micros(-1'000'000);
    const std::string next = ids.next_uuid();
    ASSERT_LT(last, next);
    last = next;
  }
}

TEST(SystemRandomness, GivesDifferentBytes) {
  SystemRandomness randomness;
  SystemClock clock;
  IdSource ids(clock, randomness);
  std::set<std::string> tails;
  for (int i = 0; i < 100; ++i) tails.insert(ids.next_uuid().substr(19));
  EXPECT_EQ(tails.size(), 100U);
}

TEST(IdSource, GivesRandomDigitsTwoAByte) {
  SystemRandomness randomness;
  SystemClock clock;
  IdSource ids(clock, randomness);
  const std::string digits = ids.random_hex(32);
  EXPECT_EQ(digits.size(), 64U);
  EXPECT_EQ(digits.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(ids.random_hex(32), digits);
}

TEST(IdSource, TakesItsDigitsFromWhatItWasGiven) {
  ManualClock clock(Timestamp::from_micros(0));
  SeededRandomness one(3);
  SeededRandomness other(3);
  EXPECT_EQ(IdSource(clock, one).random_hex(16), IdSource(clock, other).random_hex(16));
}

TEST(Ascii, LowersLettersAndLeavesEveryOtherByte) { EXPECT_EQ(lower_case("Bearer-9 \xC3\x84"), "bearer-9 \xC3\x84"); }

TEST(Ascii, TrimsTheBlanksThatAreNamed) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed("('x') ", " ()'"), "x");
  EXPECT_EQ(trimmed("\r\na\n", " "), "\r\na\n") << "a line feed is no blank where only others are named";
  EXPECT_EQ(trimmed("  "), "");
}

TEST(IsUuid, KnowsItsShape) {
  EXPECT_TRUE(is_uuid("01234567-89ab-7def-8123-456789abcdef"));
  EXPECT_FALSE(is_uuid("01234567-89AB-7def-8123-456789abcdef"));
  EXPECT_FALSE(is_uuid("0123456789ab7def8123456789abcdef"));
  EXPECT_FALSE(is_uuid(""));
}

TEST(NearestNames, FindsSlipsSwapsAndParts) {
  const std::vector<std::string> known = {"email-triage", "security-audit", "review"};
  EXPECT_THAT(nearest_names("emial-triage", known), testing::ElementsAre("email-triage"));
  EXPECT_THAT(nearest_names("audit", known), testing::ElementsAre("security-audit"));
  EXPECT_THAT(nearest_names("zzz", known), testing::IsEmpty());
  EXPECT_EQ(did_you_mean("reviw", known), " Did you mean \"review\"?");
  EXPECT_EQ(did_you_mean("zzz", known), "");
}

TEST(EditDistance, CountsASwapOfNeighboursAsOne) {
  EXPECT_EQ(edit_distance("ab", "ba"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(InQuotes, CutsPagesToALine) {
  EXPECT_EQ(in_quotes("triage"), "\"triage\"");
  EXPECT_EQ(in_quotes("say \"a\""), R"("say \"a\"")");
  EXPECT_EQ(in_quotes(std::string(300, 'x')), "\"" + std::string(200, 'x') + "...\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

TEST(Cut, EndsBetweenCharactersAndSaysSo) {
  EXPECT_EQ(cut("gr\xC3\xBC\xC3\x9F"
                "e",
                3),
            "gr...");
  EXPECT_EQ(first_bytes("gr\xC3\xBC", 3), "gr");
  EXPECT_EQ(cut("short", 5), "short");
}

TEST(AsSentence, EndsOnce) {
  EXPECT_EQ(as_sentence("/a is missing"), "/a is missing.");
  EXPECT_EQ(as_sentence("/a is missing."), "/a is missing.");
  EXPECT_EQ(as_sentence("Did you mean \"x\"?"), "Did you mean \"x\"?");
}

TEST(ListText, MarksEachNameAndCountsTheRest) {
  EXPECT_EQ(list_text({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(list_text({"a", "b"}, "`"), "`a`, `b`");
  EXPECT_EQ(list_text({}), "");
  const std::string cut = list_text({"a", "b", "c", "d"}, "", 2);
  EXPECT_TRUE(cut.starts_with("a, b"));
  EXPECT_NE(cut.find("2 more"), std::string::npos) << cut;
  EXPECT_EQ(cut.find('c'), std::string::npos) << cut;
}

TEST(LinesOf, PutsEachTextOnItsLine) {
  EXPECT_EQ(lines_of({"a", "b"}), "a\nb\n");
  EXPECT_EQ(lines_of({}), "");
}

}  // namespace
}  // namespace pianola
