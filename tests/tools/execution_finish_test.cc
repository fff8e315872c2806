#include "tests/tools/execution_fixture.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;
using tests::a_design;

class ExecutionFinish : public tests::ExecutionToolTest {
 protected:
  static Json parse_step(const std::string& quote = "torn") {
    return {{"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", quote}}}};
  }
  static Json reply_step() { return {{"step", "reply"}, {"output", {{"answer", "Send it back."}}}}; }
  mcp::ToolResult succeed(const std::string& id, const Json& more = Json::object()) {
    Json arguments = {{"execution_id", id}, {"outcome", "succeeded"}};
    arguments.update(more);
    return finish(arguments);
  }
  std::string played(const Json& more = Json::object()) {
    const std::string id = started("guided", more);
    hand_in_parse(id);
    hand_in_reply(id);
    return id;
  }
};

TEST_F(ExecutionFinish, GivesTheThreeAnswersAsFacts) {
  const OrderedJson facts = facts_of(succeed(played(), {{"confidence", 0.9}}));
  EXPECT_EQ(facts["state"], "succeeded");
  EXPECT_EQ(facts["outcome_known_by"], "checked");
  EXPECT_EQ(facts["followed"]["adherence"], 1.0);
  EXPECT_EQ(facts["followed"]["deviations"].size(), 0U);
  EXPECT_EQ(facts["edge_cases"]["designed"], nullptr);
  EXPECT_EQ(facts["update"]["answer"], "not enough evidence");
}

