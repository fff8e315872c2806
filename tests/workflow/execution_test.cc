#include "workflow/execution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/player.h"

namespace pianola::workflow {
namespace {

using tests::a_design;
using tests::kBad;
using tests::kGood;
using tests::Player;

HandInRequest call(const char* step, const Json& output, const char* hash, const char* call_id = "") {
  HandInRequest request = Player::done(step, output);
  request.arguments_hash = hash;
  request.call_id = call_id;
  return request;
}

Design two_steps() { return a_design().with_step("a").with_output({"topic"}).with_step("b").with_output({"topic"}); }

// a writes, b reviews; a verdict "again" goes back to a.
Design a_loop(FailureThen then, int max_visits) {
  return a_design()
      .with_step("a")
      .with_output({"topic"})
      .with_on_failure(then, 2)
      .with_max_visits(max_visits)
      .with_branch({{"output.topic", {{"const", "out"}}}}, "end")
      .with_step("b")
      .with_output({"topic"})
      .with_branch({{"output.topic", {{"const", "again"}}}}, "a");
}

TEST(Attempts, RunFromRetriesPlusOneDownToTheHandOff) {
  Player player(two_steps());
  EXPECT_EQ(attempts_left(player.version(), player.execution, "a"), 3);
  const StepAnswer first = player.hand_in("a", kBad);
  EXPECT_EQ(first.kind, StepAnswerKind::refused);
  EXPECT_EQ(first.attempts_left, 2);
  EXPECT_EQ(first.refusal->data["attempts_left"], 2);
  EXPECT_NE(first.refusal->message.find("/topic"), std::string::npos);
  EXPECT_EQ(player.hand_in("a", kBad).attempts_left, 1);
  const StepAnswer last = player.hand_in("a", kBad);
  EXPECT_EQ(last.kind, StepAnswerKind::handed_off);
  EXPECT_EQ(last.broken.size(), 1U);
  EXPECT_TRUE(player.execution.handed_off);
}

TEST(Attempts, AreFreshAtEachVisit) {
  Player player(a_loop(FailureThen::escalate, 10));
  player.hand_in("a", kBad);
  player.hand_in("a", kGood);
  player.hand_in("b", {{"topic", "again"}});
  EXPECT_EQ(player.execution.current_step, "a");
  EXPECT_EQ(attempts_left(player.version(), player.execution, "a"), 3);
  player.hand_in("a", kBad);
  EXPECT_EQ(player.execution.hand_ins.back().visit, 2);
  EXPECT_EQ(player.execution.hand_ins.back().attempt, 1);
}

TEST(HandOff, AnyHandInThatPassesIsTakenAndNamesItsExecutor) {
  Player player(two_steps());
  player.hand_in(Player::with_outcome("a", HandInOutcome::failed, "too hard"));
  EXPECT_EQ(hand_off_reasons(player.version(), player.execution)[0].rule, "was handed in as failed: too hard");
  EXPECT_EQ(player.hand_in(Player::by("claude-opus-5-5", Player::done("a", kGood))).kind, StepAnswerKind::accepted);
  EXPECT_EQ(player.execution.hand_ins.back().executor, "claude-opus-5-5");
  player.hand_in("b", kGood);
  EXPECT_EQ(player.execution.hand_ins.back().executor, "claude-haiku-5-5");
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
}

TEST(HandOff, IsTakenUpByAnotherModelThanTheOneThatSpentTheAttempts) {
  Player player(two_steps());
  for (int i = 0; i < 3; ++i) player.hand_in("a", kBad);
  const StepAnswer again = player.hand_in("a", kGood);
  ASSERT_EQ(again.kind, StepAnswerKind::blocked);
  EXPECT_EQ(again.refusal->code, "hand_off_open");
  EXPECT_NE(again.refusal->message.find("claude-haiku-5-5 has no attempts left"), std::string::npos);
  EXPECT_EQ(player.hand_in(Player::by("claude-haiku-5-5", Player::done("a", kGood))).kind, StepAnswerKind::blocked);
  EXPECT_EQ(player.execution.hand_ins.size(), 3U);
  EXPECT_EQ(player.execution.blocked, 2);
  EXPECT_EQ(player.hand_in(Player::by("claude-opus-5-5", Player::done("a", kGood))).kind, StepAnswerKind::accepted);
}

TEST(HandOff, GivesEachOtherModelTheStepsAttempts) {
  Player player(two_steps());
  player.hand_in(Player::with_outcome("a", HandInOutcome::failed, "too hard"));
  const StepAnswer refused = player.hand_in(Player::by("claude-sonnet-5-5", Player::done("a", kBad)));
  ASSERT_EQ(refused.kind, StepAnswerKind::refused);
  EXPECT_EQ(refused.attempts_left, 2);
  EXPECT_EQ(player.hand_in(Player::by("claude-sonnet-5-5", Player::done("a", kBad))).attempts_left, 1);
  EXPECT_EQ(player.hand_in(Player::by("claude-sonnet-5-5", Player::done("a", kBad))).attempts_left, 0);
  EXPECT_EQ(player.hand_in(Player::by("claude-sonnet-5-5", Player::done("a", kGood))).refusal->code, "hand_off_open");
  EXPECT_EQ(player.hand_in(Player::by("claude-opus-5-5", Player::done("a", kGood))).kind, StepAnswerKind::accepted);
}

TEST(Loops, BeyondMaxVisitsSkipGoesOnInOrderNeverThroughBranches) {
  Player player(a_loop(FailureThen::skip, 1));
  player.hand_in("a", kGood);
  player.hand_in("b", {{"topic", "again"}});
  EXPECT_EQ(player.execution.current_step, "b");
  EXPECT_EQ(player.execution.hand_ins.back().next, "b");
  EXPECT_EQ(player.execution.hand_ins.back().passed_over, std::vector<std::string>{"a"});
}

TEST(Loops, BeyondMaxVisitsFailEnds) {
  Player player(a_loop(FailureThen::fail, 1));
  player.hand_in("a", kGood);
  EXPECT_EQ(player.hand_in("b", {{"topic", "again"}}).kind, StepAnswerKind::ended);
  EXPECT_EQ(player.execution.state, ExecutionState::failed);
}

TEST(Loops, BeyondMaxVisitsEscalateWaitsAtTheStep) {
  Player player(a_loop(FailureThen::escalate, 1));
  player.hand_in("a", kGood);
  const StepAnswer answer = player.hand_in("b", {{"topic", "again"}});
  ASSERT_EQ(answer.kind, StepAnswerKind::handed_off);
  EXPECT_NE(answer.broken[0].rule.find("max_visits"), std::string::npos);
  EXPECT_EQ(player.execution.state, ExecutionState::waiting);
  EXPECT_EQ(player.execution.current_step, "a");
  EXPECT_EQ(player.hand_in("a", {{"topic", "out"}}).refusal->code, "hand_off_open");
  EXPECT_EQ(player.hand_in(Player::by("claude-opus-5-5", Player::done("a", {{"topic", "out"}}))).kind,
            StepAnswerKind::ended);
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
}

TEST(Loops, BindingsSeeTheLatestVisit) {
  Player player(a_loop(FailureThen::escalate, 10));
  player.hand_in("a", {{"topic", "one"}});
  player.hand_in("b", {{"topic", "again"}});
  player.hand_in("a", {{"topic", "two"}});
  EXPECT_EQ((*latest_output(player.execution, "a"))["topic"], "two");
  EXPECT_EQ(scope_of(player.execution, player.execution.input, {"a"}).outputs.at("a")["topic"], "two");
  EXPECT_EQ(visits(player.execution, "a"), 2);
}

TEST(Skips, ASkippedStepIsNotAvailableToLaterOnes) {
  Player player(a_design().with_step("a").with_on_failure(FailureThen::skip).with_step("b"));
  player.hand_in(Player::with_outcome("a", HandInOutcome::skipped));
  EXPECT_TRUE(scope_of(player.execution, player.execution.input, {"a"}).skipped.contains("a"));
  EXPECT_TRUE(left_out(player.execution.hand_ins.back()));
  EXPECT_TRUE(trace_of(player.execution).empty());
  EXPECT_EQ(trace_of(player.execution, true).size(), 1U);
}

TEST(Repeats, TheSameCallGetsTheSameAnswerAndIsRecordedOnce) {
  Player player(two_steps());
  const HandInRequest refused = call("a", kBad, "h1", "c1");
  EXPECT_EQ(player.hand_in(refused).attempts_left, 2);
  const StepAnswer again = player.hand_in(refused);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.kind, StepAnswerKind::refused);
  EXPECT_EQ(again.attempts_left, 2);
  EXPECT_EQ(player.execution.hand_ins.size(), 1U);
}

TEST(Repeats, EqualArgumentsOfAnotherCallAreANewAttempt) {
  Player player(two_steps());
  player.hand_in(call("a", kBad, "h1", "c1"));
  EXPECT_EQ(player.hand_in(call("a", kBad, "h1", "c2")).attempts_left, 1);
  EXPECT_EQ(player.hand_in(call("a", kBad, "h1")).kind, StepAnswerKind::handed_off);
}

TEST(Repeats, AnAcceptedHandInWhoseStepIsNoLongerCurrentGetsTheCurrentHandOut) {
  Player player(two_steps());
  player.hand_in(call("a", kGood, "h1"));
  const StepAnswer again = player.hand_in(call("a", kGood, "h1"));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.kind, StepAnswerKind::accepted);
  EXPECT_EQ(player.execution.current_step, "b");
  EXPECT_EQ(player.execution.blocked, 0);
  player.hand_in(call("b", kGood, "h2"));
  EXPECT_EQ(player.hand_in(call("b", kGood, "h2")).kind, StepAnswerKind::ended);
}

