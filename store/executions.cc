// Executions in SQL with their hand-ins. A hand-in writes one row, behind the ones before it: it tells where the
// execution stands, and is its own audit entry. The execution's row follows where something else of it changed, and
// what an index holds changes seldom. Open executions are kept as long as nobody else writes (ReadCache), so that a
// step reads nothing.
#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"
#include "workflow/export_records.h"

namespace pianola::store {
namespace {

using workflow::Execution;
using workflow::ExecutionId;
using workflow::ExecutionState;
using workflow::HandIn;
using workflow::HandInResult;
using workflow::WorkspaceName;

constexpr Statement kInsertExecution{R"(
  INSERT INTO executions (workspace_id, execution_id, workflow, version, mode, state, executor, author_key,
                          idempotency_key, started_at, last_hand_in_at, ended_at, idle_hour, tallied_seq, rev,
                          row_seq, current_step, progress)
  VALUES (:workspace_id, :execution_id, :workflow, :version, :mode, :state, :executor, :author_key,
          :idempotency_key, :started_at, :last_hand_in_at, :ended_at, :idle_hour, :tallied_seq, :rev,
          :row_seq, :current_step, :progress))"};

constexpr Statement kInsertStart{R"(
  INSERT INTO execution_starts (workspace_id, execution_id, author, arguments_hash, input, input_files, batch)
  VALUES (:workspace_id, :execution_id, :author, :arguments_hash, :input, :input_files, nullif(:batch, '')))"};

constexpr Statement kUpdateExecution{R"(
  UPDATE executions
  SET state = :state, last_hand_in_at = :last_hand_in_at, ended_at = :ended_at, idle_hour = :idle_hour,
      tallied_seq = :tallied_seq, rev = :rev, row_seq = :row_seq, current_step = :current_step, progress = :progress
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND rev = :row_rev)"};

// The same where the row has that hour already: a column of an index that is set writes that index, too. The last
// condition always holds, so that both take the same parameters.
constexpr Statement kUpdateWithinHour{R"(
  UPDATE executions
  SET state = :state, last_hand_in_at = :last_hand_in_at, ended_at = :ended_at,
      tallied_seq = :tallied_seq, rev = :rev, row_seq = :row_seq, current_step = :current_step, progress = :progress
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND rev = :row_rev
    AND coalesce(:idle_hour, 0) IS NOT NULL)"};

constexpr Statement kInsertHandIn{R"(
  INSERT INTO hand_ins (workspace_id, execution_id, seq, step, result, executor, handed_in_at, details, output,
                        audit_seq, audit_hash, audit_facts, rows_written)
  VALUES (:workspace_id, :execution_id, :seq, :step, :result, :executor, :handed_in_at, :details, :output,
          :audit_seq, nullif(:audit_hash, ''), nullif(:audit_facts, ''), nullif(:rows_written, '')))"};

constexpr Statement kReadHandIns{R"(
  SELECT seq, step, result, executor, handed_in_at, details, output
  FROM hand_ins
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id
  ORDER BY seq)"};

constexpr Statement kNewestHandIn{R"(
  SELECT seq, step, result, executor, handed_in_at, details, output
  FROM hand_ins
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id
  ORDER BY seq DESC
  LIMIT 1)"};

constexpr Statement kInsertTallyDelta{R"(
  INSERT INTO step_tally_deltas (workspace_id, delta_id, workflow, version, step, executor, hand_ins, refused, failed,
                                 skipped)
  VALUES (:workspace_id, :delta_id, :workflow, :version, :step, :executor, :hand_ins, :refused, :failed, :skipped))"};

constexpr Statement kFindExecution{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, row_seq, tallied_seq, progress, author, arguments_hash, input, input_files,
         batch
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};

constexpr Statement kFindExecutionByKey{R"(
  SELECT execution_id FROM executions
  WHERE workspace_id = :workspace_id AND idempotency_key = :idempotency_key AND idempotency_key <> '')"};

constexpr Statement kListExecutions{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, row_seq, tallied_seq, progress, author, arguments_hash, input, input_files,
         batch
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND execution_id < :before
    AND (:state = '' OR state = :state)
  ORDER BY execution_id DESC
  LIMIT :most)"};

constexpr Statement kListExecutionsOfWorkflow{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, row_seq, tallied_seq, progress, author, arguments_hash, input, input_files,
         batch
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND execution_id < :before
    AND (:version = '' OR version = :version) AND (:state = '' OR state = :state)
    AND (:author_key = '' OR author_key = :author_key)
  ORDER BY execution_id DESC
  LIMIT :most)"};

constexpr Statement kListExecutionsOfAuthor{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, row_seq, tallied_seq, progress, author, arguments_hash, input, input_files,
         batch
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND author_key = :author_key AND author_key <> '' AND execution_id < :before
    AND (:state = '' OR state = :state)
  ORDER BY execution_id DESC
  LIMIT :most)"};

constexpr Statement kEndedExecutions{R"(
  SELECT execution_id FROM executions
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND execution_id < :before
    AND state NOT IN ('running', 'waiting')
    AND coalesce(ended_at, last_hand_in_at) >= :since AND coalesce(ended_at, last_hand_in_at) < :until
  ORDER BY execution_id DESC
  LIMIT :most)"};

constexpr Statement kIdleExecutions{R"(
  SELECT execution_id FROM executions
  WHERE workspace_id = :workspace_id AND idle_hour IS NOT NULL AND idle_hour <= :hour
    AND coalesce((SELECT max(handed_in_at) FROM hand_ins
                  WHERE hand_ins.workspace_id = executions.workspace_id
                    AND hand_ins.execution_id = executions.execution_id AND seq > row_seq),
                 last_hand_in_at) < :cutoff
  ORDER BY idle_hour
  LIMIT :most)"};

constexpr Statement kEarliestIdleHour{R"(
  SELECT min(idle_hour) FROM executions
  WHERE workspace_id = :workspace_id AND idle_hour IS NOT NULL)"};

// What stays as it is until the row is written again. How far it is tallied is left out: an import tallies anew, and
// the tallies themselves tell.
constexpr Statement kSealedExecution{R"(
  SELECT workflow, version, mode, state, executor, author_key, idempotency_key, started_at, ended_at, progress
  FROM executions
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};

// Where the execution stood at row_seq: later hand-ins tell the rest.
constexpr Statement kSealedStanding{R"(
  SELECT current_step, last_hand_in_at, rev, row_seq, idle_hour
  FROM executions
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};

constexpr Statement kSealedStart{R"(
  SELECT author, arguments_hash, input, input_files
  FROM execution_starts
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};

// Of an item of a batch; apart from the rest of the row, as most executions are none.
constexpr Statement kSealedBatchItem{R"(
  SELECT batch
  FROM execution_starts
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND batch IS NOT NULL)"};

constexpr Statement kExecutionStatements[] = {
    kSealedExecution,        kSealedStanding,     kSealedStart,     kSealedBatchItem,
    kInsertExecution,        kInsertStart,        kUpdateExecution, kUpdateWithinHour,
    kInsertHandIn,           kReadHandIns,        kNewestHandIn,    kInsertTallyDelta,
    kFindExecution,          kFindExecutionByKey, kListExecutions,  kListExecutionsOfWorkflow,
    kListExecutionsOfAuthor, kEndedExecutions,    kIdleExecutions,  kEarliestIdleHour};

constexpr std::int64_t kMicrosPerHour = 3600 * kMicrosPerSecond;
constexpr std::string_view kAfterEveryId = "~";
constexpr std::string_view kBatchItemRow = "execution_starts/batch";

ExecutionId execution_id(const std::string& id) { return stored(ExecutionId::parse(id), "execution id", id); }

bool can_idle(const Execution& execution) {
  return execution.state == ExecutionState::running || execution.state == ExecutionState::waiting;
}

std::optional<std::int64_t> idle_hour(const Execution& execution) {
  if (!can_idle(execution)) return std::nullopt;
  return execution.last_hand_in_at.micros() / kMicrosPerHour;
}

std::optional<std::int64_t> ended_micros(const Execution& execution) {
  if (!execution.ended_at) return std::nullopt;
  return execution.ended_at->micros();
}

// What the newest hand-in tells of where its execution stands, on top of the row of `row_seq`.
void follow(Execution& execution, const HandIn& newest, int row_seq) {
  if (newest.seq <= row_seq) return;
  execution.last_hand_in_at = newest.at;
  execution.rev += newest.seq - row_seq;
  if (execution.mode == workflow::Mode::whole) return;
  execution.current_step = newest.next.empty() ? newest.step : newest.next;
  if (newest.next == workflow::kGotoEnd) execution.current_step.clear();
}

// Brings what is kept up to date with what became of it. Hand-ins that are recorded never change, so that only new ones
// are copied.
void bring_up_to_date(Execution& kept, Execution& execution) {
  std::vector<HandIn> known = std::move(kept.hand_ins);
  std::vector<HandIn> all = std::move(execution.hand_ins);
  kept = execution;
  if (known.capacity() < all.size()) known.reserve(2 * all.size());  // not with every step
  const std::size_t first_new = std::min(known.size(), all.size());
  known.insert(known.end(), all.begin() + static_cast<std::ptrdiff_t>(first_new), all.end());
  kept.hand_ins = std::move(known);
  execution.hand_ins = std::move(all);
}

// A copy that one more hand-in is about to be added to.
Execution copy_to_change(Execution& kept) {
  std::vector<HandIn> all = std::move(kept.hand_ins);
  Execution copy = kept;
  copy.hand_ins.reserve(all.size() + 1);
  copy.hand_ins.assign(all.begin(), all.end());
  kept.hand_ins = std::move(all);
  return copy;
}

int last_seq(const Execution& execution) { return execution.hand_ins.empty() ? 0 : execution.hand_ins.back().seq; }

// What the row alone tells of an execution, beside current_step and last_hand_in_at.
auto told_by_row(const Execution& execution) {
  return std::tie(execution.state, execution.ended_at, execution.output, execution.confidence, execution.rationale,
                  execution.edge_case, execution.designed_escalation, execution.handed_off, execution.blocked,
                  execution.outcome_source, execution.finish_usage, execution.adherence, execution.next_in_batch);
}

// True where the newest hand-in tells all that became of an execution. Of its end, the row tells: that it is tallied.
bool hand_ins_tell_all(const Execution& stored, const Execution& execution, int row_seq,
                       std::optional<std::int64_t> row_idle_hour) {
  if (!can_idle(execution) || last_seq(execution) <= last_seq(stored)) return false;
  if (told_by_row(stored) != told_by_row(execution) || idle_hour(execution) != row_idle_hour) return false;
  Execution told{.id = execution.id, .workflow = execution.workflow, .version = execution.version};
  told.mode = execution.mode;
  told.current_step = stored.current_step;
  follow(told, execution.hand_ins.back(), row_seq);
  return told.current_step == execution.current_step && told.last_hand_in_at == execution.last_hand_in_at;
}

// Executions of large outputs, or with the inputs of a whole batch, are read again at each step, rather than kept.
bool is_small(const Execution& execution) {
  if (execution.batch && !execution.batch->inputs.empty()) return false;
  constexpr std::size_t kLargest = std::size_t{32} * 1024;
  std::size_t bytes = 0;
  for (const HandIn& hand_in : execution.hand_ins) bytes += sizeof(HandIn) + hand_in.output.size();
  return bytes <= kLargest;
}

}  // namespace

std::span<const Statement> execution_statements() { return kExecutionStatements; }

void SqlExecutions::insert(const WorkspaceName& workspace, const Execution& execution) {
  const std::string progress = progress_text(execution);
  const int tallied = can_idle(execution) ? 0 : last_seq(execution);
  database_.execute(kInsertExecution, {{":workspace_id", workspace.text()},
                                       {":execution_id", execution.id.text()},
                                       {":workflow", execution.workflow.text()},
                                       {":version", execution.version.text()},
                                       {":mode", to_string(execution.mode)},
                                       {":state", to_string(execution.state)},
                                       {":executor", execution.executor},
                                       {":author_key", execution.author.key},
                                       {":idempotency_key", execution.idempotency_key},
                                       {":started_at", execution.started_at.micros()},
                                       {":last_hand_in_at", execution.last_hand_in_at.micros()},
                                       {":ended_at", ended_micros(execution)},
                                       {":idle_hour", idle_hour(execution)},
                                       {":tallied_seq", tallied},
                                       {":rev", execution.rev},
                                       {":row_seq", last_seq(execution)},
                                       {":current_step", execution.current_step},
                                       {":progress", progress}});
  seal(workspace, execution, progress);
  const std::string batch =
      execution.batch ? dump_compact(workflow::encode_batch_item(*execution.batch)) : std::string();
  database_.execute(kInsertStart, {{":workspace_id", workspace.text()},
                                   {":execution_id", execution.id.text()},
                                   {":author", author_text(execution.author)},
                                   {":arguments_hash", execution.arguments_hash},
                                   {":input", dump_compact(execution.input)},
                                   {":input_files", input_files_text(execution.input_files)},
                                   {":batch", batch}});
  if (!batch.empty()) {
    seals_.note(workspace.text(), workflow::chain_of(execution.id), std::string(kBatchItemRow), seal_of({batch}));
  }
  seals_.note(workspace.text(), workflow::chain_of(execution.id), "execution_starts",
              seal_of({author_text(execution.author), execution.arguments_hash, dump_compact(execution.input),
                       input_files_text(execution.input_files)}));
  insert_hand_ins(workspace, execution, 0, nullptr);
  note_idle_hour(workspace, idle_hour(execution));
  if (tallied > 0) tally_hand_ins(workspace, execution, 0);
  keep(workspace, {execution, last_seq(execution), tallied, idle_hour(execution)});
}

bool SqlExecutions::change(const WorkspaceName& workspace, Execution& execution, const workflow::HandInAudit* audit) {
  const Key key = key_of(workspace, execution.id);
  Stored* known = open_.find(key);
  std::optional<Stored> found = known != nullptr ? std::nullopt : read(workspace, execution.id);
  if (known == nullptr && !found) return false;
  Stored& stored = known != nullptr ? *known : *found;
  if (stored.execution.rev != execution.rev) return false;
  const int stored_seq = last_seq(stored.execution);
  const int tallied_before = stored.tallied_seq;
  if (hand_ins_tell_all(stored.execution, execution, stored.row_seq, stored.idle_hour)) {
    execution.rev += last_seq(execution) - stored_seq;
    if (last_seq(execution) == stored_seq + 1) database_.write_alone();
  } else if (!write_row(workspace, execution, stored)) {
    return false;
  }
  insert_hand_ins(workspace, execution, stored_seq, audit);
  if (!can_idle(execution)) tally_hand_ins(workspace, execution, tallied_before);
  if (!can_idle(execution) || !is_small(execution)) {
    open_.forget(key);
    return true;
  }
  bring_up_to_date(stored.execution, execution);
  if (found) keep(workspace, *std::move(found));
  return true;
}

bool SqlExecutions::write_row(const WorkspaceName& workspace, Execution& execution, Stored& stored) {
  const std::string progress = progress_text(execution);
  const std::int64_t row_rev = stored.execution.rev - (last_seq(stored.execution) - stored.row_seq);
  const int tallied = can_idle(execution) ? stored.tallied_seq : last_seq(execution);
  const std::optional<std::int64_t> hour = idle_hour(execution);
  const bool is_same_hour = hour == stored.idle_hour;
  const std::int64_t changed = database_.execute(is_same_hour ? kUpdateWithinHour : kUpdateExecution,
                                                 {{":state", to_string(execution.state)},
                                                  {":last_hand_in_at", execution.last_hand_in_at.micros()},
                                                  {":ended_at", ended_micros(execution)},
                                                  {":idle_hour", hour},
                                                  {":tallied_seq", tallied},
                                                  {":rev", execution.rev + 1},
                                                  {":row_seq", last_seq(execution)},
                                                  {":current_step", execution.current_step},
                                                  {":progress", progress},
                                                  {":workspace_id", workspace.text()},
                                                  {":execution_id", execution.id.text()},
                                                  {":row_rev", row_rev}});
  if (changed == 0) return false;
  ++execution.rev;
  seal(workspace, execution, progress);
  stored.row_seq = last_seq(execution);
  stored.tallied_seq = tallied;
  stored.idle_hour = hour;
  note_idle_hour(workspace, hour);
  return true;
}

void SqlExecutions::keep(const WorkspaceName& workspace, Stored stored) {
  if (!can_idle(stored.execution) || !is_small(stored.execution)) return;
  const Key key = key_of(workspace, stored.execution.id);
  open_.keep(open_.stamp(), key, std::move(stored));
}

void SqlExecutions::note_idle_hour(const WorkspaceName& workspace, const std::optional<std::int64_t>& hour) {
  std::int64_t* earliest = hour ? earliest_idle_.find(workspace.text()) : nullptr;
  if (earliest != nullptr) *earliest = std::min(*earliest, *hour);
}

void SqlExecutions::insert_hand_ins(const WorkspaceName& workspace, const Execution& execution, int after,
                                    const workflow::HandInAudit* audit) {
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.seq > after) insert_hand_in(workspace, execution.id, hand_in, audit);
  }
}

