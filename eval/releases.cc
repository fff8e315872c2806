// How often the health of a version and a canary err, and how soon they tell, on simulated executions; with fixed
// seeds:
//     releases
// Prints Markdown; ends with 1 where a goal is missed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include "workflow/canary_verdict.h"
#include "workflow/change_detector.h"

namespace {

using namespace pianola::workflow;  // NOLINT(google-build-using-namespace): a program of one screen

constexpr int kRuns = 1000;
constexpr int kNever = 1'000'000'000;

class Executions {
 public:
  explicit Executions(int seed) : random_(static_cast<std::uint64_t>(seed)) {}
  bool happens(double probability) { return std::uniform_real_distribution<double>()(random_) < probability; }
  void add(double rate) {
    const bool succeeds = happens(rate);
    const bool goes_on = !history_.empty() && (history_.back().succeeded > 0) == succeeds;
    if (!goes_on) history_.push_back({});
    history_.back().executions += 1;
    history_.back().succeeded += succeeds ? 1 : 0;
  }
  std::optional<ChangePoint> change() const { return find_change(history_); }

 private:
  std::mt19937_64 random_;
  std::vector<Stretch> history_;
};

double share(const std::vector<int>& when, int until) {
  return static_cast<double>(std::ranges::count_if(when, [&](int at) { return at <= until; })) /
         static_cast<double>(when.size());
}

int quantile(std::vector<int> when, double part) {
  std::ranges::sort(when);
  return when[static_cast<std::size_t>(part * static_cast<double>(when.size() - 1))];
}

void print_count(int count) {
  if (count == kNever) {
    std::printf(" not found |");
  } else {
    std::printf(" %d |", count);
  }
}

// Stable histories in which a change is found at any look.
bool print_false_alarms() {
  std::printf("| success | executions | worse | better | either |\n|---:|---:|---:|---:|---:|\n");
  bool holds = true;
  struct Kind {
    double rate;
    int executions;
  };
  for (const Kind kind : {Kind{0.95, 1000}, {0.99, 1000}, {0.9, 1000}, {0.8, 1000}, {0.95, 200}, {0.95, 3000}}) {
    int worse = 0;
    int better = 0;
    int either = 0;
    for (int run = 0; run < kRuns; ++run) {
      Executions executions(run);
      bool is_worse = false;
      bool is_better = false;
      for (int i = 0; i < kind.executions; ++i) {
        executions.add(kind.rate);
        const std::optional<ChangePoint> found = executions.change();
        if (found) (found->is_worse ? is_worse : is_better) = true;
      }
      worse += is_worse ? 1 : 0;
      better += is_better ? 1 : 0;
      either += is_worse || is_better ? 1 : 0;
    }
    std::printf("| %.0f %% | %d | %.1f %% | %.1f %% | %.1f %% |\n", kind.rate * 100, kind.executions,
                100.0 * worse / kRuns, 100.0 * better / kRuns, 100.0 * either / kRuns);
    if (kind.executions == 1000) holds = holds && either * 20 <= kRuns;
  }
  return holds;
}

bool print_falls() {
  std::printf("\n| from | to | executions before | found within 60 | median | 90 of 100 within |\n");
  std::printf("|---:|---:|---:|---:|---:|---:|\n");
  constexpr int kMost = 600;
  bool holds = true;
  for (const double to : {0.8, 0.6}) {
    for (const int before : {100, 200, 500}) {
      std::vector<int> when;
      for (int run = 0; run < kRuns; ++run) {
        Executions executions(run);
        for (int i = 0; i < before; ++i) executions.add(0.95);
        int found = kNever;
        for (int i = 1; i <= kMost && found == kNever; ++i) {
          executions.add(to);
          const std::optional<ChangePoint> change = executions.change();
          if (change && change->is_worse) found = i;
        }
        when.push_back(found);
      }
      const int median = quantile(when, 0.5);
      std::printf("| 95 %% | %.0f %% | %d | %.0f %% |", to * 100, before, 100 * share(when, 60));
      print_count(median);
      print_count(quantile(when, 0.9));
      std::printf("\n");
      if (before == 200) holds = holds && median <= 60;
    }
  }
  return holds;
}

struct Trial {
  double stable;
  double canary;
  int percent;
  int past;
};

// Executions of both versions until a canary is decided, looked at after each of them.
bool print_trial(const Trial& trial) {
  constexpr int kMost = 5000;
  std::vector<int> promoted;
  std::vector<int> rolled_back;
  for (int run = 0; run < kRuns; ++run) {
    Executions executions(run);
    CanarySide past;
    CanarySide canary;
    CanarySide stable;
    const auto add = [&](CanarySide& side, double rate) {
      side.executions += 1;
      side.succeeded += executions.happens(rate) ? 1 : 0;
    };
    for (int i = 0; i < trial.past; ++i) add(past, trial.stable);
    auto decision = CanaryDecision::undecided;
    int played = 0;
    while (decision == CanaryDecision::undecided && played < kMost) {
      ++played;
      const bool takes_canary = executions.happens(trial.percent / 100.0);
      add(takes_canary ? canary : stable, takes_canary ? trial.canary : trial.stable);
      decision = decide_by_success(canary, stable, past, canary_margin(0.95));
    }
    promoted.push_back(decision == CanaryDecision::promote ? played : kNever);
    rolled_back.push_back(decision == CanaryDecision::roll_back ? played : kNever);
  }
  const double promotions = share(promoted, kMost);
  const double rollbacks = share(rolled_back, kMost);
  std::printf("| %.0f %% | %.0f %% | %d %% | %d | %.1f %% | %.1f %% |", trial.stable * 100, trial.canary * 100,
              trial.percent, trial.past, promotions * 100, rollbacks * 100);
  const std::vector<int>& right = trial.canary < trial.stable ? rolled_back : promoted;
  print_count(quantile(right, 0.5));
  print_count(quantile(right, 0.9));
  std::printf("\n");
  const bool is_worse_by_margin = trial.canary <= trial.stable - canary_margin(0.95);
  return is_worse_by_margin ? promotions <= kCanaryAlpha : trial.canary < trial.stable || rollbacks <= kCanaryAlpha;
}

bool print_canaries() {
  std::printf("\n| stable | canary | takes | past | promoted | rolled back | median | 90 of 100 within |\n");
  std::printf("|---:|---:|---:|---:|---:|---:|---:|---:|\n");
  bool holds = true;
  for (const Trial& trial : {Trial{0.95, 0.95, 10, 200},
                             {0.95, 0.95, 50, 200},
                             {0.95, 0.95, 50, 0},
                             {0.8, 0.8, 50, 200},
                             {0.95, 0.9, 10, 200},
                             {0.95, 0.9, 50, 200},
                             {0.95, 0.8, 10, 200},
                             {0.95, 0.8, 50, 200},
                             {0.95, 0.8, 10, 0},
                             {0.95, 0.8, 50, 0},
                             {0.95, 0.5, 10, 200},
                             {0.95, 0.99, 50, 200}}) {
    holds = print_trial(trial) && holds;
  }
  return holds;
}

}  // namespace

int main() {
  const bool stable = print_false_alarms();
  const bool falls = print_falls();
  const bool canaries = print_canaries();
  return stable && falls && canaries ? 0 : 1;
}
