// The adherence of executions that were played: what the server itself asked for is never a deviation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/player.h"
#include "workflow/adherence.h"

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tests::a_design;
using tests::kBad;
using tests::kGood;
using tests::Player;

Adherence measured(const Player& player) {
  return measure_adherence(player.version(), player.execution, player.execution.input).value();
}

Design three_steps(FailureThen then = FailureThen::escalate) {
  return a_design().with_step("a").with_on_failure(then).with_step("b").with_on_failure(then).with_step("c");
}

// b goes back to a, which may be visited once and is passed over then.
Design a_loop_that_is_passed_over() {
  return a_design()
      .with_step("a")
      .with_output({"topic"})
      .with_on_failure(FailureThen::skip)
      .with_max_visits(1)
      .with_step("b")
      .with_output({"topic"})
      .with_branch({{"output.topic", {{"const", "again"}}}}, "a");
}

TEST(MeasureAdherence, StepPassedOverForMaxVisitsIsADesignedSkip) {
  Player player(a_loop_that_is_passed_over());
  player.hand_in("a", kGood);
  player.hand_in("b", {{"topic", "again"}});
  player.hand_in("b", kGood);
  ASSERT_EQ(player.execution.state, ExecutionState::succeeded);
  EXPECT_EQ(measured(player).score, 1.0);
  EXPECT_THAT(measured(player).deviations, ElementsAre(Deviation{DeviationKind::designed, "a"}));
}

TEST(MeasureAdherence, StepPassedOverForMaxVisitsIsADesignedSkipInWholeModeToo) {
  Player player(a_loop_that_is_passed_over(), Mode::whole);
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded,
                    {Player::done("a", kGood), Player::done("b", {{"topic", "again"}}), Player::done("b", kGood)});
  ASSERT_EQ(answer.kind, FinishAnswerKind::ended);
  EXPECT_EQ(measured(player).score, 1.0);
  EXPECT_THAT(measured(player).deviations, ElementsAre(Deviation{DeviationKind::designed, "a"}));
}

TEST(MeasureAdherence, HandOffThatNobodyTookUpIsAnEndOfTheGraph) {
  for (const FinishOutcome outcome : {FinishOutcome::escalated, FinishOutcome::failed}) {
    Player player(three_steps());
    player.hand_in("a");
    player.hand_in(Player::with_outcome("b", HandInOutcome::failed));
    player.finish(outcome);
    EXPECT_EQ(measured(player).score, 1.0);
  }
}

TEST(MeasureAdherence, FailByOnFailureIsAnEndOfTheGraph) {
  Player player(three_steps(FailureThen::fail));
  player.hand_in("a");
  player.hand_in(Player::with_outcome("b", HandInOutcome::failed));
  ASSERT_EQ(player.execution.state, ExecutionState::failed);
  EXPECT_EQ(measured(player).score, 1.0);
}

TEST(MeasureAdherence, OtherEarlyEndsCostTheMissingSteps) {
  Player player(three_steps());
  player.hand_in("a");
  player.finish(FinishOutcome::escalated);
  EXPECT_EQ(measured(player).score, 0.5);  // two missing of 1 + 3
  EXPECT_THAT(measured(player).deviations,
              ElementsAre(Deviation{DeviationKind::skipped, "b"}, Deviation{DeviationKind::skipped, "c"}));
}

TEST(MeasureAdherence, NothingAcceptedHasNone) {
  Player player(a_design().with_step("a").with_output({"topic"}));
  player.hand_in("a", kBad);
  player.finish(FinishOutcome::failed);
  EXPECT_FALSE(measure_adherence(player.version(), player.execution, player.execution.input));
}

// b leads to the end where a's topic is "x".
Design a_branch_on_an_earlier_step() {
  return a_design()
      .with_step("a")
      .with_output({"topic"})
      .with_step("b")
      .with_branch({{"steps.a.topic", {{"const", "x"}}}}, "end")
      .with_step("c");
}

