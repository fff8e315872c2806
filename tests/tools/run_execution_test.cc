#include "workflow/run_execution.h"

#include "tests/tools/execution_fixture.h"

namespace pianola::workflow {
namespace {

using testing::ElementsAre;

// The use cases' bookkeeping, through the tools on a real store.
class RunExecution : public tests::ExecutionToolTest {
 protected:
  AccountEntry booked() {
    const AccountFilter filter{WorkflowName::parse("triage").value(), SemVer(1, 0, 0), "", ""};
    AccountEntry sum{.key = {.workflow = *filter.workflow}};
    for (AccountEntry entry : library.store->accounts().entries(library.designer.workspace, filter)) {
      entry.key = sum.key;
      sum = fold(sum, entry);
    }
    return sum;
  }
  std::vector<std::string> audited(const std::string& id) {
    std::vector<std::string> actions;
    for (const AuditEntry& entry : library.store->audit().chain(library.designer.workspace, "execution:" + id)) {
      actions.push_back(entry.action);
    }
    return actions;
  }
  std::string played() {
    const std::string id = started("guided", {{"executor", "claude-haiku-5-5"}});
    hand_in_parse(id, "boot");
    hand_in_parse(id);
    hand_in_reply(id);
    return id;
  }
};

TEST_F(RunExecution, EveryChangeIsAuditedInOneChain) {
  const std::string id = played();
  finish({{"execution_id", id}, {"outcome", "succeeded"}, {"confidence", 0.5}});
  EXPECT_THAT(audited(id), ElementsAre("started", "hand_in", "hand_in", "hand_in", "booked", "finish"));
  EXPECT_FALSE(find_broken_link(library.store->audit().chain(library.designer.workspace, "execution:" + id)));
}

TEST_F(RunExecution, CallsThatCostNoAttemptAreAuditedWithTheReason) {
  const std::string id = started();
  hand_in_reply(id);                                                // not the current step
  step({{"execution_id", id}, {"step", "parse"}, {"outptu", {}}});  // cannot be read
  finish({{"execution_id", id}, {"outcome", "succeeded"}, {"confidence", 2}});
  EXPECT_THAT(audited(id), ElementsAre("started", "blocked", "blocked", "blocked"));
  std::vector<std::string> codes;
  for (const workflow::AuditEntry& entry : library.audit_chain("execution:" + id)) {
    codes.push_back(Json::parse(entry.body).value("code", ""));
  }
  EXPECT_THAT(codes, ElementsAre("", "wrong_step", "unknown_field", "bad_confidence"));
  EXPECT_EQ(stored(id).blocked, 3);
  EXPECT_FALSE(find_broken_link(library.audit_chain("execution:" + id)));
}

TEST_F(RunExecution, CancelledFinishStoresNothing) {
  const std::string id = started("whole");
  FinishRequest request;
  request.steps = {{.step = "parse", .output = Json{{"topic", "shoes"}}}, {.step = "reply"}};
  const Heartbeat cancelled = [](std::size_t done, std::size_t) {
    if (done == 1) throw Fault(FaultKind::cancelled, "cancelled");
  };
  const ExecutionId execution = ExecutionId::parse(id).value();
  EXPECT_THROW(finish_execution(library.environment, library.designer, execution, request, cancelled), Fault);
  EXPECT_TRUE(library.store->executions().find(library.designer.workspace, execution)->hand_ins.empty());
  EXPECT_THAT(audited(id), ElementsAre("started"));
}

TEST_F(RunExecution, RefusedStartLeavesNothingBehind) {
  start({{"name", "triage"}, {"input", {{"mail", 3}}}});
  EXPECT_TRUE(library.store->executions().list(library.designer.workspace, {}, "", 5).empty());
}

TEST_F(RunExecution, EndIsBookedOnceWithItsHandInsAndAdherence) {
  const std::string id = played();
  EXPECT_EQ(booked().executions, 1);
  EXPECT_EQ(booked().succeeded, 1);
  EXPECT_EQ(booked().hand_ins, 3);
  EXPECT_EQ(booked().accepted, 2);
  EXPECT_EQ(booked().unpriced, 1);
  EXPECT_EQ(booked().adherence_micros, 1'000'000);
  finish({{"execution_id", id}, {"outcome", "succeeded"}});
  EXPECT_EQ(booked().executions, 1);
}

TEST_F(RunExecution, UsageThatComesAfterTheEndIsAddedToTheAccounts) {
  const std::string id = played();
  finish({{"execution_id", id}, {"outcome", "succeeded"}, {"usage", {{"input_tokens", 3000}, {"output_tokens", 300}}}});
  EXPECT_EQ(booked().executions, 1);
  EXPECT_EQ(booked().unpriced, 0);
  EXPECT_EQ(booked().tokens.input, 3000);
  EXPECT_EQ(booked().useful.input, 2000);
  EXPECT_GT(booked().cost, Money());
}

TEST_F(RunExecution, NextStartBooksWhatWasAbandoned) {
  const std::string idle = started();
  hand_in_parse(idle);
  library.clock.advance_micros(2 * kMicrosPerDay);
  EXPECT_EQ(booked().abandoned, 0);
  started();
  EXPECT_EQ(stored(idle).state, ExecutionState::abandoned);
  EXPECT_EQ(booked().abandoned, 1);
  EXPECT_EQ(booked().executions, 1);
}

TEST_F(RunExecution, RevivedExecutionIsTakenOutOfTheAccountsAgain) {
  const std::string idle = started();
  library.clock.advance_micros(2 * kMicrosPerDay);
  started();
  ASSERT_EQ(booked().abandoned, 1);
  hand_in_parse(idle);
  EXPECT_EQ(booked().abandoned, 0);
  EXPECT_EQ(booked().executions, 0);
  hand_in_reply(idle);
  EXPECT_EQ(booked().succeeded, 1);
}

TEST_F(RunExecution, ExecutionStaysOnTheVersionItStartedWith) {
  const std::string id = started();
  const auto name = WorkflowName::parse("triage").value();
  ASSERT_TRUE(retire_version(library.environment, library.designer, name, {1, 0, 0}, "old"));
  EXPECT_EQ(meta_of(hand_in_parse(id))["step"], "reply");
}

TEST_F(RunExecution, RescueIsTheStartersSuccessAtTheOthersCost) {
  const std::string id = started("guided", {{"executor", "claude-haiku-5-5"}});
  step({{"execution_id", id}, {"step", "parse"}, {"outcome", "failed"}});
  step({{"execution_id", id},
        {"step", "parse"},
        {"output", {{"topic", "shoes"}, {"quote", "torn"}}},
        {"executor", "claude-opus-5-5"},
        {"usage", {{"input_tokens", 1000}, {"output_tokens", 10}}}});
  hand_in_reply(id);
  EXPECT_EQ(booked().succeeded, 1);
  const AccountFilter filter{WorkflowName::parse("triage").value(), SemVer(1, 0, 0), "", ""};
  bool escalated = false;
  for (const AccountEntry& entry : library.store->accounts().entries(library.designer.workspace, filter)) {
    EXPECT_EQ(entry.key.executor, "claude-haiku-5-5");
    escalated = escalated || entry.key.escalation;
  }
  EXPECT_TRUE(escalated);
}

TEST_F(RunExecution, VersionIsCompiledOncePerContent) {
  started();
  started();
  EXPECT_EQ(library.environment.compiled.size(), 1U);
}

}  // namespace
}  // namespace pianola::workflow
