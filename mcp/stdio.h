// MCP over pipes: one JSON object a line, nothing else on the output. What one read delivers is handled together: one
// unit of durable work, one write of all answers; progress, log messages and questions to the client leave at once.
// Thread rule: serve_stdio() is called by one thread and returns when the input ends, the output breaks, or the process
// is told to end.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "mcp/server.h"
#include "mcp/work_batch.h"

namespace pianola::mcp {

inline constexpr std::size_t kLineLimit = std::size_t{4} * 1024 * 1024;

// The connection: file descriptors, and whether the process was told to end.
struct StdioPipes {
  int in = 0;
  int out = 1;
  const std::atomic<bool>* told_to_end = nullptr;  // who sets it ends `in`, too (end_on_signal.h); null: never
};

// Serves one connection. Gives false where the output broke before everything was said.
bool serve_stdio(const Server& server, Session& session, WorkBatch* work, const StdioPipes& pipes,
                 std::size_t line_limit = kLineLimit);

}  // namespace pianola::mcp
