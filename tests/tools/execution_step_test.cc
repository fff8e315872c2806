#include "tests/tools/execution_fixture.h"
#include "tools/execution_answer.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using tests::a_design;

class ExecutionStep : public tests::ExecutionToolTest {};

TEST_F(ExecutionStep, AcceptedHandInIsAnsweredWithTheNextStepAsText) {
  const std::string id = started();
  const mcp::ToolResult result = hand_in_parse(id);
  EXPECT_FALSE(result.structured);
  EXPECT_THAT(text_of(result), StartsWith("Execution " + id));
  EXPECT_THAT(text_of(result), HasSubstr("Accepted: step \"parse\"."));
  EXPECT_THAT(text_of(result), HasSubstr("shoes"));
  EXPECT_THAT(text_of(result), Not(HasSubstr("We sell shoes.")));
  EXPECT_EQ(meta_of(result)["step"], "reply");
}

// By its hash a repeat is known, in stores of earlier releases too: that of the object of the arguments that were
// given.
TEST(HandInRequest, IsHashedAsTheObjectOfItsArguments) {
  const Json output = {{"b", 1.0}, {"a", "\"x\"\n"}};
  EXPECT_EQ(hand_in_request({"parse", output})->arguments_hash,
            *hash_arguments({{"step", "parse"}, {"output", output}}));
  EXPECT_EQ(hand_in_request({"parse",
                             {},
                             workflow::HandInOutcome::failed,
                             "why",
                             "haiku",
                             Json{{"input_tokens", 7}, {"output_tokens", 5}}})
                ->arguments_hash,
            *hash_arguments({{"step", "parse"},
                             {"outcome", "failed"},
                             {"note", "why"},
                             {"executor", "haiku"},
                             {"usage", {{"input_tokens", 7}, {"output_tokens", 5}}}}));
  const auto refused = hand_in_request({"parse", Json{{"n", 9007199254740993}}}, "/steps/0");
  EXPECT_EQ(refused.error().place, "/steps/0/output/n");
}

// Small models write JSON as text, and text in a fence.
TEST_F(ExecutionStep, OutputWrittenAsTextIsRead) {
  for (const std::string fence : {"", "```\n", " ```json\n"}) {
    const std::string id = started();
    const std::string text =
        fence + R"({"topic": "shoes", "quote": "shoe is torn"})" + (fence.empty() ? "" : "\n```\n");
    EXPECT_THAT(text_of(step({{"execution_id", id}, {"step", "parse"}, {"output", text}})), HasSubstr("Accepted"))
        << text;
  }
}

TEST_F(ExecutionStep, RefusedHandInNamesTheRuleAndTheAttemptsLeftAndIsRecorded) {
  const std::string id = started();
  const mcp::ToolResult result = hand_in_parse(id, "boot leaks");
  EXPECT_EQ(code_of(result), "output_refused");
  EXPECT_EQ(facts_of(result)["error"]["attempts_left"], 2);
  EXPECT_EQ(facts_of(result)["error"]["place"], "/output/quote");
  EXPECT_EQ(meta_of(result)["attempts_left"], 2);
  EXPECT_EQ(stored(id).hand_ins.size(), 1U);
}

TEST_F(ExecutionStep, WrongOrMissingStepIsBlockedAndCostsNoAttempt) {
  const std::string id = started();
  EXPECT_EQ(code_of(hand_in_reply(id)), "wrong_step");
  const mcp::ToolResult missing = step({{"execution_id", id}, {"output", Json::object()}});
  EXPECT_EQ(code_of(missing), "missing_step");
  EXPECT_THAT(message_of(missing), HasSubstr("parse"));
  EXPECT_EQ(meta_of(missing)["attempts_left"], 3);
  EXPECT_EQ(stored(id).blocked, 2);
  EXPECT_TRUE(stored(id).hand_ins.empty());
}

TEST_F(ExecutionStep, UsageAloneIsToldWhereItGoes) {
  const std::string id = started();
  const Json usage = {{"input_tokens", 100}, {"output_tokens", 10}};
  const mcp::ToolResult alone = step({{"execution_id", id}, {"usage", usage}});
  EXPECT_EQ(code_of(alone), "missing_step");
  EXPECT_THAT(message_of(alone), HasSubstr("usage is taken with a step's output, or later with execution_finish."));
  EXPECT_THAT(message_of(step({{"execution_id", id}, {"output", Json::object()}, {"usage", usage}})),
              Not(HasSubstr("usage")));
}