void SqlExecutions::insert_hand_in(const WorkspaceName& workspace, const ExecutionId& id, const HandIn& hand_in,
                                   const workflow::HandInAudit* audit) {
  const std::string details = hand_in_details_text(hand_in);
  const std::string row = "hand_ins/" + std::to_string(hand_in.seq);
  std::string seal = seal_of(
      {hand_in.step, to_string(hand_in.result), hand_in.executor, hand_in.at.micros(), details, hand_in.output});
  std::optional<std::int64_t> audit_seq;
  std::string audit_hash;
  std::string rows_written;
  if (audit != nullptr) {
    workflow::AuditEntry entry = workflow::audit_entry_of(id, hand_in, *audit);
    rows_written = seals_.take(workspace.text(), entry.chain);
    entry.rows = with_row(rows_written, row, seal);
    entry = audit_.link(workspace, std::move(entry));
    audit_seq = entry.seq;
    audit_hash = std::move(entry.hash);
  } else {
    seals_.note(workspace.text(), workflow::chain_of(id), row, std::move(seal));
  }
  database_.execute(kInsertHandIn, {{":workspace_id", workspace.text()},
                                    {":execution_id", id.text()},
                                    {":seq", hand_in.seq},
                                    {":step", hand_in.step},
                                    {":result", to_string(hand_in.result)},
                                    {":executor", hand_in.executor},
                                    {":handed_in_at", hand_in.at.micros()},
                                    {":details", details},
                                    {":output", hand_in.output},
                                    {":audit_seq", audit_seq},
                                    {":audit_hash", audit_hash},
                                    {":audit_facts", audit == nullptr ? std::string() : audit_facts_text(*audit)},
                                    {":rows_written", rows_written}});
}

