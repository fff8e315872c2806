// The way back: what the files say is compared with what the store holds, row by row, and added where it is missing.
#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "base/fault.h"
#include "workflow/audit_change.h"
#include "workflow/export_records.h"
#include "workflow/export_store.h"
#include "workflow/rebook.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostConflicts = 50;
constexpr int kEveryRow = 1'000'000'000;

// Which of two states of the same thing is the later one.
enum class Relation { equal, files_ahead, store_ahead, diverged };

template <class T, class Same>
Relation relation_of(const std::vector<T>& files, const std::vector<T>& store, const Same& same) {
  const std::size_t both = std::min(files.size(), store.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (!same(files[i], store[i])) return Relation::diverged;
  }
  if (files.size() == store.size()) return Relation::equal;
  return files.size() > store.size() ? Relation::files_ahead : Relation::store_ahead;
}

// One workspace being imported.
class WorkspaceImport {
 public:
  WorkspaceImport(Environment& environment, WorkspaceName workspace, ImportReport& report,
                  std::vector<std::string>& conflicts)
      : store_(environment.store),
        environment_(environment),
        workspace_(std::move(workspace)),
        report_(report),
        conflicts_(conflicts),
        was_empty_(store_.versions().names(workspace_).empty() && store_.audit().chains(workspace_).empty()),
        prices_before_(PriceBook::with(store_.accounts().prices(workspace_))) {}

  // In this order: each needs what came before.
  void learn_chain(const std::string& chain, const std::vector<AuditEntry>& entries);
  void add_version(const Version& version);
  // Once the versions are there: of the workflows that are not told, too.
  void follow_canaries(const std::vector<ToldCanary>& told);
  void add_price(const ModelPrice& price);
  void remove_prices_but(const std::vector<ModelPrice>& told);
  // Once all is stored: what was booked here before is booked at the prices that came.
  void rebook_at_new_prices();
  void add_execution(Execution execution, const std::string& path);
  void add_report(const ToldReport& told);
  void add_audit_entries(const std::vector<AuditEntry>& entries);
  // Where the store's log is the later one, what the files' log lacks must not be in the files' rows: it was cut.
  void check_not_cut(const std::string& chain, std::size_t told);
  void check_accounts(const std::vector<AccountEntry>& entries, const std::vector<AuditEntry>& log);
  // What came must be what the audit log tells: verify would find it later.
  void check_against_log(const ChainCheck& check);
  bool was_empty() const { return was_empty_; }

 private:
  void note_conflict(std::string words) {
    if (conflicts_.size() < kMostConflicts) conflicts_.push_back(std::move(words));
  }
  void conflict(const std::string& what) { note_conflict("workspace " + workspace_.text() + ": " + what); }
  // Of what came twice: "is another one in the store".
  void differs(const std::string& what) { conflict(what + (was_empty_ ? " in another file" : " in the store")); }
  Relation chain_relation(const std::string& chain) const {
    const auto known = relations_.find(chain);
    return known == relations_.end() ? Relation::store_ahead : known->second;
  }
  void follow_canary(const WorkflowName& name, const std::optional<Canary>& told);
  void book(const AuditEntry& entry);
  void follow_version(const Version& stored, const Version& version);

  Store& store_;
  Environment& environment_;
  WorkspaceName workspace_;
  ImportReport& report_;
  std::vector<std::string>& conflicts_;
  bool was_empty_;
  std::map<std::string, Relation> relations_;
  std::map<std::string, std::set<std::string>> told_versions_;  // numbers that the files hold, by chain
  std::set<std::string> kept_executions_;                       // chains of those that are equal on both sides
  std::map<std::string, std::string> written_;  // chains that something was written in; of executions with their file
  PriceBook prices_before_;
  std::vector<ModelPrice> changed_prices_;
};

bool is_same_row(const ModelPrice& a, const ModelPrice& b) {
  return a.model == b.model && a.valid_from == b.valid_from;
}

bool same_entry(const AuditEntry& a, const AuditEntry& b) { return a.hash == b.hash; }

void WorkspaceImport::learn_chain(const std::string& chain, const std::vector<AuditEntry>& entries) {
  const Relation relation = relation_of(entries, store_.audit().chain(workspace_, chain), same_entry);
  relations_[chain] = relation;
  if (relation == Relation::diverged) differs("the audit log of " + chain + " tells another story");
}

