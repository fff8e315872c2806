// workflow/store.h in SQL: one class an aggregate, its statements beside it in the file of its name, and the
// transactions that hold them together.
// Thread rule: as workflow::Store: one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/ids.h"
#include "store/database.h"
#include "store/read_cache.h"
#include "store/row_seals.h"
#include "store/search_index.h"
#include "workflow/store.h"

namespace pianola::store {

// Every statement of the program by file, so that tests can explain its plan and parse it as another dialect.
std::span<const Statement> version_statements();
std::span<const Statement> canary_statements();
std::span<const Statement> search_statements();
// executions.cc, and so on by the file's name.
std::span<const Statement> execution_statements();
std::span<const Statement> edge_case_statements();
std::span<const Statement> account_statements();
std::span<const Statement> audit_statements();
std::span<const Statement> access_statements();
std::span<const Statement> export_statements();  // read whole tables: no tool reaches them
std::vector<Statement> common_statements();      // all but those of exports

// versions.cc
class SqlVersions final : public workflow::VersionStore {
 public:
  SqlVersions(Database& database, RowSeals& seals)
      : database_(database),
        seals_(seals),
        found_(database, kMostKept),
        newest_(database, kMostKept),
        canaries_(database, kMostKept) {}
  void insert(const workflow::WorkspaceName& workspace, const workflow::Version& version) override;
  void set_status(const workflow::WorkspaceName& workspace, const workflow::WorkflowName& name, workflow::SemVer number,
                  workflow::VersionStatus status, Timestamp at) override;
  void set_design_cost(const workflow::WorkspaceName& workspace, const workflow::WorkflowName& name,
                       workflow::SemVer number, const workflow::DesignCost& cost) override;
  workflow::SharedVersion find(const workflow::WorkspaceName& workspace, const workflow::WorkflowName& name,
                               workflow::SemVer number) override;
  workflow::SharedVersion newest_published(const workflow::WorkspaceName& workspace,
                                           const workflow::WorkflowName& name) override;
  std::optional<workflow::Canary> canary(const workflow::WorkspaceName& workspace,
                                         const workflow::WorkflowName& name) override;
  std::map<workflow::WorkflowName, workflow::Canary> canaries(const workflow::WorkspaceName& workspace) override;
  void set_canary(const workflow::WorkspaceName& workspace, const workflow::WorkflowName& name,
                  const workflow::Canary& canary) override;
  void end_canary(const workflow::WorkspaceName& workspace, const workflow::WorkflowName& name) override;
  std::vector<workflow::VersionSummary> history(const workflow::WorkspaceName& workspace,
                                                const workflow::WorkflowName& name) override;
  std::vector<workflow::WorkflowSummary> list(const workflow::WorkspaceName& workspace, const std::string& after,
                                              int limit, bool with_drafts) override;
  workflow::WordCounts count_words(const workflow::WorkspaceName& workspace,
                                   const std::vector<std::string>& stems) override;
  std::vector<workflow::WordPlace> places(const workflow::WorkspaceName& workspace, const std::string& stem,
                                          int most) override;
  std::optional<workflow::SearchedWorkflow> searched(const workflow::WorkspaceName& workspace,
                                                     std::int64_t number) override;
  std::vector<std::string> names(const workflow::WorkspaceName& workspace) override;

 private:
  using Key = std::tuple<std::string, std::string, workflow::SemVer>;
  static constexpr std::size_t kMostKept = 64;

  workflow::SharedVersion read(const Key& key);
  workflow::SharedVersion with_content(const Key& key, workflow::Version version);
  void read_content(const Key& key, workflow::Version& version);
  void forget_found();
  void follow_newest(const workflow::WorkspaceName& workspace, const workflow::WorkflowName& name);
  void seal(const workflow::WorkspaceName& workspace, const workflow::WorkflowName& name, workflow::SemVer number);

