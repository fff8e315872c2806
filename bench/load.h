// The load: lines sent to a server, answers awaited and timed.
// Thread rule: one thread. An answer that is an error, or none, ends the benchmark (std::runtime_error).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/child.h"

namespace pianola::bench {

// How a client speaks: legacy shakes hands once, modern says everything in each request, bare says neither.
enum class Era { legacy, modern, bare };

// What one run of calls showed.
struct Run {
  double rate = 0;  // answers a second
  double p50 = 0;   // seconds from sending a call to reading its answer
  double p99 = 0;
  double server_cpu = 0;  // seconds of the server's processor time a call
};

// Throws where an answer is an error, of the protocol or of a tool.
void check_answer(std::string_view answer);
// The value below which a share of the samples lies, 0.99 for p99.
double percentile(std::vector<double> samples, double share);

// A tools/call line, its end included. `arguments` is JSON.
std::string call_line(Era era, long id, const std::string& tool, const std::string& arguments);
// `count` times the same call.
std::vector<std::string> same_calls(Era era, long count, const std::string& tool, const std::string& arguments);

// The first request of an era, answered: what a client waits for before it can work.
void shake_hands(Era era, Child& server);
// One call; gives the answer's line. Throws where it is an error.
std::string call_once(Child& server, const std::string& line);
// The next answer to a call sent before; notifications are passed over. Throws where it is an error.
std::string_view take_answer(Child& server);
// Sends the lines in order, at most `in_flight` of them unanswered at any time.
Run run_load(Child& server, std::span<const std::string> lines, int in_flight);
// Seconds from starting the command to its first answer.
double time_start(Era era, const Command& command);

}  // namespace pianola::bench