TEST_F(ExecutionStep, BrokenPlacesArePointersIntoTheArguments) {
  const mcp::ToolResult refused = step({{"execution_id", started()}, {"step", "parse"}, {"output", {{"topic", 3}}}});
  EXPECT_EQ(facts_of(refused)["error"]["place"], "/output");
  EXPECT_EQ(facts_of(refused)["error"]["broken"], OrderedJson({"/output", "/output/topic"}));
}

TEST_F(ExecutionStep, BadArgumentIsBlockedCostsNoAttemptAndSaysWhereItStands) {
  const std::string id = started();
  const mcp::ToolResult unknown = step({{"execution_id", id}, {"step", "parse"}, {"outputs", Json::object()}});
  EXPECT_TRUE(unknown.is_error);
  EXPECT_THAT(message_of(unknown), HasSubstr("output"));
  EXPECT_EQ(meta_of(unknown)["step"], "parse");
  EXPECT_EQ(meta_of(unknown)["attempts_left"], 3);
  step({{"execution_id", id}, {"step", "parse"}, {"usage", {{"input_tokens", -1}}}});
  finish({{"execution_id", id}, {"outcome", "perfect"}});
  EXPECT_EQ(stored(id).blocked, 3);
  EXPECT_TRUE(stored(id).hand_ins.empty());
  EXPECT_TRUE(step({{"execution_id", tests::an_execution_id(9).text()}, {"outputs", 1}}).is_error);
}

TEST_F(ExecutionStep, BadArgumentAfterTheEndIsNotCounted) {
  const std::string id = started();
  hand_in_parse(id);
  hand_in_reply(id);
  EXPECT_EQ(meta_of(step({{"execution_id", id}, {"outputs", 1}}))["state"], "succeeded");
  EXPECT_EQ(stored(id).blocked, 0);
}

TEST_F(ExecutionStep, IdAloneOfAWaitingWholeExecutionGivesTheHandOffPacket) {
  const std::string id = started("whole");
  step({{"execution_id", id}, {"step", "reply"}, {"outcome", "failed"}, {"note", "Cannot."}});
  const mcp::ToolResult here = step({{"execution_id", id}});
  EXPECT_THAT(text_of(here), HasSubstr("# Hand-off: step \"reply\""));
  EXPECT_EQ(meta_of(here)["state"], "waiting");
}

TEST_F(ExecutionStep, WaitingExecutionLeftIdleStillGivesTheHandOffPacket) {
  const std::string id = started();
  step({{"execution_id", id}, {"step", "parse"}, {"outcome", "failed"}});
  library.clock.advance_micros(2 * kMicrosPerDay);
  const mcp::ToolResult here = step({{"execution_id", id}});
  EXPECT_THAT(text_of(here), HasSubstr("# Hand-off: step \"parse\""));
  EXPECT_EQ(meta_of(here)["state"], "abandoned");
}

TEST_F(ExecutionStep, BlockedCallOfAnIdleExecutionSaysThatItIsAbandoned) {
  const std::string id = started();
  library.clock.advance_micros(2 * kMicrosPerDay);
  EXPECT_EQ(meta_of(hand_in_reply(id))["state"], "abandoned");
  EXPECT_EQ(stored(id).state, workflow::ExecutionState::abandoned);
}

TEST_F(ExecutionStep, SpentAttemptsGiveTheHandOffPacketAndAStrongerModelGoesOn) {
  const std::string id = started();
  hand_in_parse(id, "no 1");
  hand_in_parse(id, "no 2");
  const mcp::ToolResult packet = hand_in_parse(id, "no 3");
  EXPECT_FALSE(packet.is_error);
  EXPECT_THAT(text_of(packet), HasSubstr("Hand-off"));
  EXPECT_THAT(text_of(packet), HasSubstr("My shoe is torn."));
  EXPECT_EQ(meta_of(packet)["state"], "waiting");
  EXPECT_EQ(text_of(step({{"execution_id", id}})), text_of(packet));
  const mcp::ToolResult rescued = step({{"execution_id", id},
                                        {"step", "parse"},
                                        {"output", {{"topic", "shoes"}, {"quote", "torn"}}},
                                        {"executor", "claude-opus-5-5"}});
  EXPECT_EQ(meta_of(rescued)["step"], "reply");
  EXPECT_EQ(stored(id).hand_ins.back().executor, "claude-opus-5-5");
}

TEST_F(ExecutionStep, IdAloneSaysWhereItStandsAndHandsTheStepOutAgain) {
  const std::string id = started();
  hand_in_parse(id, "nothing of it");
  const mcp::ToolResult here = step({{"execution_id", id}});
  EXPECT_THAT(text_of(here), HasSubstr("You are at step 1 of 2"));
  EXPECT_THAT(text_of(here), HasSubstr("Last refused: /quote"));
  EXPECT_THAT(text_of(here), HasSubstr("My shoe is torn."));
  EXPECT_EQ(stored(id).hand_ins.size(), 1U);
  EXPECT_EQ(stored(id).blocked, 0);
}

