// The audit log in SQL: appended to, never changed. A hand-in's entry is the hand-in's own row.
#include <algorithm>
#include <iterator>
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"

namespace pianola::store {
namespace {

using workflow::AuditEntry;
using workflow::WorkspaceName;

constexpr Statement kInsertAudit{R"(
  INSERT INTO audit_log (workspace_id, chain, seq, written_at, action, author, body, rows_written, previous_hash, hash)
  VALUES (:workspace_id, :chain, :seq, :written_at, :action, :author, :body, :rows_written, :previous_hash, :hash))"};

constexpr Statement kSetHead{R"(
  INSERT INTO audit_heads (workspace_id, chain, seq, hash)
  VALUES (:workspace_id, :chain, :seq, :hash)
  ON CONFLICT (workspace_id, chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash)"};

constexpr Statement kLastAudit{R"(
  SELECT seq, hash FROM audit_log
  WHERE workspace_id = :workspace_id AND chain = :chain
  ORDER BY seq DESC
  LIMIT 1)"};

constexpr Statement kLastAuditedHandIn{R"(
  SELECT audit_seq, audit_hash FROM hand_ins
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND audit_seq IS NOT NULL
  ORDER BY seq DESC
  LIMIT 1)"};

constexpr Statement kReadChain{R"(
  SELECT chain, seq, written_at, action, author, body, rows_written, previous_hash, hash
  FROM audit_log
  WHERE workspace_id = :workspace_id AND chain = :chain AND seq > :after
  ORDER BY seq)"};

constexpr Statement kReadAuditedHandIns{R"(
  SELECT audit_seq, audit_hash, audit_facts, rows_written, seq, step, result, executor, handed_in_at, details, output
  FROM hand_ins
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND audit_seq IS NOT NULL
  ORDER BY seq)"};

constexpr Statement kChains{R"(
  SELECT chain FROM audit_log WHERE workspace_id = :workspace_id
  UNION
  SELECT 'execution:' || execution_id FROM hand_ins WHERE workspace_id = :workspace_id AND audit_seq IS NOT NULL
  ORDER BY 1)"};

constexpr Statement kEnds{R"(
  SELECT chain, seq FROM audit_heads WHERE workspace_id = :workspace_id)"};

constexpr Statement kAuditStatements[] = {kInsertAudit,        kSetHead, kLastAudit, kLastAuditedHandIn, kReadChain,
                                          kReadAuditedHandIns, kChains,  kEnds};

// The execution whose chain it is, or nothing.
std::optional<workflow::ExecutionId> execution_of(std::string_view chain) {
  constexpr std::string_view kPrefix = "execution:";
  if (!chain.starts_with(kPrefix)) return std::nullopt;
  const Result<workflow::ExecutionId> id = workflow::ExecutionId::parse(chain.substr(kPrefix.size()));
  return id ? std::optional(*id) : std::nullopt;
}

}  // namespace

std::span<const Statement> audit_statements() { return kAuditStatements; }

std::string SqlAudit::append(const WorkspaceName& workspace, AuditEntry entry) {
  entry.rows = seals_.take(workspace.text(), entry.chain);
  return insert(workspace, std::move(entry));
}

std::string SqlAudit::append_told(const WorkspaceName& workspace, AuditEntry entry) {
  seals_.take(workspace.text(), entry.chain);  // the entry tells of the rows itself
  return insert(workspace, std::move(entry));
}

std::string SqlAudit::insert(const WorkspaceName& workspace, AuditEntry entry) {
  entry = link(workspace, std::move(entry));
  database_.execute(kInsertAudit, {{":workspace_id", workspace.text()},
                                   {":chain", entry.chain},
                                   {":seq", entry.seq},
                                   {":written_at", entry.at.micros()},
                                   {":action", entry.action},
                                   {":author", author_text(entry.author)},
                                   {":body", entry.body},
                                   {":rows_written", entry.rows},
                                   {":previous_hash", entry.previous_hash},
                                   {":hash", entry.hash}});
  // An execution's chain is written as often as its rows, and has its end from them.
  if (!execution_of(entry.chain)) {
    database_.execute(
        kSetHead,
        {{":workspace_id", workspace.text()}, {":chain", entry.chain}, {":seq", entry.seq}, {":hash", entry.hash}});
  }
  return std::move(entry.hash);
}

AuditEntry SqlAudit::link(const WorkspaceName& workspace, AuditEntry entry) {
  const std::pair key(workspace.text(), entry.chain);
  End* known = ends_.find(key);
  End end = known != nullptr ? std::move(*known) : read_end(workspace, entry.chain);
  AuditEntry last;
  last.seq = end.seq;
  last.hash = std::move(end.hash);
  entry = workflow::next_audit_entry(last.seq == 0 ? nullptr : &last, std::move(entry));
  if (known != nullptr) {
    *known = {entry.seq, entry.hash};
  } else {
    ends_.keep(ends_.stamp(), key, {entry.seq, entry.hash});
  }
  return entry;
}

SqlAudit::End SqlAudit::read_end(const WorkspaceName& workspace, const std::string& chain) {
  End end;
  const auto read = [&](std::vector<Row> rows) {
    if (rows.empty()) return;
    const std::int64_t seq = rows.front().take_integer();
    if (seq > end.seq) end = {seq, rows.front().take_text()};
  };
  read(database_.query(kLastAudit, {{":workspace_id", workspace.text()}, {":chain", chain}}));
  if (const auto id = execution_of(chain)) {
    read(database_.query(kLastAuditedHandIn, {{":workspace_id", workspace.text()}, {":execution_id", id->text()}}));
  }
  return end;
}

std::vector<AuditEntry> SqlAudit::chain(const WorkspaceName& workspace, const std::string& chain) {
  const ReadScope scope(database_);
  std::vector<AuditEntry> entries = chain_after(workspace, chain, 0);
  add_hand_ins(workspace, chain, entries);
  return entries;
}

std::vector<AuditEntry> SqlAudit::chain_after(const WorkspaceName& workspace, const std::string& chain,
                                              std::int64_t after) {
  std::vector<AuditEntry> entries;
  for (Row& row :
       database_.query(kReadChain, {{":workspace_id", workspace.text()}, {":chain", chain}, {":after", after}})) {
    AuditEntry entry;
    entry.chain = row.take_text();
    entry.seq = row.take_integer();
    entry.at = Timestamp::from_micros(row.take_integer());
    entry.action = row.take_text();
    const std::string author = row.take_text();
    entry.author = stored_author(author);
    if (author_text(entry.author) != author) throw_damaged("author", author);
    entry.body = row.take_text();
    entry.rows = row.take_text();
    entry.previous_hash = row.take_text();
    entry.hash = row.take_text();
    entries.push_back(std::move(entry));
  }
  return entries;
}

// An execution's hand-ins are entries of its chain (HandInAudit), and stand where their numbers say.
void SqlAudit::add_hand_ins(const WorkspaceName& workspace, const std::string& chain,
                            std::vector<AuditEntry>& entries) {
  const auto id = execution_of(chain);
  if (!id) return;
  for (Row& row :
       database_.query(kReadAuditedHandIns, {{":workspace_id", workspace.text()}, {":execution_id", id->text()}})) {
    const std::int64_t seq = row.take_integer();
    std::string hash = row.take_text();
    const std::string facts = row.take_text();
    const workflow::HandInAudit audit = stored_audit_facts(facts);
    if (audit_facts_text(audit) != facts) throw_damaged("audit entry", facts);
    const std::string rows_written = row.take_optional_text().value_or("");
    Row sealed = row;
    const std::string name = "hand_ins/" + std::to_string(sealed.take_integer());
    AuditEntry entry = workflow::audit_entry_of(*id, read_hand_in(row), audit);
    entry.rows = with_row(rows_written, name, seal_of_rest(sealed));
    entry.seq = seq;
    entry.hash = std::move(hash);
    const auto place = std::ranges::upper_bound(entries, seq, {}, &AuditEntry::seq);
    if (place != entries.begin()) entry.previous_hash = std::prev(place)->hash;
    entries.insert(place, std::move(entry));
  }
}

std::int64_t SqlAudit::end(const WorkspaceName& workspace, const std::string& chain) {
  return read_end(workspace, chain).seq;
}

std::map<std::string, std::int64_t> SqlAudit::ends(const WorkspaceName& workspace) {
  std::map<std::string, std::int64_t> ends;
  for (Row& row : database_.query(kEnds, {{":workspace_id", workspace.text()}})) {
    std::string chain = row.take_text();
    ends.emplace(std::move(chain), row.take_integer());
  }
  return ends;
}

std::vector<std::string> SqlAudit::chains(const WorkspaceName& workspace) {
  std::vector<std::string> chains;
  for (Row& row : database_.query(kChains, {{":workspace_id", workspace.text()}})) chains.push_back(row.take_text());
  return chains;
}

}  // namespace pianola::store
