// Executions in SQL with their hand-ins. A hand-in writes few pages: the execution's small row, the hand-in's, and its
// audit entry; what an index holds changes seldom.
#include <algorithm>
#include <map>
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"

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
                          current_step, progress)
  VALUES (:workspace_id, :execution_id, :workflow, :version, :mode, :state, :executor, :author_key,
          :idempotency_key, :started_at, :last_hand_in_at, :ended_at, :idle_hour, 0, :rev, :current_step, :progress))"};

constexpr Statement kInsertStart{R"(
  INSERT INTO execution_starts (workspace_id, execution_id, author, arguments_hash, input, input_files)
  VALUES (:workspace_id, :execution_id, :author, :arguments_hash, :input, :input_files))"};

constexpr Statement kUpdateExecution{R"(
  UPDATE executions
  SET state = :state, last_hand_in_at = :last_hand_in_at, ended_at = :ended_at, rev = rev + 1,
      current_step = :current_step, progress = :progress
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND rev = :rev)"};

// Apart from the update above, because a changed column of an index writes that index, too.
constexpr Statement kSetIdleHour{R"(
  UPDATE executions SET idle_hour = :idle_hour
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND coalesce(idle_hour, -1) <> :or_none)"};

constexpr Statement kSetTallied{R"(
  UPDATE executions SET tallied_seq = :tallied_seq
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};

constexpr Statement kStoredSeqs{R"(
  SELECT tallied_seq, (SELECT coalesce(max(seq), 0) FROM hand_ins
                       WHERE workspace_id = :workspace_id AND execution_id = :execution_id)
  FROM executions
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};

constexpr Statement kInsertHandIn{R"(
  INSERT INTO hand_ins (workspace_id, execution_id, seq, step, result, executor, handed_in_at, details, output)
  VALUES (:workspace_id, :execution_id, :seq, :step, :result, :executor, :handed_in_at, :details, :output))"};

constexpr Statement kReadHandIns{R"(
  SELECT seq, step, result, executor, handed_in_at, details, output
  FROM hand_ins
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id
  ORDER BY seq)"};

constexpr Statement kInsertTallyDelta{R"(
  INSERT INTO step_tally_deltas (workspace_id, delta_id, workflow, version, step, executor, hand_ins, refused, failed,
                                 skipped)
  VALUES (:workspace_id, :delta_id, :workflow, :version, :step, :executor, :hand_ins, :refused, :failed, :skipped))"};

constexpr Statement kFindExecution{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, progress, author, arguments_hash, input, input_files
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};

constexpr Statement kFindExecutionByKey{R"(
  SELECT execution_id FROM executions
  WHERE workspace_id = :workspace_id AND idempotency_key = :idempotency_key AND idempotency_key <> '')"};

constexpr Statement kListExecutions{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, progress, author, arguments_hash, input, input_files
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND execution_id < :before
    AND (:state = '' OR state = :state)
  ORDER BY execution_id DESC
  LIMIT :most)"};

constexpr Statement kListExecutionsOfWorkflow{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, progress, author, arguments_hash, input, input_files
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND execution_id < :before
    AND (:version = '' OR version = :version) AND (:state = '' OR state = :state)
    AND (:author_key = '' OR author_key = :author_key)
  ORDER BY execution_id DESC
  LIMIT :most)"};

constexpr Statement kListExecutionsOfAuthor{R"(
  SELECT execution_id, workflow, version, mode, state, current_step, executor, idempotency_key, started_at,
         last_hand_in_at, ended_at, rev, progress, author, arguments_hash, input, input_files
  FROM executions JOIN execution_starts USING (workspace_id, execution_id)
  WHERE workspace_id = :workspace_id AND author_key = :author_key AND author_key <> '' AND execution_id < :before
    AND (:state = '' OR state = :state)
  ORDER BY execution_id DESC
  LIMIT :most)"};

constexpr Statement kIdleExecutions{R"(
  SELECT execution_id FROM executions
  WHERE workspace_id = :workspace_id AND idle_hour IS NOT NULL AND idle_hour <= :hour
    AND last_hand_in_at < :cutoff
  ORDER BY idle_hour
  LIMIT :most)"};

