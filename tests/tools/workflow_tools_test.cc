// workflow_save, workflow_get and workflow_find, as a client calls them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/scratch_library.h"
#include "tools/prompts.h"
#include "workflow/playbook.h"

namespace pianola::tools {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::a_design;
using workflow::Design;

std::string text_of(const mcp::ToolResult& result, std::size_t block = 0) {
  const mcp::Content& content = result.content.at(block);
  if (const auto* text = std::get_if<mcp::Text>(&content)) return text->text;
  return Json::parse(*std::get<mcp::EscapedText>(content).literal).get<std::string>();
}

std::string error_code(const mcp::ToolResult& result) {
  return result.is_error ? result.structured.value()["error"]["code"].get<std::string>() : "no error";
}

Design a_long_design() {
  auto design = a_design();
  for (int i = 0; i < 12; ++i) {
    design.with_step("step-" + std::to_string(i), std::string(300, 'x') + "\n\nThen \"quote\" \xc3\xa9.");
  }
  return design;
}

class WorkflowTools : public testing::Test {
 protected:
  mcp::ToolResult save(const Json& arguments) { return library.call(save_tool, arguments); }
  mcp::ToolResult get(const Json& arguments, bool privileged = true) {
    return library.call(get_tool, arguments, {privileged});
  }

