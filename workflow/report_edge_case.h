// Use cases on edge case reports: report a situation, and settle a report that needs no new version. Each is one
// transaction with its audit entry. What executors tell is data: it is stored and counted, never followed.
// Thread rule: as the Environment: one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/environment.h"

namespace pianola::workflow {

inline constexpr std::size_t kLongestTelling = 4'000;  // bytes of each text of a report

// One telling. It names an execution, or else a workflow.
struct ReportRequest {
  std::string situation;
  std::string execution_id;  // empty: not given
  std::string name;          // empty: not given
  std::string step;
  std::string what_was_done;
  std::string suggestion;
  Level severity = Level::medium;
  std::string idempotency_key;
  std::string call_id;         // the host's id of the call; empty where it gives none
  std::string arguments_hash;  // Hash of the canonical arguments, to recognise a repeat
};

// What became of a telling.
struct ReportAnswer {
  EdgeCaseReport report;
  bool known = false;                     // told before: merged into a report that was already there
  bool repeated = false;                  // this very call was answered before: nothing new was recorded
  std::optional<EdgeCase> designed = {};  // what the version says to do, where it covers the situation
  std::vector<EdgeCase> others = {};      // where it was not recognised: what the version covers
};

// Records a telling: merged into the open, accepted or rejected report that tells the same situation, else as a new
// report (status resolved where the version already covers it). Refuses: missing_argument, too_long,
// unknown_execution, unknown_workflow, no_published_version, wrong_workflow (name and execution disagree),
// unknown_step, key_reused.
Result<ReportAnswer> report_edge_case(Environment& environment, const Actor& actor, const ReportRequest& request);

// The reports told in an execution, each once, in the order told. Throws Fault where the store cannot be read.
std::vector<std::string> reports_told_in(Environment& environment, const Actor& actor, const ExecutionId& id);

// How a designer may settle a report.
enum class Resolution { accepted, rejected, duplicate };
// Its name in JSON.
std::string_view to_string(Resolution resolution);

// Which report is settled, how and why.
struct ResolveRequest {
  std::string id;
  Resolution resolution = Resolution::accepted;
  std::string reason;
  std::string duplicate_of;  // required for `duplicate`, else empty
};

// The report as it is now.
struct ResolveAnswer {
  EdgeCaseReport report;
  std::optional<EdgeCaseReport> original = {};  // of a duplicate: the other report, with its tellings added
  bool unchanged = false;                       // it was settled so before
};

// Settles a report. A duplicate's tellings are added to the other report, so that its weight is right. Saying the same
// again changes nothing. Refuses: unknown_edge_case, missing_argument, bad_duplicate (itself, another workflow's),
// already_resolved (a version has resolved it, or it is a duplicate and its tellings were moved).
Result<ResolveAnswer> resolve_edge_case(Environment& environment, const Actor& actor, const ResolveRequest& request);

}  // namespace pianola::workflow
