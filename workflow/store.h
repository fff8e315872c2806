// What the domain needs of a store: narrow interfaces by aggregate, and the transaction. Implemented in SQL by store/.
//
// The contract: what a committed WriteTransaction wrote survives a killed process and a power cut; nothing of an
// uncommitted one is seen by anybody. Writes happen only inside a WriteTransaction; reads see the latest commit (inside
// one: its own writes too). A function throws Fault where the storage fails and never returns half an answer.
// Every function takes the workspace: no row of another one is ever read.
// Thread rule: one Store belongs to one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workflow/access.h"
#include "workflow/accounts.h"
#include "workflow/audit.h"
#include "workflow/edge_case.h"
#include "workflow/execution.h"
#include "workflow/hand_in_audit.h"
#include "workflow/prices.h"
#include "workflow/search_text.h"
#include "workflow/version.h"

namespace pianola::workflow {

// A workflow in a list: its newest published version, else its newest draft.
struct WorkflowSummary {
  WorkflowName name;
  SemVer version;
  VersionStatus status = VersionStatus::draft;
  std::string title;
  std::string description;
  std::vector<std::string> tags;
};

// How many published workflows there are, and how many of them say each of some words, in the order of these.
struct WordCounts {
  std::int64_t workflows = 0;
  std::vector<std::int64_t> speaking;
};

// Where a word is said: by the workflow of that number, and how much it weighs there (search_text.h).
struct WordPlace {
  std::int64_t number = 0;
  std::int64_t weight = 0;
};

// A published workflow as a search sees it.
struct SearchedWorkflow {
  WorkflowSummary workflow;
  SaidOfWorkflow said;
};

// Versions, by name and number. Content never changes; the status does.
class VersionStore {
 public:
  virtual ~VersionStore() = default;
  // Stores a new version; its name and number must be free. Inside a write transaction, as all that writes here.
  virtual void insert(const WorkspaceName& workspace, const Version& version) = 0;
  // Publishing stamps published_at once; makes the search index follow the newest published version.
  virtual void set_status(const WorkspaceName& workspace, const WorkflowName& name, SemVer number, VersionStatus status,
                          Timestamp at) = 0;
  // Replaces what designing the version cost; the version must be there.
  virtual void set_design_cost(const WorkspaceName& workspace, const WorkflowName& name, SemVer number,
                               const DesignCost& cost) = 0;
  // The version of that number, whatever its status, or null.
  virtual SharedVersion find(const WorkspaceName& workspace, const WorkflowName& name, SemVer number) = 0;
  // The published version of the highest number that is no canary, or null.
  virtual SharedVersion newest_published(const WorkspaceName& workspace, const WorkflowName& name) = 0;
  // The canary of a workflow, or nothing.
  virtual std::optional<Canary> canary(const WorkspaceName& workspace, const WorkflowName& name) = 0;
  // All of a workspace, by the workflow's name.
  virtual std::map<WorkflowName, Canary> canaries(const WorkspaceName& workspace) = 0;
  // Makes a version that is published the workflow's canary, in place of the one there was.
  virtual void set_canary(const WorkspaceName& workspace, const WorkflowName& name, const Canary& canary) = 0;
  // The version stays as it is otherwise. Nothing where there is no canary.
  virtual void end_canary(const WorkspaceName& workspace, const WorkflowName& name) = 0;
  // All versions, newest number first; empty where the name is unknown.
  virtual std::vector<VersionSummary> history(const WorkspaceName& workspace, const WorkflowName& name) = 0;
  // In the order of names, after `after` (empty: from the start), at most `limit`. Without drafts: published ones only.
  virtual std::vector<WorkflowSummary> list(const WorkspaceName& workspace, const std::string& after, int limit,
                                            bool with_drafts) = 0;
  // Of the words with these stems, stop words too.
  virtual WordCounts count_words(const WorkspaceName& workspace, const std::vector<std::string>& stems) = 0;
  // The places of a word, those first where it weighs most, at most `most`; no more are read. A stop word has none.
  virtual std::vector<WordPlace> places(const WorkspaceName& workspace, const std::string& stem, int most) = 0;
  // The published workflow of that number, or nothing.
  virtual std::optional<SearchedWorkflow> searched(const WorkspaceName& workspace, std::int64_t number) = 0;
  virtual std::vector<std::string> names(const WorkspaceName& workspace) = 0;  // every workflow, drafts too; sorted
};

// Which executions are listed; what is absent or empty lets all through.
struct ExecutionFilter {
  std::optional<WorkflowName> workflow;
  std::optional<SemVer> version;
  std::optional<ExecutionState> state;
  std::string author_key;  // empty: anybody's
};

// When an execution ended: from `since` on, and before `until`.
struct EndPeriod {
  Timestamp since;
  Timestamp until;
};

// Executions with their hand-ins.
class ExecutionStore {
 public:
  virtual ~ExecutionStore() = default;
  // Stores a new execution with the hand-ins it already has.
  virtual void insert(const WorkspaceName& workspace, const Execution& execution) = 0;
  // Writes what changed by compare-and-set of `rev` (and counts it up in `execution`): hand-ins that are newer than the
  // stored ones, and the execution's own row where they do not tell all. Gives false, and writes nothing, where another
  // change came between.
  virtual bool update(const WorkspaceName& workspace, Execution& execution) = 0;
  // The same with new hand-ins, each of which becomes the next entry of the execution's audit chain.
  virtual bool hand_in(const WorkspaceName& workspace, Execution& execution, const HandInAudit& audit) = 0;
  // The execution with all its hand-ins, or nothing.
  virtual std::optional<Execution> find(const WorkspaceName& workspace, const ExecutionId& id) = 0;
  // By idempotency key (or the host's call id); empty keys match nothing.
  virtual std::optional<Execution> find_by_key(const WorkspaceName& workspace, const std::string& key) = 0;
  // Newest first, started before `before` (empty: now), without their hand-ins, at most `limit`.
  virtual std::vector<Execution> list(const WorkspaceName& workspace, const ExecutionFilter& filter,
                                      const std::string& before, int limit) = 0;
  // Ids of a workflow's executions that ended within `period`, newest first, started before `before` (empty: now), at
  // most `limit`.
  virtual std::vector<ExecutionId> ended(const WorkspaceName& workspace, const WorkflowName& workflow,
                                         const EndPeriod& period, const std::string& before, int limit) = 0;
  // Running or waiting ones whose last hand-in is older than `cutoff`, with their hand-ins, at most `limit`.
  virtual std::vector<Execution> idle_since(const WorkspaceName& workspace, Timestamp cutoff, int limit) = 0;
};

// Edge case reports with every occurrence.
class EdgeCaseStore {
 public:
  virtual ~EdgeCaseStore() = default;
  // Stores a new report with its first telling.
  virtual void insert(const WorkspaceName& workspace, const EdgeCaseReport& report, const Occurrence& first) = 0;
  // One more telling of a known report: severity and last_at follow; whether it counts, the caller has put into count.
  virtual void add_occurrence(const WorkspaceName& workspace, EdgeCaseReport& report, const Occurrence& occurrence) = 0;
  virtual bool update(const WorkspaceName& workspace, EdgeCaseReport& report) = 0;  // compare-and-set of rev
  // The report without its tellings, or nothing.
  virtual std::optional<EdgeCaseReport> find(const WorkspaceName& workspace, const ReportId& id) = 0;
  // The report whose occurrence carries this idempotency key; empty keys match nothing.
  virtual std::optional<EdgeCaseReport> find_by_key(const WorkspaceName& workspace, const std::string& key) = 0;
  // That very telling; empty keys match nothing.
  virtual std::optional<Occurrence> find_occurrence_by_key(const WorkspaceName& workspace, const std::string& key) = 0;
  // Heaviest (count x severity) first. No status: all.
  virtual std::vector<EdgeCaseReport> list(const WorkspaceName& workspace, const std::optional<WorkflowName>& workflow,
                                           const std::optional<ReportStatus>& status, int limit) = 0;
  // Of one report, newest first.
  virtual std::vector<Occurrence> occurrences(const WorkspaceName& workspace, const ReportId& id, int limit) = 0;
};

// Which entries are read; what is absent or empty lets all through.
struct AccountFilter {
  std::optional<WorkflowName> workflow;
  std::optional<SemVer> version;
  std::string since_day;  // inclusive, empty: from the start
  std::string until_day;  // exclusive, empty: to the end
};

// How often a step was refused by one executor model, for the places where executors stumble.
struct StepRefusals {
  std::string step;
  std::string executor;
  std::int64_t hand_ins = 0;
  std::int64_t refused = 0;
  std::int64_t failed = 0;
  std::int64_t skipped = 0;
};

// Account entries, appended and folded, and the prices that a workspace set itself.
class AccountStore {
 public:
  virtual ~AccountStore() = default;
  // Adds entries; none is ever changed but by folding.
  virtual void append(const WorkspaceName& workspace, const std::vector<AccountEntry>& entries) = 0;
  // Folded as far as they are; entries with equal keys may come several times.
  virtual std::vector<AccountEntry> entries(const WorkspaceName& workspace, const AccountFilter& filter) = 0;
  // Of every step and executor of one version.
  virtual std::vector<StepRefusals> refusals(const WorkspaceName& workspace, const WorkflowName& workflow,
                                             SemVer version) = 0;
  // Sets a price; one of the same model and date is replaced.
  virtual void set_price(const WorkspaceName& workspace, const ModelPrice& price) = 0;
  // Takes a price back that the workspace set itself; nothing where there is none.
  virtual void remove_price(const WorkspaceName& workspace, const std::string& model, Timestamp valid_from) = 0;
  // The prices that the workspace set itself.
  virtual std::vector<ModelPrice> prices(const WorkspaceName& workspace) = 0;
};

// The audit log. Append-only; chained by the caller's transaction. Whatever else a transaction writes must be followed
// by an entry in the chain that it belongs to: rows that no entry names are what verify finds.
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  // Fills in seq and hashes from the chain's last entry, and the rows that the transaction wrote in this chain since
  // its last entry. Gives the entry's hash.
  virtual std::string append(const WorkspaceName& workspace, AuditEntry entry) = 0;
  // Appends what another store's log tells, its rows as told. Gives the entry's hash.
  virtual std::string append_told(const WorkspaceName& workspace, AuditEntry entry) = 0;
  // All entries of a chain in the order of seq; empty where there is none.
  virtual std::vector<AuditEntry> chain(const WorkspaceName& workspace, const std::string& chain) = 0;
  // The entries of a chain, other than an execution's, whose seq is above `after`, in its order.
  virtual std::vector<AuditEntry> chain_after(const WorkspaceName& workspace, const std::string& chain,
                                              std::int64_t after) = 0;
  // The names of all chains, sorted.
  virtual std::vector<std::string> chains(const WorkspaceName& workspace) = 0;
  // The seq of a chain's last entry; 0 where it has none.
  virtual std::int64_t end(const WorkspaceName& workspace, const std::string& chain) = 0;
  // The same of every chain but the executions', by name.
  virtual std::map<std::string, std::int64_t> ends(const WorkspaceName& workspace) = 0;
};

