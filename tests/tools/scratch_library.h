// A real store in a scratch folder, with a clock ticked by hand, and the tools on it: what tests of use cases and tools
// on saved workflows start from.
//
//     ScratchLibrary library;
//     library.save(a_design().with_step("parse"));
//     mcp::ToolResult result = library.call(workflow_get_tool(library.context), {{"name", "triage"}});
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/open.h"
#include "tests/support/builders.h"
#include "tools/catalogue.h"
#include "workflow/save_version.h"

namespace pianola::tests {

// A folder of its own, gone at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pianola-tools-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class ScratchLibrary {
 public:
  // Calls a tool as a designer, or as an executor.
  mcp::ToolResult call(const mcp::Tool& tool, const Json& arguments, bool privileged = true) {
    mcp::Session session;
    session.caller.privileged = privileged;
    session.client_name = "test";
    session.client_version = "1.0";
    const Json meta = Json::object();
    mcp::Request request(session, mcp::newest_legacy_revision(), meta);
    clock.advance_micros(kMicrosPerSecond);
    return tool.handler(arguments, request);
  }

  Result<workflow::SavedVersion> save(const workflow::SaveRequest& request) {
    clock.advance_micros(kMicrosPerSecond);
    return workflow::save_version(environment, designer, request);
  }
  Result<workflow::SavedVersion> save(const workflow::Design& design, std::string base = {}) {
    workflow::SaveRequest request;
    request.workflow = Json(workflow::encode_design(design));
    request.base_version = std::move(base);
    return save(request);
  }
  // A partial save, as JSON text.
  Result<workflow::SavedVersion> save(const std::string& partial, std::string base) {
    workflow::SaveRequest request;
    request.workflow = Json::parse(partial);
    request.base_version = std::move(base);
    return save(request);
  }

  // An open report on "triage".
  workflow::ReportId report(const std::string& situation, const std::string& workflow_name = "triage") {
    workflow::EdgeCaseReport report{.id = workflow::ReportId::parse(ids.next_uuid()).value(),
                                    .workflow = workflow::WorkflowName::parse(workflow_name).value(),
                                    .version = workflow::SemVer(1, 0, 0)};
    report.situation = situation;
    workflow::Occurrence first;
    first.seq = 1;
    first.situation = situation;
    const auto transaction = store->begin_write();
    store->edge_cases().insert(designer.workspace, report, first);
    transaction->commit();
    return report.id;
  }
  workflow::EdgeCaseReport stored_report(const workflow::ReportId& id) {
    return store->edge_cases().find(designer.workspace, id).value();
  }
  std::vector<workflow::VersionSummary> history(const std::string& name = "triage") {
    return store->versions().history(designer.workspace, workflow::WorkflowName::parse(name).value());
  }
  std::vector<workflow::AuditEntry> audit(const std::string& name = "triage") {
    return store->audit().chain(designer.workspace, "workflow:" + name);
  }

  ScratchFolder folder;
  std::unique_ptr<workflow::Store> store =
      pianola::store::open_store(folder / "store.db", {.create = true, .durable = false});
  ManualClock clock{kTestStart};
  SeededRandomness randomness{7};
  IdSource ids{clock, randomness};
  workflow::Environment environment{.store = *store, .clock = clock, .ids = ids};
  tools::ToolContext context{environment};
  workflow::Actor designer{{}, {"claude-opus-5-5", "test 1.0", ""}, false};
};

}  // namespace pianola::tests
