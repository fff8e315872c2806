// pianola workflow compile
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/text_lines.h"
#include "server/commands.h"
#include "server/print.h"
#include "server/print_findings.h"
#include "workflow/compile_run.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct CompileOptions {
  std::string execution;
  std::string name;
  bool dry_run = false;
};

int compile(Program& program, const CompileOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  SaveRunRequest wanted;
  wanted.execution_id = options.execution;
  if (!options.name.empty()) wanted.changes["name"] = options.name;
  wanted.request.dry_run = options.dry_run;
  const Result<SavedVersion> saved = save_run(program.environment(), *actor, std::move(wanted));
  if (!saved) return program.fail(saved.error());
  if (program.json) {
    print_json(program.out(), {{"name", saved->name.text()},
                               {"version", saved->number.text()},
                               {"saved", !options.dry_run},
                               {"status", to_string(saved->status)},
                               {"hash", saved->hash.text()},
                               {"readiness", saved->lint.readiness},
                               {"notices", saved->notices}});
    return kSuccess;
  }
  program.out() << saved->name.text() << " " << saved->number.text() << ": " << (options.dry_run ? "would be a " : "")
                << to_string(saved->status) << ", compiled from execution " << options.execution << '\n';
  for (const std::string& notice : saved->notices) program.out() << without_controls(notice) << '\n';
  print_findings(program, saved->lint);
  return kSuccess;
}

}  // namespace

void add_workflow_compile(CLI::App& group, Program& program, Action& chosen) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App* command = group.add_subcommand("compile", "Make a draft of the steps that a successful execution took");
  command->callback(
      [&chosen, &program, options] { chosen = [&program, options] { return compile(program, *options); }; });
  command->add_option("execution", options->execution, "Its id")->required();
  command->add_option("--name", options->name, "Save it as another workflow");
  command->add_flag("--dry-run", options->dry_run, "Say what it would be, and store nothing");
}

}  // namespace pianola::server
