// pianola serve: MCP over stdio, what a host launches, where standard output belongs to the protocol alone; or over
// HTTP.
#include <malloc.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>
#include <ostream>

#include "mcp/end_on_signal.h"
#include "mcp/http_message.h"
#include "mcp/stdio.h"
#include "server/commands.h"
#include "server/serve_http.h"
#include "tools/catalogue.h"
#include "tools/roles.h"
#include "workflow/input_files.h"
#include "workflow/review_policy.h"

namespace pianola::server {
namespace {

struct ServeOptions {
  std::string role = "designer";
  double idle_hours = 24;
  bool log_requests = false;
  HttpOptions http;
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

// A descriptor that becomes readable when one of these signals comes, which then does nothing by itself.
int open_signals(std::initializer_list<int> numbers) {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : numbers) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

// Keeps the memory that answers took for the next ones: giving it back and taking it again costs more than the answers
// do. `bytes`: about what those that are under way at one time take.
void keep_heap(int bytes) {
  mallopt(M_TRIM_THRESHOLD, bytes);
  mallopt(M_MMAP_THRESHOLD, 512 * 1024);
}

// One line of JSON a request on standard error.
mcp::RequestLog log_to(Program& program) {
  return {[&program](const OrderedJson& line) { program.err() << dump_compact(line) + '\n'
                                                              << std::flush; },
          &program.environment().clock,
          {},
          tools::role_of};
}

mcp::Rights rights_of(const ServeOptions& options) {
  return tools::rights_of(workflow::parse_access_role(options.role).value());
}

// A rule that only this process knew would be none: others write to the same store. Over HTTP, of every workspace.
void keep_rule(Program& program, bool everywhere) {
  if (!program.settings.require_review) return;
  workflow::Actor actor = program.actor().value();
  workflow::Environment& environment = program.environment();
  workflow::require_review(environment, actor, true);
  if (!everywhere) return;
  for (const workflow::WorkspaceName& workspace : environment.store.workspaces()) {
    actor.workspace = workspace;
    workflow::require_review(environment, actor, true);
  }
}

int serve_stdio(Program& program, const ServeOptions& options) {
  keep_heap(512 * 1024);
  if (program.settings.roots.empty()) workflow::set_default_roots(program.settings);
  tools::ToolContext context{program.environment()};
  keep_rule(program, false);
  mcp::Features features = tools::all_features(context, kVersion);
  const mcp::StateSeal seal(program.ids().random_hex(32), program.clock());  // a host stays with its process
  features.state_seal = &seal;
  if (options.log_requests) features.request_log = log_to(program);
  mcp::Server server(features);
  mcp::Session session;
  session.caller = {program.workspace, rights_of(options), ""};
  StoreBatch batch(context.environment.store);
  // A host that asks the process to end (Claude Code: SIGINT; Codex, Gemini CLI and Copilot: SIGTERM) waits for what
  // was acknowledged, and one that went away (SIGPIPE) must not end it in the middle.
  std::signal(SIGPIPE, SIG_IGN);
  const std::atomic<bool>& told_to_end = mcp::end_on_signals(STDIN_FILENO, {SIGINT, SIGTERM, SIGHUP});
  mcp::serve_stdio(server, session, &batch, {STDIN_FILENO, STDOUT_FILENO, &told_to_end});
  return kSuccess;
}

Result<void> check_oauth(const HttpOptions& http) {
  const bool has_issuer = !http.oauth_issuer.empty();
  if (has_issuer && !http.oauth_audience.empty()) return {};
  if (!has_issuer && http.oauth_audience.empty() && http.oauth_jwks.empty()) return {};
  return refuse("bad_oauth", "--oauth-issuer and --oauth-audience go together; --oauth-jwks says where its keys are");
}

bool has_scheme(std::string_view url) { return url.starts_with("https://") || url.starts_with("http://"); }

// Names that no client could use would only be noticed by their being refused.
Result<void> check_names(const HttpOptions& http) {
  const auto bad = [](const std::string& option, const std::string& value, const std::string& example) {
    return refuse("bad_address", option + " \"" + value + "\" must look like " + example);
  };
  if (!http.public_url.empty() && !(has_scheme(http.public_url) && http.public_url.ends_with(mcp::kMcpPath))) {
    return bad("--public-url", http.public_url, "https://mcp.example.com/mcp");
  }
  for (const std::string& host : http.hosts) {
    const bool is_v6 = host.starts_with('[') && host.ends_with(']');
    if (host.empty() || host.find_first_of(is_v6 ? "/ " : "/: ") != host.npos) {
      return bad("--allow-host", host, "mcp.example.com, without a port");
    }
  }
  for (const std::string& origin : http.origins) {
    // Of any scheme: pages of extensions and editors have their own.
    const std::size_t scheme = origin.find("://");
    if (scheme == 0 || scheme == origin.npos || origin.find('/', scheme + 3) != origin.npos) {
      return bad("--allow-origin", origin, "https://app.example.com");
    }
  }
  return {};
}

// Files of this machine are for its own user, over stdio.
int serve_over_http(Program& program, const ServeOptions& options) {
  if (!program.settings.roots.empty()) {
    return program.fail({"roots_over_http", "--root is for stdio: over HTTP no files of this machine are read", ""});
  }
  program.settings.no_roots_reason = "input_files are not read over HTTP: give the text as input";
  HttpOptions http = options.http;
  http.rights = rights_of(options);
  http.log_requests = options.log_requests;
  if (http.tls_certificate.empty() != http.tls_key.empty()) {
    return program.misuse({"bad_certificate", "--tls-cert and --tls-key go together", ""});
  }
  if (const Result<void> fits = check_oauth(http); !fits) return program.fail(fits.error());
  if (const Result<void> fits = check_names(http); !fits) return program.fail(fits.error());
  keep_rule(program, true);
  keep_heap(16 * 1024 * 1024);
  // Who runs a server sends SIGHUP to have it read its certificate again.
  const HttpSignals signals{open_signals({SIGINT, SIGTERM}), open_signals({SIGHUP})};
  const int code = serve_http(program, http, signals);
  close(signals.stop);
  close(signals.reload);
  return code;
}

int serve(Program& program, const ServeOptions& options) {
  program.makes_store = true;
  program.needs_writing = true;
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  program.settings.idle_limit_micros = static_cast<std::int64_t>(options.idle_hours * 3600) * kMicrosPerSecond;
  return options.http.address.empty() ? serve_stdio(program, options) : serve_over_http(program, options);
}

}  // namespace

void add_serve_command(CLI::App& app, Program& program, Action& chosen) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve MCP over stdio (what a host launches), or over HTTP");
  command
      ->add_option("--role", options->role,
                   "Whom it is for: executor, reviewer, designer (default) or admin; over HTTP, callers without a key")
      ->check(CLI::IsMember(workflow::access_role_names()));
  command
      ->add_option("--root", program.settings.roots,
                   "Folder that input_files may be read from, and relative ones count from; may be repeated")
      ->check(CLI::ExistingDirectory);
  command->add_option("--executor", program.settings.default_executor, "Model that executes, where nobody says");
  command->add_option("--baseline", program.settings.baseline, "Model that savings are measured against");
  command->add_option("--idle-limit", options->idle_hours, "Hours after which an idle execution is abandoned")
      ->check(CLI::Range(0.01, 100000.0));
  command->add_option("--page-bytes", program.settings.page_bytes, "Bytes of one page of a playbook")
      ->check(CLI::Range(1000, 1000000));
  command->add_option("--http", options->http.address, "Serve over HTTP on HOST:PORT, at /mcp, instead of stdio");
  command->add_option("--workers", options->http.workers, "Threads that handle requests over HTTP")
      ->check(CLI::Range(1, 64));
  command->add_option("--allow-host", options->http.hosts,
                      "Name by which clients reach the server over HTTP; may be repeated");
  command->add_option("--allow-origin", options->http.origins,
                      "Origin of pages in browsers that may ask over HTTP; may be repeated");
  command->add_option("--proxy", options->http.proxies,
                      "Address of a proxy on another machine: limits of one client are not for it; may be repeated");
  command->add_option("--rate-limit", options->http.rate_limit, "Requests a second over HTTP that one key may send")
      ->check(CLI::Range(0.001, 1e6));
  command->add_option("--tls-cert", options->http.tls_certificate,
                      "Certificate with its chain (PEM) for HTTPS; SIGHUP reads it again");
  command->add_option("--tls-key", options->http.tls_key, "The certificate's key (PEM)");
  command->add_option("--public-url", options->http.public_url,
                      "URL by which clients reach the server, where a proxy hides it: https://HOST/mcp");
  command->add_option("--oauth-issuer", options->http.oauth_issuer,
                      "Authorization server whose access tokens (JWT) are taken beside keys");
  command->add_option("--oauth-audience", options->http.oauth_audience,
                      "This server's URL, as those tokens must name it: https://HOST/mcp");
  command->add_option("--oauth-jwks", options->http.oauth_jwks,
                      "Its keys (JWKS): a file, or a URL (default: as its metadata says); SIGHUP reads them again");
  command->add_flag("--access-log", options->http.access_log,
                    "Write a line of JSON for each HTTP request to standard error");
  command->add_flag("--require-review", program.settings.require_review,
                    "Publish nothing that no reviewer approved: sets the workspace's rule (pianola workspace)");
  command->add_flag("--log-requests", options->log_requests,
                    "Write a line of JSON for each request to standard error, with the client's trace ids");
  for (const char* option :
       {"--workers", "--allow-host", "--allow-origin", "--proxy", "--rate-limit", "--tls-cert", "--tls-key",
        "--public-url", "--oauth-issuer", "--oauth-audience", "--oauth-jwks", "--access-log"}) {
    command->get_option(option)->needs("--http");
  }
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return serve(program, *options); }; });
}

}  // namespace pianola::server
