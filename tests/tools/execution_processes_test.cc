// An execution is the store's, not a process's: it outlives the process that started it, and of several that hand in
// the same step at once one advances it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "store/open.h"
#include "tests/support/builders.h"
#include "tests/support/scratch_folder.h"
#include "workflow/run_execution.h"
#include "workflow/save_version.h"

namespace pianola::workflow {
namespace {

constexpr int kAccepted = 0;
constexpr int kBlocked = 3;
constexpr int kBroken = 1;

// What one process has: its own connection to the store, and nothing of an execution.
struct OneProcess {
  explicit OneProcess(const tests::ScratchFolder& folder)
      : store(store::open_store(folder / "store.db", {.durable = false})) {}

  std::unique_ptr<Store> store;
  ManualClock clock{tests::kTestStart};
  SystemRandomness randomness;
  IdSource ids{clock, randomness};
  Environment environment{.store = *store, .clock = clock, .ids = ids};
  Actor actor{{}, {"claude-haiku-5-5", "test 1.0", ""}, false};
};

HandInRequest a_topic(const char* step, const Json& topic = "shoes") {
  HandInRequest request;
  request.step = step;
  request.output = Json{{"topic", topic}};
  request.arguments_hash = request.step + request.output->dump();
  return request;
}

// Saves a workflow of two steps, and starts it.
ExecutionId started_in(OneProcess& process) {
  SaveRequest save;
  save.workflow = Json(encode_design(tests::a_design()
                                         .with_inputs(tests::object_schema({"mail"}))
                                         .with_step("a", "Look at {{input.mail}}.")
                                         .with_output({"topic"})
                                         .with_step("b", "Answer about {{steps.a.topic}}.")
                                         .with_output({"topic"})));
  EXPECT_TRUE(save_version(process.environment, process.actor, save));
  StartRequest start;
  start.name = "triage";
  start.input = {{"mail", "My shoe is torn."}};
  return start_execution(process.environment, process.actor, start)->execution.id;
}

TEST(ExecutionProcesses, StateSurvivesTheProcess) {
  const tests::ScratchFolder folder;
  std::optional<ExecutionId> id;
  {
    OneProcess first(folder);
    id = started_in(first);
    ASSERT_TRUE(hand_in_step(first.environment, first.actor, *id, a_topic("a", 3)));
  }
  {
    OneProcess second(folder);
    const ExecutionView here = where_am_i(second.environment, second.actor, *id).value();
    EXPECT_EQ(here.execution.current_step, "a");
    EXPECT_EQ(here.attempts_left, 2);
    EXPECT_NE(here.instruction.find("My shoe is torn."), std::string::npos);
    EXPECT_EQ(hand_in_step(second.environment, second.actor, *id, a_topic("a"))->answer.kind, StepAnswerKind::accepted);
  }
  OneProcess third(folder);
  const ExecutionView here = where_am_i(third.environment, third.actor, *id).value();
  EXPECT_NE(here.instruction.find(">shoes<"), std::string::npos);
  EXPECT_EQ(hand_in_step(third.environment, third.actor, *id, a_topic("b"))->answer.kind, StepAnswerKind::ended);
  EXPECT_EQ(third.store->executions().find(third.actor.workspace, *id)->adherence, 1.0);
}

int hand_in_by_a_process(const tests::ScratchFolder& folder, const ExecutionId& id, int number) {
  try {
    OneProcess process(folder);
    const Result<HandedIn> answer =
        hand_in_step(process.environment, process.actor, id, a_topic("a", "topic " + std::to_string(number)));
    if (!answer) return kBroken;
    return answer->answer.kind == StepAnswerKind::accepted ? kAccepted : kBlocked;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return kBroken;
  }
}

TEST(ExecutionProcesses, OfManyThatHandInTheSameStepAtOnceOneAdvancesIt) {
  constexpr int kProcesses = 8;
  const tests::ScratchFolder folder;
  const ExecutionId id = [&] {
    OneProcess first(folder);
    return started_in(first);
  }();
  std::vector<pid_t> children;
  for (int number = 0; number < kProcesses; ++number) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(hand_in_by_a_process(folder, id, number));
    children.push_back(child);
  }
  int accepted = 0;
  int blocked = 0;
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    accepted += WEXITSTATUS(status) == kAccepted ? 1 : 0;
    blocked += WEXITSTATUS(status) == kBlocked ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(blocked, kProcesses - 1);
  OneProcess last(folder);
  const Execution execution = last.store->executions().find(last.actor.workspace, id).value();
  EXPECT_EQ(execution.hand_ins.size(), 1U);
  EXPECT_EQ(execution.blocked, kProcesses - 1);
  EXPECT_EQ(execution.current_step, "b");
}

// The control: judged outside the transaction, on a state read before the other's write, both hand-ins pass. The row's
// compare-and-set then stops the second.
TEST(ExecutionProcesses, HandInJudgedOnAnOldStateIsNotStored) {
  const tests::ScratchFolder folder;
  OneProcess first(folder);
  OneProcess second(folder);
  const ExecutionId id = started_in(first);
  ExecutionView one = where_am_i(first.environment, first.actor, id).value();
  ExecutionView two = where_am_i(second.environment, second.actor, id).value();
  for (ExecutionView* view : {&one, &two}) {
    const ExecutionContext context{*view->compiled, view->input, tests::kTestStart};
    EXPECT_EQ(hand_in(context, view->execution, a_topic("a")).kind, StepAnswerKind::accepted);
  }
  const auto stored = [](OneProcess& process, ExecutionView& view) {
    const auto transaction = process.store->begin_write();
    const bool is_stored = process.store->executions().update(process.actor.workspace, view.execution);
    if (is_stored) transaction->commit();
    return is_stored;
  };
  EXPECT_TRUE(stored(first, one));
  EXPECT_FALSE(stored(second, two));
}

}  // namespace
}  // namespace pianola::workflow