TEST_F(ExecutionStep, SameCallAgainGetsTheStoredAnswer) {
  const std::string id = started();
  const Json arguments = {
      {"execution_id", id}, {"step", "parse"}, {"output", {{"topic", "x"}, {"quote", "not in it"}}}};
  const Json meta = {{"callId", "call_1"}};
  const mcp::ToolResult first = step(arguments, meta);
  EXPECT_EQ(facts_of(step(arguments, meta)), facts_of(first));
  EXPECT_EQ(stored(id).hand_ins.size(), 1U);
  EXPECT_EQ(facts_of(step(arguments, {{"callId", "call_2"}}))["error"]["attempts_left"], 1);
}

TEST_F(ExecutionStep, LastAcceptedHandInAgainGetsTheCurrentHandOut) {
  const std::string id = started();
  const std::string next = text_of(hand_in_parse(id));
  EXPECT_EQ(text_of(hand_in_parse(id)), next);
  EXPECT_EQ(stored(id).hand_ins.size(), 1U);
}

TEST_F(ExecutionStep, LastStepEndsTheExecution) {
  const std::string id = started();
  hand_in_parse(id);
  const mcp::ToolResult last = hand_in_reply(id);
  EXPECT_THAT(text_of(last), HasSubstr("ended: succeeded"));
  EXPECT_EQ(meta_of(last)["state"], "succeeded");
  EXPECT_TRUE(meta_of(last)["step"].is_null());
  EXPECT_EQ(stored(id).outcome_source, workflow::OutcomeSource::checked);
  EXPECT_EQ(stored(id).adherence, 1.0);
}

TEST_F(ExecutionStep, UnknownExecutionIsRefused) {
  EXPECT_EQ(code_of(step({{"execution_id", "x"}})), "unknown_execution");
  EXPECT_EQ(code_of(step({{"execution_id", tests::an_execution_id(9).text()}})), "unknown_execution");
}

TEST_F(ExecutionStep, WhoLostTheIdIsToldWhichExecutionsAreOpen) {
  const std::string id = started();
  const std::string open = "Open, newest first: " + id + " (triage, step parse).";
  EXPECT_THAT(message_of(step({{"execution_id", "lost"}})), HasSubstr(open));
  const std::string nobodys = "01990000-0000-7000-8000-000000000000";
  EXPECT_THAT(message_of(step({{"execution_id", nobodys}})), HasSubstr(open));
  EXPECT_THAT(message_of(finish({{"execution_id", nobodys}, {"outcome", "failed"}})), HasSubstr(open));
  EXPECT_THAT(message_of(step({{"step", "parse"}})), HasSubstr(open)) << "execution_id was forgotten";
  EXPECT_THAT(message_of(finish({{"outcome", "failed"}})), HasSubstr(open));
  privileged = false;
  key = "other";
  EXPECT_THAT(message_of(step({{"execution_id", nobodys}})), Not(HasSubstr(id))) << "another executor's";
}

TEST_F(ExecutionStep, ExecutorSeesOnlyItsOwnExecutions) {
  key = "k1";
  const std::string id = started();
  privileged = false;
  EXPECT_EQ(code_of(step({{"execution_id", id}})), "");
  key = "k2";
  EXPECT_EQ(code_of(step({{"execution_id", id}})), "unknown_execution");
  EXPECT_EQ(code_of(hand_in_parse(id)), "unknown_execution");
}

TEST_F(ExecutionStep, OutputMayBeTheJsonOfAnObjectAsAString) {
  const std::string id = started();
  const Json arguments = {{"execution_id", id}, {"step", "parse"}, {"output", R"({"topic":"shoes","quote":"torn"})"}};
  EXPECT_EQ(meta_of(step(arguments))["step"], "reply");
}

TEST_F(ExecutionStep, NumberThatJsonCannotCarryExactlyIsRefused) {
  const mcp::ToolResult result =
      step({{"execution_id", started()}, {"step", "parse"}, {"output", {{"topic", std::uint64_t{1} << 60U}}}});
  EXPECT_EQ(code_of(result), "json_number_range");
  EXPECT_EQ(facts_of(result)["error"]["place"], "/output/topic");
}

