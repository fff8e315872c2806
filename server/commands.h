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

// Each adds its subcommands with their options to `app`; the one that the command line chooses puts what it will do
// into `chosen`. serve.cc: MCP over stdio.
void add_serve_command(CLI::App& app, Program& program, Action& chosen);
// demo.cc: the whole story on a scratch store.
void add_demo_command(CLI::App& app, Program& program, Action& chosen);
// workflow_commands.cc: list, show, diff, import, export, lint, publish, retire, rollback.
void add_workflow_commands(CLI::App& app, Program& program, Action& chosen);
// workflow_import.cc: `import`, into the group of workflow_commands.cc.
void add_workflow_import(CLI::App& group, Program& program, Action& chosen);
// workflow_compile.cc: `compile`, into the group of workflow_commands.cc.
void add_workflow_compile(CLI::App& group, Program& program, Action& chosen);
// review_commands.cc: `approve`, into the same group; and the rules of a workspace.
void add_workflow_approve(CLI::App& group, Program& program, Action& chosen);
void add_workspace_commands(CLI::App& app, Program& program, Action& chosen);
// author_commands.cc: who wrote what, and quarantine.
void add_author_commands(CLI::App& app, Program& program, Action& chosen);
// canary_command.cc: `canary`, into the same.
void add_canary_command(CLI::App& group, Program& program, Action& chosen);
// execution_commands.cc: executions and edge case reports.
void add_execution_commands(CLI::App& app, Program& program, Action& chosen);
// cost_commands.cc: the accounts, estimates, design costs.
void add_cost_commands(CLI::App& app, Program& program, Action& chosen);
// usage_commands.cc: usage that others know.
void add_usage_commands(CLI::App& app, Program& program, Action& chosen);
// price_commands.cc: the catalogue of prices.
void add_price_commands(CLI::App& app, Program& program, Action& chosen);
// key_commands.cc: access keys of servers over HTTP.
void add_key_commands(CLI::App& app, Program& program, Action& chosen);
// host_commands.cc: install, uninstall.
void add_host_commands(CLI::App& app, Program& program, Action& chosen);
// doctor_commands.cc: what is wrong, and what to do.
void add_doctor_command(CLI::App& app, Program& program, Action& chosen);
// store_commands.cc: export, import, backup, restore, verify.
void add_store_commands(CLI::App& app, Program& program, Action& chosen);
// description_commands.cc: completion, man-page; they tell of all that `app`, the whole program's, has.
void add_description_commands(CLI::App& app, Program& program, Action& chosen);

// Reads the command line, runs the command, and gives the exit code: 0, 1 failure, 2 usage.
int run_command_line(int argc, const char* const* argv, Program& program);

}  // namespace pianola::server
