// The parts of the benchmark. Each measures its figures once a round, all that a ratio compares in the same round.
// Thread rule: one thread, pinned to one core (pin_to), its children with it.
#pragma once

#include "bench/figures.h"
#include "bench/subjects.h"

namespace pianola::bench {

// The figures of a crowd of servers on one store, and their names in the table.
inline constexpr const char* kWorstWait = "worst wait of a write to the median wait";
inline constexpr const char* kFairness = "fewest writes of one server to the most of one";
inline constexpr const char* kReadAmongWriters = "p99 of a read to the median wait of a write";
std::string crowd_figure(std::size_t writers, const char* figure);

// The figures of HTTP.
std::vector<Figure> http_figures();

// The figures of workflow_find.
std::vector<Figure> find_figures();

// Every figure with its goal.
std::vector<Figure> all_figures();

// workflow_get against a prepared answer and the official SDKs.
void measure_reads(const Places& places, int rounds, Figures& figures);
// execution_step, durable, against the disk and a server that stores.
void measure_steps(const Places& places, int rounds, Figures& figures);
// Start to first answer, and memory.
void measure_starts(const Places& places, int rounds, Figures& figures);
// What a store of a million executions changes.
void measure_growth(const Places& places, int rounds, Figures& figures);
// What a library of 100,000 workflows changes for workflow_find.
void measure_finds(const Places& places, int rounds, Figures& figures);
// Many servers that write to one store.
void measure_crowds(const Places& places, int rounds, Figures& figures);
// workflow_get over HTTP against a bare handler, a static file and the official SDKs; idle streams.
void measure_http(const Places& places, int rounds, Figures& figures);

}  // namespace pianola::bench