  Database& database_;
  RowSeals& seals_;
  SearchIndex index_{database_};
  std::map<Key, workflow::SharedVersion> decoded_;  // content never changes, so it never has to be read twice
  ReadCache<Key, workflow::SharedVersion> found_;
  ReadCache<std::pair<std::string, std::string>, workflow::SemVer> newest_;
  ReadCache<std::pair<std::string, std::string>, std::optional<workflow::Canary>> canaries_;
};

// audit.cc
class SqlAudit final : public workflow::AuditStore {
 public:
  SqlAudit(Database& database, RowSeals& seals) : database_(database), seals_(seals), ends_(database, kMostEnds) {}
  std::string append(const workflow::WorkspaceName& workspace, workflow::AuditEntry entry) override;
  std::string append_told(const workflow::WorkspaceName& workspace, workflow::AuditEntry entry) override;
  std::vector<workflow::AuditEntry> chain(const workflow::WorkspaceName& workspace, const std::string& chain) override;
  std::vector<workflow::AuditEntry> chain_after(const workflow::WorkspaceName& workspace, const std::string& chain,
                                                std::int64_t after) override;
  std::vector<std::string> chains(const workflow::WorkspaceName& workspace) override;
  std::int64_t end(const workflow::WorkspaceName& workspace, const std::string& chain) override;
  std::map<std::string, std::int64_t> ends(const workflow::WorkspaceName& workspace) override;
  // The entry as the next of its chain: who calls it stores it.
  workflow::AuditEntry link(const workflow::WorkspaceName& workspace, workflow::AuditEntry entry);

 private:
  // Where a chain ends.
  struct End {
    std::int64_t seq = 0;
    std::string hash;
  };
  static constexpr std::size_t kMostEnds = 64;

  std::string insert(const workflow::WorkspaceName& workspace, workflow::AuditEntry entry);
  End read_end(const workflow::WorkspaceName& workspace, const std::string& chain);
  void add_hand_ins(const workflow::WorkspaceName& workspace, const std::string& chain,
                    std::vector<workflow::AuditEntry>& entries);

  Database& database_;
  RowSeals& seals_;
  ReadCache<std::pair<std::string, std::string>, End> ends_;  // by workspace and chain
};

// executions.cc
class SqlExecutions final : public workflow::ExecutionStore {
 public:
  SqlExecutions(Database& database, RowSeals& seals, SqlAudit& audit)
      : database_(database),
        seals_(seals),
        audit_(audit),
        open_(database, kMostOpen),
        earliest_idle_(database, kMostOpen) {}
  void insert(const workflow::WorkspaceName& workspace, const workflow::Execution& execution) override;
  bool update(const workflow::WorkspaceName& workspace, workflow::Execution& execution) override {
    return change(workspace, execution, nullptr);
  }
  bool hand_in(const workflow::WorkspaceName& workspace, workflow::Execution& execution,
               const workflow::HandInAudit& audit) override {
    return change(workspace, execution, &audit);
  }
  std::optional<workflow::Execution> find(const workflow::WorkspaceName& workspace,
                                          const workflow::ExecutionId& id) override;
  std::optional<workflow::Execution> find_by_key(const workflow::WorkspaceName& workspace,
                                                 const std::string& key) override;
  // `before` is an execution's id: those that started before it.
  std::vector<workflow::Execution> list(const workflow::WorkspaceName& workspace,
                                        const workflow::ExecutionFilter& filter, const std::string& before,
                                        int limit) override;
  std::vector<workflow::ExecutionId> ended(const workflow::WorkspaceName& workspace,
                                           const workflow::WorkflowName& workflow, const workflow::EndPeriod& period,
                                           const std::string& before, int limit) override;
  std::vector<workflow::Execution> idle_since(const workflow::WorkspaceName& workspace, Timestamp cutoff,
                                              int limit) override;

 private:
  using Key = std::pair<std::string, std::string>;  // workspace, execution
  static constexpr std::size_t kMostOpen = 32;

  // An execution as the database has it.
  struct Stored {
    workflow::Execution execution;
    int row_seq = 0;                        // the row is as of this hand-in
    int tallied_seq = 0;                    // hand-ins up to here are tallied
    std::optional<std::int64_t> idle_hour;  // in the row
  };

