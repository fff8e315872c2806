// A batch through the tools and the store: one workflow on many inputs, item by item. The library's end verifies the
// audit log over them.
#include "workflow/batch.h"

#include <fstream>

#include "tests/tools/execution_fixture.h"
#include "tests/tools/exported.h"
#include "workflow/quarantine.h"
#include "workflow/read_accounts.h"
#include "workflow/rebook.h"

namespace pianola::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using workflow::ExecutionState;

class Batch : public tests::ExecutionToolTest {
 protected:
  static Json mails(int count) {
    Json inputs = Json::array();
    for (int i = 1; i <= count; ++i) inputs.push_back({{"mail", "Shoe " + std::to_string(i) + " is torn."}});
    return inputs;
  }
  mcp::ToolResult start_batch(const Json& inputs, const std::string& mode = "whole") {
    return start({{"name", "triage"}, {"inputs", inputs}, {"mode", mode}});
  }
  mcp::ToolResult finish_item(const std::string& id, const std::string& quote = "is torn") {
    return finish({{"execution_id", id},
                   {"outcome", "succeeded"},
                   {"steps",
                    {{{"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", quote}}}},
                     {{"step", "reply"}, {"output", {{"answer", "Send it back."}}}}}}});
  }
  mcp::ToolResult fail_item(const std::string& id) {
    return finish({{"execution_id", id}, {"outcome", "failed"}, {"rationale", "illegible"}});
  }
  mcp::ToolResult where(const std::string& id) { return step({{"execution_id", id}}); }
  std::size_t executions() { return library.store->executions().list(library.designer.workspace, {}, "", 200).size(); }
  // Spends the attempts of the guided first step: the item waits for another model.
  mcp::ToolResult spend_attempts(const std::string& id) {
    hand_in_parse(id, "no quote");
    hand_in_parse(id, "none either");
    return hand_in_parse(id, "nor this");
  }
};

TEST_F(Batch, WholeGivesThePlaybookOnceAndThenInputsAlone) {
  const mcp::ToolResult first = start_batch(mails(3));
  EXPECT_THAT(text_of(first), HasSubstr("This is item 1 of 3"));
  EXPECT_THAT(text_of(first), HasSubstr("We sell shoes."));
  const mcp::ToolResult second = finish_item(id_of(first));
  const std::string id = id_of(second);
  EXPECT_NE(id, id_of(first));
  EXPECT_EQ(text_of(second), "Item 1 of 3: succeeded.\nDo item 2 the same way, execution_id \"" + id +
                                 "\":\n<data name=\"input.mail\">Shoe 2 is torn.</data>\n");
  EXPECT_FALSE(second.structured);
  EXPECT_EQ(meta_of(second)["batch"]["id"], id_of(first));
  EXPECT_EQ(meta_of(second)["batch"]["item"], 2);
  const mcp::ToolResult last = finish_item(id_of(finish_item(id)));
  EXPECT_EQ(facts_of(last)["batch"], OrderedJson({{"items", 3}, {"succeeded", 3}}));
  EXPECT_EQ(stored(id).input, mails(3)[1]);
  EXPECT_EQ(stored(id).state, ExecutionState::succeeded);
}

TEST_F(Batch, GuidedHandsOutTheNextItemsFirstStepWithTheLastHandIn) {
  const mcp::ToolResult first = start_batch(mails(2), "guided");
  hand_in_parse(id_of(first), "is torn");
  const mcp::ToolResult second = hand_in_reply(id_of(first));
  EXPECT_THAT(text_of(second),
              StartsWith("Item 1 of 2: succeeded. Accepted: step \"reply\".\nExecution " + id_of(second)));
  EXPECT_THAT(text_of(second), HasSubstr("Shoe 2 is torn."));
  EXPECT_THAT(text_of(second), Not(HasSubstr("We sell shoes.")));
  hand_in_parse(id_of(second), "is torn");
  EXPECT_THAT(text_of(hand_in_reply(id_of(second))), HasSubstr("Batch of 2: 2 succeeded."));
}

