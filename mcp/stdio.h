// MCP over pipes: one JSON object a line, nothing else on the output. What one read delivers is handled together: one
// unit of durable work, one write of all answers; progress, log messages and questions to the client leave at once.
// Thread rule: run() is called by one thread and returns when the input
// ends, the output breaks, or stop_fd is readable.
#pragma once

#include <cstddef>
#include <string>

#include "mcp/server.h"
#include "mcp/work_batch.h"

namespace pianola::mcp {

inline constexpr std::size_t kLineLimit = std::size_t{4} * 1024 * 1024;

// File descriptors of the connection.
struct StdioPipes {
  int in = 0;
  int out = 1;
  int stop = -1;  // becomes readable when the process is told to end; -1: never
};

// Serves one connection. Gives false where the output broke before everything was said.
bool serve_stdio(const Server& server, Session& session, WorkBatch* work, const StdioPipes& pipes,
                 std::size_t line_limit = kLineLimit);

}  // namespace pianola::mcp
