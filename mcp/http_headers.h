// What HTTP's fields must say before a message of MCP is looked at: who may ask (DNS rebinding), what is sent and
// accepted, and the fields that mirror the body in modern revisions.
// Source: MCP, basic/transports (Streamable HTTP) of each revision. Thread rule: plain values and functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "mcp/http_message.h"
#include "mcp/message.h"
#include "mcp/tool.h"

namespace pianola::mcp {

// Names under which browsers and clients may reach the server. A page of another site can make a browser send requests
// here, under a name of its own that it lets point here: such names are refused.
struct KnownHosts {
  std::vector<std::string> hosts;    // besides this machine's loopback names; lower case, without a port
  std::vector<std::string> origins;  // besides pages of those hosts: "https://app.example.com"
  bool any_host = false;             // reached by names that we cannot know; keys keep strangers out
};

// Why the request's Host or Origin is refused (403); nothing where they are fine.
std::optional<std::string> bad_host(const HttpRequest& request, const KnownHosts& known);

// Whether the Accept field lets through that media type; it does where there is none.
bool accepts(const HttpRequest& request, std::string_view media_type);
// Whether the body is said to be JSON, in UTF-8.
bool sends_json(const HttpRequest& request);

// One argument of a tool that clients mirror in the field `Mcp-Param-NAME` (`x-mcp-header` in its input schema).
struct MirroredArgument {
  std::string field;              // lower case
  std::vector<std::string> path;  // of the property, from the arguments down
};
using MirroredArguments = std::map<std::string, std::vector<MirroredArgument>>;  // by the tool's name
MirroredArguments mirrored_arguments(const std::vector<Tool>& tools);

// In what the fields of a modern request do not say what its body does; nothing where they do. `message`: a request or
// a notification.
std::optional<std::string> header_mismatch(const HttpRequest& request, const Message& message,
                                           const MirroredArguments& mirrored);

}  // namespace pianola::mcp
