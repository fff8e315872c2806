#include "store/verify.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "store/codec.h"
#include "store/migrate.h"
#include "store/open.h"
#include "store/sql_store.h"
#include "store/verify_chain.h"
#include "store/verify_search.h"
#include "store/verify_structure.h"
#include "workflow/audit.h"
#include "workflow/export_records.h"

namespace pianola::store {
namespace {

using workflow::AccountEntry;
using workflow::AccountKey;
using workflow::AuditEntry;
using workflow::WorkspaceName;

constexpr Statement kQuickCheck{"PRAGMA quick_check(1)"};
constexpr Statement kAllVersions{"SELECT workspace_id, workflow, version, hash FROM versions"};
constexpr Statement kOneCanonical{R"(
  SELECT canonical FROM versions
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version)"};
constexpr Statement kEveryWorkspace{R"(
  SELECT workspace_id FROM workflows UNION SELECT workspace_id FROM executions UNION SELECT workspace_id FROM prices
  UNION SELECT workspace_id FROM audit_log UNION SELECT workspace_id FROM audit_heads
  UNION SELECT workspace_id FROM access_keys
  UNION SELECT workspace_id FROM account_sums UNION SELECT workspace_id FROM account_deltas
  ORDER BY workspace_id)"};
// Every chain that has entries, and every one that rows belong to.
constexpr Statement kChains{R"(
  SELECT chain FROM audit_log WHERE workspace_id = :workspace_id
  UNION SELECT chain FROM audit_heads WHERE workspace_id = :workspace_id
  UNION SELECT 'workflow:' || workflow FROM workflows WHERE workspace_id = :workspace_id
  UNION SELECT 'execution:' || execution_id FROM executions WHERE workspace_id = :workspace_id
  UNION SELECT 'workspace' FROM prices WHERE workspace_id = :workspace_id
  UNION SELECT 'keys' FROM access_keys WHERE workspace_id = :workspace_id
  ORDER BY chain)"};
constexpr Statement kHead{R"(
  SELECT seq, hash FROM audit_heads WHERE workspace_id = :workspace_id AND chain = :chain)"};
constexpr Statement kNewestEntry{R"(
  SELECT max(coalesce((SELECT max(written_at) FROM audit_log WHERE typeof(written_at) = 'integer'), 0),
             coalesce((SELECT max(handed_in_at) FROM hand_ins WHERE typeof(handed_in_at) = 'integer'), 0)))"};
constexpr Statement kMistallied{R"(
  SELECT workspace_id, execution_id FROM executions
  WHERE tallied_seq > (SELECT coalesce(max(seq), 0) FROM hand_ins
                       WHERE hand_ins.workspace_id = executions.workspace_id
                         AND hand_ins.execution_id = executions.execution_id)
     OR (state NOT IN ('running', 'waiting') AND
         tallied_seq < (SELECT coalesce(max(seq), 0) FROM hand_ins
                        WHERE hand_ins.workspace_id = executions.workspace_id
                          AND hand_ins.execution_id = executions.execution_id)))"};
constexpr Statement kTalliesThatDiffer{R"(
  WITH counted AS (
    SELECT executions.workspace_id, workflow, version, step, hand_ins.executor, count(*) AS hand_ins,
           sum(result = 'refused') AS refused, sum(result = 'failed') AS failed, sum(result = 'skipped') AS skipped
    FROM executions JOIN hand_ins USING (workspace_id, execution_id)
    WHERE seq <= tallied_seq
    GROUP BY executions.workspace_id, workflow, version, step, hand_ins.executor),
  stored AS (
    SELECT workspace_id, workflow, version, step, executor,
           -- sum() takes "1x" for 1
           iif(min(typeof(hand_ins) = 'integer' AND typeof(refused) = 'integer' AND typeof(failed) = 'integer' AND
                   typeof(skipped) = 'integer'), sum(hand_ins), NULL),
           sum(refused), sum(failed), sum(skipped)
    FROM (SELECT workspace_id, workflow, version, step, executor, hand_ins, refused, failed, skipped FROM step_tallies
          UNION ALL
          SELECT workspace_id, workflow, version, step, executor, hand_ins, refused, failed, skipped
          FROM step_tally_deltas)
    GROUP BY workspace_id, workflow, version, step, executor)
  SELECT DISTINCT workspace_id, workflow, version, step FROM (
    SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM stored)
    UNION ALL
    SELECT * FROM (SELECT * FROM stored EXCEPT SELECT * FROM counted)))"};

constexpr std::size_t kMostProblems = 1000;
constexpr int kEveryWorkflow = 1'000'000'000;

// An execution's hand-ins are entries of its chain.
std::string log_place(const WorkspaceName& workspace, const std::string& chain) {
  return std::string(chain.starts_with("execution:") ? "audit_log and hand_ins, chain " : "audit_log, chain ") + chain +
         " (workspace " + workspace.text() + ")";
}

// A hash over one line after another.
class LineHash {
 public:
  void add(std::string_view line) { hash_ = workflow::Hash::of(hash_ + std::string(line)).text(); }
  const std::string& text() const { return hash_; }

