// pianola serve: MCP over stdio, what a host launches. Standard output belongs to the protocol alone.
#include <malloc.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>
#include <ostream>

#include "mcp/stdio.h"
#include "server/commands.h"
#include "tools/catalogue.h"
#include "tools/prompts.h"
#include "tools/resources.h"
#include "workflow/input_files.h"

namespace pianola::server {
namespace {

struct ServeOptions {
  std::string role = "designer";
  double idle_hours = 24;
  bool log_requests = false;
};

// One database transaction for what one read of the pipe delivered: group commit.
class StoreBatch final : public mcp::WorkBatch {
 public:
  explicit StoreBatch(workflow::Store& store) : store_(store) {}
  void begin() override { store_.begin_batch(); }
  void commit() override { store_.commit_batch(); }

 private:
  workflow::Store& store_;
};

// A descriptor that becomes readable when a host asks the process to end (Claude Code: SIGINT; Codex, Gemini CLI and
// Copilot: SIGTERM); what was acknowledged is finished first. A host that went away must not end it in the middle.
int open_stop_signal() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

// Keeps the memory that a read's answers took for the next one's: giving it back and taking it again costs more than
// the answers do.
void keep_heap() {
  constexpr int kKept = 512 * 1024;
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kKept);
}

// One line of JSON a request on standard error.
mcp::RequestLog log_to(Program& program) {
  return {[&program](const OrderedJson& line) { program.err() << dump_compact(line) + '\n'
                                                              << std::flush; },
          &program.environment().clock};
}

int serve(Program& program, const ServeOptions& options) {
  keep_heap();
  program.makes_store = true;
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  if (program.settings.roots.empty()) workflow::set_default_roots(program.settings);
  program.settings.idle_limit_micros = static_cast<std::int64_t>(options.idle_hours * 3600) * kMicrosPerSecond;
  tools::ToolContext context{program.environment()};
  mcp::Features features = tools::all_features(context, kVersion);
  if (options.log_requests) features.request_log = log_to(program);
  mcp::Server server(features);
  mcp::Session session;
  session.caller = {program.workspace, options.role == "designer", ""};
  StoreBatch batch(context.environment.store);
  const int stop = open_stop_signal();
  mcp::serve_stdio(server, session, &batch, {STDIN_FILENO, STDOUT_FILENO, stop});
  close(stop);
  return kSuccess;
}

}  // namespace

void add_serve_command(CLI::App& app, Program& program, Action& chosen) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve MCP over stdio: what a host launches");
  command->add_option("--role", options->role, "designer (all tools) or executor (those that carry out)")
      ->check(CLI::IsMember({"designer", "executor"}));
  command->add_option("--root", program.settings.roots, "Folder that input_files may be read from; may be repeated");
  command->add_option("--executor", program.settings.default_executor, "Model that executes, where nobody says");
  command->add_option("--baseline", program.settings.baseline, "Model that savings are measured against");
  command->add_option("--idle-limit", options->idle_hours, "Hours after which an idle execution is abandoned")
      ->check(CLI::Range(0.01, 100000.0));
  command->add_option("--page-bytes", program.settings.page_bytes, "Bytes of one page of a playbook")
      ->check(CLI::Range(1000, 1000000));
  command->add_flag("--require-review", program.settings.require_review,
                    "Save drafts only; publishing is another step");
  command->add_flag("--log-requests", options->log_requests,
                    "Write a line of JSON for each request to standard error, with the client's trace ids");
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return serve(program, *options); }; });
}

}  // namespace pianola::server
