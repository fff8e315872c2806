// What the server does itself in an execution, guided and whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/player.h"
#include "workflow/accounts.h"
#include "workflow/adherence.h"

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::a_computed_step;
using tests::a_design;
using tests::Player;

const Json kNumber = {{"type", "object"}, {"properties", {{"n", {{"type", "number"}}}}}, {"required", {"n"}}};

// count asks for n; double computes 2n; more than 10 goes to large, else to the end.
Design doubled(FailureThen then = FailureThen::escalate) {
  Design design = a_design().with_step("count").with_output_schema(kNumber);
  Step twice =
      a_computed_step("double", {{"n", {{"number", "100 / ({{steps.count.n}} - 1) * 0 + {{steps.count.n}} * 2"}}}});
  twice.output = kNumber;
  twice.on_failure.then = then;
  twice.branches = {{.when = {{"output.n", {{"exclusiveMinimum", 10}}}}, .go_to = "large"},
                    {.when = {}, .go_to = "end"}};
  design.steps.push_back(twice);
  design.steps.push_back({.id = "large", .instruction = "Say so.", .output = kNumber});
  return design;
}

std::vector<std::string> steps_of(const Execution& execution) {
  std::vector<std::string> steps;
  for (const HandIn& hand_in : execution.hand_ins) {
    steps.push_back(hand_in.step + (is_by_server(hand_in) ? " by server" : ""));
  }
  return steps;
}

double adherence_of(const Player& player) {
  return measure_adherence(player.version(), player.execution, player.execution.input).value().score;
}

TEST(ComputedSteps, ComeRightBehindTheHandInAndTakeTheirBranches) {
  Player player(doubled());
  const StepAnswer answer = player.hand_in("count", {{"n", 6}});
  EXPECT_EQ(answer.kind, StepAnswerKind::accepted);
  EXPECT_EQ(player.execution.current_step, "large");
  EXPECT_THAT(steps_of(player.execution), ElementsAre("count", "double by server"));
  EXPECT_EQ(player.execution.hand_ins.back().output, R"({"n":12})");
  EXPECT_EQ(player.hand_in("large", {{"n", 1}}).kind, StepAnswerKind::ended);
  EXPECT_EQ(player.execution.outcome_source, OutcomeSource::checked);
  EXPECT_EQ(adherence_of(player), 1.0);
}

TEST(ComputedSteps, EndTheExecutionWhereTheyAreLast) {
  Player player(doubled());
  EXPECT_EQ(player.hand_in("count", {{"n", 3}}).kind, StepAnswerKind::ended);
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
}

TEST(ComputedSteps, AreDoneAtTheStartWhereTheyAreFirst) {
  Design design = a_design();
  design.steps = {a_computed_step("sum", {{"n", {{"number", "{{input.a}} + 1"}}}}),
                  a_computed_step("note", {{"text", {{"text", "{{steps.sum.n}}"}}}})};
  for (const Mode mode : {Mode::guided, Mode::whole}) {
    Player player(design, mode, {{"a", 1}});
    EXPECT_TRUE(compute_steps(player.context(), player.execution));
    EXPECT_EQ(latest_output(player.execution, "note").value(), Json({{"text", "2"}}));
    const bool ended = mode == Mode::guided || player.finish(FinishOutcome::succeeded).kind == FinishAnswerKind::ended;
    EXPECT_TRUE(ended);
    EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
  }
}

TEST(ComputedSteps, FailOnceAndWaitForAnotherModel) {
  Player player(doubled());
  const StepAnswer answer = player.hand_in("count", {{"n", 1}});
  EXPECT_EQ(answer.kind, StepAnswerKind::handed_off);
  ASSERT_EQ(answer.broken.size(), 1U);
  EXPECT_THAT(answer.broken[0].rule, HasSubstr("n could not be computed: it divides by zero"));
  EXPECT_EQ(player.execution.state, ExecutionState::waiting);
  EXPECT_EQ(player.hand_in("double", {{"n", 2}}).refusal->code, "hand_off_open");
  EXPECT_EQ(player.hand_in(Player::by("claude-opus-5-5", Player::done("double", {{"n", 2}}))).kind,
            StepAnswerKind::ended);
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
}

TEST(ComputedSteps, GoByTheirOnFailure) {
  Player skipped(doubled(FailureThen::skip));
  skipped.hand_in("count", {{"n", 1}});
  EXPECT_EQ(skipped.execution.current_step, "large");
  Player failed(doubled(FailureThen::fail));
  EXPECT_EQ(failed.hand_in("count", {{"n", 1}}).kind, StepAnswerKind::ended);
  EXPECT_EQ(failed.execution.state, ExecutionState::failed);
}

TEST(ComputedSteps, MustPassTheirOutputSchema) {
  Design design = doubled();
  (*design.steps[1].output)["properties"]["n"]["maximum"] = 5;
  Player player(design);
  EXPECT_EQ(player.hand_in("count", {{"n", 3}}).kind, StepAnswerKind::handed_off);
  EXPECT_EQ(player.execution.hand_ins.back().result, HandInResult::refused);
}

TEST(ComputedSteps, AreNobodyElsesToHandIn) {
  Player player(doubled());
  const StepAnswer answer = player.hand_in("double", {{"n", 2}});
  EXPECT_EQ(answer.refusal->code, "computed_step");
  EXPECT_THAT(answer.refusal->message, HasSubstr("The current step is \"count\""));
}