TEST(Repeats, ARefusalInAWaitingExecutionComesAgainAsARefusal) {
  Player player(two_steps());
  player.hand_in(Player::with_outcome("a", HandInOutcome::failed));
  const HandInRequest refused = Player::by("claude-opus-5-5", call("a", kBad, "h1", "c1"));
  EXPECT_EQ(player.hand_in(refused).kind, StepAnswerKind::refused);
  EXPECT_EQ(player.hand_in(refused).kind, StepAnswerKind::refused);
  EXPECT_EQ(player.execution.hand_ins.size(), 2U);
}

TEST(Repeats, TheHandOffPacketComesAgain) {
  Player player(a_design().with_step("a").with_output({"topic"}).with_on_failure(FailureThen::escalate, 0));
  player.hand_in(call("a", kBad, "h1", "c1"));
  EXPECT_EQ(player.hand_in(call("a", kBad, "h1", "c1")).kind, StepAnswerKind::handed_off);
}

TEST(Abandoned, IsComputedBookedAndRevived) {
  Player player(two_steps());
  const Timestamp limit = player.now.plus_micros(kMicrosPerDay);
  EXPECT_EQ(state_at(player.execution, limit, kMicrosPerDay), ExecutionState::running);
  const Timestamp later = limit.plus_micros(1);
  EXPECT_EQ(state_at(player.execution, later, kMicrosPerDay), ExecutionState::abandoned);
  EXPECT_TRUE(book_if_abandoned(player.execution, later, kMicrosPerDay));
  EXPECT_FALSE(book_if_abandoned(player.execution, later, kMicrosPerDay));
  EXPECT_EQ(player.execution.ended_at, limit);
  player.now = later;
  const StepAnswer answer = player.hand_in("a", kGood);
  EXPECT_TRUE(answer.revived);
  EXPECT_EQ(player.execution.state, ExecutionState::running);
  EXPECT_FALSE(player.execution.ended_at);
}

