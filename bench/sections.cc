#include "bench/sections.h"

#include <filesystem>
#include <memory>
#include <numeric>

#include "bench/disk_rate.h"
#include "bench/store_filling.h"

namespace pianola::bench {
namespace {

constexpr int kInFlight = 16;
constexpr int kWarmUp = 2000;

// Names of figures, as measured and as listed.
constexpr const char* kReadOfPrepared = "workflow_get, 8 KB, one at a time: rate to the prepared answer's";
constexpr const char* kReadOfSdk1 = "workflow_get, 8 KB, one at a time: rate to TypeScript SDK v1's";
constexpr const char* kReadOfSdk2 = "workflow_get, 8 KB, one at a time, modern: rate to TypeScript SDK v2's";
constexpr const char* kReadP99 = "workflow_get, 8 KB, one at a time: p99 to TypeScript SDK v1's";
constexpr const char* kReadsOfSdk1 = "workflow_get, 8 KB, 16 in flight: rate to TypeScript SDK v1's";
constexpr const char* kSmallOfPrepared = "a small result, one at a time: rate to the prepared answer's";
constexpr const char* kStepOfDisk = "execution_step, one at a time: rate to the disk's 4 KB write + fdatasync";
constexpr const char* kStepOfMemory = "execution_step, one at a time: rate to server-memory's create_entities";
constexpr const char* kStepsOfDisk = "execution_step, 16 in flight: rate to the disk's 4 KB write + fdatasync";
constexpr const char* kStartOfMinimal = "start to first answer: time to a minimal static C program's";
constexpr const char* kStartOfSdk2 = "start to first answer: time to TypeScript SDK v2's";
constexpr const char* kIdleMemory = "resident memory when idle, MB";
constexpr const char* kGrownMemory = "resident memory more after 10,000 calls, MB";
constexpr const char* kGrowthP50 = "1,000 to 1,000,000 executions: execution_step's p50";
constexpr const char* kGrowthRate = "1,000 to 1,000,000 executions: execution_step's rate, 16 in flight";
constexpr const char* kGrowthRead = "1,000 to 1,000,000 executions: workflow_get's p50";

// A server that has shaken hands and is warm.
std::unique_ptr<Child> warm(Era era, const Command& command, const std::vector<std::string>& lines) {
  auto server = std::make_unique<Child>(command);
  if (era != Era::bare) shake_hands(era, *server);
  run_load(*server, std::span(lines).first(std::min<std::size_t>(lines.size(), kWarmUp)), 1);
  return server;
}

std::string hash_in(const std::string& playbook) {
  const std::size_t at = playbook.find("hash ");
  return at == playbook.npos ? std::string() : playbook.substr(at + 5, 12);
}

std::vector<std::string> start_executions(Child& server, int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back(start_execution(server));
  return ids;
}

double megabytes(long kilobytes) { return static_cast<double>(kilobytes) / 1024; }

}  // namespace

std::vector<Figure> all_figures() {
  std::vector<Figure> all = {{kReadOfPrepared, Goal::at_least, 0.30},
                             {kReadOfSdk1, Goal::at_least, 6},
                             {kReadOfSdk2, Goal::at_least, 8.5},
                             {kReadP99, Goal::at_most, 0.1},
                             {kReadsOfSdk1, Goal::at_least, 8},
                             {kSmallOfPrepared, Goal::at_least, 0.40},
                             {kStepOfDisk, Goal::at_least, 0.60},
                             {kStepOfMemory, Goal::at_least, 5},
                             {kStepsOfDisk, Goal::at_least, 5},
                             {kStartOfMinimal, Goal::at_most, 6},
                             {kStartOfSdk2, Goal::at_most, 1.0 / 40},
                             {kIdleMemory, Goal::at_most, 12},
                             {kGrownMemory, Goal::at_most, 1},
                             {kGrowthP50, Goal::at_most, 1.25},
                             {kGrowthRate, Goal::at_least, 0.5},
                             {kGrowthRead, Goal::at_most, 5},
                             {crowd_figure(8, kWorstWait), Goal::at_most, 10},
                             {crowd_figure(8, kFairness), Goal::at_least, 0.5},
                             {crowd_figure(8, kReadAmongWriters), Goal::at_most, 1},
                             {crowd_figure(64, kWorstWait), Goal::at_most, 10},
                             {crowd_figure(64, kFairness), Goal::at_least, 0.5},
                             {crowd_figure(64, kReadAmongWriters), Goal::at_most, 1}};
  for (Figure& figure : find_figures()) all.push_back(std::move(figure));
  for (Figure& figure : http_figures()) all.push_back(std::move(figure));
  return all;
}

void measure_reads(const Places& places, int rounds, Figures& figures) {
  const std::string store = places / "reads.db";
  const std::string answer = make_store(places, store, kRead);
  const std::string text = text_of_answer(answer);
  const std::string unchanged = R"({"name":"bench-triage","if_hash":")" + hash_in(text) + "\"}";
  const std::string small_answer = make_store(places, store + ".small", unchanged);
  write_file(places / "answer", answer + "\n");
  write_file(places / "small-answer", small_answer + "\n");
  write_file(places / "text", text);

