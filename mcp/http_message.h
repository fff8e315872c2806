// HTTP requests and responses as the endpoint sees them (RFC 9110, RFC 9112): plain values, whatever read them.
// Thread rule: plain values and functions.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pianola::mcp {

// Where MCP is served.
inline constexpr std::string_view kMcpPath = "/mcp";

using HttpFields = std::vector<std::pair<std::string, std::string>>;

// What a client sent, its framing checked and taken off.
struct HttpRequest {
  std::string method;
  std::string target;
  HttpFields fields;  // names in lower case, in the order they came
  std::string body;
  // Which client it came from, as far as that can be told by an address; empty behind a proxy.
  std::string remote = {};

  // The value of the first field of that name (in lower case), or nothing.
  std::optional<std::string_view> field(std::string_view name) const;
  // How often a field of that name came.
  int count(std::string_view name) const;
  // The target without its query.
  std::string_view path() const;
};

// What a client is answered; whoever writes it adds the framing.
struct HttpResponse {
  int status = 200;
  HttpFields fields;  // all but those of the connection and the body's length
  std::string body;
};

// Whether a host (without a port or brackets) can only be this machine. A name that begins with "127." can be any.
bool is_loopback_host(std::string_view host);

// A response with a JSON body.
HttpResponse json_response(int status, std::string body);
// A response whose body is one sentence for a person.
HttpResponse text_response(int status, std::string_view text);
// The same, to be asked again in that many seconds.
HttpResponse later_response(int status, std::string_view text, int seconds);

// The status line and fields, with the empty line that ends them. `length`: of the body; nothing where the body goes on
// until the connection's end or its last chunk, which `fields` say. `date`: of the field Date.
std::string write_head(const HttpResponse& response, std::optional<std::size_t> length, bool keeps_open,
                       std::string_view date);

// A time as HTTP writes it (RFC 9110, 5.6.7).
std::string http_date(std::time_t time);

}  // namespace pianola::mcp