void WorkspaceImport::add_version(const Version& version) {
  told_versions_[chain_of(version.name)].insert(version.number.text());
  const SharedVersion stored = store_.versions().find(workspace_, version.name, version.number);
  if (!stored) {
    store_.versions().insert(workspace_, version);
    written_[chain_of(version.name)];
    ++report_.versions.added;
  } else if (encode_version(*stored) == encode_version(version)) {
    ++report_.versions.kept;
  } else {
    follow_version(*stored, version);
  }
}

// Status and design cost change; the workflow's audit chain tells which side is the later one.
void WorkspaceImport::follow_version(const Version& stored, const Version& version) {
  Version as_stored = version;
  as_stored.status = stored.status;
  as_stored.published_at = stored.published_at;
  as_stored.design_cost = stored.design_cost;
  const Relation relation = chain_relation("workflow:" + version.name.text());
  const bool one_is_later = relation == Relation::files_ahead || relation == Relation::store_ahead;
  if (encode_version(as_stored) != encode_version(stored) || !one_is_later) {
    differs("version " + version.number.text() + " of \"" + version.name.text() + "\" is another one");
    return;
  }
  if (relation == Relation::store_ahead) {
    ++report_.versions.kept;
    return;
  }
  written_[chain_of(version.name)];
  if (version.published_at && !stored.published_at && version.status != VersionStatus::published) {
    store_.versions().set_status(workspace_, version.name, version.number, VersionStatus::published,
                                 *version.published_at);
  }
  if (version.status != stored.status) {
    store_.versions().set_status(workspace_, version.name, version.number, version.status,
                                 version.published_at.value_or(environment_.clock.now()));
  }
  if (version.design_cost != stored.design_cost) {
    store_.versions().set_design_cost(workspace_, version.name, version.number, version.design_cost);
  }
  ++report_.versions.updated;
}

void WorkspaceImport::follow_canaries(const std::vector<ToldCanary>& told) {
  std::map<WorkflowName, std::optional<Canary>> wanted;
  for (const auto& [name, stored] : store_.versions().canaries(workspace_)) wanted[name];
  for (const auto& [name, canary] : told) wanted[name] = canary;
  for (const auto& [name, canary] : wanted) follow_canary(name, canary);
}

// A canary comes and goes with an entry of its workflow's chain.
void WorkspaceImport::follow_canary(const WorkflowName& name, const std::optional<Canary>& told) {
  const std::string chain = chain_of(name);
  const std::optional<Canary> stored = store_.versions().canary(workspace_, name);
  if (stored == told || chain_relation(chain) != Relation::files_ahead) {
    if (stored != told && chain_relation(chain) == Relation::equal) {
      differs("the canary of \"" + name.text() + "\" is another one");
    }
    return;
  }
  if (told && !store_.versions().find(workspace_, name, told->version)) {
    return conflict("the canary of \"" + name.text() + "\" is version " + told->version.text() +
                    ", which neither side has");
  }
  written_[chain];
  if (told) {
    store_.versions().set_canary(workspace_, name, *told);
  } else {
    store_.versions().end_canary(workspace_, name);
  }
}

void WorkspaceImport::add_price(const ModelPrice& price) {
  const std::vector<ModelPrice> known = store_.accounts().prices(workspace_);
  const auto stored = std::ranges::find_if(known, [&](const ModelPrice& one) { return is_same_row(one, price); });
  if (stored != known.end() && encode_price(*stored) == encode_price(price)) {
    ++report_.prices.kept;
    return;
  }
  const std::string chain(kWorkspaceChain);
  const Relation relation = chain_relation(chain);
  const bool was_removed = stored == known.end() && relation == Relation::store_ahead && relations_.contains(chain);
  if (was_removed) {
    ++report_.prices.kept;
  } else if (stored == known.end() || relation == Relation::files_ahead) {
    store_.accounts().set_price(workspace_, price);
    written_[chain];
    changed_prices_.push_back(price);
    ++(stored == known.end() ? report_.prices.added : report_.prices.updated);
  } else if (relation == Relation::store_ahead) {
    ++report_.prices.kept;
  } else {
    differs("the price of " + price.model + " from " + price.valid_from.date() + " is another one");
  }
}