  const auto legacy = same_calls(Era::legacy, 30'000, "workflow_get", kRead);
  const auto modern = same_calls(Era::modern, 30'000, "workflow_get", kRead);
  const auto small = same_calls(Era::legacy, 30'000, "workflow_get", unchanged);
  const auto few = std::span(legacy).first(5000);
  const auto pianola = warm(Era::legacy, pianola_on(places, store), legacy);
  const auto pianola_modern = warm(Era::modern, pianola_on(places, store), modern);
  const auto prepared = warm(Era::bare, prepared_peer(places, places / "answer"), legacy);
  const auto prepared_small = warm(Era::bare, prepared_peer(places, places / "small-answer"), legacy);
  const auto sdk1 = warm(Era::legacy, sdk1_peer(places, places / "text"), legacy);
  const auto sdk2 = warm(Era::modern, sdk2_peer(places, places / "text"), modern);
  figures.note("bytes of the 8 KB answer", static_cast<double>(answer.size()));
  figures.note("bytes of the small answer", static_cast<double>(small_answer.size()));
  for (int round = 0; round < rounds; ++round) {
    const Run limit = run_load(*prepared, legacy, 1);
    const Run ours = run_load(*pianola, legacy, 1);
    const Run v1 = run_load(*sdk1, few, 1);
    const Run ours_modern = run_load(*pianola_modern, modern, 1);
    const Run v2 = run_load(*sdk2, std::span(modern).first(5000), 1);
    const Run ours_piped = run_load(*pianola, legacy, kInFlight);
    const Run v1_piped = run_load(*sdk1, few, kInFlight);
    const Run small_limit = run_load(*prepared_small, small, 1);
    const Run ours_small = run_load(*pianola, small, 1);
    figures.add(kReadOfPrepared, ours.rate / limit.rate);
    figures.add(kReadOfSdk1, ours.rate / v1.rate);
    figures.add(kReadOfSdk2, ours_modern.rate / v2.rate);
    figures.add(kReadP99, ours.p99 / v1.p99);
    figures.add(kReadsOfSdk1, ours_piped.rate / v1_piped.rate);
    figures.add(kSmallOfPrepared, ours_small.rate / small_limit.rate);
    figures.note("prepared answer of 8 KB, calls a second", limit.rate);
    figures.note("workflow_get, 8 KB, calls a second", ours.rate);
    figures.note("workflow_get, 8 KB, p99, microseconds", ours.p99 * 1e6);
    figures.note("workflow_get, 8 KB, server's processor time, microseconds a call", ours.server_cpu * 1e6);
    figures.note("workflow_get, 8 KB, modern, calls a second", ours_modern.rate);
    figures.note("workflow_get, 8 KB, 16 in flight, calls a second", ours_piped.rate);
    figures.note("TypeScript SDK v1, 8 KB, calls a second", v1.rate);
    figures.note("TypeScript SDK v1, 8 KB, p99, microseconds", v1.p99 * 1e6);
    figures.note("TypeScript SDK v2, 8 KB, calls a second", v2.rate);
    figures.note("small prepared answer, calls a second", small_limit.rate);
    figures.note("small result, calls a second", ours_small.rate);
  }
}

void measure_steps(const Places& places, int rounds, Figures& figures) {
  constexpr int kExecutions = 50;  // of eight steps: carried out one after the other
  constexpr int kAbreast = 16 * 16;
  const std::string store = places / "steps.db";
  make_store(places, store, kRead);
  Child pianola(pianola_on(places, store));
  shake_hands(Era::legacy, pianola);
  run_load(pianola, whole_executions(start_executions(pianola, kAbreast), kInFlight), kInFlight);
  for (int round = 0; round < rounds; ++round) {
    const auto one_by_one = whole_executions(start_executions(pianola, kExecutions), 1);
    const auto abreast = whole_executions(start_executions(pianola, kAbreast), kInFlight);
    const double disk_before = measure_disk_rate(places.scratch, 300);
    const Run ours = run_load(pianola, one_by_one, 1);
    const Run ours_piped = run_load(pianola, abreast, kInFlight);
    const double disk = (disk_before + measure_disk_rate(places.scratch, 300)) / 2;
    std::vector<std::string> entities;
    for (long id = 1; id <= 400; ++id) {
      entities.push_back(
          call_line(Era::legacy, id, "create_entities",
                    R"({"entities":[{"name":"entity-)" + std::to_string(id) +
                        R"(","entityType":"message","observations":["verdict: bug","note: The export to )"
                        R"(CSV has been empty since Monday's release","score: 7"]}]})"));
    }
    Child memory(memory_peer(places, places / ("memory-" + std::to_string(round) + ".jsonl")));
    shake_hands(Era::legacy, memory);
    const Run stored = run_load(memory, entities, 1);
    figures.add(kStepOfDisk, ours.rate / disk);
    figures.add(kStepOfMemory, ours.rate / stored.rate);
    figures.add(kStepsOfDisk, ours_piped.rate / disk);
    figures.note("disk: 4 KB write + fdatasync a second", disk);
    figures.note("execution_step, calls a second", ours.rate);
    figures.note("execution_step, server's processor time, microseconds a call", ours.server_cpu * 1e6);
    figures.note("execution_step, 16 in flight, calls a second", ours_piped.rate);
    figures.note("server-memory, create_entities, calls a second", stored.rate);
  }
}

