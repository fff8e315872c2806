#include "schema/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::schema {
namespace {

enum class Colour { red, green };
std::span<const EnumName<Colour>> enum_names(Of<Colour>) {
  static constexpr EnumName<Colour> kNames[] = {{Colour::red, "red"}, {Colour::green, "green"}};
  return kNames;
}

struct Leaf {
  int size = 3;
  Colour colour = Colour::red;
  bool operator==(const Leaf&) const = default;
};
const Description<Leaf>& describe(Of<Leaf>) {
  static const auto description = Description<Leaf>()
                                      .optional("size", &Leaf::size, "How large.")
                                      .optional("colour", &Leaf::colour, "Which colour.");
  return description;
}

struct Tree {
  std::string name;
  std::vector<Leaf> leaves;
  std::optional<Json> notes;
  std::map<std::string, Json> rules;
  double height = 1;
};
const Description<Tree>& describe(Of<Tree>) {
  static const auto description = Description<Tree>()
                                      .required("name", &Tree::name, "What it is called.")
                                      .optional("leaves", &Tree::leaves, "All of them.", Shown::outer_type)
                                      .optional("notes", &Tree::notes, "")
                                      .optional("rules", &Tree::rules, "")
                                      .optional("height", &Tree::height, "In metres.")
                                      .not_built_yet("roots", "roots are not built yet.")
                                      .ignored("wait_for_previous");
  return description;
}

// Made only from text of capital letters; has no default.
class Code {
 public:
  static Result<Code> parse(std::string_view text) {
    if (text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos) return Code(std::string(text));
    return refuse("bad_code", "write capital letters alone");
  }
  const std::string& text() const { return text_; }
  bool operator==(const Code&) const = default;