TEST_F(Batch, FailingItemStopsNoOtherAndIsNamedAtTheEnd) {
  const std::string first = id_of(start_batch(mails(2)));
  const mcp::ToolResult second = fail_item(first);
  EXPECT_THAT(text_of(second), StartsWith("Item 1 of 2: failed.\nDo item 2"));
  const OrderedJson batch = facts_of(finish_item(id_of(second)))["batch"];
  EXPECT_EQ(batch["failed"], 1);
  EXPECT_EQ(batch["succeeded"], 1);
  EXPECT_EQ(batch["not_succeeded"][0]["execution_id"], first);
  EXPECT_THAT(text_of(where(first)), HasSubstr("Not succeeded: item 1 (" + first + ", failed)."));
}

TEST_F(Batch, RefusedItemStaysUntilItIsMended) {
  const std::string id = id_of(start_batch(mails(2)));
  EXPECT_EQ(code_of(finish_item(id, "no quote")), "steps_refused");
  EXPECT_EQ(executions(), 1U);
  EXPECT_THAT(text_of(finish_item(id)), StartsWith("Item 1 of 2: succeeded."));
}

TEST_F(Batch, ItemThatWaitsForAnotherModelIsNotWaitedFor) {
  const std::string first = id_of(start_batch(mails(2), "guided"));
  const mcp::ToolResult handed_off = spend_attempts(first);
  EXPECT_THAT(text_of(handed_off), HasSubstr("# Hand-off"));
  const std::string second = stored(first).next_in_batch;
  EXPECT_THAT(text_of(handed_off), HasSubstr("execution_step with execution_id \"" + second + "\" alone gives item 2"));
  EXPECT_THAT(text_of(where(second)), HasSubstr("Shoe 2 is torn."));
  EXPECT_THAT(text_of(where(first)), HasSubstr("# Hand-off"));
  hand_in_parse(second, "is torn");
  EXPECT_THAT(text_of(hand_in_reply(second)), HasSubstr("Not succeeded: item 1 (" + first + ", waiting)."));
  step({{"execution_id", first},
        {"step", "parse"},
        {"output", {{"topic", "shoes"}, {"quote", "is torn"}}},
        {"executor", "claude-opus-5-5"}});
  EXPECT_THAT(text_of(hand_in_reply(first)), HasSubstr("Batch of 2: 2 succeeded."));
  EXPECT_EQ(executions(), 2U);
}

TEST_F(Batch, RepeatedFinishStartsNoSecondItem) {
  const std::string first = id_of(start_batch(mails(3)));
  const std::string second = id_of(finish_item(first));
  EXPECT_EQ(id_of(finish_item(first)), second);
  EXPECT_EQ(id_of(fail_item(second)), id_of(fail_item(second)));
  EXPECT_EQ(executions(), 3U);
}

TEST_F(Batch, IdAloneSaysWhereInTheBatchOneIsAndGivesTheInputAgain) {
  const std::string first = id_of(start_batch(mails(3)));
  EXPECT_THAT(text_of(where(first)), HasSubstr("This is item 1 of 3. Batch of 3: 1 running, 2 not started."));
  const std::string second = id_of(fail_item(first));
  EXPECT_EQ(id_of(where(first)), second);
  const std::string here = text_of(where(second));
  EXPECT_THAT(here, HasSubstr("This is item 2 of 3. Batch of 3: 1 failed, 1 running, 1 not started."));
  EXPECT_THAT(here, HasSubstr("Still open: `parse`"));
  EXPECT_THAT(here, HasSubstr("workflow_get with name \"triage\" and version \"1.0.0\""));
  EXPECT_THAT(here, HasSubstr("Shoe 2 is torn."));
}

TEST_F(Batch, TwoAgentsOnOneItemCannotBothEndIt) {
  const std::string first = id_of(start_batch(mails(3)));
  const std::string second = id_of(finish_item(first));
  const mcp::ToolResult other = fail_item(first);
  EXPECT_EQ(code_of(other), "execution_ended");
  EXPECT_THAT(message_of(other), HasSubstr("goes on with item 2 of 3"));
  EXPECT_THAT(message_of(other), HasSubstr(second));
  EXPECT_EQ(executions(), 2U);
}

