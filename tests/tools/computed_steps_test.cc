// Steps that the server does, through the tools and the store; the library's end verifies the audit log over them.
#include "tests/tools/execution_fixture.h"
#include "tests/tools/exported.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::a_computed_step;
using tests::a_design;

const Json kAmount = {{"type", "object"}, {"properties", {{"n", {{"type", "number"}}}}}, {"required", {"n"}}};

class ComputedStepsTool : public tests::ExecutionToolTest {
 protected:
  ComputedStepsTool() { EXPECT_TRUE(library.save(bill_design())); }
  static workflow::Design bill_design() {
    workflow::Design design = a_design("bill").with_inputs(
        {{"type", "object"},
         {"properties", {{"price", {{"type", "number"}}}, {"country", {{"type", "string"}}}}},
         {"required", {"price", "country"}}});
    workflow::Step rate = a_computed_step("rate", {{"vat", {{"look_up", "{{input.country}}"}, {"in", {{"DE", 19}}}}}});
    workflow::Step total = a_computed_step(
        "total", {{"n", {{"number", "{{input.price}} * {{steps.count.n}} * (100 + {{steps.rate.vat}}) / 100"}}}});
    total.output = kAmount;
    design.steps = {rate,
                    {.id = "count", .title = "Count", .instruction = "How many?", .output = kAmount},
                    total,
                    {.id = "say", .title = "Say", .instruction = "Say {{steps.total.n}}.", .output = kAmount}};
    return design;
  }
  Json a_bill(const std::string& mode = "guided", const char* country = "DE") const {
    return {{"name", "bill"}, {"input", {{"price", 10}, {"country", country}}}, {"mode", mode}};
  }
  mcp::ToolResult hand_in(const std::string& id, const char* name, const Json& output, const char* by = nullptr) {
    Json arguments = {{"execution_id", id}, {"step", name}, {"output", output}};
    if (by != nullptr) arguments["executor"] = by;
    return step(arguments);
  }
};

TEST_F(ComputedStepsTool, GuidedHandsOutOnlyWhatAModelDoes) {
  const mcp::ToolResult first = start(a_bill());
  EXPECT_THAT(text_of(first), HasSubstr("How many?"));
  EXPECT_THAT(text_of(first), HasSubstr("Computed by the server: `rate`."));
  const mcp::ToolResult second = hand_in(id_of(first), "count", {{"n", 3}});
  EXPECT_THAT(text_of(second), HasSubstr("Accepted: step \"count\". Computed by the server: `total`."));
  EXPECT_THAT(text_of(second), HasSubstr(">35.7</data>"));
  EXPECT_THAT(text_of(hand_in(id_of(first), "say", {{"n", 1}})), HasSubstr("has ended: succeeded"));
  const workflow::Execution execution = stored(id_of(first));
  EXPECT_EQ(execution.hand_ins.size(), 4U);
  EXPECT_EQ(execution.adherence, 1.0);
  EXPECT_EQ(execution.outcome_source, workflow::OutcomeSource::checked);
  const OrderedJson followed = facts_of(finish({{"execution_id", id_of(first)}, {"outcome", "succeeded"}}))["followed"];
  EXPECT_EQ(followed["hand_ins"], 2);
  EXPECT_EQ(followed["computed_by_server"], 2);
}