void SqlExecutions::seal(const WorkspaceName& workspace, const Execution& execution, const std::string& progress) {
  const auto or_null = [](const std::optional<std::int64_t>& value) { return value ? Bound(*value) : Bound(); };
  const std::string chain = workflow::chain_of(execution.id);
  seals_.note(workspace.text(), chain, "executions",
              seal_of({execution.workflow.text(), execution.version.text(), to_string(execution.mode),
                       to_string(execution.state), execution.executor, execution.author.key, execution.idempotency_key,
                       execution.started_at.micros(), or_null(ended_micros(execution)), progress}));
  seals_.note(workspace.text(), chain, std::string(kStandingRow),
              seal_of({execution.current_step, execution.last_hand_in_at.micros(), execution.rev,
                       std::int64_t{last_seq(execution)}, or_null(idle_hour(execution))}));
}

SealedRows sealed_execution_rows(Database& database, std::string_view workspace, std::string_view execution_id) {
  SealedRows rows;
  const auto read = [&](const Statement& statement) {
    return database.query(statement, {{":workspace_id", workspace}, {":execution_id", execution_id}});
  };
  for (Row& row : read(kSealedExecution)) rows["executions"] = seal_of_rest(row);
  for (Row& row : read(kSealedStanding)) rows[std::string(kStandingRow)] = seal_of_rest(row);
  for (Row& row : read(kSealedStart)) rows["execution_starts"] = seal_of_rest(row);
  for (Row& row : read(kSealedBatchItem)) rows[std::string(kBatchItemRow)] = seal_of_rest(row);
  for (Row& row : read(kReadHandIns)) {
    const std::string seq = std::to_string(row.take_integer());
    rows["hand_ins/" + seq] = seal_of_rest(row);
  }
  return rows;
}

