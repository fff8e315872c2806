// pianola serve --http: MCP over Streamable HTTP, for agents on other machines, or several on one.
// Thread rule: called by one thread, which serves until the process is told to end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "mcp/caller.h"
#include "server/log_lines.h"
#include "server/program.h"

namespace pianola::server {

// The command line of `serve --http`, before it is checked.
struct HttpOptions {
  std::string address;                    // HOST:PORT; empty: stdio
  int workers = 2;                        // threads that handle requests
  std::vector<std::string> hosts;         // --allow-host
  std::vector<std::string> origins;       // --allow-origin
  std::vector<std::string> proxies;       // --proxy, beside this machine
  mcp::Rights rights = mcp::kEveryRight;  // --role's, of local callers without a key
  double rate_limit = 0;                  // --rate-limit, requests a second of one key; 0: none
  bool log_requests = false;
  bool access_log = false;
  std::string tls_certificate;  // PEM files; empty: plain HTTP
  std::string tls_key;
  std::string public_url;    // by which clients reach it, with /mcp; empty: as their requests name it
  std::string oauth_issuer;  // whose access tokens are taken beside keys; empty: nobody's
  std::string oauth_audience;
  std::string oauth_jwks;  // file or URL; empty: as the issuer's metadata says
};

// Where to listen.
struct HttpAddress {
  std::string host;
  std::uint16_t port = 0;  // 0: any free one
  bool is_loopback = false;
};

// Reads HOST:PORT, the host in brackets where it is an IPv6 address. Refuses ("bad_address") what is neither.
Result<HttpAddress> parse_http_address(const std::string& text);

// Signals as descriptors that become readable.
struct HttpSignals {
  int stop = -1;    // serving ends
  int reload = -1;  // the certificate is read again
};

// Serves until it is told to stop. Gives the exit code.
int serve_http(Program& program, const HttpOptions& options, const HttpSignals& signals);

}  // namespace pianola::server