TEST(Finish, FinalOutputIsAskedForAndChecked) {
  Player player(a_design().with_step("a").with_outputs(tests::object_schema({"answer"})));
  EXPECT_EQ(player.hand_in("a").kind, StepAnswerKind::accepted);
  EXPECT_TRUE(player.execution.current_step.empty());
  FinishRequest request;
  request.output = Json{{"answer", 3}};
  EXPECT_EQ(player.finish(request).refusal->code, "output_refused");
  request.output = Json{{"answer", "x"}};
  EXPECT_EQ(player.finish(request).kind, FinishAnswerKind::ended);
  EXPECT_EQ(player.execution.output, request.output);
}

TEST(Finish, SucceededWithOpenStepsNamesThem) {
  Player player(two_steps());
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded);
  EXPECT_EQ(answer.open_steps, (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(answer.refusal->message.find("\"a\", \"b\""), std::string::npos);
}

TEST(Finish, AfterTheEndMissingFactsAreAddedAndContradictionsRefused) {
  Player player(a_design().with_step("a"));
  player.hand_in("a");
  FinishRequest request;
  request.confidence = 0.5;
  request.rationale = "clear";
  request.usage.emplace().input = 10;
  EXPECT_EQ(player.finish(request).kind, FinishAnswerKind::added);
  EXPECT_EQ(player.finish(request).kind, FinishAnswerKind::ended);
  request.confidence = 0.9;
  EXPECT_EQ(player.finish(request).refusal->code, "execution_ended");
  EXPECT_EQ(player.execution.confidence, 0.5);
  EXPECT_EQ(player.execution.finish_usage.size(), 1U);
  EXPECT_EQ(player.execution.blocked, 0);
}

TEST(Finish, NamingAnEdgeCaseMakesNoSuccessOfAnEscalation) {
  Player player(a_design().with_step("a").with_edge_case("no-id", "There is no id.", "Escalate."));
  FinishRequest request;
  request.outcome = FinishOutcome::escalated;
  request.edge_case = "no_id";
  EXPECT_EQ(player.finish(request).refusal->code, "unknown_edge_case");
  request.edge_case = "no-id";
  EXPECT_EQ(player.finish(request).kind, FinishAnswerKind::ended);
  EXPECT_EQ(player.execution.edge_case, "no-id");
  EXPECT_FALSE(player.execution.designed_escalation) << "nothing was handed in";
}

TEST(Finish, BadArgumentsAreBlocked) {
  Player player(two_steps());
  FinishRequest request;
  request.confidence = 1.5;
  EXPECT_EQ(player.finish(request).refusal->code, "bad_confidence");
  EXPECT_EQ(player.finish(FinishOutcome::failed, {Player::done("a", kGood)}).refusal->code, "steps_in_guided_mode");
  EXPECT_EQ(player.execution.blocked, 2);
  EXPECT_EQ(player.execution.state, ExecutionState::running);
}

TEST(OutcomeSource, IsCheckedWhereEveryStepTakenHasASchema) {
  Player checked(two_steps());
  checked.hand_in("a", kGood);
  checked.hand_in("b", kGood);
  EXPECT_EQ(checked.execution.outcome_source, OutcomeSource::checked);
  Player prose(a_design().with_step("a").with_output({"topic"}).with_step("b"));
  prose.hand_in("a", kGood);
  prose.hand_in("b");
  EXPECT_EQ(prose.execution.outcome_source, OutcomeSource::self_reported);
}

// "checked" promises that all that was handed in passed checks that could have failed.
TEST(OutcomeSource, IsSelfReportedWhereAnOutputWasNeverChecked) {
  FinishRequest invented;
  invented.output = Json{{"answer", "yes"}};
  invented.steps = {Player::done("a", kGood), Player::done("b", kGood)};
  Player whole(two_steps(), Mode::whole);  // it asks for no final output
  ASSERT_EQ(whole.finish(invented).kind, FinishAnswerKind::ended);
  EXPECT_EQ(whole.execution.outcome_source, OutcomeSource::self_reported);

  Player asked(a_design().with_step("a").with_output({"topic"}).with_outputs(tests::object_schema({"answer"})),
               Mode::whole);
  invented.steps = {Player::done("a", kGood)};
  ASSERT_EQ(asked.finish(invented).kind, FinishAnswerKind::ended);
  EXPECT_EQ(asked.execution.outcome_source, OutcomeSource::checked);

  Player later(two_steps());
  later.hand_in("a", kGood);
  later.hand_in("b", kGood);
  invented.steps.clear();
  ASSERT_EQ(later.finish(invented).kind, FinishAnswerKind::added);
  EXPECT_EQ(later.execution.outcome_source, OutcomeSource::self_reported);
}

TEST(OutcomeSource, IsSelfReportedWhereASchemaDemandsNothing) {
  Design design = a_design().with_step("a").with_output({"topic"});
  design.steps[0].output = Json{{"type", "object"}};
  Player player(design);
  player.hand_in("a", {{"anything", 1}});
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
  EXPECT_EQ(player.execution.outcome_source, OutcomeSource::self_reported);
}

TEST(OutcomeSource, IsSelfReportedWhereAStepWasSkippedThoughTheDesignDoesNotAllowIt) {
  const auto played = [](FailureThen then) {
    Player player(
        a_design().with_step("a").with_output({"topic"}).with_step("b").with_output({"topic"}).with_on_failure(then),
        Mode::whole);
    player.finish(FinishOutcome::succeeded,
                  {Player::done("a", kGood), Player::with_outcome("b", HandInOutcome::skipped)});
    EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
    return player.execution.outcome_source;
  };
  EXPECT_EQ(played(FailureThen::escalate), OutcomeSource::self_reported);
  EXPECT_EQ(played(FailureThen::skip), OutcomeSource::checked);
}

TEST(Whole, OneCallEndsIt) {
  Player player(two_steps(), Mode::whole);
  const auto answer = player.finish(FinishOutcome::succeeded, {Player::done("a", kGood), Player::done("b", kGood)});
  EXPECT_EQ(answer.kind, FinishAnswerKind::ended);
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
}

TEST(Whole, FailingStepsComeBackInOneListAndKeepTheirPlace) {
  Player player(a_design().with_step("a").with_output({"topic"}).with_step("b").with_output({"topic"}).with_step("c"),
                Mode::whole);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::done("a", kBad), Player::done("b", kBad), Player::done("c")});
  EXPECT_EQ(answer.kind, FinishAnswerKind::refused);
  EXPECT_EQ(answer.refusal->code, "steps_refused");
  ASSERT_EQ(answer.refused_steps.size(), 2U);
  EXPECT_EQ(answer.refused_steps[1].step, "b");
  EXPECT_EQ(answer.refused_steps[1].attempts_left, 2);
  EXPECT_EQ(player.finish(FinishOutcome::succeeded, {Player::done("b", kGood), Player::done("a", kGood)}).kind,
            FinishAnswerKind::ended);
  const std::vector<const HandIn*> trace = trace_of(player.execution);
  ASSERT_EQ(trace.size(), 3U);
  EXPECT_EQ(trace[0]->step, "a");
  EXPECT_EQ(trace[1]->step, "b");
  EXPECT_EQ(trace[2]->step, "c");
}

