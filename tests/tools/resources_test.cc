#include "tools/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/scratch_library.h"
#include "workflow/playbook.h"

namespace pianola::tools {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::a_design;

class Resources : public testing::Test {
 protected:
  // Calls with a request of a designer, or of an executor with a key of its own.
  template <class Call>
  auto as(bool designer, const Call& call, const std::string& key = {}) {
    mcp::Session session;
    session.caller.rights = rights_of(designer ? workflow::AccessRole::designer : workflow::AccessRole::executor);
    session.caller.key = key;
    const Json meta = Json::object();
    mcp::Request request(session, mcp::newest_legacy_revision(), meta);
    return call(request);
  }
  Result<mcp::ResourceContents> read(const std::string& uri, bool designer = true, const std::string& key = {}) {
    return as(
        designer, [&](mcp::Request& request) { return source_.read(uri, request); }, key);
  }
  std::string text(const std::string& uri, bool designer = true) {
    const Result<mcp::ResourceContents> contents = read(uri, designer);
    return contents ? contents->text : contents.error().code;
  }
  std::vector<std::string> uris(bool designer) {
    std::vector<std::string> uris;
    std::string cursor;
    do {
      const mcp::ResourcePage page =
          as(designer, [&](mcp::Request& request) { return source_.list(cursor, request).value(); });
      for (const mcp::Resource& resource : page.resources) uris.push_back(resource.uri);
      cursor = page.next;
    } while (!cursor.empty());
    return uris;
  }
  std::vector<std::string> complete(const std::string& argument, const std::string& value, bool designer = true,
                                    std::map<std::string, std::string> others = {}) {
    return as(designer, [&](mcp::Request& request) {
      return source_.complete({false, "workflow://{name}/{version}", argument, value, std::move(others)}, request);
    });
  }
  // Saves without publishing.
  void save_draft(const std::string& name) {
    workflow::SaveRequest request;
    request.workflow = Json(workflow::encode_design(a_design(name).with_step("a")));
    request.publish = false;
    ASSERT_TRUE(library_.save(request));
  }
  std::string start(const std::string& key = {}) {
    const mcp::Tool tool = execution_start_tool(library_.context);
    return as(
        false,
        [&](mcp::Request& request) {
          const mcp::ToolResult result = tool.handler({{"name", "triage"}}, request);
          return Json::parse("{" + result.meta + "}")["pianola/execution"]["execution_id"].template get<std::string>();
        },
        key);
  }

