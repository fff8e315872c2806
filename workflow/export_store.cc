#include "workflow/export_store.h"

#include <algorithm>
#include <charconv>

#include "workflow/export_records.h"

namespace pianola::workflow {
namespace {

constexpr int kPage = 200;
constexpr int kAll = 1'000'000'000;

std::string pretty(const OrderedJson& json) {
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}
std::string as_line(const OrderedJson& json) { return dump_compact(json) + "\n"; }

// The UTC day in a UUIDv7's first 48 bits: ids in order are days in order.
std::string day_of_id(const std::string& id) {
  std::string digits = id.substr(0, 8) + id.substr(9, 4);
  std::int64_t millis = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), millis, 16);
  return Timestamp::from_micros(millis * 1000).date();
}

// Text of one day after another; a day ends when the next begins.
class DayFiles {
 public:
  DayFiles(std::string folder, const ExportSink& sink) : folder_(std::move(folder)), sink_(sink) {}
  ~DayFiles() = default;
  void enter(const std::string& day) {
    if (day == day_) return;
    finish();
    day_ = day;
  }
  // Records come newest first, files read oldest first.
  void add(std::string record) { records_.push_back(std::move(record)); }
  void finish() {
    if (records_.empty()) return;
    std::string text;
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) text += *record;
    sink_(folder_ + day_ + ".jsonl", text);
    records_.clear();
  }

 private:
  std::string folder_;
  const ExportSink& sink_;
  std::string day_;
  std::vector<std::string> records_;
};

void export_versions(Store& store, const WorkspaceName& workspace, const WorkflowName& name, const ExportSink& sink) {
  for (const VersionSummary& line : store.versions().history(workspace, name)) {
    const SharedVersion version = store.versions().find(workspace, name, line.number);
    sink(workspace.text() + "/workflows/" + name.text() + "/" + line.number.text() + ".json",
         pretty(encode_version(*version)));
  }
}

void export_canaries(Store& store, const WorkspaceName& workspace, const ExportSink& sink) {
  std::string text;
  for (const auto& [name, canary] : store.versions().canaries(workspace)) {
    text += as_line(encode_told_canary({name, canary}));
  }
  if (!text.empty()) sink(workspace.text() + "/canaries.jsonl", text);
}

void export_reports(Store& store, const WorkspaceName& workspace, const WorkflowName& name, const ExportSink& sink) {
  for (EdgeCaseReport& report : store.edge_cases().list(workspace, name, std::nullopt, kAll)) {
    ToldReport told{report, store.edge_cases().occurrences(workspace, report.id, kAll)};
    std::reverse(told.occurrences.begin(), told.occurrences.end());
    sink(workspace.text() + "/edge-cases/" + name.text() + "/" + report.id.text() + ".json",
         pretty(encode_report(told)));
  }
}

void export_executions(Store& store, const WorkspaceName& workspace, const WorkflowName& name, const ExportSink& sink) {
  DayFiles files(workspace.text() + "/executions/" + name.text() + "/", sink);
  std::string before;
  while (true) {
    const std::vector<Execution> page = store.executions().list(workspace, {.workflow = name}, before, kPage);
    for (const Execution& listed : page) {
      const std::optional<Execution> execution = store.executions().find(workspace, listed.id);
      std::string record = as_line(encode_execution(*execution));
      for (const HandIn& hand_in : execution->hand_ins) record += as_line(encode_hand_in(hand_in));
      files.enter(day_of_id(listed.id.text()));
      files.add(std::move(record));
    }
    if (page.size() < kPage) break;
    before = page.back().id.text();
  }
  files.finish();
}

void export_audit_log(Store& store, const WorkspaceName& workspace, const ExportSink& sink) {
  const std::string folder = workspace.text() + "/audit/";
  DayFiles executions(folder + "executions/", sink);
  std::vector<std::string> chains = store.audit().chains(workspace);
  std::reverse(chains.begin(), chains.end());
  for (const std::string& chain : chains) {
    if (chain == kKeyChain) continue;
    std::string text;
    for (const AuditEntry& entry : store.audit().chain(workspace, chain)) text += as_line(encode_audit_entry(entry));
    const std::size_t colon = chain.find(':');
    const std::string kind = chain.substr(0, colon);
    if (kind == "execution" && colon != std::string::npos) {
      executions.enter(day_of_id(chain.substr(colon + 1)));
      executions.add(std::move(text));
    } else {
      sink(folder + (colon == std::string::npos ? chain : kind + "s/" + chain.substr(colon + 1)) + ".jsonl", text);
    }
  }
  executions.finish();
}

void export_money(Store& store, const WorkspaceName& workspace, const ExportSink& sink) {
  std::string text;
  for (const AccountEntry& entry : fold_all(store.accounts().entries(workspace, {}))) {
    text += as_line(encode_account_entry(entry));
  }
  if (!text.empty()) sink(workspace.text() + "/accounts.jsonl", text);
  OrderedJson prices = OrderedJson::array();
  for (const ModelPrice& price : store.accounts().prices(workspace)) prices.push_back(encode_price(price));
  if (!prices.empty()) sink(workspace.text() + "/prices.json", pretty({{"prices", std::move(prices)}}));
}

// Takes the part before the first slash off: "occurrences" of "occurrences/ID/2".
std::string take_part(std::string& rest) {
  const std::size_t slash = rest.find('/');
  std::string part = rest.substr(0, slash);
  rest.erase(0, slash == std::string::npos ? slash : slash + 1);
  return part;
}

}  // namespace

ExportPlace place_in_export(const std::string& chain, const std::string& row) {
  const std::string name = id_of_chain(chain);
  std::string rest = row;
  const std::string kind = take_part(rest);
  if (kind == "versions") {
    return {"version " + rest + " of \"" + name + "\"", "workflows/" + name + "/" + rest + ".json"};
  }
  if (kind == "canaries") return {"the canary of \"" + name + "\"", "canaries.jsonl"};
  if (kind == "edge_case_reports" || kind == "occurrences") {
    const std::string id = take_part(rest);
    return {(rest.empty() ? "" : "telling " + rest + " of ") + ("edge case report " + id),
            "edge-cases/" + name + "/" + id + ".json"};
  }
  if (kind == "prices") return {"the price of " + rest.substr(0, rest.rfind('/')), "prices.json"};
  if (kind == "hand_ins") return {"hand-in " + rest + " of execution " + name, ""};
  if (kind == "execution_starts") return {"the start of execution " + name, ""};
  if (kind == "executions") {
    return {rest.empty() ? "execution " + name : "where execution " + name + " stands", ""};
  }
  return {"the audit log of " + chain, ""};
}

void export_store(Environment& environment, const ExportSink& sink) {
  Store& store = environment.store;
  for (const WorkspaceName& workspace : store.workspaces()) {
    for (const std::string& text : store.versions().names(workspace)) {
      const WorkflowName name = WorkflowName::parse(text).value();
      export_versions(store, workspace, name, sink);
      export_reports(store, workspace, name, sink);
      export_executions(store, workspace, name, sink);
    }
    export_canaries(store, workspace, sink);
    export_money(store, workspace, sink);
    export_audit_log(store, workspace, sink);
  }
}

}  // namespace pianola::workflow
