#include <fstream>

#include "tests/tools/execution_fixture.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using tests::a_design;

class ExecutionStart : public tests::ExecutionToolTest {
 protected:
  Json a_start() const { return {{"name", "triage"}, {"input", {{"mail", "My shoe is torn."}}}}; }
  Json a_start(const Json& more) const {
    Json arguments = a_start();
    arguments.update(more);
    return arguments;
  }
};

TEST_F(ExecutionStart, GuidedOpensWithTheIdAndHandsOutTheFirstStepAsTextAlone) {
  const mcp::ToolResult result = start(a_start());
  ASSERT_FALSE(result.is_error) << message_of(result);
  EXPECT_FALSE(result.structured);
  const std::string text = text_of(result);
  EXPECT_THAT(text, StartsWith("Execution " + id_of(result) + " (triage 1.0.0, running, step parse)\n"));
  for (const char* part : {"We sell shoes.", "My shoe is torn.", "(`parse`)"}) EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("Answer about")));
}

TEST_F(ExecutionStart, MetaHasTheFactsForPrograms) {
  const OrderedJson meta = meta_of(start(a_start()));
  EXPECT_EQ(meta["workflow"], "triage");
  EXPECT_EQ(meta["version"], "1.0.0");
  EXPECT_EQ(meta["state"], "running");
  EXPECT_EQ(meta["step"], "parse");
  EXPECT_EQ(meta["attempts_left"], 3);
}

TEST_F(ExecutionStart, WholeGivesIdAndPlaybookWithoutTheInputThatWasSent) {
  const mcp::ToolResult result = start(a_start({{"mode", "whole"}}));
  ASSERT_EQ(result.content.size(), 2U);
  const std::string playbook = std::get<mcp::Text>(result.content[1]).text;
  EXPECT_THAT(std::get<mcp::Text>(result.content[0]).text, HasSubstr(id_of(result)));
  EXPECT_THAT(playbook, HasSubstr("{{input.mail}}"));
  EXPECT_THAT(playbook, Not(HasSubstr("My shoe is torn.")));
}

TEST_F(ExecutionStart, PropertyGivenAsTextAndAsFileIsRefused) {
  library.environment.settings.roots = {library.folder / ""};
  std::ofstream(library.folder / "mail.txt") << "My boot leaks.";
  const mcp::ToolResult result = start(a_start({{"input_files", {{"mail", "mail.txt"}}}}));
  EXPECT_EQ(code_of(result), "bad_input");
  EXPECT_EQ(facts_of(result)["error"]["place"], "/input_files/mail");
}

TEST_F(ExecutionStart, AnotherExecutorsKeyGivesAwayNothing) {
  key = "k1";
  privileged = false;
  start(a_start({{"idempotency_key", "k"}}));
  key = "k2";
  EXPECT_EQ(code_of(start(a_start({{"idempotency_key", "k"}}))), "key_reused");
}

TEST_F(ExecutionStart, InputIsRefusedWithEveryRuleItBreaks) {
  const mcp::ToolResult result = start({{"name", "triage"}, {"input", {{"mail", 3}, {"male", "x"}}}});
  EXPECT_EQ(code_of(result), "bad_input");
  EXPECT_EQ(facts_of(result)["error"]["broken"].size(), 2U) << message_of(result);
  EXPECT_THAT(message_of(result), Not(HasSubstr("..")));
  EXPECT_TRUE(library.store->executions().list(library.designer.workspace, {}, "", 5).empty());
}

TEST_F(ExecutionStart, MissingInputIsAnsweredWithItsShape) {
  EXPECT_THAT(message_of(start({{"name", "triage"}})), HasSubstr("It is JSON with these fields"));
}

TEST_F(ExecutionStart, UnknownNameIsAnsweredWithTheNearest) {
  const mcp::ToolResult result = start({{"name", "traige"}});
  EXPECT_EQ(code_of(result), "unknown_workflow");
  EXPECT_THAT(message_of(result), HasSubstr("\"triage\""));
}

TEST_F(ExecutionStart, RetiredVersionTakesNoNewStarts) {
  const auto name = workflow::WorkflowName::parse("triage").value();
  ASSERT_TRUE(workflow::retire_version(library.environment, library.designer, name, {1, 0, 0}, "old"));
  EXPECT_EQ(code_of(start(a_start({{"version", "1.0.0"}}))), "retired_version");
  EXPECT_EQ(code_of(start(a_start())), "no_published_version");
}

TEST_F(ExecutionStart, DraftIsForDesignersByItsNumber) {
  workflow::SaveRequest draft;
  draft.workflow = Json(workflow::encode_design(a_design("draft").with_step("a")));
  draft.publish = false;
  ASSERT_TRUE(library.save(draft));
  EXPECT_EQ(code_of(start({{"name", "draft"}})), "no_published_version");
  EXPECT_EQ(code_of(start({{"name", "draft"}, {"version", "1.0.0"}})), "");
  privileged = false;
  EXPECT_EQ(code_of(start({{"name", "draft"}, {"version", "1.0.0"}})), "unknown_workflow");
}

