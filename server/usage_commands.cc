// pianola usage import: what executions used, as a provider or a host's log says it.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/counted.h"
#include "server/commands.h"
#include "server/print.h"
#include "server/read_file.h"
#include "workflow/import_usage.h"

namespace pianola::server {
namespace {

struct UsageImportOptions {
  std::string file;
  bool dry_run = false;
};

int import_usage_file(Program& program, const UsageImportOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const Result<std::string> text = read_text_file(options.file);
  if (!text) return program.fail(text.error());
  const Result<workflow::UsageImport> imported =
      workflow::import_usage(program.environment(), *actor, *text, options.dry_run);
  if (!imported) return program.fail(imported.error());
  if (program.json) {
    print_json(program.out(), {{"imported", !options.dry_run},
                               {"records", imported->records},
                               {"executions", imported->executions},
                               {"changed", imported->changed}});
    return kSuccess;
  }
  program.out() << counted(imported->records, "request") << " of " << counted(imported->executions, "execution")
                << " read, " << counted(imported->changed, "execution")
                << (options.dry_run ? " would change\n" : " changed\n");
  return kSuccess;
}

}  // namespace

void add_usage_commands(CLI::App& app, Program& program, Action& chosen) {
  CLI::App* usage = app.add_subcommand("usage", "What executions used")->require_subcommand(1);
  auto options = std::make_shared<UsageImportOptions>();
  CLI::App* command = usage->add_subcommand(
      "import",
      "Take usage from JSON lines, one model request each: {\"execution\", \"model\", \"input_tokens\", ...}");
  command->add_option("file", options->file, "The file; - is standard input")->required();
  command->add_flag("--dry-run", options->dry_run, "Say what would change, and change nothing");
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return import_usage_file(program, *options); }; });
}

}  // namespace pianola::server
