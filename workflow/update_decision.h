// "Update now" or "wait": what an update of a workflow would save against what updates of it have cost, and the reasons
// that need no money. Thread rule: plain values and functions.
//
// An update saves at most what retries, failures and escalations cost in the last 30 days: it may not mend all of
// them. It costs what the updates until now cost on average, the first design where there was none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/accounts.h"
#include "workflow/health.h"
#include "workflow/money_lost.h"
#include "workflow/prices.h"

namespace pianola::workflow {

inline constexpr int kDecisionDays = 30;

// What a decision is made from; entries are of the version in use, designs of all its workflow's versions.
struct UpdateEvidence {
  const std::vector<AccountEntry>& entries;
  const std::vector<DesignBooking>& designs;  // newest first
  const Health& health;
  bool has_grave_report = false;  // is_grave, of one of its reports
  double tolerance = kDefaultTolerance;
  Timestamp now;
};

// What to do, and on what grounds.
struct UpdateDecision {
  bool is_now = false;
  std::optional<Money> saves;  // at most, in 30 days; null: no cost is known
  std::optional<Money> costs;  // an update, on average; null: of none is it known
  int updates = 0;             // that `costs` is of; 0: it is the first design's

  // The two amounts in a sentence.
  std::string text() const;
};

// Whether a report is a reason by itself: it waits, its severity is high, and it was told more than once or by an
// execution that lost money. A single telling is one model's word.
bool is_grave(const EdgeCaseReport& report, const ReportLoss& loss);

// Decides by the definitions above. A price that is not known decides nothing.
UpdateDecision decide_update(const UpdateEvidence& evidence, const PriceBook& prices);

}  // namespace pianola::workflow
