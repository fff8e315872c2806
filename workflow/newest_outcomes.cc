#include "workflow/newest_outcomes.h"

#include <algorithm>
#include <map>
#include <string>

#include "workflow/quarantine.h"

namespace pianola::workflow {
namespace {

constexpr std::int64_t kFewestUnsuccessful = 5;  // on one day

bool has_bad_day(const std::vector<AccountEntry>& entries) {
  std::map<std::string, std::int64_t> unsuccessful;
  for (const AccountEntry& entry : entries) unsuccessful[entry.key.day] += entry.executions - entry.succeeded;
  return std::ranges::any_of(unsuccessful, [](const auto& day) { return day.second >= kFewestUnsuccessful; });
}

}  // namespace

std::vector<Outcome> newest_outcomes(Environment& environment, const Actor& actor, const Version& version,
                                     const std::vector<AccountEntry>& entries, int most) {
  std::vector<Outcome> outcomes;
  if (!has_bad_day(entries)) return outcomes;
  const QuarantinedAuthors quarantined = quarantined_authors(environment, actor);
  ExecutionFilter filter;
  filter.workflow = version.name;
  filter.version = version.number;
  for (const Execution& execution : environment.store.executions().list(actor.workspace, filter, "", most)) {
    if (is_open(execution.state) || quarantined.contains(execution)) continue;
    outcomes.push_back(
        {execution.ended_at.value_or(execution.last_hand_in_at), is_success(execution), execution.id.text()});
  }
  // Of those that ended at once, as a batch does, the one that started first comes first.
  std::ranges::reverse(outcomes);
  std::ranges::stable_sort(outcomes, {}, &Outcome::at);
  return outcomes;
}

}  // namespace pianola::workflow
