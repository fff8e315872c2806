#include "store/sql_store.h"

#include "store/codec.h"
#include "store/migrate.h"

namespace pianola::store {
namespace {

// For exports, which read everything anyway: no tool reaches it.
constexpr Statement kWorkspaces{R"(
  SELECT workspace_id FROM workflows
  UNION SELECT workspace_id FROM prices
  UNION SELECT workspace_id FROM audit_log
  ORDER BY workspace_id)"};

constexpr Statement kExportStatements[] = {kWorkspaces};

// The outermost write: its commit is the database's.
class OuterWrite final : public workflow::WriteTransaction {
 public:
  OuterWrite(Database& database, RowSeals& seals) : database_(database), seals_(seals) {
    database_.begin(Access::write);
  }
  ~OuterWrite() override {
    if (open_) database_.rollback();
    seals_.keep_only(0);
  }
  void commit() override {
    open_ = false;  // a commit that throws has undone the transaction
    database_.commit();
  }

 private:
  Database& database_;
  RowSeals& seals_;
  bool open_ = true;
};

// The first write of a batch: undone, it leaves the batch as if it had never been.
class FirstWrite final : public workflow::WriteTransaction {
 public:
  FirstWrite(Database& database, RowSeals& seals, BatchState& batch)
      : database_(database), seals_(seals), batch_(batch) {
    database_.begin(Access::write);
    batch_ = BatchState::written;
  }
  ~FirstWrite() override {
    if (!open_) return;
    database_.rollback();
    seals_.keep_only(0);
    batch_ = BatchState::open;
  }
  void commit() override { open_ = false; }

 private:
  Database& database_;
  RowSeals& seals_;
  BatchState& batch_;
  bool open_ = true;
};

// A write inside another one, or inside a batch: kept when that one is.
class InnerWrite final : public workflow::WriteTransaction {
 public:
  InnerWrite(Database& database, RowSeals& seals) : database_(database), seals_(seals), noted_before_(seals.size()) {
    database_.savepoint();
  }
  ~InnerWrite() override {
    if (!open_) return;
    database_.rollback_to_savepoint();
    seals_.keep_only(noted_before_);
  }
  void commit() override {
    database_.release_savepoint();
    open_ = false;
  }

 private:
  Database& database_;
  RowSeals& seals_;
  std::size_t noted_before_;
  bool open_ = true;
};

[[noreturn]] void throw_batch_lost() {
  throw Fault(FaultKind::storage_io, "an earlier write failed and the database undid everything since the last commit",
              true);
}

}  // namespace

SqlStore::SqlStore(std::unique_ptr<Database> database)
    : database_(std::move(database)),
      versions_(*database_, seals_),
      audit_(*database_, seals_),
      executions_(*database_, seals_, audit_),
      edge_cases_(*database_, seals_),
      accounts_(*database_, ids_, seals_),
      access_(*database_, seals_) {}

SqlStore::~SqlStore() = default;

std::unique_ptr<workflow::WriteTransaction> SqlStore::begin_write() {
  if (batch_ == BatchState::written && !database_->in_transaction()) throw_batch_lost();
  ++writes_;
  if (database_->in_transaction()) return std::make_unique<InnerWrite>(*database_, seals_);
  if (batch_ == BatchState::none) return std::make_unique<OuterWrite>(*database_, seals_);
  return std::make_unique<FirstWrite>(*database_, seals_, batch_);
}

void SqlStore::begin_batch() {
  if (batch_ != BatchState::none) throw Fault(FaultKind::bug, "a batch was begun inside a batch");
  batch_ = BatchState::open;
}

void SqlStore::commit_batch() {
  const BatchState was = batch_;
  batch_ = BatchState::none;
  if (was != BatchState::written) return;
  if (!database_->in_transaction()) {
    database_->rollback();  // gives the writers' turn back
    throw_batch_lost();
  }
  database_->commit();
}

std::vector<workflow::WorkspaceName> SqlStore::workspaces() {
  std::vector<workflow::WorkspaceName> names;
  for (Row& row : database_->query(kWorkspaces, {})) {
    const std::string text = row.take_text();
    names.push_back(stored(workflow::WorkspaceName::parse(text), "workspace name", text));
  }
  return names;
}

std::span<const Statement> export_statements() { return kExportStatements; }

std::vector<Statement> common_statements() {
  std::vector<Statement> all;
  for (const std::span<const Statement> some :
       {version_statements(), canary_statements(), search_statements(), execution_statements(), edge_case_statements(),
        account_statements(), audit_statements(), access_statements(), migration_statements()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace pianola::store
