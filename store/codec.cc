#include "store/codec.h"

#include "base/json_text.h"
#include "base/list_text.h"

namespace pianola::store {
namespace {

using workflow::Usage;

// Writes a field unless it says nothing.
void put(OrderedJson& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

void put(ObjectText& text, const char* name, const std::string& value) {
  if (!value.empty()) text.add(name, value);
}

std::string text_of(const Json& json, const char* name) { return json.value(name, std::string()); }

Usage stored_usage(const Json& json) {
  return stored(workflow::decode_sourced_usage(json), "usage", dump_compact(json));
}

}  // namespace

void throw_damaged(std::string_view what, std::string_view text) {
  throw Fault(FaultKind::storage_io, "the store holds a damaged " + std::string(what) + ": \"" +
                                         std::string(text.substr(0, 80)) + "\"; `pianola verify` says more");
}

Json stored_json(std::string_view text) {
  // Kept text was bounded when it came in; sums of it (a design) may be larger than one message.
  return stored(parse_json(text, JsonLimits{kMaxJsonDepth, std::size_t{256} * 1024 * 1024}), "JSON text", text);
}

workflow::WorkflowName stored_name(std::string_view text) {
  return stored(workflow::WorkflowName::parse(text), "workflow name", text);
}

workflow::SemVer stored_version_number(std::string_view text) {
  return stored(workflow::SemVer::parse(text), "version number", text);
}

workflow::Hash stored_hash(std::string_view text) { return stored(workflow::Hash::parse(text), "hash", text); }

workflow::VersionStatus stored_status(std::string_view text) {
  using enum workflow::VersionStatus;
  return stored_enum({draft, published, retired}, "version status", text);
}

workflow::Mode stored_mode(std::string_view text) {
  using enum workflow::Mode;
  return stored_enum({guided, whole}, "mode", text);
}

workflow::ExecutionState stored_state(std::string_view text) {
  using enum workflow::ExecutionState;
  return stored_enum({running, waiting, succeeded, failed, escalated, abandoned}, "execution state", text);
}

workflow::Level stored_severity(std::string_view text) {
  using enum workflow::Level;
  return stored_enum({low, medium, high}, "severity", text);
}

workflow::ReportStatus stored_report_status(std::string_view text) {
  using enum workflow::ReportStatus;
  return stored_enum({open, accepted, rejected, duplicate, resolved}, "report status", text);
}

workflow::HandInResult stored_hand_in_result(std::string_view text) {
  using enum workflow::HandInResult;
  return stored_enum({accepted, refused, skipped, failed}, "hand-in result", text);
}

std::string author_text(const workflow::Author& author) {
  ObjectText text;
  put(text, "model", author.model);
  put(text, "client", author.client);
  put(text, "key", author.key);
  return text.take();
}

workflow::Author stored_author(std::string_view text) {
  const Json json = stored_json(text);
  return {text_of(json, "model"), text_of(json, "client"), text_of(json, "key")};
}

std::string texts_text(const std::vector<std::string>& texts) { return dump_compact(OrderedJson(texts)); }

std::vector<std::string> stored_texts(std::string_view text) {
  std::vector<std::string> texts;
  for (const Json& item : stored_json(text)) texts.push_back(item.get<std::string>());
  return texts;
}

workflow::WorkflowSummary stored_summary(Row& row) {
  workflow::WorkflowName name = stored_name(row.take_text());
  const workflow::SemVer version = stored_version_number(row.take_text());
  const workflow::VersionStatus status = stored_status(row.take_text());
  std::string title = row.take_text();
  std::string description = row.take_text();
  return {std::move(name), version, status, std::move(title), std::move(description), stored_texts(row.take_text())};
}

std::string design_cost_text(const workflow::DesignCost& cost) {
  OrderedJson json = OrderedJson::object();
  if (cost.given) json["given_nanos"] = cost.given->nanos();
  if (cost.usage) json["usage"] = workflow::encode_sourced_usage(*cost.usage);
  return dump_compact(json);
}

workflow::DesignCost stored_design_cost(std::string_view text) {
  const Json json = stored_json(text);
  workflow::DesignCost cost;
  if (json.contains("given_nanos")) cost.given = workflow::Money::from_nanos(json["given_nanos"].get<std::int64_t>());
  if (json.contains("usage")) cost.usage = stored_usage(json["usage"]);
  return cost;
}

std::string input_files_text(const std::vector<workflow::InputFile>& files) {
  OrderedJson json = OrderedJson::array();
  for (const workflow::InputFile& file : files) {
    json.push_back({{"property", file.property}, {"path", file.path}, {"size", file.size}, {"hash", file.hash.text()}});
  }
  return dump_compact(json);
}

std::vector<workflow::InputFile> stored_input_files(std::string_view text) {
  std::vector<workflow::InputFile> files;
  for (const Json& file : stored_json(text)) {
    files.push_back({text_of(file, "property"), text_of(file, "path"), file.value("size", std::int64_t{0}),
                     stored_hash(text_of(file, "hash"))});
  }
  return files;
}

std::string progress_text(const workflow::Execution& execution) {
  OrderedJson json = OrderedJson::object();
  if (execution.output) json["output"] = *execution.output;
  if (execution.confidence) json["confidence"] = *execution.confidence;
  put(json, "next_in_batch", execution.next_in_batch);
  put(json, "rationale", execution.rationale);
  put(json, "edge_case", execution.edge_case);
  if (execution.designed_escalation) json["designed_escalation"] = true;
  if (execution.handed_off) json["handed_off"] = true;
  if (execution.blocked != 0) json["blocked"] = execution.blocked;
  if (execution.outcome_source != workflow::OutcomeSource::self_reported) {
    json["outcome_source"] = to_string(execution.outcome_source);
  }
  for (const Usage& usage : execution.finish_usage)
    json["finish_usage"].push_back(workflow::encode_sourced_usage(usage));
  if (execution.adherence) json["adherence"] = *execution.adherence;
  return dump_compact(json);
}

void read_progress(std::string_view text, workflow::Execution& execution) {
  using enum workflow::OutcomeSource;
  const Json json = stored_json(text);
  if (json.contains("output")) execution.output = json["output"];
  if (json.contains("confidence")) execution.confidence = json["confidence"].get<double>();
  execution.next_in_batch = text_of(json, "next_in_batch");
  execution.rationale = text_of(json, "rationale");
  execution.edge_case = text_of(json, "edge_case");
  execution.designed_escalation = json.value("designed_escalation", false);
  execution.handed_off = json.value("handed_off", false);
  execution.blocked = json.value("blocked", 0);
  execution.outcome_source = stored_enum({self_reported, checked, graded}, "outcome source",
                                         json.value("outcome_source", std::string(to_string(self_reported))));
  if (json.contains("finish_usage")) {
    for (const Json& usage : json["finish_usage"]) execution.finish_usage.push_back(stored_usage(usage));
  }
  if (json.contains("adherence")) execution.adherence = json["adherence"].get<double>();
}

std::string hand_in_details_text(const workflow::HandIn& hand_in) {
  ObjectText text;
  if (hand_in.visit != 1) text.add("visit", hand_in.visit);
  if (hand_in.attempt != 1) text.add("attempt", hand_in.attempt);
  if (hand_in.outcome != workflow::HandInOutcome::done) text.add("outcome", to_string(hand_in.outcome));
  if (!hand_in.passed_over.empty()) text.add_json("passed_over", dump_compact(Json(hand_in.passed_over)));
  if (!hand_in.broken.empty()) {
    Json rules = Json::array();
    for (const workflow::BrokenRule& broken : hand_in.broken) {
      rules.push_back({{"place", broken.place}, {"rule", broken.rule}});
    }
    text.add_json("broken", dump_compact(rules));
  }
  put(text, "note", hand_in.note);
  put(text, "next", hand_in.next);
  put(text, "call_id", hand_in.call_id);
  put(text, "arguments_hash", hand_in.arguments_hash);
  if (hand_in.usage) text.add_json("usage", dump_compact(workflow::encode_sourced_usage(*hand_in.usage)));
  return text.take();
}

void read_hand_in_details(std::string_view text, workflow::HandIn& hand_in) {
  using enum workflow::HandInOutcome;
  const Json json = stored_json(text);
  hand_in.visit = json.value("visit", 1);
  hand_in.attempt = json.value("attempt", 1);
  hand_in.outcome =
      stored_enum({done, failed, skipped}, "hand-in outcome", json.value("outcome", std::string(to_string(done))));
  if (json.contains("passed_over")) hand_in.passed_over = json["passed_over"].get<std::vector<std::string>>();
  if (json.contains("broken")) {
    for (const Json& broken : json["broken"])
      hand_in.broken.push_back({text_of(broken, "place"), text_of(broken, "rule")});
  }
  hand_in.note = text_of(json, "note");
  hand_in.next = text_of(json, "next");
  hand_in.call_id = text_of(json, "call_id");
  hand_in.arguments_hash = text_of(json, "arguments_hash");
  if (json.contains("usage")) hand_in.usage = stored_usage(json["usage"]);
}

workflow::HandIn read_hand_in(Row& row) {
  workflow::HandIn hand_in;
  hand_in.seq = static_cast<int>(row.take_integer());
  hand_in.step = row.take_text();
  hand_in.result = stored_hand_in_result(row.take_text());
  hand_in.executor = row.take_text();
  hand_in.at = Timestamp::from_micros(row.take_integer());
  read_hand_in_details(row.take_text(), hand_in);
  hand_in.output = row.take_text();
  return hand_in;
}

std::string audit_facts_text(const workflow::HandInAudit& audit) {
  ObjectText text;
  text.add_json("author", author_text(audit.author)).add("state", to_string(audit.state));
  if (!audit.changed_files.empty()) {
    Json files = Json::array();
    for (const workflow::ChangedFile& file : audit.changed_files) {
      files.push_back({{"path", file.path}, {"hash", file.hash}});
    }
    text.add_json("changed_files", dump_compact(files));
  }
  return text.take();
}

workflow::HandInAudit stored_audit_facts(std::string_view text) {
  const Json json = stored_json(text);
  const Json author = json.value("author", Json::object());
  workflow::HandInAudit audit{{text_of(author, "model"), text_of(author, "client"), text_of(author, "key")},
                              stored_state(text_of(json, "state"))};
  for (const Json& file : json.value("changed_files", Json::array())) {
    audit.changed_files.push_back({text_of(file, "path"), text_of(file, "hash")});
  }
  return audit;
}

}  // namespace pianola::store