// A price that the files' workspace took back goes, where their log is the later one.
void WorkspaceImport::remove_prices_but(const std::vector<ModelPrice>& told) {
  if (chain_relation(std::string(kWorkspaceChain)) != Relation::files_ahead) return;
  for (const ModelPrice& price : store_.accounts().prices(workspace_)) {
    const bool is_told = std::ranges::any_of(told, [&](const ModelPrice& one) { return is_same_row(one, price); });
    if (is_told) continue;
    store_.accounts().remove_price(workspace_, price.model, price.valid_from);
    changed_prices_.push_back(price);
  }
}

void WorkspaceImport::add_execution(Execution execution, const std::string& path) {
  std::optional<Execution> stored = store_.executions().find(workspace_, execution.id);
  if (!stored) {
    if (!store_.versions().find(workspace_, execution.workflow, execution.version)) {
      conflict("execution " + execution.id.text() + " is of version " + execution.version.text() + " of \"" +
               execution.workflow.text() + "\", which neither side has");
      return;
    }
    store_.executions().insert(workspace_, execution);
    written_[chain_of(execution.id)] = path;
    ++report_.executions.added;
    return;
  }
  const Relation hand_ins = relation_of(execution.hand_ins, stored->hand_ins, std::equal_to<HandIn>());
  const bool same_row = encode_execution(execution) == encode_execution(*stored);
  const bool same_start = execution.workflow == stored->workflow && execution.version == stored->version &&
                          execution.started_at == stored->started_at && execution.input == stored->input &&
                          execution.batch == stored->batch;
  const bool files_ahead = execution.rev > stored->rev && hand_ins != Relation::store_ahead;
  const bool store_ahead = execution.rev < stored->rev && hand_ins != Relation::files_ahead;
  if (same_row && hand_ins == Relation::equal) {
    kept_executions_.insert(chain_of(execution.id));
    ++report_.executions.kept;
  } else if (!same_start || hand_ins == Relation::diverged || (!files_ahead && !store_ahead)) {
    differs("execution " + execution.id.text() + " took another course");
  } else if (store_ahead) {
    ++report_.executions.kept;
  } else {
    written_[chain_of(execution.id)] = path;
    // Each update counts rev up by one, and the audit log tells which rev is which.
    const std::int64_t told_rev = execution.rev;
    for (execution.rev = stored->rev; execution.rev < told_rev;) {
      if (!store_.executions().update(workspace_, execution))
        throw Fault(FaultKind::bug, "an execution changed meanwhile");
    }
    ++report_.executions.updated;
  }
}

void WorkspaceImport::add_report(const ToldReport& told) {
  EdgeCaseStore& reports = store_.edge_cases();
  std::optional<EdgeCaseReport> stored = reports.find(workspace_, told.report.id);
  const auto tell = [&](EdgeCaseReport& report, std::size_t from) {
    for (std::size_t i = from; i < told.occurrences.size(); ++i) {
      reports.add_occurrence(workspace_, report, told.occurrences[i]);
    }
  };
  if (!stored && store_.versions().history(workspace_, told.report.workflow).empty()) {
    conflict("edge case report " + told.report.id.text() + " is about \"" + told.report.workflow.text() +
             "\", which neither side has");
    return;
  }
  if (!stored) {
    written_[chain_of(told.report.workflow)];
    // Each further telling counts rev up by one.
    EdgeCaseReport report = told.report;
    report.rev = std::max<std::int64_t>(0, told.report.rev - static_cast<std::int64_t>(told.occurrences.size()) + 1);
    reports.insert(workspace_, report, told.occurrences.front());
    tell(report, 1);
    ++report_.reports.added;
    return;
  }
  ToldReport known{*stored, reports.occurrences(workspace_, stored->id, kEveryRow)};
  std::reverse(known.occurrences.begin(), known.occurrences.end());
  const auto only = [](const Occurrence& occurrence) {
    ToldReport one{EdgeCaseReport{.id = ReportId::parse("019c0000-0000-7000-8000-000000000000").value(),
                                  .workflow = WorkflowName::parse("x").value(),
                                  .version = SemVer()},
                   {occurrence}};
    return encode_report(one);
  };
  const Relation tellings = relation_of(told.occurrences, known.occurrences,
                                        [&](const Occurrence& a, const Occurrence& b) { return only(a) == only(b); });
  const bool files_ahead = told.report.rev > stored->rev && tellings != Relation::store_ahead;
  const bool store_ahead = told.report.rev < stored->rev && tellings != Relation::files_ahead;
  if (encode_report(told) == encode_report(known)) {
    ++report_.reports.kept;
  } else if (tellings == Relation::diverged || told.report.workflow != stored->workflow ||
             (!files_ahead && !store_ahead)) {
    differs("edge case report " + told.report.id.text() + " tells something else");
  } else if (store_ahead) {
    ++report_.reports.kept;
  } else {
    written_[chain_of(told.report.workflow)];
    stored->count = told.report.count;
    tell(*stored, known.occurrences.size());
    EdgeCaseReport report = told.report;
    for (report.rev = stored->rev; report.rev < told.report.rev;) {
      if (!reports.update(workspace_, report)) throw Fault(FaultKind::bug, "a report changed meanwhile");
    }
    ++report_.reports.updated;
  }
}

