// The audit log in SQL: appended to, never changed.
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"

namespace pianola::store {
namespace {

using workflow::AuditEntry;
using workflow::WorkspaceName;

constexpr Statement kInsertAudit{R"(
  INSERT INTO audit_log (workspace_id, chain, seq, written_at, action, author, body, previous_hash, hash)
  VALUES (:workspace_id, :chain, :seq, :written_at, :action, :author, :body, :previous_hash, :hash))"};

constexpr Statement kLastAudit{R"(
  SELECT seq, hash FROM audit_log
  WHERE workspace_id = :workspace_id AND chain = :chain
  ORDER BY seq DESC
  LIMIT 1)"};

constexpr Statement kReadChain{R"(
  SELECT chain, seq, written_at, action, author, body, previous_hash, hash
  FROM audit_log
  WHERE workspace_id = :workspace_id AND chain = :chain
  ORDER BY seq)"};

constexpr Statement kChains{R"(
  SELECT DISTINCT chain FROM audit_log WHERE workspace_id = :workspace_id ORDER BY chain)"};

constexpr Statement kAuditStatements[] = {kInsertAudit, kLastAudit, kReadChain, kChains};

}  // namespace

std::span<const Statement> audit_statements() { return kAuditStatements; }

void SqlAudit::append(const WorkspaceName& workspace, AuditEntry entry) {
  std::vector<Row> rows = database_.query(kLastAudit, {{":workspace_id", workspace.text()}, {":chain", entry.chain}});
  AuditEntry last;
  if (!rows.empty()) {
    last.seq = rows.front().take_integer();
    last.hash = rows.front().take_text();
  }
  entry = workflow::next_audit_entry(rows.empty() ? nullptr : &last, std::move(entry));
  database_.execute(kInsertAudit, {{":workspace_id", workspace.text()},
                                   {":chain", entry.chain},
                                   {":seq", entry.seq},
                                   {":written_at", entry.at.micros()},
                                   {":action", entry.action},
                                   {":author", author_text(entry.author)},
                                   {":body", entry.body},
                                   {":previous_hash", entry.previous_hash},
                                   {":hash", entry.hash}});
}

std::vector<AuditEntry> SqlAudit::chain(const WorkspaceName& workspace, const std::string& chain) {
  std::vector<AuditEntry> entries;
  for (Row& row : database_.query(kReadChain, {{":workspace_id", workspace.text()}, {":chain", chain}})) {
    AuditEntry entry;
    entry.chain = row.take_text();
    entry.seq = row.take_integer();
    entry.at = Timestamp::from_micros(row.take_integer());
    entry.action = row.take_text();
    entry.author = stored_author(row.take_text());
    entry.body = row.take_text();
    entry.previous_hash = row.take_text();
    entry.hash = row.take_text();
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<std::string> SqlAudit::chains(const WorkspaceName& workspace) {
  std::vector<std::string> chains;
  for (Row& row : database_.query(kChains, {{":workspace_id", workspace.text()}})) chains.push_back(row.take_text());
  return chains;
}

}  // namespace pianola::store