// An ended execution's hand-ins are counted by step and executor; a revived one's later ones at its next end.
void SqlExecutions::tally_hand_ins(const WorkspaceName& workspace, const Execution& execution, int after) {
  std::map<std::pair<std::string, std::string>, workflow::StepRefusals> tallies;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.seq <= after) continue;
    workflow::StepRefusals& tally = tallies[{hand_in.step, hand_in.executor}];
    ++tally.hand_ins;
    tally.refused += hand_in.result == HandInResult::refused ? 1 : 0;
    tally.failed += hand_in.result == HandInResult::failed ? 1 : 0;
    tally.skipped += hand_in.result == HandInResult::skipped ? 1 : 0;
  }
  // Named after the execution and where its tallying began, so that no two are named alike.
  const std::string name = execution.id.text() + "/" + std::to_string(after) + "/";
  const std::string version = execution.version.text();
  int number = 0;
  for (const auto& [step_and_executor, tally] : tallies) {
    database_.execute(kInsertTallyDelta, {{":workspace_id", workspace.text()},
                                          {":delta_id", name + std::to_string(++number)},
                                          {":workflow", execution.workflow.text()},
                                          {":version", version},
                                          {":step", step_and_executor.first},
                                          {":executor", step_and_executor.second},
                                          {":hand_ins", tally.hand_ins},
                                          {":refused", tally.refused},
                                          {":failed", tally.failed},
                                          {":skipped", tally.skipped}});
  }
}

