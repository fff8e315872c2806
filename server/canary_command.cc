// pianola workflow canary
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "server/commands.h"
#include "server/print.h"
#include "workflow/canary.h"
#include "workflow/look_up.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct CanaryOptions {
  std::string name;
  std::string version;
  int percent = 10;
  bool by_hand = false;
};

int print_canary(Program& program, const Actor& actor, const WorkflowName& name) {
  const std::optional<CanaryReport> report = report_canary(program.environment(), actor, name);
  if (program.json) {
    print_json(program.out(),
               {{"name", name.text()}, {"canary", report ? encode_canary(*report) : OrderedJson(nullptr)}});
  } else if (report) {
    program.out() << render_canary(*report);
  } else {
    program.out() << name.text() << " has no canary: name a version to start one.\n";
  }
  return kSuccess;
}

int canary(Program& program, const CanaryOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const auto name = WorkflowName::parse(options.name);
  if (!name) return program.fail(name.error());
  if (program.environment().store.versions().history(actor->workspace, *name).empty()) {
    return program.fail(unknown_workflow(program.environment(), *actor, options.name));
  }
  if (!options.version.empty()) {
    const auto number = SemVer::parse(options.version);
    if (!number) return program.fail(number.error());
    const auto started = start_canary(program.environment(), *actor, *name, *number, options.percent, options.by_hand);
    if (!started) return program.fail(started.error());
  }
  return print_canary(program, *actor, *name);
}

}  // namespace

void add_canary_command(CLI::App& group, Program& program, Action& chosen) {
  auto options = std::make_shared<CanaryOptions>();
  CLI::App* command = group.add_subcommand(
      "canary", "Start a version on a share of the executions until they show which is better; or say how it stands");
  command->add_option("name", options->name, "The workflow")->required();
  command->add_option("version", options->version, "The new version; without it, how the canary stands");
  command->add_option("--percent", options->percent, "Of the executions that name no version (default: 10)");
  command->add_flag("--manual", options->by_hand, "Promote and roll back nothing by itself");
  command->callback(
      [&chosen, &program, options] { chosen = [&program, options] { return canary(program, *options); }; });
}

}  // namespace pianola::server
