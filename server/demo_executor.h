// Plays executions through a client session, as a host's model would: start, do the step that is handed out, hand it
// in, mend what is refused, report what is not covered, let the stronger model do what is handed off, finish. Token
// counts are estimates from what was really exchanged. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "server/demo_client.h"
#include "server/demo_stand_in.h"

namespace pianola::server {

inline constexpr const char* kDemoExecutor = "claude-haiku-5-5";
inline constexpr const char* kDemoDesigner = "claude-opus-5-5";
inline constexpr std::int64_t kBytesPerToken = 4;  // a rule of thumb for English text

// What a model would have been sent and have written: each request's prompt is everything so far, nothing is cached.
class Conversation {
 public:
  // `preamble`: bytes before everything else, the tools' definitions; `task`: what the user said.
  Conversation(std::int64_t preamble, std::size_t task) : read_(preamble + static_cast<std::int64_t>(task)) {}
  // The model wrote `written` bytes of arguments and was answered with `answered`.
  void add_request(std::size_t written, std::size_t answered);
  // A text that the model read by other tools, a file.
  void read(std::size_t bytes) { read_ += static_cast<std::int64_t>(bytes); }
  // The `usage` argument: the sum over all requests, and the largest prompt, which picks a price's tier.
  Json usage() const;

 private:
  std::int64_t read_;
  std::int64_t input_ = 0;
  std::int64_t output_ = 0;
  std::int64_t largest_ = 0;
};

// One execution to play.
struct DemoTask {
  std::string workflow;
  Json input = Json::object();
  Json input_files = Json::object();  // property -> path
  bool whole = false;
};

// How it went.
struct PlayedExecution {
  std::string id;
  std::string version;
  std::string state;
  std::vector<std::string> path;  // the steps accepted, in order
  Json fields = Json::object();   // every field handed in, by name; the latest
  int refused = 0;                // hand-ins that a check refused
  std::vector<std::string> rules_broken;
  bool handed_off = false;
  Json report;              // what report_edge_case answered; null: nothing reported
  double adherence = 0;     // as execution_finish says
  std::int64_t tokens = 0;  // input and output, estimated
};

// Plays one execution to its end. Throws Fault where the server answers what nobody could go on from.
PlayedExecution play_execution(DemoClient& client, const Json& help_desk, const DemoTask& task);

}  // namespace pianola::server