TEST(ComputedSteps, LoopsEndAtMaxVisits) {
  Design design = a_design();
  Step step = a_computed_step("sum", {{"n", {{"number", "({{steps.sum.n}} or 0) + 1"}}}});
  step.branches = {{.when = {{"output.n", {{"maximum", 100}}}}, .go_to = "sum"}};
  step.max_visits = 5;
  step.on_failure.then = FailureThen::fail;
  design.steps = {step};
  Player player(design);
  compute_steps(player.context(), player.execution);
  EXPECT_EQ(player.execution.hand_ins.size(), 5U);
  EXPECT_EQ(player.execution.hand_ins.back().output, R"({"n":5})");
  EXPECT_EQ(player.execution.state, ExecutionState::failed);
}

TEST(ComputedSteps, RepeatedCallGetsTheSameAnswerThoughTheServerWentOn) {
  Player player(doubled());
  HandInRequest request = Player::done("count", {{"n", 6}});
  request.call_id = "1";
  request.arguments_hash = "a";
  player.hand_in(request);
  const StepAnswer again = player.hand_in(request);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.kind, StepAnswerKind::accepted);
  EXPECT_EQ(player.execution.hand_ins.size(), 2U);
}

TEST(ComputedSteps, OfWholeModeComeBetweenThoseHandedIn) {
  Player player(doubled(), Mode::whole);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::done("count", {{"n", 6}}), Player::done("large", {{"n", 1}})});
  EXPECT_EQ(answer.kind, FinishAnswerKind::ended);
  EXPECT_THAT(steps_of(player.execution), ElementsAre("count", "double by server", "large"));
  EXPECT_EQ(adherence_of(player), 1.0);
}

TEST(ComputedSteps, OfWholeModeAreIgnoredWhereTheExecutorHandsThemIn) {
  Player player(doubled(), Mode::whole);
  const std::vector<HandInRequest> steps = {Player::done("count", {{"n", 2}}), Player::done("double", {{"n", 99}})};
  EXPECT_THAT(player.finish(FinishOutcome::succeeded, steps).ignored, ElementsAre("double"));
  EXPECT_EQ(player.execution.hand_ins.back().output, R"({"n":4})");
  EXPECT_EQ(player.finish(FinishOutcome::succeeded, steps).kind, FinishAnswerKind::ended);
}

TEST(ComputedSteps, OfWholeModeAreComputedAnewWhenAStepIsCorrected) {
  Player player(doubled(), Mode::whole);
  const FinishAnswer waits = player.finish(FinishOutcome::succeeded, {Player::done("count", {{"n", 1}})});
  EXPECT_EQ(waits.kind, FinishAnswerKind::handed_off);
  EXPECT_EQ(waits.refusal->code, "not_computed");
  EXPECT_THAT(waits.refusal->message, HasSubstr("divides by zero"));
  player.finish(FinishOutcome::succeeded, {Player::done("count", {{"n", 1}})});
  EXPECT_EQ(player.execution.hand_ins.size(), 3U);  // the same again is not computed again
  EXPECT_EQ(player.finish(FinishOutcome::succeeded, {Player::done("count", {{"n", 2}})}).kind, FinishAnswerKind::ended);
  EXPECT_EQ(latest_output(player.execution, "double").value(), Json({{"n", 4}}));
}

TEST(ComputedSteps, OfWholeModeKeepTheirPlaceWhereTheStepBeforeWasCorrected) {
  Player player(doubled(), Mode::whole);
  player.finish(FinishOutcome::succeeded, {Player::done("count", {{"n", "six"}}), Player::done("large", {{"n", 1}})});
  player.finish(FinishOutcome::succeeded, {Player::done("count", {{"n", 6}})});
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
  EXPECT_EQ(adherence_of(player), 1.0);
}

TEST(ComputedSteps, OfWholeModeAreNotAskedForBehindAMissingStepButMayDecideWhatFollows) {
  Player player(doubled(), Mode::whole);
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, {Player::done("large", {{"n", 1}})});
  EXPECT_THAT(answer.open_steps, ElementsAre("count"));
  EXPECT_TRUE(answer.more_may_follow);
  Design straight = doubled();
  straight.steps[1].branches.clear();
  const FinishAnswer all = Player(straight, Mode::whole).finish(FinishOutcome::succeeded);
  EXPECT_THAT(all.open_steps, ElementsAre("count", "large"));
  EXPECT_FALSE(all.more_may_follow);
}

TEST(ComputedSteps, OfWholeModeLeaveBranchesUndecidedThatLookAtThemBehindAMissingStep) {
  Design design = doubled();
  design.steps[1].branches.clear();
  design.steps[2].branches = {{.when = {{"steps.double.n", {{"minimum", 5}}}}, .go_to = "end"}};
  design.steps.push_back({.id = "small", .instruction = "Say so."});
  Player player(design, Mode::whole);
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, {Player::done("large", {{"n", 1}})});
  EXPECT_THAT(answer.open_steps, ElementsAre("count"));
  EXPECT_TRUE(answer.more_may_follow);
}

TEST(ComputedSteps, ASuccessStillNeedsSomethingDone) {
  Design design = a_design();
  design.steps = {a_computed_step("sum", {{"n", {{"number", "1"}}}}), {.id = "say", .instruction = "Say it."}};
  Player player(design, Mode::whole);
  compute_steps(player.context(), player.execution);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::with_outcome("say", HandInOutcome::skipped)});
  EXPECT_THAT(answer.open_steps, ElementsAre("say"));
}

TEST(ComputedSteps, AreNoModelsSuccessNorItsCost) {
  Player player(doubled());
  player.hand_in("count", {{"n", 3}});
  const PriceBook prices = PriceBook::with({});
  const Version version = tests::version_of(doubled());
  const std::vector<AccountEntry> entries = entries_of(player.execution, version, prices);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].hand_ins, 1);
  EXPECT_EQ(entries[0].accepted, 1);
  EXPECT_EQ(cost_gaps(player.execution, prices).silent, std::vector<std::string>{"claude-haiku-5-5"});
}

}  // namespace
}  // namespace pianola::workflow
