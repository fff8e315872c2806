// Schemas and values made to cost time or memory, each judged in a process of its own: how long that took the
// processor, and how much memory it needed. Ends with 1 where one is over the limits.
//     hostile_schemas [MILLISECONDS [MIB]]        50 and 64 unless given
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/hostile_pairs.h"
#include "schema/schema.h"

namespace {

using pianola::bench::HostilePair;

double processor_millis() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto millis = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return millis(usage.ru_utime) + millis(usage.ru_stime);
}

double peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

enum Answer { kValid, kInvalid, kRefused, kLimit, kCrashed };

Answer judge(const pianola::Json& schema, const pianola::Json& value) {
  const auto compiled = pianola::schema::Schema::compile(schema);
  if (!compiled) return kRefused;
  const auto findings = compiled->check(value);
  if (findings.empty()) return kValid;
  return findings.front().keyword == "limit" ? kLimit : kInvalid;
}

struct Cost {
  double millis = 0;
  double mib = 0;  // beside what is there once schema and value are parsed
  Answer answer = kCrashed;
};

// Reading the texts is what any message costs, and is measured elsewhere; where they are refused, that is what counts.
Cost cost_here(const HostilePair& pair) {
  double mib = peak_mib();
  double millis = processor_millis();
  const auto schema = pianola::parse_json(pair.schema);
  const auto value = pianola::parse_json(pair.value);
  if (!schema || !value) return {processor_millis() - millis, peak_mib() - mib, kRefused};
  mib = peak_mib();
  millis = processor_millis();
  const Answer answer = judge(*schema, *value);
  return {processor_millis() - millis, peak_mib() - mib, answer};
}

Cost cost_of(const HostilePair& pair) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    const Cost cost = cost_here(pair);
    ::_exit(::write(ends[1], &cost, sizeof cost) == sizeof cost ? 0 : 1);
  }
  ::close(ends[1]);
  Cost cost;
  if (::read(ends[0], &cost, sizeof cost) != sizeof cost) cost = {};
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return cost;
}

// The least of a few runs: what else the machine does only adds.
Cost least_cost_of(const HostilePair& pair) {
  Cost least = cost_of(pair);
  for (int i = 0; i < 2 && least.answer != kCrashed; ++i) {
    const Cost again = cost_of(pair);
    if (again.millis < least.millis) least.millis = again.millis;
    if (again.mib < least.mib) least.mib = again.mib;
  }
  return least;
}

}  // namespace

int main(int count, char** arguments) {
  constexpr const char* kAnswers[] = {"valid", "invalid", "refused", "limit", "crashed"};
  const double most_millis = count > 1 ? std::atof(arguments[1]) : 50;
  const double most_mib = count > 2 ? std::atof(arguments[2]) : 64;
  bool over = false;
  std::printf("%-52s %9s %8s  %s\n", "", "ms", "MiB", "answer");
  for (const HostilePair& pair : pianola::bench::hostile_pairs()) {
    const Cost cost = least_cost_of(pair);
    const bool is_over = cost.millis > most_millis || cost.mib > most_mib || cost.answer == kCrashed;
    over = over || is_over;
    std::printf("%-52s %9.1f %8.1f  %s%s\n", pair.name.c_str(), cost.millis, cost.mib, kAnswers[cost.answer],
                is_over ? "  OVER" : "");
  }
  return over ? 1 : 0;
}