TEST(Whole, HandingInTheWholeListAgainIsNoSecondVisit) {
  Player player(two_steps(), Mode::whole);
  player.finish(FinishOutcome::succeeded, {Player::done("a", kGood), Player::done("b", kBad)});
  player.finish(FinishOutcome::succeeded, {Player::done("a", kGood), Player::done("b", kGood)});
  EXPECT_EQ(player.execution.state, ExecutionState::succeeded);
  EXPECT_EQ(trace_of(player.execution).size(), 2U);
  EXPECT_EQ(visits(player.execution, "a"), 1);
}

TEST(Whole, RepeatedElementsAreTheVisitsOfALoop) {
  Player player(a_loop(FailureThen::escalate, 10), Mode::whole);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::done("a", kGood), Player::done("b", {{"topic", "again"}}),
                                               Player::done("a", kGood), Player::done("b", kGood)});
  EXPECT_EQ(answer.kind, FinishAnswerKind::ended);
  EXPECT_EQ(visits(player.execution, "a"), 2);
}

TEST(Whole, AnUnknownStepIsRecordedAsInsertedWithTheNearest) {
  Player player(a_design().with_step("parse"), Mode::whole);
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, {Player::done("prase")});
  ASSERT_EQ(answer.inserted.size(), 1U);
  EXPECT_EQ(answer.inserted[0].nearest, std::vector<std::string>{"parse"});
  EXPECT_EQ(answer.open_steps, std::vector<std::string>{"parse"});
  EXPECT_NE(answer.refusal->message.find("\"prase\" is no step of this workflow"), std::string::npos);
  EXPECT_NE(answer.refusal->message.find("Nearest: \"parse\"."), std::string::npos);
  EXPECT_EQ(player.execution.hand_ins.size(), 1U);
}

