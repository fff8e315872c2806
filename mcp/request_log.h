// What is written down of every request for whoever runs the server: one JSON object a request, so that nothing a
// client sends can end a line. Thread rule: the function that writes is called on the thread that handles the request.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "mcp/caller.h"

namespace pianola::mcp {

struct Exchange;

// The name or URI that a request is about, by its params; empty where there is none.
std::string_view subject_of(const Json& params);

// MCP 2026-07-28, basic: trace context travels in _meta (W3C Trace Context).
inline constexpr std::array kTraceFields = {"traceparent", "tracestate", "baggage"};

// What is counted of a request; texts are the client's, and live as long as the call.
struct RequestFacts {
  std::string_view method;
  std::string_view name;     // of the tool, prompt or resource; empty where there is none
  std::string_view outcome;  // "ok", "cancelled", a refusal's code or a JSON-RPC error's
  std::int64_t micros = 0;
};

// Where the lines go. Not set: nothing is written, and nothing is made for it.
struct RequestLog {
  std::function<void(const OrderedJson& line)> write;
  Clock* clock = nullptr;  // must be set where `write` or `count` is
  std::function<void(const RequestFacts& request)> count;
  // The name of what a caller with these rights is to the product; empty: it has none, and none is written.
  std::function<std::string_view(Rights rights)> role_of;
};

// Writes the line of one request when it goes out of scope: {at, method, name (of the tool, prompt or resource),
// client, revision, role, outcome ("ok", a refusal's code or a JSON-RPC error's), micros} and what the client's _meta
// says of its trace (traceparent, tracestate, baggage: W3C Trace Context).
class LoggedRequest {
 public:
  // Both must outlive it.
  LoggedRequest(const RequestLog& log, const Exchange& exchange);
  ~LoggedRequest();
  LoggedRequest(const LoggedRequest&) = delete;
  LoggedRequest& operator=(const LoggedRequest&) = delete;

 private:
  void write(const RequestFacts& facts) const;

  const RequestLog& log_;
  const Exchange& exchange_;
  Timestamp began_;
};

}  // namespace pianola::mcp