std::optional<Execution> SqlExecutions::find(const WorkspaceName& workspace, const ExecutionId& id) {
  const Key key = key_of(workspace, id);
  if (Stored* known = open_.find(key)) return copy_to_change(known->execution);
  const auto stamp = open_.stamp();
  std::optional<Stored> stored = read(workspace, id);
  if (!stored) return std::nullopt;
  std::optional<Execution> execution = stored->execution;
  if (can_idle(*execution) && is_small(*execution)) open_.keep(stamp, key, *std::move(stored));
  return execution;
}

std::optional<SqlExecutions::Stored> SqlExecutions::read(const WorkspaceName& workspace, const ExecutionId& id) {
  const ReadScope scope(database_);
  std::vector<Row> rows =
      database_.query(kFindExecution, {{":workspace_id", workspace.text()}, {":execution_id", id.text()}});
  if (rows.empty()) return std::nullopt;
  Stored stored = read_row(rows.front());
  for (Row& row : database_.query(kReadHandIns, {{":workspace_id", workspace.text()}, {":execution_id", id.text()}})) {
    stored.execution.hand_ins.push_back(read_hand_in(row));
  }
  if (last_seq(stored.execution) > 0) follow(stored.execution, stored.execution.hand_ins.back(), stored.row_seq);
  return stored;
}

