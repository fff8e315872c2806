#include "tools/skills.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/scratch_library.h"
#include "tools/resources.h"
#include "workflow/agent_files.h"

namespace pianola::tools {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using tests::a_design;

const Json kKnowsSkills = {{"extensions", {{std::string(mcp::kSkillsExtension), Json::object()}}}};

class Skills : public testing::Test {
 protected:
  template <class Call>
  auto as_client(const Call& call, const Json& capabilities = kKnowsSkills) {
    mcp::Session session;
    session.caller.rights = rights_of(workflow::AccessRole::executor);
    session.client_capabilities = capabilities;
    const Json meta = Json::object();
    mcp::Request request(session, mcp::newest_legacy_revision(), meta);
    return call(request);
  }
  std::vector<std::string> listed() {
    std::vector<std::string> uris;
    std::string cursor;
    do {
      const mcp::SkillPage page =
          as_client([&](mcp::Request& request) { return source_.list(cursor, request).value(); });
      for (const mcp::Skill& skill : page.skills) uris.push_back(skill.uri);
      cursor = page.next;
    } while (!cursor.empty());
    return uris;
  }
  std::string text(const std::string& uri) {
    const auto contents =
        as_client([&](mcp::Request& request) { return read_skill_file(library_.context, uri, request); });
    return contents ? contents->text : contents.error().code;
  }
  std::vector<std::string> children(const std::string& uri) {
    std::vector<std::string> uris;
    const auto page = as_client([&](mcp::Request& request) { return source_.read_folder(uri, "", request); });
    if (!page) return {page.error().code};
    for (const mcp::Resource& each : page->resources) uris.push_back(each.uri + " " + each.mime_type);
    return uris;
  }
  std::vector<std::string> resources(const Json& capabilities) {
    const mcp::ResourceSource source = resource_source(library_.context);
    std::vector<std::string> uris;
    for (const mcp::Resource& each :
         as_client([&](mcp::Request& request) { return source.list("", request).value(); }, capabilities).resources) {
      uris.push_back(each.uri);
    }
    return uris;
  }
  void save_published(const std::string& name) { ASSERT_TRUE(library_.save(a_design(name).with_step("a"))); }

  tests::ScratchLibrary library_;
  mcp::SkillSource source_ = skill_source(library_.context);
};

TEST_F(Skills, EveryPublishedWorkflowIsOne) {
  save_published("triage");
  workflow::SaveRequest draft;
  draft.workflow = Json(workflow::encode_design(a_design("draft").with_step("a")));
  draft.publish = false;
  ASSERT_TRUE(library_.save(draft));
  EXPECT_THAT(listed(), ElementsAre("skill://pianola/triage/SKILL.md"));
  EXPECT_EQ(text("skill://pianola/draft/SKILL.md"), "not_found");
  const auto name = workflow::WorkflowName::parse("triage").value();
  ASSERT_TRUE(workflow::retire_version(library_.environment, library_.designer, name, {1, 0, 0}, ""));
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(Skills, AreTheFilesOfTheExport) {
  const workflow::Design design = a_design().with_step("a");
  ASSERT_TRUE(library_.save(design));
  const auto files = workflow::render_skill(tests::version_of(design));
  const mcp::Skill skill =
      as_client([&](mcp::Request& request) { return source_.get("skill://pianola/triage/SKILL.md", request).value(); });
  ASSERT_EQ(skill.files.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(skill.files[i].uri, "skill://pianola/triage/" + files[i].path);
    EXPECT_EQ(skill.files[i].text, files[i].text);
    EXPECT_EQ(text(skill.files[i].uri), files[i].text);
  }
}

TEST_F(Skills, AWorkflowWhoseNameNoSkillMayHaveLiesInAFolderOfItsName) {
  save_published("a--b");
  save_published("a-b");
  EXPECT_THAT(listed(), ElementsAre("skill://pianola/a--b/a-b/SKILL.md", "skill://pianola/a-b/SKILL.md"));
  EXPECT_THAT(children("skill://pianola"),
              ElementsAre("skill://pianola/a--b inode/directory", "skill://pianola/a-b inode/directory"));
  EXPECT_THAT(children("skill://pianola/a--b"), ElementsAre("skill://pianola/a--b/a-b inode/directory"));
  EXPECT_THAT(children("skill://pianola/a--b/a-b"), Contains("skill://pianola/a--b/a-b/SKILL.md text/markdown"));
  EXPECT_EQ(text("skill://pianola/a--b/SKILL.md"), "not_found");
}

TEST_F(Skills, FoldersAreRead) {
  save_published("triage");
  EXPECT_THAT(children("skill://pianola/triage"), ElementsAre("skill://pianola/triage/SKILL.md text/markdown",
                                                              "skill://pianola/triage/references inode/directory"));
  EXPECT_THAT(children("skill://pianola/triage/references"),
              ElementsAre("skill://pianola/triage/references/workflow.json application/json"));
  for (const char* none :
       {"skill://pianola/triage/", "skill://pianola/triage/SKILL.md", "skill://pianola/other", "skill://pianola/tri",
        "skill://pianolas", "skill://pianola/triage/ref", "skill://pianola/"}) {
    EXPECT_THAT(children(none), ElementsAre("not_found")) << none;
  }
}

TEST_F(Skills, ManyAreListedPageByPage) {
  for (int n = 100; n < 160; ++n) save_published("w" + std::to_string(n));
  EXPECT_EQ(listed().size(), 60u);
  EXPECT_EQ(children("skill://pianola").size(), 50u);
}

TEST_F(Skills, AreAmongTheResourcesOnlyForClientsThatKnowThem) {
  save_published("triage");
  EXPECT_THAT(resources(Json::object()), ElementsAre("workflow://triage"));
  EXPECT_THAT(resources(kKnowsSkills), ElementsAre("workflow://triage", "skill://pianola/triage/SKILL.md"));
}

TEST_F(Skills, ASavedVersionTellsThoseWhoWatchTheFiles) {
  const Json design = Json(workflow::encode_design(a_design().with_step("a")));
  library_.call(workflow_save_tool(library_.context), {{"workflow", design}});
  EXPECT_THAT(library_.updated, Contains("skill://pianola/triage/SKILL.md"));
  EXPECT_THAT(library_.updated, Contains("skill://pianola/triage/references/workflow.json"));
  library_.call(workflow_save_tool(library_.context),
                {{"workflow", {{"name", "triage"}, {"title", "T"}}}, {"base_version", "1.0.0"}, {"publish", false}});
  EXPECT_THAT(library_.updated, Not(Contains("skill://pianola/triage/SKILL.md")));
}

}  // namespace
}  // namespace pianola::tools
