// workflow_find in a small library and in a large one.
#include <algorithm>
#include <cmath>
#include <random>

#include "bench/sections.h"
#include "store/open.h"
#include "tests/support/builders.h"

namespace pianola::bench {
namespace {

constexpr const char* kMixed = "100 to 100,000 workflows: workflow_find's p50, words of all kinds";
constexpr const char* kCommon = "100 to 100,000 workflows: workflow_find's p50, the most common words";

constexpr int kFew = 100;
constexpr int kMany = 100'000;
constexpr int kBatch = 5'000;
constexpr int kVocabulary = 20'000;
constexpr int kCalls = 300;

// Words by how common they are, as in a language: the n-th is said about 1/n as often as the first.
class Words {
 public:
  explicit Words(unsigned seed) : random_(seed) {}
  std::string any() { return word(static_cast<int>(std::pow(kVocabulary, share_(random_)))); }
  std::string any(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + any();
    return text;
  }
  // The number in letters, so that it is a word.
  static std::string word(int number) {
    std::string text = "q";
    for (; number > 0; number /= 20) text += "bcfghjklmnpqrtvwxzao"[number % 20];
    return text;
  }

 private:
  std::mt19937 random_;
  std::uniform_real_distribution<double> share_{0, 1};
};

void fill_library(const std::string& path, int count) {
  const auto store = store::open_store(path, {.create = true, .durable = false});
  Words words(1);
  for (int first = 0; first < count; first += kBatch) {
    const auto transaction = store->begin_write();
    for (int i = first; i < std::min(first + kBatch, count); ++i) {
      workflow::Design design;
      design.name = "workflow-" + std::to_string(i);
      design.title = words.any(5);
      design.description = words.any(20) + ".";
      design.when_to_use = {words.any(8)};
      design.steps.push_back({.id = "only", .title = words.any(3), .instruction = "Do it."});
      store->versions().insert({}, tests::version_of(design));
    }
    transaction->commit();
  }
}

std::vector<std::string> find_calls(bool only_common) {
  Words words(2);
  std::vector<std::string> lines;
  for (int i = 0; i < kCalls; ++i) {
    std::string task = words.any(8);
    if (only_common) {
      task.clear();
      for (int word = 1; word <= 8; ++word) task += Words::word(word + i % 8) + " ";
    }
    lines.push_back(call_line(Era::legacy, i + 1, "workflow_find", R"({"task":")" + task + "\"}"));
  }
  return lines;
}

}  // namespace

std::vector<Figure> find_figures() { return {{kMixed, Goal::at_most, 5}, {kCommon, Goal::at_most, 5}}; }

void measure_finds(const Places& places, int rounds, Figures& figures) {
  fill_library(places / "few-workflows.db", kFew);
  fill_library(places / "many-workflows.db", kMany);
  Child few(pianola_on(places, places / "few-workflows.db"));
  Child many(pianola_on(places, places / "many-workflows.db"));
  shake_hands(Era::legacy, few);
  shake_hands(Era::legacy, many);
  for (int round = 0; round < rounds; ++round) {
    for (const bool common : {false, true}) {
      const std::vector<std::string> lines = find_calls(common);
      const Run in_few = run_load(few, lines, 1);
      const Run in_many = run_load(many, lines, 1);
      const std::string what = common ? "the most common words" : "words of all kinds";
      figures.add(common ? kCommon : kMixed, in_many.p50 / in_few.p50);
      figures.note("100 workflows: workflow_find's p50, " + what + ", microseconds", in_few.p50 * 1e6);
      figures.note("100,000 workflows: workflow_find's p50, " + what + ", microseconds", in_many.p50 * 1e6);
      figures.note("100,000 workflows: workflow_find's p99, " + what + ", microseconds", in_many.p99 * 1e6);
    }
  }
}

}  // namespace pianola::bench