SqlExecutions::Stored SqlExecutions::read_row(Row& row) {
  const std::string id = row.take_text();
  workflow::WorkflowName name = stored_name(row.take_text());
  const workflow::SemVer version = stored_version_number(row.take_text());
  Stored stored{{.id = execution_id(id), .workflow = std::move(name), .version = version}};
  Execution& execution = stored.execution;
  execution.mode = stored_mode(row.take_text());
  execution.state = stored_state(row.take_text());
  execution.current_step = row.take_text();
  execution.executor = row.take_text();
  execution.idempotency_key = row.take_text();
  execution.started_at = Timestamp::from_micros(row.take_integer());
  execution.last_hand_in_at = Timestamp::from_micros(row.take_integer());
  stored.idle_hour = idle_hour(execution);
  if (const auto ended = row.take_optional_integer()) execution.ended_at = Timestamp::from_micros(*ended);
  execution.rev = row.take_integer();
  stored.row_seq = static_cast<int>(row.take_integer());
  stored.tallied_seq = static_cast<int>(row.take_integer());
  read_progress(row.take_text(), execution);
  execution.author = stored_author(row.take_text());
  execution.arguments_hash = row.take_text();
  execution.input = stored_json(row.take_text());
  execution.input_files = stored_input_files(row.take_text());
  if (const auto batch = row.take_optional_text()) {
    execution.batch = store::stored(workflow::decode_batch_item(stored_json(*batch)), "batch item", *batch);
  }
  return stored;
}