void measure_starts(const Places& places, int rounds, Figures& figures) {
  constexpr int kStarts = 20;
  constexpr int kCalls = 5000;
  const std::string store = places / "starts.db";
  write_file(places / "text", text_of_answer(make_store(places, store, kRead)));
  const auto time_of = [](int starts, Era era, const Command& command) {
    std::vector<double> times;
    for (int i = 0; i < starts; ++i) times.push_back(time_start(era, command));
    return median(times);
  };
  const auto reads = same_calls(Era::legacy, kCalls, "workflow_get", kRead);
  for (int round = 0; round < rounds; ++round) {
    const double minimal = time_of(kStarts, Era::bare, minimal_peer(places));
    const double ours = time_of(kStarts, Era::modern, pianola_on(places, store));
    const double v2 = time_of(3, Era::modern, sdk2_peer(places, places / "text"));
    figures.add(kStartOfMinimal, ours / minimal);
    figures.add(kStartOfSdk2, ours / v2);
    figures.note("minimal static C program, start to first answer, milliseconds", minimal * 1e3);
    figures.note("pianola, start to first answer, milliseconds", ours * 1e3);
    figures.note("TypeScript SDK v2, start to first answer, milliseconds", v2 * 1e3);

    Child server(pianola_on(places, store));
    shake_hands(Era::legacy, server);
    call_once(server, reads.front());
    const std::string execution = start_execution(server);
    call_once(server, step_line(1, execution, 1));
    const long idle = server.resident_kilobytes();
    run_load(server, reads, kInFlight);
    run_load(server, whole_executions(start_executions(server, kCalls / (kSteps + 1)), kInFlight), kInFlight);
    figures.add(kIdleMemory, megabytes(idle));
    figures.add(kGrownMemory, megabytes(server.resident_kilobytes() - idle));
  }
}

