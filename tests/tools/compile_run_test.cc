// A design from a proven run, through the tools: a draft without steps is started, a strong model hands in what it did,
// and workflow_save makes a draft of it.
#include "tests/tools/execution_fixture.h"
#include "workflow/look_up.h"

namespace pianola::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr const char* kInvoice = "Invoice INV-7 of Ada Byron. Two pairs of red shoes. Total 120 euros.";

class CompileRun : public ExecutionToolTest {
 protected:
  mcp::ToolResult save(const Json& arguments) { return call(tools::workflow_save_tool(library.context), arguments); }

  // A task that has no steps yet, done by a strong model.
  std::string recorded() {
    const OrderedJson saved =
        facts_of(save({{"workflow", {{"name", "check"}, {"description", "Checks an invoice."}}}}));
    EXPECT_THAT(saved["notes"].dump(), HasSubstr("execution_start with version 1.0.0 and mode whole"));
    const std::string id = id_of(start({{"name", "check"},
                                        {"version", "1.0.0"},
                                        {"mode", "whole"},
                                        {"input", {{"text", kInvoice}, {"order", "PO-9"}}},
                                        {"executor", "claude-opus-5-5"}}));
    const Json steps = {{{"step", "read"},
                         {"note", "Find the total of the invoice, and copy the line with the goods."},
                         {"output", {{"total", 120}, {"goods", "Two pairs of red shoes."}}}},
                        {{"step", "Look up the order"}, {"note", "Open the order PO-9."}, {"output", {{"total", 150}}}},
                        {{"step", "compare"},
                         {"note", "Compare the order's 150 with 120; say by how much the order PO-9 is more."},
                         {"output", {{"equal", false}, {"difference", 30}}}}};
    finished = facts_of(finish({{"execution_id", id}, {"outcome", "succeeded"}, {"steps", steps}}));
    return id;
  }
  workflow::Design design_of(const std::string& name, const std::string& version) {
    return (*workflow::look_up_version(library.environment, library.designer, name, version))->design;
  }

  OrderedJson finished;
};

