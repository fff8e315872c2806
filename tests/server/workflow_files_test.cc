// `workflow export --as` and `workflow import` of the real program: files and folders, drafts, several at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/program_run.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class WorkflowFiles : public ProgramTest {
 protected:
  void import_triage() {
    scratch.write("triage.json", triage_json());
    ok("workflow import triage.json");
  }
};

TEST_F(WorkflowFiles, AVersionIsExportedForHosts) {
  import_triage();
  EXPECT_THAT(ok("workflow export triage --as skill").out, StartsWith("---\nname: triage\ndescription: \"Sorts a "));
  EXPECT_THAT(ok("workflow export triage --as claude-agent").out, HasSubstr("\nmodel: haiku\n"));
  EXPECT_THAT(ok("workflow export triage --as claude-command").out, HasSubstr("$ARGUMENTS"));
  EXPECT_EQ(ok("workflow export triage --as design").out, ok("workflow export triage").out);
  EXPECT_THAT(misuse("workflow export triage --as poem"), HasSubstr("claude-agent"));
}

TEST_F(WorkflowFiles, AnExportGoesIntoAFolderOrAFile) {
  import_triage();
  EXPECT_EQ(ok("workflow export triage --as skill -o new/skills").out,
            "new/skills/triage/SKILL.md\nnew/skills/triage/references/workflow.json\n");
  EXPECT_EQ(scratch.read("new/skills/triage/SKILL.md"), ok("workflow export triage --as skill").out);
  EXPECT_EQ(ok("workflow export triage --as claude-agent -o agents --json").json()["files"],
            Json::array({"agents/triage.md"}));
  EXPECT_EQ(ok("workflow export triage --as skill -o my.md").out, "my.md\n");
  EXPECT_EQ(ok("workflow export triage -o .").out, "./triage.json\n");
  EXPECT_EQ(ok("workflow export triage -o .").out, "./triage.json\n");
  EXPECT_EQ(Json::parse(scratch.read("triage.json")), Json::parse(triage_json()));
  EXPECT_THAT(failure("workflow export triage -o my.md/x"), HasSubstr("my.md"));
}

TEST_F(WorkflowFiles, AnExportedSkillIsTheSameDesignAgain) {
  import_triage();
  ok("workflow export triage --as skill -o skills");
  const Json again = ok("workflow import skills/triage/SKILL.md --name again --json").json();
  EXPECT_EQ(again["status"], "draft") << "anybody may have written the file";
  EXPECT_EQ(again["form"], "a skill");
  EXPECT_THAT(ok("workflow import skills/triage/SKILL.md").out,
              HasSubstr("triage 1.0.0: published, from a skill (unchanged)"));
  Json design = ok("workflow export again 1.0.0").json();
  design["name"] = "triage";
  EXPECT_EQ(design, Json::parse(triage_json()));
}

TEST_F(WorkflowFiles, GoldenCasesOutliveASkill) {
  Json design = Json::parse(triage_json());
  design["cases"] = {{{"input", {{"mail", "My shoe."}}}, {"output", {{"topic", "shoes"}}}}};
  scratch.write("triage.json", design.dump());
  ok("workflow import triage.json");
  ok("workflow export triage --as skill -o skills");
  EXPECT_THAT(ok("workflow import skills/triage/SKILL.md").out, HasSubstr("(unchanged)"));
  std::string text = scratch.read("skills/triage/SKILL.md");
  text.insert(text.find("Read {{input.mail}}"), "First wait. ");
  scratch.write("skills/triage/SKILL.md", text);
  const RunResult run = ok("workflow import skills/triage/SKILL.md --base 1.0.0");
  EXPECT_THAT(run.out, HasSubstr("1 golden case of 1.0.0 kept: a skill holds none."));
  const std::string number = run.out.substr(7, run.out.find(':') - 7);
  EXPECT_EQ(ok("workflow export triage " + number).json()["cases"], design["cases"]);
}

