#include "workflow/health.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/counted.h"
#include "workflow/change_detector.h"

namespace pianola::workflow {
namespace {

constexpr std::int64_t kFewest = 10;  // executions before anything is advised
constexpr double kHeavyReport = 3;    // weight from which one report alone deserves a look
constexpr double kMuchTrouble = 0.2;  // share of a step's hand-ins that did not pass

// Executions one after another, as far as they are kept apart, and when they begin.
struct History {
  std::vector<Stretch> stretches;
  std::vector<std::string> since;       // a day, or the minute of an execution's end
  std::vector<std::string> executions;  // the first one's id; empty where it is not known

  void add(const Stretch& stretch, std::string begins, std::string execution) {
    stretches.push_back(stretch);
    since.push_back(std::move(begins));
    executions.push_back(std::move(execution));
  }
};

std::map<std::string, Stretch> by_day(const std::vector<AccountEntry>& entries) {
  std::map<std::string, Stretch> days;
  for (const AccountEntry& entry : entries) {
    if (entry.executions == 0) continue;
    Stretch& day = days[entry.key.day];
    day.executions += entry.executions;
    day.succeeded += entry.succeeded;
  }
  return days;
}

// "2026-11-24 09:30".
std::string minute_of(Timestamp at) {
  constexpr std::size_t kUpToMinutes = 16;
  std::string text = at.iso8601().substr(0, kUpToMinutes);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

// A day cut wherever the outcome changes: first what is told only as a sum, then the newest, one by one. One stretch
// where they tell more than the day holds.
void add_day(History& history, const std::string& date, const Stretch& day, const std::vector<Outcome>& outcomes) {
  const auto told = static_cast<std::int64_t>(outcomes.size());
  const std::int64_t succeeded = std::ranges::count(outcomes, true, &Outcome::is_success);
  const Stretch rest{day.executions - told, day.succeeded - succeeded};
  if (rest.succeeded < 0 || rest.executions < rest.succeeded) return history.add(day, date, "");
  if (rest.executions > 0) history.add(rest, date, "");
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const bool goes_on = i > 0 && outcomes[i].is_success == outcomes[i - 1].is_success;
    const bool opens_day = i == 0 && rest.executions == 0;
    if (!goes_on) history.add({}, opens_day ? date : minute_of(outcomes[i].at), outcomes[i].execution);
    history.stretches.back().executions += 1;
    history.stretches.back().succeeded += outcomes[i].is_success ? 1 : 0;
  }
}

History history_of(const HealthEvidence& evidence) {
  std::map<std::string, std::vector<Outcome>> newest;
  for (const Outcome& outcome : evidence.newest) newest[outcome.at.date()].push_back(outcome);
  History history;
  for (const auto& [date, day] : by_day(evidence.entries)) add_day(history, date, day, newest[date]);
  return history;
}

Rate rate_of(double sum, std::int64_t count) {
  if (count <= 0) return {};
  return {sum / static_cast<double>(count), count, rate_interval(sum, count)};
}

double mean(const Stretch& stretch) {
  return static_cast<double>(stretch.succeeded) / static_cast<double>(stretch.executions);
}

Change change_of(const History& history) {
  std::int64_t executions = 0;
  for (const Stretch& stretch : history.stretches) executions += stretch.executions;
  Change change;
  if (executions < kFewest) return change;
  change.trend = Trend::steady;
  const std::optional<ChangePoint> found = find_change(history.stretches);
  if (!found) return change;
  return {found->is_worse ? Trend::worse : Trend::better, history.since[found->first], history.executions[found->first],
          mean(found->before), mean(found->since)};
}

std::vector<StepHealth> steps_of(const std::vector<StepRefusals>& refusals) {
  std::map<std::string, StepHealth> by_step;
  for (const StepRefusals& line : refusals) {
    StepHealth& step = by_step[line.step];
    step.step = line.step;
    step.hand_ins += line.hand_ins;
    step.refused += line.refused;
    step.failed += line.failed;
    step.skipped += line.skipped;
  }
  std::vector<StepHealth> steps;
  for (auto& [id, step] : by_step) {
    if (step.troubles() > 0) steps.push_back(std::move(step));
  }
  std::ranges::stable_sort(steps, [](const auto& a, const auto& b) { return a.troubles() > b.troubles(); });
  return steps;
}

// Sums over all entries.
struct Sums {
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
  std::int64_t unpriced = 0;
  std::int64_t adherence_micros = 0;
  std::int64_t adherence_known = 0;
  Money avoidable;
};

Sums sum_up(const std::vector<AccountEntry>& entries) {
  Sums sums;
  for (const AccountEntry& entry : entries) {
    sums.executions += entry.executions;
    sums.succeeded += entry.succeeded;
    sums.unpriced += entry.unpriced;
    sums.adherence_micros += entry.adherence_micros;
    sums.adherence_known += entry.adherence_known;
    sums.avoidable += entry.avoidable;
  }
  return sums;
}

// The step at which most hand-ins fail, if it is many of them; else null.
const StepHealth* worst_step(const Health& health) {
  const auto is_bad = [](const StepHealth& step) {
    return step.hand_ins >= kFewest &&
           static_cast<double>(step.troubles()) >= kMuchTrouble * static_cast<double>(step.hand_ins);
  };
  const auto found = std::ranges::find_if(health.steps, is_bad);
  return found == health.steps.end() ? nullptr : &*found;
}

// The reasons for an update that the record itself gives, apart from money; empty where there are none.
std::string reason_to_update(const Health& health, const HealthEvidence& evidence) {
  if (health.change.trend == Trend::worse) {
    return "success fell from " + percent_text(health.change.before) + " to " + percent_text(health.change.after) +
           " on " + health.change.since;
  }
  if (health.success.count >= kFewest && health.success.interval.high < evidence.tolerance) {
    return "success is below the tolerance of " + percent_text(evidence.tolerance) + ", beyond chance";
  }
  for (const EdgeCaseReport& report : evidence.reports) {
    if (is_unsettled(report.status) && report_weight(report) >= kHeavyReport) {
      return "an edge case was told " + counted(report.count, "time") + " with severity " +
             std::string(to_string(report.severity));
    }
  }
  if (const StepHealth* step = worst_step(health)) {
    return std::to_string(step->troubles()) + " of " + std::to_string(step->hand_ins) + " hand-ins of step \"" +
           step->step + "\" did not pass";
  }
  return {};
}

void advise(Health& health, const HealthEvidence& evidence) {
  const std::string reason = reason_to_update(health, evidence);
  const bool paid_back = evidence.last_design_cost && evidence.last_design_cost->nanos() > 0 && health.avoidable &&
                         *health.avoidable > *evidence.last_design_cost;
  if (paid_back) {
    health.advice = UpdateAdvice::pays;
    health.why = "retries, failures and escalations have cost " + health.avoidable->text() +
                 ", more than designing the last version (" + evidence.last_design_cost->text() + ")";
    if (!reason.empty()) health.why += "; " + reason;
  } else if (!reason.empty()) {
    health.advice = UpdateAdvice::worth_a_look;
    health.why = reason;
  } else if (health.success.count < kFewest) {
    health.why = "only " + std::to_string(health.success.count) +
                 (health.success.count == 1 ? " execution has ended; " : " executions have ended; ") +
                 std::to_string(kFewest) + " are the least to judge by";
  } else {
    health.advice = UpdateAdvice::not_needed;
    health.why = "nothing in " + counted(health.success.count, "execution") + " asks for a change";
  }
}

}  // namespace

std::string_view to_string(Trend trend) {
  switch (trend) {
    case Trend::too_few:
      return "too_few";
    case Trend::steady:
      return "steady";
    case Trend::better:
      return "better";
    case Trend::worse:
      return "worse";
  }
  return "";
}

std::string_view to_string(UpdateAdvice advice) {
  switch (advice) {
    case UpdateAdvice::not_enough_evidence:
      return "not enough evidence";
    case UpdateAdvice::not_needed:
      return "not needed";
    case UpdateAdvice::worth_a_look:
      return "worth a look";
    case UpdateAdvice::pays:
      return "pays";
  }
  return "";
}

Health judge_health(const HealthEvidence& evidence) {
  const Sums sums = sum_up(evidence.entries);
  Health health;
  health.success = rate_of(static_cast<double>(sums.succeeded), sums.executions);
  health.adherence = rate_of(static_cast<double>(sums.adherence_micros) / kAdherenceMicros, sums.adherence_known);
  health.change = change_of(history_of(evidence));
  health.steps = steps_of(evidence.refusals);
  for (const EdgeCaseReport& report : evidence.reports) {
    if (!is_unsettled(report.status)) continue;
    ++health.open_reports;
    health.open_weight += report_weight(report);
  }
  health.unsuccessful = sums.executions - sums.succeeded;
  health.unpriced = sums.unpriced;
  if (sums.executions == 0 || sums.unpriced < sums.executions) health.avoidable = sums.avoidable;
  advise(health, evidence);
  return health;
}

}  // namespace pianola::workflow
