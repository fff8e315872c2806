#include "base/json.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/ids.h"
#include "base/json_reader.h"

namespace pianola {
namespace {

std::string code_of(std::string_view text, const JsonLimits& limits = {}) {
  const Result<Json> parsed = parse_json(text, limits);
  return parsed ? "" : parsed.error().code;
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

std::string canonical(std::string_view text) {
  const Result<std::string> written = canonical_json(*parse_json(text));
  return written ? *written : written.error().code + " at " + written.error().place;
}

TEST(ParseJson, ReadsNestedValues) {
  EXPECT_EQ(*parse_json(R"( {"a":[1,{"b":null}],"c":"x"} )"), Json::parse(R"({"a":[1,{"b":null}],"c":"x"})"));
}

TEST(ParseJson, RefusesWhatIsNoJsonSayingWhere) {
  EXPECT_EQ(code_of("{\"a\":}"), "json_syntax");
  EXPECT_EQ(code_of(""), "json_syntax");
  EXPECT_EQ(code_of("{} x"), "json_syntax");
  EXPECT_EQ(code_of("\"\xff\""), "json_syntax");
}

TEST(ParseJson, RefusesLoneSurrogates) {
  EXPECT_EQ(code_of(R"("\ud800")"), "json_syntax");
  EXPECT_EQ(code_of(R"("\udc00")"), "json_syntax");
  EXPECT_EQ(code_of(R"("\ud83d\ude00")"), "");
}

TEST(ParseJson, RefusesNestingBeyondTheDepth) {
  EXPECT_EQ(code_of(nested(64)), "");
  EXPECT_EQ(code_of(nested(65)), "json_too_deep");
  EXPECT_EQ(code_of(nested(1'000'000)), "json_too_deep");
  EXPECT_EQ(code_of(nested(4), JsonLimits{.depth = 3}), "json_too_deep");
}

TEST(ParseJson, RefusesAKeyThatStandsTwiceInOneObject) {
  EXPECT_EQ(code_of(R"({"a":1,"a":1})"), "json_duplicate_key");
  EXPECT_EQ(code_of(R"({"a":{"a":1},"b":{"a":2}})"), "");
}

TEST(ParseJson, RefusesTextBeyondTheSize) { EXPECT_EQ(code_of("[1,2,3]", JsonLimits{.bytes = 6}), "json_too_large"); }

// What is read the quick way is what the other parser reads, and nothing else is taken.
TEST(ParseJson, QuickWayAgreesWithTheOtherParser) {
  const std::string model =
      R"({"a":[1,-20,0,true,false,null,"b\n\"c\\",{"d":{}},[]],"long name of a member":"é","e":""})";
  SeededRandomness randomness(20261130);
  int taken = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::array<std::uint8_t, 4> dice{};
    randomness.fill(std::as_writable_bytes(std::span(dice)));
    std::string text = model;
    constexpr std::string_view kBytes = "{}[]\",:\\0123456789-.eEtfn ab\t\n\x01\xc3";
    text[dice[0] % text.size()] = kBytes[dice[1] % kBytes.size()];
    if (dice[2] % 2 == 0) text.erase(dice[3] % text.size(), dice[2] % 3);
    Json value;
    if (!read_common_json(text, {}, value)) continue;
    ++taken;
    ASSERT_TRUE(Json::accept(text)) << text;
    ASSERT_EQ(value, Json::parse(text)) << text;
  }
  EXPECT_GT(taken, 1000);
}

// The examples of RFC 8785, sections 3.2.2 and 3.2.3.
TEST(CanonicalJson, WritesTheExamplesOfItsSpecification) {
  EXPECT_EQ(canonical(R"({"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],)"
                      R"("string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]})"),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  EXPECT_EQ(
      canonical("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}"),
      "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\U0001f600\":5,\"\ufb33\":3}");
}

TEST(CanonicalJson, GivesEqualNumbersOneText) {
  EXPECT_EQ(canonical("[1,1.0,1e0,10e-1]"), "[1,1,1,1]");
  EXPECT_EQ(canonical("[-0.0,0]"), "[0,0]");
}

TEST(CanonicalJson, RefusesIntegersThatADoubleCannotHold) {
  EXPECT_EQ(canonical("[9007199254740991]"), "[9007199254740991]");
  EXPECT_EQ(canonical(R"({"a":[9007199254740992]})"), "json_number_range at /a/0");
}

// The samples of RFC 8785, appendix B: IEEE 754 bits and their text.
TEST(EcmascriptNumber, WritesTheSamplesOfTheSpecification) {
  const std::pair<std::uint64_t, const char*> samples[] = {
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
  };
  for (const auto& [bits, text] : samples) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    EXPECT_EQ(ecmascript_number(value), text);
  }
}

TEST(EcmascriptNumber, ReadsBackAsTheSameNumber) {
  SeededRandomness randomness(20261124);
  for (int i = 0; i < 20'000; ++i) {
    double value = 0;
    randomness.fill(std::as_writable_bytes(std::span(&value, 1)));
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(Json::parse(ecmascript_number(value)).get<double>(), value) << "seed 20261124, round " << i;
  }
}

TEST(AppendJsonString, WritesTextsLongerThanItsBuffer) {
  for (const std::size_t plain : {0, 1, 15, 16, 17, 500, 511, 512, 513, 1100}) {
    for (const std::string& escaped : {std::string("\""), std::string("\x1f"), std::string(700, '\\')}) {
      const std::string text = std::string(plain, 'a') + escaped + std::string(plain, 'b');
      std::string out;
      append_json_string(out, text);
      EXPECT_EQ(out, nlohmann::json(text).dump()) << plain;
    }
  }
}

