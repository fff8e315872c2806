// What is measured: Pianola on a store of its own, and the servers it is compared with; the workflow that it serves and
// the calls that are made. Thread rule: as Child.
#pragma once

#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/load.h"

namespace pianola::bench {

// Where the programs lie, and a scratch folder.
struct Places {
  std::string build;    // with pianola and the peers of our own
  std::string sources;  // bench/, with its node_modules
  std::string node;     // Node.js, 22 or newer
  std::string scratch;

  std::string operator/(const std::string& name) const { return scratch + "/" + name; }
};

Command pianola_on(const Places& places, const std::string& store);
Command prepared_peer(const Places& places, const std::string& answer_file);
Command minimal_peer(const Places& places);
Command sdk1_peer(const Places& places, const std::string& text_file);
Command sdk2_peer(const Places& places, const std::string& text_file);
Command memory_peer(const Places& places, const std::string& memory_file);

inline constexpr const char* kWorkflowName = "bench-triage";
inline constexpr int kSteps = 8;

// The arguments of a read of the workflow.
inline constexpr const char* kRead = R"({"name":"bench-triage"})";

// Saves and publishes the workflow: eight steps, a playbook of 8 KB.
void save_workflow(Child& server);
// A new store with the workflow, and what its server answers to a read with these arguments.
std::string make_store(const Places& places, const std::string& store, const std::string& read);
// The start of an execution, as a line.
const std::string& start_line();
// Starts an execution; gives its id.
std::string start_execution(Child& server);
// The hand-in of a step, counted from 1, as a line.
std::string step_line(long id, const std::string& execution, int step);
// The hand-ins that carry out executions from their first step to their last, `abreast` of them at a time.
std::vector<std::string> whole_executions(const std::vector<std::string>& executions, int abreast);

// The text of an answer's first content block.
std::string text_of_answer(const std::string& answer);
void write_file(const std::string& path, const std::string& text);

}  // namespace pianola::bench