TEST(Whole, AnyStepMayBeSkippedAndStepsBesideThePathAreNotOpen) {
  Player player(a_design().with_step("a").with_branch(Json::object(), "c").with_step("b").with_step("c"), Mode::whole);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::done("a"), Player::with_outcome("c", HandInOutcome::skipped)});
  EXPECT_EQ(answer.kind, FinishAnswerKind::ended);
}

// a, b (topic "x": on to d), c, d, e.
tests::DesignBuilder a_fork(const Json& when) {
  return a_design()
      .with_step("a")
      .with_output({"topic"})
      .with_step("b")
      .with_branch(when, "d")
      .with_step("c")
      .with_step("d")
      .with_step("e");
}

TEST(Whole, OpenStepsBehindABranchThatWasTakenAreNamed) {
  Player player(a_fork({{"output.topic", {{"const", "x"}}}}), Mode::whole);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::done("a", kBad), Player::done("b", {{"topic", "x"}})});
  EXPECT_EQ(answer.open_steps, (std::vector<std::string>{"d", "e"}));
  EXPECT_FALSE(answer.more_may_follow);
  EXPECT_EQ(
      player.finish(FinishOutcome::succeeded, {Player::done("a", kGood), Player::done("d"), Player::done("e")}).kind,
      FinishAnswerKind::ended);
}

