#include "tools/prompts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/catalogue.h"
#include "tools/roles.h"
#include "workflow/lint.h"
#include "workflow/playbook.h"

namespace pianola::tools {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& name, const std::map<std::string, std::string>& arguments) {
  const mcp::Session session;
  const Json meta = Json::object();
  mcp::Request request(session, mcp::newest_legacy_revision(), meta);
  for (const mcp::Prompt& prompt : all_prompts()) {
    if (prompt.name != name) continue;
    return std::get<mcp::Text>(prompt.handler(arguments, request).at(0).content).text;
  }
  return {};
}

TEST(Prompts, AreFourInOrder) {
  std::vector<std::string> names;
  for (const mcp::Prompt& prompt : all_prompts()) names.push_back(prompt.name);
  EXPECT_THAT(names, ElementsAre("design_workflow", "execute_workflow", "review_edge_cases", "improve_workflow"));
}

TEST(Prompts, ExecutorsSeeOnlyHowToExecute) {
  for (const mcp::Prompt& prompt : all_prompts()) {
    EXPECT_EQ(prompt.needs, prompt.name == "execute_workflow" ? kMayExecute : kMayDesign) << prompt.name;
  }
}

TEST(Prompts, TakeAnyArgumentTextAsItIs) {
  for (const char* text : {"$1", "{{input.x}}", "a \"b\"\n```", "%s", "unknown-workflow"}) {
    EXPECT_THAT(text_of("design_workflow", {{"task", text}}), HasSubstr(text));
    EXPECT_THAT(text_of("execute_workflow", {{"name", text}, {"input", text}}), HasSubstr(text));
    EXPECT_THAT(text_of("review_edge_cases", {{"name", text}}), HasSubstr(text));
    EXPECT_THAT(text_of("improve_workflow", {{"name", text}}), HasSubstr(text));
  }
}

TEST(Prompts, MissingArgumentsAreAskedFor) {
  for (const mcp::Prompt& prompt : all_prompts()) {
    EXPECT_THAT(text_of(prompt.name, {}), HasSubstr("not given")) << prompt.name;
    for (const mcp::PromptArgument& argument : prompt.arguments) EXPECT_FALSE(argument.required) << prompt.name;
  }
}

TEST(Prompts, DesignWorkflowCarriesTheCompleteExample) {
  EXPECT_THAT(text_of("design_workflow", {}), HasSubstr(std::string(example_design_json())));
}

TEST(ExampleDesign, DecodesAndLintsWithoutAnyFinding) {
  const Result<Json> json = parse_json(example_design_json());
  ASSERT_TRUE(json);
  const workflow::DecodedDesign decoded = workflow::decode_design(*json);
  for (const Refusal& finding : decoded.findings) ADD_FAILURE() << finding.place << ": " << finding.message;
  const workflow::LintReport report = workflow::lint(decoded.design);
  for (const workflow::LintFinding& finding : report.findings) {
    ADD_FAILURE() << finding.code << " " << finding.place << ": " << finding.message;
  }
  EXPECT_EQ(report.readiness, 100);
}

TEST(Instructions, StayUnderHundredAndFiftyTokensAndSpeakOfToolsThatTheRoleHas) {
  using workflow::AccessRole;
  const auto of = [](AccessRole role) { return instructions_for({.rights = rights_of(role)}); };
  for (const AccessRole role : {AccessRole::executor, AccessRole::reviewer, AccessRole::designer, AccessRole::admin}) {
    EXPECT_LT(workflow::estimate_tokens(of(role)), 150U);
  }
  for (const char* tool : {"workflow_find", "execution_start", "report_edge_case", "workflow_save"}) {
    EXPECT_THAT(of(AccessRole::designer), HasSubstr(tool));
  }
  EXPECT_THAT(of(AccessRole::executor), Not(HasSubstr("workflow_save")));
  EXPECT_THAT(of(AccessRole::reviewer), AllOf(HasSubstr("workflow_review"), Not(HasSubstr("execution_start"))));
}

TEST(Instructions, SayFirstWhatToCallSinceCodexShowsTheBeginningAlone) {
  const std::string beginning = instructions_for({.rights = rights_of(workflow::AccessRole::executor)}).substr(0, 247);
  EXPECT_THAT(beginning, AllOf(HasSubstr("call workflow_find"), HasSubstr("call execution_start.")));
}

}  // namespace
}  // namespace pianola::tools
