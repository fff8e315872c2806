// Many servers on one store: how long the unluckiest write waits, how evenly the turns fall, and what a reader notices.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "bench/sections.h"

namespace pianola::bench {
namespace {

using Clock = std::chrono::steady_clock;

// One server of the crowd, which is asked the same again and again.
struct Member {
  std::unique_ptr<Child> server;
  std::string line;
  Clock::time_point asked_at = {};
  bool is_busy = false;
  std::vector<double> waits = {};  // seconds

  void ask() {
    server->send(line);
    asked_at = Clock::now();
    is_busy = true;
  }
  void take() {
    take_answer(*server);
    waits.push_back(std::chrono::duration<double>(Clock::now() - asked_at).count());
    is_busy = false;
  }
};

Member join(const Places& places, const std::string& store, const std::string& line) {
  Member member{std::make_unique<Child>(pianola_on(places, store)), line};
  shake_hands(Era::legacy, *member.server);
  return member;
}

// The writers, and behind them one reader.
std::vector<Member> start_crowd(const Places& places, const std::string& store, std::size_t writers) {
  std::vector<Member> crowd;
  for (std::size_t i = 0; i < writers; ++i) crowd.push_back(join(places, store, start_line()));
  crowd.push_back(join(places, store, call_line(Era::legacy, 1, "workflow_get", kRead)));
  return crowd;
}

// Takes the answers that are there, waiting for the first.
void take_answers(std::vector<Member>& crowd) {
  std::vector<pollfd> outputs;
  for (const Member& member : crowd) outputs.push_back({member.server->output(), POLLIN, 0});
  constexpr int kPatienceMillis = 60'000;
  if (poll(outputs.data(), outputs.size(), kPatienceMillis) <= 0) throw std::runtime_error("no server answers");
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    if (outputs[i].revents != 0) crowd[i].take();
  }
}

// Keeps all writers busy until they have written `writes` times together; the reader reads once for each time that
// writers were answered. What is under way at the end is awaited, and counts. Gives the seconds it took.
double run_crowd(std::vector<Member>& crowd, std::size_t writes) {
  const auto start = Clock::now();
  const std::span<Member> writers = std::span(crowd).first(crowd.size() - 1);
  for (Member& member : crowd) member.waits.clear();
  for (std::size_t written = 0; written < writes; take_answers(crowd)) {
    const bool some_answered = std::ranges::any_of(writers, [](const Member& writer) { return !writer.is_busy; });
    for (Member& writer : writers) {
      if (writer.is_busy) continue;
      written += writer.waits.empty() ? 0 : 1;
      writer.ask();
    }
    if (some_answered && !crowd.back().is_busy) crowd.back().ask();
  }
  for (Member& member : crowd) {
    if (member.is_busy) member.take();
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void add_figures(const std::vector<Member>& crowd, double seconds, Figures& figures) {
  const std::size_t writers = crowd.size() - 1;
  std::vector<double> waits;
  std::vector<double> counts;
  for (std::size_t i = 0; i < writers; ++i) {
    waits.insert(waits.end(), crowd[i].waits.begin(), crowd[i].waits.end());
    counts.push_back(static_cast<double>(crowd[i].waits.size()));
  }
  const double usual = median(waits);
  const double worst = *std::ranges::max_element(waits);
  const auto [fewest, most] = std::ranges::minmax(counts);
  figures.add(crowd_figure(writers, kWorstWait), worst / usual);
  figures.add(crowd_figure(writers, kFairness), fewest / most);
  figures.add(crowd_figure(writers, kReadAmongWriters), percentile(crowd.back().waits, 0.99) / usual);
  figures.note(crowd_figure(writers, "writes a second"), static_cast<double>(waits.size()) / seconds);
  figures.note(crowd_figure(writers, "a write's median wait, milliseconds"), usual * 1e3);
  figures.note(crowd_figure(writers, "worst wait, milliseconds"), worst * 1e3);
  figures.note(crowd_figure(writers, "a read's median wait, milliseconds"), median(crowd.back().waits) * 1e3);
}

}  // namespace

std::string crowd_figure(std::size_t writers, const char* figure) {
  return std::to_string(writers) + " servers write at once: " + figure;
}

void measure_crowds(const Places& places, int rounds, Figures& figures) {
  const std::string store = places / "crowd.db";
  make_store(places, store, kRead);
  constexpr std::pair<std::size_t, std::size_t> kCrowds[] = {{8, 200}, {64, 50}};  // writers, writes of each
  for (const auto& [writers, writes] : kCrowds) {
    std::vector<Member> crowd = start_crowd(places, store, writers);
    for (int round = 0; round < rounds; ++round) {
      const double seconds = run_crowd(crowd, writers * writes);
      add_figures(crowd, seconds, figures);
    }
  }
}

}  // namespace pianola::bench
