// A real MCP client session with a real server: `pianola serve` started as a child process, spoken to over its pipes.
// Every request has an id of its own and waits for the answer with that id. Thread rule: one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::server {

// Which handshake the session opens with: `initialize` (2025-11-25), or none and _meta in every request (2026-07-28).
enum class DemoEra { legacy, modern };

// What a tool answered, as a host shows it to its model.
struct DemoAnswer {
  bool is_error = false;
  std::string text;  // all text blocks, a line break between them
  Json facts;        // structuredContent; null where there is none
  Json execution;    // _meta["pianola/execution"]; null where there is none

  // The error's code; empty where it is none.
  std::string code() const;
};

// A session with a server process of its own, from the client's side.
class DemoClient {
 public:
  // Starts `program serve ARGUMENTS`, opens the session and reads the list of tools. Throws Fault where the process
  // cannot be started or does not answer as the protocol says.
  DemoClient(const std::string& program, const std::vector<std::string>& arguments, DemoEra era);
  ~DemoClient();
  DemoClient(const DemoClient&) = delete;
  DemoClient& operator=(const DemoClient&) = delete;

  // Calls a tool. Throws Fault on a JSON-RPC error, a broken line or no answer within ten seconds.
  DemoAnswer call(const std::string& tool, const Json& arguments);

  // Closes the server's input and waits for its end; gives its exit code. The destructor does it otherwise.
  int close();

  // The tools that the server listed, in its order.
  const std::vector<std::string>& tool_names() const { return tool_names_; }
  // Bytes of what a host puts before every request of its model: the tools' definitions and the instructions.
  std::int64_t preamble_bytes() const { return preamble_bytes_; }
  // Requests sent so far, the handshake included.
  std::int64_t requests() const { return next_id_ - 1; }
  // The protocol's revision that the session agreed on.
  const std::string& revision() const { return revision_; }

 private:
  void start(const std::string& program, const std::vector<std::string>& arguments);
  void open_session();
  Json request(const std::string& method, Json params);
  void send(const Json& message);
  Json read_answer(std::int64_t id);
  std::string read_line();

  DemoEra era_;
  std::string revision_;
  pid_t child_ = -1;
  int to_server_ = -1;
  int from_server_ = -1;
  std::string received_;
  std::int64_t next_id_ = 1;
  std::vector<std::string> tool_names_;
  std::int64_t preamble_bytes_ = 0;
};

}  // namespace pianola::server
