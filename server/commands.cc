#include "server/commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string_view>

#include "base/json.h"
#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola::server {
namespace {

// The words of a command line that name commands, as far as they do.
struct CommandWords {
  std::string command = "pianola";  // "pianola workflow"
  std::string unknown;              // the first word that should name a command and does not
  std::vector<std::string> known;   // what could have stood in its place
};

CommandWords command_words(const CLI::App& app, int argc, const char* const* argv) {
  CommandWords words;
  const CLI::App* group = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--store" || word == "--workspace") ++i;  // its value is no command
    if (word.starts_with('-')) continue;
    words.known.clear();
    const CLI::App* next = nullptr;
    for (const CLI::App* command : group->get_subcommands([](const CLI::App*) { return true; })) {
      words.known.push_back(command->get_name());
      if (command->get_name() == word) next = command;
    }
    if (words.known.empty()) return words;
    if (next == nullptr) {
      words.unknown = word;
      return words;
    }
    words.command += " " + word;
    group = next;
  }
  return words;
}

// By its exit code: its name is sometimes the command's.
bool is_word_too_many(const CLI::ParseError& error) {
  return error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
}

// What most likely went wrong with a word too many.
std::string advice_for(const CLI::ParseError& error) {
  return is_word_too_many(error) ? " A name with blanks goes in quotes: \"claude haiku\"." : "";
}

// CLI11 says only that an argument was not expected: name the word, and the commands that were near.
int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv,
                Program& program) {
  if (error.get_exit_code() == 0) return app.exit(error, program.out(), program.err());
  const CommandWords words = command_words(app, argc, argv);
  // Other words that are no command are values of options.
  const bool is_about_words =
      is_word_too_many(error) || std::string_view(error.what()).find("subcommand") != std::string_view::npos;
  const std::string what = is_about_words && !words.unknown.empty()
                               ? in_quotes(words.unknown) + " is no command." + did_you_mean(words.unknown, words.known)
                               : as_sentence(error.what()) + advice_for(error);
  // CLI11 has not come to set it where parsing ended early.
  program.json = std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--json"; });
  if (program.json) return program.misuse({"bad_arguments", what + " Run " + words.command + " --help for more.", ""});
  program.err() << "pianola: " << what << "\nRun " << words.command << " --help for more.\n";
  return kUsage;
}

// What no command can work with: words that are not UTF-8 (they would be told in JSON and kept in the store), and a
// home folder that is another one in each working directory.
std::optional<Refusal> check_surroundings(int argc, const char* const* argv, const Program& program) {
  for (int i = 1; i < argc; ++i) {
    if (is_utf8(argv[i])) continue;
    return Refusal{"bad_arguments", "Argument " + std::to_string(i) + " is not UTF-8 text: " + in_quotes(argv[i]) + ".",
                   ""};
  }
  const char* home = std::getenv("HOME");
  if (program.store_path.empty() && home != nullptr && *home != '\0' && *home != '/') {
    return Refusal{"no_home",
                   "HOME is " + in_quotes(home) +
                       ", which is no absolute path: set it to your home folder, or name the "
                       "store with --store.",
                   ""};
  }
  if (const std::string store = program.resolved_store_path(); !is_utf8(store)) {
    return Refusal{"bad_arguments", "The store's path is not UTF-8 text: " + in_quotes(store) + ".", ""};
  }
  return std::nullopt;
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
  add_workspace_commands(app, program, chosen);
  add_author_commands(app, program, chosen);
  add_execution_commands(app, program, chosen);
  add_cost_commands(app, program, chosen);
  add_price_commands(app, program, chosen);
  add_usage_commands(app, program, chosen);
  add_key_commands(app, program, chosen);
  add_store_commands(app, program, chosen);
  add_description_commands(app, program, chosen);
  add_host_commands(app, program, chosen);
  add_doctor_command(app, program, chosen);
  // CLI11 reports wrong usage by its own exceptions; they end here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv, program);
  }
  if (const std::optional<Refusal> refusal = check_surroundings(argc, argv, program)) return program.fail(*refusal);
  return chosen();
}

}  // namespace pianola::server