 private:
  std::string hash_;
};

// The log up to a time, chain after chain.
class HeadBuilder {
 public:
  explicit HeadBuilder(Timestamp until) : until_(until) {}
  void add_chain(const std::string& workspace, const std::vector<AuditEntry>& entries) {
    const auto later = std::ranges::find_if(entries, [&](const AuditEntry& entry) { return entry.at > until_; });
    if (later == entries.begin()) return;
    entries_ += later - entries.begin();
    const AuditEntry& last = *(later - 1);
    hash_.add(workspace + "\n" + last.chain + "\n" + std::to_string(last.seq) + "\n" + last.hash);
  }
  LogHead head() const { return {entries_, until_, hash_.text().empty() ? std::string(64, '0') : hash_.text()}; }

 private:
  Timestamp until_;
  std::int64_t entries_ = 0;
  LineHash hash_;
};

class Verifier {
 public:
  Verifier(SqliteDatabase& database, const std::optional<LogHead>& known)
      : database_(database),
        known_(known),
        head_(Timestamp::from_micros(database.query(kNewestEntry, {}).front().take_integer())),
        as_known_(known ? known->until : Timestamp()) {}
  VerifyReport run();

 private:
  // Row and column texts are somebody's: one that means nothing, be it to us or as JSON, is a finding among others.
  template <class Check>
  void look(const std::string& at, const Check& check) {
    try {
      check();
    } catch (const std::exception& fault) {
      problem(at + ": " + fault.what());
    }
  }
  void problem(std::string words) {
    if (report_.problems.size() < kMostProblems) report_.problems.push_back(std::move(words));
  }
  void check_structure();
  void check_versions();
  void check_workspace(const WorkspaceName& workspace);
  void check_workflows(const WorkspaceName& workspace);
  void check_chain(const WorkspaceName& workspace, const std::string& chain);
  void check_head(const WorkspaceName& workspace, const std::string& chain, const std::vector<AuditEntry>& entries);
  void check_accounts(const WorkspaceName& workspace);
  void check_tallies();
  void check_known_head();