TEST(AppendJsonString, EscapesWhatJsonAsksFor) {
  std::string out = "x";
  append_json_string(out, "a\"b\\c\n\t\x01é");
  EXPECT_EQ(out, "x\"a\\\"b\\\\c\\n\\t\\u0001é\"");
}

TEST(AppendJsonString, WritesWhatTheParserReadsBackWhereverTheEscapesStand) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (const char odd : {'"', '\\', '\n', '\x1f', '\x7f', ' ', '!'}) {
        std::string text(length, 'x');
        text[at] = odd;
        std::string out;
        append_json_string(out, text);
        ASSERT_EQ(out, Json(text).dump());
      }
    }
  }
}

TEST(IsUtf8, FindsABadByteWhereverItStands) {
  for (std::size_t length = 1; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      EXPECT_TRUE(is_utf8(text));
      text[at] = '\xff';
      EXPECT_FALSE(is_utf8(text)) << length << " " << at;
    }
  }
}

TEST(DumpCompact, MendsWhatIsNotUtf8) {
  EXPECT_EQ(dump_compact(Json("a\xff")), "\"a\ufffd\"");
  EXPECT_EQ(dump_compact(OrderedJson{{"b", 1}, {"a", 2}}), R"({"b":1,"a":2})");
}

TEST(DumpCompact, WritesAsNlohmannJsonDoes) {
  const char* texts[] = {"null",
                         "[]",
                         "{}",
                         "[[],{},[{}]]",
                         R"({"b":[1,-2,true,false,null],"a":{"x":"y\n\u0000"},"":0})",
                         "[9223372036854775807,-9223372036854775808,18446744073709551615]",
                         "[0.1,1.0,-0.0,1e300,1e-7,123456789.125]"};
  for (const std::string text : texts) {
    EXPECT_EQ(dump_compact(Json::parse(text)), Json::parse(text).dump());
    EXPECT_EQ(dump_compact(OrderedJson::parse(text)), OrderedJson::parse(text).dump());
  }
  const auto replace = Json::error_handler_t::replace;
  for (const Json& odd : {Json(std::nan("")), Json({{"key\xff", "text\xc0\x80"}}), Json::array({"\xed\xa0\x80", 1})}) {
    EXPECT_EQ(dump_compact(odd), odd.dump(-1, ' ', false, replace));
  }
}

TEST(IsUtf8, KnowsOverlongAndTruncatedSequencesAndSurrogates) {
  EXPECT_TRUE(is_utf8("aé€😀"));
  for (const char* bad : {"\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Pointer, FindsMembersAndElementsWithEscapedNames) {
  const Json value = Json::parse(R"({"a/b":[{"~":1}],"":2})");
  EXPECT_EQ(*find_pointer(value, "/a~1b/0/~0"), 1);
  EXPECT_EQ(*find_pointer(value, "/"), 2);
  EXPECT_EQ(find_pointer(value, ""), &value);
  EXPECT_EQ(find_pointer(value, "/a~1b/00"), nullptr);
  EXPECT_EQ(find_pointer(value, "/a~1b/-"), nullptr);
  EXPECT_EQ(find_pointer(value, "no"), nullptr);
  EXPECT_EQ(pointer_child("/x", "a/~"), "/x/a~1~0");
}

// Whatever the fast scanner takes, it takes as nlohmann/json does; what it is unsure of ends there, too.
TEST(ParseJson, ReadsAsNlohmannJsonDoes) {
  const std::string texts[] = {R"({"a":[1,-2,0,{"b":"c"}],"d":true,"e":false,"f":null})",
                               R"( { "a" : [ ] , "b" : { } } )",
                               R"("\"\\\/\b\f\n\r\t")",
                               R"("\u00e9\ud83d\ude00 \u0000")",
                               "123456789012345678",
                               "1234567890123456789012",
                               "9223372036854775808",
                               "-9223372036854775808",
                               "-0",
                               "1.5",
                               "1e3",
                               "\xef\xbb\xbf{}",
                               "\"\xc3\xa9\"",
                               "true ",
                               "[[[]]]"};
  for (const std::string& text : texts) {
    const Result<Json> parsed = parse_json(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    const Json expected = Json::parse(text);
    EXPECT_EQ(*parsed, expected) << text;
    EXPECT_EQ(parsed->type(), expected.type()) << text;
  }
  for (const std::string text :
       {"",    " ",   "{",      "[1,]",    "{\"a\":1,}", "{\"a\"}", "01",    "-01", "-",  "1x",  "tru",
        "nul", "\"a", "\"\n\"", "\"\\x\"", "[1 2]",      "{} {}",   "{1:2}", "+1",  ".5", "\"\\"}) {
    EXPECT_FALSE(Json::accept(text)) << text;
    EXPECT_EQ(code_of(text), "json_syntax") << text;
  }
}

TEST(TextMember, IsEmptyWhereThereIsNoText) {
  const Json object = Json::parse(R"({"name": "triage", "count": 3})");
  EXPECT_EQ(text_member(object, "name"), "triage");
  EXPECT_EQ(text_member(object, "count"), "");
  EXPECT_EQ(text_member(object, "other"), "");
}

}  // namespace
}  // namespace pianola
