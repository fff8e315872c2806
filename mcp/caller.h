// Who sends requests, and what is remembered of a connection between them.
// Thread rule: a Session belongs to the connection's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "mcp/log_level.h"
#include "mcp/revision.h"

namespace pianola::mcp {

// What callers may do: bits that a product gives a meaning to. A tool, resource, prompt or page says which ones it
// needs.
using Rights = std::uint32_t;
inline constexpr Rights kEveryRight = ~Rights{0};

// Who asks. It comes from the credential or the command line, never from a message.
struct Caller {
  std::string workspace = "default";
  Rights rights = kEveryRight;
  std::string key;                                     // the access key's prefix; empty over stdio
  bool by_token = false;                               // another access token may have more rights
  std::optional<Timestamp> expires_at = std::nullopt;  // from when on its key or token is not taken

  auto operator<=>(const Caller&) const = default;
};
using Callers = std::set<Caller>;

// One connection: who is on it, and for legacy revisions what `initialize` agreed.
struct Session {
  Caller caller;
  const Revision* revision = nullptr;  // null before `initialize`
  bool http = false;                   // over Streamable HTTP
  std::string client_name;
  std::string client_version;
  Json client_capabilities = Json::object();  // legacy: what `initialize` declared
  LogLevel log_level = LogLevel::info;        // legacy: what logging/setLevel asked for
  std::uint64_t questions_asked = 0;          // legacy: requests that we sent to the client
  std::set<std::string> subscribed;           // legacy: URIs of resources/subscribe
  // modern: the open subscriptions/listen requests, by the compact JSON of their id
  struct Listener {
    Json id;
    Json filter = Json::object();
  };
  std::vector<Listener> listeners;
  // Set by a transport while work cannot be made durable: tool calls are answered with it, and not run.
  std::optional<Fault> work_fault;
};

// Whether the caller has all the rights that something needs.
inline bool may_use(const Caller& caller, Rights needed) { return (caller.rights & needed) == needed; }

}  // namespace pianola::mcp