  SqliteDatabase& database_;
  const std::optional<LogHead>& known_;
  HeadBuilder head_;
  HeadBuilder as_known_;
  RowSeals no_seals_;
  SystemClock clock_;
  SystemRandomness randomness_;
  IdSource ids_{clock_, randomness_};
  SqlVersions versions_{database_, no_seals_};
  SqlAccounts accounts_{database_, ids_, no_seals_};
  SqlAudit audit_{database_, no_seals_};
  std::map<AccountKey, AccountEntry> booked_;  // of one workspace, as the log tells
  VerifyReport report_;
};

VerifyReport Verifier::run() {
  look("the file", [&] { check_structure(); });
  report_.head = HeadBuilder(Timestamp()).head();
  if (schema_of(database_) < newest_schema()) return std::move(report_);
  look("versions", [&] { check_versions(); });
  look("workspaces", [&] {
    for (Row& row : database_.query(kEveryWorkspace, {})) {
      const std::string name = row.take_text();
      look("workspace " + name, [&] { check_workspace(stored(WorkspaceName::parse(name), "workspace name", name)); });
    }
  });
  look("step_tallies", [&] { check_tallies(); });
  look("the search index", [&] {
    for (std::string& words : find_search_problems(database_)) problem(std::move(words));
  });
  report_.head = head_.head();
  if (known_) check_known_head();
  return std::move(report_);
}

void Verifier::check_structure() {
  for (std::string& words : find_structure_problems(database_)) problem(std::move(words));
  if (schema_of(database_) < newest_schema()) {
    problem(
        "schema_migrations: it does not end with the schema of this program, which migrates the store when it is next "
        "opened to be used; only the file's structure was looked at");
  }
}

void Verifier::check_versions() {
  for (Row& row : database_.query(kAllVersions, {})) {
    const std::string workspace = row.take_text();
    const std::string name = row.take_text();
    const std::string number = row.take_text();
    const std::string canonical =
        database_.query(kOneCanonical, {{":workspace_id", workspace}, {":workflow", name}, {":version", number}})
            .front()
            .take_text();
    ++report_.versions;
    if (workflow::Hash::of(canonical).text() != row.take_text()) {
      problem("versions: version " + number + " of \"" + name + "\" (workspace " + workspace +
              ") does not match its hash: its text was changed");
    }
  }
}

void Verifier::check_workspace(const WorkspaceName& workspace) {
  booked_.clear();
  look("workflows (workspace " + workspace.text() + ")", [&] { check_workflows(workspace); });
  for (Row& row : database_.query(kChains, {{":workspace_id", workspace.text()}})) {
    const std::string chain = row.take_text();
    look(log_place(workspace, chain), [&] { check_chain(workspace, chain); });
  }
  look("account_sums, account_deltas (workspace " + workspace.text() + ")", [&] { check_accounts(workspace); });
}

// The list of workflows shows of each the newest published version, else the newest draft, else the newest retired one.
void Verifier::check_workflows(const WorkspaceName& workspace) {
  for (const workflow::WorkflowSummary& shown : versions_.list(workspace, "", kEveryWorkflow, true)) {
    const std::vector<workflow::VersionSummary> history = versions_.history(workspace, shown.name);
    const workflow::VersionSummary* wanted = nullptr;
    using enum workflow::VersionStatus;
    for (const workflow::VersionStatus status : {published, draft, retired}) {
      const auto newest =
          std::ranges::find_if(history, [&](const auto& line) { return line.status == status && !line.is_canary; });
      if (wanted == nullptr && newest != history.end()) wanted = &*newest;
    }
    const workflow::SharedVersion version =
        wanted == nullptr ? nullptr : versions_.find(workspace, shown.name, wanted->number);
    if (!version || shown.version != version->number || shown.status != version->status ||
        shown.title != version->design.title || shown.description != version->design.description ||
        shown.tags != version->design.tags) {
      problem("workflows: \"" + shown.name.text() + "\" (workspace " + workspace.text() +
              ") does not show what its versions say");
    }
  }
}

void Verifier::check_chain(const WorkspaceName& workspace, const std::string& chain) {
  const std::vector<AuditEntry> entries = audit_.chain(workspace, chain);
  ++report_.audit_chains;
  report_.audit_entries += static_cast<std::int64_t>(entries.size());
  head_.add_chain(workspace.text(), entries);
  if (known_) as_known_.add_chain(workspace.text(), entries);
  check_head(workspace, chain, entries);
  for (const workflow::ChainProblem& found : find_chain_problems(database_, workspace, chain, entries)) {
    problem(found.row.empty() ? log_place(workspace, chain) + ": " + found.words
                              : found.row + " of " + chain + " (workspace " + workspace.text() + ") " + found.words);
  }
  for (const AuditEntry& entry : entries) {
    for (const AccountEntry& booked : stored(workflow::booked_by(entry), "booking", entry.body)) {
      const auto [at, is_new] = booked_.try_emplace(booked.key, booked);
      if (!is_new) at->second = workflow::fold(at->second, booked);
    }
  }
}

// An execution's own row counts its changes (rev) and is sealed with them: it is the head of its chain.
void Verifier::check_head(const WorkspaceName& workspace, const std::string& chain,
                          const std::vector<AuditEntry>& entries) {
  if (chain.starts_with("execution:")) return;
  std::vector<Row> rows = database_.query(kHead, {{":workspace_id", workspace.text()}, {":chain", chain}});
  const std::string place = "chain " + chain + " (workspace " + workspace.text() + ")";
  if (rows.empty()) {
    if (!entries.empty()) problem("audit_heads: " + place + " is missing");
    return;
  }
  const std::int64_t seq = rows.front().take_integer();
  const auto there = static_cast<std::int64_t>(entries.size());
  if (seq > there) {
    problem("audit_log, " + place + ": its last entries are missing: audit_heads tells of " + std::to_string(seq) +
            ", and there are " + std::to_string(there));
  } else if (seq < there || entries.empty() || entries.back().hash != rows.front().take_text()) {
    problem("audit_heads: " + place + " does not name the chain's last entry");
  }
}

void Verifier::check_accounts(const WorkspaceName& workspace) {
  std::map<AccountKey, AccountEntry> summed;
  for (AccountEntry& entry : workflow::fold_all(accounts_.entries(workspace, {}))) summed.emplace(entry.key, entry);
  std::set<AccountKey> keys;
  for (const auto& [key, entry] : booked_) keys.insert(key);
  for (const auto& [key, entry] : summed) keys.insert(key);
  for (const AccountKey& key : keys) {
    const auto booked = booked_.find(key);
    const auto sum = summed.find(key);
    if (booked != booked_.end() && sum != summed.end() && booked->second == sum->second) continue;
    problem("account_sums, account_deltas: the accounts of \"" + key.workflow.text() + "\" " + key.version.text() +
            " on " + key.day + " (workspace " + workspace.text() + ", executor " + key.executor +
            ") are not what the audit log tells");
  }
}

void Verifier::check_tallies() {
  for (Row& row : database_.query(kMistallied, {})) {
    const std::string workspace = row.take_text();
    problem("executions: execution " + row.take_text() + " (workspace " + workspace +
            ") is not tallied up to its last hand-in");
  }
  for (Row& row : database_.query(kTalliesThatDiffer, {})) {
    const std::string workspace = row.take_text();
    const std::string name = row.take_text();
    const std::string version = row.take_text();
    problem("step_tallies, step_tally_deltas: step \"" + row.take_text() + "\" of \"" + name + "\" " + version +
            " (workspace " + workspace + ") is not tallied as its hand-ins are");
  }
}

void Verifier::check_known_head() {
  const LogHead now = as_known_.head();
  if (now.hash == known_->hash && now.entries == known_->entries) return;
  const std::string until = known_->until.iso8601();
  problem(now.entries == known_->entries
              ? "the audit log up to " + until + " is another one than the head tells: it was written anew"
              : "the audit log held " + std::to_string(known_->entries) + " entries up to " + until +
                    " when the head was taken, and holds " + std::to_string(now.entries) + " now");
}

// Reads to the end or not at all.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::string LogHead::text() const {
  return std::to_string(entries) + "-" + std::to_string(until.micros()) + "-" + hash;
}