  tests::ScratchLibrary library;
  mcp::Tool save_tool = workflow_save_tool(library.context);
  mcp::Tool get_tool = workflow_get_tool(library.context);
  mcp::Tool find_tool = workflow_find_tool(library.context);
};

TEST_F(WorkflowTools, EmptyWorkflowAnswersWithAnExampleThatSavesAndLintsClean) {
  const mcp::ToolResult shown = save({{"workflow", Json::object()}});
  ASSERT_FALSE(shown.is_error);
  const Json example(shown.structured.value()["example"]);
  const mcp::ToolResult saved = save({{"workflow", example}});
  ASSERT_FALSE(saved.is_error);
  const OrderedJson& facts = saved.structured.value();
  EXPECT_EQ(facts["status"], "published");
  EXPECT_EQ(facts["readiness"], 100);
  EXPECT_TRUE(facts["findings"].empty()) << facts["findings"].dump();
}

TEST_F(WorkflowTools, NoArgumentsAnswerWithTheExampleToo) {
  EXPECT_EQ(save(Json::object()).structured.value(), save({{"workflow", Json::object()}}).structured.value());
}

TEST_F(WorkflowTools, ADesignInAnotherPlaceIsToldWhereItBelongs) {
  const auto message = [&](const Json& arguments) {
    return save(arguments).structured.value()["error"]["message"].get<std::string>();
  };
  EXPECT_EQ(message({{"design", {{"name", "x"}}}}), R"(The design belongs under "workflow", not "design".)");
  EXPECT_THAT(message({{"name", "x"}, {"steps", Json::array()}}), HasSubstr(R"({"workflow": {"name": ...)"));
}

TEST_F(WorkflowTools, SlipsOfAPartialSaveAreAskedAbout) {
  save({{"workflow", Json(workflow::encode_design(a_design("mail").with_step("parse")))}});
  const Json next = Json::parse(R"({"name": "mail", "steps": [{"id": "prase", "title": "Parse"}]})");
  const OrderedJson saved = *save({{"workflow", next}, {"base_version", "1.0.0"}, {"dry_run", true}}).structured;
  EXPECT_EQ(saved["check"][0], R"(new step "prase"; did you mean "parse"?)");
}

TEST_F(WorkflowTools, DryRunSaysThatNothingIsSavedAndWhatItWouldBe) {
  const Json design = workflow::encode_design(a_design().with_step("a"));
  OrderedJson facts = *save({{"workflow", design}, {"dry_run", true}}).structured;
  EXPECT_EQ(facts["saved"], false);
  EXPECT_EQ(facts["would_be"], "published");
  EXPECT_FALSE(facts.contains("status"));
  EXPECT_TRUE(library.history().empty());
  save({{"workflow", design}, {"publish", false}});
  facts = *save({{"workflow", design}, {"dry_run", true}}).structured;
  EXPECT_EQ(facts["notes"][0], "Equal to version 1.0.0: no new version, and that draft would be published.");
  facts = *save({{"workflow", {{"name", "other"}, {"steps", Json::array()}}}, {"dry_run", true}}).structured;
  EXPECT_EQ(facts["notes"][0], "It would be a draft: 1 lint error blocks publishing.");
}

TEST_F(WorkflowTools, SaveStatesFacts) {
  const mcp::ToolResult saved = save({{"workflow", Json(workflow::encode_design(a_design().with_step("a")))}});
  const OrderedJson& facts = saved.structured.value();
  EXPECT_EQ(facts["name"], "triage");
  EXPECT_EQ(facts["version"], "1.0.0");
  EXPECT_EQ(facts["hash"].get<std::string>().size(), 12u);
  EXPECT_FALSE(facts["findings"].empty());
}

TEST_F(WorkflowTools, AddingOneEdgeCaseTakesUnderThreeHundredTokensWithItsAnswer) {
  ASSERT_FALSE(save({{"workflow", Json::parse(example_design_json())}}).is_error);
  const Json arguments = {
      {"workflow",
       {{"name", "triage-support-mail"},
        {"edge_cases", Json::array({{{"id", "no-text"},
                                     {"when", "the mail has only an attachment"},
                                     {"then", "classify it as a question and ask in the reply for the text"},
                                     {"severity", "low"}}})}}},
      {"base_version", "1.0.0"}};
  const mcp::ToolResult saved = save(arguments);
  const OrderedJson& facts = saved.structured.value();
  EXPECT_EQ(facts["version"], "1.1.0");
  EXPECT_EQ(facts["status"], "published");
  EXPECT_FALSE(facts["stayed"].empty());
  EXPECT_LT(workflow::estimate_tokens(dump_compact(arguments) + dump_compact(facts)), 300u) << facts;
}

TEST_F(WorkflowTools, WorkflowSentAsTextIsRead) {
  EXPECT_FALSE(save({{"workflow", R"({"name": "t", "steps": [{"id": "a", "instruction": "Do."}]})"}}).is_error);
}

TEST_F(WorkflowTools, BadArgumentsAreToldTogether) {
  const mcp::ToolResult refused = save({{"workflow", {{"name", "t"}}}, {"base", "1.0.0"}, {"dry_run", "yes"}});
  ASSERT_TRUE(refused.is_error);
  const std::string message = refused.structured.value()["error"]["message"];
  EXPECT_THAT(message, HasSubstr("base_version"));
  EXPECT_THAT(message, HasSubstr("dry_run"));
}

TEST_F(WorkflowTools, DesignUsageIsTheDesignersUnlessSaid) {
  save({{"workflow", Json(workflow::encode_design(a_design().with_step("a")))},
        {"design_usage", {{"input_tokens", 1000}, {"output_tokens", 200}}}});
  const auto usage = library.history()[0].design_cost.usage;
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->model, "claude-opus-5-5");
  EXPECT_EQ(usage->input, 1000);
}

TEST_F(WorkflowTools, APartialSaveIsByWhoseUsageItTells) {
  save({{"workflow", Json(workflow::encode_design(a_design().with_step("parse")))}});
  save({{"workflow", {{"name", "triage"}, {"title", "Sort mail"}}},
        {"base_version", "1.0.0"},
        {"design_usage", {{"input_tokens", 10}, {"output_tokens", 1}, {"model", "claude-fable-5-1"}}}});
  EXPECT_EQ(library.history().front().author.model, "claude-fable-5-1");
}

TEST_F(WorkflowTools, NegativeDesignCostIsRefused) {
  const auto refused =
      save({{"workflow", Json(workflow::encode_design(a_design().with_step("a")))}, {"design_cost_usd", -1}});
  EXPECT_TRUE(refused.is_error);
  EXPECT_EQ(refused.structured.value()["error"]["place"], "/design_cost_usd");
}

