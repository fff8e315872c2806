// What the tests that kill and crowd servers play: executions of a workflow of two steps, with lines written by hand so
// that many requests can be under way at once.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "store/open.h"
#include "tests/support/server_process.h"

namespace pianola::tests {

// The words of a command.
using Command = std::vector<std::string>;

inline const Command kPianola = {PIANOLA_BINARY_DIR "/pianola"};

// The command by which a program serves a store.
inline Command serving(Command program, const std::string& store_path) {
  program.insert(program.end(), {"--store", store_path, "serve"});
  return program;
}

inline std::string request_line(const std::string& id, const std::string& tool, const Json& arguments) {
  const Json meta = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                     {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
  return dump_compact(Json{{"jsonrpc", "2.0"},
                           {"id", id},
                           {"method", "tools/call"},
                           {"params", {{"name", tool}, {"arguments", arguments}, {"_meta", meta}}}}) +
         "\n";
}

inline std::string save_line() {
  const Json output = {{"type", "object"}, {"properties", {{"topic", {{"type", "string"}}}}}, {"required", {"topic"}}};
  const Json step = {{"id", "read"}, {"title", "Read"}, {"instruction", "Read it."}, {"output", output}};
  Json second = step;
  second["id"] = "sort";
  return request_line("save", "workflow_save",
                      {{"workflow",
                        {{"name", "triage"},
                         {"title", "Triage"},
                         {"description", "Sorts mail."},
                         {"designed_by", "claude-opus-5-5"},
                         {"steps", {step, second}}}}});
}

// The answer to a tool call: its id and, where it is no error, the execution that it is about.
struct ToolAnswer {
  std::string id;
  bool is_error = false;
  std::string execution_id;
  std::string text;
};

inline ToolAnswer read_answer(const std::string& line) {
  const Json message = parse_json(line).value();
  ToolAnswer answer{message.at("id").get<std::string>(), false, "", line};
  const auto result = message.find("result");
  if (result == message.end() || result->value("isError", false)) {
    answer.is_error = true;
    return answer;
  }
  const auto meta = result->at("_meta").find("pianola/execution");
  if (meta != result->at("_meta").end()) answer.execution_id = meta->value("execution_id", "");
  return answer;
}

}  // namespace pianola::tests