namespace {

constexpr int kFewExecutions = 1000;
constexpr int kManyExecutions = 1'000'000;

// A store of so many executions, all of which wait for their second step, and its server.
std::unique_ptr<Child> serve_filled(const Places& places, const std::string& store, int executions) {
  make_store(places, store, kRead);
  {
    Child server(pianola_on(places, store));
    shake_hands(Era::legacy, server);
    call_once(server, step_line(1, start_execution(server), 1));
  }
  fill_store(store, executions);
  auto server = std::make_unique<Child>(pianola_on(places, store));
  shake_hands(Era::legacy, *server);
  return server;
}

// The hand-ins of one step for `count` executions from the `first`-th on, of executions taken from all over the store.
std::vector<std::string> scattered_steps(int executions, int first, int count, int step) {
  std::vector<std::string> lines;
  constexpr long kStride = 382'617;  // shares no factor with either number of executions: each is met once
  for (long i = first; i < first + count; ++i) {
    lines.push_back(step_line(i + 1, filled_id(i * kStride % executions + 1), step));
  }
  return lines;
}

}  // namespace

void measure_growth(const Places& places, int rounds, Figures& figures) {
  constexpr int kHalf = kFewExecutions / 2;
  const auto few = serve_filled(places, places / "few.db", kFewExecutions);
  const auto many = serve_filled(places, places / "many.db", kManyExecutions);
  const auto reads = same_calls(Era::legacy, 10'000, "workflow_get", kRead);
  figures.note("bytes of the store of a million executions",
               static_cast<double>(std::filesystem::file_size(places / "many.db")));
  // Each round hands in the next step of the same executions of the small store, and of as many others of the large.
  for (int round = 0; round < rounds; ++round) {
    const int step = 2 + round;
    const auto few_run = [&](int first, int in_flight) {
      return run_load(*few, scattered_steps(kFewExecutions, first, kHalf, step), in_flight);
    };
    const auto many_run = [&](int first, int in_flight) {
      return run_load(*many, scattered_steps(kManyExecutions, first, kHalf, step), in_flight);
    };
    const Run few_steps = few_run(0, 1);
    const Run many_steps = many_run(0, 1);
    const Run few_piped = few_run(kHalf, kInFlight);
    const Run many_piped = many_run(kHalf, kInFlight);
    const Run few_reads = run_load(*few, reads, 1);
    const Run many_reads = run_load(*many, reads, 1);
    figures.add(kGrowthP50, many_steps.p50 / few_steps.p50);
    figures.add(kGrowthRate, many_piped.rate / few_piped.rate);
    figures.add(kGrowthRead, many_reads.p50 / few_reads.p50);
    figures.note("1,000 executions: execution_step's p50, microseconds", few_steps.p50 * 1e6);
    figures.note("1,000,000 executions: execution_step's p50, microseconds", many_steps.p50 * 1e6);
    figures.note("1,000 executions: execution_step, 16 in flight, calls a second", few_piped.rate);
    figures.note("1,000,000 executions: execution_step, 16 in flight, calls a second", many_piped.rate);
    figures.note("1,000,000 executions: workflow_get's p50, microseconds", many_reads.p50 * 1e6);
  }
}

}  // namespace pianola::bench