// The files' sums must be what the files' audit log tells: that is what was booked.
void WorkspaceImport::check_accounts(const std::vector<AccountEntry>& entries, const std::vector<AuditEntry>& log) {
  std::vector<AccountEntry> differences = entries;
  for (const AuditEntry& entry : log) {
    Result<std::vector<AccountEntry>> booked = booked_by(entry);
    if (!booked) return;  // book() tells of it
    for (const AccountEntry& told : *booked) differences.push_back(negated(told));
  }
  for (const AccountEntry& entry : fold_all(differences)) {
    if (is_nothing(entry)) continue;
    conflict("the accounts of \"" + entry.key.workflow.text() + "\" on " + entry.key.day +
             " are not what the audit log tells");
  }
}

void WorkspaceImport::rebook_at_new_prices() {
  if (was_empty_ || changed_prices_.empty()) return;
  rebook_touched(environment_, {workspace_, {.model = "", .client = "pianola", .key = ""}}, prices_before_,
                 changed_prices_);
}

// What the execution's change added to the accounts where it happened, at the prices of there.
void WorkspaceImport::book(const AuditEntry& entry) {
  Result<std::vector<AccountEntry>> booked = booked_by(entry);
  if (booked && !booked->empty()) store_.accounts().append(workspace_, *booked);
  if (!booked) conflict("the audit log of " + entry.chain + " books what cannot be read: " + booked.error().message);
}

void WorkspaceImport::check_not_cut(const std::string& chain, std::size_t told) {
  const auto versions = told_versions_.find(chain);
  const bool is_kept_execution = kept_executions_.contains(chain);
  const std::vector<AuditEntry> stored = store_.audit().chain(workspace_, chain);
  for (std::size_t i = told; i < stored.size(); ++i) {
    // An execution that changed has another rev: no later entry writes the same rows again.
    bool is_held = is_kept_execution && !stored[i].rows.empty();
    if (versions != told_versions_.end() && stored[i].action == "version_saved") {
      const Result<Json> body = parse_json(stored[i].body);
      is_held = body && versions->second.contains(text_member(*body, "version"));
    }
    if (is_held) return conflict("the audit log of " + chain + " was cut: it does not tell of what the files hold");
  }
}

void WorkspaceImport::add_audit_entries(const std::vector<AuditEntry>& entries) {
  std::map<std::string, std::vector<AuditEntry>> by_chain;
  for (const AuditEntry& entry : entries) by_chain[entry.chain].push_back(entry);
  for (const std::string& chain : kept_executions_) by_chain[chain];  // of which no entry may be left
  for (const auto& [chain, numbers] : told_versions_) by_chain[chain];
  for (const auto& [chain, told] : by_chain) {
    learn_chain(chain, told);
    if (chain_relation(chain) == Relation::store_ahead) check_not_cut(chain, told.size());
    if (chain_relation(chain) != Relation::files_ahead) continue;
    written_[chain];
    const std::size_t there = store_.audit().chain(workspace_, chain).size();
    for (std::size_t i = there; i < told.size(); ++i) {
      store_.audit().append_told(workspace_, told[i]);
      book(told[i]);
      ++report_.audit_entries;
    }
    if (store_.audit().chain(workspace_, chain).back().hash != told.back().hash) {
      conflict("the audit log of " + chain + " was edited: its hashes do not match its entries");
    }
  }
}