// What servers over HTTP share: keys, secrets, and what they remember of sessions.
class AccessStore {
 public:
  virtual ~AccessStore() = default;
  // Stores a new key; its prefix must be free.
  virtual void insert(const WorkspaceName& workspace, const AccessKey& key) = 0;
  // The key of that prefix, in whatever workspace: the key says which.
  virtual std::optional<AccessKey> find(const std::string& prefix) = 0;
  // All of a workspace, revoked and expired ones too, oldest first.
  virtual std::vector<AccessKey> list(const WorkspaceName& workspace) = 0;
  // Gives false where there is no such key that is not revoked yet.
  virtual bool revoke(const WorkspaceName& workspace, const std::string& prefix, Timestamp at) = 0;
  // Whether there is any key at all, of any workspace and state.
  virtual bool has_keys() = 0;

  // A secret of this store by its name, or nothing.
  virtual std::optional<std::string> secret(const std::string& name) = 0;
  // Sets a secret once; one that is there stays.
  virtual void insert_secret(const std::string& name, const std::string& secret) = 0;

  // What was remembered of a session, or nothing.
  virtual std::optional<std::string> session(const WorkspaceName& workspace, const std::string& session) = 0;
  // Remembers it until `expires`, and forgets those that have expired by `now`; beyond 100,000 or so also the oldest.
  virtual void keep_session(const WorkspaceName& workspace, const std::string& session, const std::string& text,
                            Timestamp expires, Timestamp now) = 0;
};