constexpr Statement kExecutionStatements[] = {kInsertExecution,
                                              kInsertStart,
                                              kUpdateExecution,
                                              kSetIdleHour,
                                              kSetTallied,
                                              kStoredSeqs,
                                              kInsertHandIn,
                                              kReadHandIns,
                                              kInsertTallyDelta,
                                              kFindExecution,
                                              kFindExecutionByKey,
                                              kListExecutions,
                                              kListExecutionsOfWorkflow,
                                              kListExecutionsOfAuthor,
                                              kIdleExecutions};

constexpr std::int64_t kMicrosPerHour = 3600 * kMicrosPerSecond;
constexpr std::string_view kAfterEveryId = "~";

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

Execution read_execution(Row& row) {
  const std::string id = row.take_text();
  workflow::WorkflowName name = stored_name(row.take_text());
  const workflow::SemVer version = stored_version_number(row.take_text());
  Execution execution{
      .id = stored(ExecutionId::parse(id), "execution id", id), .workflow = std::move(name), .version = version};
  execution.mode = stored_mode(row.take_text());
  execution.state = stored_state(row.take_text());
  execution.current_step = row.take_text();
  execution.executor = row.take_text();
  execution.idempotency_key = row.take_text();
  execution.started_at = Timestamp::from_micros(row.take_integer());
  execution.last_hand_in_at = Timestamp::from_micros(row.take_integer());
  if (const auto ended = row.take_optional_integer()) execution.ended_at = Timestamp::from_micros(*ended);
  execution.rev = row.take_integer();
  read_progress(row.take_text(), execution);
  execution.author = stored_author(row.take_text());
  execution.arguments_hash = row.take_text();
  execution.input = stored_json(row.take_text());
  execution.input_files = stored_input_files(row.take_text());
  return execution;
}

HandIn read_hand_in(Row& row) {
  HandIn hand_in;
  hand_in.seq = static_cast<int>(row.take_integer());
  hand_in.step = row.take_text();
  hand_in.result = stored_hand_in_result(row.take_text());
  hand_in.executor = row.take_text();
  hand_in.at = Timestamp::from_micros(row.take_integer());
  read_hand_in_details(row.take_text(), hand_in);
  hand_in.output = row.take_text();
  return hand_in;
}

}  // namespace

std::span<const Statement> execution_statements() { return kExecutionStatements; }

void SqlExecutions::insert(const WorkspaceName& workspace, const Execution& execution) {
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
                                       {":rev", execution.rev},
                                       {":current_step", execution.current_step},
                                       {":progress", progress_text(execution)}});
  database_.execute(kInsertStart, {{":workspace_id", workspace.text()},
                                   {":execution_id", execution.id.text()},
                                   {":author", author_text(execution.author)},
                                   {":arguments_hash", execution.arguments_hash},
                                   {":input", dump_compact(execution.input)},
                                   {":input_files", input_files_text(execution.input_files)}});
  insert_hand_ins(workspace, execution, 0);
  if (!can_idle(execution)) tally_hand_ins(workspace, execution, 0);
}

bool SqlExecutions::update(const WorkspaceName& workspace, Execution& execution) {
  const std::int64_t changed =
      database_.execute(kUpdateExecution, {{":state", to_string(execution.state)},
                                           {":last_hand_in_at", execution.last_hand_in_at.micros()},
                                           {":ended_at", ended_micros(execution)},
                                           {":current_step", execution.current_step},
                                           {":progress", progress_text(execution)},
                                           {":workspace_id", workspace.text()},
                                           {":execution_id", execution.id.text()},
                                           {":rev", execution.rev}});
  if (changed == 0) return false;
  ++execution.rev;
  database_.execute(kSetIdleHour, {{":workspace_id", workspace.text()},
                                   {":execution_id", execution.id.text()},
                                   {":idle_hour", idle_hour(execution)},
                                   {":or_none", idle_hour(execution).value_or(-1)}});
  std::vector<Row> rows =
      database_.query(kStoredSeqs, {{":workspace_id", workspace.text()}, {":execution_id", execution.id.text()}});
  const int tallied = static_cast<int>(rows.front().take_integer());
  insert_hand_ins(workspace, execution, static_cast<int>(rows.front().take_integer()));
  if (!can_idle(execution)) tally_hand_ins(workspace, execution, tallied);
  return true;
}

