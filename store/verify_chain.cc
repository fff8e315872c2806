#include "store/verify_chain.h"

#include "store/codec.h"
#include "store/row_seals.h"
#include "store/sql_store.h"
#include "store/verify_review.h"
#include "store/verify_standing.h"
#include "workflow/review_policy.h"

namespace pianola::store {
namespace {

using workflow::AuditEntry;
using workflow::ChainProblem;
using workflow::WorkspaceName;

constexpr Statement kHasEntry{R"(
  SELECT 1 FROM audit_log WHERE workspace_id = :workspace_id AND chain = :chain AND hash = :hash)"};

SealedRows stored_rows(Database& database, const WorkspaceName& workspace, const std::string& chain) {
  const std::string of = workflow::id_of_chain(chain);
  if (chain.starts_with("execution:")) return sealed_execution_rows(database, workspace.text(), of);
  if (chain == workflow::kWorkspaceChain) return sealed_price_rows(database, workspace.text());
  if (chain == workflow::kKeyChain) return sealed_key_rows(database, workspace.text());
  if (chain == workflow::kTrustChain) return {};
  SealedRows rows = sealed_version_rows(database, workspace.text(), of);
  rows.merge(sealed_canary_rows(database, workspace.text(), of));
  rows.merge(sealed_report_rows(database, workspace.text(), of));
  return rows;
}

// What the entries tell of each row at last.
SealedRows told_rows(const std::vector<AuditEntry>& entries) {
  SealedRows told;
  for (const AuditEntry& entry : entries) {
    if (entry.rows.empty()) continue;
    const Json rows = stored_json(entry.rows);
    for (const auto& [row, seal] : rows.items()) told[row] = seal.is_string() ? seal.get<std::string>() : "";
  }
  return told;
}

void check_rows(Database& database, const WorkspaceName& workspace, const std::string& chain,
                const std::vector<AuditEntry>& entries, std::vector<ChainProblem>& problems) {
  const SealedRows told = told_rows(entries);
  const SealedRows there = stored_rows(database, workspace, chain);
  for (const auto& [row, seal] : there) {
    const auto known = told.find(row);
    if (known == told.end()) {
      problems.push_back({row, "was added past the audit log: no entry tells of it"});
    } else if (known->second != seal &&
               !(row == kStandingRow &&
                 stood_as_sealed(database, workspace, workflow::id_of_chain(chain), known->second))) {
      problems.push_back(
          {row, "is not what the audit log tells: it was edited, or the entry of its last change is gone"});
    }
  }
  for (const auto& [row, seal] : told) {
    if (seal != kRemovedRow && !there.contains(row)) {
      problems.push_back({row, "is missing: the audit log tells of it"});
    }
  }
}

// What was told within an execution stands in both chains, and the workflow's names the execution's entry.
void check_told_in(Database& database, const WorkspaceName& workspace, const AuditEntry& entry,
                   std::vector<ChainProblem>& problems) {
  if (entry.action != "edge_case_reported" || entry.body.find("\"told_in\"") == std::string::npos) return;
  const Json told_in = stored_json(entry.body)["told_in"];
  const std::string chain = "execution:" + told_in.value("execution", std::string());
  const std::string hash = told_in.value("entry", std::string());
  if (database.query(kHasEntry, {{":workspace_id", workspace.text()}, {":chain", chain}, {":hash", hash}}).empty()) {
    problems.push_back({"", "the entry of " + chain + " that tells of a report is missing"});
  }
}

}  // namespace

std::vector<ChainProblem> find_chain_problems(Database& database, const WorkspaceName& workspace,
                                              const std::string& chain, const std::vector<AuditEntry>& entries) {
  std::vector<ChainProblem> problems;
  if (auto broken = workflow::find_broken_link(entries)) problems.push_back({"", std::move(*broken)});
  check_rows(database, workspace, chain, entries, problems);
  for (const AuditEntry& entry : entries) check_told_in(database, workspace, entry, problems);
  if (chain.starts_with("workflow:")) {
    for (ChainProblem& found : find_unreviewed(database, workspace, entries)) problems.push_back(std::move(found));
  }
  return problems;
}

std::vector<ChainProblem> find_problems_of_chain(workflow::Store& store, const WorkspaceName& workspace,
                                                 const std::string& chain) {
  return find_chain_problems(dynamic_cast<SqlStore&>(store).database(), workspace, chain,
                             store.audit().chain(workspace, chain));
}

}  // namespace pianola::store
