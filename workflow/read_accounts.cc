#include "workflow/read_accounts.h"

#include <algorithm>
#include <map>

#include "workflow/look_up.h"

namespace pianola::workflow {
namespace {

std::optional<Refusal> check_period(const AccountsRequest& request) {
  const std::pair<const char*, const std::string*> dates[] = {{"/since", &request.since}, {"/until", &request.until}};
  for (const auto& [place, text] : dates) {
    if (text->empty()) continue;
    const Result<Timestamp> date = Timestamp::from_date(*text);
    if (date) continue;
    Refusal refusal = date.error();
    refusal.place = place;
    return refusal;
  }
  if (!request.since.empty() && !request.until.empty() && request.until <= request.since) {
    return Refusal{"bad_value",
                   "until (" + request.until + ") must be after since (" + request.since + "): it is exclusive.",
                   "/until"};
  }
  return std::nullopt;
}

std::string designer_of(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number) {
  const SharedVersion version = environment.store.versions().find(actor.workspace, name, number);
  return version ? booking_of(*version).designed_by : std::string();
}

}  // namespace

PriceBook price_book(Environment& environment, const Actor& actor) {
  return PriceBook::with(environment.store.accounts().prices(actor.workspace));
}

std::optional<Money> design_cost_of(Environment& environment, const Actor& actor, const Version& version) {
  if (version.design_cost.given || !version.design_cost.usage) return version.design_cost.given;
  return design_money(booking_of(version), price_book(environment, actor));
}

std::vector<DesignBooking> design_bookings(Environment& environment, const Actor& actor, const WorkflowName& name) {
  std::vector<DesignBooking> bookings;
  const std::vector<VersionSummary> history = environment.store.versions().history(actor.workspace, name);
  for (const VersionSummary& line : history) {
    DesignBooking booking{.workflow = name, .number = line.number, .at = line.created_at};
    booking.cost = line.design_cost;
    booking.is_draft = !line.published_at;
    const bool is_first = line.number == history.back().number;
    const bool needs_model = line.design_cost.usage && line.design_cost.usage->model.empty();
    if (is_first || needs_model) booking.designed_by = designer_of(environment, actor, name, line.number);
    bookings.push_back(std::move(booking));
  }
  return bookings;
}

Result<Accounts> read_accounts(Environment& environment, const Actor& actor, const AccountsRequest& request,
                               const Heartbeat& heartbeat) {
  if (const std::optional<Refusal> wrong = check_period(request)) return refuse(*wrong);
  AccountFilter filter;
  std::vector<DesignBooking> designs;
  if (!request.name.empty()) {
    const Result<WorkflowName> name = WorkflowName::parse(request.name);
    if (name) designs = design_bookings(environment, actor, *name);
    if (designs.empty()) return refuse(unknown_workflow(environment, actor, request.name));
    filter.workflow = *name;
  } else {
    const std::vector<std::string> names = environment.store.versions().names(actor.workspace);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (heartbeat) heartbeat(i, names.size());
      for (DesignBooking& booking : design_bookings(environment, actor, WorkflowName::parse(names[i]).value())) {
        designs.push_back(std::move(booking));
      }
    }
  }
  filter.since_day = request.since;
  filter.until_day = request.until;
  AccountsOptions options;
  options.baseline = request.baseline.empty() ? environment.settings.baseline : request.baseline;
  options.since_day = request.since;
  options.until_day = request.until;
  options.group_by = request.group_by;
  options.now = environment.clock.now();
  const std::vector<AccountEntry> entries = environment.store.accounts().entries(actor.workspace, filter);
  return summarize(entries, designs, price_book(environment, actor), options);
}

std::vector<StepRefusals> read_step_tallies(Environment& environment, const Actor& actor, const WorkflowName& name) {
  std::map<std::pair<std::string, std::string>, StepRefusals> sums;
  for (const VersionSummary& version : environment.store.versions().history(actor.workspace, name)) {
    for (const StepRefusals& line : environment.store.accounts().refusals(actor.workspace, name, version.number)) {
      StepRefusals& sum = sums[{line.step, line.executor}];
      sum.step = line.step;
      sum.executor = line.executor;
      sum.hand_ins += line.hand_ins;
      sum.refused += line.refused;
      sum.failed += line.failed;
      sum.skipped += line.skipped;
    }
  }
  std::vector<StepRefusals> lines;
  for (auto& [key, sum] : sums) lines.push_back(std::move(sum));
  const SharedVersion newest = environment.store.versions().newest_published(actor.workspace, name);
  if (!newest) return lines;
  const auto place = [&](const StepRefusals& line) {
    const std::vector<Step>& steps = newest->design.steps;
    return std::ranges::find(steps, line.step, &Step::id) - steps.begin();
  };
  std::ranges::stable_sort(lines, [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return lines;
}

}  // namespace pianola::workflow