TEST(Whole, WhatFollowsABranchThatIsNotDecidedYetIsSaidToFollow) {
  for (const Json& when : {Json{{"output.topic", {{"const", "x"}}}}, Json{{"steps.a.topic", {{"const", "x"}}}}}) {
    const bool needs_a = when.contains("steps.a.topic");
    Player player(a_fork(when), Mode::whole);
    const FinishAnswer answer =
        player.finish(FinishOutcome::succeeded, {needs_a ? Player::done("b", kGood) : Player::done("a", kGood)});
    EXPECT_EQ(answer.open_steps, std::vector<std::string>{needs_a ? "a" : "b"});
    EXPECT_TRUE(answer.more_may_follow);
    EXPECT_NE(answer.refusal->message.find("More steps may follow"), std::string::npos);
  }
}

TEST(Whole, WhoSkipsEverythingHasNotSucceeded) {
  Player player(two_steps(), Mode::whole);
  const std::vector<HandInRequest> skipped = {Player::with_outcome("a", HandInOutcome::skipped),
                                              Player::with_outcome("b", HandInOutcome::skipped)};
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, skipped);
  ASSERT_EQ(answer.kind, FinishAnswerKind::refused);
  EXPECT_EQ(answer.open_steps, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(player.finish(FinishOutcome::succeeded, {Player::done("a", kGood), skipped[1]}).kind,
            FinishAnswerKind::ended);
}

TEST(Whole, AStepThatIsSkippedTwiceIsNamedOnce) {
  Player player(two_steps(), Mode::whole);
  const HandInRequest skipped = Player::with_outcome("a", HandInOutcome::skipped);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {skipped, skipped, Player::with_outcome("b", HandInOutcome::skipped)});
  EXPECT_EQ(answer.open_steps, (std::vector<std::string>{"a", "b"}));
}

TEST(Whole, StepsMayBeHandedInOneByOneInAnyOrder) {
  Player player(two_steps(), Mode::whole);
  EXPECT_EQ(player.hand_in("b", kGood).kind, StepAnswerKind::accepted);
  EXPECT_EQ(player.hand_in("a", kGood).kind, StepAnswerKind::accepted);
  EXPECT_EQ(player.execution.state, ExecutionState::running);
  EXPECT_EQ(player.finish(FinishOutcome::succeeded).kind, FinishAnswerKind::ended);
}

TEST(Whole, SpentAttemptsWaitUntilTheStepIsTaken) {
  Player player(a_design().with_step("a").with_output({"topic"}).with_on_failure(FailureThen::escalate, 0),
                Mode::whole);
  EXPECT_EQ(player.finish(FinishOutcome::succeeded, {Player::done("a", kBad)}).kind, FinishAnswerKind::handed_off);
  EXPECT_EQ(player.execution.state, ExecutionState::waiting);
  EXPECT_EQ(player.execution.current_step, "a");
  EXPECT_EQ(player.finish(FinishOutcome::succeeded, {Player::done("a", kGood)}).kind, FinishAnswerKind::handed_off);
  EXPECT_EQ(player.hand_in(Player::with_outcome("a", HandInOutcome::skipped)).refusal->code, "hand_off_open");
  EXPECT_EQ(player.hand_in(Player::by("claude-opus-5-5", Player::done("a", kGood))).kind, StepAnswerKind::accepted);
  EXPECT_EQ(player.execution.state, ExecutionState::running);
}

