#include "workflow/corrected_way.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/player.h"
#include "workflow/adherence.h"

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::a_design;
using tests::Player;

// classify leads to refund or to answer, and both to reply.
Design two_ways() {
  Json kind = tests::object_schema({"kind", "why"});
  return a_design()
      .with_step("classify")
      .with_output_schema(kind)
      .with_branch({{"output.kind", {{"const", "refund"}}}}, "refund")
      .with_branch(Json::object(), "answer")
      .with_step("refund")
      .with_output({"amount"})
      .with_branch(Json::object(), "reply")
      .with_step("answer")
      .with_output({"text"})
      .with_step("reply")
      .with_output({"mail"});
}

HandInRequest step(const char* id, const Json& output) {
  HandInRequest request = Player::done(id, output);
  request.arguments_hash = std::string(id) + output.dump();
  return request;
}

const Json kRefundWithoutReason = {{"kind", "refund"}};
const Json kQuestion = {{"kind", "question"}, {"why", "It asks."}};
const Json kRefund = {{"kind", "refund"}, {"why", "It is torn."}};

// Everything of the refund's way at once, of which classify is refused.
Player refused_at_classify() {
  Player player(two_ways(), Mode::whole);
  const FinishAnswer answer = player.finish(
      FinishOutcome::succeeded,
      {step("classify", kRefundWithoutReason), step("refund", {{"amount", "9"}}), step("reply", {{"mail", "Here."}})});
  EXPECT_EQ(answer.refused_steps.size(), 1U);
  return player;
}

Adherence measured(const Player& player) {
  return measure_adherence(player.version(), player.execution, player.execution.input).value();
}

TEST(CorrectedWay, WhatWasHandedInForTheOldWayIsToldWithTheOpenSteps) {
  Player player = refused_at_classify();
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, {step("classify", kQuestion)});
  ASSERT_EQ(answer.kind, FinishAnswerKind::refused);
  EXPECT_THAT(answer.open_steps, ElementsAre("answer"));
  EXPECT_THAT(answer.superseded, ElementsAre("refund"));
  EXPECT_THAT(answer.refusal->message, HasSubstr("\"refund\" is not on it any more"));
}

TEST(CorrectedWay, IsFollowedInFullOnceTheNewStepsAreHandedIn) {
  Player player = refused_at_classify();
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {step("classify", kQuestion), step("answer", {{"text", "Yes."}})});
  ASSERT_EQ(answer.kind, FinishAnswerKind::ended) << answer.refusal->message;
  EXPECT_EQ(measured(player).score, 1.0);
  EXPECT_THAT(measured(player).deviations, ElementsAre(Deviation{DeviationKind::superseded, "refund"}));
}

TEST(CorrectedWay, AnAcceptedStepHandedInAnewLeadsElsewhereToo) {
  Player player(two_ways(), Mode::whole);
  player.finish(FinishOutcome::succeeded, {step("classify", kRefund), step("refund", {{"amount", "9"}})});
  const FinishAnswer answer = player.finish(
      FinishOutcome::succeeded,
      {step("classify", kQuestion), step("answer", {{"text", "Yes."}}), step("reply", {{"mail", "Here."}})});
  ASSERT_EQ(answer.kind, FinishAnswerKind::ended) << answer.refusal->message;
  EXPECT_EQ(measured(player).score, 1.0);
  EXPECT_THAT(measured(player).deviations, ElementsAre(Deviation{DeviationKind::superseded, "refund"}));
}

TEST(CorrectedWay, CorrectionThatLeadsTheSameWayForgivesNothing) {
  Player player(two_ways(), Mode::whole);
  player.finish(FinishOutcome::succeeded, {step("classify", {{"kind", "question"}}), step("refund", {{"amount", "9"}}),
                                           step("answer", {{"text", "Yes."}}), step("reply", {{"mail", "Here."}})});
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, {step("classify", kQuestion)});
  ASSERT_EQ(answer.kind, FinishAnswerKind::ended);
  EXPECT_THAT(measured(player).deviations, ElementsAre(Deviation{DeviationKind::inserted, "refund"}))
      << "refund was on no way that classify ever led";
  EXPECT_LT(measured(player).score, 1.0);
}

TEST(CorrectedWay, ForgottenStepStaysReordered) {
  Player player(two_ways(), Mode::whole);
  player.finish(FinishOutcome::succeeded,
                {step("classify", {{"kind", "question"}}), step("reply", {{"mail", "Here."}})});
  const FinishAnswer answer =
      player.finish(FinishOutcome::succeeded, {step("classify", kQuestion), step("answer", {{"text", "Yes."}})});
  ASSERT_EQ(answer.kind, FinishAnswerKind::ended);
  EXPECT_FALSE(measured(player).deviations.empty());
  EXPECT_LT(measured(player).score, 1.0);
}

TEST(CorrectedWay, WaysBackAndForthAreForgivenBoth) {
  Player player = refused_at_classify();
  player.finish(FinishOutcome::succeeded, {step("classify", kQuestion), step("answer", {{"text", 3}})});
  const FinishAnswer answer = player.finish(FinishOutcome::succeeded, {step("classify", kRefund)});
  ASSERT_EQ(answer.kind, FinishAnswerKind::ended) << answer.refusal->message;
  EXPECT_EQ(measured(player).score, 1.0);
  EXPECT_THAT(measured(player).deviations, IsEmpty());
}

TEST(CorrectedWay, GuidedExecutionsHaveOneWay) {
  Player player(two_ways());
  player.hand_in("classify", kRefundWithoutReason);
  player.hand_in("classify", kRefund);
  player.hand_in("refund", {{"amount", "9"}});
  const CorrectedWay way = corrected_way(player.version(), player.execution, player.execution.input);
  EXPECT_EQ(way.trace.size(), 2U);
  EXPECT_THAT(way.superseded, IsEmpty());
}

}  // namespace
}  // namespace pianola::workflow