TEST_F(WorkflowFiles, ASkillOfAnotherWorkflowIsNotReplaced) {
  import_triage();
  scratch.write("other.json", Json::parse(triage_json())
                                  .patch(Json::parse(R"([{"op": "replace", "path": "/name", "value": "tri--age"}])"))
                                  .dump());
  ok("workflow import other.json");
  ok("workflow export tri--age --as skill -o skills");
  ok("workflow export tri--age --as skill -o skills");
  scratch.write("same.json", Json::parse(triage_json())
                                 .patch(Json::parse(R"([{"op": "replace", "path": "/name", "value": "tri-age"}])"))
                                 .dump());
  ok("workflow import same.json");
  const std::string before = scratch.read("skills/tri-age/SKILL.md");
  EXPECT_THAT(failure("workflow export tri-age --as skill -o skills"), HasSubstr("is no skill of \"tri-age\""));
  EXPECT_EQ(scratch.read("skills/tri-age/SKILL.md"), before);
  std::filesystem::create_directories(scratch / "mine/triage");
  scratch.write("mine/triage/SKILL.md", "---\nname: triage\n---\nMine.\n");
  failure("workflow export triage --as skill -o mine");
  EXPECT_THAT(scratch.read("mine/triage/SKILL.md"), HasSubstr("Mine."));
}

TEST_F(WorkflowFiles, AFileOfAnotherKindIsNoFolderToMake) {
  import_triage();
  EXPECT_THAT(misuse("workflow export triage -o q.md"), HasSubstr("this is written as .json"));
  EXPECT_THAT(misuse("workflow export triage --as skill -o q.json"), HasSubstr("this is written as .md"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "q.md"));
  std::filesystem::create_directory(scratch / "folder.md");
  EXPECT_EQ(ok("workflow export triage -o folder.md").out, "folder.md/triage.json\n");
  EXPECT_EQ(ok("workflow export triage -o BIG.JSON").out, "BIG.JSON\n");
}

TEST_F(WorkflowFiles, WhatAFileIsSaysItsNameInAnyCase) {
  scratch.write("FIX.MD", "Fix $1.\n");
  EXPECT_THAT(ok("workflow import FIX.MD").out, StartsWith("fix 1.0.0: draft, from a slash command"));
}

TEST_F(WorkflowFiles, AnEditedSkillIsWhatItsTextSays) {
  import_triage();
  ok("workflow export triage --as skill -o skills");
  std::string text = scratch.read("skills/triage/SKILL.md");
  text.insert(text.find("Read {{input.mail}}"), "First wait. ");
  scratch.write("skills/triage/SKILL.md", text);
  const RunResult run = ok("workflow import skills/triage/SKILL.md --name edited");
  EXPECT_THAT(run.out, StartsWith("edited 1.0.0: draft, from a skill\nskills/triage/references/workflow.json says"));
  EXPECT_THAT(ok("workflow export edited --version 1.0.0").out, HasSubstr("First wait. Read"));
}

TEST_F(WorkflowFiles, SeveralFilesAreImportedAsDraftsAndBadOnesTold) {
  scratch.write("SKILL.md", "---\nname: a-skill\ndescription: Does it.\n---\n1. Read.\n2. Write.\n");
  scratch.write("bad.yaml", "title: T\nprompt: [x\n");
  scratch.write("fix.md", "Fix $1.\n");
  const RunResult run = scratch.run("workflow import SKILL.md bad.yaml fix.md");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, StartsWith("pianola: bad.yaml: line "));
  EXPECT_THAT(run.out, HasSubstr("a-skill 1.0.0: draft, from a skill"));
  EXPECT_THAT(run.out, HasSubstr("pianola workflow publish a-skill 1.0.0"));
  EXPECT_THAT(run.out, HasSubstr("fix 1.0.0: draft, from a slash command"));
  EXPECT_THAT(misuse("workflow import SKILL.md fix.md --name x"), HasSubstr("one by one"));
  ok("workflow publish a-skill 1.0.0");
}

}  // namespace
}  // namespace pianola::tests