TEST_F(Batch, EveryInputIsCheckedBeforeAnythingStarts) {
  Json inputs = mails(3);
  inputs[1] = {{"mail", 2}};
  inputs[2] = Json::object();
  const mcp::ToolResult result = start_batch(inputs);
  EXPECT_EQ(code_of(result), "bad_input");
  EXPECT_THAT(message_of(result), StartsWith("2 of 3 inputs do not fit the workflow, and none was started. Item 2: "));
  EXPECT_THAT(message_of(result), HasSubstr("Item 3: "));
  EXPECT_EQ(facts_of(result)["error"]["broken"][0], "/inputs/1/mail");
  EXPECT_EQ(code_of(start_batch(mails(101))), "too_many_items");
  EXPECT_EQ(code_of(start_batch(Json::array())), "too_many_items");
  EXPECT_EQ(code_of(start({{"name", "triage"}, {"input", {{"mail", "a"}}}, {"inputs", mails(1)}})), "bad_input");
  EXPECT_EQ(executions(), 0U);
}

TEST_F(Batch, InputsMayComeFromAFileOfJsonLines) {
  library.environment.settings.roots = {library.folder / ""};
  const auto file = [&](const std::string& text) { std::ofstream(library.folder / "mails.jsonl") << text; };
  file("{\"mail\": \"Shoe 1 is torn.\"}\n\n{\"mail\": \"Shoe 2 is torn.\"}\n");
  const Json arguments = {{"name", "triage"}, {"input_files", {{"inputs", "mails.jsonl"}}}, {"mode", "whole"}};
  EXPECT_THAT(text_of(finish_item(id_of(start(arguments)))), HasSubstr("Shoe 2 is torn."));
  file("{\"mail\": \"a\"}\n{broken\n");
  EXPECT_EQ(code_of(start(arguments)), "bad_input");
  EXPECT_THAT(message_of(start(arguments)), HasSubstr("Line 2"));
  file("{broken\n{\"mail\": \"a\"}\ntrue false\n");
  EXPECT_THAT(message_of(start(arguments)), StartsWith("2 lines of the file of inputs cannot be read"));
  EXPECT_THAT(message_of(start(arguments)), AllOf(HasSubstr(" Line 1: no JSON"), HasSubstr(" Line 3: no JSON")));
  file("{\"mail\": \"a\"}\n\n[1]\n");
  EXPECT_THAT(message_of(start(arguments)), HasSubstr("Item 2 (line 3): "));
  EXPECT_THAT(message_of(start({{"name", "triage"}, {"inputs", "mails.jsonl"}})),
              HasSubstr(R"(goes into input_files: {"inputs": "mails.jsonl"})"));
}

TEST_F(Batch, SameKeyFindsTheBatchWhereverItStands) {
  const Json arguments = {{"name", "triage"}, {"inputs", mails(2)}, {"mode", "whole"}, {"idempotency_key", "k"}};
  const std::string first = id_of(start(arguments));
  EXPECT_EQ(id_of(start(arguments)), first);
  const std::string second = id_of(finish_item(first));
  EXPECT_EQ(id_of(start(arguments)), second);
  EXPECT_EQ(executions(), 2U);
}

TEST_F(Batch, StaysOnTheFirstItemsVersion) {
  const std::string first = id_of(start_batch(mails(3)));
  EXPECT_TRUE(library.save(R"({"name": "triage", "context": "We sell boots."})", "1.0.0"));
  const std::string second = id_of(finish_item(first));
  EXPECT_EQ(stored(second).version, stored(first).version);
  EXPECT_NE(stored(started("whole")).version, stored(first).version);
}

TEST_F(Batch, QuarantinedVersionIsHandedOutNoFurtherUntilItIsReleased) {
  const std::string first = id_of(start_batch(mails(2)));
  const workflow::AuthorMark mark{workflow::AuthorField::model, "claude-opus-5-5"};
  ASSERT_TRUE(workflow::quarantine_author(library.environment, library.designer, mark, "a test"));
  const OrderedJson batch = facts_of(finish_item(first))["batch"];
  EXPECT_THAT(batch["stopped"].get<std::string>(), HasSubstr("quarantine")) << batch;
  const std::string second = stored(first).next_in_batch;
  EXPECT_EQ(code_of(where(second)), "version_quarantined");
  library.clock.advance_micros(kMicrosPerSecond);
  ASSERT_TRUE(workflow::release_author(library.environment, library.designer, mark, "a test"));
  EXPECT_EQ(id_of(where(first)), second);
}

