#include "workflow/literals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LiteralsTest : public testing::Test {
 protected:
  std::string bind(std::string_view text) {
    bound.clear();
    return literals.bind(text, bound);
  }
  Literals literals;
  std::vector<BoundLiteral> bound;
};

TEST_F(LiteralsTest, AnInputsTextAndNumberBecomeItsBindings) {
  literals.add("input", {{"invoice", "INV-7"}, {"limit", 250}, {"who", {{"name", "Ada Byron"}}}});
  EXPECT_EQ(bind("Read INV-7 for Ada Byron; more than 250 is too much."),
            "Read {{input.invoice}} for {{input.who.name}}; more than {{input.limit}} is too much.");
  EXPECT_THAT(bound, ElementsAre(BoundLiteral{"INV-7", "input.invoice"}, BoundLiteral{"Ada Byron", "input.who.name"},
                                 BoundLiteral{"250", "input.limit"}));
}

TEST_F(LiteralsTest, APartOfAWordOrANumberIsNoLiteral) {
  literals.add("input", {{"id", "INV-7"}, {"topic", "shoe"}, {"price", 12}});
  const char* text = "Take INV-77, xINV-7, shoes, 12.50, 112 and 12,000.";
  EXPECT_EQ(bind(text), text);
  EXPECT_THAT(bound, IsEmpty());
  EXPECT_EQ(bind("It costs 12."), "It costs {{input.price}}.");
}

TEST_F(LiteralsTest, ShortValuesAreTakenForACoincidence) {
  literals.add("input", {{"a", "to"}, {"b", 7}, {"c", true}, {"d", ""}, {"e", {"list of texts"}}});
  const char* text = "Take 7 to list of texts, true.";
  EXPECT_EQ(bind(text), text);
}

TEST_F(LiteralsTest, TheLongestGoesFirstAndOfEqualOnesWhatWasAddedFirst) {
  literals.add("input", {{"first", "red shoe"}, {"second", "red"}});
  literals.add("steps.look", {{"colour", "red"}, {"kind", "boot"}});
  EXPECT_EQ(bind("A red shoe is red, a boot not."),
            "A {{input.first}} is {{input.second}}, a {{steps.look.kind}} not.");
}

TEST_F(LiteralsTest, BindingsStayAsTheyAre) {
  literals.add("input", {{"mail", "input"}});
  EXPECT_EQ(bind("Read {{input.mail}}, the input."), "Read {{input.mail}}, the {{input.mail}}.");
}

TEST_F(LiteralsTest, APropertyWithoutAPathIsLeftAlone) {
  literals.add("input", {{"my mail", "a torn shoe"}});
  EXPECT_EQ(bind("Read a torn shoe."), "Read a torn shoe.");
}

}  // namespace
}  // namespace pianola::workflow
