// Which mode execution_start recommends, by what a model's hand-ins came to.
#include "workflow/mode_advice.h"

#include "tests/tools/execution_fixture.h"
#include "workflow/quarantine.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHaiku = "claude-haiku-5-5";

class ModeAdvice : public ExecutionToolTest {
 protected:
  // So many executions, each with so many refused hand-ins of its first step.
  void play(int executions, int refused) {
    for (int n = 0; n < executions; ++n) {
      const std::string id = started("guided", {{"executor", kHaiku}});
      for (int r = 0; r < refused; ++r) hand_in_parse(id, "invented " + std::to_string(r));
      hand_in_parse(id);
      hand_in_reply(id);
    }
  }
  std::string start_text(const std::string& mode, const std::string& executor = kHaiku) {
    return text_of(
        start({{"name", "triage"}, {"input", {{"mail", "My shoe is torn."}}}, {"mode", mode}, {"executor", executor}}));
  }
};

TEST_F(ModeAdvice, ModelThatWasRefusedOftenIsSentToGuided) {
  play(7, 1);
  EXPECT_THAT(start_text("whole"),
              HasSubstr("\nNext time use mode guided: here 7 of 21 hand-ins by claude-haiku-5-5 did not pass.\n"));
  EXPECT_THAT(start_text("guided"), Not(HasSubstr("Next time"))) << "it is guided already";
  EXPECT_THAT(start_text("whole", "claude-sonnet-5-5"), Not(HasSubstr("Next time"))) << "nothing is known of it";
}

TEST_F(ModeAdvice, ModelThatNeverWasMayUseWhole) {
  play(static_cast<int>(workflow::kLeastExecutions), 0);
  EXPECT_THAT(start_text("guided"),
              HasSubstr("\nNext time mode whole will do: here all 40 hand-ins by claude-haiku-5-5 passed.\n"));
  EXPECT_THAT(start_text("whole"), Not(HasSubstr("Next time")));
}

TEST_F(ModeAdvice, WhileSomebodyIsQuarantinedNothingIsSaid) {
  play(7, 1);
  started("guided", {{"executor", "claude-sonnet-5-5"}});
  const workflow::AuthorMark mark{workflow::AuthorField::model, "claude-sonnet-5-5"};
  ASSERT_TRUE(workflow::quarantine_author(library.environment, library.designer, mark, "a test"));
  EXPECT_THAT(start_text("whole"), Not(HasSubstr("Next time")));
}

TEST_F(ModeAdvice, WithoutEvidenceNothingIsSaid) {
  play(5, 1);
  EXPECT_THAT(start_text("whole"), Not(HasSubstr("Next time"))) << "15 hand-ins are too few";
  play(10, 0);
  EXPECT_THAT(start_text("guided"), Not(HasSubstr("Next time"))) << "some were refused";
}

}  // namespace
}  // namespace pianola::tests
