// The commands of the program: one function a group adds its subcommands, with help, to the command line.
// Thread rule: one thread.
#pragma once

#include <functional>

#include "server/program.h"

namespace CLI {
class App;
}

namespace pianola::server {

// What the chosen subcommand will do; gives the exit code.
using Action = std::function<int()>;

void add_serve_command(CLI::App& app, Program& program, Action& chosen);
void add_demo_command(CLI::App& app, Program& program, Action& chosen);
void add_workflow_commands(CLI::App& app, Program& program, Action& chosen);
void add_execution_commands(CLI::App& app, Program& program, Action& chosen);
void add_cost_commands(CLI::App& app, Program& program, Action& chosen);
void add_price_commands(CLI::App& app, Program& program, Action& chosen);
void add_store_commands(CLI::App& app, Program& program, Action& chosen);

// Reads the command line, runs the command, and gives the exit code: 0, 1 failure, 2 usage.
int run_command_line(int argc, const char* const* argv, Program& program);

}  // namespace pianola::server