TEST(Whole, AHandOffTellsWhatElseIsToBeMendedAndNotTheStepThatWaits) {
  Player player(a_design()
                    .with_step("a")
                    .with_output({"topic"})
                    .with_on_failure(FailureThen::escalate, 0)
                    .with_step("b")
                    .with_output({"topic"}),
                Mode::whole);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::done("a", kBad), Player::done("b", kBad)});
  ASSERT_EQ(answer.kind, FinishAnswerKind::handed_off);
  EXPECT_THAT(answer.refusal->message, testing::HasSubstr("Step \"b\" ("));
  EXPECT_THAT(answer.refusal->message, testing::Not(testing::HasSubstr("\"a\"")));
}

TEST(Whole, TheListSentAgainKeepsWhatAnotherModelDid) {
  Player player(
      a_design().with_step("a").with_output({"topic"}).with_on_failure(FailureThen::escalate, 0).with_step("b"),
      Mode::whole);
  player.finish(FinishOutcome::succeeded, {Player::done("a", kBad)});
  player.hand_in(Player::by("claude-opus-5-5", Player::done("a", {{"topic", "right"}})));
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {Player::done("a", {{"topic", "wrong"}}), Player::done("b")});
  EXPECT_EQ(answer.kind, FinishAnswerKind::ended);
  EXPECT_EQ((*latest_output(player.execution, "a"))["topic"], "right");
  EXPECT_EQ(player.execution.hand_ins.size(), 3U);
}

TEST(Whole, ABranchToEscalateIsADesignedEscalation) {
  Player player(a_design().with_step("a").with_branch(Json::object(), "escalate"), Mode::whole);
  player.finish(FinishOutcome::escalated, {Player::done("a")});
  EXPECT_EQ(player.execution.state, ExecutionState::escalated);
  EXPECT_TRUE(player.execution.designed_escalation);
}

TEST(Whole, TheSameFinishAgainIsNoContradictionWhereTheDesignDecided) {
  Player escalated(a_design().with_step("a").with_branch(Json::object(), "escalate"), Mode::whole);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(escalated.finish(FinishOutcome::succeeded, {call("a", kGood, "h1")}).kind, FinishAnswerKind::ended);
    EXPECT_EQ(escalated.execution.state, ExecutionState::escalated);
  }
  Player failed(a_design().with_step("a").with_output({"topic"}).with_on_failure(FailureThen::fail, 0).with_step("b"),
                Mode::whole);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(failed.finish(FinishOutcome::succeeded, {call("a", kBad, "h1"), call("b", kGood, "h2")}).kind,
              FinishAnswerKind::ended);
    EXPECT_EQ(failed.execution.state, ExecutionState::failed);
    EXPECT_EQ(failed.execution.hand_ins.size(), 1U);
  }
  EXPECT_EQ(failed.finish(FinishOutcome::succeeded, {call("b", kGood, "h2")}).refusal->code, "execution_ended");
}

TEST(Whole, ASuccessBeyondMaxVisitsIsRefused) {
  for (const FailureThen then : {FailureThen::escalate, FailureThen::fail}) {
    Player player(a_loop(then, 1), Mode::whole);
    const FinishAnswer answer =
        player.finish(FinishOutcome::succeeded, {Player::done("a", kGood), Player::done("b", {{"topic", "again"}})});
    ASSERT_EQ(answer.kind, FinishAnswerKind::refused);
    EXPECT_EQ(answer.refusal->code, "visits_spent");
    EXPECT_NE(answer.refusal->message.find("step \"a\" again"), std::string::npos);
    EXPECT_EQ(player.finish(FinishOutcome::escalated).kind, FinishAnswerKind::ended);
  }
}

TEST(Whole, EverythingThatASuccessLacksIsToldAtOnce) {
  Player player(
      a_design().with_step("a").with_output({"topic"}).with_step("b").with_outputs(tests::object_schema({"answer"})),
      Mode::whole);
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, {Player::done("a", kBad)});
  EXPECT_EQ(answer.refused_steps.size(), 1U);
  EXPECT_EQ(answer.open_steps, std::vector<std::string>{"b"});
  EXPECT_NE(answer.refusal->message.find("final output"), std::string::npos);
}

}  // namespace
}  // namespace pianola::workflow