void WorkspaceImport::check_against_log(const ChainCheck& check) {
  for (const auto& [chain, file] : written_) {
    for (const ChainProblem& problem : check(store_, workspace_, chain)) {
      const ExportPlace place = place_in_export(chain, problem.row);
      const std::string words = place.thing + (problem.row.empty() ? ": " : " ") + problem.words;
      const std::string path = place.file.empty() ? file : workspace_.text() + "/" + place.file;
      if (path.empty()) {
        conflict(words);
      } else {
        note_conflict(path + ": " + words);
      }
    }
  }
}

// A whole export, file after file.
class StoreImport {
 public:
  StoreImport(Environment& environment, const ExportSource& source, const ChainCheck& check)
      : environment_(environment), source_(source), check_(check) {}
  Result<ImportReport> run();

 private:
  Result<std::vector<Json>> records(const std::string& path) const;
  // Decodes every record of the files whose paths begin and end so, and hands each on.
  template <class Decode, class Take>
  std::optional<Refusal> each(const std::string& folder, const Decode& decode, const Take& take) const;
  std::optional<Refusal> import_workspace(const std::string& name);
  std::optional<Refusal> import_executions(const std::string& folder, WorkspaceImport& import) const;
  Refusal conflict() const;

  Environment& environment_;
  const ExportSource& source_;
  const ChainCheck& check_;
  ImportReport report_;
  std::vector<std::string> conflicts_;
  std::deque<WorkspaceImport> imports_;
};

// The records of one file: lines of a .jsonl, else the whole.
Result<std::vector<Json>> StoreImport::records(const std::string& path) const {
  const Result<std::string> text = source_.read(path);
  if (!text) return refuse(text.error());
  constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;
  std::vector<Json> records;
  std::size_t line = 0;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = path.ends_with(".jsonl") ? std::min(text->find('\n', at), text->size()) : text->size();
    ++line;
    Result<Json> record = parse_json(std::string_view(*text).substr(at, end - at), {kMaxJsonDepth, kMostBytes});
    if (!record) return refuse("bad_export", path + ", line " + std::to_string(line) + ": " + record.error().message);
    records.push_back(std::move(*record));
    at = end + 1;
  }
  return records;
}

template <class Decode, class Take>
std::optional<Refusal> StoreImport::each(const std::string& folder, const Decode& decode, const Take& take) const {
  for (const std::string& path : source_.paths) {
    if (!path.starts_with(folder)) continue;
    const auto found = records(path);
    if (!found) return found.error();
    for (std::size_t i = 0; i < found->size(); ++i) {
      auto record = decode((*found)[i]);
      if (!record) {
        return Refusal{"bad_export", path + ", record " + std::to_string(i + 1) + ": " + record.error().message, ""};
      }
      take(std::move(*record));
    }
  }
  return std::nullopt;
}

// An execution's line is followed by those of its hand-ins.
std::optional<Refusal> StoreImport::import_executions(const std::string& folder, WorkspaceImport& import) const {
  for (const std::string& path : source_.paths) {
    if (!path.starts_with(folder)) continue;
    const auto found = records(path);
    if (!found) return found.error();
    std::optional<Execution> execution;
    for (std::size_t i = 0; i < found->size(); ++i) {
      const std::string place = path + ", line " + std::to_string(i + 1) + ": ";
      if (execution && (*found)[i].is_object() && (*found)[i].contains("hand_in")) {
        Result<HandIn> hand_in = decode_hand_in((*found)[i]);
        if (!hand_in) return Refusal{"bad_export", place + hand_in.error().message, ""};
        execution->hand_ins.push_back(std::move(*hand_in));
        continue;
      }
      if (execution) import.add_execution(std::move(*execution), path);
      Result<Execution> next = decode_execution((*found)[i]);
      if (!next) return Refusal{"bad_export", place + next.error().message, ""};
      execution = std::move(*next);
    }
    if (execution) import.add_execution(std::move(*execution), path);
  }
  return std::nullopt;
}