  static Key key_of(const workflow::WorkspaceName& workspace, const workflow::ExecutionId& id) {
    return {workspace.text(), id.text()};
  }
  std::optional<Stored> read(const workflow::WorkspaceName& workspace, const workflow::ExecutionId& id);
  Stored read_row(Row& row);
  void follow_newest(const workflow::WorkspaceName& workspace, Stored& listed);
  void keep(const workflow::WorkspaceName& workspace, Stored stored);
  bool change(const workflow::WorkspaceName& workspace, workflow::Execution& execution,
              const workflow::HandInAudit* audit);
  bool write_row(const workflow::WorkspaceName& workspace, workflow::Execution& execution, Stored& stored);
  void note_idle_hour(const workflow::WorkspaceName& workspace, const std::optional<std::int64_t>& hour);
  void insert_hand_ins(const workflow::WorkspaceName& workspace, const workflow::Execution& execution, int after,
                       const workflow::HandInAudit* audit);
  void insert_hand_in(const workflow::WorkspaceName& workspace, const workflow::ExecutionId& id,
                      const workflow::HandIn& hand_in, const workflow::HandInAudit* audit);
  void tally_hand_ins(const workflow::WorkspaceName& workspace, const workflow::Execution& execution, int after);

  void seal(const workflow::WorkspaceName& workspace, const workflow::Execution& execution,
            const std::string& progress);

  Database& database_;
  RowSeals& seals_;
  SqlAudit& audit_;
  ReadCache<Key, Stored> open_;                         // running and waiting ones
  ReadCache<std::string, std::int64_t> earliest_idle_;  // no open execution of the workspace has an earlier idle_hour
};

// edge_cases.cc
class SqlEdgeCases final : public workflow::EdgeCaseStore {
 public:
  SqlEdgeCases(Database& database, RowSeals& seals) : database_(database), seals_(seals) {}
  void insert(const workflow::WorkspaceName& workspace, const workflow::EdgeCaseReport& report,
              const workflow::Occurrence& first) override;
  void add_occurrence(const workflow::WorkspaceName& workspace, workflow::EdgeCaseReport& report,
                      const workflow::Occurrence& occurrence) override;
  bool update(const workflow::WorkspaceName& workspace, workflow::EdgeCaseReport& report) override;
  std::optional<workflow::EdgeCaseReport> find(const workflow::WorkspaceName& workspace,
                                               const workflow::ReportId& id) override;
  std::optional<workflow::EdgeCaseReport> find_by_key(const workflow::WorkspaceName& workspace,
                                                      const std::string& key) override;
  std::optional<workflow::Occurrence> find_occurrence_by_key(const workflow::WorkspaceName& workspace,
                                                             const std::string& key) override;
  std::vector<workflow::EdgeCaseReport> list(const workflow::WorkspaceName& workspace,
                                             const std::optional<workflow::WorkflowName>& workflow,
                                             const std::optional<workflow::ReportStatus>& status, int limit) override;
  std::vector<workflow::Occurrence> occurrences(const workflow::WorkspaceName& workspace, const workflow::ReportId& id,
                                                int limit) override;

 private:
  void insert_occurrence(const workflow::WorkspaceName& workspace, const workflow::EdgeCaseReport& report, int seq,
                         const workflow::Occurrence& occurrence);
  void seal(const workflow::WorkspaceName& workspace, const workflow::EdgeCaseReport& report);

  Database& database_;
  RowSeals& seals_;
};

// From this many unfolded rows on, an append sums them up: a few rows are read on top of the sums, never many.
inline constexpr int kFoldAfter = 256;

// accounts.cc
class SqlAccounts final : public workflow::AccountStore {
 public:
  SqlAccounts(Database& database, IdSource& ids, RowSeals& seals)
      : database_(database), ids_(ids), seals_(seals), prices_(database, kMostWorkspaces) {}
  void append(const workflow::WorkspaceName& workspace, const std::vector<workflow::AccountEntry>& entries) override;
  std::vector<workflow::AccountEntry> entries(const workflow::WorkspaceName& workspace,
                                              const workflow::AccountFilter& filter) override;
  std::vector<workflow::StepRefusals> refusals(const workflow::WorkspaceName& workspace,
                                               const workflow::WorkflowName& workflow,
                                               workflow::SemVer version) override;
  void set_price(const workflow::WorkspaceName& workspace, const workflow::ModelPrice& price) override;
  void remove_price(const workflow::WorkspaceName& workspace, const std::string& model, Timestamp valid_from) override;
  std::vector<workflow::ModelPrice> prices(const workflow::WorkspaceName& workspace) override;