// The order is bound, the text is not: the example needs both, since the goods are copied from the text.
TEST_F(CompileRun, AnExampleHoldsWhatItsOutputCopies) {
  save({{"workflow", {{"name", "check"}, {"description", "Checks an invoice."}}}});
  const auto compiled = [&](const std::string& text) {
    const std::string id = id_of(start({{"name", "check"},
                                        {"version", "1.0.0"},
                                        {"mode", "whole"},
                                        {"input", {{"text", text}, {"order", "PO-9"}}},
                                        {"executor", "claude-opus-5-5"}}));
    const Json steps = {{{"step", "read"},
                         {"note", "Copy the goods of order PO-9."},
                         {"output", {{"goods", "Two pairs of red shoes."}}}}};
    finish({{"execution_id", id}, {"outcome", "succeeded"}, {"steps", steps}});
    const OrderedJson saved = facts_of(save({{"workflow", {{"from_execution", id}}}}));
    EXPECT_THAT(saved["findings"].dump(), testing::Not(HasSubstr("example_misquotes")));
    return design_of("check", saved["version"]).steps[0];
  };
  EXPECT_EQ(compiled(kInvoice).examples[0].input, (Json{{"text", kInvoice}, {"order", "PO-9"}}));
  EXPECT_TRUE(compiled(kInvoice + std::string(1'000, '.')).examples.empty());
}

TEST_F(CompileRun, StepsWithBindingsSchemasAnExampleAndAGoldenCase) {
  const std::string id = recorded();
  EXPECT_EQ(finished["state"], "succeeded");
  EXPECT_THAT(finished["compile"].get<std::string>(), HasSubstr("{\"from_execution\": \"" + id + "\"}"));
  const OrderedJson saved = facts_of(save({{"workflow", {{"from_execution", id}}}}));
  ASSERT_EQ(saved["version"], "1.0.1") << saved;
  EXPECT_EQ(saved["status"], "draft");
  EXPECT_THAT(saved["notes"].dump(), HasSubstr("\\\"PO-9\\\" became {{input.order}}"));
  EXPECT_THAT(saved["findings"].dump(), HasSubstr("no_escalation")) << "lint tells what is missing";

  const workflow::Design design = design_of("check", "1.0.1");
  EXPECT_THAT(design.step_ids(), testing::ElementsAre("read", "look-up-the-order", "compare"));
  EXPECT_EQ(design.steps[1].title, "Look up the order");
  EXPECT_EQ(design.steps[1].instruction, "Open the order {{input.order}}.");
  EXPECT_EQ(
      design.steps[2].instruction,
      "Compare the order's {{steps.look-up-the-order.total}} with {{steps.read.total}}; say by how much the order "
      "{{input.order}} is more.");
  EXPECT_EQ((*design.steps[0].output)["properties"]["total"]["type"], "integer");
  EXPECT_THAT(design.steps[0].quotes, testing::ElementsAre("/goods"));
  EXPECT_EQ(design.steps[1].examples[0], (workflow::Example{{{"order", "PO-9"}}, {{"total", 150}}}));
  EXPECT_EQ((*design.inputs)["required"], (Json{"order", "text"}));
  EXPECT_EQ(design.designed_by, "claude-opus-5-5");
  ASSERT_EQ(design.cases.size(), 1U);
  EXPECT_EQ(design.cases[0].input["order"], "PO-9");
  EXPECT_EQ((*design.cases[0].output)["difference"], 30);
}

TEST_F(CompileRun, ADraftOfARunIsExecutedOnOtherInput) {
  const std::string id = recorded();
  const OrderedJson saved =
      facts_of(save({{"workflow", {{"from_execution", id}, {"name", "check-invoice"}}}, {"publish", true}}));
  ASSERT_EQ(saved["status"], "published") << saved;
  EXPECT_EQ(saved["name"], "check-invoice");
  const mcp::ToolResult begun = start(
      {{"name", "check-invoice"}, {"input", {{"text", "Invoice INV-8. One hat, nicely packed."}, {"order", "PO-10"}}}});
  const std::string next = text_of(step({{"execution_id", id_of(begun)},
                                         {"step", "read"},
                                         {"output", {{"total", 9}, {"goods", "One hat, nicely packed."}}}}));
  EXPECT_THAT(next, HasSubstr("Open the order <data name=\"input.order\">PO-10</data>."));
}

TEST_F(CompileRun, StepsThatTheWorkflowHasKeepWhatTheirDesignerWrote) {
  const std::string id = started("whole", {{"executor", "claude-opus-5-5"}});
  const Json steps = {{{"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", "shoe is torn"}}}},
                      {{"step", "check stock"}, {"note", "See whether there are shoes."}, {"output", {{"pairs", 4}}}},
                      {{"step", "reply"}, {"output", {{"answer", "Send it back."}}}}};
  finish({{"execution_id", id}, {"outcome", "succeeded"}, {"steps", steps}});
  const OrderedJson saved = facts_of(save({{"workflow", {{"from_execution", id}}}}));
  ASSERT_EQ(saved["version"], "1.1.0") << saved;
  const workflow::Design design = design_of("triage", "1.1.0");
  EXPECT_THAT(design.step_ids(), testing::ElementsAre("parse", "check-stock", "reply"));
  EXPECT_EQ(design.steps[0].instruction, "Read {{input.mail}}.");
  EXPECT_EQ(design.steps[0].output, a_mail_design().design().steps[0].output);
  EXPECT_EQ(design.steps[0].examples[0].output["topic"], "shoes");
  EXPECT_EQ(design.steps[1].instruction, "See whether there are {{steps.parse.topic}}.");
  EXPECT_EQ(design.context, "We sell shoes.");
}

TEST_F(CompileRun, AStepThatTheServerDoesGetsNoExample) {
  const Json number = {{"type", "object"}, {"properties", {{"n", {{"type", "number"}}}}}, {"required", {"n"}}};
  workflow::Design design = a_design("bill").with_step("count").with_output_schema(number);
  design.steps.push_back(a_computed_step("double", {{"n", {{"number", "{{steps.count.n}} * 2"}}}}));
  ASSERT_TRUE(library.save(design));
  const std::string id = id_of(start({{"name", "bill"}, {"mode", "whole"}}));
  finish({{"execution_id", id}, {"outcome", "succeeded"}, {"steps", {{{"step", "count"}, {"output", {{"n", 3}}}}}}});
  const mcp::ToolResult saved = save({{"workflow", {{"from_execution", id}}}});
  ASSERT_FALSE(saved.is_error) << message_of(saved);
  const workflow::Design compiled = design_of("bill", facts_of(saved)["version"]);
  EXPECT_EQ(compiled.steps[0].examples.size(), 1U);
  EXPECT_EQ(compiled.steps[1], design.steps[1]);
}

TEST_F(CompileRun, OnlyARunThatSucceededIsTaken) {
  const std::string id = started();
  const mcp::ToolResult running = save({{"workflow", {{"from_execution", id}}}});
  EXPECT_EQ(code_of(running), "not_proven");
  EXPECT_THAT(message_of(running), HasSubstr("is running: only a run that succeeded"));
  EXPECT_EQ(code_of(save({{"workflow", {{"from_execution", "nonsense"}}}})), "unknown_execution");
}

TEST_F(CompileRun, WithoutStepsThereIsNothingToDoStepByStep) {
  recorded();
  const mcp::ToolResult guided = start({{"name", "check"}, {"version", "1.0.0"}});
  EXPECT_EQ(code_of(guided), "no_steps");
  EXPECT_THAT(message_of(guided), HasSubstr("mode whole"));
}

TEST_F(CompileRun, WhoLostThePlaceIsToldAgainHowToRecord) {
  save({{"workflow", {{"name", "check"}, {"description", "Checks an invoice."}}}});
  const mcp::ToolResult begun =
      start({{"name", "check"}, {"version", "1.0.0"}, {"mode", "whole"}, {"input", {{"order", "PO-9"}}}});
  EXPECT_EQ(text_of(step({{"execution_id", id_of(begun)}})), text_of(begun));
}

TEST_F(CompileRun, NothingIsStoredByADryRun) {
  const std::string id = recorded();
  const OrderedJson dry = facts_of(save({{"workflow", {{"from_execution", id}}}, {"dry_run", true}}));
  EXPECT_EQ(dry["would_be"], "draft");
  EXPECT_FALSE(workflow::look_up_version(library.environment, library.designer, "check", "1.0.1"));
}

}  // namespace
}  // namespace pianola::tests
