#include "workflow/rebook.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/fault.h"
#include "workflow/audit_change.h"
#include "workflow/export_records.h"

namespace pianola::workflow {
namespace {

constexpr int kRebookedAtOnce = 200;  // executions in one transaction

// The days on which executions of a workflow ended that must be looked at.
using DaysByWorkflow = std::map<WorkflowName, EndPeriod>;

constexpr Timestamp kNever = Timestamp::from_micros(std::numeric_limits<std::int64_t>::max());

Timestamp start_of(const std::string& day) { return Timestamp::from_date(day).value(); }
Timestamp end_of(const std::string& day) { return start_of(day).plus_micros(kMicrosPerDay); }

// Books one execution anew; false where it is booked as it should be. Inside a write transaction.
bool rebook_one(Environment& environment, const Actor& actor, const ExecutionId& id, const PriceBook& prices) {
  Store& store = environment.store;
  const auto execution = store.executions().find(actor.workspace, id);
  if (!execution) return false;
  const SharedVersion version = store.versions().find(actor.workspace, execution->workflow, execution->version);
  if (!version) throw Fault(FaultKind::bug, "execution " + id.text() + " is of a version that is not stored");
  if (entries_of(*execution, *version, prices).empty()) return false;  // revived meanwhile
  const std::vector<AccountEntry> change = entries_of_change(
      booked_so_far(store, actor.workspace, *execution, *version, prices), *execution, *version, prices);
  if (change.empty()) return false;
  store.accounts().append(actor.workspace, change);
  append_audit(environment, actor, chain_of(id), "rebooked", {{"booked", booked_json(change)}});
  return true;
}

// Gives how many changed.
std::int64_t rebook_days(Environment& environment, const Actor& actor, const DaysByWorkflow& days,
                         const Heartbeat& heartbeat) {
  std::int64_t changed = 0;
  std::size_t done = 0;
  for (const auto& [workflow, period] : days) {
    if (heartbeat) heartbeat(done++, days.size());
    std::string before;
    while (true) {
      const auto ids = environment.store.executions().ended(actor.workspace, workflow, period, before, kRebookedAtOnce);
      if (ids.empty()) break;
      const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
      const PriceBook prices = PriceBook::with(environment.store.accounts().prices(actor.workspace));
      for (const ExecutionId& id : ids) changed += rebook_one(environment, actor, id, prices) ? 1 : 0;
      transaction->commit();
      before = ids.back().text();
    }
  }
  return changed;
}

void count(Rebooked& rebooked, const std::vector<AccountEntry>& entries, std::int64_t Rebooked::*unpriced) {
  rebooked.executions = 0;
  for (const AccountEntry& entry : entries) {
    rebooked.executions += entry.executions;
    rebooked.*unpriced += entry.unpriced;
  }
}

// Rebooks, and counts what has no known cost before and after.
Rebooked rebook_counted(Environment& environment, const Actor& actor, const std::vector<AccountEntry>& before,
                        const DaysByWorkflow& days, const Heartbeat& heartbeat) {
  Rebooked rebooked;
  count(rebooked, before, &Rebooked::unpriced_before);
  rebooked.changed = rebook_days(environment, actor, days, heartbeat);
  count(rebooked, environment.store.accounts().entries(actor.workspace, {}), &Rebooked::unpriced);
  return rebooked;
}

void add_day(DaysByWorkflow& days, const AccountKey& key) {
  const EndPeriod period{start_of(key.day), end_of(key.day)};
  const auto [found, is_new] = days.try_emplace(key.workflow, period);
  if (is_new) return;
  found->second.since = std::min(found->second.since, period.since);
  found->second.until = std::max(found->second.until, period.until);
}

// The models that changed prices concern, each with the first day that is to be booked anew: the price's own, or every
// day (empty) where a name that the price tells means another model now.
std::map<std::string, std::string> first_days(const std::vector<ModelPrice>& changed, const PriceBook& before,
                                              const PriceBook& now) {
  std::map<std::string, std::string> days;
  for (const ModelPrice& price : changed) {
    std::vector<std::string> names = price.aliases;
    names.push_back(price.model);
    for (const std::string& name : names) {
      const std::string was = before.canonical_model(name);
      const std::string is = now.canonical_model(name);
      const std::string from = was == is ? price.valid_from.date() : std::string();
      for (const std::string& model : {was, is}) {
        const auto [day, is_new] = days.try_emplace(model, from);
        day->second = std::min(day->second, from);
      }
    }
  }
  return days;
}

}  // namespace

std::vector<AccountEntry> booked_so_far(Store& store, const WorkspaceName& workspace, const Execution& execution,
                                        const Version& version, const PriceBook& prices) {
  std::vector<AccountEntry> booked;
  for (const AuditEntry& entry : store.audit().chain(workspace, chain_of(execution.id))) {
    Result<std::vector<AccountEntry>> told = booked_by(entry);
    if (!told) throw Fault(FaultKind::storage_io, entry.chain + " books what cannot be read: " + told.error().message);
    booked.insert(booked.end(), told->begin(), told->end());
  }
  return booked.empty() ? entries_of(execution, version, prices) : fold_all(booked);
}

Rebooked rebook(Environment& environment, const Actor& actor, const Heartbeat& heartbeat) {
  DaysByWorkflow days;
  for (const std::string& name : environment.store.versions().names(actor.workspace)) {
    days.try_emplace(WorkflowName::parse(name).value(), EndPeriod{Timestamp(), kNever});
  }
  return rebook_counted(environment, actor, environment.store.accounts().entries(actor.workspace, {}), days, heartbeat);
}

Rebooked rebook_touched(Environment& environment, const Actor& actor, const PriceBook& before,
                        const std::vector<ModelPrice>& changed, const Heartbeat& heartbeat) {
  const std::vector<AccountEntry> entries = environment.store.accounts().entries(actor.workspace, {});
  const PriceBook prices = PriceBook::with(environment.store.accounts().prices(actor.workspace));
  const std::map<std::string, std::string> first = first_days(changed, before, prices);
  DaysByWorkflow days;
  std::string unpriced_since;
  for (const AccountEntry& entry : fold_all(entries)) {
    for (const std::string& name : {entry.key.model, entry.key.executor}) {
      const auto model = first.find(name);
      if (model != first.end() && entry.key.day >= model->second) add_day(days, entry.key);
    }
    if (entry.reported_records == 0 || !first.contains(entry.key.model)) continue;
    const bool has_price = prices.price_at(entry.key.model, start_of(entry.key.day)) != nullptr;
    if (!has_price && (unpriced_since.empty() || entry.key.day < unpriced_since)) unpriced_since = entry.key.day;
  }
  Rebooked rebooked = rebook_counted(environment, actor, entries, days, heartbeat);
  rebooked.unpriced_since = unpriced_since;
  return rebooked;
}

}  // namespace pianola::workflow
