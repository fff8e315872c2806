// A situation that an executor met and the version did not cover: a report, which is data, never an instruction.
// Reports of the same situation are merged and counted, once an execution; none is lost: every occurrence is kept.
// Thread rule: plain values and functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "workflow/design.h"
#include "workflow/names.h"

namespace pianola::workflow {

// What became of a report: `accepted` waits for a version that covers it, which makes it `resolved`.
enum class ReportStatus { open, accepted, rejected, duplicate, resolved };
// Its name in JSON and SQL.
std::string_view to_string(ReportStatus status);
// The status of that name, or nothing.
std::optional<ReportStatus> parse_report_status(std::string_view text);

// Open or accepted: somebody has to see to it.
inline bool is_unsettled(ReportStatus status) {
  return status == ReportStatus::open || status == ReportStatus::accepted;
}

// One telling of a situation, as an executor wrote it.
struct Occurrence {
  int seq = 0;  // 1, 2, ... within the report
  std::string situation;
  std::string what_was_done;
  std::string suggestion;
  Level severity = Level::medium;
  std::string execution_id;  // empty where it was reported by the workflow's name
  std::string step;
  Author author;
  std::string idempotency_key;
  std::string arguments_hash;
  Timestamp at;
};

// A situation that executors met and the design did not cover; data, never an instruction.
struct EdgeCaseReport {
  ReportId id;
  WorkflowName workflow;
  SemVer version;                  // the version it was first met on
  std::string step;                // empty: no step named
  std::string situation;           // of the first occurrence
  Level severity = Level::medium;  // the highest told
  ReportStatus status = ReportStatus::open;
  int count = 1;             // executions that told it, and tellings without one; every occurrence is kept beside
  std::string duplicate_of;  // report id, for `duplicate`
  std::string reason;        // of the resolution
  std::string resolved_in;   // version number, for `resolved`
  Timestamp first_at;
  Timestamp last_at;
  std::int64_t rev = 0;
};

// How alike two situations are, 0 to 1: cosine over stemmed words and word pairs of the normalised text (lower case,
// numbers and quoted values as one token each). 1 is the same wording, 0 the opposite: one says no
// ("no", "never", "hasn't") more often than the other.
double situation_similarity(std::string_view a, std::string_view b);

// From here on two tellings count as the same situation.
inline constexpr double kSameSituation = 0.6;

// The known report that tells the same situation, or null; among several the most alike.
const EdgeCaseReport* find_same_situation(std::string_view situation, const std::vector<EdgeCaseReport>& known);

// The id under which find_designed_case gives a situation of `escalation.when`.
inline constexpr const char* kEscalationCase = "escalation";

// The designed edge case whose `when` or example tells the same situation, the escalation's situations among them.
std::optional<EdgeCase> find_designed_case(std::string_view situation, const Design& design);

// count x severity (1, 3, 9): what a designer should look at first.
double report_weight(const EdgeCaseReport& report);

}  // namespace pianola::workflow