  tests::ScratchLibrary library_;
  mcp::ResourceSource source_ = resource_source(library_.context);
};

TEST_F(Resources, AWorkflowReadsAsItsPlaybook) {
  ASSERT_TRUE(library_.save(a_design().with_step("a")));
  ASSERT_TRUE(library_.save(R"({"name": "triage", "title": "Second"})", "1.0.0"));
  const auto newest = library_.store->versions().newest_published(library_.designer.workspace,
                                                                  workflow::WorkflowName::parse("triage").value());
  EXPECT_EQ(text("workflow://triage"), workflow::render_playbook(*newest));
  EXPECT_THAT(text("workflow://triage/1.0.0", false), HasSubstr("Version 1.0.0"));
  EXPECT_EQ(read("workflow://triage")->mime_type, "text/markdown");
}

TEST_F(Resources, UnknownOnesAreNotFound) {
  for (const char* uri : {"workflow://nothing", "workflow://triage/9.9.9", "workflow://Bad Name", "workflow://triage/",
                          "execution://x", "pianola://x", "other://x", ""}) {
    EXPECT_EQ(text(uri), "not_found") << uri;
  }
}

TEST_F(Resources, DraftsReportsAndMoneyAreForDesignersAlone) {
  ASSERT_TRUE(library_.save(a_design().with_step("a")));
  save_draft("unfinished");
  library_.report("The mail is <b>empty</b>.");
  for (const char* uri :
       {"workflow://unfinished/1.0.0", "workflow://triage/edge-cases", "pianola://prices", "pianola://savings"}) {
    EXPECT_NE(text(uri), "not_found") << uri;
    EXPECT_EQ(text(uri, false), "not_found") << uri;
  }
  EXPECT_THAT(text("workflow://triage/edge-cases"), HasSubstr("> The mail is <b>empty</b>."))
      << "what executors wrote is quoted";
  EXPECT_THAT(text("pianola://prices"), HasSubstr("claude-haiku-5-5"));
  EXPECT_THAT(text("pianola://savings"), HasSubstr("total_cost"));
}

TEST_F(Resources, TheListHoldsPublishedWorkflowsAndForDesignersMoney) {
  ASSERT_TRUE(library_.save(a_design("beta").with_step("a")));
  ASSERT_TRUE(library_.save(a_design("alpha").with_step("a")));
  save_draft("unfinished");
  EXPECT_THAT(uris(false), ElementsAre("workflow://alpha", "workflow://beta"));
  EXPECT_THAT(uris(true), ElementsAre("pianola://prices", "pianola://savings", "workflow://alpha", "workflow://beta"));
}

TEST_F(Resources, AnExecutionIsSeenByWhoStartedItAndByDesigners) {
  ASSERT_TRUE(library_.save(a_design().with_step("a")));
  const std::string uri = "execution://" + start("key-1");
  EXPECT_THAT(text(uri), HasSubstr("\"workflow\":\"triage\""));
  EXPECT_TRUE(read(uri, false, "key-1"));
  EXPECT_EQ(read(uri, false, "key-2").error().code, "not_found");
}

TEST_F(Resources, HandInsBeyondAPageHaveAUriOfTheirOwn) {
  ASSERT_TRUE(library_.save(a_design().with_step("a").with_output({"topic"})));
  const std::string uri = "execution://" + start();
  const mcp::Tool step = execution_step_tool(library_.context);
  for (int i = 0; i < 40; ++i) {
    library_.call(step, {{"execution_id", uri.substr(12)},
                         {"step", "a"},
                         {"output", {{"n", i}, {"text", std::string(500, 'x')}}},
                         {"executor", "model-" + std::to_string(i)}});
    library_.environment.settings.page_bytes = 5'000;
  }
  std::vector<int> seen;
  std::string next = uri;
  while (!next.empty()) {
    const Json page = Json::parse(text(next));
    EXPECT_LE(page.dump().size(), 5'200U);
    for (const Json& hand_in : page["hand_ins"]) seen.push_back(hand_in["seq"]);
    if (page.contains("next")) {
      EXPECT_EQ(page["left_out"], 40 - seen.size());
    }
    next = page.value("next", "");
  }
  EXPECT_EQ(seen.size(), 40U);
  EXPECT_EQ(seen.back(), 40);
  EXPECT_EQ(text(uri + "/from/x"), "not_found");
}

TEST_F(Resources, AnIdleExecutionReadsAsAbandoned) {
  ASSERT_TRUE(library_.save(a_design().with_step("a")));
  const std::string uri = "execution://" + start();
  EXPECT_THAT(text(uri), HasSubstr("\"state\":\"running\""));
  library_.clock.advance_micros(2 * kMicrosPerDay);
  EXPECT_THAT(text(uri), HasSubstr("\"state\":\"abandoned\""));
}

TEST_F(Resources, CompletionKnowsNamesVersionsAndExecutions) {
  ASSERT_TRUE(library_.save(a_design("triage").with_step("a")));
  ASSERT_TRUE(library_.save(R"({"name": "triage", "title": "Second"})", "1.0.0"));
  ASSERT_TRUE(library_.save(a_design("translate").with_step("a")));
  save_draft("tidy");
  const std::string id = start();
  EXPECT_THAT(complete("name", "t"), ElementsAre("tidy", "translate", "triage"));
  EXPECT_THAT(complete("name", "tr", false), ElementsAre("translate", "triage"));
  EXPECT_THAT(complete("name", "t", false), Not(Contains("tidy"))) << "a draft is for designers";
  EXPECT_THAT(complete("version", "1.", true, {{"name", "triage"}}), ElementsAre("1.0.1", "1.0.0"));
  EXPECT_THAT(complete("version", "", false, {{"name", "tidy"}}), IsEmpty());
  EXPECT_THAT(complete("version", "1."), IsEmpty()) << "without a name there are no versions";
  EXPECT_THAT(complete("id", ""), ElementsAre(id));
  EXPECT_THAT(complete("task", "x"), IsEmpty());
}

TEST_F(Resources, CompletionKnowsAllThereAre) {
  for (int i = 0; i < 101; ++i) ASSERT_TRUE(library_.save(a_design("flow-" + std::to_string(i)).with_step("a")));
  EXPECT_EQ(complete("name", "flow").size(), 101u);
  EXPECT_EQ(complete("name", "flow", false).size(), 101u);
  EXPECT_EQ(uris(false).size(), 101u) << "the list goes on over its pages";
}

TEST_F(Resources, TemplatesForReviewersAreMarked) {
  std::vector<std::string> reviewed;
  for (const mcp::ResourceTemplate& each : source_.templates) {
    if (each.needs == kMayReview) reviewed.push_back(each.uri_template);
  }
  EXPECT_THAT(reviewed, ElementsAre("workflow://{name}/edge-cases"));
  EXPECT_EQ(source_.templates.size(), 4u);
}

TEST_F(Resources, PublishingTellsThoseWhoWatch) {
  const mcp::Tool save = workflow_save_tool(library_.context);
  const auto told = [&](const Json& arguments) {
    return as(true, [&](mcp::Request& request) {
      EXPECT_FALSE(save.handler(arguments, request).is_error);
      return std::pair(request.changed().updated, request.changed().lists.resources);
    });
  };
  Json arguments = {{"workflow", Json(workflow::encode_design(a_design().with_step("a")))}, {"publish", false}};
  EXPECT_THAT(told(arguments).first, IsEmpty()) << "a draft is nobody's news";
  arguments["base_version"] = "1.0.0";
  arguments["publish"] = true;
  arguments["dry_run"] = true;
  EXPECT_THAT(told(arguments).first, IsEmpty());
  arguments["dry_run"] = false;
  const std::string skill = "skill://pianola/triage/SKILL.md";
  const std::string design = "skill://pianola/triage/references/workflow.json";
  EXPECT_EQ(told(arguments), std::pair(std::vector<std::string>{"workflow://triage", skill, design}, true));
  const workflow::ReportId report = library_.report("The mail is empty.");
  arguments = {{"workflow", {{"name", "triage"}, {"title", "Second"}}},
               {"base_version", "1.0.0"},
               {"resolves", {report.text()}}};
  EXPECT_THAT(told(arguments).first, ElementsAre("workflow://triage", skill, design, "workflow://triage/edge-cases"));
}

}  // namespace
}  // namespace pianola::tools