TEST_F(ExecutionStart, SameKeyGivesTheSameExecutionAndRefusesOtherArguments) {
  const mcp::ToolResult first = start(a_start({{"idempotency_key", "k"}}));
  const mcp::ToolResult again = start(a_start({{"idempotency_key", "k"}, {"wait_for_previous", true}}));
  EXPECT_EQ(id_of(again), id_of(first));
  EXPECT_EQ(text_of(again), text_of(first));
  EXPECT_EQ(code_of(start(a_start({{"idempotency_key", "k"}, {"mode", "whole"}}))), "key_reused");
}

TEST_F(ExecutionStart, HostsCallIdMakesARepeatOnlyWithEqualArguments) {
  const Json meta = {{"claudecode/toolUseId", "toolu_1"}};
  const std::string first = id_of(start(a_start(), meta));
  EXPECT_EQ(id_of(start(a_start(), meta)), first);
  const mcp::ToolResult other = start(a_start({{"mode", "whole"}}), meta);
  EXPECT_EQ(code_of(other), "");
  EXPECT_NE(id_of(other), first);
  EXPECT_NE(id_of(start(a_start())), first);
}

TEST_F(ExecutionStart, RepeatedStartOfWhatIsUnderWaySaysWhereItStands) {
  const Json arguments = a_start({{"idempotency_key", "k"}});
  hand_in_parse(id_of(start(arguments)));
  EXPECT_THAT(text_of(start(arguments)), HasSubstr("step 2 of 2"));
}

TEST_F(ExecutionStart, HostsModelGoesBeforeWhatTheModelSaysAndBothBeforeTheDefault) {
  library.environment.settings.default_executor = "gpt-5.5-mini";
  const Json codex = {{"x-codex-turn-metadata", {{"model", "claude-haiku-5-5"}}}};
  EXPECT_EQ(stored(id_of(start(a_start({{"executor", "sonnet"}}), codex))).executor, "claude-haiku-5-5");
  EXPECT_EQ(stored(id_of(start(a_start({{"executor", "my-model"}})))).executor, "my-model");
  EXPECT_EQ(stored(id_of(start(a_start()))).executor, "gpt-5.5-mini");
  library.environment.settings.default_executor.clear();
  EXPECT_EQ(stored(id_of(start(a_start()))).executor, "unknown");
}

TEST_F(ExecutionStart, WhatIsNotBuiltYetIsRefusedByName) {
  const mcp::ToolResult result = start(a_start({{"trial", true}}));
  EXPECT_EQ(code_of(result), "not_built_yet");
  EXPECT_THAT(message_of(result), HasSubstr("trial"));
}

TEST_F(ExecutionStart, InputMayBeTheJsonOfAnObjectAsAString) {
  EXPECT_EQ(code_of(start({{"name", "triage"}, {"input", R"({"mail":"Hi"})"}})), "");
}

TEST_F(ExecutionStart, TextOfAnInputFileIsThePropertysValue) {
  library.environment.settings.roots = {library.folder / ""};
  std::ofstream(library.folder / "mail.txt") << "My boot leaks.";
  const mcp::ToolResult result = start({{"name", "triage"}, {"input_files", {{"mail", "mail.txt"}}}});
  ASSERT_FALSE(result.is_error) << message_of(result);
  EXPECT_EQ(stored(id_of(result)).input_files.at(0).size, 14);
  EXPECT_FALSE(hand_in_parse(id_of(result), "boot leaks").is_error);
}

TEST_F(ExecutionStart, ChangedInputFileIsToldAndIsWhatCounts) {
  library.environment.settings.roots = {library.folder / ""};
  std::ofstream(library.folder / "mail.txt") << "My boot leaks.";
  const std::string id = id_of(start({{"name", "triage"}, {"input_files", {{"mail", "mail.txt"}}}}));
  std::ofstream(library.folder / "mail.txt") << "My sandal broke.";
  EXPECT_EQ(code_of(hand_in_parse(id, "boot leaks")), "output_refused");
  const mcp::ToolResult result = hand_in_parse(id, "sandal broke");
  EXPECT_THAT(text_of(result), HasSubstr("Changed or gone since the execution started"));
  const std::string recorded = library.audit_chain("execution:" + id).back().body;
  EXPECT_THAT(recorded, HasSubstr(workflow::Hash::of("My sandal broke.").text()));
}

TEST_F(ExecutionStart, FilesOutsideTheRootsAreRefused) {
  EXPECT_EQ(code_of(start({{"name", "triage"}, {"input_files", {{"mail", "/etc/passwd"}}}})),
            "input_files_not_allowed");
  library.environment.settings.roots = {library.folder / ""};
  EXPECT_EQ(code_of(start({{"name", "triage"}, {"input_files", {{"mail", "/etc/passwd"}}}})), "outside_roots");
}

}  // namespace
}  // namespace pianola::tools
