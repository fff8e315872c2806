#include "server/serve_http.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <ostream>

#include "base/ascii.h"
#include "base/list_text.h"
#include "mcp/http_endpoint.h"
#include "server/http_worker.h"
#include "server/metrics.h"
#include "server/store_feed.h"
#include "tools/roles.h"
#include "workflow/access.h"

namespace pianola::server {
namespace {

constexpr const char* kSessionSecret = "http_sessions";

// The name that a client on this machine can use.
std::string shown(const HttpAddress& address, std::uint16_t port, bool tls) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (tls ? "https://" : "http://") + (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(port) +
         std::string(mcp::kMcpPath);
}

// Who could reach the server from elsewhere: by its address, or by what stands before it; empty where nobody can.
std::string reached_as(const HttpOptions& options, const HttpAddress& address) {
  if (!address.is_loopback) return options.address;
  if (!options.public_url.empty()) return options.public_url;
  const auto elsewhere = std::find_if(options.hosts.begin(), options.hosts.end(),
                                      [](const std::string& host) { return !mcp::is_loopback_host(host); });
  return elsewhere == options.hosts.end() ? "" : *elsewhere;
}

Refusal needs_keys(const std::string& address) {
  return {"needs_keys",
          "Whoever reaches " + address +
              " could use everything: create a key first, for example with\n"
              "  pianola key create --role executor --expires 90d\n"
              "or listen on 127.0.0.1 for this machine alone, without --public-url and --allow-host.",
          ""};
}

mcp::HttpSettings settings_of(const HttpOptions& options, const HttpAddress& address) {
  mcp::HttpSettings settings;
  settings.notes = options.access_log;
  settings.authorization.tls = !options.tls_certificate.empty();
  settings.authorization.resource = options.public_url;
  if (!options.oauth_issuer.empty()) {
    settings.authorization.resource = options.oauth_audience;
    settings.authorization.issuers = {options.oauth_issuer};
    for (const ScopeRow& row : scopes()) {
      settings.authorization.scopes.push_back({std::string(row.scope), tools::rights_of(row.role)});
    }
  }
  settings.workers = options.workers;
  settings.requests_per_second = options.rate_limit;
  settings.pages = {{std::string(kReadyPath)}, {std::string(kMetricsPath), tools::kMayOperate}};
  for (const std::string& host : options.hosts) settings.known.hosts.push_back(lower_case(host));
  settings.known.origins = options.origins;
  // Elsewhere than on loopback every request needs a key, which a page in a browser does not have.
  settings.known.any_host = !address.is_loopback && options.hosts.empty();
  return settings;
}

Result<mcp::HttpLimits> limits_of(const HttpOptions& options) {
  mcp::HttpLimits limits;
  for (const std::string& proxy : options.proxies) {
    in6_addr address{};
    const int family = proxy.find(':') == std::string::npos ? AF_INET : AF_INET6;
    if (inet_pton(family, proxy.c_str(), &address) != 1) {
      return refuse("bad_address", "--proxy \"" + proxy + "\" is no address, for example 10.0.0.7");
    }
    char text[INET6_ADDRSTRLEN];
    limits.proxies.emplace_back(inet_ntop(family, &address, text, sizeof text));  // as connections have it
  }
  return limits;
}

// Names that are counted apart: all others are a client's own.
std::set<std::string, std::less<>> known_names(const mcp::Features& features) {
  std::set<std::string, std::less<>> names;
  for (const std::string_view method : mcp::Server::methods()) names.emplace(method);
  for (const mcp::Tool& tool : features.tools) names.insert(tool.name);
  return names;
}

constexpr std::size_t kLongestLogged = 300;  // bytes of one text of a client's

OrderedJson access_line(const mcp::HttpAccess& access, Timestamp now) {
  OrderedJson line = {{"at", now.iso8601()},
                      {"remote", access.remote},
                      {"method", cut(access.method, kLongestLogged)},
                      {"path", cut(access.path, kLongestLogged)},
                      {"status", access.status},
                      {"bytes", access.bytes},
                      {"micros", access.micros}};
  for (const auto& [name, value] : access.notes) line[name] = cut(value, kLongestLogged);
  return line;
}

// What is written down and counted of each request. All must outlive it.
mcp::RequestLog request_log(const HttpOptions& options, LogLines& lines, Metrics& metrics, Clock& clock) {
  mcp::RequestLog log;
  if (options.log_requests) log.write = [&lines](const OrderedJson& line) { lines.write(line); };
  log.clock = &clock;
  log.role_of = tools::role_of;
  log.count = [&metrics](const mcp::RequestFacts& request) { metrics.count_request(request); };
  return log;
}

// A signal that came in between is one with the next.
void clear_signal(int fd) {
  char bytes[1024];
  static_cast<void>(!read(fd, bytes, sizeof bytes));
}

// Answers of some KB are made by one thread and freed by another: without room to spare the allocator gives memory back
// and takes it again with each of them, which costs more than a request.
void keep_room_to_spare() {
  constexpr int kKept = 16 * 1024 * 1024;
  constexpr int kTaken = 1024 * 1024;
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_TOP_PAD, kTaken);
}

}  // namespace