TEST_F(WorkflowTools, PagesConcatenateToThePlaybook) {
  library.environment.settings.page_bytes = 1000;
  ASSERT_TRUE(library.save(a_long_design()));
  std::string whole;
  Json arguments = {{"name", "triage"}};
  for (int page = 1; page < 50; ++page) {
    std::string text = text_of(get(arguments));
    EXPECT_LE(text.size(), 1000u) << "the line that says how to go on included";
    const std::size_t cursor = text.rfind("cursor \"");
    if (cursor == std::string::npos) {
      whole += text;
      break;
    }
    whole += text.substr(0, text.rfind('\n'));
    arguments["cursor"] = text.substr(cursor + 8, text.find('"', cursor + 8) - cursor - 8);
  }
  const auto version = library.store->versions().newest_published(library.designer.workspace,
                                                                  workflow::WorkflowName::parse("triage").value());
  EXPECT_EQ(whole, workflow::render_playbook(*version));
}

TEST_F(WorkflowTools, KnownHashAnswersNotModified) {
  const auto saved = library.save(a_long_design()).value();
  const mcp::ToolResult same = get({{"name", "triage"}, {"if_hash", saved.hash.short_form()}});
  EXPECT_EQ(text_of(same), "Not modified: triage 1.0.0.");
  EXPECT_THAT(text_of(get({{"name", "triage"}, {"if_hash", "000000000000"}})), Not(HasSubstr("Not modified")));
}

TEST_F(WorkflowTools, NewVersionIsSeenAtOnceAlthoughReadsAreKept) {
  ASSERT_TRUE(library.save(a_design().with_step("a")));
  EXPECT_THAT(text_of(get({{"name", "triage"}})), HasSubstr("1.0.0"));
  EXPECT_THAT(text_of(get({{"name", "triage"}})), HasSubstr("1.0.0"));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Second"})", "1.0.0"));
  EXPECT_THAT(text_of(get({{"name", "triage"}})), HasSubstr("1.0.1"));
}

TEST_F(WorkflowTools, NewVersionIsSeenBeforeItsBatchIsCommitted) {
  ASSERT_TRUE(library.save(a_design().with_step("a")));
  library.store->begin_batch();
  EXPECT_THAT(text_of(get({{"name", "triage"}})), HasSubstr("1.0.0"));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Second"})", "1.0.0"));
  EXPECT_THAT(text_of(get({{"name", "triage"}})), HasSubstr("1.0.1"));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Third"})", "1.0.1"));
  EXPECT_THAT(text_of(get({{"name", "triage"}})), HasSubstr("1.0.2"));
  library.store->commit_batch();
}

TEST_F(WorkflowTools, JsonIsTheDesignAndSaysWhatToSaveItWith) {
  const Design design = a_design().with_step("a").changed([](Design& changed) { changed.cases.emplace_back(); });
  ASSERT_TRUE(library.save(design));
  const mcp::ToolResult result = get({{"name", "triage"}, {"format", "json"}});
  EXPECT_EQ(workflow::decode_design(Json::parse(text_of(result))).design, design);
  EXPECT_THAT(text_of(result, 1), HasSubstr("base_version \"1.0.0\""));
}

TEST_F(WorkflowTools, GoldenCasesAreNeverShownToExecutors) {
  const Design design = a_design().with_step("a").changed([](Design& changed) { changed.cases.emplace_back(); });
  ASSERT_TRUE(library.save(design));
  EXPECT_THAT(text_of(get({{"name", "triage"}, {"format", "json"}}, false)), Not(HasSubstr("cases")));
  EXPECT_THAT(text_of(get({{"name", "triage"}, {"format", "json"}}, true)), HasSubstr("cases"));
}

