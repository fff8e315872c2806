// Use case: the accounts of one workflow or of all, read from the store. Thread rule: as the Environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/accounts.h"
#include "workflow/environment.h"
#include "workflow/heartbeat.h"

namespace pianola::workflow {

// Which accounts are wanted, as the caller writes it.
struct AccountsRequest {
  std::string name{};      // empty: all workflows
  std::string since{};     // YYYY-MM-DD, UTC, inclusive; empty: from the start
  std::string until{};     // exclusive; empty: to the end
  std::string baseline{};  // model; empty: the setting, else each workflow's own
  std::optional<GroupBy> group_by{};
};

// The prices that a workspace works with: the catalogue and its own.
PriceBook price_book(Environment& environment, const Actor& actor);

// The accounts. Refuses: unknown_workflow, bad_date, bad_value (until is not after since).
Result<Accounts> read_accounts(Environment& environment, const Actor& actor, const AccountsRequest& request,
                               const Heartbeat& heartbeat = {});

// Hand-ins by step and executor of all versions of a workflow, in the order of the newest version's steps; what
// group_by "step" shows, since money is not kept by step.
std::vector<StepRefusals> read_step_tallies(Environment& environment, const Actor& actor, const WorkflowName& name);

// What a version cost to design, by its own numbers or by the workspace's prices; null where it is not known.
std::optional<Money> design_cost_of(Environment& environment, const Actor& actor, const Version& version);

// A workflow's versions as the accounts book them.
std::vector<DesignBooking> design_bookings(Environment& environment, const Actor& actor, const WorkflowName& name);

}  // namespace pianola::workflow
