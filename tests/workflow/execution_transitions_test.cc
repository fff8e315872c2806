// Every transition of an execution's state machine, the refused ones too: a state, an event, and what follows. That no
// pair of a state and an event is missing is a test as well.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/player.h"

namespace pianola::workflow {
namespace {

using tests::a_design;
using tests::kBad;
using tests::kGood;
using tests::Player;

// `idle`: abandoned as it is read, not booked yet; `booked`: that was booked. The waiting ones waited before.
enum class From {
  running,
  spare,  // as running, with an attempt to spare
  last_step,
  output_asked,
  waiting,
  succeeded,
  failed,
  escalated,
  idle,
  idle_waiting,
  booked,
  booked_waiting
};
constexpr From kAllFrom[] = {From::running, From::spare,        From::last_step, From::output_asked,
                             From::waiting, From::succeeded,    From::failed,    From::escalated,
                             From::idle,    From::idle_waiting, From::booked,    From::booked_waiting};
const char* name_of(From from) {
  constexpr const char* kNames[] = {"Running", "Spare",     "LastStep", "OutputAsked", "Waiting", "Succeeded",
                                    "Failed",  "Escalated", "Idle",     "IdleWaiting", "Booked",  "BookedWaiting"};
  return kNames[static_cast<int>(from)];
}

// What is handed in, of the current step unless it says otherwise.
enum class Event {
  good,
  goto_end,       // an output whose branch leads to the end
  goto_escalate,  // or to "escalate"
  bad,            // an output that breaks a rule
  failed,
  skipped,
  wrong_step,
  unknown_step,
  missing_step,
  missing_output,
  no_object
};
constexpr Event kAllEvents[] = {Event::good,         Event::goto_end,       Event::goto_escalate, Event::bad,
                                Event::failed,       Event::skipped,        Event::wrong_step,    Event::unknown_step,
                                Event::missing_step, Event::missing_output, Event::no_object};
const char* name_of(Event event) {
  constexpr const char* kNames[] = {"Good",      "GotoEnd",     "GotoEscalate", "Bad",           "Failed",  "Skipped",
                                    "WrongStep", "UnknownStep", "MissingStep",  "MissingOutput", "NoObject"};
  return kNames[static_cast<int>(event)];
}

// One row: from a state, this event leads to that state with that answer.
struct HandInRow {
  From from;
  FailureThen then;
  Event event;
  StepAnswerKind answer;
  const char* code;  // of the refusal; empty where there is none
  ExecutionState state;
  const char* current_step;
  bool same_model = false;  // a waiting step is handed in by the model that spent its attempts, not by another one
};

Design design_of(From from, FailureThen then) {
  const int retries = from == From::spare ? 1 : 0;
  auto design = a_design().with_step("first").with_output({"topic"}).with_on_failure(then, retries);
  design.with_branch({{"output.topic", {{"const", "stop"}}}}, "end");
  design.with_branch({{"output.topic", {{"const", "ask"}}}}, "escalate");
  design.with_step("second").with_output({"topic"}).with_on_failure(then, 0);
  if (from == From::output_asked) design.with_outputs(tests::object_schema({"answer"}));
  return design;
}

bool is_one_of(From from, std::initializer_list<From> list) {
  return std::find(list.begin(), list.end(), from) != list.end();
}

Player player_in(From from, FailureThen then) {
  Player player(design_of(from, then));
  if (is_one_of(from, {From::last_step, From::output_asked, From::succeeded})) player.hand_in("first", kGood);
  if (is_one_of(from, {From::output_asked, From::succeeded})) player.hand_in("second", kGood);
  if (is_one_of(from, {From::waiting, From::idle_waiting, From::booked_waiting})) player.hand_in("first", kBad);
  if (from == From::failed) player.finish(FinishOutcome::failed);
  if (from == From::escalated) player.finish(FinishOutcome::escalated);
  if (is_one_of(from, {From::idle, From::idle_waiting, From::booked, From::booked_waiting})) {
    player.now = player.now.plus_micros(2 * kMicrosPerDay);
  }
  if (is_one_of(from, {From::booked, From::booked_waiting})) {
    book_if_abandoned(player.execution, player.now, kMicrosPerDay);
  }
  return player;
}

HandInRequest handed_in_by_the_starter(const HandInRow& row) {
  const std::string current = row.from == From::last_step ? "second" : "first";
  switch (row.event) {
    case Event::good:
      return Player::done(current, kGood);
    case Event::goto_end:
      return Player::done(current, {{"topic", "stop"}});
    case Event::goto_escalate:
      return Player::done(current, {{"topic", "ask"}});
    case Event::bad:
      return Player::done(current, kBad);
    case Event::failed:
      return Player::with_outcome(current, HandInOutcome::failed, "cannot");
    case Event::skipped:
      return Player::with_outcome(current, HandInOutcome::skipped);
    case Event::wrong_step:
      return Player::done(row.from == From::last_step ? "first" : "second", kGood);
    case Event::unknown_step:
      return Player::done("third", kGood);
    case Event::missing_step:
      return Player::done("", kGood);
    case Event::missing_output:
      return Player::done(current);
    case Event::no_object:
      return Player::done(current, 3);
  }
  return {};
}

HandInRequest request_of(const HandInRow& row) {
  HandInRequest request = handed_in_by_the_starter(row);
  const bool waits = is_one_of(row.from, {From::waiting, From::idle_waiting, From::booked_waiting});
  if (waits && !row.same_model) request.executor = "claude-opus-5-5";
  return request;
}

class HandInTransition : public testing::TestWithParam<HandInRow> {};

TEST_P(HandInTransition, LeadsWhereTheTableSays) {
  const HandInRow& row = GetParam();
  Player player = player_in(row.from, row.then);
  const std::size_t recorded = player.execution.hand_ins.size();
  const int blocked = player.execution.blocked;
  const bool was_ended = !is_open(player.execution.state);
  const bool was_idle = state_at(player.execution, player.now, kMicrosPerDay) == ExecutionState::abandoned;
  const StepAnswer answer = player.hand_in(request_of(row));
  EXPECT_EQ(answer.kind, row.answer);
  EXPECT_EQ(answer.refusal ? answer.refusal->code : "", row.code);
  EXPECT_EQ(to_string(player.execution.state), to_string(row.state));
  EXPECT_EQ(player.execution.current_step, row.current_step);
  const bool is_blocked = row.answer == StepAnswerKind::blocked;
  EXPECT_EQ(player.execution.hand_ins.size(), recorded + (is_blocked ? 0 : 1));
  EXPECT_EQ(player.execution.blocked, blocked + (is_blocked && !was_ended ? 1 : 0));
  EXPECT_EQ(answer.revived, was_idle && !is_blocked);
  EXPECT_EQ(player.execution.ended_at.has_value(), !is_open(row.state) || row.state == ExecutionState::abandoned);
}

using K = StepAnswerKind;
using S = ExecutionState;
using E = Event;
constexpr FailureThen kEscalate = FailureThen::escalate;
constexpr FailureThen kSkip = FailureThen::skip;
constexpr FailureThen kFail = FailureThen::fail;

const HandInRow kHandIns[] = {
    {From::running, kEscalate, E::good, K::accepted, "", S::running, "second"},
    {From::running, kEscalate, E::goto_end, K::ended, "", S::succeeded, ""},
    {From::running, kEscalate, E::goto_escalate, K::ended, "", S::escalated, ""},
    {From::running, kEscalate, E::bad, K::handed_off, "", S::waiting, "first"},
    {From::running, kSkip, E::bad, K::skipped, "", S::running, "second"},
    {From::running, kFail, E::bad, K::ended, "", S::failed, ""},
    {From::running, kEscalate, E::failed, K::handed_off, "", S::waiting, "first"},
    {From::running, kSkip, E::failed, K::skipped, "", S::running, "second"},
    {From::running, kFail, E::failed, K::ended, "", S::failed, ""},
    {From::running, kEscalate, E::skipped, K::blocked, "skip_not_allowed", S::running, "first"},
    {From::running, kSkip, E::skipped, K::skipped, "", S::running, "second"},
    {From::running, kFail, E::skipped, K::blocked, "skip_not_allowed", S::running, "first"},
    {From::running, kEscalate, E::wrong_step, K::blocked, "wrong_step", S::running, "first"},
    {From::running, kEscalate, E::unknown_step, K::blocked, "wrong_step", S::running, "first"},
    {From::running, kEscalate, E::missing_step, K::blocked, "missing_step", S::running, "first"},
    {From::running, kEscalate, E::missing_output, K::blocked, "missing_output", S::running, "first"},
    {From::running, kEscalate, E::no_object, K::blocked, "missing_output", S::running, "first"},

    {From::spare, kEscalate, E::bad, K::refused, "output_refused", S::running, "first"},
    {From::spare, kSkip, E::bad, K::refused, "output_refused", S::running, "first"},
    {From::spare, kFail, E::bad, K::refused, "output_refused", S::running, "first"},
    {From::spare, kEscalate, E::failed, K::handed_off, "", S::waiting, "first"},
    {From::spare, kSkip, E::failed, K::skipped, "", S::running, "second"},
    {From::spare, kFail, E::failed, K::ended, "", S::failed, ""},

    {From::last_step, kEscalate, E::good, K::ended, "", S::succeeded, ""},
    {From::last_step, kEscalate, E::goto_end, K::ended, "", S::succeeded, ""},
    {From::last_step, kEscalate, E::goto_escalate, K::ended, "", S::succeeded, ""},
    {From::last_step, kEscalate, E::bad, K::handed_off, "", S::waiting, "second"},
    {From::last_step, kSkip, E::bad, K::ended, "", S::succeeded, ""},
    {From::last_step, kFail, E::bad, K::ended, "", S::failed, ""},
    {From::last_step, kEscalate, E::failed, K::handed_off, "", S::waiting, "second"},
    {From::last_step, kSkip, E::failed, K::ended, "", S::succeeded, ""},
    {From::last_step, kFail, E::failed, K::ended, "", S::failed, ""},
    {From::last_step, kEscalate, E::skipped, K::blocked, "skip_not_allowed", S::running, "second"},
    {From::last_step, kSkip, E::skipped, K::ended, "", S::succeeded, ""},
    {From::last_step, kFail, E::skipped, K::blocked, "skip_not_allowed", S::running, "second"},
    {From::last_step, kEscalate, E::wrong_step, K::blocked, "wrong_step", S::running, "second"},
    {From::last_step, kEscalate, E::unknown_step, K::blocked, "wrong_step", S::running, "second"},
    {From::last_step, kEscalate, E::missing_step, K::blocked, "missing_step", S::running, "second"},
    {From::last_step, kEscalate, E::missing_output, K::blocked, "missing_output", S::running, "second"},
    {From::last_step, kEscalate, E::no_object, K::blocked, "missing_output", S::running, "second"},

    {From::waiting, kEscalate, E::good, K::accepted, "", S::running, "second"},
    {From::waiting, kEscalate, E::goto_end, K::ended, "", S::succeeded, ""},
    {From::waiting, kEscalate, E::goto_escalate, K::ended, "", S::escalated, ""},
    {From::waiting, kEscalate, E::bad, K::refused, "output_refused", S::waiting, "first"},
    {From::waiting, kEscalate, E::failed, K::handed_off, "", S::waiting, "first"},
    {From::waiting, kEscalate, E::skipped, K::blocked, "skip_not_allowed", S::waiting, "first"},
    {From::waiting, kEscalate, E::wrong_step, K::blocked, "wrong_step", S::waiting, "first"},
    {From::waiting, kEscalate, E::unknown_step, K::blocked, "wrong_step", S::waiting, "first"},
    {From::waiting, kEscalate, E::missing_step, K::blocked, "missing_step", S::waiting, "first"},
    {From::waiting, kEscalate, E::missing_output, K::blocked, "missing_output", S::waiting, "first"},
    {From::waiting, kEscalate, E::no_object, K::blocked, "missing_output", S::waiting, "first"},

    {From::waiting, kEscalate, E::good, K::blocked, "hand_off_open", S::waiting, "first", true},
    {From::waiting, kEscalate, E::bad, K::blocked, "hand_off_open", S::waiting, "first", true},
    {From::waiting, kEscalate, E::failed, K::blocked, "hand_off_open", S::waiting, "first", true},
    {From::waiting, kEscalate, E::skipped, K::blocked, "hand_off_open", S::waiting, "first", true},
    {From::waiting, kEscalate, E::missing_output, K::blocked, "hand_off_open", S::waiting, "first", true},
    {From::waiting, kEscalate, E::wrong_step, K::blocked, "wrong_step", S::waiting, "first", true},
};

// The rows of one state again for another; where it was booked as abandoned, what is blocked leaves it so.
void add_as(std::vector<HandInRow>& rows, From like, From from) {
  for (HandInRow row : kHandIns) {
    if (row.from != like) continue;
    row.from = from;
    const bool is_booked = is_one_of(from, {From::booked, From::booked_waiting});
    if (is_booked && row.answer == K::blocked) row.state = S::abandoned;
    rows.push_back(row);
  }
}

// Whatever is handed in, it is blocked.
void add_blocked(std::vector<HandInRow>& rows, From from, const char* code, S state, const char* current_step) {
  for (const Event event : kAllEvents) rows.push_back({from, kEscalate, event, K::blocked, code, state, current_step});
}

std::vector<HandInRow> hand_in_table() {
  std::vector<HandInRow> rows(std::begin(kHandIns), std::end(kHandIns));
  add_blocked(rows, From::output_asked, "final_output_asked", S::running, "");
  add_blocked(rows, From::succeeded, "execution_ended", S::succeeded, "");
  add_blocked(rows, From::failed, "execution_ended", S::failed, "first");
  add_blocked(rows, From::escalated, "execution_ended", S::escalated, "first");
  add_as(rows, From::running, From::idle);
  add_as(rows, From::running, From::booked);
  add_as(rows, From::waiting, From::idle_waiting);
  add_as(rows, From::waiting, From::booked_waiting);
  return rows;
}

std::string name_of(const HandInRow& row) {
  constexpr const char* kThens[] = {"Escalate", "Skip", "Fail"};
  return std::string(name_of(row.from)) + name_of(row.event) + "Then" + kThens[static_cast<int>(row.then)] +
         (row.same_model ? "BySameModel" : "");
}

INSTANTIATE_TEST_SUITE_P(Execution, HandInTransition, testing::ValuesIn(hand_in_table()),
                         [](const auto& row) { return name_of(row.param); });

TEST(Transitions, EveryStateMeetsEveryHandIn) {
  std::set<std::pair<From, Event>> told;
  for (const HandInRow& row : hand_in_table()) told.insert({row.from, row.event});
  for (const From from : kAllFrom) {
    for (const Event event : kAllEvents) {
      const bool is_as_running = from == From::spare && event != E::bad && event != E::failed;
      EXPECT_TRUE(is_as_running || told.contains({from, event})) << name_of(from) << " " << name_of(event);
    }
  }
}

// One row: a finish with no more than its outcome.
struct FinishRow {
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
    {From::running, kSucceeded, F::refused, "open_steps", S::running},
    {From::running, kFailed, F::ended, "", S::failed},
    {From::running, kEscalated, F::ended, "", S::escalated},
    {From::last_step, kSucceeded, F::refused, "open_steps", S::running},
    {From::last_step, kFailed, F::ended, "", S::failed},
    {From::last_step, kEscalated, F::ended, "", S::escalated},
    {From::output_asked, kSucceeded, F::refused, "missing_output", S::running},
    {From::output_asked, kFailed, F::ended, "", S::failed},
    {From::output_asked, kEscalated, F::ended, "", S::escalated},
    {From::waiting, kSucceeded, F::refused, "open_steps", S::waiting},
    {From::waiting, kFailed, F::ended, "", S::failed},
    {From::waiting, kEscalated, F::ended, "", S::escalated},
    {From::succeeded, kSucceeded, F::ended, "", S::succeeded},
    {From::succeeded, kFailed, F::blocked, "execution_ended", S::succeeded},
    {From::succeeded, kEscalated, F::blocked, "execution_ended", S::succeeded},
    {From::failed, kSucceeded, F::blocked, "execution_ended", S::failed},
    {From::failed, kFailed, F::ended, "", S::failed},
    {From::failed, kEscalated, F::blocked, "execution_ended", S::failed},
    {From::escalated, kSucceeded, F::blocked, "execution_ended", S::escalated},
    {From::escalated, kFailed, F::blocked, "execution_ended", S::escalated},
    {From::escalated, kEscalated, F::ended, "", S::escalated},
    {From::idle, kSucceeded, F::refused, "open_steps", S::running},
    {From::idle, kFailed, F::ended, "", S::failed},
    {From::idle, kEscalated, F::ended, "", S::escalated},
    {From::idle_waiting, kSucceeded, F::refused, "open_steps", S::waiting},
    {From::idle_waiting, kFailed, F::ended, "", S::failed},
    {From::idle_waiting, kEscalated, F::ended, "", S::escalated},
    {From::booked, kSucceeded, F::refused, "open_steps", S::abandoned},
    {From::booked, kFailed, F::ended, "", S::failed},
    {From::booked, kEscalated, F::ended, "", S::escalated},
    {From::booked_waiting, kSucceeded, F::refused, "open_steps", S::abandoned},
    {From::booked_waiting, kFailed, F::ended, "", S::failed},
    {From::booked_waiting, kEscalated, F::ended, "", S::escalated},
};

INSTANTIATE_TEST_SUITE_P(Execution, FinishTransition, testing::ValuesIn(kFinishes), [](const auto& row) {
  std::string outcome(to_string(row.param.outcome));
  return name_of(row.param.from) + outcome;
});

TEST(Transitions, EveryStateMeetsEveryFinish) {
  std::set<std::pair<From, FinishOutcome>> told;
  for (const FinishRow& row : kFinishes) told.insert({row.from, row.outcome});
  EXPECT_EQ(told.size(), 3 * (std::size(kAllFrom) - 1)) << "all but `spare`, which is running";
}

// Whole mode: steps are taken in any order, so only the step that waits is current. "" is what stands for no step.
struct WholeRow {
  const char* name;
  bool waits;  // at "first"
  FailureThen then;
  HandInRequest request;
  StepAnswerKind answer;
  const char* code;
  ExecutionState state;
  const char* current_step;
};

class WholeTransition : public testing::TestWithParam<WholeRow> {};

TEST_P(WholeTransition, LeadsWhereTheTableSays) {
  const WholeRow& row = GetParam();
  Player player(design_of(From::running, row.then), Mode::whole);
  if (row.waits) player.hand_in("first", kBad);
  const StepAnswer answer = player.hand_in(row.request);
  EXPECT_EQ(answer.kind, row.answer);
  EXPECT_EQ(answer.refusal ? answer.refusal->code : "", row.code);
  EXPECT_EQ(to_string(player.execution.state), to_string(row.state));
  EXPECT_EQ(player.execution.current_step, row.current_step);
}

HandInRequest whole_failed(const char* step) { return Player::with_outcome(step, HandInOutcome::failed, "cannot"); }
HandInRequest whole_skipped(const char* step) { return Player::with_outcome(step, HandInOutcome::skipped); }
HandInRequest by_another(HandInRequest request) { return Player::by("claude-opus-5-5", std::move(request)); }

const WholeRow kWhole[] = {
    {"First", false, kEscalate, Player::done("first", kGood), K::accepted, "", S::running, ""},
    {"SecondBeforeFirst", false, kEscalate, Player::done("second", kGood), K::accepted, "", S::running, ""},
    {"GotoEndEndsNothing", false, kEscalate, Player::done("first", {{"topic", "stop"}}), K::accepted, "", S::running,
     ""},
    {"Unknown", false, kEscalate, Player::done("third", kGood), K::accepted, "", S::running, ""},
    {"MissingStep", false, kEscalate, Player::done("", kGood), K::blocked, "missing_step", S::running, ""},
    {"MissingOutput", false, kEscalate, Player::done("first"), K::blocked, "missing_output", S::running, ""},
    {"RefusedThenEscalate", false, kEscalate, Player::done("first", kBad), K::handed_off, "", S::waiting, "first"},
    {"RefusedThenSkip", false, kSkip, Player::done("first", kBad), K::skipped, "", S::running, ""},
    {"RefusedThenFail", false, kFail, Player::done("first", kBad), K::ended, "", S::failed, ""},
    {"FailedThenEscalate", false, kEscalate, whole_failed("first"), K::handed_off, "", S::waiting, "first"},
    {"FailedThenSkip", false, kSkip, whole_failed("first"), K::skipped, "", S::running, ""},
    {"FailedThenFail", false, kFail, whole_failed("first"), K::ended, "", S::failed, ""},
    {"SkippedWhateverTheDesignSays", false, kEscalate, whole_skipped("first"), K::skipped, "", S::running, ""},
    {"WaitingTaken", true, kEscalate, by_another(Player::done("first", kGood)), K::accepted, "", S::running, ""},
    {"WaitingAnotherStep", true, kEscalate, Player::done("second", kGood), K::accepted, "", S::waiting, "first"},
    {"WaitingRefused", true, kEscalate, by_another(Player::done("first", kBad)), K::refused, "output_refused",
     S::waiting, "first"},
    {"WaitingFailed", true, kEscalate, by_another(whole_failed("first")), K::handed_off, "", S::waiting, "first"},
    {"WaitingSkipped", true, kEscalate, by_another(whole_skipped("first")), K::skipped, "", S::running, ""},
    {"WaitingTakenBySameModel", true, kEscalate, Player::done("first", kGood), K::blocked, "hand_off_open", S::waiting,
     "first"},
    {"WaitingFailedBySameModel", true, kEscalate, whole_failed("first"), K::blocked, "hand_off_open", S::waiting,
     "first"},
    {"WaitingSkippedBySameModel", true, kEscalate, whole_skipped("first"), K::blocked, "hand_off_open", S::waiting,
     "first"},
    {"WaitingAnotherRefused", true, kEscalate, Player::done("second", kBad), K::refused, "output_refused", S::waiting,
     "first"},
};

INSTANTIATE_TEST_SUITE_P(Execution, WholeTransition, testing::ValuesIn(kWhole),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace pianola::workflow