TEST_F(ExecutionStep, UsageIsCheckedAndKept) {
  const std::string id = started();
  Json arguments = {{"execution_id", id},
                    {"step", "parse"},
                    {"output", {{"topic", "shoes"}, {"quote", "torn"}}},
                    {"usage", {{"input_tokens", -1}}}};
  EXPECT_EQ(code_of(step(arguments)), "bad_usage");
  arguments["usage"] = {{"input_tokens", 100}, {"output_tokens", 20}};
  step(arguments);
  EXPECT_EQ(stored(id).hand_ins.at(0).usage.value().input, 100);
}

TEST_F(ExecutionStep, FailedGoesToOnFailureAtOnce) {
  const mcp::ToolResult result =
      step({{"execution_id", started()}, {"step", "parse"}, {"outcome", "failed"}, {"note", "The mail is empty."}});
  EXPECT_THAT(text_of(result), HasSubstr("Hand-off"));
  EXPECT_THAT(text_of(result), HasSubstr("> The mail is empty."));
}

TEST_F(ExecutionStep, StepThatTheDesignLetsSkipIsLeftOutAfterItsAttempts) {
  ASSERT_TRUE(library.save(a_design("skips")
                               .with_step("a")
                               .with_output({"x"})
                               .with_on_failure(workflow::FailureThen::skip, 0)
                               .with_step("b", "Use {{steps.a.x}}.")));
  const std::string id = id_of(start({{"name", "skips"}}));
  const mcp::ToolResult result = step({{"execution_id", id}, {"step", "a"}, {"output", Json::object()}});
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(text_of(result), HasSubstr("Its attempts are spent; the workflow goes on without it."));
  EXPECT_THAT(text_of(result), HasSubstr("(not available: step a was skipped)"));
}

TEST_F(ExecutionStep, StepThatFailsTheExecutionIsNotSaidToBeLeftOut) {
  ASSERT_TRUE(library.save(a_design("fails")
                               .with_step("a")
                               .with_output({"x"})
                               .with_on_failure(workflow::FailureThen::fail, 0)
                               .with_step("b")));
  const std::string id = id_of(start({{"name", "fails"}}));
  const std::string text = text_of(step({{"execution_id", id}, {"step", "a"}, {"output", Json::object()}}));
  EXPECT_THAT(text, HasSubstr("Its attempts are spent.\n"));
  EXPECT_THAT(text, HasSubstr("This execution has ended: failed."));
}

TEST_F(ExecutionStep, WholeModeTakesStepsInAnyOrderAndSaysWhatIsOpen) {
  const std::string id = started("whole");
  const mcp::ToolResult first = hand_in_reply(id);
  EXPECT_THAT(text_of(first), HasSubstr("Handed in: `reply`."));
  EXPECT_THAT(text_of(first), HasSubstr("Still open: `parse`"));
  EXPECT_THAT(text_of(hand_in_parse(id)), HasSubstr("No step is open: call execution_finish"));
}

TEST_F(ExecutionStep, UnknownStepOfWholeModeIsRecordedAndAnsweredWithTheNearest) {
  const std::string id = started("whole");
  const mcp::ToolResult result = step({{"execution_id", id}, {"step", "parze"}, {"output", Json::object()}});
  EXPECT_THAT(text_of(result), HasSubstr("no step \"parze\". Nearest: \"parse\"."));
  EXPECT_EQ(stored(id).hand_ins.size(), 1U);
}

TEST_F(ExecutionStep, IdleExecutionIsAbandonedWhenReadAndRevivedByAHandIn) {
  const std::string id = started();
  library.clock.advance_micros(2 * kMicrosPerDay);
  EXPECT_EQ(meta_of(step({{"execution_id", id}}))["state"], "abandoned");
  const mcp::ToolResult revived = hand_in_parse(id);
  EXPECT_THAT(text_of(revived), HasSubstr("had been idle"));
  EXPECT_EQ(meta_of(revived)["state"], "running");
}

TEST_F(ExecutionStep, RefusalTellsEachRuleOnceAndEndsItsSentencesOnce) {
  const std::string id = started();
  const mcp::ToolResult refused =
      step({{"execution_id", id}, {"step", "parse"}, {"output", {{"topic", 3}, {"quote", "torn"}, {"topik", "x"}}}});
  EXPECT_EQ(code_of(refused), "output_refused");
  const std::string text = dump_compact(facts_of(refused));
  const std::size_t first = text.find("must be a string");
  ASSERT_NE(first, std::string::npos) << text;
  EXPECT_EQ(text.find("must be a string", first + 1), std::string::npos) << text;
  EXPECT_THAT(message_of(refused), HasSubstr("Did you mean \"topic\"? 2 attempts left"));
  EXPECT_EQ(facts_of(refused)["error"]["broken"].size(), 2U);
}

}  // namespace
}  // namespace pianola::tools
