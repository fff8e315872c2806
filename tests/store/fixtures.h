// What the store's tests share: a scratch folder, and domain values of which a test states only what matters.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/fault.h"
#include "base/ids.h"
#include "store/open.h"
#include "tests/support/scratch_folder.h"
#include "workflow/store.h"

namespace pianola::store {

using tests::ScratchFolder;

inline Timestamp at(std::int64_t seconds) {
  return Timestamp::from_micros((1'764'000'000 + seconds) * kMicrosPerSecond);
}

inline workflow::WorkspaceName workspace(const std::string& name = "default") {
  return *workflow::WorkspaceName::parse(name);
}

inline workflow::WorkflowName name(const std::string& text = "triage") { return *workflow::WorkflowName::parse(text); }

// Ids in the order in which they are asked for.
inline std::string new_id() {
  static SystemClock clock;
  static SystemRandomness randomness;
  static IdSource ids(clock, randomness);
  return ids.next_uuid();
}

inline workflow::Version a_version(const std::string& of = "triage", workflow::SemVer number = {1, 0, 0},
                                   workflow::VersionStatus status = workflow::VersionStatus::published) {
  workflow::Design design;
  design.name = of;
  design.title = "Title of " + of;
  design.description = "Sorts what comes in, version " + number.text();
  design.tags = {"mail", of};
  workflow::Step step;
  step.id = "parse";
  step.title = "Parse";
  step.instruction = "Read {{input.text}}.";
  design.steps.push_back(step);
  std::string canonical = *workflow::canonical_design(design);
  const workflow::Hash hash = workflow::Hash::of(canonical);
  workflow::Version version{
      .name = name(of), .number = number, .status = status, .hash = hash, .canonical = canonical, .design = design};
  version.author = {"strong-model", "test/1", ""};
  version.created_at = at(0);
  if (status == workflow::VersionStatus::published) version.published_at = at(1);
  return version;
}

inline workflow::Execution an_execution(const std::string& of = "triage", workflow::SemVer number = {1, 0, 0}) {
  workflow::Execution execution{.id = *workflow::ExecutionId::parse(new_id()), .workflow = name(of), .version = number};
  execution.current_step = "parse";
  execution.input = Json{{"text", "hello"}};
  execution.executor = "small-model";
  execution.author = {"small-model", "test/1", "k1"};
  execution.arguments_hash = "args";
  execution.started_at = at(10);
  execution.last_hand_in_at = at(10);
  return execution;
}

inline workflow::HandIn a_hand_in(int seq, workflow::HandInResult result = workflow::HandInResult::accepted) {
  workflow::HandIn hand_in;
  hand_in.seq = seq;
  hand_in.step = "parse";
  hand_in.result = result;
  hand_in.output = R"({"kind":"bug"})";
  hand_in.executor = "small-model";
  hand_in.next = "end";
  hand_in.call_id = "call-" + std::to_string(seq);
  hand_in.at = at(10 + seq);
  return hand_in;
}

inline workflow::EdgeCaseReport a_report(const std::string& situation = "The field is empty") {
  workflow::EdgeCaseReport report{.id = *workflow::ReportId::parse(new_id()), .workflow = name(), .version = {1, 0, 0}};
  report.step = "parse";
  report.situation = situation;
  report.first_at = at(20);
  report.last_at = at(20);
  return report;
}

inline workflow::Occurrence an_occurrence(const std::string& situation = "The field is empty") {
  workflow::Occurrence occurrence;
  occurrence.situation = situation;
  occurrence.what_was_done = "Left it out";
  occurrence.author = {"small-model", "test/1", ""};
  occurrence.at = at(20);
  return occurrence;
}

inline workflow::AccountEntry an_entry(const std::string& day = "2026-11-01") {
  workflow::AccountEntry entry{
      .key = {.workflow = name(), .version = {1, 0, 0}, .day = day, .executor = "small-model", .model = "small-model"}};
  entry.executions = 1;
  entry.succeeded = 1;
  entry.hand_ins = 3;
  entry.accepted = 2;
  entry.tokens.input = 100;
  entry.tokens.output = 20;
  entry.cost = workflow::Money::from_nanos(7);
  return entry;
}

// Writes with one committed transaction.
template <class Write>
void committed(workflow::Store& store, Write write) {
  const std::unique_ptr<workflow::WriteTransaction> transaction = store.begin_write();
  write();
  transaction->commit();
}

// What a use case writes down of its change, in the chain that the changed rows belong to.
inline void audit(workflow::Store& store, std::string chain, const std::string& action = "changed",
                  std::string body = "{}") {
  workflow::AuditEntry entry;
  entry.chain = std::move(chain);
  entry.action = action;
  entry.body = std::move(body);
  store.audit().append(workspace(), std::move(entry));
}

// The fault that `act` throws; fails the test where there is none.
template <class Act>
Fault fault_of(Act act) {
  try {
    act();
  } catch (const Fault& fault) {
    return fault;
  }
  ADD_FAILURE() << "no fault was thrown";
  return {FaultKind::bug, ""};
}

// Entries of all chains.
inline std::size_t count_audit_entries(workflow::Store& store) {
  std::size_t count = 0;
  for (const std::string& chain : store.audit().chains(workspace())) {
    count += store.audit().chain(workspace(), chain).size();
  }
  return count;
}

// A store in the folder with version 1.0.0 of "triage" in it.
inline std::unique_ptr<workflow::Store> open_with_triage(const ScratchFolder& folder, const OpenOptions& options = {}) {
  std::unique_ptr<workflow::Store> store = open_store(folder / "store.db", options);
  if (!store->versions().find(workspace(), name(), {1, 0, 0})) {
    committed(*store, [&] {
      store->versions().insert(workspace(), a_version());
      audit(*store, "workflow:triage", "version_saved");
    });
  }
  return store;
}

}  // namespace pianola::store
