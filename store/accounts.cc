// Account entries and step tallies in SQL, appended as deltas and folded into sums now and then; and a workspace's own
// prices. Sums are made by the database, in one statement each.
#include <map>
#include <utility>

#include "store/codec.h"
#include "store/sql_store.h"
#include "workflow/audit_change.h"

namespace pianola::store {
namespace {

using workflow::AccountEntry;
using workflow::ModelPrice;
using workflow::StepRefusals;
using workflow::WorkspaceName;

constexpr Statement kInsertDelta{R"(
  INSERT INTO account_deltas (
    workspace_id, delta_id, workflow, version, day, executor, model, escalation, prompt_band, executions, succeeded,
    failed, escalated, abandoned, unpriced, without_price, designed_escalations, hand_ins, accepted, blocked,
    adherence_micros,
    adherence_known, reported_records, estimated_records, tier_uncertain, input, cached_input,
    cache_write_5m, cache_write_1h, output, useful_input, useful_cached_input,
    useful_cache_write_5m, useful_cache_write_1h, useful_output, cost_nanos, avoidable_nanos,
    own_overhead_tokens)
  VALUES (
    :workspace_id, :delta_id, :workflow, :version, :day, :executor, :model, :escalation, :prompt_band, :executions,
    :succeeded, :failed, :escalated, :abandoned, :unpriced, :without_price, :designed_escalations, :hand_ins,
    :accepted, :blocked,
    :adherence_micros, :adherence_known, :reported_records, :estimated_records, :tier_uncertain, :input,
    :cached_input, :cache_write_5m, :cache_write_1h, :output, :useful_input,
    :useful_cached_input, :useful_cache_write_5m, :useful_cache_write_1h, :useful_output,
    :cost_nanos, :avoidable_nanos, :own_overhead_tokens))"};

constexpr Statement kFoldDeltas{R"(
  INSERT INTO account_sums (
    workspace_id, workflow, version, day, executor, model, escalation, prompt_band, executions, succeeded,
    failed, escalated, abandoned, unpriced, without_price, designed_escalations, hand_ins, accepted, blocked,
    adherence_micros,
    adherence_known, reported_records, estimated_records, tier_uncertain, input, cached_input,
    cache_write_5m, cache_write_1h, output, useful_input, useful_cached_input,
    useful_cache_write_5m, useful_cache_write_1h, useful_output, cost_nanos, avoidable_nanos,
    own_overhead_tokens)
  SELECT workspace_id, workflow, version, day, executor, model, escalation, prompt_band, sum(executions),
         sum(succeeded), sum(failed), sum(escalated), sum(abandoned), sum(unpriced),
         sum(without_price), sum(designed_escalations), sum(hand_ins), sum(accepted), sum(blocked),
         sum(adherence_micros),
         sum(adherence_known), sum(reported_records), sum(estimated_records), sum(tier_uncertain), sum(input),
         sum(cached_input), sum(cache_write_5m), sum(cache_write_1h), sum(output),
         sum(useful_input), sum(useful_cached_input), sum(useful_cache_write_5m),
         sum(useful_cache_write_1h), sum(useful_output), sum(cost_nanos), sum(avoidable_nanos),
         sum(own_overhead_tokens)
  FROM account_deltas
  WHERE workspace_id = :workspace_id
  GROUP BY workspace_id, workflow, version, day, executor, model, escalation, prompt_band
  ON CONFLICT (workspace_id, workflow, version, day, executor, model, escalation, prompt_band) DO UPDATE SET
    executions = account_sums.executions + excluded.executions,
    succeeded = account_sums.succeeded + excluded.succeeded,
    failed = account_sums.failed + excluded.failed,
    escalated = account_sums.escalated + excluded.escalated,
    abandoned = account_sums.abandoned + excluded.abandoned,
    unpriced = account_sums.unpriced + excluded.unpriced,
    without_price = account_sums.without_price + excluded.without_price,
    designed_escalations = account_sums.designed_escalations + excluded.designed_escalations,
    hand_ins = account_sums.hand_ins + excluded.hand_ins,
    accepted = account_sums.accepted + excluded.accepted,
    blocked = account_sums.blocked + excluded.blocked,
    adherence_micros = account_sums.adherence_micros + excluded.adherence_micros,
    adherence_known = account_sums.adherence_known + excluded.adherence_known,
    reported_records = account_sums.reported_records + excluded.reported_records,
    estimated_records = account_sums.estimated_records + excluded.estimated_records,
    tier_uncertain = account_sums.tier_uncertain + excluded.tier_uncertain,
    input = account_sums.input + excluded.input,
    cached_input = account_sums.cached_input + excluded.cached_input,
    cache_write_5m = account_sums.cache_write_5m + excluded.cache_write_5m,
    cache_write_1h = account_sums.cache_write_1h + excluded.cache_write_1h,
    output = account_sums.output + excluded.output,
    useful_input = account_sums.useful_input + excluded.useful_input,
    useful_cached_input = account_sums.useful_cached_input + excluded.useful_cached_input,
    useful_cache_write_5m = account_sums.useful_cache_write_5m + excluded.useful_cache_write_5m,
    useful_cache_write_1h = account_sums.useful_cache_write_1h + excluded.useful_cache_write_1h,
    useful_output = account_sums.useful_output + excluded.useful_output,
    cost_nanos = account_sums.cost_nanos + excluded.cost_nanos,
    avoidable_nanos = account_sums.avoidable_nanos + excluded.avoidable_nanos,
    own_overhead_tokens = account_sums.own_overhead_tokens + excluded.own_overhead_tokens)"};

constexpr Statement kDeleteDeltas{"DELETE FROM account_deltas WHERE workspace_id = :workspace_id"};

constexpr Statement kReadEntries{R"(
  SELECT workflow, version, day, executor, model, escalation, prompt_band, executions,
         succeeded, failed, escalated, abandoned, unpriced, without_price, designed_escalations, hand_ins,
         accepted, blocked,
         adherence_micros, adherence_known, reported_records, estimated_records, tier_uncertain, input,
         cached_input, cache_write_5m, cache_write_1h, output, useful_input,
         useful_cached_input, useful_cache_write_5m, useful_cache_write_1h, useful_output,
         cost_nanos, avoidable_nanos, own_overhead_tokens
  FROM account_sums
  WHERE workspace_id = :workspace_id
    AND day >= :since AND (:until = '' OR day < :until)
  UNION ALL
  SELECT workflow, version, day, executor, model, escalation, prompt_band, executions,
         succeeded, failed, escalated, abandoned, unpriced, without_price, designed_escalations, hand_ins,
         accepted, blocked,
         adherence_micros, adherence_known, reported_records, estimated_records, tier_uncertain, input,
         cached_input, cache_write_5m, cache_write_1h, output, useful_input,
         useful_cached_input, useful_cache_write_5m, useful_cache_write_1h, useful_output,
         cost_nanos, avoidable_nanos, own_overhead_tokens
  FROM account_deltas
  WHERE workspace_id = :workspace_id
    AND day >= :since AND (:until = '' OR day < :until))"};

constexpr Statement kReadEntriesOfWorkflow{R"(
  SELECT workflow, version, day, executor, model, escalation, prompt_band, executions,
         succeeded, failed, escalated, abandoned, unpriced, without_price, designed_escalations, hand_ins,
         accepted, blocked,
         adherence_micros, adherence_known, reported_records, estimated_records, tier_uncertain, input,
         cached_input, cache_write_5m, cache_write_1h, output, useful_input,
         useful_cached_input, useful_cache_write_5m, useful_cache_write_1h, useful_output,
         cost_nanos, avoidable_nanos, own_overhead_tokens
  FROM account_sums
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND (:version = '' OR version = :version)
    AND day >= :since AND (:until = '' OR day < :until)
  UNION ALL
  SELECT workflow, version, day, executor, model, escalation, prompt_band, executions,
         succeeded, failed, escalated, abandoned, unpriced, without_price, designed_escalations, hand_ins,
         accepted, blocked,
         adherence_micros, adherence_known, reported_records, estimated_records, tier_uncertain, input,
         cached_input, cache_write_5m, cache_write_1h, output, useful_input,
         useful_cached_input, useful_cache_write_5m, useful_cache_write_1h, useful_output,
         cost_nanos, avoidable_nanos, own_overhead_tokens
  FROM account_deltas
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND (:version = '' OR version = :version)
    AND day >= :since AND (:until = '' OR day < :until))"};

constexpr Statement kFoldTallies{R"(
  INSERT INTO step_tallies (workspace_id, workflow, version, step, executor, hand_ins, refused, failed, skipped)
  SELECT workspace_id, workflow, version, step, executor, sum(hand_ins), sum(refused), sum(failed), sum(skipped)
  FROM step_tally_deltas
  WHERE workspace_id = :workspace_id
  GROUP BY workspace_id, workflow, version, step, executor
  ON CONFLICT (workspace_id, workflow, version, step, executor) DO UPDATE SET
    hand_ins = step_tallies.hand_ins + excluded.hand_ins,
    refused = step_tallies.refused + excluded.refused,
    failed = step_tallies.failed + excluded.failed,
    skipped = step_tallies.skipped + excluded.skipped)"};

constexpr Statement kDeleteTallyDeltas{"DELETE FROM step_tally_deltas WHERE workspace_id = :workspace_id"};

constexpr Statement kReadTallies{R"(
  SELECT step, executor, hand_ins, refused, failed, skipped
  FROM step_tallies
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version
  UNION ALL
  SELECT step, executor, hand_ins, refused, failed, skipped
  FROM step_tally_deltas
  WHERE workspace_id = :workspace_id AND workflow = :workflow AND version = :version)"};

constexpr Statement kCountDeltas{R"(
  SELECT count(*) FROM (SELECT 1 FROM account_deltas WHERE workspace_id = :workspace_id LIMIT :most) AS some_deltas)"};

constexpr Statement kSetPrice{R"(
  INSERT INTO prices (workspace_id, model, valid_from, price)
  VALUES (:workspace_id, :model, :valid_from, :price)
  ON CONFLICT (workspace_id, model, valid_from) DO UPDATE SET price = excluded.price)"};

constexpr Statement kRemovePrice{R"(
  DELETE FROM prices WHERE workspace_id = :workspace_id AND model = :model AND valid_from = :valid_from)"};

constexpr Statement kReadPrices{R"(
  SELECT price FROM prices WHERE workspace_id = :workspace_id ORDER BY model, valid_from)"};

constexpr Statement kSealedPrices{R"(
  SELECT model, valid_from, price FROM prices WHERE workspace_id = :workspace_id)"};

constexpr Statement kAccountStatements[] = {
    kInsertDelta, kFoldDeltas,  kDeleteDeltas, kReadEntries, kReadEntriesOfWorkflow, kFoldTallies, kDeleteTallyDeltas,
    kReadTallies, kCountDeltas, kSetPrice,     kReadPrices,  kRemovePrice,           kSealedPrices};

constexpr int kLookEvery = 16;  // appends between two looks at how many deltas there are

AccountEntry read_entry(Row& row) {
  workflow::WorkflowName name = stored_name(row.take_text());
  AccountEntry entry{.key = {.workflow = std::move(name), .version = stored_version_number(row.take_text())}};
  entry.key.day = row.take_text();
  entry.key.executor = row.take_text();
  entry.key.model = row.take_text();
  entry.key.escalation = row.take_integer() != 0;
  entry.key.prompt_band = row.take_integer();
  entry.executions = row.take_integer();
  entry.succeeded = row.take_integer();
  entry.failed = row.take_integer();
  entry.escalated = row.take_integer();
  entry.abandoned = row.take_integer();
  entry.unpriced = row.take_integer();
  entry.without_price = row.take_integer();
  entry.designed_escalations = row.take_integer();
  entry.hand_ins = row.take_integer();
  entry.accepted = row.take_integer();
  entry.blocked = row.take_integer();
  entry.adherence_micros = row.take_integer();
  entry.adherence_known = row.take_integer();
  entry.reported_records = row.take_integer();
  entry.estimated_records = row.take_integer();
  entry.tier_uncertain = row.take_integer();
  entry.tokens.input = row.take_integer();
  entry.tokens.cached_input = row.take_integer();
  entry.tokens.cache_write_5m = row.take_integer();
  entry.tokens.cache_write_1h = row.take_integer();
  entry.tokens.output = row.take_integer();
  entry.useful.input = row.take_integer();
  entry.useful.cached_input = row.take_integer();
  entry.useful.cache_write_5m = row.take_integer();
  entry.useful.cache_write_1h = row.take_integer();
  entry.useful.output = row.take_integer();
  entry.cost = workflow::Money::from_nanos(row.take_integer());
  entry.avoidable = workflow::Money::from_nanos(row.take_integer());
  entry.own_overhead_tokens = row.take_integer();
  return entry;
}

}  // namespace

std::span<const Statement> account_statements() { return kAccountStatements; }

void SqlAccounts::append(const WorkspaceName& workspace, const std::vector<AccountEntry>& entries) {
  for (const AccountEntry& entry : entries) {
    database_.execute(kInsertDelta, {{":workspace_id", workspace.text()},
                                     {":delta_id", ids_.next_uuid()},
                                     {":workflow", entry.key.workflow.text()},
                                     {":version", entry.key.version.text()},
                                     {":day", entry.key.day},
                                     {":executor", entry.key.executor},
                                     {":model", entry.key.model},
                                     {":escalation", entry.key.escalation ? 1 : 0},
                                     {":prompt_band", entry.key.prompt_band},
                                     {":executions", entry.executions},
                                     {":succeeded", entry.succeeded},
                                     {":failed", entry.failed},
                                     {":escalated", entry.escalated},
                                     {":abandoned", entry.abandoned},
                                     {":unpriced", entry.unpriced},
                                     {":without_price", entry.without_price},
                                     {":designed_escalations", entry.designed_escalations},
                                     {":hand_ins", entry.hand_ins},
                                     {":accepted", entry.accepted},
                                     {":blocked", entry.blocked},
                                     {":adherence_micros", entry.adherence_micros},
                                     {":adherence_known", entry.adherence_known},
                                     {":reported_records", entry.reported_records},
                                     {":estimated_records", entry.estimated_records},
                                     {":tier_uncertain", entry.tier_uncertain},
                                     {":input", entry.tokens.input},
                                     {":cached_input", entry.tokens.cached_input},
                                     {":cache_write_5m", entry.tokens.cache_write_5m},
                                     {":cache_write_1h", entry.tokens.cache_write_1h},
                                     {":output", entry.tokens.output},
                                     {":useful_input", entry.useful.input},
                                     {":useful_cached_input", entry.useful.cached_input},
                                     {":useful_cache_write_5m", entry.useful.cache_write_5m},
                                     {":useful_cache_write_1h", entry.useful.cache_write_1h},
                                     {":useful_output", entry.useful.output},
                                     {":cost_nanos", entry.cost.nanos()},
                                     {":avoidable_nanos", entry.avoidable.nanos()},
                                     {":own_overhead_tokens", entry.own_overhead_tokens}});
  }
  fold_if_many(workspace);
}

void SqlAccounts::fold_if_many(const WorkspaceName& workspace) {
  if (appended_++ % kLookEvery != 0) return;
  const std::int64_t unfolded =
      database_.query(kCountDeltas, {{":workspace_id", workspace.text()}, {":most", kFoldAfter}})
          .front()
          .take_integer();
  if (unfolded < kFoldAfter) return;
  for (const Statement& statement : {kFoldDeltas, kDeleteDeltas, kFoldTallies, kDeleteTallyDeltas}) {
    database_.execute(statement, {{":workspace_id", workspace.text()}});
  }
}

std::vector<AccountEntry> SqlAccounts::entries(const WorkspaceName& workspace, const workflow::AccountFilter& filter) {
  std::vector<Row> rows;
  if (filter.workflow) {
    rows =
        database_.query(kReadEntriesOfWorkflow, {{":workspace_id", workspace.text()},
                                                 {":workflow", filter.workflow->text()},
                                                 {":version", filter.version ? filter.version->text() : std::string()},
                                                 {":since", filter.since_day},
                                                 {":until", filter.until_day}});
  } else {
    rows = database_.query(
        kReadEntries,
        {{":workspace_id", workspace.text()}, {":since", filter.since_day}, {":until", filter.until_day}});
  }
  std::vector<AccountEntry> entries;
  entries.reserve(rows.size());
  for (Row& row : rows) entries.push_back(read_entry(row));
  return entries;
}

std::vector<StepRefusals> SqlAccounts::refusals(const WorkspaceName& workspace, const workflow::WorkflowName& workflow,
                                                workflow::SemVer version) {
  std::map<std::pair<std::string, std::string>, StepRefusals> by_step;
  for (Row& row : database_.query(
           kReadTallies,
           {{":workspace_id", workspace.text()}, {":workflow", workflow.text()}, {":version", version.text()}})) {
    const std::string step = row.take_text();
    const std::string executor = row.take_text();
    StepRefusals& sum = by_step[{step, executor}];
    sum.step = step;
    sum.executor = executor;
    sum.hand_ins += row.take_integer();
    sum.refused += row.take_integer();
    sum.failed += row.take_integer();
    sum.skipped += row.take_integer();
  }
  std::vector<StepRefusals> refusals;
  for (auto& [key, sum] : by_step) refusals.push_back(std::move(sum));
  return refusals;
}

void SqlAccounts::set_price(const WorkspaceName& workspace, const ModelPrice& price) {
  const std::string text = dump_compact(workflow::encode_price(price));
  database_.execute(kSetPrice, {{":workspace_id", workspace.text()},
                                {":model", price.model},
                                {":valid_from", price.valid_from.micros()},
                                {":price", text}});
  const std::string from = std::to_string(price.valid_from.micros());
  seals_.note(workspace.text(), std::string(workflow::kWorkspaceChain), "prices/" + price.model + "/" + from,
              seal_of({text}));
  prices_.forget_all();
}

SealedRows sealed_price_rows(Database& database, std::string_view workspace) {
  SealedRows rows;
  for (Row& row : database.query(kSealedPrices, {{":workspace_id", workspace}})) {
    const std::string model = row.take_text();
    const std::string from = std::to_string(row.take_integer());
    rows["prices/" + model + "/" + from] = seal_of_rest(row);
  }
  return rows;
}

void SqlAccounts::remove_price(const WorkspaceName& workspace, const std::string& model, Timestamp valid_from) {
  database_.execute(kRemovePrice,
                    {{":workspace_id", workspace.text()}, {":model", model}, {":valid_from", valid_from.micros()}});
  seals_.note_removed(workspace.text(), std::string(workflow::kWorkspaceChain),
                      "prices/" + model + "/" + std::to_string(valid_from.micros()));
  prices_.forget_all();
}

std::vector<ModelPrice> SqlAccounts::prices(const WorkspaceName& workspace) {
  if (const auto* known = prices_.find(workspace.text())) return *known;
  const auto stamp = prices_.stamp();
  std::vector<ModelPrice> prices;
  for (Row& row : database_.query(kReadPrices, {{":workspace_id", workspace.text()}})) {
    const std::string text = row.take_text();
    prices.push_back(stored(workflow::decode_price(stored_json(text)), "price", text));
  }
  prices_.keep(stamp, workspace.text(), prices);
  return prices;
}

}  // namespace pianola::store
