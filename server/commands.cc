#include "server/commands.h"

#include <CLI/CLI.hpp>
#include <ostream>

#include "base/fault.h"
#include "base/nearest_name.h"

namespace pianola::server {
namespace {

// CLI11 says only that an argument was not expected: name the commands that were near.
std::string hint_for(const CLI::App& app, int argc, const char* const* argv) {
  std::vector<std::string> names;
  const CLI::App* group = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--store" || word == "--workspace") ++i;  // its value is no command
    if (word.starts_with('-')) continue;
    names.clear();
    const CLI::App* next = nullptr;
    for (const CLI::App* command : group->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(command->get_name());
      if (command->get_name() == word) next = command;
    }
    if (next == nullptr) return did_you_mean(word, names);
    group = next;
  }
  return "";
}

int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv,
                Program& program) {
  if (error.get_exit_code() == 0) return app.exit(error, program.out(), program.err());
  program.err() << "pianola: " << error.what() << hint_for(app, argc, argv)
                << "\nRun pianola --help for the commands.\n";
  return kUsage;
}

}  // namespace

int run_command_line(int argc, const char* const* argv, Program& program) {
  CLI::App app("Design a workflow once on a strong model, execute it many times on a cheap one, and see what it saved.",
               "pianola");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--store", program.store_path, "Path of the store (default: the XDG data directory)")
      ->envname("PIANOLA_STORE");
  app.add_option("--workspace", program.workspace, "Whose workflows (default: default)");
  app.add_flag("--json", program.json, "Print JSON for machines");

  Action chosen;
  add_serve_command(app, program, chosen);
  add_demo_command(app, program, chosen);
  add_workflow_commands(app, program, chosen);
  add_execution_commands(app, program, chosen);
  add_cost_commands(app, program, chosen);
  add_price_commands(app, program, chosen);
  add_store_commands(app, program, chosen);
  // CLI11 reports wrong usage by its own exceptions; they end here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv, program);
  }
  return chosen();
}

}  // namespace pianola::server
