#include "workflow/mode_advice.h"

#include "workflow/compute_ahead.h"
#include "workflow/quarantine.h"

namespace pianola::workflow {
namespace {

struct Record {
  std::int64_t hand_ins = 0;
  std::int64_t not_passed = 0;
};

Record record_of(Environment& environment, const Actor& actor, const Execution& execution) {
  Record record;
  for (const StepRefusals& step :
       environment.store.accounts().refusals(actor.workspace, execution.workflow, execution.version)) {
    if (step.executor != execution.executor) continue;
    record.hand_ins += step.hand_ins;
    record.not_passed += step.refused + step.failed;
  }
  return record;
}

// Executions of this model that ended, all of them successes.
std::int64_t spotless_executions(Environment& environment, const Actor& actor, const Execution& execution) {
  AccountFilter filter;
  filter.workflow = execution.workflow;
  filter.version = execution.version;
  std::int64_t executions = 0;
  std::int64_t succeeded = 0;
  for (const AccountEntry& entry : environment.store.accounts().entries(actor.workspace, filter)) {
    if (entry.key.executor != execution.executor) continue;
    executions += entry.executions;
    succeeded += entry.succeeded;
  }
  return executions == succeeded ? executions : 0;
}

std::string advise_by_evidence(Environment& environment, const Actor& actor, const Execution& execution) {
  if (execution.executor.empty() || execution.executor == "unknown") return {};
  const Record record = record_of(environment, actor, execution);
  if (record.hand_ins < kLeastHandIns) return {};
  const std::string counts = std::to_string(record.not_passed) + " of " + std::to_string(record.hand_ins);
  const auto often = static_cast<double>(record.not_passed) >= kOftenRefused * static_cast<double>(record.hand_ins);
  if (execution.mode == Mode::whole && often) {
    return "Next time use mode guided: here " + counts + " hand-ins by " + execution.executor + " did not pass.\n";
  }
  const bool may_be_whole = execution.mode == Mode::guided && record.not_passed == 0;
  if (!may_be_whole || spotless_executions(environment, actor, execution) < kLeastExecutions) return {};
  return "Next time mode whole will do: here all " + std::to_string(record.hand_ins) + " hand-ins by " +
         execution.executor + " passed.\n";
}

}  // namespace

std::string advise_mode(Environment& environment, const Actor& actor, const Execution& execution, const Design& design,
                        Mode asked) {
  const std::string step = reads_computed_on_the_way(design);
  if (!step.empty()) {
    return asked == Mode::guided
               ? ""
               : "Mode guided instead of whole: step \"" + step + "\" needs what the server computes on the way.\n";
  }
  std::string advice = advise_by_evidence(environment, actor, execution);
  const bool is_trusted = advice.empty() || quarantined_authors(environment, actor).all().empty();
  return is_trusted ? advice : std::string();
}

}  // namespace pianola::workflow
