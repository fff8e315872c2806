// What the methods of Server share: one request under way, and how it fails. Private to server.cc, session.cc and
// features.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/server.h"

namespace pianola::mcp {

// A list that clients can watch: how its change is told, and which part of a subscription's filter asks for it.
struct WatchedList {
  bool Changes::*changed;
  const char* method;
  const char* filter;
};
// The three lists of the protocol.
inline std::span<const WatchedList> watched_lists() {
  static constexpr WatchedList kLists[] = {
      {&Changes::tools, "notifications/tools/list_changed", "toolsListChanged"},
      {&Changes::prompts, "notifications/prompts/list_changed", "promptsListChanged"},
      {&Changes::resources, "notifications/resources/list_changed", "resourcesListChanged"}};
  return kLists;
}

// One request under way.
struct Server::Call {
  const Message& message;
  Session& session;
  const Revision& revision;
  Request request;
  std::string answer;  // as far as it is written: a method appends its result
  bool is_tool_call = false;
  std::string refusal;          // the code of the tool's error, where it gave one
  bool answered_later = false;  // subscriptions/listen: `answer` is a notification; the answer proper comes at its end

  // The request's params; an object.
  const Json& params() const { return message.params; }
  // The text of a parameter that must be there. Throws ProtocolError (invalid params).
  const std::string& text_param(std::string_view name) const;
  // Where a list goes on; empty: from the first.
  std::string cursor() const { return params().contains("cursor") ? text_param("cursor") : std::string(); }
};

}  // namespace pianola::mcp