void SqlExecutions::insert_hand_ins(const WorkspaceName& workspace, const Execution& execution, int after) {
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.seq <= after) continue;
    database_.execute(kInsertHandIn, {{":workspace_id", workspace.text()},
                                      {":execution_id", execution.id.text()},
                                      {":seq", hand_in.seq},
                                      {":step", hand_in.step},
                                      {":result", to_string(hand_in.result)},
                                      {":executor", hand_in.executor},
                                      {":handed_in_at", hand_in.at.micros()},
                                      {":details", hand_in_details_text(hand_in)},
                                      {":output", hand_in.output}});
  }
}

// An ended execution's hand-ins are counted by step and executor; a revived one's later ones at its next end.
void SqlExecutions::tally_hand_ins(const WorkspaceName& workspace, const Execution& execution, int after) {
  std::map<std::pair<std::string, std::string>, workflow::StepRefusals> tallies;
  int last = after;
  for (const HandIn& hand_in : execution.hand_ins) {
    if (hand_in.seq <= after) continue;
    last = std::max(last, hand_in.seq);
    workflow::StepRefusals& tally = tallies[{hand_in.step, hand_in.executor}];
    ++tally.hand_ins;
    tally.refused += hand_in.result == HandInResult::refused ? 1 : 0;
    tally.failed += hand_in.result == HandInResult::failed ? 1 : 0;
    tally.skipped += hand_in.result == HandInResult::skipped ? 1 : 0;
  }
  if (last == after) return;
  for (const auto& [step_and_executor, tally] : tallies) {
    database_.execute(kInsertTallyDelta, {{":workspace_id", workspace.text()},
                                          {":delta_id", ids_.next_uuid()},
                                          {":workflow", execution.workflow.text()},
                                          {":version", execution.version.text()},
                                          {":step", step_and_executor.first},
                                          {":executor", step_and_executor.second},
                                          {":hand_ins", tally.hand_ins},
                                          {":refused", tally.refused},
                                          {":failed", tally.failed},
                                          {":skipped", tally.skipped}});
  }
  database_.execute(
      kSetTallied,
      {{":workspace_id", workspace.text()}, {":execution_id", execution.id.text()}, {":tallied_seq", last}});
}

std::optional<Execution> SqlExecutions::find(const WorkspaceName& workspace, const ExecutionId& id) {
  const ReadScope scope(database_);
  std::vector<Row> rows =
      database_.query(kFindExecution, {{":workspace_id", workspace.text()}, {":execution_id", id.text()}});
  if (rows.empty()) return std::nullopt;
  Execution execution = read_execution(rows.front());
  read_hand_ins(workspace, execution);
  return execution;
}

void SqlExecutions::read_hand_ins(const WorkspaceName& workspace, Execution& execution) {
  for (Row& row :
       database_.query(kReadHandIns, {{":workspace_id", workspace.text()}, {":execution_id", execution.id.text()}})) {
    execution.hand_ins.push_back(read_hand_in(row));
  }
}

std::optional<Execution> SqlExecutions::find_by_key(const WorkspaceName& workspace, const std::string& key) {
  if (key.empty()) return std::nullopt;
  const ReadScope scope(database_);
  std::vector<Row> rows =
      database_.query(kFindExecutionByKey, {{":workspace_id", workspace.text()}, {":idempotency_key", key}});
  if (rows.empty()) return std::nullopt;
  const std::string id = rows.front().take_text();
  return find(workspace, stored(ExecutionId::parse(id), "execution id", id));
}

std::vector<Execution> SqlExecutions::list(const WorkspaceName& workspace, const workflow::ExecutionFilter& filter,
                                           const std::string& before, int limit) {
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
  for (Row& row : rows) executions.push_back(read_execution(row));
  return executions;
}

std::vector<Execution> SqlExecutions::idle_since(const WorkspaceName& workspace, Timestamp cutoff, int limit) {
  const ReadScope scope(database_);
  std::vector<Execution> executions;
  for (Row& row : database_.query(kIdleExecutions, {{":workspace_id", workspace.text()},
                                                    {":hour", cutoff.micros() / kMicrosPerHour},
                                                    {":cutoff", cutoff.micros()},
                                                    {":most", limit}})) {
    const std::string id = row.take_text();
    if (auto execution = find(workspace, stored(ExecutionId::parse(id), "execution id", id))) {
      executions.push_back(*std::move(execution));
    }
  }
  return executions;
}

}  // namespace pianola::store
