// A real store in a scratch folder, with a clock ticked by hand, and the tools on it: what tests of use cases and tools
// on saved workflows start from.
//
//     ScratchLibrary library;
//     library.save(a_design().with_step("parse"));
//     mcp::ToolResult result = library.call(workflow_get_tool(library.context), {{"name", "triage"}});
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/open.h"
#include "store/verify.h"
#include "tests/support/builders.h"
#include "tests/support/scratch_folder.h"
#include "tools/catalogue.h"
#include "tools/roles.h"
#include "workflow/audit_change.h"
#include "workflow/export_records.h"
#include "workflow/save_version.h"

namespace pianola::tests {

// Who calls, and what the host says of the call beside its arguments.
struct CallBy {
  bool privileged = true;  // a designer; else an executor
  std::string key = {};
  Json meta = Json::object();
};

class ScratchLibrary {
 public:
  ScratchLibrary() = default;
  // Whatever a test did through tools and use cases, the audit log tells of all of it.
  ~ScratchLibrary() {
    const pianola::store::VerifyReport report = pianola::store::verify(folder / "store.db");
    EXPECT_THAT(report.problems, testing::IsEmpty());
  }
  ScratchLibrary(const ScratchLibrary&) = delete;
  ScratchLibrary& operator=(const ScratchLibrary&) = delete;

  // Calls a tool as a host does, a second after the call before.
  mcp::ToolResult call(const mcp::Tool& tool, const Json& arguments, const CallBy& by = {}) {
    mcp::Session session;
    session.caller.rights =
        tools::rights_of(by.privileged ? workflow::AccessRole::designer : workflow::AccessRole::executor);
    session.caller.key = by.key;
    session.client_name = "test";
    session.client_version = "1.0";
    mcp::Request request(session, mcp::newest_legacy_revision(), by.meta);
    clock.advance_micros(kMicrosPerSecond);
    mcp::ToolResult result = tool.handler(arguments, request);
    updated = request.changed().updated;
    return result;
  }
  std::vector<std::string> updated;  // resources that the latest call changed

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

  // A version put into the store as it is, past save_version.
  void insert(const workflow::Version& version) {
    const auto transaction = store->begin_write();
    store->versions().insert(designer.workspace, version);
    workflow::append_audit(environment, designer, workflow::chain_of(version.name), "inserted", Json::object());
    transaction->commit();
  }
  void insert(const workflow::Execution& execution) {
    const auto transaction = store->begin_write();
    store->executions().insert(designer.workspace, execution);
    workflow::append_audit(environment, designer, workflow::chain_of(execution.id), "inserted", Json::object());
    transaction->commit();
  }

  // What an execution would have booked.
  void book(const workflow::AccountEntry& entry) {
    const auto transaction = store->begin_write();
    store->accounts().append(designer.workspace, {entry});
    const Json booked = Json::array({Json(workflow::encode_account_entry(entry))});
    workflow::append_audit(environment, designer, workflow::chain_of(entry.key.workflow), "booked",
                           {{"booked", booked}});
    transaction->commit();
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
    workflow::append_audit(environment, designer, workflow::chain_of(report.workflow), "inserted", Json::object());
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
    return audit_chain("workflow:" + name);
  }
  std::vector<workflow::AuditEntry> audit_chain(const std::string& chain) {
    return store->audit().chain(designer.workspace, chain);
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