Result<HttpAddress> parse_http_address(const std::string& text) {
  const auto bad = [&] {
    return refuse("bad_address", "\"" + text + "\" is no HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad();
  HttpAddress address;
  address.host = text.substr(0, colon);
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, address.port);
  if (read.ec != std::errc() || read.ptr != end) return bad();
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return bad();
  }
  address.is_loopback = mcp::is_loopback_host(address.host);
  return address;
}

int serve_http(Program& program, const HttpOptions& options, const HttpSignals& signals) {
  const auto address = parse_http_address(options.address);
  if (!address) return program.fail(address.error());
  const auto limits = limits_of(options);
  if (!limits) return program.fail(limits.error());
  keep_room_to_spare();
  workflow::Environment& environment = program.environment();
  const bool has_issuer = !options.oauth_issuer.empty();
  const std::string elsewhere = reached_as(options, *address);
  if (!elsewhere.empty() && !has_issuer && !environment.store.access().has_keys()) {
    return program.fail(needs_keys(elsewhere));
  }
  tools::ToolContext context{environment};
  const mcp::Features features = tools::all_features(context, kVersion);
  const mcp::SessionIds ids(workflow::store_secret(environment, kSessionSecret), program.clock(), program.ids());
  const mcp::Caller local{program.workspace, options.rights, ""};
  Metrics metrics(known_names(features));
  LogLines lines(program.err());
  const auto say = [&](const std::string& text) { lines.write("pianola: " + text); };
  const auto tokens = open_token_source({options.oauth_issuer, options.oauth_audience}, options.oauth_jwks, say);
  if (!tokens) return program.fail(tokens.error());
  const mcp::RequestLog log = request_log(options, lines, metrics, program.clock());
  mcp::HttpSettings settings = settings_of(options, *address);
  settings.make_feed = [&] { return std::make_unique<StoreFeed>(program.resolved_store_path(), program.clock()); };
  mcp::HttpEndpoint endpoint(features, ids, std::move(settings), [&] {
    return std::make_unique<HttpWorker>(program, local, elsewhere.empty() && !has_issuer, log, metrics, tokens->get());
  });
  mcp::HttpListener listener(endpoint.handler(), *limits);
  const bool tls = !options.tls_certificate.empty();
  const auto read_certificate = [&] {
    return tls ? listener.use_tls(options.tls_certificate, options.tls_key) : Result<void>();
  };
  if (const Result<void> read = read_certificate(); !read) return program.fail(read.error());
  const Result<std::uint16_t> port = listener.listen(address->host, address->port);
  if (!port) return program.fail(port.error());
  say("serving MCP on " + shown(*address, *port, tls));
  listener.on_readable(signals.stop, [&] { listener.stop(); });
  listener.on_readable(signals.reload, [&] {
    clear_signal(signals.reload);
    Result<void> read = read_certificate();
    if (read && has_issuer) read = (*tokens)->reload();
    say(read ? "reloaded" : "not reloaded: " + read.error().message);
  });
  listener.on_answered([&](const mcp::HttpAccess& access) {
    metrics.count_response(access.status);
    if (options.access_log) lines.write(access_line(access, program.clock().now()));
  });
  endpoint.serve(listener);
  if (has_issuer) (*tokens)->end();  // it could tell the endpoint of keys
  return kSuccess;
}

}  // namespace pianola::server
