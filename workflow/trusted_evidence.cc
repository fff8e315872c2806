#include "workflow/trusted_evidence.h"

#include <algorithm>
#include <set>
#include <utility>

#include "workflow/read_accounts.h"
#include "workflow/rebook.h"

namespace pianola::workflow {
namespace {

constexpr int kAtOnce = 500;
constexpr int kEveryTelling = 10'000;

// Takes the executions of quarantined authors out of what was summed up.
class TakeOut {
 public:
  TakeOut(Environment& environment, const Actor& actor, const QuarantinedAuthors& quarantined)
      : environment_(environment), actor_(actor), quarantined_(quarantined), prices_(price_book(environment, actor)) {}

  void from(TrustedEvidence& evidence, const WorkflowName& name, SemVer number) {
    std::erase_if(evidence.entries,
                  [&](const AccountEntry& entry) { return quarantined_.contains_model(entry.key.executor); });
    std::erase_if(evidence.refusals,
                  [&](const StepRefusals& line) { return quarantined_.contains_model(line.executor); });
    const SharedVersion version = environment_.store.versions().find(actor_.workspace, name, number);
    if (!version || !is_by_key_or_client()) return;
    ExecutionFilter filter{.workflow = name, .version = number};
    std::string before;
    for (int seen = 0; seen < kMostTakenOut; seen += kAtOnce) {
      const auto page = environment_.store.executions().list(actor_.workspace, filter, before, kAtOnce);
      for (const Execution& execution : page) {
        if (!is_open(execution.state) && quarantined_.contains(execution.author))
          take(evidence, execution.id, *version);
      }
      if (page.size() < kAtOnce) break;
      before = page.back().id.text();
    }
    evidence.entries = fold_all(evidence.entries);
    std::erase_if(evidence.entries, is_nothing);
  }

 private:
  bool is_by_key_or_client() const {
    return std::ranges::any_of(quarantined_.all(),
                               [](const Quarantine& each) { return each.mark.field != AuthorField::model; });
  }

  void take(TrustedEvidence& evidence, const ExecutionId& id, const Version& version) {
    const std::optional<Execution> execution = environment_.store.executions().find(actor_.workspace, id);
    if (!execution) return;
    for (const AccountEntry& entry :
         booked_so_far(environment_.store, actor_.workspace, *execution, version, prices_)) {
      if (!quarantined_.contains_model(entry.key.executor)) evidence.entries.push_back(negated(entry));
    }
    for (const HandIn& hand_in : execution->hand_ins) {
      const std::string executor = hand_in.executor.empty() ? execution->executor : hand_in.executor;
      const auto line = std::ranges::find_if(evidence.refusals, [&](const StepRefusals& each) {
        return each.step == hand_in.step && each.executor == executor;
      });
      if (line == evidence.refusals.end()) continue;
      line->hand_ins -= 1;
      line->refused -= hand_in.result == HandInResult::refused ? 1 : 0;
      line->failed -= hand_in.result == HandInResult::failed ? 1 : 0;
      line->skipped -= hand_in.result == HandInResult::skipped ? 1 : 0;
    }
  }

  Environment& environment_;
  const Actor& actor_;
  const QuarantinedAuthors& quarantined_;
  PriceBook prices_;
};

}  // namespace

TrustedEvidence trusted_evidence(Environment& environment, const Actor& actor, const WorkflowName& name,
                                 SemVer number) {
  AccountStore& accounts = environment.store.accounts();
  TrustedEvidence evidence{accounts.entries(actor.workspace, {.workflow = name, .version = number}),
                           accounts.refusals(actor.workspace, name, number)};
  const QuarantinedAuthors quarantined = quarantined_authors(environment, actor);
  if (!quarantined.empty()) TakeOut(environment, actor, quarantined).from(evidence, name, number);
  return evidence;
}

std::optional<EdgeCaseReport> as_trusted(Environment& environment, const Actor& actor,
                                         const QuarantinedAuthors& quarantined, const EdgeCaseReport& report) {
  std::optional<EdgeCaseReport> trusted;
  std::set<std::string> executions;
  std::vector<Occurrence> tellings =
      environment.store.edge_cases().occurrences(actor.workspace, report.id, kEveryTelling);
  std::ranges::reverse(tellings);
  for (const Occurrence& told : tellings) {
    if (quarantined.contains(told.author)) continue;
    if (!trusted) {
      trusted = report;
      trusted->situation = told.situation;
      trusted->severity = told.severity;
      trusted->count = 0;
    }
    trusted->severity = std::max(trusted->severity, told.severity);
    if (told.execution_id.empty() || executions.insert(told.execution_id).second) ++trusted->count;
  }
  return trusted;
}

std::vector<EdgeCaseReport> trusted_reports(Environment& environment, const Actor& actor,
                                            std::vector<EdgeCaseReport> reports) {
  const QuarantinedAuthors quarantined = quarantined_authors(environment, actor);
  if (quarantined.empty()) return reports;
  std::vector<EdgeCaseReport> trusted;
  for (const EdgeCaseReport& report : reports) {
    if (auto told = as_trusted(environment, actor, quarantined, report)) trusted.push_back(*std::move(told));
  }
  return trusted;
}

}  // namespace pianola::workflow
