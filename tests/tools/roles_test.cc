// What a caller is told whose role may not use a tool or a prompt.
#include "tools/roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/mcp/lines.h"
#include "tests/tools/scratch_library.h"

namespace pianola::tests {
namespace {

using testing::HasSubstr;
using workflow::AccessRole;

// The error that a call of this name is answered with.
Json error_for(AccessRole role, const std::string& method, const std::string& name) {
  ScratchLibrary library;
  Lines lines(tools::all_features(library.context, "test"));
  lines.session.revision = &mcp::newest_legacy_revision();
  lines.session.caller.rights = tools::rights_of(role);
  const Json params = {{"name", name}, {"arguments", Json::object()}};
  const Json request = {{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
  return lines.ask(dump_compact(request))["error"];
}

TEST(Roles, AToolForAnotherRoleIsSaidToBeSo) {
  const Json error = error_for(AccessRole::executor, "tools/call", "workflow_save");
  EXPECT_EQ(error["code"], -32602);
  EXPECT_EQ(error["message"],
            "The tool workflow_save is not for this caller. Your role is executor: it takes a key, or a server entry, "
            "with --role designer.");
  EXPECT_EQ(
      error_for(AccessRole::reviewer, "tools/call", "execution_start")["message"],
      "The tool execution_start is not for this caller. Your role is reviewer: it takes a key, or a server entry, "
      "with --role designer.");
}

TEST(Roles, APromptForAnotherRoleIsSaidToBeSo) {
  EXPECT_THAT(error_for(AccessRole::executor, "prompts/get", "design_workflow")["message"].get<std::string>(),
              HasSubstr("The prompt design_workflow is not for this caller. Your role is executor"));
}

TEST(Roles, ANameThatThereIsNotIsUnknownAndOnlyTheCallersOwnAreNamed) {
  const std::string message = error_for(AccessRole::executor, "tools/call", "workflow_sav")["message"];
  EXPECT_THAT(message, HasSubstr("Unknown tool: workflow_sav."));
  EXPECT_THAT(message, testing::Not(HasSubstr("workflow_save")));
}

TEST(Roles, AreNamedByTheirRights) {
  for (const AccessRole role : workflow::kAccessRoles)
    EXPECT_EQ(tools::role_of(tools::rights_of(role)), to_string(role));
  EXPECT_EQ(tools::role_of(0), "");
}

}  // namespace
}  // namespace pianola::tests