TEST_F(Batch, BelongsToWhoStartedItWhoeverEndsAnItem) {
  privileged = false;
  key = "mine";
  const std::string first = id_of(start_batch(mails(3)));
  privileged = true;
  key = "designer's";
  const std::string second = id_of(finish_item(first));
  privileged = false;
  key = "mine";
  const std::string third = id_of(finish_item(second));
  EXPECT_EQ(third, stored(second).next_in_batch);
  EXPECT_THAT(text_of(where(third)), HasSubstr("This is item 3 of 3"));
}

TEST_F(Batch, WhatIsTheSameForAllIsOverheadOfTheFirstItemAlone) {
  const auto overhead_of = [&](const std::string& id) {
    const auto execution = stored(id);
    const auto version =
        library.store->versions().find(library.designer.workspace, execution.workflow, execution.version);
    std::int64_t overhead = 0;
    for (const auto& entry : workflow::booked_so_far(*library.store, library.designer.workspace, execution, *version,
                                                     workflow::price_book(library.environment, library.designer))) {
      overhead += entry.own_overhead_tokens;
    }
    return overhead;
  };
  const Json usage = {{"input_tokens", 20'000}, {"output_tokens", 100}, {"model", "claude-haiku-5-5"}};
  const std::string first = id_of(start_batch(mails(2)));
  const std::string second = id_of(finish_item(first));
  finish_item(second);
  for (const std::string& id : {first, second}) {
    finish({{"execution_id", id}, {"outcome", "succeeded"}, {"usage", usage}});
  }
  EXPECT_GT(overhead_of(first), 320);
  EXPECT_EQ(overhead_of(second), 80);
}

TEST_F(Batch, ItemsThatTheServerDoesAloneComeBeforeTheFixedText) {
  workflow::Design design = tests::a_design("bill").with_inputs(
      {{"type", "object"}, {"properties", {{"price", {{"type", "number"}}}}}, {"required", {"price"}}});
  workflow::Step dear = tests::a_computed_step("dear", {{"yes", {{"is", "{{input.price}} > 100"}}}});
  dear.branches = {{.when = {{"output.yes", {{"const", false}}}}, .go_to = "end"}};
  design.steps = {dear, {.id = "ask", .title = "Ask", .instruction = "Who allowed {{input.price}}?"}};
  design.context = "We pay bills.";
  EXPECT_TRUE(library.save(design));
  const Json inputs = {{{"price", 1}}, {{"price", 200}}, {{"price", 2}}, {{"price", 300}}};
  const mcp::ToolResult first = start({{"name", "bill"}, {"inputs", inputs}});
  EXPECT_THAT(text_of(first), HasSubstr("This is item 2 of 4"));
  EXPECT_THAT(text_of(first), HasSubstr("We pay bills."));
  const mcp::ToolResult next = step({{"execution_id", id_of(first)}, {"step", "ask"}});
  EXPECT_EQ(meta_of(next)["batch"]["item"], 4);
  EXPECT_THAT(text_of(step({{"execution_id", id_of(next)}, {"step", "ask"}})), HasSubstr("Batch of 4: 4 succeeded."));
}

TEST_F(Batch, EscalatedItemSaysWhomToHandItTo) {
  workflow::Design design = tests::a_mail_design("strict");
  design.escalation = workflow::Escalation{.when = {"It is about a lawyer."}, .message = "Tell the legal team."};
  EXPECT_TRUE(library.save(design));
  const std::string first = id_of(start({{"name", "strict"}, {"inputs", mails(2)}, {"mode", "whole"}}));
  EXPECT_THAT(text_of(finish({{"execution_id", first}, {"outcome", "escalated"}})), HasSubstr("Tell the legal team."));
}

TEST_F(Batch, ComesBackFromAnExport) {
  const std::string first = id_of(start_batch(mails(3)));
  const std::string second = id_of(finish_item(first));
  tests::ScratchLibrary copy;
  ASSERT_TRUE(tests::imported(copy.environment, tests::exported(library.environment)));
  for (const std::string& id : {first, second}) {
    const auto found = copy.store->executions().find(copy.designer.workspace, workflow::ExecutionId::parse(id).value());
    EXPECT_EQ(found->batch, stored(id).batch);
    EXPECT_EQ(found->next_in_batch, stored(id).next_in_batch);
  }
}

}  // namespace
}  // namespace pianola::tools
