// Every transition of an execution's state machine, the refused ones too: a state, an event, and what follows.
#include <gtest/gtest.h>

#include "tests/support/player.h"

namespace pianola::workflow {
namespace {

using tests::a_design;
using tests::kBad;
using tests::kGood;
using tests::Player;

enum class From { running, last_step, output_asked, waiting, succeeded, failed, escalated, idle, idle_waiting, booked };

// One row: from a state, this event leads to that state with that answer.
struct HandInRow {
  const char* name;
  From from;
  FailureThen then;
  HandInRequest request;
  StepAnswerKind answer;
  const char* code;  // of the refusal; empty where there is none
  ExecutionState state;
  const char* current_step;
};

Design design_of(From from, FailureThen then) {
  auto design = a_design().with_step("first").with_output({"topic"}).with_on_failure(then, 0);
  design.with_branch({{"output.topic", {{"const", "stop"}}}}, "end");
  design.with_branch({{"output.topic", {{"const", "ask"}}}}, "escalate");
  design.with_step("second").with_output({"topic"}).with_on_failure(then, 0);
  if (from == From::output_asked) design.with_outputs(tests::object_schema({"answer"}));
  return design;
}

void give_up(Player& player) { player.hand_in("first", kBad); }

Player player_in(From from, FailureThen then) {
  Player player(design_of(from, then));
  switch (from) {
    case From::running:
      break;
    case From::last_step:
      player.hand_in("first", kGood);
      break;
    case From::output_asked:
    case From::succeeded:
      player.hand_in("first", kGood);
      player.hand_in("second", kGood);
      break;
    case From::waiting:
      give_up(player);
      break;
    case From::failed:
      player.finish(FinishOutcome::failed);
      break;
    case From::escalated:
      player.finish(FinishOutcome::escalated);
      break;
    case From::idle:
      player.now = player.now.plus_micros(2 * kMicrosPerDay);
      break;
    case From::idle_waiting:
      give_up(player);
      [[fallthrough]];
    case From::booked:
      player.now = player.now.plus_micros(2 * kMicrosPerDay);
      book_if_abandoned(player.execution, player.now, kMicrosPerDay);
      break;
  }
  return player;
}

HandInRequest done(const char* step, const Json& output) { return Player::done(step, output); }
HandInRequest failed(const char* step) { return Player::with_outcome(step, HandInOutcome::failed, "cannot"); }
HandInRequest skipped(const char* step) { return Player::with_outcome(step, HandInOutcome::skipped); }

class HandInTransition : public testing::TestWithParam<HandInRow> {};

TEST_P(HandInTransition, LeadsWhereTheTableSays) {
  const HandInRow& row = GetParam();
  Player player = player_in(row.from, row.then);
  const std::size_t recorded = player.execution.hand_ins.size();
  const int blocked = player.execution.blocked;
  const bool was_ended = !is_open(player.execution.state);
  const StepAnswer answer = player.hand_in(row.request);
  EXPECT_EQ(answer.kind, row.answer);
  EXPECT_EQ(answer.refusal ? answer.refusal->code : "", row.code);
  EXPECT_EQ(to_string(player.execution.state), to_string(row.state));
  EXPECT_EQ(player.execution.current_step, row.current_step);
  const bool is_blocked = row.answer == StepAnswerKind::blocked;
  EXPECT_EQ(player.execution.hand_ins.size(), recorded + (is_blocked ? 0 : 1));
  EXPECT_EQ(player.execution.blocked, blocked + (is_blocked && !was_ended ? 1 : 0));
  EXPECT_EQ(player.execution.ended_at.has_value(), !is_open(row.state) || row.state == ExecutionState::abandoned);
}

using K = StepAnswerKind;
using S = ExecutionState;
constexpr FailureThen kEscalate = FailureThen::escalate;
constexpr FailureThen kSkip = FailureThen::skip;
constexpr FailureThen kFail = FailureThen::fail;

const HandInRow kHandIns[] = {
    {"Accepted", From::running, kEscalate, done("first", kGood), K::accepted, "", S::running, "second"},
    {"AcceptedGotoEnd", From::running, kEscalate, done("first", {{"topic", "stop"}}), K::ended, "", S::succeeded, ""},
    {"AcceptedGotoEscalate", From::running, kEscalate, done("first", {{"topic", "ask"}}), K::ended, "", S::escalated,
     ""},
    {"RefusedThenEscalate", From::running, kEscalate, done("first", kBad), K::handed_off, "", S::waiting, "first"},
    {"RefusedThenSkip", From::running, kSkip, done("first", kBad), K::skipped, "", S::running, "second"},
    {"RefusedThenFail", From::running, kFail, done("first", kBad), K::ended, "", S::failed, ""},
    {"FailedThenEscalate", From::running, kEscalate, failed("first"), K::handed_off, "", S::waiting, "first"},
    {"FailedThenSkip", From::running, kSkip, failed("first"), K::skipped, "", S::running, "second"},
    {"FailedThenFail", From::running, kFail, failed("first"), K::ended, "", S::failed, ""},
    {"SkippedAllowed", From::running, kSkip, skipped("first"), K::skipped, "", S::running, "second"},
    {"SkippedNotAllowed", From::running, kEscalate, skipped("first"), K::blocked, "skip_not_allowed", S::running,
     "first"},
    {"SkippedNotAllowedWhereFail", From::running, kFail, skipped("first"), K::blocked, "skip_not_allowed", S::running,
     "first"},
    {"WrongStep", From::running, kEscalate, done("second", kGood), K::blocked, "wrong_step", S::running, "first"},
    {"UnknownStep", From::running, kEscalate, done("third", kGood), K::blocked, "wrong_step", S::running, "first"},
    {"MissingStep", From::running, kEscalate, done("", kGood), K::blocked, "missing_step", S::running, "first"},
    {"MissingOutput", From::running, kEscalate, Player::done("first"), K::blocked, "missing_output", S::running,
     "first"},
    {"OutputNoObject", From::running, kEscalate, done("first", 3), K::blocked, "missing_output", S::running, "first"},
    {"LastAccepted", From::last_step, kEscalate, done("second", kGood), K::ended, "", S::succeeded, ""},
    {"LastSkipped", From::last_step, kSkip, skipped("second"), K::ended, "", S::succeeded, ""},
    {"LastFailed", From::last_step, kFail, failed("second"), K::ended, "", S::failed, ""},
    {"LastEscalates", From::last_step, kEscalate, failed("second"), K::handed_off, "", S::waiting, "second"},
    {"StepAfterTheLast", From::output_asked, kEscalate, done("second", kGood), K::blocked, "final_output_asked",
     S::running, ""},
    {"WaitingTaken", From::waiting, kEscalate, done("first", kGood), K::accepted, "", S::running, "second"},
    {"WaitingTakenToTheEnd", From::waiting, kEscalate, done("first", {{"topic", "stop"}}), K::ended, "", S::succeeded,
     ""},
    {"WaitingRefused", From::waiting, kEscalate, done("first", kBad), K::refused, "output_refused", S::waiting,
     "first"},
    {"WaitingFailed", From::waiting, kEscalate, failed("first"), K::handed_off, "", S::waiting, "first"},
    {"WaitingSkipped", From::waiting, kEscalate, skipped("first"), K::blocked, "skip_not_allowed", S::waiting, "first"},
    {"WaitingWrongStep", From::waiting, kEscalate, done("second", kGood), K::blocked, "wrong_step", S::waiting,
     "first"},
    {"SucceededHandIn", From::succeeded, kEscalate, done("first", kGood), K::blocked, "execution_ended", S::succeeded,
     ""},
    {"FailedHandIn", From::failed, kEscalate, done("first", kGood), K::blocked, "execution_ended", S::failed, "first"},
    {"EscalatedHandIn", From::escalated, kEscalate, done("first", kGood), K::blocked, "execution_ended", S::escalated,
     "first"},
    {"IdleRevived", From::idle, kEscalate, done("first", kGood), K::accepted, "", S::running, "second"},
    {"BookedRevived", From::booked, kEscalate, done("first", kGood), K::accepted, "", S::running, "second"},
    {"BookedRevivedByARefusal", From::booked, kSkip, done("first", kBad), K::skipped, "", S::running, "second"},
    {"BookedBlocked", From::booked, kEscalate, done("second", kGood), K::blocked, "wrong_step", S::abandoned, "first"},
    {"IdleWaitingRevived", From::idle_waiting, kEscalate, done("first", kGood), K::accepted, "", S::running, "second"},
    {"IdleWaitingRefused", From::idle_waiting, kEscalate, done("first", kBad), K::refused, "output_refused", S::waiting,
     "first"},
};

INSTANTIATE_TEST_SUITE_P(Execution, HandInTransition, testing::ValuesIn(kHandIns),
                         [](const auto& row) { return row.param.name; });

// One row: a finish with no more than its outcome.
struct FinishRow {
  const char* name;
  From from;
  FinishOutcome outcome;
  FinishAnswerKind answer;
  const char* code;
  ExecutionState state;
};

class FinishTransition : public testing::TestWithParam<FinishRow> {};

TEST_P(FinishTransition, LeadsWhereTheTableSays) {
  const FinishRow& row = GetParam();
  Player player = player_in(row.from, FailureThen::escalate);
  const FinishAnswer answer = player.finish(row.outcome);
  EXPECT_EQ(answer.kind, row.answer);
  EXPECT_EQ(answer.refusal ? answer.refusal->code : "", row.code);
  EXPECT_EQ(to_string(player.execution.state), to_string(row.state));
  EXPECT_FALSE(player.execution.designed_escalation);
}

using F = FinishAnswerKind;
constexpr FinishOutcome kSucceeded = FinishOutcome::succeeded;
constexpr FinishOutcome kFailed = FinishOutcome::failed;
constexpr FinishOutcome kEscalated = FinishOutcome::escalated;

const FinishRow kFinishes[] = {
    {"RunningSucceeded", From::running, kSucceeded, F::refused, "open_steps", S::running},
    {"RunningFailed", From::running, kFailed, F::ended, "", S::failed},
    {"RunningEscalated", From::running, kEscalated, F::ended, "", S::escalated},
    {"OutputAskedSucceeded", From::output_asked, kSucceeded, F::refused, "missing_output", S::running},
    {"OutputAskedFailed", From::output_asked, kFailed, F::ended, "", S::failed},
    {"WaitingSucceeded", From::waiting, kSucceeded, F::refused, "open_steps", S::waiting},
    {"WaitingFailed", From::waiting, kFailed, F::ended, "", S::failed},
    {"WaitingEscalated", From::waiting, kEscalated, F::ended, "", S::escalated},
    {"SucceededAgain", From::succeeded, kSucceeded, F::ended, "", S::succeeded},
    {"SucceededThenFailed", From::succeeded, kFailed, F::blocked, "execution_ended", S::succeeded},
    {"SucceededThenEscalated", From::succeeded, kEscalated, F::blocked, "execution_ended", S::succeeded},
    {"FailedAgain", From::failed, kFailed, F::ended, "", S::failed},
    {"FailedThenSucceeded", From::failed, kSucceeded, F::blocked, "execution_ended", S::failed},
    {"EscalatedAgain", From::escalated, kEscalated, F::ended, "", S::escalated},
    {"EscalatedThenSucceeded", From::escalated, kSucceeded, F::blocked, "execution_ended", S::escalated},
    {"IdleSucceeded", From::idle, kSucceeded, F::refused, "open_steps", S::running},
    {"IdleFailed", From::idle, kFailed, F::ended, "", S::failed},
    {"BookedSucceeded", From::booked, kSucceeded, F::refused, "open_steps", S::abandoned},
    {"BookedFailed", From::booked, kFailed, F::ended, "", S::failed},
    {"BookedEscalated", From::booked, kEscalated, F::ended, "", S::escalated},
};

INSTANTIATE_TEST_SUITE_P(Execution, FinishTransition, testing::ValuesIn(kFinishes),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace pianola::workflow
