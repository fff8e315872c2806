// What the methods of Server share: one request under way, and how it fails. Private to server.cc, session.cc and
// features.cc.
#pragma once

#include <string>
#include <vector>

#include "mcp/server.h"

namespace pianola::mcp {

inline constexpr const char* kMetaRevision = "io.modelcontextprotocol/protocolVersion";
inline constexpr const char* kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr const char* kMetaSubscription = "io.modelcontextprotocol/subscriptionId";

// A request that ends in a JSON-RPC error. Thrown by methods, caught where the answer is written.
struct ProtocolError {
  int error_code;
  std::string message;
  OrderedJson data = nullptr;
};

// One request under way.
struct Server::Call {
  const Message& message;
  Session& session;
  const Revision& revision;
  Request request;
  bool is_tool_call = false;
  bool answered_later = false;      // subscriptions/listen: its answer is its end
  std::vector<std::string> before;  // messages that go out before the answer

  const Json& params() const { return message.params; }
  // The text of a parameter that must be there. Throws ProtocolError (invalid params).
  std::string text_param(const char* name) const;
};

}  // namespace pianola::mcp
