// The use cases of carrying out a version: start, hand in, where am I, finish. Each checks, changes, stores and writes
// the audit log in one transaction; a refused hand-in is recorded, and so is committed. Thread rule: as the
// Environment.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workflow/adherence.h"
#include "workflow/batch.h"
#include "workflow/environment.h"
#include "workflow/execution.h"
#include "workflow/health.h"
#include "workflow/input_files.h"

namespace pianola::workflow {

// What an execution starts with.
struct StartRequest {
  std::string name;
  std::string version;  // empty: the newest published
  Json input = Json::object();
  std::optional<std::vector<Json>> inputs{};  // of a batch, instead of input
  std::map<std::string, std::string> input_files;
  std::string executor;  // as the caller or its host says; empty: the server's default
  Mode mode = Mode::guided;
  std::string key;             // idempotency key, or the host's id of the call; empty: neither
  std::string arguments_hash;  // of the canonical arguments
};

// An execution as it stands, with what a hand-out is rendered from.
struct ExecutionView {
  SharedVersion version;
  std::shared_ptr<const CompiledVersion> compiled;  // kept by the cache too
  Execution execution;
  Json input = Json::object();               // with the files' texts
  std::string instruction{};                 // of the current step, bindings filled in; empty where none is asked for
  int attempts_left = 0;                     // of the current step's visit
  std::vector<ChangedFile> changed_files{};  // input files that are not what they were at the start
  std::shared_ptr<const ExecutionView> next_item{};  // of an ended item of a batch: the one to go on with
  std::optional<BatchProgress> batch{};  // of an item of a batch: where it ended and none is next, or somebody asked
  std::string batch_stopped{};           // why the next item is not handed out, though there is one
};

// Starts an execution, of a batch that of its first item, or gives the one that the same key started. Refuses: what
// look_up_version refuses, retired_version, bad_input (also a property given both as text and as a file), key_reused,
// what batch_inputs and take_input_files refuse.
Result<ExecutionView> start_execution(Environment& environment, const Actor& actor, const StartRequest& request);

// The execution after a hand-in, and what became of that.
struct HandedIn {
  ExecutionView view;
  StepAnswer answer;
};
// Hands in one step. Refuses unknown_execution; everything else is in the answer.
Result<HandedIn> hand_in_step(Environment& environment, const Actor& actor, const ExecutionId& id,
                              const HandInRequest& request);

// Where an execution stands; writes nothing.
Result<ExecutionView> where_am_i(Environment& environment, const Actor& actor, const ExecutionId& id);

// Counts a call whose arguments could not even be read as blocked, for the reason of that code: it costs no attempt.
// Gives the execution as it stands, or nothing where there is none with this id.
std::optional<ExecutionView> count_blocked(Environment& environment, const Actor& actor, const ExecutionId& id,
                                           const std::string& code);

// The execution after a finish, with the three answers.
struct Finished {
  ExecutionView view;
  FinishAnswer answer;
  std::optional<Adherence> adherence;
  std::vector<std::string> reported;  // ids of the edge case reports told in this execution
  std::optional<Health> health;       // of the version; absent where the finish did not end it
};
// Ends an execution, or says what is missing. Refuses unknown_execution. `heartbeat` is called between steps; where it
// throws, nothing was stored.
Result<Finished> finish_execution(Environment& environment, const Actor& actor, const ExecutionId& id,
                                  FinishRequest request, const Heartbeat& heartbeat = {});

// The model that carries an execution out: what the host says goes before what the model says of itself, before the
// server's default; aliases are resolved. "unknown" where nobody says.
std::string executor_name(Environment& environment, const Actor& actor, const std::string& host,
                          const std::string& said);

}  // namespace pianola::workflow