TEST_F(ExecutionFinish, ExecutorsAreToldThatTheirUsageIsMissing) {
  privileged = false;
  const std::string id = started();
  hand_in_parse(id);
  EXPECT_THAT(text_of(hand_in_reply(id)), HasSubstr("To add usage if you know it exactly"));
  EXPECT_THAT(facts_of(succeed(id))["usage_unknown"].get<std::string>(), HasSubstr("outcome \"succeeded\" and usage"));
  const Json usage = {{"input_tokens", 1'000}, {"output_tokens", 10}};
  EXPECT_FALSE(facts_of(succeed(id, {{"usage", usage}})).contains("usage_unknown"));
}

TEST_F(ExecutionFinish, MetaHasTheFactsForProgramsInErrorsToo) {
  const std::string id = started();
  const mcp::ToolResult refused = succeed(id);
  EXPECT_EQ(code_of(refused), "open_steps");
  EXPECT_THAT(message_of(refused), HasSubstr("\"parse\", \"reply\""));
  EXPECT_EQ(meta_of(refused)["execution_id"], id);
  EXPECT_EQ(meta_of(refused)["state"], "running");
}

TEST_F(ExecutionFinish, WholeModeHandsEverythingInAtOnce) {
  const std::string id = started("whole");
  const OrderedJson facts = facts_of(succeed(id, {{"steps", {parse_step(), reply_step()}}}));
  EXPECT_EQ(facts["state"], "succeeded");
  EXPECT_EQ(facts["followed"]["hand_ins"], 2);
}

TEST_F(ExecutionFinish, FailingStepsComeBackInOneListAndOnlyTheyAreHandedInAgain) {
  const std::string id = started("whole");
  const Json wrong_reply = {{"step", "reply"}, {"output", {{"answer", 3}}}};
  const mcp::ToolResult refused = succeed(id, {{"steps", {parse_step("boot"), wrong_reply}}});
  EXPECT_EQ(code_of(refused), "steps_refused");
  EXPECT_EQ(facts_of(refused)["error"]["refused_steps"].size(), 2U);
  const OrderedJson facts = facts_of(succeed(id, {{"steps", {parse_step(), reply_step()}}}));
  EXPECT_EQ(facts["state"], "succeeded");
  EXPECT_EQ(facts["followed"]["refused"], 2);
  EXPECT_EQ(facts["followed"]["adherence"], 1.0);
}

TEST_F(ExecutionFinish, EndedExecutionStillTakesItsEdgeCaseAndItsUsage) {
  ASSERT_TRUE(library.save(
      a_design("sort").with_step("look").with_output({"topic"}).with_edge_case("spam", "It is spam.", "Stop.")));
  const auto ended = [&] {
    const std::string id = id_of(start({{"name", "sort"}}));
    EXPECT_EQ(meta_of(step({{"execution_id", id}, {"step", "look"}, {"output", {{"topic", "x"}}}}))["state"],
              "succeeded");
    return id;
  };
  const std::string id = ended();
  const Json usage = {{"input_tokens", 1000}, {"output_tokens", 10}, {"model", "claude-haiku-5-5"}};
  const mcp::ToolResult told = succeed(id, {{"edge_case", "spam"}, {"confidence", 0.9}, {"usage", usage}});
  EXPECT_EQ(facts_of(told)["edge_cases"]["designed"], "spam") << message_of(told);
  EXPECT_EQ(facts_of(told)["added"], true);
  EXPECT_EQ(stored(id).edge_case, "spam");
  EXPECT_EQ(stored(id).finish_usage.size(), 1U);
  EXPECT_FALSE(succeed(id, {{"edge_case", "spam"}, {"usage", usage}}).is_error) << "the same call again";
  const mcp::ToolResult other = succeed(id, {{"edge_case", "spam"}, {"confidence", 0.5}, {"usage", usage}});
  EXPECT_EQ(code_of(other), "execution_ended");
  EXPECT_THAT(message_of(other), HasSubstr("here confidence differs"));
  const mcp::ToolResult escalated =
      finish({{"execution_id", ended()}, {"outcome", "escalated"}, {"edge_case", "spam"}});
  EXPECT_EQ(facts_of(escalated)["error"]["place"], "/outcome") << "what has succeeded stays so";
  EXPECT_THAT(message_of(escalated), HasSubstr("execution_finish with outcome \"succeeded\" may still add"));
}

// It is a skip that the design allows, and costs nothing: but what was invented is told by name.
TEST_F(ExecutionFinish, StepThatIsLeftOutBecauseItWasRefusedIsTold) {
  ASSERT_TRUE(library.save(a_design("sort").with_step("look").with_step("note").with_output({"text"}).with_on_failure(
      workflow::FailureThen::skip, 0)));
  const Json steps = {{{"step", "look"}}, {{"step", "note"}, {"output", {{"text", 7}}}}};
  const auto finished = [&](const Json& more) {
    Json arguments = {{"execution_id", id_of(start({{"name", "sort"}, {"mode", "whole"}}))}, {"outcome", "succeeded"}};
    arguments.update(more);
    return finish(arguments);
  };
  const OrderedJson facts = facts_of(finished({{"steps", steps}}));
  EXPECT_EQ(facts["state"], "succeeded");
  EXPECT_EQ(facts["followed"]["left_out"][0]["step"], "note");
  EXPECT_THAT(facts["followed"]["left_out"][0]["refused"].get<std::string>(), HasSubstr("/text must be a string"));
  const mcp::ToolResult refused = finished({{"steps", Json::array({steps[1]})}});
  EXPECT_THAT(message_of(refused), HasSubstr("Step \"note\" is left out, its attempts are spent: /text must be"));
}

TEST_F(ExecutionFinish, EdgeCaseThatIsNamedLaterMakesNoSuccessOfAnEscalation) {
  ASSERT_TRUE(library.save(a_design("sort").with_step("look").with_edge_case("spam", "It is spam.", "Stop.")));
  const std::string id = id_of(start({{"name", "sort"}}));
  finish({{"execution_id", id}, {"outcome", "escalated"}});
  EXPECT_FALSE(finish({{"execution_id", id}, {"outcome", "escalated"}, {"edge_case", "spam"}}).is_error);
  EXPECT_EQ(stored(id).edge_case, "spam");
  EXPECT_FALSE(stored(id).designed_escalation);
}

TEST_F(ExecutionFinish, StepHandedInByExecutionStepIsKnownAgain) {
  const std::string id = started("whole");
  hand_in_parse(id, "torn");
  const OrderedJson facts = facts_of(succeed(id, {{"steps", {parse_step(), reply_step()}}}));
  EXPECT_EQ(facts["followed"]["hand_ins"], 2);
}

TEST_F(ExecutionFinish, SkippedStepIsADeviation) {
  const std::string id = started("whole");
  const Json skipped = {{"step", "reply"}, {"skipped", true}};
  const OrderedJson facts = facts_of(succeed(id, {{"steps", {parse_step(), skipped}}}));
  ASSERT_EQ(facts["followed"]["deviations"].size(), 1U);
  EXPECT_EQ(facts["followed"]["deviations"][0]["kind"], "skipped");
  EXPECT_LT(facts["followed"]["adherence"], 1.0);
}

TEST_F(ExecutionFinish, UnknownStepIsInsertedAndAnsweredWithTheNearest) {
  const std::string id = started("whole");
  const Json unknown = {{"step", "replly"}, {"output", Json::object()}};
  const OrderedJson facts = facts_of(succeed(id, {{"steps", {parse_step(), unknown, reply_step()}}}));
  EXPECT_EQ(facts["followed"]["unknown_steps"][0]["nearest"][0], "reply");
  EXPECT_EQ(facts["followed"]["deviations"][0]["kind"], "inserted");
}

TEST_F(ExecutionFinish, NothingHandedInHasNoAdherence) {
  const OrderedJson facts = facts_of(finish({{"execution_id", started()}, {"outcome", "failed"}}));
  EXPECT_EQ(facts["state"], "failed");
  EXPECT_EQ(facts["followed"]["adherence"], nullptr);
}

TEST_F(ExecutionFinish, SpentAttemptsOfWholeModeGiveTheHandOffPacket) {
  const std::string id = started("whole");
  for (const char* quote : {"no 1", "no 2"}) succeed(id, {{"steps", {parse_step(quote)}}});
  const mcp::ToolResult packet = succeed(id, {{"steps", {parse_step("no 3"), reply_step()}}});
  EXPECT_FALSE(packet.is_error);
  EXPECT_THAT(text_of(packet), HasSubstr("# Hand-off: step \"parse\""));
  EXPECT_EQ(meta_of(packet)["state"], "waiting");
}

TEST_F(ExecutionFinish, FinalOutputIsAskedForAndChecked) {
  ASSERT_TRUE(library.save(a_design("sums").with_step("add").with_outputs(tests::object_schema({"sum"}))));
  const std::string id = id_of(start({{"name", "sums"}}));
  step({{"execution_id", id}, {"step", "add"}});
  EXPECT_EQ(code_of(succeed(id)), "missing_output");
  EXPECT_EQ(code_of(succeed(id, {{"output", {{"sum", 3}}}})), "output_refused");
  EXPECT_EQ(facts_of(succeed(id, {{"output", {{"sum", "3"}}}}))["state"], "succeeded");
}

TEST_F(ExecutionFinish, EscalationThatABranchLeadsToIsASuccessOfTheWorkflow) {
  ASSERT_TRUE(library.save(a_design("cases")
                               .with_step("a")
                               .with_branch(Json::object(), "escalate")
                               .with_edge_case("empty", "it is empty", "escalate")));
  const auto end = [&](const std::string& id, const std::string& edge_case) {
    return finish({{"execution_id", id}, {"outcome", "escalated"}, {"edge_case", edge_case}});
  };
  const std::string by_branch = id_of(start({{"name", "cases"}}));
  step({{"execution_id", by_branch}, {"step", "a"}});
  const OrderedJson facts = facts_of(end(by_branch, "empty"));
  EXPECT_EQ(facts["edge_cases"]["designed"], "empty");
  EXPECT_EQ(facts["edge_cases"]["designed_escalation"], true);
  const std::string by_word = id_of(start({{"name", "cases"}}));
  EXPECT_EQ(code_of(end(by_word, "emty")), "unknown_edge_case");
  const OrderedJson claimed = facts_of(end(by_word, "empty"));
  EXPECT_EQ(claimed["edge_cases"]["designed"], "empty");
  EXPECT_FALSE(claimed["edge_cases"].contains("designed_escalation"));
}

TEST_F(ExecutionFinish, AddsWhatIsMissingAfterTheEndAndRefusesWhatContradicts) {
  const std::string id = played();
  EXPECT_EQ(facts_of(succeed(id, {{"confidence", 0.9}}))["added"], true);
  EXPECT_FALSE(facts_of(succeed(id, {{"confidence", 0.9}})).contains("added"));
  EXPECT_EQ(code_of(succeed(id, {{"confidence", 0.1}})), "execution_ended");
  EXPECT_EQ(code_of(finish({{"execution_id", id}, {"outcome", "failed"}})), "execution_ended");
}

TEST_F(ExecutionFinish, DesignersAreToldWhatItCostAndSaved) {
  const std::string id = played({{"executor", "claude-haiku-5-5"}});
  const OrderedJson facts = facts_of(succeed(id, {{"usage", {{"input_tokens", 10000}, {"output_tokens", 1000}}}}));
  EXPECT_GT(facts["cost_usd"].get<double>(), 0);
  EXPECT_GT(facts["saved_usd"].get<double>(), facts["cost_usd"].get<double>());
  EXPECT_EQ(facts["baseline_model"], "claude-opus-5-5");
  privileged = false;
  EXPECT_FALSE(facts_of(succeed(id)).contains("cost_usd"));
}

TEST_F(ExecutionFinish, UnknownCostIsNullAndNeverFree) {
  EXPECT_EQ(facts_of(succeed(played()))["cost_usd"], nullptr);
  EXPECT_EQ(facts_of(succeed(played()))["saved_usd"], nullptr);
}

TEST_F(ExecutionFinish, WrongArgumentsAreRefusedWithTheirPlace) {
  const std::string id = started("whole");
  const mcp::ToolResult outcome = succeed(id, {{"steps", {{{"step", "parse"}, {"outcome", "perfect"}}}}});
  EXPECT_EQ(facts_of(outcome)["error"]["place"], "/steps/0/outcome");
  EXPECT_EQ(code_of(succeed(id, {{"confidence", 2}})), "bad_confidence");
  EXPECT_EQ(code_of(succeed(id, {{"usage", {{"tokens", 2}}}})), "bad_usage");
  EXPECT_EQ(code_of(succeed("nothing")), "unknown_execution");
  EXPECT_EQ(code_of(finish({{"execution_id", id}})), "missing_field");
}

TEST_F(ExecutionFinish, TooManyStepsAreRefusedBeforeAnyIsTaken) {
  const std::string id = started("whole");
  const mcp::ToolResult result = succeed(id, {{"steps", std::vector<Json>(1'001, Json{{"step", "x"}})}});
  EXPECT_EQ(code_of(result), "too_many_steps");
  EXPECT_TRUE(stored(id).hand_ins.empty());
}

TEST_F(ExecutionFinish, ReportsToldInThisExecutionAreNamedAndOthersAreNot) {
  const std::string id = played();
  const mcp::Tool report = report_edge_case_tool(library.context);
  const Json told = {{"execution_id", id}, {"situation", "The mail has two complaints about different shoes."}};
  const std::string report_id = facts_of(call(report, told))["id"];
  call(report, {{"execution_id", started()}, {"situation", "The sender writes in Latin, all of it."}});
  EXPECT_EQ(facts_of(succeed(id))["edge_cases"]["reported"], OrderedJson::array({report_id}));
}

TEST_F(ExecutionFinish, StepsOfAGuidedExecutionAreRefused) {
  EXPECT_EQ(code_of(succeed(started(), {{"steps", {parse_step()}}})), "steps_in_guided_mode");
}

}  // namespace
}  // namespace pianola::tools