std::optional<Refusal> StoreImport::import_workspace(const std::string& name) {
  const Result<WorkspaceName> workspace = WorkspaceName::parse(name);
  if (!workspace) return workspace.error();
  WorkspaceImport& import = imports_.emplace_back(environment_, *workspace, report_, conflicts_);
  std::map<std::string, std::vector<AuditEntry>> chains;
  const auto remember = [&](AuditEntry entry) { chains[entry.chain].push_back(std::move(entry)); };
  const auto whole_prices = [](const Json& json) -> Result<std::vector<ModelPrice>> {
    std::vector<ModelPrice> listed;
    const auto list = json.find("prices");
    if (!json.is_object() || list == json.end()) return refuse("bad_export", "it has no list \"prices\"");
    for (const Json& each_price : *list) {
      Result<ModelPrice> price = decode_price(each_price);
      if (!price) return refuse(price.error());
      listed.push_back(std::move(*price));
    }
    return listed;
  };
  const std::string folder = name + "/";
  if (auto bad = each(folder + "audit/workspace.jsonl", decode_audit_entry, remember)) return bad;
  if (auto bad = each(folder + "audit/workflows/", decode_audit_entry, remember)) return bad;
  for (const auto& [chain, entries] : chains) import.learn_chain(chain, entries);
  std::vector<Version> versions;
  const auto keep_version = [&](Version version) { versions.push_back(std::move(version)); };
  if (auto bad = each(folder + "workflows/", decode_version, keep_version)) return bad;
  std::sort(versions.begin(), versions.end(), [](const Version& a, const Version& b) { return a.number < b.number; });
  for (const Version& version : versions) import.add_version(version);
  std::vector<ToldCanary> canaries;  // without any there is no file
  const auto keep_canary = [&](ToldCanary told) { canaries.push_back(std::move(told)); };
  if (auto bad = each(folder + "canaries.jsonl", decode_told_canary, keep_canary)) return bad;
  import.follow_canaries(canaries);
  std::vector<ModelPrice> prices;  // without any there is no file
  const auto keep_prices = [&](std::vector<ModelPrice> told) { prices = std::move(told); };
  if (auto bad = each(folder + "prices.json", whole_prices, keep_prices)) return bad;
  import.remove_prices_but(prices);
  for (const ModelPrice& price : prices) import.add_price(price);
  if (auto bad = import_executions(folder + "executions/", import)) return bad;
  const auto add_report = [&](const ToldReport& told) { import.add_report(told); };
  if (auto bad = each(folder + "edge-cases/", decode_report, add_report)) return bad;
  std::vector<AccountEntry> entries;
  const auto keep_entry = [&](AccountEntry entry) { entries.push_back(std::move(entry)); };
  if (auto bad = each(folder + "accounts.jsonl", decode_account_entry, keep_entry)) return bad;
  std::vector<AuditEntry> log;
  const auto keep_log = [&](AuditEntry entry) { log.push_back(std::move(entry)); };
  if (auto bad = each(folder + "audit/", decode_audit_entry, keep_log)) return bad;
  if (conflicts_.empty()) import.add_audit_entries(log);
  if (conflicts_.empty()) import.check_accounts(entries, log);
  if (conflicts_.empty()) import.check_against_log(check_);
  return std::nullopt;
}

Refusal StoreImport::conflict() const {
  const bool was_empty = std::ranges::all_of(imports_, &WorkspaceImport::was_empty);
  const std::string with = was_empty ? "each other" : "the store or each other";
  Refusal refusal{"import_conflict", "Nothing was imported: the files contradict " + with + ". " + conflicts_.front(),
                  ""};
  if (conflicts_.size() > 1) refusal.message += "; and " + std::to_string(conflicts_.size() - 1) + " more.";
  refusal.data["conflicts"] = conflicts_;
  return refusal;
}

Result<ImportReport> StoreImport::run() {
  std::set<std::string> workspaces;
  for (const std::string& path : source_.paths) {
    if (const std::size_t slash = path.find('/'); slash != std::string::npos) workspaces.insert(path.substr(0, slash));
  }
  const std::unique_ptr<WriteTransaction> transaction = environment_.store.begin_write();
  for (const std::string& workspace : workspaces) {
    if (auto bad = import_workspace(workspace)) return refuse(*bad);
  }
  if (!conflicts_.empty()) return refuse(conflict());
  transaction->commit();
  for (WorkspaceImport& import : imports_) import.rebook_at_new_prices();
  return report_;
}

}  // namespace

Result<ImportReport> import_store(Environment& environment, const ExportSource& source, const ChainCheck& check) {
  return StoreImport(environment, source, check).run();
}

}  // namespace pianola::workflow
