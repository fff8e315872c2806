// pianola completion and man-page: the command line, told to shells and to man.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "server/command_description.h"
#include "server/commands.h"
#include "server/completion_scripts.h"
#include "server/man_page.h"

namespace pianola::server {
namespace {

std::string completion_for(const std::string& shell, const CommandDescription& program) {
  if (shell == "zsh") return zsh_completion(program);
  if (shell == "fish") return fish_completion(program);
  return bash_completion(program);
}

}  // namespace

void add_description_commands(CLI::App& app, Program& program, Action& chosen) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "Print completions for a shell, as a script");
  completion->add_option("shell", *shell, "The shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&app, &program, &chosen, shell] {
    chosen = [&app, &program, shell] {
      program.out() << completion_for(*shell, describe_command(app));
      return kSuccess;
    };
  });

  CLI::App* page = app.add_subcommand("man-page", "Print the man page, as roff");
  page->callback([&app, &program, &chosen] {
    chosen = [&app, &program] {
      program.out() << man_page(describe_command(app));
      return kSuccess;
    };
  });
}

}  // namespace pianola::server