TEST(MeasureAdherence, StepMendedLaterCountsForTheBranchesThatLookAtIt) {
  Player player(a_branch_on_an_earlier_step(), Mode::whole);
  player.finish(FinishOutcome::succeeded, {Player::done("a", kBad), Player::done("b")});
  ASSERT_EQ(player.finish(FinishOutcome::succeeded, {Player::done("a", {{"topic", "x"}})}).kind,
            FinishAnswerKind::ended);
  EXPECT_EQ(measured(player).score, 1.0);
  EXPECT_THAT(measured(player).deviations, IsEmpty());
}

TEST(MeasureAdherence, BranchThatDidNotMatchIsAWrongBranch) {
  Player player(a_design()
                    .with_step("a")
                    .with_output({"topic"})
                    .with_branch({{"output.topic", {{"const", "x"}}}}, "c")
                    .with_step("b")
                    .with_branch(Json::object(), "end")
                    .with_step("c"),
                Mode::whole);
  player.finish(FinishOutcome::failed, {Player::done("a", {{"topic", "x"}}), Player::done("b")});
  EXPECT_THAT(measured(player).deviations, ElementsAre(Deviation{DeviationKind::wrong_branch, "a"}));
  EXPECT_EQ(measured(player).score, 0.75);  // one of 2 + 2
}

TEST(MeasureAdherence, AbandonedNamesWhereItStood) {
  for (const Mode mode : {Mode::guided, Mode::whole}) {
    Player player(three_steps(), mode);
    player.hand_in("a");
    book_if_abandoned(player.execution, player.now.plus_micros(2 * kMicrosPerDay), kMicrosPerDay);
    EXPECT_EQ(measured(player).deviations.back(), (Deviation{DeviationKind::abandoned_at, "b"}));
  }
}

constexpr unsigned kPlaySeed = 20261125;
const std::vector<std::string> kPlayed = {"a", "b", "c", "d"};

// Up to two branches a step, any on_failure, few visits, no retries.
Design a_random_played_design(std::mt19937& random) {
  tests::DesignBuilder builder = a_design("random");
  const std::size_t steps = 1 + random() % kPlayed.size();
  for (std::size_t i = 0; i < steps; ++i) {
    builder.with_step(kPlayed[i]).with_output({"topic"}).with_max_visits(1 + static_cast<int>(random() % 2));
    builder.with_on_failure(static_cast<FailureThen>(random() % 3), 0);
    for (std::size_t branches = random() % 3; branches > 0; --branches) {
      const std::size_t to = random() % (steps + 2);
      const char* topic = random() % 2 == 0 ? "p" : "q";
      const Json when = random() % 4 == 0 ? Json::object() : Json{{"output.topic", {{"const", topic}}}};
      builder.with_branch(when, to == steps ? "end" : to > steps ? "escalate" : kPlayed[to]);
    }
  }
  return builder;
}

// Whatever is asked for, in one of the ways that the server takes.
void play_on(Player& player, std::mt19937& random) {
  const std::string step = player.execution.current_step;
  const bool waits = player.execution.state == ExecutionState::waiting;
  constexpr const char* kTopics[] = {"p", "q", "r"};
  HandInRequest good = Player::done(step, {{"topic", kTopics[random() % 3]}});
  if (waits) good.executor = "claude-opus-5-5";
  switch (waits ? 0 : random() % 6) {
    case 4:
      player.hand_in(step, kBad);
      return;
    case 5:
      player.hand_in(Player::with_outcome(step, HandInOutcome::failed));
      return;
    default:
      player.hand_in(good);
  }
}

TEST(MeasureAdherence, WhatTheServerLedToItsEndFollowedTheVersionExactly) {
  std::mt19937 random(kPlaySeed);
  int ended = 0;
  for (int round = 0; round < 3'000; ++round) {
    const Design design = a_random_played_design(random);
    Player player(design);
    for (int move = 0; move < 40 && is_open(player.execution.state); ++move) play_on(player, random);
    if (is_open(player.execution.state)) continue;
    const auto adherence = measure_adherence(player.version(), player.execution, player.execution.input);
    if (!adherence) continue;
    ++ended;
    ASSERT_EQ(adherence->score, 1.0) << "seed " << kPlaySeed << ", round " << round << ": "
                                     << dump_compact(encode_design(design));
  }
  EXPECT_GT(ended, 1'000);
}

}  // namespace
}  // namespace pianola::workflow
