#include "workflow/health.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

namespace pianola::workflow {
namespace {

constexpr std::int64_t kFewest = 10;  // executions before anything is advised
constexpr double kHeavyReport = 3;    // weight from which one report alone deserves a look
constexpr double kMuchTrouble = 0.2;  // share of a step's hand-ins that did not pass

// What one day brought.
struct Day {
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
};

using Days = std::map<std::string, Day>;

Days by_day(const std::vector<AccountEntry>& entries) {
  Days days;
  for (const AccountEntry& entry : entries) {
    if (entry.executions == 0) continue;
    Day& day = days[entry.key.day];
    day.executions += entry.executions;
    day.succeeded += entry.succeeded;
  }
  return days;
}

Rate rate_of(double sum, std::int64_t count) {
  if (count <= 0) return {};
  return {sum / static_cast<double>(count), count, rate_interval(sum, count)};
}

double mean(const Day& day) { return static_cast<double>(day.succeeded) / static_cast<double>(day.executions); }

RateInterval interval_of(const Day& day) {
  return rate_interval(static_cast<double>(day.succeeded), day.executions, kChangeAlpha);
}

// The cut at which the two parts' intervals lie farthest apart, if at any they do not overlap.
Change change_of(const Days& days) {
  Day all;
  for (const auto& [day, sums] : days) {
    all.executions += sums.executions;
    all.succeeded += sums.succeeded;
  }
  Change change;
  if (all.executions < kFewest) return change;
  change.trend = Trend::steady;
  Day before;
  double widest_gap = 0;
  for (const auto& [day, sums] : days) {
    const Day after{all.executions - before.executions, all.succeeded - before.succeeded};
    if (before.executions > 0 && after.executions > 0) {
      const RateInterval past = interval_of(before);
      const RateInterval recent = interval_of(after);
      const double gap = std::max(past.low - recent.high, recent.low - past.high);
      if (gap > widest_gap) {
        widest_gap = gap;
        change = {recent.low > past.high ? Trend::better : Trend::worse, day, mean(before), mean(after)};
      }
    }
    before.executions += sums.executions;
    before.succeeded += sums.succeeded;
  }
  return change;
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
  std::int64_t hand_ins = 0;
  std::int64_t accepted = 0;
  std::int64_t adherence_micros = 0;
  std::int64_t adherence_known = 0;
  Money cost;  // of the starting executors
  Money escalation_cost;
};

Sums sum_up(const std::vector<AccountEntry>& entries) {
  Sums sums;
  for (const AccountEntry& entry : entries) {
    sums.executions += entry.executions;
    sums.succeeded += entry.succeeded;
    sums.unpriced += entry.unpriced;
    sums.hand_ins += entry.hand_ins;
    sums.accepted += entry.accepted;
    sums.adherence_micros += entry.adherence_micros;
    sums.adherence_known += entry.adherence_known;
    (entry.key.escalation ? sums.escalation_cost : sums.cost) += entry.cost;
  }
  return sums;
}

// What better wording could save at most: escalations, plus of the rest the share of unsuccessful executions and, of
// the successful ones, the share of hand-ins that did not pass.
Money avoidable_cost(const Sums& sums) {
  if (sums.executions <= 0) return sums.escalation_cost;
  const Money unsuccessful = sums.cost.scaled(sums.executions - sums.succeeded, sums.executions);
  const Money successful = sums.cost - unsuccessful;
  const std::int64_t not_passed = std::max<std::int64_t>(0, sums.hand_ins - sums.accepted);
  const Money retries = sums.hand_ins > 0 ? successful.scaled(not_passed, sums.hand_ins) : Money();
  return sums.escalation_cost + unsuccessful + retries;
}

std::string percent_text(double rate) {
  char text[16];
  std::snprintf(text, sizeof(text), "%.1f %%", rate * 100);
  return text;
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
           " on " + health.change.since_day;
  }
  if (health.success.count >= kFewest && health.success.interval.high < evidence.tolerance) {
    return "success is below the tolerance of " + percent_text(evidence.tolerance) + ", beyond chance";
  }
  for (const EdgeCaseReport& report : evidence.reports) {
    const bool waits = report.status == ReportStatus::open || report.status == ReportStatus::accepted;
    if (waits && report_weight(report) >= kHeavyReport) {
      return "an edge case was told " + std::to_string(report.count) + (report.count == 1 ? " time" : " times") +
             " with severity " + std::string(to_string(report.severity));
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
  const bool paid_back = evidence.last_design_cost && evidence.last_design_cost->nanos() > 0 &&
                         health.avoidable > *evidence.last_design_cost;
  if (paid_back) {
    health.advice = UpdateAdvice::pays;
    health.why = "retries, failures and escalations have cost " + health.avoidable.text() +
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
    health.why = "nothing in " + std::to_string(health.success.count) + " executions asks for a change";
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
  health.change = change_of(by_day(evidence.entries));
  health.steps = steps_of(evidence.refusals);
  for (const EdgeCaseReport& report : evidence.reports) {
    const bool waits = report.status == ReportStatus::open || report.status == ReportStatus::accepted;
    if (!waits) continue;
    ++health.open_reports;
    health.open_weight += report_weight(report);
  }
  health.unsuccessful = sums.executions - sums.succeeded;
  health.avoidable = avoidable_cost(sums);
  advise(health, evidence);
  return health;
}

}  // namespace pianola::workflow