// What the newest hand-in of an execution tells, where the hand-ins themselves are not read.
void SqlExecutions::follow_newest(const WorkspaceName& workspace, Stored& listed) {
  if (!can_idle(listed.execution)) return;
  for (Row& row : database_.query(
           kNewestHandIn, {{":workspace_id", workspace.text()}, {":execution_id", listed.execution.id.text()}})) {
    follow(listed.execution, read_hand_in(row), listed.row_seq);
  }
}

std::optional<Execution> SqlExecutions::find_by_key(const WorkspaceName& workspace, const std::string& key) {
  if (key.empty()) return std::nullopt;
  const ReadScope scope(database_);
  std::vector<Row> rows =
      database_.query(kFindExecutionByKey, {{":workspace_id", workspace.text()}, {":idempotency_key", key}});
  if (rows.empty()) return std::nullopt;
  const std::string id = rows.front().take_text();
  return find(workspace, execution_id(id));
}

std::vector<Execution> SqlExecutions::list(const WorkspaceName& workspace, const workflow::ExecutionFilter& filter,
                                           const std::string& before, int limit) {
  const ReadScope scope(database_);
  const std::string state(filter.state ? to_string(*filter.state) : "");
  const std::string_view from = before.empty() ? kAfterEveryId : std::string_view(before);
  std::vector<Row> rows;
  if (filter.workflow) {
    rows = database_.query(kListExecutionsOfWorkflow,
                           {{":workspace_id", workspace.text()},
                            {":workflow", filter.workflow->text()},
                            {":version", filter.version ? filter.version->text() : std::string()},
                            {":state", state},
                            {":author_key", filter.author_key},
                            {":before", from},
                            {":most", limit}});
  } else if (!filter.author_key.empty()) {
    rows = database_.query(kListExecutionsOfAuthor, {{":workspace_id", workspace.text()},
                                                     {":author_key", filter.author_key},
                                                     {":state", state},
                                                     {":before", from},
                                                     {":most", limit}});
  } else {
    rows = database_.query(
        kListExecutions, {{":workspace_id", workspace.text()}, {":state", state}, {":before", from}, {":most", limit}});
  }
  std::vector<Execution> executions;
  for (Row& row : rows) {
    Stored listed = read_row(row);
    follow_newest(workspace, listed);
    executions.push_back(std::move(listed.execution));
  }
  return executions;
}

std::vector<ExecutionId> SqlExecutions::ended(const WorkspaceName& workspace, const workflow::WorkflowName& workflow,
                                              const workflow::EndPeriod& period, const std::string& before, int limit) {
  std::vector<ExecutionId> ids;
  for (Row& row :
       database_.query(kEndedExecutions, {{":workspace_id", workspace.text()},
                                          {":workflow", workflow.text()},
                                          {":before", before.empty() ? kAfterEveryId : std::string_view(before)},
                                          {":since", period.since.micros()},
                                          {":until", period.until.micros()},
                                          {":most", limit}})) {
    ids.push_back(execution_id(row.take_text()));
  }
  return ids;
}

std::vector<Execution> SqlExecutions::idle_since(const WorkspaceName& workspace, Timestamp cutoff, int limit) {
  const std::int64_t hour = cutoff.micros() / kMicrosPerHour;
  const std::int64_t* earliest = earliest_idle_.find(workspace.text());
  if (earliest != nullptr && *earliest > hour) return {};
  const auto stamp = earliest_idle_.stamp();
  std::vector<Execution> executions;
  for (Row& row : database_.query(
           kIdleExecutions,
           {{":workspace_id", workspace.text()}, {":hour", hour}, {":cutoff", cutoff.micros()}, {":most", limit}})) {
    if (auto execution = find(workspace, execution_id(row.take_text()))) executions.push_back(*std::move(execution));
  }
  if (executions.empty()) {
    std::vector<Row> rows = database_.query(kEarliestIdleHour, {{":workspace_id", workspace.text()}});
    constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
    earliest_idle_.keep(stamp, workspace.text(), rows.front().take_optional_integer().value_or(kNever));
  }
  return executions;
}

}  // namespace pianola::store
