// Between domain values and what a column holds. What is stored was checked when it came in: text that does not decode
// is a damaged store and a Fault.
// Thread rule: plain functions.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/json.h"
#include "store/database.h"
#include "workflow/edge_case.h"
#include "workflow/execution.h"
#include "workflow/hand_in_audit.h"
#include "workflow/store.h"
#include "workflow/version.h"

namespace pianola::store {

// The Fault for a stored text that does not mean anything.
[[noreturn]] void throw_damaged(std::string_view what, std::string_view text);

// The value of a stored text; a refusal means damage.
template <class T>
T stored(Result<T> result, std::string_view what, std::string_view text) {
  if (!result) throw_damaged(what, text);
  return *std::move(result);
}

// The value among `values` that to_string writes as `text`.
template <class Enum>
Enum stored_enum(std::initializer_list<Enum> values, std::string_view what, std::string_view text) {
  for (const Enum value : values) {
    if (to_string(value) == text) return value;
  }
  throw_damaged(what, text);
}

Json stored_json(std::string_view text);

workflow::WorkflowName stored_name(std::string_view text);
workflow::SemVer stored_version_number(std::string_view text);
workflow::Hash stored_hash(std::string_view text);
workflow::VersionStatus stored_status(std::string_view text);
workflow::Mode stored_mode(std::string_view text);
workflow::ExecutionState stored_state(std::string_view text);
workflow::Level stored_severity(std::string_view text);
workflow::ReportStatus stored_report_status(std::string_view text);

// One column each, as compact JSON.
std::string author_text(const workflow::Author& author);
workflow::Author stored_author(std::string_view text);
std::string texts_text(const std::vector<std::string>& texts);
std::vector<std::string> stored_texts(std::string_view text);
// Of the columns workflow, shown_version, shown_status, title, description, tags.
workflow::WorkflowSummary stored_summary(Row& row);
std::string design_cost_text(const workflow::DesignCost& cost);
workflow::DesignCost stored_design_cost(std::string_view text);
std::string input_files_text(const std::vector<workflow::InputFile>& files);
std::vector<workflow::InputFile> stored_input_files(std::string_view text);

// What of an execution a hand-in changes and no query asks for.
std::string progress_text(const workflow::Execution& execution);
void read_progress(std::string_view text, workflow::Execution& execution);

// What of a hand-in no query asks for.
std::string hand_in_details_text(const workflow::HandIn& hand_in);
void read_hand_in_details(std::string_view text, workflow::HandIn& hand_in);
workflow::HandInResult stored_hand_in_result(std::string_view text);
// From a row whose columns go on with seq, step, result, executor, handed_in_at, details, output.
workflow::HandIn read_hand_in(Row& row);

// What a hand-in's audit entry tells beside the hand-in.
std::string audit_facts_text(const workflow::HandInAudit& audit);
workflow::HandInAudit stored_audit_facts(std::string_view text);

}  // namespace pianola::store
