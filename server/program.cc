#include "server/program.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <ostream>
#include <string_view>
#include <utility>

#include "base/text_lines.h"
#include "server/print.h"
#include "store/open.h"

namespace pianola::server {
namespace {

const char* name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::storage_full:
      return "storage_full";
    case FaultKind::storage_not_writable:
      return "storage_not_writable";
    case FaultKind::storage_not_ours:
      return "storage_not_ours";
    case FaultKind::storage_newer:
      return "storage_newer";
    case FaultKind::storage_busy:
      return "storage_busy";
    case FaultKind::storage_io:
      return "storage_io";
    case FaultKind::cancelled:
      return "cancelled";
    case FaultKind::bug:
      return "bug";
  }
  return "";
}

// What a value of the command line is refused with, and nothing that a file or a store holds.
constexpr std::string_view kCodesOfMisuse[] = {"bad_address",      "bad_amount",    "bad_arguments",   "bad_date",
                                               "bad_duration",     "bad_head",      "bad_name",        "bad_oauth",
                                               "bad_url",          "bad_value",     "bad_version",     "bad_workspace",
                                               "missing_argument", "missing_field", "roots_over_http", "unknown_host"};

}  // namespace

std::string for_people(std::string message) {
  constexpr std::pair<std::string_view, std::string_view> kCommands[] = {
      {"design_usage or design_cost_usd of a later save counts for this draft, too",
       "pianola cost set-design NAME VERSION USD tells it"},
      {"without design_usage or design_cost_usd what this saves stays unknown. Save it again with one",
       "what this saves stays unknown until pianola cost set-design NAME VERSION USD tells it"},
      {"Mend with base_version set to this draft", "Mend the file, and import it with --base VERSION"},
      {"workflow_find", "pianola workflow list"},
      {"workflow_get", "pianola workflow show"},
      {"workflow_review", "pianola edge-case list"},
      {"workflow_save", "pianola workflow import"},
      {"edge_case_resolve", "pianola edge-case resolve"},
      {"the answer of execution_start", "pianola execution list"},
      {"execution_start's answer, or start one", "pianola execution list"}};
  for (const auto& [tool, command] : kCommands) {
    for (std::size_t at = message.find(tool); at != std::string::npos; at = message.find(tool, at + command.size())) {
      message.replace(at, tool.size(), command);
    }
  }
  return message;
}

std::string Program::resolved_store_path() const {
  return store_path.empty() ? store::default_store_path() : store_path;
}

workflow::Environment& Program::environment() {
  if (environment_ == nullptr) {
    store_ = store::open_store(resolved_store_path(),
                               {.create = makes_store || store_path.empty(), .reading_is_enough = !needs_writing});
    environment_ = std::make_unique<workflow::Environment>(workflow::Environment{*store_, clock_, ids_, settings});
  }
  return *environment_;
}

Result<workflow::Actor> Program::actor() const {
  auto name = workflow::WorkspaceName::parse(workspace);
  if (!name) return refuse(name.error());
  return workflow::Actor{*name, workflow::Author{"unknown", "pianola", ""}, false};
}

void Program::note_empty_workspace(const workflow::Actor& actor) {
  if (actor.workspace == workflow::WorkspaceName() || !environment().store.versions().names(actor.workspace).empty()) {
    return;
  }
  err_ << "pianola: note: workspace \"" << actor.workspace.text() << "\" holds no workflow\n";
}

int Program::fail(const Refusal& refusal) {
  misuse(refusal);
  return std::ranges::find(kCodesOfMisuse, refusal.code) != std::end(kCodesOfMisuse) ? kUsage : kFailure;
}

int Program::misuse(const Refusal& refusal) {
  if (json) {
    OrderedJson error = {{"code", refusal.code}, {"message", for_people(refusal.message)}};
    if (!refusal.place.empty()) error["place"] = refusal.place;
    for (const auto& [key, value] : refusal.data.items()) error[key] = value;
    print_json(out_, {{"error", std::move(error)}});
  } else {
    err_ << "pianola: " << without_controls(for_people(refusal.message)) << '\n';
    for (const auto& finding : refusal.data.value("findings", OrderedJson::array())) {
      const std::string fix = without_controls(finding.value("fix", ""));
      err_ << "  " << without_controls(finding.value("place", "") + ": " + finding.value("message", "")) << '\n';
      if (!fix.empty()) err_ << "    fix: " << fix << '\n';
    }
  }
  return kUsage;
}

int Program::fail(const Fault& fault) {
  Refusal refusal{"storage_fault", fault.what(), ""};
  refusal.data["kind"] = name_of(fault.kind());
  refusal.data["retryable"] = fault.retryable();
  std::error_code ignored;
  const bool is_slip = fault.kind() == FaultKind::storage_not_ours && !store_path.empty() &&
                       !std::filesystem::is_regular_file(store_path, ignored);
  return is_slip ? misuse(refusal) : fail(refusal);
}

}  // namespace pianola::server