 private:
  explicit Code(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct Coded {
  std::optional<Code> first;
  std::vector<Code> others;
  std::int64_t count = 0;
  bool open = false;
  std::vector<std::string> words;
};
const Description<Coded>& describe(Of<Coded>) {
  static const auto description = Description<Coded>()
                                      .required("first", &Coded::first, "")
                                      .optional("others", &Coded::others, "")
                                      .optional("count", &Coded::count, "")
                                      .optional("open", &Coded::open, "")
                                      .optional("words", &Coded::words, "");
  return description;
}

Decoded<Tree> decode_text(const std::string& text) { return decode<Tree>(*parse_json(text)); }

std::vector<std::string> codes(const Findings& findings) {
  std::vector<std::string> codes;
  for (const Refusal& finding : findings) codes.push_back(finding.code + " " + finding.place);
  return codes;
}

TEST(Describe, DecodesEveryKindOfMember) {
  const auto decoded = decode_text(R"({"name":"oak","leaves":[{"size":4,"colour":"green"},{}],"notes":{"a":1},)"
                                   R"("rules":{"x":{"type":"string"}},"height":2.5})");
  EXPECT_TRUE(decoded.findings.empty());
  EXPECT_EQ(decoded.value.name, "oak");
  EXPECT_THAT(decoded.value.leaves, testing::ElementsAre(Leaf{4, Colour::green}, Leaf{}));
  EXPECT_EQ(decoded.value.notes, Json::parse(R"({"a":1})"));
  EXPECT_EQ(decoded.value.rules.at("x"), Json::parse(R"({"type":"string"})"));
  EXPECT_EQ(decoded.value.height, 2.5);
}

TEST(Describe, TellsEveryFindingAtOnceWithItsPlace) {
  const auto decoded = decode_text(R"({"leaves":[{"size":"big","colour":"gren"}],"heigth":2,"roots":1})");
  EXPECT_THAT(codes(decoded.findings),
              testing::ElementsAre("missing_field ", "wrong_type /leaves/0/size", "bad_value /leaves/0/colour",
                                   "unknown_field /heigth", "not_built_yet /roots"));
  EXPECT_THAT(decoded.findings[2].message, testing::HasSubstr("Did you mean \"green\"?"));
  EXPECT_THAT(decoded.findings[3].message, testing::HasSubstr("Did you mean \"height\"?"));
}

TEST(Describe, ParsesAStringThatHoldsTheExpectedObjectOrArray) {
  const auto decoded = decode_text(R"({"name":"oak","leaves":"[{\"size\":9}]","notes":"{\"a\":1}"})");
  EXPECT_TRUE(decoded.findings.empty());
  EXPECT_EQ(decoded.value.leaves.at(0).size, 9);
  EXPECT_EQ(decoded.value.notes, Json::parse(R"({"a":1})"));
}

TEST(Describe, KeepsAStringAStringWhereAStringIsExpected) {
  EXPECT_EQ(decode_text(R"({"name":"{\"a\":1}"})").value.name, R"({"a":1})");
}

TEST(Describe, IgnoresArgumentsThatHostsAdd) {
  EXPECT_TRUE(decode_text(R"({"name":"oak","wait_for_previous":true})").findings.empty());
}

TEST(Describe, TakesWholeNumbersWrittenWithAPointAsIntegers) {
  EXPECT_EQ(decode<Leaf>(Json::parse(R"({"size":4.0})")).value.size, 4);
  EXPECT_THAT(codes(decode<Leaf>(Json::parse(R"({"size":4.5})")).findings), testing::ElementsAre("wrong_type /size"));
  EXPECT_THAT(codes(decode<Leaf>(Json::parse(R"({"size":1e30})")).findings), testing::ElementsAre("wrong_type /size"));
}

TEST(Describe, RefusesWhatIsNoObject) {
  EXPECT_THAT(codes(decode_text("[1]").findings), testing::ElementsAre("wrong_type "));
}

TEST(Describe, EncodesInOrderAndLeavesDefaultsOut) {
  Tree tree;
  tree.name = "oak";
  tree.leaves = {Leaf{}, Leaf{5, Colour::green}};
  EXPECT_EQ(encode(tree).dump(), R"({"name":"oak","leaves":[{},{"size":5,"colour":"green"}]})");
}

TEST(Describe, SchemaShowsFieldsInOrderAndOnlyTheOuterTypeWhereAsked) {
  EXPECT_EQ(
      schema_of<Tree>().dump(),
      R"({"type":"object","properties":{"name":{"type":"string","description":"What it is called."},)"
      R"("leaves":{"type":"array","items":{"type":"object"},"description":"All of them."},)"
      R"("notes":{"type":"object"},"rules":{"type":"object"},"height":{"type":"number","description":"In metres."}},)"
      R"("required":["name"],"additionalProperties":false})");
}

TEST(Describe, MergesSeveralFindingsIntoOneRefusal) {
  const auto refused = decode_or_refuse<Leaf>(Json::parse(R"({"size":"x","colour":1})"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "bad_arguments");
  EXPECT_EQ(refused.error().data["places"].dump(), R"(["/size","/colour"])");
}

TEST(Describe, MakesTypesFromTextAndTellsTheirRefusalWithThePlace) {
  const auto good = decode<Coded>(Json::parse(R"({"first":"AB","others":["C","D"],"count":-5,"open":true})"));
  EXPECT_TRUE(good.findings.empty());
  EXPECT_EQ(good.value.first->text(), "AB");
  EXPECT_EQ(good.value.others.size(), 2U);
  EXPECT_EQ(encode(good.value).dump(), R"({"first":"AB","others":["C","D"],"count":-5,"open":true})");
  const auto bad = decode<Coded>(Json::parse(R"({"first":"ab","others":["C","d",1],"open":1})"));
  EXPECT_THAT(codes(bad.findings), testing::ElementsAre("bad_code /first", "bad_code /others/1", "wrong_type /others/2",
                                                        "wrong_type /open"));
}

TEST(Describe, FindsWrongMembersInsideListsAndMaps) {
  EXPECT_THAT(codes(decode<Coded>(Json::parse(R"({"first":"A","words":["a",2,null]})")).findings),
              testing::ElementsAre("wrong_type /words/1", "wrong_type /words/2"));
  EXPECT_THAT(codes(decode_text(R"({"name":"oak","rules":{"a/b":1}})").findings),
              testing::ElementsAre("wrong_type /rules/a~1b"));
  EXPECT_THAT(codes(decode_text(R"({"name":"oak","leaves":{"size":1}})").findings),
              testing::ElementsAre("wrong_type /leaves"));
}

TEST(Describe, ShowsLongValuesCutShortAtACharacter) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "\u00e9";
  const std::string shown = describe_value(Json::parse("\"" + text + "\""));
  EXPECT_LT(shown.size(), 100U);
  EXPECT_TRUE(is_utf8(shown)) << shown;
}

TEST(Describe, JsonInAStringThatDoesNotParseIsToldWithItsPlace) {
  const auto refused = decode_or_refuse<Tree>(Json{{"name", "a"}, {"notes", R"({"x": [1, 2})"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "wrong_type");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("The JSON in this string is broken: no JSON at byte 12"));
  const auto fenced = decode_or_refuse<Tree>(Json{{"name", "a"}, {"leaves", "```json\n[1,,2]\n```"}});
  EXPECT_THAT(fenced.error().message, testing::HasSubstr("is broken: no JSON at byte 12"));
  const auto text = decode_or_refuse<Tree>(Json{{"name", "a"}, {"notes", "none"}});
  EXPECT_THAT(text.error().message, testing::Not(testing::HasSubstr("broken")));
}

}  // namespace
}  // namespace pianola::schema