TEST_F(WorkflowTools, DraftsAreForDesignersByExplicitVersion) {
  save({{"workflow", Json(workflow::encode_design(a_design().with_step("a")))}, {"publish", false}});
  EXPECT_EQ(error_code(get({{"name", "triage"}})), "no_published_version");
  EXPECT_THAT(text_of(get({{"name", "triage"}, {"version", "1.0.0"}}), 1), HasSubstr("draft"));
  EXPECT_EQ(error_code(get({{"name", "triage"}, {"version", "1.0.0"}}, false)), "unknown_workflow");
}

TEST_F(WorkflowTools, UnknownNamesAndVersionsNameTheNearest) {
  ASSERT_TRUE(library.save(a_design().with_step("a")));
  const mcp::ToolResult unknown = get({{"name", "triagee"}});
  EXPECT_EQ(error_code(unknown), "unknown_workflow");
  EXPECT_THAT(unknown.structured.value()["error"]["message"].get<std::string>(), HasSubstr("\"triage\""));
  EXPECT_EQ(error_code(get({{"name", "triage"}, {"version", "2.0.0"}})), "unknown_version");
  EXPECT_EQ(error_code(get({{"name", "triage"}, {"cursor", "x"}})), "bad_cursor");
  EXPECT_EQ(error_code(get({{"name", "triage"}, {"cursor", "1.0.0/9"}})), "bad_cursor");
}

TEST_F(WorkflowTools, EvidenceAboutModelsStandsApartFromThePlaybook) {
  ASSERT_TRUE(library.save(a_design().with_step("a")));
  const mcp::ToolResult before = get({{"name", "triage"}});
  EXPECT_EQ(before.content.size(), 1u);
  workflow::AccountEntry entry{.key = {.workflow = workflow::WorkflowName::parse("triage").value()}};
  entry.key.version = workflow::SemVer(1, 0, 0);
  entry.key.day = "2026-11-24";
  entry.key.executor = "claude-haiku-5-5";
  entry.executions = 3;
  entry.succeeded = 3;
  library.book(entry);
  const mcp::ToolResult after = get({{"name", "triage"}});
  EXPECT_EQ(text_of(after), text_of(before));
  EXPECT_THAT(text_of(after, 1), HasSubstr("3 executions"));
  EXPECT_THAT(text_of(after, 1), HasSubstr("claude-haiku-5-5"));
}

TEST_F(WorkflowTools, BriefIsAnOutline) {
  ASSERT_TRUE(library.save(a_long_design()));
  const std::string brief = text_of(get({{"name", "triage"}, {"format", "brief"}}));
  EXPECT_LE(workflow::estimate_tokens(brief), 300u);
  EXPECT_THAT(brief, Not(HasSubstr("xxx")));
}

TEST_F(WorkflowTools, FindGivesCandidatesOrSaysThatNoneFits) {
  save({{"workflow", Json::parse(example_design_json())}});
  const OrderedJson fits = library.call(find_tool, {{"task", "triage support mail"}}).structured.value();
  EXPECT_EQ(fits["fits"], true);
  EXPECT_EQ(fits["candidates"][0]["name"], "triage-support-mail");
  const OrderedJson none = library.call(find_tool, {{"task", "bake sourdough bread"}}).structured.value();
  EXPECT_EQ(none["fits"], false);
  EXPECT_TRUE(none["candidates"].empty());
  EXPECT_EQ(none["library"].size(), 1u);
}

TEST_F(WorkflowTools, FindWithoutTaskListsWorkflowsInOneLineEach) {
  ASSERT_TRUE(library.save(a_design("alpha").with_step("a")));
  ASSERT_TRUE(library.save(a_design("beta").with_step("a")));
  const OrderedJson list = library.call(find_tool, Json::object()).structured.value();
  EXPECT_EQ(list["library"][0], "alpha 1.0.0: A alpha");
  EXPECT_EQ(list["library"].size(), 2u);
  EXPECT_EQ(error_code(library.call(find_tool, {{"limit", 0}})), "bad_value");
}

}  // namespace
}  // namespace pianola::tools