TEST_F(ComputedStepsTool, WholeShowsWhatTheInputAloneDecidesAndIgnoresWhatIsTheServers) {
  workflow::Design design = bill_design();
  design.name = "short-bill";
  design.steps.back() = a_computed_step("twice", {{"n", {{"number", "{{input.price}} * 2"}}}});
  design.steps.push_back({.id = "say", .title = "Say", .instruction = "Say {{steps.twice.n}}.", .output = kAmount});
  ASSERT_TRUE(library.save(design));
  Json arguments = a_bill("whole");
  arguments["name"] = "short-bill";
  const mcp::ToolResult first = start(arguments);
  EXPECT_THAT(text_of(first), HasSubstr("Done by the server: vat = {{input.country}} looked up in a table of 1."));
  EXPECT_THAT(text_of(first), HasSubstr(R"(<data name="steps.rate">{"vat":19}</data>)"));
  EXPECT_THAT(text_of(first), HasSubstr(R"(<data name="steps.twice">{"n":20}</data>)")) << "behind a model's step";
  const auto done = [](const char* id, double n) { return Json{{"step", id}, {"output", {{"n", n}}}}; };
  const mcp::ToolResult end = finish({{"execution_id", id_of(first)},
                                      {"outcome", "succeeded"},
                                      {"steps", {done("count", 3), done("total", 99), done("say", 1)}}});
  const OrderedJson facts = facts_of(end);
  EXPECT_EQ(facts["state"], "succeeded") << message_of(end);
  EXPECT_EQ(facts["followed"]["adherence"], 1.0);
  EXPECT_EQ(facts["followed"]["ignored"]["steps"], OrderedJson::array({"total"}));
  EXPECT_EQ(stored(id_of(first)).hand_ins[2].output, R"({"n":35.7})");
}

TEST_F(ComputedStepsTool, WholeBecomesGuidedWhereAModelNeedsWhatIsComputedOnTheWay) {
  const mcp::ToolResult first = start(a_bill("whole"));
  const std::string text = text_of(first);
  EXPECT_THAT(text,
              HasSubstr("Mode guided instead of whole: step \"say\" needs what the server computes on the way.\n"));
  EXPECT_EQ(stored(id_of(first)).mode, workflow::Mode::guided);
  EXPECT_THAT(text_of(hand_in(id_of(first), "count", {{"n", 3}})), HasSubstr(">35.7</data>"));
  EXPECT_THAT(text_of(start(a_bill("guided"))), Not(HasSubstr("instead of whole")));
}

TEST_F(ComputedStepsTool, WhatCannotBeComputedIsHandedOffAtTheStart) {
  const mcp::ToolResult first = start(a_bill("guided", "FR"));
  const std::string text = text_of(first);
  EXPECT_THAT(text, HasSubstr("# Hand-off: step \"rate\""));
  EXPECT_THAT(text, HasSubstr("vat could not be computed: the table has no \"FR\""));
  EXPECT_THAT(text, HasSubstr(R"(looked up in {"DE":19})"));
  EXPECT_EQ(code_of(hand_in(id_of(first), "rate", {{"vat", 20}})), "hand_off_open");
  EXPECT_THAT(text_of(hand_in(id_of(first), "rate", {{"vat", 20}}, "claude-opus-5-5")), HasSubstr("How many?"));
}

TEST_F(ComputedStepsTool, HandedInStepOfTheServersIsRefused) {
  const std::string id = id_of(start(a_bill()));
  EXPECT_EQ(code_of(hand_in(id, "total", {{"n", 1}})), "computed_step");
  EXPECT_EQ(stored(id).blocked, 1);
}

// The audit log tells whose work it was, and a copy of the store has it all.
TEST_F(ComputedStepsTool, AreTheServersInTheLogAndComeBackFromAnExport) {
  const std::string id = id_of(start(a_bill()));
  hand_in(id, "count", {{"n", 3}});
  const auto chain = library.store->audit().chain(library.designer.workspace, "execution:" + id);
  ASSERT_EQ(chain.size(), 4U);
  EXPECT_EQ(chain[1].author.model, "pianola");
  EXPECT_EQ(chain[1].author.client, "");
  EXPECT_NE(chain[2].author.client, "");
  tests::ScratchLibrary copy;
  const auto imported = tests::imported(copy.environment, tests::exported(library.environment));
  ASSERT_TRUE(imported) << imported.error().message;
  const auto found = copy.store->executions().find(copy.designer.workspace, workflow::ExecutionId::parse(id).value());
  EXPECT_EQ(found->hand_ins, stored(id).hand_ins);
}

}  // namespace
}  // namespace pianola::tools
