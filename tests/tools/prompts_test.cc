#include "tools/prompts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/catalogue.h"
#include "workflow/lint.h"
#include "workflow/playbook.h"

namespace pianola::tools {
namespace {

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
    EXPECT_EQ(prompt.audience == mcp::Audience::everyone, prompt.name == "execute_workflow") << prompt.name;
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

TEST(Instructions, StayUnderHundredAndFiftyTokens) {
  EXPECT_LT(workflow::estimate_tokens(instructions()), 150U);
  for (const char* tool : {"workflow_find", "execution_start", "report_edge_case", "workflow_save"}) {
    EXPECT_THAT(instructions(), HasSubstr(tool));
  }
  EXPECT_THAT(executor_instructions(), Not(HasSubstr("workflow_save"))) << "no tool that the role lacks";
}

}  // namespace
}  // namespace pianola::tools