 private:
  static constexpr std::size_t kMostWorkspaces = 16;

  void fold_if_many(const workflow::WorkspaceName& workspace);

  Database& database_;
  IdSource& ids_;
  RowSeals& seals_;
  ReadCache<std::string, std::vector<workflow::ModelPrice>> prices_;
  int appended_ = 0;
};

// Whether writes are gathered for one commit, and whether any came yet.
enum class BatchState { none, open, written };

// access.cc
class SqlAccess final : public workflow::AccessStore {
 public:
  SqlAccess(Database& database, RowSeals& seals);
  void insert(const workflow::WorkspaceName& workspace, const workflow::AccessKey& key) override;
  std::optional<workflow::AccessKey> find(const std::string& prefix) override;
  std::vector<workflow::AccessKey> list(const workflow::WorkspaceName& workspace) override;
  bool revoke(const workflow::WorkspaceName& workspace, const std::string& prefix, Timestamp at) override;
  bool has_keys() override;
  std::optional<std::string> secret(const std::string& name) override;
  void insert_secret(const std::string& name, const std::string& secret) override;
  std::optional<std::string> session(const workflow::WorkspaceName& workspace, const std::string& session) override;
  void keep_session(const workflow::WorkspaceName& workspace, const std::string& session, const std::string& text,
                    Timestamp expires, Timestamp now) override;

 private:
  // Notes the key's row, as it is now, for the entry that tells of its change.
  void seal(const workflow::WorkspaceName& workspace, const std::string& prefix);
  void forget_surplus_sessions();

  Database& database_;
  RowSeals& seals_;
  // Every request over HTTP looks at these: a key that another process revokes is read anew, as ReadCache says.
  ReadCache<std::string, workflow::AccessKey> keys_;  // by prefix
  ReadCache<std::string, std::string> secrets_;
  ReadCache<std::pair<std::string, std::string>, std::optional<std::string>> sessions_;
  int sessions_kept_ = 0;
};

// The store over one database connection.
class SqlStore final : public workflow::Store {
 public:
  explicit SqlStore(std::unique_ptr<Database> database);
  ~SqlStore() override;

  workflow::VersionStore& versions() override { return versions_; }
  workflow::ExecutionStore& executions() override { return executions_; }
  workflow::EdgeCaseStore& edge_cases() override { return edge_cases_; }
  workflow::AccountStore& accounts() override { return accounts_; }
  workflow::AuditStore& audit() override { return audit_; }
  workflow::AccessStore& access() override { return access_; }
  std::unique_ptr<workflow::WriteTransaction> begin_write() override;
  void begin_batch() override;
  void commit_batch() override;
  std::vector<workflow::WorkspaceName> workspaces() override;
  // A write inside a batch counts as it begins: it is read back before the batch's commit. Both terms only rise.
  std::uint64_t change_count() override { return database_->change_count() + writes_; }
  // The database below, for backups and tests.
  Database& database() { return *database_; }

 private:
  SystemClock clock_;
  SystemRandomness randomness_;
  IdSource ids_{clock_, randomness_};
  std::unique_ptr<Database> database_;
  RowSeals seals_;
  SqlVersions versions_;
  SqlAudit audit_;
  SqlExecutions executions_;
  SqlEdgeCases edge_cases_;
  SqlAccounts accounts_;
  SqlAccess access_;
  BatchState batch_ = BatchState::none;
  std::uint64_t writes_ = 0;
};

}  // namespace pianola::store
