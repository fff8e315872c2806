#include "workflow/import_usage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fault.h"
#include "base/list_text.h"
#include "base/text_lines.h"
#include "workflow/audit_change.h"
#include "workflow/export_records.h"
#include "workflow/read_accounts.h"
#include "workflow/rebook.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostProblems = 10;  // lines that are told as unusable

// What the file says of one execution.
struct ImportedExecution {
  Execution execution;
  std::vector<Usage> records;
};

// Reads the lines into executions, remembering what is wrong with them.
class UsageLines {
 public:
  UsageLines(Environment& environment, const Actor& actor, const PriceBook& prices)
      : environment_(environment), actor_(actor), prices_(prices) {}

  void read(std::string_view text) {
    std::int64_t number = 0;
    for (const std::string_view line : newline_lines(text)) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      ++records;
      if (const std::optional<Refusal> refusal = read_line(line)) {
        problems.push_back("line " + std::to_string(number) + ": " + refusal->message);
      }
    }
  }

  std::int64_t records = 0;
  std::vector<std::string> problems;
  std::map<std::string, ImportedExecution> executions;  // by id

 private:
  std::optional<Refusal> read_line(std::string_view line) {
    Result<Json> json = parse_json(line);
    if (!json) return json.error();
    if (!json->is_object()) return Refusal{"bad_usage", "is no JSON object.", ""};
    const auto id = json->find("execution");
    if (id == json->end() || !id->is_string()) {
      return Refusal{"bad_usage", "\"execution\" is missing: the id of the execution that it is of.", ""};
    }
    ImportedExecution* imported = find(id->get<std::string>());
    if (imported == nullptr)
      return Refusal{"bad_usage", "there is no execution " + in_quotes(id->get<std::string>()) + ".", ""};
    if (!imported->execution.ended_at) {
      return Refusal{"bad_usage",
                     "execution " + imported->execution.id.text() + " has not ended: import it afterwards.", ""};
    }
    json->erase("execution");
    return add(*imported, *std::move(json));
  }

  ImportedExecution* find(const std::string& text) {
    if (const auto known = executions.find(text); known != executions.end()) return &known->second;
    const Result<ExecutionId> id = ExecutionId::parse(text);
    std::optional<Execution> stored = id ? environment_.store.executions().find(actor_.workspace, *id) : std::nullopt;
    if (!stored) return nullptr;
    return &executions.emplace(text, ImportedExecution{*std::move(stored), {}}).first->second;
  }

  std::optional<Refusal> add(ImportedExecution& imported, Json json) const {
    if (!json.contains("source")) json["source"] = to_string(UsageSource::reconciled);
    Result<Usage> usage = decode_sourced_usage(std::move(json));
    if (!usage) return usage.error();
    if (usage->model.empty()) return Refusal{"bad_usage", "\"model\" is missing: whose tokens these are.", ""};
    usage->model = prices_.canonical_model(usage->model);
    if (!usage->largest_prompt) usage->largest_prompt = usage->prompt();  // it is one request
    if (usage->source == UsageSource::estimated && is_known(imported.execution, *usage)) {
      return Refusal{
          "bad_usage",
          "the usage of " + usage->model + " in this execution is known: an estimate does not take its place.", ""};
    }
    imported.records.push_back(*std::move(usage));
    return std::nullopt;
  }

  // True where the model's usage was told, and not as an estimate; the same file again says nothing new.
  bool is_known(const Execution& execution, const Usage& estimate) const {
    if (std::ranges::find(execution.finish_usage, estimate) != execution.finish_usage.end()) return false;
    const auto is_told = [&](const Usage& usage, const std::string& teller) {
      return usage.source != UsageSource::estimated && prices_.model_of(usage, teller) == estimate.model;
    };
    return std::ranges::any_of(execution.finish_usage,
                               [&](const Usage& usage) { return is_told(usage, execution.executor); }) ||
           std::ranges::any_of(execution.hand_ins, [&](const HandIn& hand_in) {
             return hand_in.usage && is_told(*hand_in.usage, hand_in.executor);
           });
  }

  Environment& environment_;
  const Actor& actor_;
  const PriceBook& prices_;
};

bool names_model(const std::vector<Usage>& records, const std::string& model) {
  return std::ranges::any_of(records, [&](const Usage& usage) { return usage.model == model; });
}

// The execution's usage with what the records say of the models that they name.
std::vector<Usage> with_records(const Execution& execution, const std::vector<Usage>& records,
                                const PriceBook& prices) {
  std::vector<Usage> usage;
  for (const Usage& known : execution.finish_usage) {
    if (!names_model(records, prices.model_of(known, execution.executor))) usage.push_back(known);
  }
  usage.insert(usage.end(), records.begin(), records.end());
  return usage;
}

// Stores the execution with its new usage; false where that is what it had.
bool store_usage(Environment& environment, const Actor& actor, const PriceBook& prices, ImportedExecution& imported) {
  const Execution before = imported.execution;
  imported.execution.finish_usage = with_records(before, imported.records, prices);
  if (imported.execution.finish_usage == before.finish_usage) return false;
  const SharedVersion version = environment.store.versions().find(actor.workspace, before.workflow, before.version);
  if (!version) throw Fault(FaultKind::bug, "execution " + before.id.text() + " is of a version that is not stored");
  if (!environment.store.executions().update(actor.workspace, imported.execution)) {
    throw Fault(FaultKind::storage_busy, "execution " + before.id.text() + " was changed meanwhile: try again", true);
  }
  const std::vector<AccountEntry> booked =
      entries_of_change(booked_so_far(environment.store, actor.workspace, before, *version, prices), imported.execution,
                        *version, prices);
  environment.store.accounts().append(actor.workspace, booked);
  Json body = {{"records", imported.records.size()}};
  if (!booked.empty()) body["booked"] = booked_json(booked);
  for (const Usage& usage : imported.execution.finish_usage) body["usage"].push_back(Json(encode_sourced_usage(usage)));
  append_audit(environment, actor, chain_of(before.id), "usage_imported", body);
  return true;
}

}  // namespace

Result<UsageImport> import_usage(Environment& environment, const Actor& actor, std::string_view lines, bool dry_run) {
  const auto transaction = environment.store.begin_write();
  const PriceBook prices = price_book(environment, actor);
  UsageLines read(environment, actor, prices);
  read.read(lines);
  if (!read.problems.empty()) {
    Refusal refusal{"bad_usage", "Nothing was imported: " + list_text(read.problems, "", kMostProblems), ""};
    refusal.data["problems"] = read.problems.size();
    return refuse(std::move(refusal));
  }
  UsageImport report{read.records, static_cast<std::int64_t>(read.executions.size()), 0};
  for (auto& [id, imported] : read.executions)
    report.changed += store_usage(environment, actor, prices, imported) ? 1 : 0;
  if (!dry_run) transaction->commit();
  return report;
}

}  // namespace pianola::workflow
