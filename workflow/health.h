// The health of a version, and the answer to "should it be updated?": success and adherence with intervals that stay
// valid however often one looks, change against its own past, refusals by step, and what its failures cost. "Not enough
// evidence" is an answer.
//
// Change: change_detector.h looks between the version's days, and within a day, as far as the newest executions are
// told one by one, wherever the outcome changes. Thread rule: plain values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workflow/accounts.h"
#include "workflow/edge_case.h"
#include "workflow/interval.h"
#include "workflow/store.h"

namespace pianola::workflow {

// A rate with its interval; nothing seen: count 0.
struct Rate {
  double mean = 0;
  std::int64_t count = 0;
  RateInterval interval;
};

// How success changed over a version's executions.
enum class Trend { too_few, steady, better, worse };
// Its name in words.
std::string_view to_string(Trend trend);

// Whether success changed, and since when it differs from before.
struct Change {
  Trend trend = Trend::too_few;
  std::string since;      // for better and worse: a day, or within a day the minute ("2026-11-24 09:30"), UTC
  std::string execution;  // the first since then, where it is known
  double before = 0;
  double after = 0;
};

// Where executors stumble, all executors summed up.
struct StepHealth {
  std::string step;
  std::int64_t hand_ins = 0;
  std::int64_t refused = 0;
  std::int64_t failed = 0;
  std::int64_t skipped = 0;
  // Hand-ins that did not go through.
  std::int64_t troubles() const { return refused + failed + skipped; }
};

// Whether the workflow should be updated.
enum class UpdateAdvice { not_enough_evidence, not_needed, worth_a_look, pays };
// Its name in words.
std::string_view to_string(UpdateAdvice advice);

// How a version does, and whether an update pays.
struct Health {
  Rate success;
  Rate adherence;
  Change change;
  std::vector<StepHealth> steps;  // most troubles first; steps without any left out
  int open_reports = 0;
  double open_weight = 0;  // of all open and accepted reports
  std::int64_t unsuccessful = 0;
  std::int64_t unpriced = 0;       // executions without a known cost
  std::optional<Money> avoidable;  // escalations, unsuccessful executions, refused hand-ins; null: no cost is known
  UpdateAdvice advice = UpdateAdvice::not_enough_evidence;
  std::string why;  // of the advice, in a sentence
};

// How one execution ended.
struct Outcome {
  Timestamp at;
  bool is_success = false;
  std::string execution{};  // its id
};

// What a version's health is judged from; everything is of that version, the reports of its workflow.
struct HealthEvidence {
  const std::vector<AccountEntry>& entries;
  const std::vector<StepRefusals>& refusals;
  const std::vector<EdgeCaseReport>& reports;
  double tolerance = kDefaultTolerance;
  std::optional<Money> last_design_cost = {};  // what the newest version cost to design, where known
  std::vector<Outcome> newest = {};            // of executions that the entries count, in the order of their ends
};

// Judges a version by what was recorded of it; with little evidence the advice is not_enough_evidence.
Health judge_health(const HealthEvidence& evidence);

}  // namespace pianola::workflow