Result<LogHead> LogHead::parse(std::string_view text) {
  const std::size_t first = text.find('-');
  const std::size_t second = text.find('-', first == text.npos ? first : first + 1);
  if (second != text.npos) {
    const auto entries = whole_number(text.substr(0, first));
    const auto until = whole_number(text.substr(first + 1, second - first - 1));
    const Result<workflow::Hash> hash = workflow::Hash::parse(text.substr(second + 1));
    if (entries && until && hash) return LogHead{*entries, Timestamp::from_micros(*until), hash->text()};
  }
  return refuse("bad_head",
                "\"" + std::string(text.substr(0, 100)) +
                    "\" is no head of an audit log: give the line that `pianola verify` printed after \"head\".");
}

void check_is_a_store(SqliteDatabase& database) {
  if (database.application_id() != kApplicationId) {
    throw Fault(FaultKind::storage_not_ours, "the file " + database.path() + " is not a store of Pianola's");
  }
  refuse_newer(database, "the store " + database.path());
}

StoreCondition look_at(const std::string& store_path) {
  SqliteDatabase database(store_path, use_for_reading(store_path));
  check_is_a_store(database);
  StoreCondition condition{.schema = schema_of(database)};
  const std::string folder = std::filesystem::path(store_path).parent_path().string();
  condition.may_be_written = may_write(store_path) && ::access(folder.empty() ? "." : folder.c_str(), W_OK) == 0;
  std::vector<Row> found = database.query(kQuickCheck, {});
  if (const std::string first = found.empty() ? "" : found.front().take_text(); first != "ok") condition.damage = first;
  return condition;
}

VerifyReport verify(const std::string& store_path, const std::optional<LogHead>& known) {
  expect_store(store_path);
  SqliteDatabase database(store_path, use_for_reading(store_path));
  check_is_a_store(database);
  const ReadScope one_moment(database);
  return Verifier(database, known).run();
}

}  // namespace pianola::store
