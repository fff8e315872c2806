// `workflow compile` of the real program, after a run that was recorded over MCP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/program_run.h"
#include "tests/server/server_story.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;

class WorkflowCompile : public ProgramTest {
 protected:
  // The answer to one call of a server of its own.
  std::string asked(const std::string& tool, const Json& arguments) {
    return ok("serve", request_line("1", tool, arguments)).out;
  }
  // A task without steps, done once.
  std::string recorded() {
    asked("workflow_save", {{"workflow", {{"name", "check"}, {"description", "Checks an invoice."}}}});
    const std::string begun =
        asked("execution_start",
              {{"name", "check"}, {"version", "1.0.0"}, {"mode", "whole"}, {"input", {{"order", "PO-9"}}}});
    const std::string id = read_answer(begun).execution_id;
    const Json step = {{"step", "open"}, {"note", "Open the order PO-9."}, {"output", {{"total", 150}}}};
    asked("execution_finish", {{"execution_id", id}, {"outcome", "succeeded"}, {"steps", {step}}});
    return id;
  }
};

TEST_F(WorkflowCompile, ARunBecomesADraftAndLintTellsWhatIsMissing) {
  const std::string id = recorded();
  const std::string dry = ok("workflow compile --dry-run " + id).out;
  EXPECT_THAT(dry, HasSubstr("check 1.0.1: would be a draft, compiled from execution " + id));
  const std::string said = ok("workflow compile " + id).out;
  for (const char* part : {"check 1.0.1: draft", "\"PO-9\" became {{input.order}}", "No rule says when"}) {
    EXPECT_THAT(said, HasSubstr(part));
  }
  EXPECT_THAT(ok("workflow show check 1.0.1").out, HasSubstr("Open the order {{input.order}}."));
  EXPECT_EQ(ok("workflow compile --json --name open-order " + id).json()["name"], "open-order");
}

TEST_F(WorkflowCompile, AnUnknownExecutionIsRefused) {
  recorded();
  EXPECT_THAT(failure("workflow compile 01a22e9f-ce05-7573-9d6c-d15a524b8d9b"), HasSubstr("There is no execution"));
  EXPECT_THAT(misuse("workflow compile"), HasSubstr("execution"));
}

}  // namespace
}  // namespace pianola::tests