// A write that is kept whole or not at all: undone by the destructor unless committed. Inside a batch
// (Store::begin_batch) its commit is kept with the batch's.
class WriteTransaction {
 public:
  virtual ~WriteTransaction() = default;
  // Keeps what was written. Throws Fault, and then nothing was kept.
  virtual void commit() = 0;
};

// Everything that is kept, one object a thread. Storage that fails throws Fault.
class Store {
 public:
  virtual ~Store() = default;
  // Its parts; they live as long as the store.
  virtual VersionStore& versions() = 0;
  // Executions and their hand-ins.
  virtual ExecutionStore& executions() = 0;
  // Edge case reports.
  virtual EdgeCaseStore& edge_cases() = 0;
  // Accounts and prices.
  virtual AccountStore& accounts() = 0;
  // The audit log.
  virtual AuditStore& audit() = 0;
  // Keys, secrets and sessions.
  virtual AccessStore& access() = 0;

  // Waits its turn among all writers; nested ones join the outer one.
  virtual std::unique_ptr<WriteTransaction> begin_write() = 0;

  // Group commit: what is written until commit_batch() is made durable together. A failed commit_batch() throws, and
  // nothing of the batch was stored. A batch without writes costs nothing.
  virtual void begin_batch() = 0;
  // Makes the batch durable.
  virtual void commit_batch() = 0;

  // Every workspace that anything is stored in, sorted.
  virtual std::vector<WorkspaceName> workspaces() = 0;

  // A number that differs after any process committed a change; cheap, for caches of what was read.
  virtual std::uint64_t change_count() = 0;
};

}  // namespace pianola::workflow
