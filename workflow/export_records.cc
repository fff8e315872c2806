#include "workflow/export_records.h"

#include <utility>

#include "workflow/record_reader.h"

namespace pianola::workflow {
namespace {

// Writes a member unless it says nothing.
void put_text(OrderedJson& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}
void put_count(OrderedJson& json, const char* name, std::int64_t count) {
  if (count != 0) json[name] = count;
}
void put_time(OrderedJson& json, const char* name, const std::optional<Timestamp>& time) {
  if (time) json[name] = time->iso8601();
}

void put_author(OrderedJson& json, const Author& author) {
  OrderedJson object = OrderedJson::object();
  put_text(object, "model", author.model);
  put_text(object, "client", author.client);
  put_text(object, "key", author.key);
  if (!object.empty()) json["author"] = std::move(object);
}

// Kept JSON text as what it says, or as a text where it would come back otherwise.
void put_kept_json(OrderedJson& json, const char* name, const std::string& kept) {
  if (kept.empty()) return;
  const Result<Json> value = parse_json(kept);
  const bool comes_back = value && value->is_structured() && dump_compact(*value) == kept;
  json[name] = comes_back ? OrderedJson(*value) : OrderedJson(kept);
}

std::string read_kept_json(RecordReader& reader, const char* name) {
  const Json* value = reader.find(name);
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : dump_compact(*value);
}

std::optional<Usage> read_usage(RecordReader& reader, const Json& json, const char* name) {
  const Result<Usage> usage = decode_sourced_usage(json);
  if (usage) return *usage;
  reader.note(name, usage.error().message);
  return std::nullopt;
}

OrderedJson encode_tokens(const TokenSums& tokens) {
  OrderedJson json = OrderedJson::object();
  put_count(json, "input", tokens.input);
  put_count(json, "cached_input", tokens.cached_input);
  put_count(json, "cache_write_5m", tokens.cache_write_5m);
  put_count(json, "cache_write_1h", tokens.cache_write_1h);
  put_count(json, "output", tokens.output);
  return json;
}

TokenSums read_tokens(RecordReader& reader, const char* name) {
  RecordReader tokens(reader.object_or_empty(name));
  const TokenSums sums{tokens.integer("input"), tokens.integer("cached_input"), tokens.integer("cache_write_5m"),
                       tokens.integer("cache_write_1h"), tokens.integer("output")};
  reader.note_if(tokens.refusal(), name);
  return sums;
}

// The counts of an account entry by their names, in the order of kEntryCounts.
constexpr const char* kCountNames[] = {"executions",
                                       "succeeded",
                                       "failed",
                                       "escalated",
                                       "abandoned",
                                       "unpriced",
                                       "without_price",
                                       "designed_escalations",
                                       "hand_ins",
                                       "accepted",
                                       "blocked",
                                       "adherence_micros",
                                       "adherence_known",
                                       "reported_records",
                                       "estimated_records",
                                       "tier_uncertain",
                                       "own_overhead_tokens"};
static_assert(std::size(kCountNames) == std::size(kEntryCounts));

void read_progress_of(RecordReader& reader, Execution& execution) {
  using enum OutcomeSource;
  if (const Json* output = reader.find("output")) execution.output = *output;
  execution.confidence = reader.real("confidence");
  execution.rationale = reader.text("rationale");
  execution.edge_case = reader.text("edge_case");
  execution.designed_escalation = reader.flag("designed_escalation");
  execution.handed_off = reader.flag("handed_off");
  execution.blocked = static_cast<int>(reader.integer("blocked"));
  execution.outcome_source = reader.one_of("outcome_source", {self_reported, checked, graded});
  for (const Json& each : reader.array_or_empty("finish_usage")) {
    if (const auto usage = read_usage(reader, each, "finish_usage")) execution.finish_usage.push_back(*usage);
  }
  execution.adherence = reader.real("adherence");
}

std::vector<InputFile> read_input_files(RecordReader& reader) {
  std::vector<InputFile> files;
  for (const Json& each : reader.array_or_empty("input_files")) {
    RecordReader file(each);
    const auto hash = file.made<Hash>("hash");
    std::string property = file.text("property");
    std::string path = file.text("path");
    const std::int64_t size = file.integer("size");
    reader.note_if(file.refusal(), "input_files");
    if (hash) files.push_back({std::move(property), std::move(path), size, *hash});
  }
  return files;
}

OrderedJson encode_occurrence(const Occurrence& occurrence) {
  OrderedJson json = {{"situation", occurrence.situation}};
  put_text(json, "what_was_done", occurrence.what_was_done);
  put_text(json, "suggestion", occurrence.suggestion);
  json["severity"] = to_string(occurrence.severity);
  put_text(json, "execution_id", occurrence.execution_id);
  put_text(json, "step", occurrence.step);
  put_author(json, occurrence.author);
  put_text(json, "idempotency_key", occurrence.idempotency_key);
  put_text(json, "arguments_hash", occurrence.arguments_hash);
  json["at"] = occurrence.at.iso8601();
  return json;
}

Occurrence read_occurrence_of(RecordReader& report, const Json& json, int seq) {
  RecordReader reader(json);
  Occurrence occurrence;
  occurrence.seq = seq;
  occurrence.situation = reader.text("situation");
  occurrence.what_was_done = reader.text("what_was_done");
  occurrence.suggestion = reader.text("suggestion");
  occurrence.severity = reader.one_of("severity", {Level::medium, Level::low, Level::high});
  occurrence.execution_id = reader.text("execution_id");
  occurrence.step = reader.text("step");
  occurrence.author = reader.author("author");
  occurrence.idempotency_key = reader.text("idempotency_key");
  occurrence.arguments_hash = reader.text("arguments_hash");
  occurrence.at = reader.time("at");
  report.note_if(reader.refusal(), "occurrences");
  return occurrence;
}

DesignCost read_design_cost(RecordReader& reader) {
  DesignCost cost;
  RecordReader given(reader.object_or_empty("design_cost"));
  if (given.find("given_nanos") != nullptr) cost.given = Money::from_nanos(given.integer("given_nanos"));
  if (const Json* usage = given.find("usage")) cost.usage = read_usage(reader, *usage, "design_cost");
  reader.note_if(given.refusal(), "design_cost");
  return cost;
}

}  // namespace

OrderedJson encode_version(const Version& version) {
  OrderedJson json = {{"workflow", version.name.text()},
                      {"version", version.number.text()},
                      {"status", to_string(version.status)},
                      {"hash", version.hash.text()}};
  if (version.base) json["base_version"] = version.base->text();
  put_text(json, "notes", version.notes);
  put_author(json, version.author);
  json["created_at"] = version.created_at.iso8601();
  put_time(json, "published_at", version.published_at);
  if (version.design_cost.given) json["design_cost"]["given_nanos"] = version.design_cost.given->nanos();
  if (version.design_cost.usage) json["design_cost"]["usage"] = encode_sourced_usage(*version.design_cost.usage);
  json["design"] = encode_design(version.design);
  return json;
}

Result<Version> decode_version(const Json& json) {
  using enum VersionStatus;
  RecordReader reader(json);
  const auto name = reader.made<WorkflowName>("workflow");
  const auto number = reader.made<SemVer>("version");
  const auto hash = reader.made<Hash>("hash");
  DecodedDesign design = decode_design(reader.object_or_empty("design"));
  if (!design.findings.empty()) reader.note("design", design.findings.front().message);
  Result<std::string> canonical = canonical_design(design.design);
  if (!canonical) reader.note("design", canonical.error().message);
  if (canonical && hash && Hash::of(*canonical) != *hash) reader.note("design", "it does not have the hash it should");
  if (!name || !number || !hash || !canonical) return refuse(*reader.refusal());
  Version version{.name = *name, .number = *number, .hash = *hash, .canonical = std::move(*canonical)};
  version.design = std::move(design.design);
  version.status = reader.one_of("status", {draft, published, retired});
  if (reader.find("base_version") != nullptr) version.base = reader.made<SemVer>("base_version");
  version.notes = reader.text("notes");
  version.author = reader.author("author");
  version.created_at = reader.time("created_at");
  version.published_at = reader.optional_time("published_at");
  version.design_cost = read_design_cost(reader);
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  return version;
}

OrderedJson encode_batch_item(const BatchItem& item) {
  OrderedJson json = {{"batch", item.batch}, {"item", item.item}, {"items", item.items}};
  if (!item.inputs.empty()) json["inputs"] = item.inputs;
  return json;
}

Result<BatchItem> decode_batch_item(const Json& json) {
  RecordReader reader(json);
  BatchItem item;
  item.batch = reader.text("batch");
  item.item = static_cast<int>(reader.integer("item"));
  item.items = static_cast<int>(reader.integer("items"));
  for (const Json& input : reader.array_or_empty("inputs")) item.inputs.push_back(input);
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  const bool is_first = !item.inputs.empty();
  if (item.item < 1 || item.item > item.items || (is_first && std::cmp_not_equal(item.inputs.size(), item.items))) {
    return refuse("bad_export",
                  "item " + std::to_string(item.item) + " is none of " + std::to_string(item.items) + ".");
  }
  return item;
}

OrderedJson encode_execution(const Execution& execution) {
  OrderedJson json = {{"execution", execution.id.text()},
                      {"workflow", execution.workflow.text()},
                      {"version", execution.version.text()},
                      {"mode", to_string(execution.mode)},
                      {"state", to_string(execution.state)}};
  put_text(json, "current_step", execution.current_step);
  put_text(json, "executor", execution.executor);
  put_author(json, execution.author);
  put_text(json, "idempotency_key", execution.idempotency_key);
  put_text(json, "arguments_hash", execution.arguments_hash);
  json["started_at"] = execution.started_at.iso8601();
  json["last_hand_in_at"] = execution.last_hand_in_at.iso8601();
  put_time(json, "ended_at", execution.ended_at);
  json["input"] = execution.input;
  for (const InputFile& file : execution.input_files) {
    json["input_files"].push_back(
        {{"property", file.property}, {"path", file.path}, {"size", file.size}, {"hash", file.hash.text()}});
  }
  if (execution.batch) json["batch"] = encode_batch_item(*execution.batch);
  put_text(json, "next_in_batch", execution.next_in_batch);
  if (execution.output) json["output"] = *execution.output;
  if (execution.confidence) json["confidence"] = *execution.confidence;
  put_text(json, "rationale", execution.rationale);
  put_text(json, "edge_case", execution.edge_case);
  if (execution.designed_escalation) json["designed_escalation"] = true;
  if (execution.handed_off) json["handed_off"] = true;
  put_count(json, "blocked", execution.blocked);
  if (execution.outcome_source != OutcomeSource::self_reported) {
    json["outcome_source"] = to_string(execution.outcome_source);
  }
  for (const Usage& usage : execution.finish_usage) json["finish_usage"].push_back(encode_sourced_usage(usage));
  if (execution.adherence) json["adherence"] = *execution.adherence;
  put_count(json, "rev", execution.rev);
  return json;
}

OrderedJson encode_told_canary(const ToldCanary& told) {
  OrderedJson json = {{"workflow", told.workflow.text()},
                      {"version", told.canary.version.text()},
                      {"percent", told.canary.percent},
                      {"started_at", told.canary.started_at.iso8601()}};
  if (told.canary.by_hand) json["by_hand"] = true;
  return json;
}

Result<ToldCanary> decode_told_canary(const Json& json) {
  RecordReader reader(json);
  const auto name = reader.made<WorkflowName>("workflow");
  const auto number = reader.made<SemVer>("version");
  if (!name || !number) return refuse(*reader.refusal());
  Canary canary{.version = *number, .percent = static_cast<int>(reader.integer("percent"))};
  canary.started_at = reader.time("started_at");
  canary.by_hand = reader.flag("by_hand");
  if (canary.percent < 1 || canary.percent > 99) reader.note("percent", "must be 1 to 99");
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  return ToldCanary{*name, canary};
}

Result<Execution> decode_execution(const Json& json) {
  using enum ExecutionState;
  RecordReader reader(json);
  const auto id = reader.made<ExecutionId>("execution");
  const auto name = reader.made<WorkflowName>("workflow");
  const auto number = reader.made<SemVer>("version");
  if (!id || !name || !number) return refuse(*reader.refusal());
  Execution execution{.id = *id, .workflow = *name, .version = *number};
  execution.mode = reader.one_of("mode", {Mode::guided, Mode::whole});
  execution.state = reader.one_of("state", {running, waiting, succeeded, failed, escalated, abandoned});
  execution.current_step = reader.text("current_step");
  execution.executor = reader.text("executor");
  execution.author = reader.author("author");
  execution.idempotency_key = reader.text("idempotency_key");
  execution.arguments_hash = reader.text("arguments_hash");
  execution.started_at = reader.time("started_at");
  execution.last_hand_in_at = reader.time("last_hand_in_at");
  execution.ended_at = reader.optional_time("ended_at");
  if (const Json* input = reader.find("input")) execution.input = *input;
  execution.input_files = read_input_files(reader);
  if (const Json* batch = reader.find("batch")) {
    Result<BatchItem> item = decode_batch_item(*batch);
    if (!item) return refuse(item.error());
    execution.batch = *std::move(item);
  }
  execution.next_in_batch = reader.text("next_in_batch");
  read_progress_of(reader, execution);
  execution.rev = reader.integer("rev");
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  return execution;
}

OrderedJson encode_hand_in(const HandIn& hand_in) {
  OrderedJson json = {{"hand_in", hand_in.seq}, {"step", hand_in.step}, {"result", to_string(hand_in.result)}};
  if (hand_in.outcome != HandInOutcome::done) json["outcome"] = to_string(hand_in.outcome);
  if (hand_in.visit != 1) json["visit"] = hand_in.visit;
  if (hand_in.attempt != 1) json["attempt"] = hand_in.attempt;
  put_text(json, "executor", hand_in.executor);
  json["at"] = hand_in.at.iso8601();
  put_kept_json(json, "output", hand_in.output);
  for (const BrokenRule& broken : hand_in.broken) {
    json["broken"].push_back({{"place", broken.place}, {"rule", broken.rule}});
  }
  put_text(json, "note", hand_in.note);
  put_text(json, "next", hand_in.next);
  if (!hand_in.passed_over.empty()) json["passed_over"] = hand_in.passed_over;
  put_text(json, "call_id", hand_in.call_id);
  put_text(json, "arguments_hash", hand_in.arguments_hash);
  if (hand_in.usage) json["usage"] = encode_sourced_usage(*hand_in.usage);
  return json;
}

Result<HandIn> decode_hand_in(const Json& json) {
  RecordReader reader(json);
  HandIn hand_in;
  hand_in.seq = static_cast<int>(reader.integer("hand_in"));
  hand_in.step = reader.text("step");
  hand_in.result = reader.one_of(
      "result", {HandInResult::accepted, HandInResult::refused, HandInResult::skipped, HandInResult::failed});
  hand_in.outcome = reader.one_of("outcome", {HandInOutcome::done, HandInOutcome::failed, HandInOutcome::skipped});
  if (reader.find("visit") != nullptr) hand_in.visit = static_cast<int>(reader.integer("visit"));
  if (reader.find("attempt") != nullptr) hand_in.attempt = static_cast<int>(reader.integer("attempt"));
  hand_in.executor = reader.text("executor");
  hand_in.at = reader.time("at");
  hand_in.output = read_kept_json(reader, "output");
  for (const Json& each : reader.array_or_empty("broken")) {
    RecordReader broken(each);
    std::string place = broken.text("place");
    hand_in.broken.push_back({std::move(place), broken.text("rule")});
    reader.note_if(broken.refusal(), "broken");
  }
  hand_in.note = reader.text("note");
  hand_in.next = reader.text("next");
  hand_in.passed_over = reader.texts("passed_over");
  hand_in.call_id = reader.text("call_id");
  hand_in.arguments_hash = reader.text("arguments_hash");
  if (const Json* usage = reader.find("usage")) hand_in.usage = read_usage(reader, *usage, "usage");
  if (hand_in.seq < 1) reader.note("hand_in", "must be 1 or more");
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  return hand_in;
}

OrderedJson encode_report(const ToldReport& told) {
  const EdgeCaseReport& report = told.report;
  OrderedJson json = {
      {"id", report.id.text()}, {"workflow", report.workflow.text()}, {"version", report.version.text()}};
  put_text(json, "step", report.step);
  json["situation"] = report.situation;
  json["severity"] = to_string(report.severity);
  json["status"] = to_string(report.status);
  put_text(json, "duplicate_of", report.duplicate_of);
  put_text(json, "reason", report.reason);
  put_text(json, "resolved_in", report.resolved_in);
  json["count"] = report.count;
  json["first_at"] = report.first_at.iso8601();
  json["last_at"] = report.last_at.iso8601();
  put_count(json, "rev", report.rev);
  json["occurrences"] = OrderedJson::array();
  for (const Occurrence& occurrence : told.occurrences) json["occurrences"].push_back(encode_occurrence(occurrence));
  return json;
}

Result<ToldReport> decode_report(const Json& json) {
  using enum ReportStatus;
  RecordReader reader(json);
  const auto id = reader.made<ReportId>("id");
  const auto name = reader.made<WorkflowName>("workflow");
  const auto number = reader.made<SemVer>("version");
  if (!id || !name || !number) return refuse(*reader.refusal());
  ToldReport told{EdgeCaseReport{.id = *id, .workflow = *name, .version = *number}, {}};
  EdgeCaseReport& report = told.report;
  report.step = reader.text("step");
  report.situation = reader.text("situation");
  report.severity = reader.one_of("severity", {Level::medium, Level::low, Level::high});
  report.status = reader.one_of("status", {open, accepted, rejected, duplicate, resolved});
  report.duplicate_of = reader.text("duplicate_of");
  report.reason = reader.text("reason");
  report.resolved_in = reader.text("resolved_in");
  report.count = static_cast<int>(reader.integer("count"));
  report.first_at = reader.time("first_at");
  report.last_at = reader.time("last_at");
  report.rev = reader.integer("rev");
  for (const Json& each : reader.array_or_empty("occurrences")) {
    told.occurrences.push_back(read_occurrence_of(reader, each, static_cast<int>(told.occurrences.size()) + 1));
  }
  if (told.occurrences.empty()) reader.note("occurrences", "must tell at least one");
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  return told;
}

OrderedJson encode_account_entry(const AccountEntry& entry) {
  OrderedJson json = {{"workflow", entry.key.workflow.text()},
                      {"version", entry.key.version.text()},
                      {"day", entry.key.day},
                      {"executor", entry.key.executor}};
  put_text(json, "model", entry.key.model);
  if (entry.key.escalation) json["escalation"] = true;
  put_count(json, "prompt_band", entry.key.prompt_band);
  for (std::size_t i = 0; i < std::size(kEntryCounts); ++i) put_count(json, kCountNames[i], entry.*kEntryCounts[i]);
  if (entry.tokens != TokenSums{}) json["tokens"] = encode_tokens(entry.tokens);
  if (entry.useful != TokenSums{}) json["useful"] = encode_tokens(entry.useful);
  put_count(json, "cost_nanos", entry.cost.nanos());
  put_count(json, "avoidable_nanos", entry.avoidable.nanos());
  return json;
}

Result<AccountEntry> decode_account_entry(const Json& json) {
  RecordReader reader(json);
  const auto name = reader.made<WorkflowName>("workflow");
  const auto number = reader.made<SemVer>("version");
  if (!name || !number) return refuse(*reader.refusal());
  AccountEntry entry{.key = {.workflow = *name, .version = *number}};
  entry.key.day = reader.text("day");
  if (const Result<Timestamp> day = Timestamp::from_date(entry.key.day); !day) reader.note("day", day.error().message);
  entry.key.executor = reader.text("executor");
  entry.key.model = reader.text("model");
  entry.key.escalation = reader.flag("escalation");
  entry.key.prompt_band = reader.integer("prompt_band");
  for (std::size_t i = 0; i < std::size(kEntryCounts); ++i) entry.*kEntryCounts[i] = reader.integer(kCountNames[i]);
  entry.tokens = read_tokens(reader, "tokens");
  entry.useful = read_tokens(reader, "useful");
  entry.cost = Money::from_nanos(reader.integer("cost_nanos"));
  entry.avoidable = Money::from_nanos(reader.integer("avoidable_nanos"));
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  return entry;
}

Json booked_json(const std::vector<AccountEntry>& entries) {
  Json booked = Json::array();
  for (const AccountEntry& entry : entries) booked.push_back(Json(encode_account_entry(entry)));
  return booked;
}

Result<std::vector<AccountEntry>> booked_by(const AuditEntry& entry) {
  std::vector<AccountEntry> entries;
  // Most entries book nothing, and are not worth parsing.
  if (entry.body.find("\"booked\"") == std::string::npos) return entries;
  const Result<Json> body = parse_json(entry.body);
  if (!body) return refuse(body.error());
  const auto booked = body->find("booked");
  if (booked == body->end()) return entries;
  for (const Json& each : *booked) {
    Result<AccountEntry> one = decode_account_entry(each);
    if (!one) return refuse(one.error());
    entries.push_back(std::move(*one));
  }
  return entries;
}

OrderedJson encode_audit_entry(const AuditEntry& entry) {
  OrderedJson json = {{"chain", entry.chain}, {"seq", entry.seq}, {"at", entry.at.iso8601()}, {"action", entry.action}};
  put_author(json, entry.author);
  put_kept_json(json, "body", entry.body);
  put_kept_json(json, "rows", entry.rows);
  json["hash"] = entry.hash;
  return json;
}

Result<AuditEntry> decode_audit_entry(const Json& json) {
  RecordReader reader(json);
  AuditEntry entry;
  entry.chain = reader.text("chain");
  entry.seq = reader.integer("seq");
  entry.at = reader.time("at");
  entry.action = reader.text("action");
  entry.author = reader.author("author");
  entry.body = read_kept_json(reader, "body");
  entry.rows = read_kept_json(reader, "rows");
  entry.hash = reader.text("hash");
  if (entry.chain.empty()) reader.note("chain", "is missing");
  if (const auto refusal = reader.refusal()) return refuse(*refusal);
  return entry;
}

}  // namespace pianola::workflow
